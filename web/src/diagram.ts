import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import type Canvas from "diagram-js/lib/core/Canvas";
import type EventBus from "diagram-js/lib/core/EventBus";
import type ElementRegistry from "diagram-js/lib/core/ElementRegistry";
import type Overlays from "diagram-js/lib/features/overlays/Overlays";
import type ZoomScroll from "diagram-js/lib/navigation/zoomscroll/ZoomScroll";
import { badgeOf, byElement } from "./badges.ts";
import { fitToWidth, LOWEST } from "./framing.ts";
import { nameInEnglish, type Named } from "./names.ts";
import { STATES, type Highlight, type Highlights, type State } from "./highlights.ts";

interface Services {
  canvas: Canvas;
  elementRegistry: ElementRegistry;
  eventBus: EventBus;
  overlays: Overlays;
  zoomScroll: ZoomScroll;
}

const ZOOM_STEP = 1.25;
const [SMALLEST, LARGEST] = [0.2, 4];
const HIGHEST_SHARE_OF_WINDOW = 0.7;
const SMALLEST_READABLE = 0.5;
const BADGE_SCALE = { min: 0.75, max: 1.25 };

/** One read-only diagram on a page, with what has happened in the instance. */
export class Diagram {
  readonly #frame: HTMLElement;
  readonly #language: string;
  readonly #viewer: NavigatedViewer<Services>;
  readonly #room: number;
  #current: string[] = [];

  constructor(frame: HTMLElement, language: string) {
    this.#frame = frame;
    // As high as its place, where that has a height; else as high as what is drawn.
    this.#room = Math.max(LOWEST, frame.clientHeight);
    this.#language = language;
    this.#viewer = new NavigatedViewer<Services>({
      container: frame,
      // The wheel belongs to the page until somebody steps into the diagram.
      zoomScroll: { enabled: false },
    });
  }

  /** Draw the model, fitted to the width; rejects when it cannot be drawn. */
  async draw(xml: string): Promise<void> {
    if (this.#language.startsWith("en")) {
      const parsed = "import.parse.complete";
      this.#viewer.on(parsed, (event: { elementsById?: Record<string, Named> }) => {
        nameInEnglish(Object.values(event.elementsById ?? {}));
      });
    }
    await this.#viewer.importXML(xml);
    this.fit();
    this.#viewer.get("eventBus").on("root.set", () => this.fit());
  }

  /**
   * Mark elements and write people and comments beside them.
   *
   * @param first of the steps that wait, to which `goToCurrent` goes first
   */
  show(highlights: Highlights, first = ""): void {
    for (const state of STATES) this.#mark(state, highlights[state]);
    for (const id of highlights.flows.filter((id) => this.#has(id))) {
      this.#viewer.get("canvas").addMarker(id, "is-done");
    }
    const waiting = byElement([...highlights.incident, ...highlights.current]);
    this.#current = [...waiting.keys()].filter((id) => this.#has(id));
    this.#current.sort((one, other) => Number(other === first) - Number(one === first));
  }

  /** Call `listener` with the id of every element that is clicked. */
  onSelect(listener: (id: string) => void): void {
    this.#viewer.get("eventBus").on("element.click", (event: { element: { id: string } }) => {
      listener(event.element.id);
    });
  }

  fit(): void {
    const canvas = this.#viewer.get("canvas");
    const share = window.innerHeight * HIGHEST_SHARE_OF_WINDOW;
    const highest = this.#room > LOWEST ? this.#room : share;
    const { inner, outer } = canvas.viewbox();
    const { height, viewbox } = fitToWidth(inner, outer.width, highest, this.#room);
    this.#frame.style.height = `${height}px`;
    canvas.resized();
    canvas.viewbox(viewbox);
  }

  zoom(direction: 1 | -1): void {
    const canvas = this.#viewer.get("canvas");
    const wanted = canvas.zoom() * ZOOM_STEP ** direction;
    canvas.zoom(Math.min(LARGEST, Math.max(SMALLEST, wanted)));
  }

  /** Whether one can read what is written in the shapes at this zoom. */
  get isReadable(): boolean {
    return this.#viewer.get("canvas").zoom() >= SMALLEST_READABLE;
  }

  get hasCurrent(): boolean {
    return this.#current.length > 0;
  }

  /**
   * Bring a step that waits to the middle, in the size it was drawn.
   *
   * Asked again it goes to the next one, for parallel branches have several.
   */
  goToCurrent(): void {
    const id = this.#current.shift();
    if (id === undefined) return;
    this.#current.push(id);
    const canvas = this.#viewer.get("canvas");
    canvas.zoom(1);
    canvas.scrollToElement(id, canvas.viewbox().outer.height / 3);
  }

  /** Let the wheel move the diagram, or leave it to the page. */
  takeWheel(taken: boolean): void {
    this.#viewer.get("zoomScroll").toggle(taken);
  }

  #mark(state: State, highlights: Highlight[]): void {
    for (const [id, ofElement] of byElement(highlights)) {
      // A migrated instance may have passed steps that this version lacks.
      if (!this.#has(id)) continue;
      this.#viewer.get("canvas").addMarker(id, `is-${state}`);
      const badge = badgeOf(state, ofElement, this.#language);
      if (badge === undefined) continue;
      const html = document.createElement("span");
      html.className = `badge badge-${state}`;
      html.textContent = badge.label;
      html.title = badge.hint;
      const position = { bottom: 10, left: 4 };
      this.#viewer.get("overlays").add(id, { position, scale: BADGE_SCALE, html });
    }
  }

  #has(id: string): boolean {
    return this.#viewer.get("elementRegistry").get(id) !== undefined;
  }
}
