/** What the desk's API says of the installation programme, and what follows from it for a page. */

export const STAGES = ['chosen', 'surveyed', 'conditions-met', 'installed', 'accepted', 'rehearsed', 'public'] as const;
export type StageName = (typeof STAGES)[number];

/** The checklist of a station. */
export const ITEMS = ['power', 'power-reserve', 'line', 'light-day', 'light-count', 'mount', 'view', 'legibility', 'own-cameras', 'notice'] as const;
export type Item = (typeof ITEMS)[number];
/** The item that is met only with figures. */
export const MEASURED: Item = 'line';
export const METS = ['yes', 'no', 'unknown'] as const;
export type Met = (typeof METS)[number];
export type Question = 'room' | 'box-and-tables' | 'no-booth';

export type Blocker = 'no-camera' | 'unanswered' | 'not-met' | 'unmeasured' | 'not-installed' | 'not-accepted' | 'withdrawn' | 'untested' | 'test-failed' | 'not-approved';
export interface Block { what: Blocker; item?: Item; camera?: string; no?: Question[]; words: string; since: string | null; fell_back: boolean }

export const NO_CAMERA_REASONS = ['hospital', 'prison', 'ship', 'abroad', 'small', 'other'] as const;
export type NoCameraReason = (typeof NO_CAMERA_REASONS)[number];

export interface Counts { stations: number; none: number; at: Record<StageName, number>; late: number; untested: number; blocked: number }
export interface ConstituencyBoard extends Counts { constituency: number; decided: number | null; missing: number | null; without_camera: number }
export interface StationBoard {
  station: string; venue: string; stage: StageName | null; next: StageName | null; blocks: Block[];
  late: { stage: StageName; responsible: string; due: string }[]; responsible: string; due: string | null; untested: boolean;
}
export interface Board {
  at: string; all: Counts; constituencies: ConstituencyBoard[]; stations: StationBoard[];
  distribution: {
    decided: { stations: number; constituencies: number } | null; stations: number; constituencies: number;
    missing_stations: number | null; missing_constituencies: number | null; without_camera: Record<string, number>; in_both: string[];
  };
  publication: {
    deadline: string | null; newest_version: number | null; decision: { number: string; date: string; list_version: number } | null;
    published: { list_version: number; at: string } | null; outdated: boolean; late: boolean;
  };
  self_tests: { of: number; done: number; passed: number }; open_reports: number;
  without_camera: { station: string; reason: NoCameraReason; words: string }[];
}

export type Figures = Record<string, unknown>;
/** A record's content; which fields it has depends on `what`. */
export interface Fact {
  what: string; station?: string; item?: Item; met?: Met; note?: string; measured?: Figures | null; evidence?: string[];
  chair?: string; technician?: string; words?: string; passed?: boolean; stage?: StageName; responsible?: string; due?: string | null;
  room?: boolean; box_and_tables?: boolean; no_booth?: boolean; reason?: NoCameraReason | null;
}
export interface Entry { number: number; id: string; found_at: string; came_at: string; at: string; by: string; fact: Fact }
export interface KeptPhoto { sha256: string; bytes: number; came_at: string; by: string }
/** What a new sheet would carry: the cameras whose codes of enrolment it makes, and how many telephone numbers. */
export interface SheetPlan { codes: string[]; telephones: number }
export interface StationRecords { station: string; venue: string; address: string; sheet: SheetPlan; board: StationBoard | null; records: Entry[]; photos: KeptPhoto[] }

export const WORSTS = ['late', 'blocked', 'untested', 'under-way', 'public', 'empty'] as const;
export type Worst = (typeof WORSTS)[number];

const FAILURES: readonly Blocker[] = ['no-camera', 'not-met', 'withdrawn', 'test-failed'];
/** Somebody recorded that something fails which the next stage needs; otherwise it only was not done yet. */
export const isBlocked = (station: StationBoard) => station.blocks.some(({ what }) => FAILURES.includes(what));

export function worstOf(station: StationBoard): Worst {
  if (station.late.length > 0) return 'late';
  if (isBlocked(station)) return 'blocked';
  if (station.untested) return 'untested';
  return station.next === null ? 'public' : 'under-way';
}

/** The worst that is true of one of its stations. */
export function worstThere(there: Counts): Worst {
  if (there.stations === 0) return 'empty';
  if (there.late > 0) return 'late';
  if (there.blocked > 0) return 'blocked';
  if (there.untested > 0) return 'untested';
  return there.at.public === there.stations ? 'public' : 'under-way';
}

export const SHOWS = ['late', 'untested', 'blocked'] as const;
export type Show = (typeof SHOWS)[number];
export type AtStage = StageName | 'none';

/** The stations that a filter leaves, by constituency. */
export function found(stations: readonly StationBoard[], show: Show | null, stage: AtStage | null): Map<number, StationBoard[]> {
  const fits = (one: StationBoard) =>
    (stage === null || (one.stage ?? 'none') === stage) &&
    (show === null || (show === 'late' ? one.late.length > 0 : show === 'untested' ? one.untested : isBlocked(one)));
  const by = new Map<number, StationBoard[]>();
  for (const one of stations) {
    if (!fits(one)) continue;
    const number = Number(one.station.split('/')[0]);
    const there = by.get(number);
    if (there) there.push(one);
    else by.set(number, [one]);
  }
  return by;
}

/** The finding that counts of each item: the one found latest, of two the one that came later. */
export function newest(records: readonly Entry[]): Map<Item, Entry> {
  const by = new Map<Item, Entry>();
  for (const entry of records) {
    const { what, item } = entry.fact;
    if (what !== 'finding' || !item) continue;
    const known = by.get(item);
    const [one, other] = [Date.parse(entry.at), Date.parse(known?.at ?? '')];
    if (!known || one > other || (one === other && entry.number > known.number)) by.set(item, entry);
  }
  return by;
}

/** Who answers for each stage, and until when: what was said last. */
export function duties(records: readonly Entry[]): Map<StageName, { responsible: string; due: string | null }> {
  const by = new Map<StageName, { responsible: string; due: string | null }>();
  for (const { fact } of [...records].sort((a, b) => a.number - b.number)) {
    if (fact.what !== 'due' || !fact.stage) continue;
    const [responsible, due] = [fact.responsible ?? '', fact.due ?? null];
    if (responsible || due) by.set(fact.stage, { responsible, due });
    else by.delete(fact.stage);
  }
  return by;
}

/** `1 dekabr 2026` of `2026-12-01`. */
export function civil(date: string, months: readonly string[]): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${day} ${months[(month ?? 1) - 1]} ${year}`;
}

/** A citizen's report that nobody has closed. Nothing says who made it. */
export interface OpenReport { camera: string; venue: string | null; id: string; kind: string; text: string; at: string }
export interface OpenReports { total: number; items: OpenReport[] }
/** The numbers of single constituencies, one in a line such as `7: 12`, in order; null where a line says something else, or one is named twice. */
export function decidedOf(text: string): { constituency: number; stations: number }[] | null {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  const read = lines.map((line) => /^([1-9]\d{0,4})\s*:\s*(\d{1,6})$/.exec(line));
  const all = read.flatMap((found) => (found ? [{ constituency: Number(found[1]), stations: Number(found[2]) }] : [])).sort((a, b) => a.constituency - b.constituency);
  const once = new Set(all.map(({ constituency }) => constituency)).size === all.length;
  return all.length === lines.length && once ? all : null;
}
