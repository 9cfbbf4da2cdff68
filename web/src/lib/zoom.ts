/** The part of the day that the bar shows: from all of it down to a minute. */

import { findLast } from './lists';
import type { Range } from './bar';
import { HOUR, MINUTE } from './time';

/** Lengths that the buttons and keys go through, below the whole day. */
const LEVELS = [4 * HOUR, HOUR, 10 * MINUTE, MINUTE];
const SHORTEST = MINUTE;
/** The hand stays this far inside of the window, as a part of it. */
const MARGIN = 0.1;

const length = ({ from, to }: Range) => to - from;
const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most));

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

/** One level closer (`1`) or further (`-1`) around a moment. */
export function leveled(window: Range, day: Range, at: number, direction: 1 | -1): Range {
  const now = length(window);
  const next = direction > 0
    ? (LEVELS.find((level) => level < now * 0.99) ?? SHORTEST)
    : (findLast(LEVELS, (level) => level > now * 1.01 && level < length(day)) ?? length(day));
  const moved = zoomed(window, day, at, next / now);
  return followed(moved, day, at);
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
