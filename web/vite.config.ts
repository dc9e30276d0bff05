import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { manifestOf, withoutSourceMap } from "./build/assets.ts";

const require = createRequire(import.meta.url);

/** Deliver htmx as published: the pages' own script, not part of an island. */
function htmx(): Plugin {
  return {
    name: "fuwu-htmx",
    apply: "build",
    buildStart() {
      const source = readFileSync(require.resolve("htmx.org/dist/htmx.min.js"), "utf8");
      this.emitFile({ type: "asset", name: "htmx.js", source: withoutSourceMap(source) });
    },
  };
}

/** Tell the server under which hashed name each file is to be found. */
function manifest(): Plugin {
  return {
    name: "fuwu-manifest",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = Object.values(bundle).map((file) => ({
        fileName: file.fileName,
        name: file.type === "asset" ? file.names[0] : file.name,
        isEntry: file.type === "chunk" && file.isEntry,
      }));
      const source = `${JSON.stringify(manifestOf(files), null, 1)}\n`;
      this.emitFile({ type: "asset", fileName: "manifest.json", source });
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [htmx(), manifest()],
  build: {
    outDir: "../api/web/static/dist",
    emptyOutDir: true,
    target: "es2022",
    // A strict Content-Security-Policy refuses fonts and images in data URLs.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: { viewer: "src/viewer.ts" },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
