/** Which stations stand side by side, and how, as encoded in a link: `/watch?s=7/12,16/19&n=4&view=still&t=…&big=7/12`. */

export const SIZES = [2, 4, 9, 16] as const;
export type Size = (typeof SIZES)[number];

export const STATIONS_LIMIT = 16;
/** How much of a link is read: characters, and entries between commas. */
const LETTERS_LIMIT = 1_000;
const ENTRIES_LIMIT = 64;
const STATION = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/;

export interface Asked {
  /** At most `STATIONS_LIMIT` different stations, in the order of the link. */
  ids: string[];
  /** Entries that are not the number of a station. */
  unreadable: number;
  /** Readable stations beyond the limit. */
  beyond: number;
}

export const isStation = (text: string | null | undefined): text is string => STATION.test(text ?? '');

export function readStations(text: string | null): Asked {
  const entries = (text ?? '').slice(0, LETTERS_LIMIT).split(',', ENTRIES_LIMIT).map((entry) => entry.trim()).filter(Boolean);
  const all = [...new Set(entries.filter(isStation))];
  return {
    ids: all.slice(0, STATIONS_LIMIT),
    unreadable: entries.filter((entry) => !isStation(entry)).length,
    beyond: Math.max(0, all.length - STATIONS_LIMIT),
  };
}

/** How a set is written in a link; null for an empty one, which needs no parameter. */
export const written = (ids: readonly string[]) => (ids.length > 0 ? ids.join(',') : null);

/** The smallest size that holds this many stations. */
export const fitting = (count: number): Size => SIZES.find((size) => size >= count) ?? STATIONS_LIMIT;

export function readSize(text: string | null, count: number): Size {
  return SIZES.find((size) => String(size) === text) ?? fitting(count);
}

/** Columns of a wall of that size on a wide screen. */
export const columnsOf = (size: Size) => Math.ceil(Math.sqrt(size));

/** The set with `id` at place `to` (counted from 0, clamped to the set). */
export function moved(ids: readonly string[], id: string, to: number): string[] {
  const others = ids.filter((one) => one !== id);
  others.splice(Math.min(others.length, Math.max(0, to)), 0, id);
  return others;
}

export const without = (ids: readonly string[], id: string) => ids.filter((one) => one !== id);

/** The place of a station that was removed during arranging: it stays empty until arranging is done, so that no other tile moves. */
export interface Gap { id: string; place: number; height: number; large: boolean }

/** What stands on the wall, place by place. A gap's place counts stations and gaps. */
export function withGaps(ids: readonly string[], gaps: readonly Gap[]): (string | Gap)[] {
  const all: (string | Gap)[] = [...ids];
  for (const gap of [...gaps].sort((a, b) => a.place - b.place)) all.splice(gap.place, 0, gap);
  return all;
}

/** The set with `id` back in its gap. */
export function filled(ids: readonly string[], gaps: readonly Gap[], id: string): string[] {
  const before = withGaps(ids, gaps).findIndex((one) => typeof one !== 'string' && one.id === id);
  const place = withGaps(ids, gaps).slice(0, Math.max(0, before)).filter((one) => typeof one === 'string').length;
  return moved(ids, id, place);
}

/** The set with new stations appended, as far as there is room. */
export const joined = (ids: readonly string[], more: readonly string[]) => [...new Set([...ids, ...more])].slice(0, STATIONS_LIMIT);
