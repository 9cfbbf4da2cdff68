import { expect, test } from 'vitest';
import { civil, decidedOf, duties, found, newest, STAGES, worstOf, worstThere, type Counts, type Entry, type Fact, type StationBoard } from './programme';

const station = (id: string, more: Partial<StationBoard> = {}): StationBoard => ({ station: id, venue: '', stage: 'chosen', next: 'surveyed', blocks: [], late: [], responsible: '', due: null, untested: false, ...more });
const entry = (number: number, at: string, fact: Fact): Entry => ({ number, id: String(number), found_at: at, came_at: at, at, by: 'x', fact });
const late = [{ stage: 'surveyed' as const, responsible: '', due: '2026-11-10' }];
const failing = [{ what: 'not-met' as const, item: 'power' as const, words: '', since: null, fell_back: false }];
const undone = [{ what: 'unanswered' as const, item: 'power' as const, words: '', since: null, fell_back: false }];

test('the worst of a station is told first', () => {
  expect(worstOf(station('7/1', { late, blocks: failing, untested: true }))).toBe('late');
  expect(worstOf(station('7/1', { blocks: failing, untested: true }))).toBe('blocked');
  expect(worstOf(station('7/1', { blocks: undone, untested: true }))).toBe('untested');
  expect(worstOf(station('7/1', { blocks: undone }))).toBe('under-way');
  expect(worstOf(station('7/1', { stage: 'public', next: null }))).toBe('public');
});

test('the worst of a constituency is that of one of its stations', () => {
  const at = (n: number) => Object.fromEntries(STAGES.map((stage) => [stage, stage === 'public' ? n : 0])) as Counts['at'];
  const counts: Counts = { stations: 3, none: 0, at: at(3), late: 0, untested: 0, blocked: 0 };
  expect(worstThere(counts)).toBe('public');
  expect(worstThere({ ...counts, at: at(2) })).toBe('under-way');
  expect(worstThere({ ...counts, untested: 1 })).toBe('untested');
  expect(worstThere({ ...counts, untested: 1, blocked: 1 })).toBe('blocked');
  expect(worstThere({ ...counts, late: 1, blocked: 1 })).toBe('late');
  expect(worstThere({ ...counts, stations: 0 })).toBe('empty');
});

test('a filter leaves stations by constituency', () => {
  const all = [station('7/1', { late }), station('7/2', { untested: true }), station('8/1', { blocks: failing, stage: null })];
  const ids = (by: Map<number, StationBoard[]>) => [...by].map(([number, there]) => [number, there.map((one) => one.station)]);
  expect(ids(found(all, null, null))).toEqual([[7, ['7/1', '7/2']], [8, ['8/1']]]);
  expect(ids(found(all, 'late', null))).toEqual([[7, ['7/1']]]);
  expect(ids(found(all, 'untested', 'chosen'))).toEqual([[7, ['7/2']]]);
  expect(ids(found(all, 'blocked', 'none'))).toEqual([[8, ['8/1']]]);
  expect(ids(found(all, 'late', 'none'))).toEqual([]);
});

test('of two findings the later found counts, whichever came later', () => {
  const finding = (number: number, at: string, note: string) => entry(number, at, { what: 'finding', item: 'power', met: 'yes', note });
  const records = [finding(1, '2026-11-20T10:00:00Z', 'later'), finding(2, '2026-11-20T09:00:00Z', 'earlier'), finding(3, '2026-11-20T10:00:00Z', 'same')];
  expect(newest(records).get('power')?.fact.note).toBe('same');
  expect(newest(records.slice(0, 2)).get('power')?.fact.note).toBe('later');
});

test('a duty is what was said last, and none where both are empty', () => {
  const due = (number: number, responsible: string, date: string | null) => entry(number, '2026-11-20T10:00:00Z', { what: 'due', stage: 'installed', responsible, due: date });
  expect(duties([due(2, 'Rauf', null), due(1, 'Leyla', '2026-11-21')]).get('installed')).toEqual({ responsible: 'Rauf', due: null });
  expect(duties([due(1, 'Leyla', '2026-11-21'), due(2, '', null)]).size).toBe(0);
});

test('a day of the calendar is said without a zone', () => {
  expect(civil('2026-12-01', ['', '', '', '', '', '', '', '', '', '', '', 'dekabr'])).toBe('1 dekabr 2026');
});

test('numbers of constituencies are read line by line', () => {
  expect(decidedOf('')).toEqual([]);
  expect(decidedOf(' 16: 3\n\n7:12 ')).toEqual([{ constituency: 7, stations: 12 }, { constituency: 16, stations: 3 }]);
  for (const wrong of ['7', '7: x', '0: 1', '7: 1\n7: 2', '7: 1, 8: 2']) expect(decidedOf(wrong), wrong).toBeNull();
});
