import { expect, test } from 'vitest';
import { dvrAddress, settledUntil, spanAfter, spanFor } from './dvr';
import { holeAt, positionOf, wallAt, type Piece } from './wall';

const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

test('a moment asks for the five minutes around it, so that viewers share them', () => {
  const span = spanFor(at('07:41:32'), at('10:32:06'));
  expect(span && dvrAddress('7/12/1', span)).toBe('/dvr/7/12/1/index.m3u8?from=2026-11-22T07:40:00Z&to=2026-11-22T07:45:00Z');
});

test('a span goes on to the next border, or to what is settled', () => {
  expect(spanAfter(at('07:45:00'), at('10:32:06'))).toEqual({ from: at('07:45:00'), to: at('07:50:00') });
  expect(spanAfter(at('10:31:20'), at('10:32:06'))).toEqual({ from: at('10:31:20'), to: at('10:31:50') });
  expect(spanAfter(at('10:31:50'), at('10:32:06'))).toBeNull();
});

test('near now the span ends at what is settled, on a step that viewers share', () => {
  expect(spanFor(at('10:31:00'), at('10:32:06'))).toEqual({ from: at('10:30:00'), to: at('10:31:50') });
  expect(settledUntil(at('10:32:20'))).toBe(at('10:32:10'));
  expect(spanFor(at('10:31:58'), at('10:32:06'))).toBeNull();
  expect(spanFor(at('11:00:00'), at('10:32:06'))).toBeNull();
});

// 0–4 s of picture, a hole of two pieces (10 minutes of true time), then picture again
const pieces: Piece[] = [
  { start: 0, duration: 2, wall: at('11:19:56'), gap: false }, { start: 2, duration: 2, wall: at('11:19:58'), gap: false },
  { start: 4, duration: 4, wall: at('11:20:00'), gap: true }, { start: 8, duration: 4, wall: at('11:20:04'), gap: true },
  { start: 12, duration: 2, wall: at('11:30:00'), gap: false }, { start: 14, duration: 2, wall: at('11:30:02'), gap: false },
];

test('positions and true times tell each other', () => {
  expect(wallAt(pieces, 3)).toBe(at('11:19:59'));
  expect(wallAt(pieces, 13)).toBe(at('11:30:01'));
  expect(positionOf(pieces, at('11:30:01'))).toBe(13);
  expect(wallAt([], 3)).toBeNull();
});

test('a moment in a hole leads to the first picture after it, one after the end to none', () => {
  expect(positionOf(pieces, at('11:25:00'))).toBe(12);
  expect(positionOf(pieces, at('11:31:00'))).toBeNull();
});

test('at the edge of a hole it is known where the picture goes on', () => {
  expect(holeAt(pieces, 3)).toBeNull();
  expect(holeAt(pieces, 3.8)).toEqual({ from: at('11:20:00'), to: at('11:30:00'), resumeAt: 12 });
  expect(holeAt(pieces, 9)).toMatchObject({ resumeAt: 12 });
  expect(holeAt(pieces.slice(0, 4), 3.9)).toBeNull();
});
