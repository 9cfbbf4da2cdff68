/** The part of the day that the bar shows: from all of it down to a minute. */

import { findLast } from './lists';
import type { Range } from './bar';
import { HOUR, MINUTE } from './time';

/** Lengths that the buttons and keys go through, below the whole day. */
const LEVELS = [4 * HOUR, HOUR, 10 * MINUTE, MINUTE];
const SHORTEST = MINUTE;
/** The hand stays this far inside the window, as a fraction of it. */
const MARGIN = 0.1;

const length = ({ from, to }: Range) => to - from;
const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most));

/** How much of the time not yet due is shown to the right of now, as a fraction of the window: as much as the hand keeps from the edge. */
const AHEAD = MARGIN;

/** The past part of the day, with a little of what is to come: the widest view short of the whole day. */
export function pastOf(day: Range, now: number): Range {
  return { from: day.from, to: within(now + (Math.max(now - day.from, SHORTEST) * AHEAD) / (1 - AHEAD), day.from + SHORTEST, day.to) };
}

/** A window moved so that it shows little of what is yet to come: there is nothing to see there. */
export function endingNear(window: Range, day: Range, now: number): Range {
  const past = pastOf(day, now);
  if (length(window) > length(past) + 1) return window;
  if (length(window) > length(past) - 1) return past;
  const ahead = window.to - (now + length(window) * AHEAD);
  return ahead > 0 ? placed(day, window.from - ahead, length(window)) : window;
}

/** A window of `span` milliseconds that begins at `from`, moved and cut so that it lies in the day. */
function placed(day: Range, from: number, span: number): Range {
  const whole = within(span, SHORTEST, length(day));
  const start = within(from, day.from, day.to - whole);
  return { from: start, to: start + whole };
}

/** The window around a moment that is `factor` times as long; the moment keeps its place in it. */
export function zoomed(window: Range, day: Range, at: number, factor: number): Range {
  const span = within(length(window) * factor, SHORTEST, length(day));
  const part = within((at - window.from) / length(window), 0, 1);
  return placed(day, at - part * span, span);
}

/** One level closer (`1`) or further (`-1`) around a moment. `end`: now; between all of the day and parts of it is all that is past. */
export function leveled(window: Range, day: Range, at: number, direction: 1 | -1, end: number): Range {
  const span = length(window);
  const past = length(pastOf(day, end));
  const levels = [length(day), past, ...LEVELS.filter((level) => level < past * 0.9)];
  const next = direction > 0 ? (levels.find((level) => level < span * 0.95) ?? SHORTEST) : (findLast(levels, (level) => level > span * 1.05) ?? length(day));
  if (next === length(day)) return day;
  return endingNear(followed(zoomed(window, day, at, next / span), day, at), day, end);
}

/** The window moved no further than needed to keep the hand inside. */
export function followed(window: Range, day: Range, hand: number): Range {
  const margin = length(window) * MARGIN;
  if (hand < window.from + margin) return placed(day, hand - margin, length(window));
  if (hand > window.to - margin) return placed(day, hand + margin - length(window), length(window));
  return placed(day, window.from, length(window));
}

export const isWholeDay = (window: Range, day: Range) => length(window) >= length(day) - 1;

/** The step of the arrow keys: a minute, and a second where minutes are wide. */
export const stepOf = (window: Range) => (length(window) <= 10 * MINUTE ? 1_000 : MINUTE);
