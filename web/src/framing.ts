export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How a drawing is put into a frame: the frame's height and what it shows. */
export interface Framing {
  height: number;
  viewbox: Box;
}

const MARGIN = 24;
/** The least height of a frame, unless its place on the page has one of its own. */
export const LOWEST = 160;

/**
 * Fit a drawing to the width of its frame, never larger than drawn.
 *
 * @param drawing bounds of all shapes, in the drawing's units
 * @param width of the frame, in pixels
 * @param highest the frame may become, in pixels; the rest is reached by moving
 * @param lowest it may be
 */
export function fitToWidth(
  drawing: Box,
  width: number,
  highest: number,
  lowest: number = LOWEST,
): Framing {
  const usable = Math.max(1, width - 2 * MARGIN);
  const scale = drawing.width > 0 ? Math.min(1, usable / drawing.width) : 1;
  const wanted = drawing.height * scale + 2 * MARGIN;
  const height = Math.round(Math.max(lowest, Math.min(wanted, highest)));
  const shown = { width: width / scale, height: height / scale };
  return {
    height,
    viewbox: {
      x: drawing.x - (shown.width - drawing.width) / 2,
      y: drawing.y - Math.max(MARGIN / scale, (shown.height - drawing.height) / 2),
      ...shown,
    },
  };
}
