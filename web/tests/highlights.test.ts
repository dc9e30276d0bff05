import { expect, test } from "vitest";
import { HighlightsError, isInline, parseHighlights } from "../src/highlights.ts";

test("an element may be given by its id alone", () => {
  const { current } = parseHighlights('{"current": ["UT_draft_plan"]}');

  expect(current).toEqual([{ id: "UT_draft_plan", person: "", comment: "", at: "", count: 1 }]);
});

test("what is not said is empty", () => {
  expect(parseHighlights("{}")).toEqual({
    done: [], current: [], next: [], incident: [], flows: [],
  });
});

test("a step that a loop came back to is current, no longer done", () => {
  const { done, current } = parseHighlights('{"done": ["UT_a", "UT_b"], "current": ["UT_a"]}');

  expect(done.map(({ id }) => id)).toEqual(["UT_b"]);
  expect(current.map(({ id }) => id)).toEqual(["UT_a"]);
});

test("an incident wins over every other state", () => {
  const { current, incident } = parseHighlights('{"incident": ["ST_a"], "current": ["ST_a"]}');

  expect(current).toEqual([]);
  expect(incident.map(({ id }) => id)).toEqual(["ST_a"]);
});

test("all people of a joint task are kept", () => {
  const { done } = parseHighlights(
    '{"done": [{"id": "UT_a", "person": "侯福龙"}, {"id": "UT_a", "person": "王立民"}]}',
  );

  expect(done.map(({ person }) => person)).toEqual(["侯福龙", "王立民"]);
});

test("members that this version does not know are ignored", () => {
  expect(parseHighlights('{"heat": {"UT_a": 3}, "flows": ["f1"]}').flows).toEqual(["f1"]);
});

test.each(["", "[]", "null", '"UT_a"', '{"done": "UT_a"}', '{"done": [{}]}', '{"next": [""]}'])(
  "%j is refused",
  (json) => {
    expect(() => parseHighlights(json)).toThrow(HighlightsError);
  },
);

test("an attribute that starts with a brace holds the highlights", () => {
  expect(isInline('\n  {"done": []}')).toBe(true);
  expect(isInline("/instances/7/highlights")).toBe(false);
});
