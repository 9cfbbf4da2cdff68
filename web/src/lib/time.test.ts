import { expect, test } from 'vitest';
import { fromTo, hourMinute, hourMinuteSecond, longDate, nextMidnight, parseMoment, rfc3339, zoneOffset } from './time';

const BAKU = 'Asia/Baku';
const at = Date.parse('2024-02-07T08:07:05.250Z');

test('a moment is shown in the zone of the election', () => {
  expect(hourMinute(at, BAKU)).toBe('12:07');
  expect(hourMinuteSecond(at, BAKU)).toBe('12:07:05');
  expect(hourMinute(Date.parse('2024-02-07T20:00:00Z'), BAKU)).toBe('00:00');
});

test('a span of seconds says as many as it touches', () => {
  const of = (from: number, to: number) => fromTo(at - 250 + from, at - 250 + to, BAKU);
  expect(of(100, 1_900)).toBe('12:07:05–12:07:07');
  expect(of(0, 2_000)).toBe('12:07:05–12:07:07');
  expect(of(0, 61_000)).toBe('12:07–12:08');
});

test('a moment of a link reads back as itself', () => {
  expect(rfc3339(at, BAKU)).toBe('2024-02-07T12:07:05+04:00');
  expect(parseMoment(rfc3339(at, BAKU))).toBe(Math.floor(at / 1000) * 1000);
  expect(rfc3339(at, 'America/St_Johns')).toBe('2024-02-07T04:37:05-03:30');
});

test.each([
  ['2024-02-07T12:07:00+04:00', '2024-02-07T08:07:00Z'], ['2024-02-07T12:07:00 04:00', '2024-02-07T08:07:00Z'],
  ['2024-02-07T08:07Z', '2024-02-07T08:07:00Z'],
])('%s is read', (text, same) => expect(parseMoment(text)).toBe(Date.parse(same)));

test.each([
  ['2024-02-07T12:07:00', undefined, '2024-02-07T08:07:00Z'], ['2024-02-07 12:07', undefined, '2024-02-07T08:07:00Z'], ['2024-02-07T12:07', 'America/St_Johns', '2024-02-07T15:37:00Z'],
])('%s is a moment of the election’s zone', (text, zone, same) => expect(parseMoment(text, zone)).toBe(Date.parse(same)));

test.each([null, '', 'yesterday', '12:07', '2024-02-07', '2024-13-07T12:07:00Z', '2024-02-07T12:7'])('%s is no moment', (text) =>
  expect(parseMoment(text)).toBeNull());

test('the day ends at midnight of the zone', () => {
  expect(nextMidnight(at, BAKU)).toBe(Date.parse('2024-02-07T20:00:00Z'));
  expect(zoneOffset(at, BAKU)).toBe(4 * 3_600_000);
});

test('months are ours', () => expect(longDate(at, BAKU, ['yanvar', 'fevral'])).toBe('7 fevral 2024'));
