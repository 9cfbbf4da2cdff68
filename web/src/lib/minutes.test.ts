import { expect, test } from 'vitest';
import type { Cause, State } from './api';
import { byCause, minutesOf } from './minutes';
import { MINUTE } from './time';

const of = (from: number, to: number, state: State, cause: Cause | null = null) => ({ from: from * 1000, to: to * 1000, state, cause });

test('minutes add up, and rounding hides no hole', () => {
  const day = [of(0, 600, 'live'), of(600, 602, 'missing'), of(602, 1200, 'live')];
  expect(minutesOf(day, 0, 20 * MINUTE)).toEqual({ owed: 20, live: 19, late: 0, arriving: 0, missing: 1, hidden: 0 });
});

test('missing minutes are the sum of those of each cause', () => {
  const day = [of(-60, 0, 'due'), of(0, 65, 'missing', 'uplink'), of(65, 240, 'missing', 'power'), of(240, 245, 'missing'), of(300, 310, 'missing', 'uplink')];
  expect(minutesOf(day, -60_000, 10 * MINUTE)).toEqual({ owed: 6, live: 0, late: 0, arriving: 0, missing: 6, hidden: 0 });
});

test('only what lies between counts', () => {
  const day = [of(0, 600, 'live'), of(600, 720, 'late'), of(720, 900, 'hidden')];
  expect(minutesOf(day, 5 * MINUTE, 11 * MINUTE)).toEqual({ owed: 6, live: 5, late: 1, arriving: 0, missing: 0, hidden: 0 });
});

test('causes come with the most minutes first, and none without a minute', () => {
  expect(byCause({ power: 2, source: 15, disk: 0 })).toEqual([{ cause: 'source', minutes: 15 }, { cause: 'power', minutes: 2 }]);
});

test('what is arriving is not here yet, whatever the cause, and is rounded up for itself', () => {
  const day = [of(0, 600, 'live'), { ...of(600, 630, 'late', 'uplink'), arriving: true }, of(630, 660, 'late'), of(660, 1200, 'live')];
  expect(minutesOf(day, 0, 20 * MINUTE)).toEqual({ owed: 20, live: 18, late: 1, arriving: 1, missing: 0, hidden: 0 });
});
