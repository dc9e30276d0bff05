import { expect, test } from "vitest";
import { nameInEnglish, type Named } from "../src/names.ts";

const named = (name: string, ...properties: { name: string; value: string }[]): Named => ({
  name,
  extensionElements: { values: [{ $children: properties }] },
});

test("elements are called by their English names", () => {
  const task = named("登记", { name: "duty", value: "clerk" }, { name: "name_en", value: "Register" });

  nameInEnglish([task]);

  expect(task.name).toBe("Register");
});

test("what has no English name keeps the one it has", () => {
  const elements: Named[] = [named("登记"), named("审定", { name: "name_en", value: "" }), { name: "结束" }, {}];

  nameInEnglish(elements);

  expect(elements.map((each) => each.name)).toEqual(["登记", "审定", "结束", undefined]);
});
