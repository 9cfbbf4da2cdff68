/** The stand-in's answers about the whole day: its picture, the history of each station, and the versions of the list. */

import type { Day } from './day';

type State = 'live' | 'late' | 'missing' | 'hidden' | 'due';
interface Span { from: number; to: number; state: State; cause: string | null; arriving?: boolean }
interface Item { id: string; constituency: number; station: number; venue: string; state: State; cameras: { id: string; since: string | null; cause: string | null }[] }
type Minutes = Record<'owed' | 'live' | 'late' | 'arriving' | 'missing' | 'hidden', number>;

const MINUTE = 60_000;
const ZONE = '+04:00';
const iso = (at: number) => new Date(at + 4 * 60 * MINUTE).toISOString().replace('.000Z', ZONE).replace('Z', ZONE);
const today = (time: string) => Date.parse(`2026-11-22T${time}:00${ZONE}`);
const ON_AIR = today('07:30');
/** Constituencies whose stations have the day that their own pages show; the others have one by chance, always the same. */
const TOLD = 2;

/** A number in `[0, 1)` that is always the same for the same text. */
function chance(text: string): number {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** What befell some stations: one constituency without power, a line that was down for several. */
const EVENTS: [from: string, to: string, state: State, cause: string | null, of: (item: Item) => boolean][] = [
  ['07:30', '07:52', 'missing', 'neverconnected', (item) => item.constituency === 34 && chance(`34${item.id}`) < 0.4],
  ['11:10', '11:50', 'late', 'uplink', (item) => item.constituency >= 61 && item.constituency <= 66],
  ['09:22', '10:08', 'missing', 'power', (item) => item.constituency === 88 && chance(`88${item.id}`) < 0.6],
  ['12:30', '12:55', 'late', 'uplink', (item) => item.constituency >= 100 && item.constituency <= 105 && chance(item.id) < 0.5],
];

function spansOf(day: Day, item: Item): Span[] {
  const now = day.now();
  if (item.constituency <= TOLD || item.state !== 'live') {
    return (day.timeline(`${item.id}/1`, ON_AIR, Math.max(now, ON_AIR)) as { from: string; to: string; state: State; cause: string | null; arriving?: boolean }[])
      .map((span) => ({ ...span, from: Date.parse(span.from), to: Date.parse(span.to) }));
  }
  const cuts: Span[] = EVENTS.filter(([, , , , of]) => of(item)).map(([from, to, state, cause]) => ({ from: today(from), to: today(to), state, cause }));
  if (chance(`gap${item.id}`) < 0.12) {
    const from = ON_AIR + Math.floor(chance(`at${item.id}`) * 400) * MINUTE;
    const kind = chance(`kind${item.id}`);
    const state: State = kind < 0.25 ? 'missing' : kind < 0.9 ? 'late' : 'hidden';
    cuts.push({ from, to: from + (3 + Math.floor(chance(`long${item.id}`) * 25)) * MINUTE, state, cause: state === 'missing' ? 'uplink' : null });
  }
  const spans: Span[] = [];
  let at = ON_AIR;
  for (const cut of cuts.sort((a, b) => a.from - b.from)) {
    if (cut.from < at) continue;
    spans.push({ from: at, to: cut.from, state: 'live', cause: null }, cut);
    at = cut.to;
  }
  spans.push({ from: at, to: now, state: 'live', cause: null });
  return spans.map((span) => ({ ...span, to: Math.min(span.to, now) })).filter((span) => span.to > span.from);
}

/** At most so many cells in a row. */
const CELLS = 288;
const LETTERS: Record<State, string> = { due: 'D', live: 'L', late: 'A', hidden: 'H', missing: 'M' };
const WORSE = 'DLACHM';
const letterOf = (span: Span) => (span.arriving ? 'C' : LETTERS[span.state]);

function cellsOf(spans: Span[], to: number, step: number): string {
  const cells = Array<string>(Math.max(0, Math.floor((to - ON_AIR) / step) + 1)).fill('D');
  for (const span of spans) {
    for (let n = Math.floor((span.from - ON_AIR) / step); n * step < span.to - ON_AIR; n++) {
      if (WORSE.indexOf(letterOf(span)) > WORSE.indexOf(cells[n] ?? 'D')) cells[n] = letterOf(span);
    }
  }
  return cells.join('');
}

const minutesUp = (spans: Span[]) => Math.ceil(spans.reduce((all, span) => all + span.to - span.from, 0) / MINUTE);

function missingBy(spans: Span[]): Record<string, number> {
  const causes = groupedBy(spans.filter((span) => span.state === 'missing'), (span) => span.cause ?? 'unknown');
  return Object.fromEntries([...causes].map(([cause, all]) => [cause, minutesUp(all)]));
}

function minutesOf(spans: Span[]): Minutes {
  const sum = (state: State, arriving = false) => minutesUp(spans.filter((span) => span.state === state && (span.arriving ?? false) === arriving));
  const missing = Object.values(missingBy(spans)).reduce((all, minutes) => all + minutes, 0);
  const [late, arriving, hidden] = [sum('late'), sum('late', true), sum('hidden')];
  const rest = late + arriving + missing + hidden;
  const owed = Math.max(sum('live') + rest - 1, rest);
  return { owed, live: owed - rest, late, arriving, missing, hidden };
}

function added(all: Minutes[]): Minutes {
  const sum = { owed: 0, live: 0, late: 0, arriving: 0, missing: 0, hidden: 0 };
  for (const one of all) for (const key of Object.keys(sum) as (keyof Minutes)[]) sum[key] += one[key];
  return sum;
}

const worst = (cells: string[]) => Array.from(cells[0] ?? '', (_, n) => [...WORSE].findLast((letter) => cells.some((row) => row[n] === letter)) ?? 'D').join('');

function groupedBy<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

/** Every station of the list, whatever is asked for otherwise. */
function itemsOf(day: Day, constituency: string | null): Item[] {
  const query = new URLSearchParams({ limit: '5000', ...(constituency ? { constituency } : {}) });
  return (day.stations(query) as { items: Item[] }).items;
}

function dayPicture(day: Day, constituency: string | null) {
  const to = Math.max(ON_AIR, day.now());
  let step = (constituency ? 5 : 10) * MINUTE;
  while ((to - ON_AIR) / step > CELLS) step *= 2;
  const stations = itemsOf(day, constituency).map((item) => {
    const spans = to > ON_AIR ? spansOf(day, item) : [];
    return { item, spans, cells: to > ON_AIR ? cellsOf(spans, to, step) : '', minutes: minutesOf(spans) };
  });
  const groups = groupedBy(stations, ({ item }) => (constituency ? item.id : String(item.constituency)));
  const rows = [...groups].map(([key, all]) => ({ key, cells: worst(all.map((one) => one.cells)), minutes: added(all.map((one) => one.minutes)) }));
  const holes = stations.flatMap(({ item, spans }) => spans.filter((span) => span.state !== 'live' && span.state !== 'due').map((span) => ({ ...span, constituency: item.constituency })));
  const notes = [...groupedBy(holes, (hole) => `${hole.constituency} ${letterOf(hole)} ${hole.from}`).values()].map((all) => {
    const first = all[0] as (typeof holes)[number];
    const end = Math.max(...all.map((one) => one.to));
    return {
      constituency: first.constituency, from: iso(first.from), to: iso(end), state: first.state, cause: first.cause, ...(first.arriving && { arriving: true }),
      stations: all.length, minutes: all.reduce((sum, one) => sum + Math.ceil((one.to - one.from) / MINUTE), 0),
    };
  }).sort((a, b) => b.minutes - a.minutes).slice(0, 5);
  return { from: iso(ON_AIR), to: iso(to), step_s: step / 1000, minutes: added(rows.map((row) => row.minutes)), rows, notes };
}

function status(day: Day, constituency: string | null) {
  const to = Math.max(ON_AIR, day.now());
  const items = itemsOf(day, constituency).map((item) => {
    const spans = to > ON_AIR ? spansOf(day, item) : [];
    const holes = spans.filter((span) => span.state === 'missing');
    const longest = holes.toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];
    return {
      id: item.id, constituency: item.constituency, station: item.station, venue: item.venue, state: item.state,
      since: item.cameras[0]?.since ?? null, cause: item.cameras[0]?.cause ?? null, minutes: minutesOf(spans), causes: missingBy(spans), gaps: holes.length,
      longest: longest ? { from: iso(longest.from), to: iso(longest.to), cause: longest.cause } : null,
    };
  });
  return { from: iso(ON_AIR), to: iso(to), items, total: items.length };
}

/** Seconds by state, and the shares as the centre rounds them. */
function timesOf(spans: Span[]) {
  const of = (is: (span: Span) => boolean) => spans.filter(is).reduce((all, span) => all + span.to - span.from, 0) / 1000;
  const by = groupedBy(spans.filter((span) => span.state === 'missing'), (span) => span.cause ?? 'unknown');
  const seconds = {
    on_time_s: of((span) => span.state === 'live'), late_s: of((span) => span.state === 'late' && !span.arriving), arriving_s: of((span) => span.arriving ?? false),
    missing_s: of((span) => span.state === 'missing'), hidden_s: of((span) => span.state === 'hidden'),
  };
  const owed_s = Object.values(seconds).reduce((all, one) => all + one, 0);
  const up = (one: number) => Math.ceil((one / owed_s) * 10_000) / 100;
  const [late, arriving, missing, hidden] = [up(seconds.late_s), up(seconds.arriving_s), up(seconds.missing_s), up(seconds.hidden_s)];
  return {
    owed_s, ...seconds, causes: Object.fromEntries([...by].map(([cause, all]) => [cause, all.reduce((sum, span) => sum + span.to - span.from, 0) / 1000])),
    percent: owed_s > 0 ? { on_time: Math.round((100 - late - arriving - missing - hidden) * 100) / 100, late, arriving, missing, hidden } : null,
  };
}

/** Stations from which nothing came, as many as on the day that this was made for. */
const SILENT = 63;

function completeness(day: Day) {
  const to = Math.max(ON_AIR, day.now());
  const silent = new Set(day.silent ? itemsOf(day, null).filter((item) => item.state === 'live' && item.constituency > TOLD).slice(0, SILENT).map((item) => item.id) : []);
  const all = itemsOf(day, null).map((item) => {
    const told = to > ON_AIR ? spansOf(day, item).filter((span) => span.state !== 'due') : [];
    return { item, spans: silent.has(item.id) ? [{ from: ON_AIR, to, state: 'missing' as const, cause: 'neverconnected' }] : told };
  });
  const isWithout = (spans: Span[]) => spans.length > 0 && spans.every((span) => span.state === 'missing' || span.arriving);
  const sum = (some: typeof all) => ({
    stations: some.length, owing: some.filter(({ spans }) => spans.length > 0).length, without_video: some.filter(({ spans }) => isWithout(spans)).length, without_camera: 0,
    ...timesOf(some.flatMap(({ spans }) => spans)),
  });
  return {
    from: iso(ON_AIR), to: iso(to), totals: sum(all),
    constituencies: [...groupedBy(all, ({ item }) => String(item.constituency))].map(([number, some]) => ({ constituency: Number(number), ...sum(some) })),
    stations: all.map(({ item, spans }) => ({
      id: item.id, constituency: item.constituency, station: item.station, venue: item.venue, without_video: isWithout(spans), ...timesOf(spans),
      cameras: [{ id: `${item.id}/1`, without_video: isWithout(spans), ...timesOf(spans) }],
    })),
  };
}

/** The stations as the centre gives them, with their viewers, in the orders that it knows. */
function stations(day: Day, query: URLSearchParams) {
  const order = query.get('order');
  const asked = new URLSearchParams(query);
  if (order) asked.set('limit', '5000');
  const page = day.stations(asked) as { items: (Item & { watched?: number; boxes_opened?: string | null })[]; total: number; next: string | null };
  for (const item of page.items) item.watched ??= item.state === 'live' ? Math.floor(chance(`watch${item.id}`) * 40) : 0;
  if (!order) return page;
  const opened = day.now() > today('19:30') ? page.items.filter((item) => item.state === 'live').slice(0, 3) : [];
  for (const item of opened) item.boxes_opened = iso(today('19:28'));
  const items = order === 'boxes_opened' ? opened : page.items.filter((item) => item.state === 'live').sort((a, b) => (a.watched ?? 0) - (b.watched ?? 0));
  return { items: items.slice(0, Number(query.get('limit') ?? 50)), total: items.length, next: null };
}

const VERSIONS = [3, 2, 1].map((number) => ({
  number, published: iso(ON_AIR - (9 - number) * 24 * 60 * MINUTE), constituencies: 119, stations: 997 + number, sha256: String(number).repeat(64),
}));

/** Any two versions differ in what the newest changed; one that is not there is `null`. */
function changes(day: Day, from: string | null, to: string | null) {
  const known = (number: string | null) => VERSIONS.some((version) => String(version.number) === number);
  if (!from && !to) return day.changes();
  if (!known(from) || !known(to)) return null;
  return { ...(day.changes() as object), version: { number: Number(to) }, previous: { number: Number(from) } };
}

/** The answer to one of these questions; null for what is not there, undefined for another question. */
export function countryAnswer(url: URL, day: Day): unknown {
  const constituency = url.searchParams.get('constituency');
  switch (url.pathname) {
    case '/api/v1/day': return dayPicture(day, constituency);
    case '/api/v1/status': return status(day, constituency);
    case '/api/v1/completeness': return completeness(day);
    case '/api/v1/stations': return stations(day, url.searchParams);
    case '/list/versions': return { items: VERSIONS };
    case '/list/changes': return changes(day, url.searchParams.get('from'), url.searchParams.get('to'));
    default: return undefined;
  }
}
