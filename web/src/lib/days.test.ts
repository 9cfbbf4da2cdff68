import { expect, test } from 'vitest';
import { dayRange } from './bar';
import { dayAt, daysOf, periodsIn, periodsOf, takesSeveral, type Plan } from './days';
import { HOUR } from './time';

const BAKU = 'Asia/Baku';
const text = (day: number, time: string, zone = '+04:00') => `2026-11-${day}T${time}:00${zone}`;
const at = (day: number, time: string) => Date.parse(text(day, time));
const plan = (nights: Plan['nights'], to = text(22, '19:00')): Plan => ({
  on_air: text(22, '07:30'), empty_boxes: text(22, '07:50'), voting_from: text(22, '08:00'), voting_to: to, turnout: [], nights,
});
const three = plan([{ from: text(22, '20:00'), to: text(23, '08:00') }, { from: text(23, '20:00'), to: text(24, '08:00') }], text(24, '20:00'));

test('an election of one day has the bar that it always had', () => {
  expect(takesSeveral(plan([])) || takesSeveral(undefined)).toBe(false);
  for (const now of [at(22, '06:00'), at(22, '14:32'), at(23, '02:00'), at(27, '02:00')]) {
    expect(daysOf(plan([]), at(22, '07:30'), null, now, BAKU)).toEqual([dayRange(at(22, '07:30'), null, now, BAKU)]);
  }
});

test('each day of several is a calendar day, and the first begins on air', () => {
  const days = daysOf(three, at(22, '07:30'), null, at(22, '14:00'), BAKU);
  expect(days).toEqual([
    { from: at(22, '07:30'), to: at(23, '00:00') }, { from: at(23, '00:00'), to: at(24, '00:00') }, { from: at(24, '00:00'), to: at(25, '00:00') },
  ]);
  expect([at(22, '06:00'), at(22, '23:59'), at(23, '00:00'), at(24, '12:00'), at(29, '00:00')].map((moment) => dayAt(days, moment))).toEqual([0, 0, 1, 2, 2]);
});

test('a count that goes on after midnight has one more day, until its end', () => {
  expect(daysOf(three, at(22, '07:30'), null, at(25, '01:00'), BAKU)).toHaveLength(4);
  expect(daysOf(three, at(22, '07:30'), at(24, '23:00'), at(25, '01:00'), BAKU)).toHaveLength(3);
  expect(daysOf(three, at(22, '07:30'), null, at(22, '00:00') + 900 * HOUR, BAKU)).toHaveLength(16);
});

test('days hold their midnights where clocks change', () => {
  const berlin = (day: string, time: string, zone: string) => `2026-10-${day}T${time}:00${zone}`;
  const autumn: Plan = {
    on_air: berlin('24', '07:30', '+02:00'), empty_boxes: berlin('24', '07:50', '+02:00'), voting_from: berlin('24', '08:00', '+02:00'),
    voting_to: berlin('26', '20:00', '+01:00'), turnout: [], nights: [{ from: berlin('24', '20:00', '+02:00'), to: berlin('26', '08:00', '+01:00') }],
  };
  const days = daysOf(autumn, Date.parse(autumn.on_air), null, 0, 'Europe/Berlin');
  expect(days.map(({ from, to }) => (to - from) / HOUR)).toEqual([16.5, 25, 24]);
});

test('voting and nights follow each other without a gap', () => {
  const periods = periodsOf(three);
  expect(periods.map(({ night }) => night)).toEqual([false, true, false, true, false]);
  periods.slice(1).forEach((next, n) => expect(next.from).toBe(periods[n]?.to));
  const second = { from: at(23, '00:00'), to: at(24, '00:00') };
  expect(periodsIn(three, second).map(({ from, night }) => [from, night])).toEqual([[at(22, '20:00'), true], [at(23, '08:00'), false], [at(23, '20:00'), true]]);
  expect(periodsOf(plan([]))).toEqual([{ from: at(22, '08:00'), to: at(22, '19:00'), night: false }]);
});
