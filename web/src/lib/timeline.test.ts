import { expect, test } from 'vitest';
import type { Span, State } from './api';
import { MINUTE } from './time';
import { arrivals, better, lacking, lastPicture, merged, minuteCells, nextPicture, replaced, stretchAt, stretches, worse, type Stretch } from './timeline';

const M = MINUTE;
const s = (from: number, to: number, state: State): Stretch => ({ from: from * M, to: to * M, state, cause: null });
const day = [s(0, 10, 'live'), s(10, 12, 'missing'), s(12, 20, 'live'), s(20, 23, 'late'), s(23, 30, 'live'), s(30, 60, 'due')];

test('neighbours of one state are joined, empty spans vanish', () => {
  const span = (from: string, to: string, state: State): Span => ({ from: `1970-01-01T00:${from}:00Z`, to: `1970-01-01T00:${to}:00Z`, state, cause: null });
  expect(stretches([span('05', '10', 'live'), span('00', '05', 'live'), span('10', '10', 'missing'), span('10', '12', 'missing')]))
    .toEqual([s(0, 10, 'live'), s(10, 12, 'missing')]);
});

test('a newer answer replaces its part of the day only', () => {
  const newer = [s(20, 30, 'live')];
  expect(replaced(day, newer, 20 * M, 30 * M)).toEqual([s(0, 10, 'live'), s(10, 12, 'missing'), s(12, 30, 'live'), s(30, 60, 'due')]);
});

test('the state of a moment, and the pictures around a hole', () => {
  expect(stretchAt(day, 11 * M)?.state).toBe('missing');
  expect(stretchAt(day, 70 * M)).toBeNull();
  expect(nextPicture(day, 11 * M)).toBe(12 * M);
  expect(nextPicture(day, 5 * M)).toBe(5 * M);
  expect(nextPicture(day, 31 * M)).toBeNull();
  expect(lastPicture(day, 11 * M)).toBe(10 * M);
  expect(lastPicture([s(0, 5, 'missing')], 4 * M)).toBeNull();
});

test('a cell of a minute shows the worst in it', () => {
  const cells = minuteCells([s(0, 10, 'live'), { from: 3.2 * M, to: 3.3 * M, state: 'missing', cause: null }], 0);
  expect(cells[3]).toBe('missing');
  expect(cells[2]).toBe('live');
  expect(cells[10]).toBe('due');
  expect(cells).toHaveLength(60);
});

test('what is lacking is past and not live', () => {
  expect(lacking(day, 22 * M).map((row) => [row.from / M, row.to / M, row.state])).toEqual([[10, 12, 'missing'], [20, 22, 'late']]);
});

test('what arrived late is told, and what was there before is not', () => {
  const before = [s(0, 10, 'live'), s(10, 20, 'missing'), s(20, 25, 'late'), s(25, 30, 'missing')];
  const after = [s(0, 10, 'live'), s(10, 12, 'missing'), s(12, 27, 'late'), s(27, 30, 'missing')];
  expect(arrivals(before, after)).toEqual([{ from: 12 * M, to: 20 * M }, { from: 25 * M, to: 27 * M }]);
  expect(arrivals(after, after)).toEqual([]);
  expect(arrivals([s(0, 10, 'missing')], [s(0, 10, 'live')])).toEqual([]);
});

test('several cameras as one: the worst, or the best, of each moment', () => {
  const one = [s(0, 10, 'live'), s(10, 20, 'missing'), s(20, 30, 'live')];
  const two = [s(0, 15, 'live'), s(15, 25, 'hidden'), s(25, 30, 'live')];
  expect(merged([one, two], worse)).toEqual([s(0, 10, 'live'), s(10, 20, 'missing'), s(20, 25, 'hidden'), s(25, 30, 'live')]);
  expect(merged([one, two], better)).toEqual([s(0, 15, 'live'), s(15, 20, 'hidden'), s(20, 30, 'live')]);
  expect(merged([], worse)).toEqual([]);
});
