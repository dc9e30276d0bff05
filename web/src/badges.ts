import type { Highlight, State } from "./highlights.ts";
import { text } from "./texts.ts";

/** What one badge beside an element says: a short line and a longer hint. */
export interface Badge {
  label: string;
  hint: string;
}

const LONGEST_LABEL = 14;
const SIGNS: Record<State, string> = { done: "✓", current: "●", next: "○", incident: "!" };

/**
 * Sum up the highlights of one element, which a joint task may have several of.
 *
 * Returns nothing for a step to come without a person: its outline is enough.
 */
export function badgeOf(state: State, highlights: Highlight[], language: string): Badge | undefined {
  const people = distinct(highlights.map(({ person }) => person));
  const count = Math.max(...highlights.map((highlight) => highlight.count));
  if (state === "next" && people.length === 0) return undefined;
  const said = [people.join(language.startsWith("en") ? ", " : "、"), count > 1 ? `×${count}` : ""];
  const label = shortened([SIGNS[state], ...said].filter(Boolean).join(" "));
  const lines = highlights.map(lineOf).filter(Boolean);
  return { label, hint: [text(`state-${state}`, language), ...lines].join("\n") };
}

/** Bring the highlights of one element together, in the order of appearance. */
export function byElement(highlights: Highlight[]): Map<string, Highlight[]> {
  const groups = new Map<string, Highlight[]>();
  for (const highlight of highlights) {
    groups.set(highlight.id, [...(groups.get(highlight.id) ?? []), highlight]);
  }
  return groups;
}

function lineOf({ person, at, comment }: Highlight): string {
  const who = [person, at].filter(Boolean).join(" · ");
  return [who, comment].filter(Boolean).join(" — ");
}

function distinct(texts: string[]): string[] {
  return [...new Set(texts.filter(Boolean))];
}

function shortened(label: string): string {
  const signs = [...label]; // by sign, so that a rare character is not cut in half
  return signs.length > LONGEST_LABEL ? `${signs.slice(0, LONGEST_LABEL - 1).join("")}…` : label;
}
