/** The stand-in's programme: records, what follows from them, devices, and the chair's link. It keeps the rules that the pages meet, not all of the desk's. */

import { createHash, randomBytes } from 'node:crypto';
import { ITEMS, newest, STAGES, type Block, type Board, type ConstituencyBoard, type Counts, type Entry, type Fact, type StageName, type StationBoard, type OpenReports, type StationRecords } from '../../../src/desk/lib/programme';
import type { Device } from '../../../src/desk/lib/stock';
import type { View } from '../../../src/desk/lib/types';

export interface Said { station: string; venue: string; cameras: string[] }
/** What is refused, in the server's words. */
export class Refused extends Error {}

const BEFORE = '2026-11-18T08:00:00Z';
export const CHAIR_TOKEN = 'chair-of-7-1';
const stationOf = (view: View) => view.station.id;

export class Programme {
  records: Entry[] = [];
  photos = new Map<string, { station: string; jpeg: Buffer; came_at: string; by: string }>();
  stock: Device[] = [];
  /** Citizens' reports, the one that has waited longest first. */
  readonly reports = [
    { camera: '1/1/1', venue: 'Məktəb', id: 'report-1', kind: 'box-unseen', text: '', at: '2026-11-22T06:10:00Z' },
    { camera: '7/1/1', venue: 'Klub', id: 'report-2', kind: 'other', text: 'Qarşısında pərdə var.\nİkinci gündür.', at: '2026-11-22T07:30:00Z' },
  ];
  private links = new Map<string, string>([[CHAIR_TOKEN, '7/1']]);

  constructor(private readonly views: () => View[]) {
    for (const view of views()) {
      const [station, n] = [stationOf(view), Number(stationOf(view).split('/')[1])];
      if (n <= 4) for (const item of ITEMS) this.add('elchin.babayev', { what: 'finding', station, item, met: n === 4 && item === 'light-count' ? 'no' : 'yes', note: n === 4 && item === 'light-count' ? 'Axşam zal qaranlıqdır.' : '', measured: item === 'line' ? { up_mbit_s: 4.2 } : null, evidence: [] }, BEFORE);
      if (n <= 3) this.add('elchin.babayev', { what: 'acceptance', station, chair: 'Aygün Məlikova', technician: 'Elçin Babayev', words: '' }, BEFORE);
      if (n <= 2) this.add('chair', { what: 'self-test', station, room: true, box_and_tables: true, no_booth: true }, BEFORE);
      if (n === 5) this.add('rashad.mammadov', { what: 'due', station, stage: 'surveyed', responsible: 'Elçin Babayev', due: '2024-01-10' }, BEFORE);
    }
    for (const [serial, holder] of [['SN-1', 'stock'], ['SN-2', 'station:7/1'], ['SN-3', 'person:Elçin Babayev']] as const) {
      this.stock.push({ serial, kind: 'camera', note: '', holder, since: BEFORE, wiped: !holder.startsWith('station'), spare_for: null, movements: holder === 'stock' ? [] : [{ at: BEFORE, by: 'desk:leyla.aliyeva', to: holder, note: '' }] });
    }
  }

  /** Adds a record, once: the same name again is told as made before. */
  record(by: string, { id, found_at, fact }: { id: string; found_at?: string | null; fact: Fact }): { id: string; recorded: 'now' | 'before' } {
    const known = this.records.find((one) => one.id === id);
    if (known && JSON.stringify(known.fact) !== JSON.stringify(fact)) throw new Refused(`Record ${id} exists and says something else; a new record needs a new id.`);
    if (known) return { id, recorded: 'before' };
    if (fact.what === 'acceptance' && fact.chair === fact.technician) throw new Refused('Both names are the same; two people are needed.');
    if ((fact.evidence?.length ?? 0) > 10) throw new Refused('A finding names at most ten photos.');
    if (fact.note === 'refuse') throw new Refused('This needs words: say why.');
    this.add(by, fact, found_at ?? new Date().toISOString(), id);
    return { id, recorded: 'now' };
  }

  private add(by: string, fact: Fact, at: string, id = `seed-${this.records.length}`): void {
    this.records.push({ number: this.records.length + 1, id, found_at: at, came_at: at === BEFORE ? at : new Date().toISOString(), at, by: `desk:${by}`, fact });
  }

  keep(station: string, jpeg: Buffer, by: string): { sha256: string } {
    if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Refused('This is no JPEG photo.');
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    if (!this.photos.has(sha256)) this.photos.set(sha256, { station, jpeg, came_at: new Date().toISOString(), by: `desk:${by}` });
    return { sha256 };
  }

  private blocks(stage: StageName, station: string, view: View, of: readonly Entry[]): Block[] {
    const block = (what: Block['what'], more: Partial<Block> = {}): Block => ({ what, words: '', since: null, fell_back: false, ...more });
    const findings = newest(of);
    const last = (...whats: string[]) => of.filter(({ fact }) => whats.includes(fact.what)).at(-1);
    if (stage === 'surveyed') return ITEMS.filter((item) => !['yes', 'no'].includes(findings.get(item)?.fact.met ?? '')).map((item) => block('unanswered', { item }));
    if (stage === 'conditions-met') return ITEMS.filter((item) => findings.get(item)?.fact.met !== 'yes').map((item) => block('not-met', { item, words: findings.get(item)?.fact.note ?? '', since: findings.get(item)?.at ?? null }));
    if (stage === 'accepted') {
      const entry = last('acceptance', 'acceptance-withdrawn');
      return entry?.fact.what === 'acceptance' ? [] : [entry ? block('withdrawn', { words: entry.fact.words ?? '', since: entry.at, fell_back: true }) : block('not-accepted')];
    }
    if (stage === 'rehearsed') {
      const fact = last('self-test', 'rehearsal')?.fact;
      if (!fact) return [block('untested')];
      const no = (['room', 'box-and-tables', 'no-booth'] as const).filter((one) => !fact[one.replaceAll('-', '_') as 'room']);
      return fact.what === 'rehearsal' ? (fact.passed ? [] : [block('test-failed', { no: [] })]) : no.length > 0 ? [block('test-failed', { no })] : [];
    }
    return stage === 'public' && view.public !== 'public' ? [block('not-approved', { camera: `${station}/1` })] : [];
  }

  private standing(view: View): StationBoard {
    const station = stationOf(view);
    const of = this.records.filter(({ fact }) => fact.station === station);
    const at = STAGES.findIndex((stage) => this.blocks(stage, station, view, of).length > 0);
    const next = at < 0 ? null : (STAGES[at] ?? null);
    const dues = STAGES.flatMap((stage) => of.filter(({ fact }) => fact.what === 'due' && fact.stage === stage).slice(-1)).map(({ fact }) => fact);
    const open = dues.filter(({ stage }) => at >= 0 && STAGES.indexOf(stage ?? 'chosen') >= at);
    const today = new Date().toISOString().slice(0, 10);
    const duty = dues.find(({ stage }) => stage === next);
    return {
      station, venue: view.station.venue, stage: (at < 0 ? STAGES.at(-1) : STAGES[at - 1]) ?? null, next, blocks: next ? this.blocks(next, station, view, of) : [],
      late: open.flatMap(({ stage, responsible, due }) => (stage && due && due < today ? [{ stage, responsible: responsible ?? '', due }] : [])),
      responsible: duty?.responsible ?? '', due: duty?.due ?? null, untested: !of.some(({ fact }) => fact.what === 'self-test' || fact.what === 'rehearsal'),
    };
  }

  private counts(stations: readonly StationBoard[]): Counts {
    const at = Object.fromEntries(STAGES.map((stage) => [stage, stations.filter((one) => one.stage === stage).length])) as Counts['at'];
    const failing = (one: StationBoard) => one.blocks.some(({ what }) => ['no-camera', 'not-met', 'withdrawn', 'test-failed'].includes(what));
    return { stations: stations.length, none: 0, at, late: stations.filter(({ late }) => late.length > 0).length, untested: stations.filter(({ untested }) => untested).length, blocked: stations.filter(failing).length };
  }

  board(covers: (constituency: number) => boolean): Board {
    const all = this.views().map((view) => this.standing(view));
    const numbers = [...new Set(this.views().map(({ constituency }) => constituency))];
    const constituencies = numbers.map((constituency): ConstituencyBoard => ({ constituency, ...this.counts(all.filter(({ station }) => station.startsWith(`${constituency}/`))), decided: 8, missing: 2, without_camera: 0 }));
    const tests = this.records.filter(({ fact }) => fact.what === 'self-test').map(({ fact }) => fact);
    const newestTests = [...new Map(tests.map((fact) => [fact.station, fact])).values()];
    return {
      at: new Date().toISOString(), all: this.counts(all), constituencies: constituencies.filter(({ constituency }) => covers(constituency)), stations: all.filter(({ station }) => covers(Number(station.split('/')[0]))),
      distribution: { decided: { stations: 24, constituencies: 4 }, stations: all.length, constituencies: numbers.length, missing_stations: 6, missing_constituencies: 1, without_camera: { hospital: 2, abroad: 1 }, in_both: [] },
      publication: { deadline: '2026-11-20', newest_version: 3, decision: { number: '12/45', date: '2026-11-01', list_version: 3 }, published: { list_version: 3, at: '2026-11-19T10:00:00Z' }, outdated: false, late: false },
      self_tests: { of: all.length, done: newestTests.length, passed: newestTests.filter((fact) => fact.room && fact.box_and_tables && fact.no_booth).length }, open_reports: 0,
      without_camera: this.without().filter(({ station }) => covers(Number(station.split('/')[0]))),
    };
  }

  /** Stations without a camera: what was said last of each. */
  private without(): Board['without_camera'] {
    const last = new Map(this.records.filter(({ fact }) => fact.what === 'without-camera').map(({ fact }) => [fact.station ?? '', fact]));
    return [...last].flatMap(([station, { reason, words }]) => (reason ? [{ station, reason, words: words ?? '' }] : []));
  }

  station(station: string): StationRecords | null {
    const view = this.views().find((one) => stationOf(one) === station);
    if (!view) return null;
    const photos = [...this.photos].filter(([, photo]) => photo.station === station).map(([sha256, { jpeg, came_at, by }]) => ({ sha256, bytes: jpeg.length, came_at, by }));
    return { station, venue: view.station.venue, address: '', sheet: { codes: [`${station}/1`], telephones: 2 }, board: this.standing(view), records: this.records.filter(({ fact }) => fact.station === station), photos };
  }

  /** The open reports of what one looks after. */
  openReports(covers: (constituency: number) => boolean): OpenReports {
    const closed = new Set(this.records.filter(({ fact }) => fact.what === 'report-closed').map(({ fact }) => (fact as unknown as { report: string }).report));
    const items = this.reports.filter(({ id, camera }) => !closed.has(id) && covers(Number(camera.split('/')[0])));
    return { total: items.length, items };
  }

  /** A new link for the chair; the former one is void. */
  link(by: string, station: string): string {
    for (const [token, whose] of this.links) if (whose === station) this.links.delete(token);
    const token = randomBytes(20).toString('hex');
    this.links.set(token, station);
    this.add(by, { what: 'link', station }, new Date().toISOString());
    return token;
  }

  /** New sheets: a new link for each station; the former ones are void. */
  sheets(by: string, wanted: (station: string) => boolean): string {
    const stations = this.views().map(stationOf).filter(wanted);
    return stations.map((station) => `${station} ${this.link(by, station)}`).join('; ');
  }

  linked(token: string): Said {
    const station = this.links.get(token);
    const view = this.views().find((one) => stationOf(one) === station);
    if (!station || !view) throw new Refused('This link is not valid, or a newer one was made; ask the commission for the newest.');
    return { station, venue: view.station.venue, cameras: [view.camera] };
  }

  move(by: string, fact: Record<string, unknown>): void {
    const serial = String(fact['serial']).toUpperCase();
    const known = this.stock.find((one) => one.serial === serial);
    const at = new Date().toISOString();
    if (fact['what'] === 'stock-added') {
      if (known) throw new Refused(`Device ${serial} is in the book already; \`ashkar stock list\` shows it.`);
      this.stock.push({ serial, kind: String(fact['kind']), note: String(fact['note']), holder: 'stock', since: at, wiped: true, spare_for: null, movements: [] });
      return;
    }
    if (!known) throw new Refused(`Device ${serial} is not in the book; \`ashkar stock add\` enters it.`);
    if (fact['from'] !== undefined && fact['from'] !== known.holder) throw new Refused(`Device ${serial} is not with ${String(fact['from'])}: ${known.holder} has it.`);
    if (fact['what'] === 'spare') known.spare_for = (fact['station'] as string | null) ?? null;
    else if (fact['what'] === 'wiped') known.wiped = true;
    else Object.assign(known, { holder: fact['what'] === 'returned' ? 'stock' : String(fact['to']), since: at });
    if (fact['what'] === 'handed-over' && known.holder.startsWith('station:')) Object.assign(known, { wiped: false, spare_for: null });
    if (fact['what'] !== 'spare') known.movements.push({ at, by: `desk:${by}`, to: fact['what'] === 'wiped' ? null : known.holder, note: String(fact['note'] ?? '') });
  }
}
