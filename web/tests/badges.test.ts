import { expect, test } from "vitest";
import { badgeOf, byElement } from "../src/badges.ts";
import { parseHighlights } from "../src/highlights.ts";

function highlight(said: object) {
  return parseHighlights(JSON.stringify({ done: [{ id: "UT_a", ...said }] })).done;
}

test("a finished step says who did it and what was said", () => {
  const said = highlight({ person: "王立民", comment: "同意", at: "3月4日 10:12" });

  expect(badgeOf("done", said, "zh-CN")).toEqual({
    label: "✓ 王立民",
    hint: "已完成\n王立民 · 3月4日 10:12 — 同意",
  });
});

test("people of a joint task are named once each", () => {
  const said = [...highlight({ person: "侯福龙" }), ...highlight({ person: "王立民" }),
    ...highlight({ person: "侯福龙" })];

  expect(badgeOf("current", said, "zh")?.label).toBe("● 侯福龙、王立民");
});

test("English readers get English words", () => {
  expect(badgeOf("incident", highlight({ comment: "no form" }), "en")).toEqual({
    label: "!",
    hint: "Needs attention\nno form",
  });
});

test("a step to come shows no badge unless its person is known", () => {
  expect(badgeOf("next", highlight({}), "zh")).toBeUndefined();
  expect(badgeOf("next", highlight({ person: "陈刚" }), "zh")?.label).toBe("○ 陈刚");
});

test("several visits are counted", () => {
  expect(badgeOf("done", highlight({ count: 3 }), "zh")?.label).toBe("✓ ×3");
});

test("a long list of names is cut between signs", () => {
  const said = highlight({ person: "𠮷".repeat(30) });

  expect(badgeOf("done", said, "zh")?.label).toBe(`✓ ${"𠮷".repeat(11)}…`);
});

test("highlights of one element come together in order", () => {
  const { done } = parseHighlights('{"done": ["b", {"id": "a", "person": "x"}, "b"]}');

  expect([...byElement(done)].map(([id, all]) => [id, all.length])).toEqual([["b", 2], ["a", 1]]);
});
