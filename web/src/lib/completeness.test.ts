import { expect, test } from 'vitest';
import type { CompletenessTotals, StationCompleteness, Times } from './api';
import { percentText, secondsOf, told, whole, withoutVideo, worstFirst } from './completeness';

const times = (owed_s: number, missing: number): Times => ({
  owed_s, on_time_s: owed_s - missing, late_s: 0, arriving_s: 0, missing_s: missing, hidden_s: 0, causes: {},
  percent: owed_s > 0 ? { on_time: 100 - missing, late: 0, arriving: 0, missing, hidden: 0 } : null,
});

test('no rounding completes a day', () => {
  expect(percentText(99.99, '.')).toBe('99.99\u00a0%');
  expect(percentText(100, ',')).toBe('100,00\u00a0%');
  expect([whole(59.999999, 'on_time'), whole(59.999999, 'owed'), whole(0.000001, 'missing'), whole(0, 'late')]).toEqual([59, 59, 1, 0]);
});

test('what is arriving or hidden is told where there is some, and missing always', () => {
  expect(told(times(10, 0))).toEqual(['on_time', 'late', 'missing']);
  expect(told({ ...times(10, 0), arriving_s: 0.5 })).toEqual(['on_time', 'late', 'arriving', 'missing']);
  expect(told({ ...times(10, 0), hidden_s: 1 })).toContain('hidden');
  expect(secondsOf(times(10, 3), 'on_time')).toBe(7);
});

test('stations without any video come first by what they owe, and no others', () => {
  const station = (id: string, owed: number, without_video: boolean): StationCompleteness => {
    const [constituency = 0, number = 0] = id.split('/').map(Number);
    return { id, constituency, station: number, venue: '', without_video, cameras: [], ...times(owed, owed) };
  };
  const all = [station('7/2', 50, true), station('7/1', 50, true), station('9/1', 90, true), station('1/1', 90, false), station('1/2', 0, false)];
  expect(withoutVideo(all).map((one) => one.id)).toEqual(['9/1', '7/1', '7/2']);
});

test('constituencies come with the largest missing share first, and those that owe nothing last', () => {
  const one = (constituency: number, owed: number, missing: number, without_video = 0): CompletenessTotals & { constituency: number } =>
    ({ constituency, stations: 1, owing: 1, without_video, without_camera: 0, ...times(owed, missing) });
  expect(worstFirst([one(1, 0, 0), one(2, 100, 5), one(3, 100, 0), one(4, 100, 50), one(5, 100, 5, 1)]).map((of) => of.constituency)).toEqual([4, 5, 2, 3, 1]);
});
