/** What the pages may ask for by a stable name, and the file that answers. */
export type Manifest = Record<string, string>;

/** Part of a bundle that matters here; both chunks and plain assets have it. */
export interface BuiltFile {
  fileName: string;
  name?: string | undefined;
  isEntry?: boolean;
}

/**
 * Map stable names to hashed file names.
 *
 * Chunks that only other chunks import are left out: no page names them.
 * Throws when two files want the same stable name, because a page would then
 * load one of them by chance.
 */
export function manifestOf(files: Iterable<BuiltFile>): Manifest {
  const manifest: Manifest = {};
  for (const file of files) {
    const name = stableName(file);
    if (name === undefined) continue;
    if (name in manifest) throw new Error(`Two built files are called ${name}`);
    manifest[name] = file.fileName;
  }
  return Object.fromEntries(Object.entries(manifest).sort(byName));
}

function stableName(file: BuiltFile): string | undefined {
  const suffix = file.fileName.slice(file.fileName.lastIndexOf("."));
  if (file.isEntry) return `${file.name}${suffix}`;
  return suffix === ".css" || file.name?.endsWith(suffix) ? file.name : undefined;
}

function byName([one]: [string, string], [other]: [string, string]): number {
  return one < other ? -1 : 1;
}

/** Drop the hint at a source map that is not delivered. */
export function withoutSourceMap(code: string): string {
  return code.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n");
}
