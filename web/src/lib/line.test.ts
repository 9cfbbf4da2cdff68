import { expect, test } from 'vitest';
import { Line } from './line';
import { lighter, viewOf } from './view';

test('a line is weak when the picture stops three times in a minute', () => {
  const line = new Line();
  expect([0, 10_000, 20_000].map((at) => line.stopped(at))).toEqual([false, false, true]);
});

test('pictures that stop together have stopped once', () => {
  const line = new Line();
  expect([0, 300, 10_000, 10_400, 20_000].map((at) => line.stopped(at))).toEqual([false, false, false, false, true]);
});

test('stops that are far apart are chance', () => {
  const line = new Line();
  expect([0, 40_000, 80_000, 120_000].map((at) => line.stopped(at))).toEqual([false, false, false, false]);
});

test('it is tried again after a minute, then after twice as long, up to eight minutes', () => {
  const line = new Line();
  let now = 0;
  const pauses = Array.from({ length: 6 }, () => {
    const pause = line.givenUp(now);
    now += pause;
    line.tried(now);
    now += 20_000;
    return pause / 60_000;
  });
  expect(pauses).toEqual([1, 2, 4, 8, 8, 8]);
});

test('a try that went well is forgotten', () => {
  const line = new Line();
  line.givenUp(0);
  line.tried(60_000);
  expect(line.givenUp(200_000)).toBe(60_000);
});

test('the light rendition comes before stills, where there is one', () => {
  expect([lighter('video', true), lighter('video', false), lighter('light', true)]).toEqual(['light', 'still', 'still']);
  expect([viewOf('still'), viewOf('tape'), viewOf(null)]).toEqual(['still', null, null]);
});
