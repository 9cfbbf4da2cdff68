/** Paints the cloth onto a canvas: live is woven, late slanted, missing a hole with an edge, hidden a curtain, the rest bare warp. */

import type { State } from '../lib/api';
import { fraction, type Range } from '../lib/bar';
import { momentOf, runsOf, type Cloth } from '../lib/cloth';

/** Sizes in CSS pixels. `tail`: room to the right of the range, into which the bare warp frays out. */
export interface Sheet { range: Range; width: number; row: number; tail: number; warp: boolean }

interface Box { x: number; y: number; width: number; height: number }
type Woven = Exclude<State, 'due'>;

/** Nothing that happened is narrower than this, CSS pixels. */
const NARROWEST_PX = 3;
const SLANT_PX = 6;
const CURTAIN_PX = 4;
/** Columns narrower than this, in CSS pixels, are not told apart by lines of their own. */
const WARP_FROM_PX = 3;
/** A row higher than this is more than one thread, CSS pixels. */
const THREAD_PX = 5;
const WARP_ALPHA = 0.3;

/** Everything here is in whole pixels of the device, so that threads and edges are sharp. */
export function paint(canvas: HTMLCanvasElement, cloth: Cloth, sheet: Sheet): void {
  const scale = devicePixelRatio || 1;
  const to = (px: number) => Math.round(px * scale);
  canvas.width = to(sheet.width + sheet.tail);
  canvas.height = to(sheet.row * cloth.rows.length);
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const x = (at: number) => to(fraction(sheet.range, at) * sheet.width);

  const boxes = boxesOf(cloth, sheet, x, to);
  if (sheet.warp) bareWarp(context, cloth.rows.length, sheet, to, colour('due-fill'));
  fill(context, boxes.live, colour('live-fill'));
  fill(context, boxes.late, slanted(context, to(SLANT_PX), colour('late-fill'), colour('late-soft')));
  threads(context, cloth, x, to, colour('surface'));
  fill(context, boxes.hidden, curtain(context, to(CURTAIN_PX), colour('hidden-fill'), colour('hidden-soft')));
  const edge = Math.max(1, to(1));
  fill(context, boxes.missing, colour('missing-fill'));
  fill(context, boxes.missing.map((box) => inset(box, edge)), colour('missing-soft'));
}

function boxesOf(cloth: Cloth, sheet: Sheet, x: (at: number) => number, to: (px: number) => number): Record<Woven, Box[]> {
  const boxes: Record<Woven, Box[]> = { live: [], late: [], missing: [], hidden: [] };
  const between = sheet.row > NARROWEST_PX && cloth.rows.length > 1 ? to(1) : 0;
  for (const [row, one] of cloth.rows.entries()) {
    const y = to(row * sheet.row);
    const height = to((row + 1) * sheet.row) - y - between;
    for (const run of runsOf(one)) {
      const left = x(momentOf(cloth, run.from));
      const right = x(Math.min(cloth.to, momentOf(cloth, run.to)));
      boxes[run.state as Woven].push({ x: left, y, width: Math.max(right - left, to(NARROWEST_PX)), height });
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

/** The far edge is a fringe, because the day ends by an act: each thread has its own length, always the same. */
function bareWarp(context: CanvasRenderingContext2D, rows: number, sheet: Sheet, to: (px: number) => number, colour: string): void {
  const each = Math.max(1, Math.floor(sheet.row / THREAD_PX));
  context.fillStyle = colour;
  for (let thread = 0; thread < rows * each; thread++) {
    const end = sheet.width + sheet.tail * (1 - (thread * 0.618) % 1);
    context.fillRect(0, to(((thread + 0.4) * sheet.row) / each), to(end), Math.max(1, to(0.75)));
  }
}

/** Fine lines between the columns of what is woven. */
function threads(context: CanvasRenderingContext2D, cloth: Cloth, x: (at: number) => number, to: (px: number) => number, colour: string): void {
  if (x(cloth.from + cloth.step) - x(cloth.from) < to(WARP_FROM_PX)) return;
  context.fillStyle = colour;
  context.globalAlpha = WARP_ALPHA;
  for (let at = cloth.from + cloth.step; at < cloth.to; at += cloth.step) context.fillRect(x(at), 0, 1, context.canvas.height);
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

const slanted = (context: CanvasRenderingContext2D, size: number, thread: string, ground: string) =>
  pattern(context, size, ground, (tile) => {
    tile.strokeStyle = thread;
    tile.lineWidth = size * 0.42;
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
