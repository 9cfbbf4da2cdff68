import { expect, test } from 'vitest';
import type { Minutes } from './api';
import { added, byWorst, cellAt, coverageOf, keyedTo, momentOf, nearestPlace, runsOf, spread, stateOf } from './coverage';

const minutes = (missing: number, hidden = 0, late = 0): Minutes => ({ owed: 100, live: 100 - missing - hidden - late, late, arriving: 0, missing, hidden });
const row = (key: string, cells: string) => ({ key, cells, minutes: minutes(0) });
const at = (time: string) => Date.parse(`2026-11-22T${time}:00+04:00`);
const coverage = coverageOf({
  from: '2026-11-22T07:30:00+04:00', to: '2026-11-22T08:12:00+04:00', step_s: 600, minutes: minutes(0), notes: [],
  rows: [row('1', 'LLLLL'), row('2', 'LMMAH'), row('3', 'DDLCC'), ...Array.from({ length: 20 }, (_, n) => row(String(n + 4), 'LLLLL'))],
});

test('a row is runs of equal cells, and an empty grid is none', () => {
  const runs = (n: number) => runsOf(coverage.rows[n] ?? row('', '')).map((run) => `${run.from}-${run.to} ${run.state}`);
  expect(runs(0)).toEqual(['0-5 live']);
  expect(runs(1)).toEqual(['0-1 live', '1-3 missing', '3-4 late', '4-5 hidden']);
  expect(runs(2)).toEqual(['2-3 live', '3-5 arriving']);
  expect(runsOf(row('', ''))).toEqual([]);
});

test('a letter that is not known, and a cell that is not there, are not yet due', () => {
  expect(stateOf(row('1', 'X'), 0)).toBe('due');
  expect(stateOf(row('1', 'L'), 5)).toBe('due');
  expect(stateOf(undefined, 0)).toBe('due');
});

test('moments and cells are each other’s inverse, and never leave the coverage', () => {
  expect(cellAt(coverage, at('07:49'))).toBe(1);
  expect(momentOf(coverage, 1)).toBe(at('07:40'));
  expect(cellAt(coverage, at('06:00'))).toBe(0);
  expect(cellAt(coverage, at('23:00'))).toBe(4);
  expect(nearestPlace(coverage, { row: -3, cell: 99 })).toEqual({ row: 0, cell: 4 });
});

test.each([
  ['ArrowLeft', false, { row: 5, cell: 1 }], ['ArrowRight', false, { row: 5, cell: 3 }], ['ArrowUp', false, { row: 4, cell: 2 }],
  ['ArrowDown', false, { row: 6, cell: 2 }], ['PageUp', false, { row: 0, cell: 2 }], ['PageDown', false, { row: 15, cell: 2 }],
  ['Home', false, { row: 5, cell: 0 }], ['End', false, { row: 5, cell: 4 }], ['Home', true, { row: 0, cell: 2 }], ['End', true, { row: 22, cell: 2 }],
  ['a', false, null],
] as const)('%s (ctrl %s)', (key, ctrl, to) => expect(keyedTo(coverage, { row: 5, cell: 2 }, key, ctrl)).toEqual(to));

test('an empty coverage has one place and no run', () => {
  const empty = { ...coverage, rows: [] };
  expect(keyedTo(empty, { row: 0, cell: 0 }, 'ArrowDown')).toEqual({ row: 0, cell: 0 });
});

test('sums add up, and the worst comes first', () => {
  const all = [minutes(1, 2, 3), minutes(10), minutes(1, 5)];
  const sum = added(all);
  expect(sum).toEqual({ owed: 300, live: 278, late: 3, arriving: 0, missing: 12, hidden: 7 });
  expect(sum.live + sum.late + sum.missing + sum.hidden).toBe(sum.owed);
  expect([...all].sort(byWorst)).toEqual([all[1], all[2], all[0]]);
});

test.each([
  [[10, 100], [10, 100]], [[100, 110], [90, 120]], [[10, 12, 14], [0, 30, 60]], [[100, 130, 131], [90.33, 120.33, 150.33]], [[180, 190], [170, 200]], [[], []],
])('labels wanted at %j stand at %j', (wanted, tops) => {
  const found = spread(wanted, 30, 200);
  expect(found).toHaveLength(tops.length);
  for (const [n, top] of tops.entries()) expect(found[n]).toBeCloseTo(top, 1);
});
