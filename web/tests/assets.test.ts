import { expect, test } from "vitest";
import { manifestOf, withoutSourceMap } from "../build/assets.ts";

test("entries and assets have a stable name, shared chunks have none", () => {
  const manifest = manifestOf([
    { fileName: "viewer-1a.js", name: "viewer", isEntry: true },
    { fileName: "shared-2b.js", name: "shared", isEntry: false },
    { fileName: "viewer-3c.css", name: "viewer.css" },
    { fileName: "htmx-4d.js", name: "htmx.js" },
  ]);

  expect(manifest).toEqual({
    "htmx.js": "htmx-4d.js",
    "viewer.css": "viewer-3c.css",
    "viewer.js": "viewer-1a.js",
  });
});

test("two files of one stable name stop the build", () => {
  const twice = [
    { fileName: "viewer-1a.css", name: "viewer.css" },
    { fileName: "viewer-2b.css", name: "viewer.css" },
  ];

  expect(() => manifestOf(twice)).toThrow("viewer.css");
});

test("the hint at an undelivered source map is dropped", () => {
  expect(withoutSourceMap("run()\n//# sourceMappingURL=htmx.min.js.map\n")).toBe("run()\n");
  expect(withoutSourceMap("run()")).toBe("run()");
});
