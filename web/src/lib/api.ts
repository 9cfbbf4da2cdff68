/** The JSON API of the centre, as these pages use it. Fields that are not named here are ignored. */

import { taken } from './prefetch';
import { connection } from './connection.svelte';
import { within } from './signal';
import { MINUTE } from './time';

/** The five states of a camera's time; every interval of its day is in exactly one of them. */
export type State = 'live' | 'late' | 'missing' | 'hidden' | 'due';
/** Why the public may not see it: its view is not approved yet, or somebody hid it. */
export type HiddenWhy = 'unapproved' | 'secrecy' | 'person' | 'other' | 'other_day';
export const STATES: readonly State[] = ['live', 'late', 'missing', 'hidden', 'due'];

/** Why a picture is not there. A word that these pages do not know is shown as `unknown`. */
export type Cause =
  | 'unknown' | 'uplink' | 'source' | 'power' | 'disk'
  | 'clock' | 'hidden' | 'centre' | 'neverconnected' | 'stationdisk';

export type Phase =
  | 'before' | 'on_air' | 'empty_boxes' | 'voting' | 'night' | 'closed'
  | 'unused_cancelled' | 'mobile_box' | 'stationary_box' | 'count' | 'completed';

export interface Names { az: string; en: string | null; ru: string | null }
export type StateCounts = Record<State, number>;

export interface Election {
  sample: boolean;
  rehearsal: boolean;
  names: Names;
  date: string;
  time_zone: string;
  now: string;
  phase: Phase;
  plan: {
    on_air: string; empty_boxes: string; voting_from: string; voting_to: string; turnout: string[];
    /** Nights between the days of voting; none of an election of one day. */
    nights: { from: string; to: string }[];
  };
  policy: { sound: boolean; rewind_on_day: boolean; rewind_now: boolean; archive_public_after: boolean; retention_years: number };
  list: { version: number; published: string } | null;
  totals: { constituencies: number; stations: number; cameras: number; states: StateCounts };
  /** Official figures that were announced so far, country-wide, in the order of their times. */
  turnout: Turnout[];
}

/** Official turnout at one of the plan's times, in per cent of the voters on the register, and who says so. */
export interface Turnout { at: string; percent: number; source: string }

export interface Constituency {
  number: number; names: { az: string | null; en: string | null; ru: string | null };
  display: Names; stations: number; states: StateCounts;
}

export interface Camera {
  id: string; state: State; since: string | null; cause: Cause | null;
  /** Why it is hidden now, in whatever state it is. */
  hidden?: HiddenWhy | null;
  /** What is wrong with what it sends, for technicians, where it is connected and nothing usable comes. */
  reason?: string | null;
  /** What is known of its sound, where the policy lets sound through and the camera is live and public. */
  sound?: 'none' | 'silent' | 'heard' | 'not-judged' | null;
  /** A light rendition of the same view, addressed like a camera. */
  sub: string | null;
}

/** What a camera was approved to show: the newest approval of each phase. Zones are in thousandths of the still. */
export interface CameraApproval { camera: string; hidden: HiddenWhy | null; approved: ApprovedView[] }
export interface ApprovedView {
  phase: string; at: string; by_owner: boolean; still: string | null; zones: { kind: string; x: number; y: number; w: number; h: number }[];
}

export interface Station {
  id: string; constituency: number; station: number; venue: string; address: string | null;
  voters: number | null; state: State; cameras: Camera[];
  /** Viewers of its live picture, as far as the centre sees them. */
  watched: number;
  /** When a ballot box was opened; only in the order of `boxes_opened`. */
  boxes_opened?: string | null;
}

export interface Mark { act: Phase; at: string }

export interface StationDetail extends Station {
  constituency_display: Names; full_name: Names; marks: Mark[];
  owed: { from: string; to: string | null } | null;
}

/** `arriving`: late, and not here yet: its recording is at the station, and is about to be sent. */
export interface Span { from: string; to: string; state: State; cause: Cause | null; hidden?: HiddenWhy | null; arriving?: boolean }
/** Minutes of cameras by state; they add up to `owed`. */
export interface Minutes { owed: number; live: number; late: number; arriving: number; missing: number; hidden: number }

/** The day as one picture: a row is a constituency or, within one, a station; a cell is the worst state in `step_s` seconds. */
export interface DayPicture {
  from: string; to: string; step_s: number; minutes: Minutes;
  /** `cells`: one letter each, in the order of time: `D`ue, `L`ive, `A`rrived late, `C`oming, `H`idden, `M`issing. */
  rows: { key: string; cells: string; minutes: Minutes }[];
  /** The worst stretches of the day, worst first. */
  notes: DayNote[];
}
export interface DayNote { constituency: number; from: string; to: string; state: State; cause: Cause | null; stations: number; minutes: number; arriving?: boolean }

/** The history of one station in minutes; `causes` says what the missing minutes are due to. */
export interface StationHistory {
  id: string; constituency: number; station: number; venue: string; state: State; since: string | null; cause: Cause | null; hidden?: HiddenWhy | null;
  minutes: Minutes; causes: Partial<Record<Cause, number>>; gaps: number;
  longest: { from: string; to: string; cause: Cause | null } | null;
}
export interface Status { from: string; to: string; items: StationHistory[]; total: number }

/** Camera time in seconds: `owed_s` is the sum of the others but `causes`, which say what `missing_s` is due to. `percent`: null if nothing was owed. */
export interface Times {
  owed_s: number; on_time_s: number; late_s: number; arriving_s: number; missing_s: number; hidden_s: number;
  causes: Partial<Record<Cause, number>>;
  percent: { on_time: number; late: number; arriving: number; missing: number; hidden: number } | null;
}
/** The sum over many stations; of some nothing is there, and some have no camera. */
export interface CompletenessTotals extends Times { stations: number; owing: number; without_video: number; without_camera: number }
export interface StationCompleteness extends Times {
  id: string; constituency: number; station: number; venue: string; without_video: boolean; cameras: ({ id: string; without_video: boolean } & Times)[];
}
export interface Completeness {
  from: string; to: string; totals: CompletenessTotals;
  constituencies: ({ constituency: number } & CompletenessTotals)[];
  stations: StationCompleteness[];
}

/** `by_two`: two persons approved it. */
export interface ListVersion { number: number; published: string; decision?: { number: string; date: string } | null; by_two?: boolean; constituencies: number; stations: number; sha256: string }

export interface Page<T> { items: T[]; total: number; next: string | null }

/** What one version of the list changed of the one before it; `previous` is null for the first version. */
export interface ListChanges {
  version: { number: number } | null; previous: { number: number } | null; stations: StationChange[];
}
export type StationChange =
  | { change: 'new' | 'removed' | 'changed'; id: string; place: Place }
  | { change: 'renumbered'; from: string; to: string; place: Place }
  | { change: 'moved'; id: string; from: Place; to: Place };
export interface Place { venue: string; address: string | null }

/** An answer that is not 2xx: RFC 9457 problem details as far as the server gave them. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly title: string, readonly detail: string) {
    super(`${status} ${title}`);
  }
}

/** No answer at all: the line, or the server, is down. */
export class Unreachable extends Error {}

const REQUEST_LIMIT_MS = 15_000;

/**
 * Fetches one JSON document from the own origin.
 * Throws `ApiError` for an answer that is an error, `Unreachable` for none, and `AbortError` when `signal` fires.
 */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  const waited = connection.waits();
  try {
    response = await (taken(path) ?? fetch(path, {
      headers: { accept: 'application/json' },
      signal: within(REQUEST_LIMIT_MS, signal),
    }));
  } catch (error) {
    if (signal?.aborted) throw error;
    connection.lost();
    throw new Unreachable(path, { cause: error });
  } finally {
    waited();
  }
  if (response.status === 502 || response.status === 504) {
    connection.lost();
    throw new Unreachable(path);
  }
  connection.answered();
  if (!response.ok) throw await problem(response);
  return (await response.json()) as T;
}

async function problem(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
  return new ApiError(response.status, body.title ?? response.statusText, body.detail ?? '');
}

export const election = (signal?: AbortSignal) => get<Election>('/api/v1/election', signal);

export const constituencies = async (signal?: AbortSignal) =>
  (await get<{ items: Constituency[] }>('/api/v1/constituencies', signal)).items;

export interface StationQuery {
  q?: string; constituency?: number; state?: State; limit?: number; cursor?: string; order?: 'least_watched' | 'boxes_opened';
}

export function stations(query: StationQuery, signal?: AbortSignal): Promise<Page<Station>> {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) params.set(key, String(value));
  return get(`/api/v1/stations?${params}`, signal);
}

/** Most result pages that are followed, so that a server that never ends a list cannot hold up the page. */
const PAGES_LIMIT = 50;

/** All stations of a query, however many pages the server makes of them. */
export async function allStations(query: StationQuery, signal?: AbortSignal): Promise<Station[]> {
  const items: Station[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_LIMIT; page++) {
    const answer: Page<Station> = await stations({ ...query, limit: 1000, ...(cursor ? { cursor } : {}) }, signal);
    items.push(...answer.items);
    cursor = answer.next;
    if (!cursor) break;
  }
  return items;
}

export const station = (id: string, signal?: AbortSignal) => get<StationDetail>(`/api/v1/stations/${id}`, signal);

export const approval = (camera: string, signal?: AbortSignal) => get<CameraApproval>(`/api/v1/cameras/${camera}/view`, signal);

/** The longest span of a camera's day that is told at a time. */
const SPAN_MS = 24 * 60 * MINUTE;

/** The states of one camera from `from` to `to`, both in milliseconds since the epoch; of more than a day piece by piece, each cut at its ends. */
export async function timeline(camera: string, from: number, to: number, signal?: AbortSignal): Promise<Span[]> {
  const starts = Array.from({ length: Math.max(1, Math.ceil((to - from) / SPAN_MS)) }, (_, n) => from + n * SPAN_MS);
  const pieces = await Promise.all(starts.map((start) => {
    const params = new URLSearchParams({ from: new Date(start).toISOString(), to: new Date(Math.min(start + SPAN_MS, to)).toISOString() });
    return get<Span[]>(`/api/v1/cameras/${camera}/timeline?${params}`, signal);
  }));
  return pieces.flat();
}

/** The country's day, or that of one constituency. */
export const dayPicture = (constituency?: number, signal?: AbortSignal) =>
  get<DayPicture>(`/api/v1/day${constituency === undefined ? '' : `?constituency=${constituency}`}`, signal);

export const status = (constituency?: number, signal?: AbortSignal) =>
  get<Status>(`/api/v1/status${constituency === undefined ? '' : `?constituency=${constituency}`}`, signal);

export const completeness = (signal?: AbortSignal) => get<Completeness>('/api/v1/completeness', signal);

export const listVersions = async (signal?: AbortSignal) => (await get<{ items: ListVersion[] }>('/list/versions', signal)).items;

/** What the newest version of the list changed, or what changed between two. */
export const listChanges = (between?: { from: number; to: number }, signal?: AbortSignal) =>
  get<ListChanges>(between ? `/list/changes?from=${between.from}&to=${between.to}` : '/list/changes', signal);

/** The address of a still: the latest, or that of a moment, which is cut to a whole step so that viewers and caches share it. */
export function stillOf(camera: string, at?: number, step = MINUTE): string {
  if (at === undefined) return `/still/${camera}.jpg`;
  const whole = new Date(Math.floor(at / step) * step).toISOString().replace('.000Z', 'Z');
  return `/still/${camera}.jpg?at=${encodeURIComponent(whole)}`;
}
