/** The coverage of the day: a row for each station or constituency, a cell for each step of time. Which stretches of a row are alike, where a cell is, and how keys and pointers move through it. */

import { lastOf } from './lists';
import type { DayPicture, Minutes } from './api';
import { instant, MINUTE, SECOND } from './time';
import type { Look } from './timeline';

/** What the letters of a row stand for. */
const LETTERS: Record<string, Look> = { D: 'due', L: 'live', A: 'late', C: 'arriving', H: 'hidden', M: 'missing' };

/** Cell `n` of a row covers `[from + n * step, from + (n + 1) * step)`; the last one holds `to`. In milliseconds. */
export interface Coverage { from: number; to: number; step: number; rows: CoverageRow[] }
export interface CoverageRow { key: string; cells: string; minutes: Minutes }
export interface Place { row: number; cell: number }

export function coverageOf(picture: DayPicture): Coverage {
  return { from: instant(picture.from), to: instant(picture.to), step: picture.step_s * SECOND, rows: picture.rows };
}

/** The cells that touch a range: of several days, those of one. Its minutes stay those of all. */
export function coverageIn(coverage: Coverage, range: { from: number; to: number }): Coverage {
  const first = Math.max(0, Math.floor((range.from - coverage.from) / coverage.step));
  const last = Math.max(first, Math.ceil((range.to - coverage.from) / coverage.step));
  const from = coverage.from + first * coverage.step;
  const rows = coverage.rows.map((row) => ({ ...row, cells: row.cells.slice(first, last) }));
  return { ...coverage, from, to: Math.max(from, Math.min(coverage.to, coverage.from + last * coverage.step)), rows };
}

/** A coverage of which nothing is known yet: all cells empty. */
export function emptyCoverage(from: number, rows: number): Coverage {
  const minutes = added([]);
  return { from, to: from, step: 10 * MINUTE, rows: Array.from({ length: rows }, (_, n) => ({ key: String(n + 1), cells: '', minutes })) };
}

/** What is not there has not come yet. */
export const stateOf = (row: CoverageRow | undefined, cell: number): Look => LETTERS[row?.cells[cell] ?? 'D'] ?? 'due';

export interface Run { from: number; to: number; state: Look }

/** A row as runs of cells in one state, `to` excluded; what is not yet due is no run. */
export function runsOf(row: CoverageRow): Run[] {
  const runs: Run[] = [];
  for (let cell = 0; cell < row.cells.length; cell++) {
    const state = stateOf(row, cell);
    const last = lastOf(runs);
    if (last?.state === state && last.to === cell) last.to += 1;
    else if (state !== 'due') runs.push({ from: cell, to: cell + 1, state });
  }
  return runs;
}

const widest = (coverage: Coverage) => Math.max(1, ...coverage.rows.map((row) => row.cells.length));

/** The nearest place that the coverage has. */
export function nearestPlace(coverage: Coverage, { row, cell }: Place): Place {
  const within = (n: number, most: number) => Math.max(0, Math.min(n, most));
  return { row: within(row, coverage.rows.length - 1), cell: within(cell, widest(coverage) - 1) };
}

/** The cell of a moment, cut to what the coverage has. */
export const cellAt = (coverage: Coverage, at: number): number => nearestPlace(coverage, { row: 0, cell: Math.floor((at - coverage.from) / coverage.step) }).cell;

/** The moment at which a cell begins. */
export const momentOf = (coverage: Coverage, cell: number): number => coverage.from + cell * coverage.step;

/** The time that a cell covers; the last one goes until `to`. */
export function spanOf(coverage: Coverage, cell: number): { from: number; to: number } {
  const from = momentOf(coverage, cell);
  return { from, to: Math.max(from, Math.min(from + coverage.step, coverage.to)) };
}

const PAGE_ROWS = 10;

/** Where a key leads: arrows a cell or a row, Home and End the day's start and now, with Ctrl the first and last row, pages ten rows. */
export function keyedTo(coverage: Coverage, from: Place, key: string, ctrl = false): Place | null {
  const steps: Record<string, Place> = {
    ArrowLeft: { row: from.row, cell: from.cell - 1 },
    ArrowRight: { row: from.row, cell: from.cell + 1 },
    ArrowUp: { row: from.row - 1, cell: from.cell },
    ArrowDown: { row: from.row + 1, cell: from.cell },
    PageUp: { row: from.row - PAGE_ROWS, cell: from.cell },
    PageDown: { row: from.row + PAGE_ROWS, cell: from.cell },
    Home: ctrl ? { row: 0, cell: from.cell } : { row: from.row, cell: 0 },
    End: ctrl ? { row: Infinity, cell: from.cell } : { row: from.row, cell: Infinity },
  };
  const to = steps[key];
  return to ? nearestPlace(coverage, to) : null;
}

/** Sums of minutes over many. */
export function added(all: readonly Minutes[]): Minutes {
  const sum: Minutes = { owed: 0, live: 0, late: 0, arriving: 0, missing: 0, hidden: 0 };
  for (const one of all) for (const key of Object.keys(sum) as (keyof Minutes)[]) sum[key] += one[key];
  return sum;
}

/** Worst first: most missing, then hidden, then arriving, then late. */
export const byWorst = (a: Minutes, b: Minutes): number => b.missing - a.missing || b.hidden - a.hidden || b.arriving - a.arriving || b.late - a.late;

/** The states whose minutes are told: what is arriving only where something is. */
export const summed = (minutes: Minutes | null) => (['live', 'late', 'arriving', 'missing', 'hidden'] as const).filter((one) => one !== 'arriving' || (minutes?.arriving ?? 0) > 0);

/**
 * Where labels stand, in their order, so that each is as near to where it is wanted as it can be, none nearer than `apart`
 * to the next, and all between 0 and `height`; all in CSS pixels.
 */
export function spread(wanted: readonly number[], apart: number, height: number): number[] {
  // Labels that would touch stand together as one block, in the middle of where they are wanted.
  const blocks: { top: number; count: number }[] = [];
  for (const want of wanted) {
    let block = { top: want, count: 1 };
    for (let last = lastOf(blocks); last && last.top + last.count * apart > block.top; last = lastOf(blocks)) {
      blocks.pop();
      const count = last.count + block.count;
      block = { top: (last.top * last.count + (block.top - last.count * apart) * block.count) / count, count };
    }
    const most = height - (block.count - 1) * apart;
    blocks.push({ ...block, top: Math.max(0, Math.min(block.top, most)) });
  }
  return blocks.flatMap(({ top, count }) => Array.from({ length: count }, (_, n) => top + n * apart));
}
