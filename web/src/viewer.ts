import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./viewer.css";
import { addControls } from "./controls.ts";
import { Diagram } from "./diagram.ts";
import { isInline, parseHighlights, type Highlights } from "./highlights.ts";
import { text } from "./texts.ts";

const ISLAND = "[data-island=viewer]:not([data-started])";

/**
 * Turn one element of the page into a diagram.
 *
 * `data-bpmn-url` names the model, `data-highlights` holds the highlights or
 * names where they are, `data-focus` the step that is looked at. The model is shown even when the highlights fail.
 */
async function start(root: HTMLElement): Promise<void> {
  const language = document.documentElement.lang;
  root.dataset["started"] = "";
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", root.getAttribute("aria-label") ?? text("diagram", language));
  try {
    const frame = document.createElement("div");
    frame.className = "diagram-frame";
    root.append(frame);
    const [xml, highlights] = await Promise.all([
      fetched(root.dataset["bpmnUrl"] ?? ""),
      highlightsOf(root.dataset["highlights"] ?? "{}"),
    ]);
    const diagram = new Diagram(frame, language);
    await diagram.draw(xml);
    diagram.show(highlights, root.dataset["focus"]);
    // A wide diagram is too small as a whole: begin where the work is.
    if (!diagram.isReadable) diagram.goToCurrent();
    diagram.onSelect((id) => {
      const detail = { id };
      root.dispatchEvent(new CustomEvent("diagram:select", { detail, bubbles: true }));
    });
    addControls(root, diagram, language);
    root.dataset["ready"] = "";
  } catch (error) {
    fail(root, language);
    console.error(error);
  }
}

async function fetched(url: string): Promise<string> {
  if (url === "") throw new Error("The island names no model");
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

async function highlightsOf(attribute: string): Promise<Highlights> {
  try {
    return parseHighlights(isInline(attribute) ? attribute : await fetched(attribute));
  } catch (error) {
    console.error(error);
    return parseHighlights("{}");
  }
}

function fail(root: HTMLElement, language: string): void {
  const sentence = document.createElement("p");
  sentence.className = "diagram-failure";
  sentence.setAttribute("role", "alert");
  sentence.textContent = text("failed", language);
  root.replaceChildren(sentence);
  root.dataset["failed"] = "";
}

function startAll(): void {
  for (const root of document.querySelectorAll<HTMLElement>(ISLAND)) void start(root);
}

startAll();
document.addEventListener("htmx:after:swap", startAll);
