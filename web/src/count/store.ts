/** A count on this device, stored only by the person's own act: nothing is written before the first ballot, and it can be deleted. */

import { BALLOTS_LIMIT, SPANS_LIMIT } from './series';
import type { Official, Scope } from './compare';
import type { Span } from './spans';

/** `taps`: times of the pictures in the order in which they were counted, so that the last one can be taken back. */
export interface Kept { taps: number[]; watched: Span[]; officials: Official[] }

const OFFICIALS_LIMIT = 50;
export const SOURCE_LIMIT = 200;
const SCOPES: readonly Scope[] = ['country', 'constituency', 'station'];

export const keyOf = (date: string, station: string) => `ashkar.count ${date} ${station}`;

/** Reads what is stored; null for nothing, and for anything that these pages cannot have written. */
export function readKept(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Kept> | null;
    return kept && isTimes(kept.taps) && isSpans(kept.watched) && isOfficials(kept.officials) ? { taps: kept.taps, watched: kept.watched, officials: kept.officials } : null;
  } catch {
    return null;
  }
}

const isTime = (at: unknown): at is number => typeof at === 'number' && Number.isFinite(at);
const isTimes = (all: unknown): all is number[] => Array.isArray(all) && all.length <= BALLOTS_LIMIT && all.every(isTime);
const isSpans = (all: unknown): all is Span[] =>
  Array.isArray(all) && all.length <= SPANS_LIMIT && all.every((one: Span | null) => isTime(one?.from) && isTime(one.to) && one.to > one.from);
const isFigure = (figure: unknown) => figure === null || (isTime(figure) && figure >= 0);
const isOfficials = (all: unknown): all is Official[] =>
  Array.isArray(all) && all.length <= OFFICIALS_LIMIT && all.every((one: Official | null) =>
    isTime(one?.at) && SCOPES.includes(one.scope) && isFigure(one.percent) && isFigure(one.voters) && typeof one.source === 'string' && one.source.length <= SOURCE_LIMIT);

/** The browser's storage; null where it refuses. */
function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Counts that this device refuses to store; they last as long as the page, whatever is opened in it meanwhile. */
const unkept = new Map<string, Kept>();

export const load = (key: string) => unkept.get(key) ?? readKept(storage()?.getItem(key) ?? null);

export const isUnkept = (key: string) => unkept.has(key);

/** Whether it is kept now. */
export function save(key: string, kept: Kept): boolean {
  unkept.set(key, kept);
  try {
    const place = storage();
    if (!place) return false;
    place.setItem(key, JSON.stringify(kept));
  } catch {
    return false;
  }
  unkept.delete(key);
  return true;
}

export function forget(key: string): void {
  unkept.delete(key);
  storage()?.removeItem(key);
}
