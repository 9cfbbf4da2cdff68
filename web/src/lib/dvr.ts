/** Which span of the recording to ask for. Spans are aligned, so that viewers share their addresses and caches. */

import { MINUTE, SECOND } from './time';

/** A span is at most this long: its playlist is made quickly and small on a phone, and the next one follows by itself. */
const SPAN = 5 * MINUTE;
/** A span that ended this long ago is closed for good: its playlist has an end and never changes. */
export const SETTLED = 10 * SECOND;
/** The last span of a running day ends on such a step, so that viewers who look back a little share it too. */
const STEP = 10 * SECOND;

export interface DvrSpan { from: number; to: number }

/** The last moment that may be asked for. */
export function settledUntil(now: number): number {
  return Math.floor((now - SETTLED) / STEP) * STEP;
}

const border = (at: number) => Math.floor(at / SPAN) * SPAN;

/** The span that holds `at`, or null when that moment is too young to be read back. */
export function spanFor(at: number, now: number): DvrSpan | null {
  const span = { from: border(at), to: Math.min(border(at) + SPAN, settledUntil(now)) };
  return at < span.to ? span : null;
}

/** The span that goes on where another ended, or null when nothing more is settled yet. */
export function spanAfter(end: number, now: number): DvrSpan | null {
  const span = { from: end, to: Math.min(border(end) + SPAN, settledUntil(now)) };
  return span.to > span.from ? span : null;
}

const stamp = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');

export function dvrAddress(camera: string, { from, to }: DvrSpan): string {
  return `/dvr/${camera}/index.m3u8?from=${stamp(from)}&to=${stamp(to)}`;
}

export const liveAddress = (camera: string) => `/live/${camera}/index.m3u8`;
