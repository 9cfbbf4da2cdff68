import { expect, test } from 'vitest';
import { chosen, lastTime, moment } from './moments';

const ZONE = 'Asia/Baku';
const NOW = Date.parse('2026-11-22T10:30:00Z');

test('a time of the clock is the last one: after midnight, that of yesterday', () => {
  expect(lastTime('14:05', NOW, ZONE)).toBe(Date.parse('2026-11-22T10:05:00Z'));
  expect(lastTime('14:05:07', NOW, ZONE)).toBe(Date.parse('2026-11-22T10:05:07Z'));
  expect(lastTime('23:50', Date.parse('2026-11-22T20:10:00Z'), ZONE)).toBe(Date.parse('2026-11-22T19:50:00Z'));
  expect(lastTime('', NOW, ZONE)).toBeNull();
});

test('since when', () => {
  expect(chosen(0, '', NOW, ZONE)).toBeNull();
  expect(chosen(300, '', NOW, ZONE)).toBe('2026-11-22T10:25:00.000Z');
  expect(chosen('own', '14:00', NOW, ZONE)).toBe('2026-11-22T10:00:00.000Z');
  expect(chosen('own', 'soon', NOW, ZONE)).toBe(false);
});

test('the day is said where it is not today', () => {
  const months = Array.from({ length: 12 }, (_, n) => `m${n + 1}`);
  expect(moment('2026-11-22T10:00:05Z', ZONE, months, NOW)).toBe('14:00');
  expect(moment('2026-11-22T10:00:05Z', ZONE, months, NOW, true)).toBe('14:00:05');
  expect(moment('2026-11-21T10:00:05Z', ZONE, months, NOW)).toBe('21 m11 2026, 14:00');
});
