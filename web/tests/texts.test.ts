import { expect, test } from "vitest";
import { text } from "../src/texts.ts";

test("Chinese is what a page without a language shows", () => {
  expect(text("fit", "")).toBe("适合宽度");
  expect(text("fit", "zh-CN")).toBe("适合宽度");
  expect(text("fit", "en-GB")).toBe("Fit to width");
});
