import type { Diagram } from "./diagram.ts";
import { text, type TextName } from "./texts.ts";

const SIGNS: Partial<Record<TextName, string>> = {
  "zoom-in": "+",
  "zoom-out": "−",
  "fit": "↔",
  "current": "◎",
};
const KEYS: Record<string, TextName> = {
  "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", "0": "fit", ".": "current",
};

/** Buttons and keys with which one looks around in a diagram. */
export function addControls(root: HTMLElement, diagram: Diagram, language: string): void {
  const actions: Partial<Record<TextName, () => void>> = {
    "zoom-in": () => diagram.zoom(1),
    "zoom-out": () => diagram.zoom(-1),
    "fit": () => diagram.fit(),
  };
  if (diagram.hasCurrent) actions["current"] = () => diagram.goToCurrent();

  const bar = document.createElement("div");
  bar.className = "diagram-controls";
  for (const name of Object.keys(actions) as TextName[]) {
    bar.append(button(name, language, actions[name]!));
  }
  root.append(bar);

  root.addEventListener("keydown", (event) => {
    const action = actions[KEYS[event.key] ?? "diagram"];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  root.addEventListener("focusin", () => diagram.takeWheel(true));
  root.addEventListener("focusout", () => diagram.takeWheel(false));
}

function button(name: TextName, language: string, action: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = SIGNS[name] ?? "";
  made.title = text(name, language);
  made.setAttribute("aria-label", made.title);
  made.addEventListener("click", action);
  return made;
}
