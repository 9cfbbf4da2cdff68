/** One person's count of ballots at one station, and what follows from it. Times in milliseconds since the epoch. */

import { MINUTE } from '../lib/time';
import { covered, type Span } from './spans';

/** Ballots by the time of the picture, in whole seconds and in order; and which stretches were watched. */
export interface Series { station: string; ballots: readonly number[]; watched: readonly Span[] }

/** More than any station has voters. */
export const BALLOTS_LIMIT = 20_000;
export const SPANS_LIMIT = 2_000;
/** A count covers one day; a day ends by an act, not by the clock, so there is room to spare. */
export const LENGTH_LIMIT = 48 * 60 * MINUTE;

export const wholeSecond = (at: number) => Math.floor(at / 1000) * 1000;

/** Ballots before `at`. */
export const countedBy = (ballots: readonly number[], at: number) => ballots.filter((one) => one < at).length;

export const STEP = 10 * MINUTE;
/** Windows that are drawn at most. */
const WINDOWS_LIMIT = LENGTH_LIMIT / STEP;

export interface Window { from: number; ballots: number; watched: 'all' | 'part' | 'none' }

/** This little missing counts as nothing missing: a jump of a second is no gap. */
const ALL = 0.98;

/** Ballots in each ten minutes from the first to the last that were watched or counted. */
export function windows({ ballots, watched }: Series): Window[] {
  const times = [...ballots, ...watched.flatMap(({ from, to }) => [from, to - 1])];
  if (times.length === 0) return [];
  const first = Math.floor(times.reduce((a, b) => Math.min(a, b)) / STEP) * STEP;
  const last = times.reduce((a, b) => Math.max(a, b));
  const count = Math.min(WINDOWS_LIMIT, Math.floor((last - first) / STEP) + 1);
  return Array.from({ length: count }, (_, n) => {
    const from = first + n * STEP;
    const part = covered(watched, from, from + STEP) / STEP;
    return { from, ballots: countedBy(ballots, from + STEP) - countedBy(ballots, from), watched: part >= ALL ? 'all' : part > 0 ? 'part' : 'none' };
  });
}
