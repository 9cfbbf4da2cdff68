/** The made-up day of the stand-in: the synthetic list, and states as the pages should be able to show them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readings } from '../../src/lib/fold';
import { matches } from '../../src/lib/found';
import { hasPicture } from '../../src/lib/timeline';

export type Kind = 'live' | 'late' | 'missing' | 'hidden' | 'due' | 'hevc';
type State = Exclude<Kind, 'hevc'>;
interface Row { constituency: number; station: number; venue: string; voters: number; cameras: number }
interface Span { from: number; to: number; state: State; cause: string | null; hidden?: string | null; arriving?: boolean }

const MINUTE = 60_000;
/** When the power cut begins. */
const OUTAGE = '11:20';
const ZONE = '+04:00';
/** The stand-in's clock starts here. */
const START = Date.parse(`2026-11-22T14:32:06${ZONE}`);
/** A time of the first day, `11:20`, or of another one, `2026-11-23T11:20`. */
const today = (time: string) => Date.parse(`${time.includes('T') ? '' : '2026-11-22T'}${time.split(':').length === 2 ? `${time}:00` : time}${ZONE}`);
/** The nights where voting takes three days. */
const NIGHTS: [string, string][] = [['20:00', '2026-11-23T08:00'], ['2026-11-23T20:00', '2026-11-24T08:00']];
const iso = (at: number) => new Date(at + 4 * 60 * MINUTE).toISOString().replace('Z', ZONE);

/** Stations in other states than live, by their place in the list. */
const SPECIAL: Record<number, Kind> = { 3: 'missing', 4: 'hevc', 9: 'late', 11: 'hidden', 14: 'due', 300: 'missing', 301: 'missing', 640: 'late' };
const SEGMENT_S = 2;
const GAP_S = 4;
/** Longer gaps are no segments but a discontinuity with a new date, as the centre writes them. */
const GAP_LIMIT_S = 12;
const WINDOW = 12;

const csv = (path: string) => readFileSync(path, 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));

export class Day {
  #rows: Row[];
  #names: Map<number, { az: string; en: string }>;
  #kinds: Map<string, Kind>;
  #offset = START - Date.now();
  /** What was missing in the power cut has arrived, or is about to. */
  arrived = false;
  arriving = false;
  /** Many stations have sent nothing all day. */
  silent = false;
  /** What the cameras let hear, if the policy lets sound through. */
  sound: string | null = null;
  /** Voting takes three days. */
  several = false;

  constructor(data: string) {
    this.#rows = csv(join(data, 'stations-synthetic.csv')).map(([c, s, venue, , voters, cameras]) => ({
      constituency: Number(c), station: Number(s), venue: venue ?? '', voters: Number(voters), cameras: Number(cameras),
    }));
    this.#names = new Map(csv(join(data, 'constituencies.csv')).map(([n, az, en]) => [Number(n), { az: az ?? '', en: en ?? '' }]));
    this.#kinds = new Map(this.#rows.map((row, at) => [`${row.constituency}/${row.station}`, SPECIAL[at] ?? 'live']));
    const second = this.#rows[1];
    if (second) second.cameras = 2;
  }

  now(): number {
    return Date.now() + this.#offset;
  }

  shift(seconds: number): void {
    this.#offset += seconds * 1000;
  }

  jumpTo(time: string): void {
    this.#offset = today(time) - Date.now();
  }

  /** The id of the first station of a kind: what tests look at. */
  first(kind: Kind): string {
    return [...this.#kinds].find(([, of]) => of === kind)?.[0] ?? '';
  }

  kind(camera: string): Kind {
    return this.now() < today('07:30') ? 'due' : (this.#kinds.get(camera.split('/').slice(0, 2).join('/')) ?? 'due');
  }

  #state(id: string): State {
    const kind = this.kind(`${id}/1`);
    return kind === 'hevc' ? 'live' : kind;
  }

  #nights(): [number, number][] {
    return this.several ? NIGHTS.map(([from, to]) => [today(from), today(to)]) : [];
  }

  #closes(): number {
    return this.several ? today('2026-11-24T19:00') : today('19:00');
  }

  #phase(): string {
    const now = this.now();
    if (now < today('07:30')) return 'before';
    if (now >= this.#closes()) return 'closed';
    return this.#nights().some(([from, to]) => from <= now && now < to) ? 'night' : 'voting';
  }

  election(): unknown {
    const states = { live: 0, late: 0, missing: 0, hidden: 0, due: 0 };
    for (const row of this.#rows) states[this.#state(`${row.constituency}/${row.station}`)]++;
    return {
      sample: true, rehearsal: false, names: { az: 'Nümunə seçki', en: 'Sample election', ru: 'Образец выборов' }, date: '2026-11-22', time_zone: 'Asia/Baku',
      now: iso(this.now()), phase: this.#phase(),
      plan: {
        on_air: iso(today('07:30')), empty_boxes: iso(today('07:50')), voting_from: iso(today('08:00')), voting_to: iso(this.#closes()),
        turnout: ['10:00', '12:00', '15:00', '17:00', '19:00'].map((time) => iso(today(time))),
        nights: this.#nights().map(([from, to]) => ({ from: iso(from), to: iso(to) })),
      },
      policy: { sound: this.sound !== null, rewind_on_day: true, rewind_now: true, archive_public_after: false, retention_years: 5 },
      list: { version: 3, published: iso(today('07:00') - 6 * 24 * 60 * MINUTE) },
      totals: { constituencies: 119, stations: this.#rows.length, cameras: this.#rows.length + 1, states },
    };
  }

  #display(number: number) {
    const name = this.#names.get(number);
    return name?.az
      ? { az: `${number} saylı ${name.az} seçki dairəsi`, en: `Constituency no. ${number}, ${name.en}`, ru: `${name.az}, избирательный округ № ${number}` }
      : { az: `${number} saylı seçki dairəsi`, en: `Constituency no. ${number}`, ru: `Избирательный округ № ${number}` };
  }

  constituencies(): unknown[] {
    return Array.from({ length: 119 }, (_, at) => at + 1).map((number) => {
      const rows = this.#rows.filter((row) => row.constituency === number);
      const states = { live: 0, late: 0, missing: 0, hidden: 0, due: 0 };
      for (const row of rows) states[this.#state(`${row.constituency}/${row.station}`)] += 1;
      const name = this.#names.get(number);
      return { number, names: { az: name?.az || null, en: name?.en || null, ru: null }, display: this.#display(number), stations: rows.length, states };
    });
  }

  #item(row: Row) {
    const id = `${row.constituency}/${row.station}`;
    const state = this.#state(id);
    const since = state === 'missing' ? iso(today('14:02')) : state === 'hidden' ? iso(today('14:19')) : state === 'due' ? null : iso(today('07:30'));
    const cause = state === 'missing' ? 'uplink' : null;
    const hidden = state === 'hidden' ? 'secrecy' : null;
    return {
      id, ...row, address: null, coordinates: null, state,
      cameras: Array.from({ length: row.cameras }, (_, n) => ({ id: `${id}/${n + 1}`, state, since, cause, hidden, ...(this.sound !== null && state === 'live' ? { sound: this.sound } : {}) })),
    };
  }

  stations(query: URLSearchParams): unknown {
    const limit = Number(query.get('limit') ?? 50);
    const start = Number(query.get('cursor') ?? 0);
    const all = this.#rows.map((row) => this.#item(row)).filter((item) =>
      (!query.has('state') || item.state === query.get('state')) &&
      (!query.has('constituency') || item.constituency === Number(query.get('constituency'))) &&
      (!query.get('q') || matches(readings(item.id, item.venue, this.#names.get(item.constituency)?.az), query.get('q') ?? '')));
    const next = start + limit < all.length ? String(start + limit) : null;
    return { items: all.slice(start, start + limit), total: all.length, next };
  }

  station(id: string): unknown {
    const row = this.#rows.find((one) => `${one.constituency}/${one.station}` === id);
    if (!row) return null;
    const display = this.#display(row.constituency);
    return {
      ...this.#item(row), constituency_display: display,
      full_name: {
        az: `${display.az}nin ${row.station} saylı seçki məntəqəsi`, en: `Polling station no. ${row.station} of ${display.en}`,
        ru: `Избирательный участок № ${row.station}, ${display.ru}`,
      },
      marks: !this.several && this.now() > today('19:30') ? [{ act: 'closed', at: iso(today('19:02')) }, { act: 'count', at: iso(today('19:28')) }] : [],
      owed: { from: iso(today('07:30')), to: null },
    };
  }

  #spans(camera: string): Span[] {
    const kind = this.kind(camera);
    const now = this.now();
    if (kind === 'due') return [{ from: today('00:00'), to: today('23:59'), state: 'due', cause: null }];
    const cut: [State, string | null] = this.arrived ? ['late', null] : this.arriving ? ['late', 'uplink'] : ['missing', 'power'];
    const cuts: [string, string, State, string | null][] = [
      ['09:41', '09:58', 'late', 'uplink'], ['10:30', '10:30:08', 'missing', 'source'], [OUTAGE, '11:26', ...cut], ['13:05', '13:09', 'hidden', 'person'], ['14:11', '14:14', 'late', 'uplink'],
    ];
    // A second camera of a station has power of its own.
    const outage = cuts.findIndex(([from]) => from === OUTAGE);
    if (camera.endsWith('/2')) cuts.splice(outage, 1);
    if (kind === 'missing') cuts.splice(-1, 1, ['14:02', '23:59', 'missing', 'uplink']);
    if (kind === 'hidden') cuts.push(['14:19', '23:59', 'hidden', 'secrecy']);
    if (kind === 'late') cuts.push(['14:25', '23:59', 'late', 'uplink']);
    const spans: Span[] = [];
    let at = today('07:30');
    for (const [from, to, state, cause] of cuts) {
      spans.push({ from: at, to: today(from), state: 'live', cause: null }, { from: today(from), to: today(to), state, ...(state === 'hidden' ? { cause: null, hidden: cause } : { cause }), ...(from === OUTAGE && this.arriving && !this.arrived ? { arriving: true } : {}) });
      at = today(to);
    }
    spans.push({ from: at, to: now, state: 'live', cause: null });
    return spans.map((span) => ({ ...span, to: Math.min(span.to, now) })).filter((span) => span.to > span.from);
  }

  timeline(camera: string, from: number, to: number): unknown[] {
    return this.#spans(camera).filter((s) => s.to > from && s.from < to)
      .map((s) => ({ from: iso(Math.max(s.from, from)), to: iso(Math.min(s.to, to)), state: s.state, cause: s.cause, ...(s.hidden ? { hidden: s.hidden } : {}), ...(s.arriving ? { arriving: true } : {}) }));
  }

  changes(): unknown {
    const [one, two] = this.#rows.slice(20, 22).map((row) => ({ id: `${row.constituency}/${row.station}`, place: { venue: row.venue, address: '' } }));
    return {
      version: { number: 3, at: (today('07:00')) * 1000 }, previous: { number: 2, at: 0 }, counts: {},
      stations: [
        { change: 'new', ...one }, { change: 'renumbered', from: '1/3', to: '1/2', place: { venue: '101 nömrəli tam orta məktəb', address: '' } },
        { change: 'moved', id: two?.id, from: { venue: 'Mədəniyyət evi', address: '' }, to: two?.place },
      ],
    };
  }

  livePlaylist(camera: string): string {
    const last = Math.floor(this.now() / 1000 / SEGMENT_S);
    const lines = ['#EXTM3U', '#EXT-X-VERSION:9', `#EXT-X-TARGETDURATION:${SEGMENT_S}`, `#EXT-X-SERVER-CONTROL:HOLD-BACK=${3 * SEGMENT_S}`, `#EXT-X-MEDIA-SEQUENCE:${last - WINDOW}`, this.#map(camera)];
    for (let n = last - WINDOW; n < last; n++) lines.push(...this.#segment(camera, n));
    return `${lines.join('\n')}\n`;
  }

  /** Whether anything was recorded in a span. */
  recorded(camera: string, from: number, to: number): boolean {
    return this.#spans(camera).some((span) => hasPicture(span) && span.from < to && span.to > from);
  }

  dvrPlaylist(camera: string, from: number, to: number): string {
    const spans = this.#spans(camera);
    const lines = ['#EXTM3U', '#EXT-X-VERSION:9', '#EXT-X-TARGETDURATION:4', '#EXT-X-PLAYLIST-TYPE:VOD', '#EXT-X-MEDIA-SEQUENCE:0', this.#map(camera)];
    let gap = false;
    for (let s = Math.floor(from / 1000); s < to / 1000;) {
      const span = spans.find((one) => one.from <= s * 1000 && s * 1000 < one.to);
      if (hasPicture(span)) {
        if (gap) lines.push('#EXT-X-DISCONTINUITY');
        lines.push(...this.#segment(camera, s / SEGMENT_S));
        gap = false;
        s += SEGMENT_S;
      } else if (span && span.to - span.from > GAP_LIMIT_S * 1000) {
        gap = true;
        s = Math.ceil(span.to / 1000 / SEGMENT_S) * SEGMENT_S;
      } else {
        lines.push('#EXT-X-GAP', `#EXT-X-PROGRAM-DATE-TIME:${iso(s * 1000)}`, `#EXTINF:${GAP_S},`, `/media/feedbeef/${camera}/${s / SEGMENT_S}.m4s`);
        gap = true;
        s += GAP_S;
      }
    }
    return `${lines.join('\n')}\n#EXT-X-ENDLIST\n`;
  }

  #map(camera: string): string {
    return `#EXT-X-MAP:URI="/media/feedbeef/${camera}/init-0011223344556677.mp4"`;
  }

  #segment(camera: string, n: number): string[] {
    return [`#EXT-X-PROGRAM-DATE-TIME:${iso(n * SEGMENT_S * 1000)}`, `#EXTINF:${SEGMENT_S},`, `/media/feedbeef/${camera}/${n}.m4s`];
  }
}
