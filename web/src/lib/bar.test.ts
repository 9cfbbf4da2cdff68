import { expect, test } from 'vitest';
import { dayRange, drawn, fitted, fraction, hourOf, momentAt, timeTicks } from './bar';
import { HOUR } from './time';

const BAKU = 'Asia/Baku';
const at = (time: string) => Date.parse(`2026-11-22T${time}:00+04:00`);
const range = dayRange(at('07:30'), null, at('14:32'), BAKU);

test('a day is drawn from on air to midnight', () => {
  expect(range).toEqual({ from: at('07:30'), to: at('00:00') + 24 * HOUR });
});

test('a count that goes on past midnight makes the bar longer, up to a limit', () => {
  expect(dayRange(at('07:30'), null, at('00:00') + 26 * HOUR, BAKU).to).toBe(at('00:00') + 26.5 * HOUR);
  expect(dayRange(at('07:30'), null, at('07:30') + 400 * HOUR, BAKU).to).toBe(at('07:30') + 40 * HOUR);
});

test('a demo that begins in the evening still has room', () => {
  expect(dayRange(at('19:00'), null, at('23:30'), BAKU).to).toBe(at('19:00') + 16.5 * HOUR);
});

test('moments and places on the bar are each other’s inverse', () => {
  for (const time of ['07:30', '11:41', '23:59']) expect(momentAt(range, fraction(range, at(time)))).toBeCloseTo(at(time), -1);
  expect(fraction(range, at('07:00'))).toBe(0);
  expect(momentAt(range, 1.4)).toBe(range.to);
});

test('only what is past is drawn', () => {
  const day = [
    { from: at('07:00'), to: at('14:00'), state: 'live', cause: null } as const,
    { from: at('14:00'), to: at('15:00'), state: 'missing', cause: null } as const,
    { from: at('15:00'), to: at('16:00'), state: 'due', cause: null } as const,
  ];
  expect(drawn(day, range, at('14:32')).map((s) => [s.from, s.to])).toEqual([[at('07:30'), at('14:00')], [at('14:00'), at('14:32')]]);
});

test.each([[1260, 17], [358, 6]])('hours under a bar of %i px do not touch: %i', (width, count) => {
  const ticks = timeTicks(range, width, BAKU);
  expect(ticks).toHaveLength(count);
  const gaps = ticks.slice(1).map((tick, n) => ((tick - (ticks[n] ?? 0)) / (range.to - range.from)) * width);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(46);
});

test('closer, the times under the bar are finer', () => {
  const hour = timeTicks({ from: at('14:00'), to: at('15:00') }, 1260, BAKU);
  expect(hour.slice(0, 3)).toEqual([at('14:00'), at('14:05'), at('14:10')]);
  const minute = timeTicks({ from: at('14:00'), to: at('14:01') }, 358, BAKU);
  expect(minute.map((tick) => (tick - at('14:00')) / 1000)).toEqual([0, 15, 30, 45, 60]);
});

test('a word that does not fit gives way to the strong one', () => {
  const labels = [{ at: at('19:02'), text: '19:02 bağlandı' }, { at: at('19:28'), text: '19:28 sayım', strong: true }];
  expect(fitted(labels, range, 360).map((label) => label.shown)).toEqual([false, true]);
  expect(fitted(labels, range, 9000).map((label) => label.shown)).toEqual([true, true]);
});

test('the hour around a moment', () => expect(hourOf(at('11:41') + 32_000, BAKU)).toBe(at('11:00')));
