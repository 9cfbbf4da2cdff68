import { expect, test } from 'vitest';
import { HOUR, MINUTE } from './time';
import { endingNear, followed, isWholeDay, leveled, pastOf, stepOf, zoomed } from './zoom';

const day = { from: 0, to: 16.5 * HOUR };
const hand = 5 * HOUR;
const span = (window: { from: number; to: number }) => window.to - window.from;

test('levels go from the day to a minute and back', () => {
  const spans: number[] = [];
  let window = day;
  for (let n = 0; n < 5; n++) spans.push(span(window = leveled(window, day, hand, 1, 9 * HOUR)));
  expect(spans.map((s) => Math.round(s / MINUTE))).toEqual([600, 240, 60, 10, 1]);
  const back: number[] = [];
  for (let n = 0; n < 5; n++) back.push(span(window = leveled(window, day, hand, -1, 9 * HOUR)));
  expect(back.map((s) => Math.round(s / MINUTE))).toEqual([10, 60, 240, 600, 990]);
  expect(isWholeDay(window, day)).toBe(true);
});

test('at live, what is shown ends near now, early and late in the day', () => {
  for (const now of [20 * MINUTE, HOUR, 7 * HOUR, 16 * HOUR]) {
    for (let window = leveled(day, day, now, 1, now), n = 0; n < 5; n++, window = leveled(window, day, now, 1, now)) {
      expect((window.to - now) / span(window)).toBeLessThan(0.101);
      expect(window.to).toBeGreaterThanOrEqual(now);
    }
  }
  expect(pastOf(day, 9 * HOUR)).toEqual({ from: 0, to: 10 * HOUR });
  expect(endingNear({ from: 8 * HOUR, to: 12 * HOUR }, day, 9 * HOUR)).toEqual({ from: 5.4 * HOUR, to: 9.4 * HOUR });
});

test('the moment keeps its place while it grows', () => {
  const window = zoomed({ from: 4 * HOUR, to: 8 * HOUR }, day, hand, 0.5);
  expect(window).toEqual({ from: 4.5 * HOUR, to: 6.5 * HOUR });
});

test('a window never leaves the day', () => {
  expect(zoomed(day, day, 16.4 * HOUR, 0.25).to).toBeLessThanOrEqual(day.to);
  expect(zoomed({ from: 0, to: HOUR }, day, 0, 100)).toEqual(day);
  expect(span(zoomed(day, day, hand, 1e-9))).toBe(MINUTE);
});

test('the window follows the hand, and no further than needed', () => {
  const window = { from: 4 * HOUR, to: 5 * HOUR };
  expect(followed(window, day, 4.5 * HOUR)).toEqual(window);
  expect(followed(window, day, 5 * HOUR)).toEqual({ from: 246 * MINUTE, to: 306 * MINUTE });
  expect(followed(window, day, 3 * HOUR)).toEqual({ from: 174 * MINUTE, to: 234 * MINUTE });
  expect(followed(window, day, 0)).toEqual({ from: 0, to: HOUR });
});

test('a day that grew is still whole', () => expect(followed({ from: 0, to: HOUR }, { from: 0, to: 2 * HOUR }, HOUR / 2)).toEqual({ from: 0, to: HOUR }));

test('arrows go by seconds where minutes are wide', () => expect([HOUR, 10 * MINUTE, MINUTE].map((s) => stepOf({ from: 0, to: s }))).toEqual([MINUTE, 1000, 1000]));
