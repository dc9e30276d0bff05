/** What a diagram shows about one running instance. */
export const STATES = ["done", "current", "next", "incident"] as const;
export type State = (typeof STATES)[number];

/** One element to mark, with what is written beside it; texts are for display. */
export interface Highlight {
  id: string;
  person: string;
  comment: string;
  at: string;
  /** How many tokens, visits or people; 1 is not worth writing. */
  count: number;
}

export type Highlights = Record<State, Highlight[]> & { flows: string[] };

/** The page sent something else than highlights. */
export class HighlightsError extends Error {}

/**
 * Read highlights from JSON text.
 *
 * Unknown members are ignored so that a newer server can send more. An element
 * that is both done and current (a loop came back to it) counts as current; an
 * incident wins over everything, because somebody has to act on it.
 */
export function parseHighlights(json: string): Highlights {
  const raw = objectOf(json);
  const highlights = Object.fromEntries(
    STATES.map((state) => [state, listOf(raw[state], state).map(highlightOf)]),
  ) as Record<State, Highlight[]>;
  const flows = listOf(raw["flows"], "flows").map(String);
  return { ...onlyStrongest(highlights), flows };
}

/** Whether the attribute holds the highlights themselves, not their address. */
export function isInline(attribute: string): boolean {
  return attribute.trimStart().startsWith("{");
}

function objectOf(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new HighlightsError("Highlights are not JSON");
  }
  if (!isObject(value)) throw new HighlightsError("Highlights are not an object");
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown, name: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new HighlightsError(`Highlights: ${name} is not a list`);
}

function highlightOf(value: unknown): Highlight {
  const raw = isObject(value) ? value : { id: value };
  if (typeof raw["id"] !== "string" || raw["id"] === "") {
    throw new HighlightsError("Highlights: an element without id");
  }
  const count = Number(raw["count"] ?? 1);
  return {
    id: raw["id"],
    person: textOf(raw["person"]),
    comment: textOf(raw["comment"]),
    at: textOf(raw["at"]),
    count: Number.isFinite(count) ? count : 1,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

function onlyStrongest(all: Record<State, Highlight[]>): Record<State, Highlight[]> {
  const strongest = new Map<string, State>();
  for (const state of ["next", "done", "current", "incident"] as const) {
    for (const { id } of all[state]) strongest.set(id, state);
  }
  return Object.fromEntries(
    STATES.map((state) => [state, all[state].filter(({ id }) => strongest.get(id) === state)]),
  ) as Record<State, Highlight[]>;
}
