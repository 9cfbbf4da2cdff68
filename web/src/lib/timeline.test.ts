import { expect, test } from 'vitest';
import type { Span, State } from './api';
import { MINUTE } from './time';
import { arrivals, awaitedSince, better, hasPicture, lacking, lastPicture, lookOf, merged, minuteCells, nextPicture, presentOf, replaced, stretchAt, stretches, worse, type Stretch } from './timeline';

const M = MINUTE;
const s = (from: number, to: number, state: State): Stretch => ({ from: from * M, to: to * M, state, cause: null });
const coming = (from: number, to: number): Stretch => ({ from: from * M, to: to * M, state: 'late', cause: 'uplink', arriving: true });
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

test('what is arriving is no neighbour of what has arrived, nor of what is missing, even for the same cause', () => {
  const span = (from: number, to: number, state: State, arriving?: boolean): Span =>
    ({ from: new Date(from * M).toISOString(), to: new Date(to * M).toISOString(), state, cause: 'uplink', ...(arriving === undefined ? {} : { arriving }) });
  const read = stretches([span(0, 2, 'missing'), span(2, 4, 'late', true), span(4, 6, 'late', true), span(6, 8, 'late'), span(8, 9, 'late', false)]);
  expect(read.map((one) => [one.from / M, one.to / M, lookOf(one)])).toEqual([[0, 2, 'missing'], [2, 6, 'arriving'], [6, 9, 'late']]);
  expect(replaced([s(0, 5, 'live'), coming(5, 8)], [{ ...s(6, 8, 'late'), cause: 'uplink' }], 6 * M, 8 * M).map(lookOf)).toEqual(['live', 'arriving', 'late']);
});

test('there is no picture of what is arriving: it is passed over, and listed', () => {
  const some = [s(0, 10, 'live'), coming(10, 12), s(12, 20, 'late'), s(20, 22, 'live'), coming(22, 24)];
  expect(some.map(hasPicture)).toEqual([true, false, true, true, false]);
  expect(nextPicture(some, 11 * M)).toBe(12 * M);
  expect(nextPicture(some, 23 * M)).toBeNull();
  expect(lastPicture(some, 11 * M)).toBe(10 * M);
  expect(lastPicture(some, 24 * M)).toBe(22 * M);
  expect(lacking(some, 30 * M).map((row) => [row.from / M, row.arriving ?? false, row.cause])).toEqual([[10, true, 'uplink'], [12, false, null], [22, true, 'uplink']]);
});

test('seconds whose pictures are on their way say nothing new of now', () => {
  const now = 20 * M + 3_000;
  const at = (from: number, state: State): Stretch => ({ ...s(0, 30, state), from });
  const live = { ...s(10, 0, 'live'), to: now - 8_000 };
  expect(presentOf([s(0, 10, 'due'), live, at(now - 8_000, 'due')], now)).toBe(live);
  expect(presentOf([s(0, 10, 'live'), s(10, 20, 'missing'), s(20, 30, 'due')], now)?.state).toBe('missing');
  expect(presentOf([s(0, 20, 'live'), s(20, 30, 'due')], 20 * M + 16_000)?.state).toBe('due');
  expect(presentOf([s(0, 30, 'due')], now)?.state).toBe('due');
  expect(presentOf([s(0, 10, 'live'), s(10, 30, 'missing')], now)?.state).toBe('missing');
  expect(presentOf([], now)).toBeNull();
});

test('a gap of which a part is arriving is one gap to those who wait for the picture', () => {
  const some = [s(0, 10, 'missing'), s(10, 20, 'live'), s(20, 22, 'missing'), coming(22, 25), s(25, 30, 'missing')];
  expect(awaitedSince(some, some[4] ?? s(0, 0, 'due'))).toBe(20 * M);
  expect(awaitedSince(some, some[1] ?? s(0, 0, 'due'))).toBe(10 * M);
  expect(awaitedSince([s(0, 10, 'missing'), s(10, 20, 'hidden')], s(10, 20, 'hidden'))).toBe(10 * M);
});

test('what was arriving is told once it is here, with what was missing beside it, and not before', () => {
  const gap = [s(0, 10, 'live'), s(10, 20, 'missing')];
  const half = [s(0, 10, 'live'), s(10, 14, 'missing'), coming(14, 20)];
  expect(arrivals(gap, half)).toEqual([]);
  expect(arrivals(half, [s(0, 10, 'live'), s(10, 14, 'missing'), coming(14, 18), s(18, 20, 'late')])).toEqual([{ from: 18 * M, to: 20 * M }]);
  expect(arrivals(half, [s(0, 10, 'live'), s(10, 20, 'late')])).toEqual([{ from: 10 * M, to: 20 * M }]);
});

test('of several cameras, one that is arriving is worse than one that came late, and better than one that is missing', () => {
  const days = [[coming(0, 30)], [s(0, 10, 'late'), s(10, 20, 'missing'), s(20, 30, 'live')]];
  expect(merged(days, worse).map(lookOf)).toEqual(['arriving', 'missing', 'arriving']);
  expect(merged(days, better).map(lookOf)).toEqual(['late', 'arriving', 'live']);
  expect(minuteCells([s(0, 1, 'late'), coming(1, 2), s(2, 3, 'missing')], 0).slice(0, 4)).toEqual(['late', 'arriving', 'missing', 'due']);
});
