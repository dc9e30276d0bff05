import { readFileSync, readdirSync } from "node:fs";
import { BpmnModdle } from "bpmn-moddle";
import BpmnTreeWalker from "bpmn-js/lib/import/BpmnTreeWalker.js";
import { expect, test } from "vitest";

const PROCESSES = new URL("../../processes/", import.meta.url);
const DIAGRAMS = readdirSync(PROCESSES, { recursive: true, encoding: "utf-8" }).filter(
  (name) => /^\d\d_\w+\/\w+\.bpmn$/.test(name),
);

/** Read a diagram and walk through it as the viewer does; return its warnings. */
async function warningsOf(name: string): Promise<string[]> {
  const xml = readFileSync(new URL(name, PROCESSES), "utf-8");
  const { rootElement, warnings } = await new BpmnModdle().fromXML(xml);
  const found = warnings.map((warning) => warning.message);
  const drawing = {
    root: () => ({}),
    element: () => ({}),
    error: (message: string) => found.push(message),
  };
  // Its second argument, missing in its types, translates what it says.
  const walker: BpmnTreeWalker = Reflect.construct(BpmnTreeWalker, [drawing, String]);
  walker.handleDefinitions(rootElement);
  return found;
}

test("all fourteen diagrams are looked at", () => {
  expect(DIAGRAMS).toHaveLength(14);
});

test.each(DIAGRAMS)("%s opens without a warning", async (name) => {
  expect(await warningsOf(name)).toEqual([]);
});
