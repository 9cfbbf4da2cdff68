/** A time typed as digits: `1207`, `12:07`, `120730`, `12:07:30`. */

import type { Range } from './bar';
import { HOUR, MINUTE, nextMidnight, SECOND } from './time';

const DAY = 24 * HOUR;
const LONGEST = /^(\d{0,6}|\d{1,2}:(\d{0,2}|\d{2}:\d{0,2}))$/;
const TIME = /^(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?$/;

/** What is typed with one more key; null when it cannot become a time any more. */
export function typedMore(text: string, key: string): string | null {
  const more = text + key;
  return LONGEST.test(more) ? more : null;
}

/** Milliseconds after midnight, or null for what is no time. */
export function typedTime(text: string): number | null {
  const [, hours, minutes = '0', seconds = '0'] = TIME.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  return Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
}

/** Whether nothing more is expected to be typed. */
export const isWhole = (text: string) => text.length >= (text.includes(':') ? 5 : 4) && typedTime(text) !== null;

/** The moment of the bar at a time of day: on the day it begins, or on a later one that it still covers; null when it covers none. */
export function momentOf(time: number, range: Range, zone: string): number | null {
  const midnight = nextMidnight(range.from, zone) - DAY;
  for (let at = midnight + time; at <= range.to; at += DAY) if (at >= range.from) return at;
  return null;
}
