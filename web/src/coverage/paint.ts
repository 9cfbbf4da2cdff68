/** Paints the coverage onto a canvas: live is solid, late slanted, what is still arriving an open frame, missing a hole with an edge, hidden a curtain, the rest bare. */

import { fraction, type Range } from '../lib/bar';
import { momentOf, runsOf, type Coverage } from '../lib/coverage';
import type { Look } from '../lib/timeline';

/** Sizes in CSS pixels. `tail`: room to the right of the range, into which the bare frays out. */
export interface Size { range: Range; width: number; row: number; tail: number; grid: boolean }

interface Box { x: number; y: number; width: number; height: number }
type Shown = Exclude<Look, 'due'>;

/** Nothing that happened is narrower than this, CSS pixels. */
const NARROWEST_PX = 3;
const SLANT_PX = 6;
/** What is arriving is slanted more thinly, and further apart. */
const ARRIVING = { px: 8, thick: 0.2 };
const THICK = 0.42;
const CURTAIN_PX = 4;
/** Columns narrower than this, in CSS pixels, get no separating lines. */
const GRID_FROM_PX = 3;
/** A row higher than this is more than one row, CSS pixels. */
const SINGLE_ROW_PX = 5;
const GRID_ALPHA = 0.3;

/** Everything here is in whole pixels of the device, so that rows and edges are sharp. */
export function paint(canvas: HTMLCanvasElement, coverage: Coverage, size: Size): void {
  const scale = devicePixelRatio || 1;
  const to = (px: number) => Math.round(px * scale);
  canvas.width = to(size.width + size.tail);
  canvas.height = to(size.row * coverage.rows.length);
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const x = (at: number) => to(fraction(size.range, at) * size.width);

  const boxes = boxesOf(coverage, size, x, to);
  if (size.grid) emptyGrid(context, coverage.rows.length, size, to, colour('due-fill'));
  fill(context, boxes.live, colour('live-fill'));
  fill(context, boxes.late, slanted(context, to(SLANT_PX), colour('late-fill'), colour('late-soft')));
  rows(context, coverage, x, to, colour('surface'));
  fill(context, boxes.hidden, curtain(context, to(CURTAIN_PX), colour('hidden-fill'), colour('hidden-soft')));
  const edge = Math.max(1, to(1));
  fill(context, boxes.arriving, colour('late-fill'));
  fill(context, boxes.arriving.map((box) => inset(box, edge)), slanted(context, to(ARRIVING.px), colour('late-fill'), colour('surface'), ARRIVING.thick));
  fill(context, boxes.missing, colour('missing-fill'));
  fill(context, boxes.missing.map((box) => inset(box, edge)), colour('missing-soft'));
}

function boxesOf(coverage: Coverage, size: Size, x: (at: number) => number, to: (px: number) => number): Record<Shown, Box[]> {
  const boxes: Record<Shown, Box[]> = { live: [], late: [], arriving: [], missing: [], hidden: [] };
  const between = size.row > NARROWEST_PX && coverage.rows.length > 1 ? to(1) : 0;
  for (const [row, one] of coverage.rows.entries()) {
    const y = to(row * size.row);
    const height = to((row + 1) * size.row) - y - between;
    for (const run of runsOf(one)) {
      const left = x(momentOf(coverage, run.from));
      const right = x(Math.min(coverage.to, momentOf(coverage, run.to)));
      boxes[run.state as Shown].push({ x: left, y, width: Math.max(right - left, to(NARROWEST_PX)), height });
    }
  }
  return boxes;
}

function fill(context: CanvasRenderingContext2D, boxes: readonly Box[], style: string | CanvasPattern): void {
  context.fillStyle = style;
  for (const { x, y, width, height } of boxes) context.fillRect(x, y, width, height);
}

const inset = ({ x, y, width, height }: Box, by: number): Box =>
  ({ x: x + by, y: y + by, width: Math.max(0, width - 2 * by), height: Math.max(0, height - 2 * by) });

/** The far edge is a fringe, because the day ends by an act: each row has its own length, always the same. */
function emptyGrid(context: CanvasRenderingContext2D, rows: number, size: Size, to: (px: number) => number, colour: string): void {
  const each = Math.max(1, Math.floor(size.row / SINGLE_ROW_PX));
  context.fillStyle = colour;
  for (let row = 0; row < rows * each; row++) {
    const end = size.width + size.tail * (1 - (row * 0.618) % 1);
    context.fillRect(0, to(((row + 0.4) * size.row) / each), to(end), Math.max(1, to(0.75)));
  }
}

/** Fine lines between the columns of what is known. */
function rows(context: CanvasRenderingContext2D, coverage: Coverage, x: (at: number) => number, to: (px: number) => number, colour: string): void {
  if (x(coverage.from + coverage.step) - x(coverage.from) < to(GRID_FROM_PX)) return;
  context.fillStyle = colour;
  context.globalAlpha = GRID_ALPHA;
  for (let at = coverage.from + coverage.step; at < coverage.to; at += coverage.step) context.fillRect(x(at), 0, 1, context.canvas.height);
  context.globalAlpha = 1;
}

function pattern(context: CanvasRenderingContext2D, size: number, ground: string, draw: (tile: CanvasRenderingContext2D) => void): CanvasPattern | string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const tile = canvas.getContext('2d');
  if (!tile) return ground;
  tile.fillStyle = ground;
  tile.fillRect(0, 0, size, size);
  draw(tile);
  return context.createPattern(canvas, 'repeat') ?? ground;
}

const slanted = (context: CanvasRenderingContext2D, size: number, row: string, ground: string, thick = THICK) =>
  pattern(context, size, ground, (tile) => {
    tile.strokeStyle = row;
    tile.lineWidth = size * thick;
    for (const shift of [-size, 0, size]) {
      tile.beginPath();
      tile.moveTo(shift - 1, size + 1);
      tile.lineTo(shift + size + 1, -1);
      tile.stroke();
    }
  });

const curtain = (context: CanvasRenderingContext2D, size: number, fold: string, ground: string) =>
  pattern(context, size, ground, (tile) => {
    tile.fillStyle = fold;
    tile.fillRect(0, 0, Math.round(size * 0.6), size);
  });
