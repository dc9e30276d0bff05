import { expect, test } from "vitest";
import { fitToWidth } from "../src/framing.ts";

test("a wide drawing is scaled to the width between the margins", () => {
  const { viewbox, height } = fitToWidth({ x: 100, y: 50, width: 1904, height: 800 }, 1000, 900);

  expect(viewbox.width).toBe(2000); // half size: 952 pixels for 1904 units
  expect(viewbox.x).toBe(100 - 48); // 24 pixels of margin are 48 units
  expect(height).toBe(448);
});

test("a small drawing keeps its size and stands in the middle", () => {
  const { viewbox, height } = fitToWidth({ x: 0, y: 0, width: 200, height: 80 }, 1000, 900);

  expect(viewbox.width).toBe(1000);
  expect(viewbox.x).toBe(-400);
  expect(height).toBe(160);
  expect(viewbox.y).toBe(-40);
});

test("a high drawing is cut off at the bottom, never at the top", () => {
  const { viewbox, height } = fitToWidth({ x: 0, y: 0, width: 952, height: 5000 }, 1000, 600);

  expect(height).toBe(600);
  expect(viewbox.y).toBe(-24);
});

test("a low drawing stands in the middle of a place that is higher", () => {
  const { viewbox, height } = fitToWidth({ x: 0, y: 0, width: 1904, height: 200 }, 1000, 384, 384);

  expect(height).toBe(384);
  expect(viewbox.y).toBe(-(768 - 200) / 2);
});

test("an empty drawing does not break the page", () => {
  const { viewbox } = fitToWidth({ x: 0, y: 0, width: 0, height: 0 }, 0, 600);

  expect(Object.values(viewbox).every(Number.isFinite)).toBe(true);
});
