/** One camera's day as spans, and what follows from it. All times in milliseconds since the epoch. */

import { findLast, lastOf } from './lists';
import type { Cause, HiddenWhy, Span, State } from './api';
import { instant, MINUTE, SECOND } from './time';

/** `arriving`: late, and there is no picture of it yet: its recording is still at the station. */
export interface Stretch { from: number; to: number; state: State; cause: Cause | null; hidden?: HiddenWhy; arriving?: boolean }

/** What is drawn, and said in a word: a state, or that part of what is late which cannot be seen yet. */
export type Look = State | 'arriving';
type Told = Pick<Stretch, 'state' | 'arriving'>;
export const lookOf = ({ state, arriving }: Told): Look => (arriving ? 'arriving' : state);

/** From best to worst; a cell that covers several states shows the last of them. */
const WORSE: readonly Look[] = ['due', 'live', 'late', 'arriving', 'hidden', 'missing'];

export const better = <T extends Look>(a: T, b: T): T => (worse(a, b) === a ? b : a);

export function worse<T extends Look>(a: T, b: T): T {
  return WORSE.indexOf(a) >= WORSE.indexOf(b) ? a : b;
}

/** The API's spans in order, empty ones left out and equal neighbours joined. */
export function stretches(spans: readonly Span[]): Stretch[] {
  const read = spans
    .map(({ from, to, state, cause, hidden, arriving }): Stretch => ({ from: instant(from), to: instant(to), state, cause, ...(hidden && { hidden }), ...(arriving && { arriving }) }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from);
  return joined(read);
}

function joined(ordered: readonly Stretch[]): Stretch[] {
  const out: Stretch[] = [];
  for (const next of ordered) {
    const last = lastOf(out);
    if (last && lookOf(last) === lookOf(next) && last.cause === next.cause && last.hidden === next.hidden && next.from <= last.to) {
      last.to = Math.max(last.to, next.to);
    } else {
      out.push({ ...next });
    }
  }
  return out;
}

/** The day with the stretch `[from,to)` replaced by what a newer answer says of it. */
export function replaced(day: readonly Stretch[], newer: readonly Stretch[], from: number, to: number): Stretch[] {
  const before = day.filter((s) => s.from < from).map((s) => ({ ...s, to: Math.min(s.to, from) }));
  const after = day.filter((s) => s.to > to).map((s) => ({ ...s, from: Math.max(s.from, to) }));
  return joined([...before, ...newer, ...after].filter((s) => s.to > s.from));
}

export function stretchAt(day: readonly Stretch[], at: number): Stretch | null {
  return day.find((s) => s.from <= at && at < s.to) ?? null;
}

/** So long after the last picture that came, nothing more is said of a camera than was said before; then its line is down. */
const ON_ITS_WAY_MS = 15 * SECOND;

/** What is so now. The seconds whose pictures are on their way are not told yet: until they are, what was so before goes on. */
export function presentOf(day: readonly Stretch[], now: number): Stretch | null {
  const last = findLast(day, (s) => s.from <= now) ?? null;
  if (last?.state !== 'due' || now - last.from > ON_ITS_WAY_MS) return last;
  return day.find((s) => s.to === last.from && s.from < s.to) ?? last;
}

/** Whether there is a picture to show: none of what is still arriving. */
export const hasPicture = (one: Told | null | undefined) => one?.state === 'live' || (one?.state === 'late' && !one.arriving);

/** There should be a picture, and is none, or none yet. */
const isAwaited = (one: Told) => one.state === 'missing' || (one.arriving ?? false);

/** The nearest moment at or after `at` that has a picture, or null when none is known. */
export function nextPicture(day: readonly Stretch[], at: number): number | null {
  const found = day.find((s) => s.to > at && hasPicture(s));
  return found ? Math.max(at, found.from) : null;
}

/** The last moment before `at` that has a picture. */
export function lastPicture(day: readonly Stretch[], at: number): number | null {
  const found = findLast(day, (s) => s.from < at && hasPicture(s));
  return found ? Math.min(at, found.to) : null;
}

/** What is not plainly live and already past: the rows of "what is missing". */
export function lacking(day: readonly Stretch[], until: number): Stretch[] {
  return day
    .filter((s) => s.from < until && s.state !== 'live' && s.state !== 'due')
    .map((s) => ({ ...s, to: Math.min(s.to, until) }));
}

/** A whole second within a stretch, if it contains one: the second in which it begins may still belong to the stretch before. */
export function insideOf({ from, to }: { from: number; to: number }): number {
  const next = Math.ceil(from / SECOND) * SECOND;
  return next < to ? next : from;
}

/** Since when there has been no picture, at a stretch that has none: one part of a gap may be arriving, and the other missing. */
export function awaitedSince(day: readonly Stretch[], stretch: Stretch): number {
  const before = isAwaited(stretch) ? day.find((s) => s.to === stretch.from && isAwaited(s) && s.from < s.to) : undefined;
  return before ? awaitedSince(day, before) : stretch.from;
}

/** What was missing, or about to arrive, in an earlier answer and has arrived since, in whole pieces. */
export function arrivals(before: readonly Stretch[], after: readonly Stretch[]): { from: number; to: number }[] {
  const came = after.filter((s) => s.state === 'late' && hasPicture(s));
  const pieces = before.filter(isAwaited).flatMap((gap) =>
    came.filter((s) => s.from < gap.to && s.to > gap.from).map((s) => ({ from: Math.max(s.from, gap.from), to: Math.min(s.to, gap.to) })));
  const out: { from: number; to: number }[] = [];
  for (const piece of pieces) {
    const last = lastOf(out);
    if (last?.to === piece.from) last.to = piece.to;
    else out.push(piece);
  }
  return out;
}

/** Several cameras' days as one: in each moment what `pick` chooses, with its cause. */
export function merged(days: readonly (readonly Stretch[])[], pick: (a: Look, b: Look) => Look): Stretch[] {
  const cuts = [...new Set(days.flat().flatMap((s) => [s.from, s.to]))].sort((a, b) => a - b);
  const pieces = cuts.slice(0, -1).flatMap((from, n) => {
    const at = days.map((day) => stretchAt(day, from)).filter((s) => s !== null);
    const chosen = at.reduce<Stretch | null>((kept, s) => (kept && pick(lookOf(kept), lookOf(s)) === lookOf(kept) ? kept : s), null);
    return chosen ? [{ ...chosen, from, to: cuts[n + 1] ?? from }] : [];
  });
  return joined(pieces);
}

/** The 60 minutes of the hour that starts at `from`: the worst in each; what no span covers is not yet due. */
export function minuteCells(day: readonly Stretch[], from: number): Look[] {
  return Array.from({ length: 60 }, (_, minute) => {
    const start = from + minute * MINUTE;
    const inside = day.filter((s) => s.from < start + MINUTE && s.to > start);
    return inside.reduce<Look>((worst, s) => worse(worst, lookOf(s)), 'due');
  });
}
