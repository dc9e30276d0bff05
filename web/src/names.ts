/** What is known of an element of a parsed model; unknown extensions are kept as they are. */
export interface Named {
  name?: string;
  extensionElements?: { values?: Extension[] };
}

interface Extension {
  name?: string;
  value?: string;
  $children?: Extension[];
}

const ENGLISH = "name_en";

/** Call elements by their English names, where the model has them. */
export function nameInEnglish(elements: Iterable<Named>): void {
  for (const element of elements) {
    const extensions = element.extensionElements?.values ?? [];
    const properties = extensions.flatMap((each) => each.$children ?? []);
    const english = properties.find((each) => each.name === ENGLISH)?.value;
    if (english !== undefined && english !== "") element.name = english;
  }
}
