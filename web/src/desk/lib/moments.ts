/** Moments as the desk says and asks for them, in the election's zone. */

import { dayOf, hourMinute, hourMinuteSecond, instant, longDate, MINUTE, parseMoment, SECOND } from '../../lib/time';

const DAY_MS = 24 * 60 * MINUTE;

/** `22 noyabr 2026, 14:32`; the day is left out where it is today. */
export function moment(text: string, zone: string, months: readonly string[], now: number, seconds = false): string {
  const at = instant(text);
  const clock = seconds ? hourMinuteSecond(at, zone) : hourMinute(at, zone);
  return dayOf(at, zone) === dayOf(now, zone) ? clock : `${longDate(at, zone, months)}, ${clock}`;
}

/** Since when a picture is to be hidden: now, so many seconds ago, or at a time of the clock. */
export type Since = 0 | 30 | 60 | 300 | 600 | 'own';
export const SINCES: readonly Since[] = [0, 30, 60, 300, 600, 'own'];

/** The last moment, up to `now`, at which clocks in the zone showed `time`; null where that is no time. */
export function lastTime(time: string, now: number, zone: string): number | null {
  const today = parseMoment(`${dayOf(now, zone)}T${time}`, zone);
  if (today === null || today <= now) return today;
  return parseMoment(`${dayOf(now - DAY_MS, zone)}T${time}`, zone);
}

/** The moment that was chosen, null for this one; false where the time that was typed is none. */
export function chosen(since: Since, time: string, now: number, zone: string): string | null | false {
  if (since === 0) return null;
  const at = since === 'own' ? lastTime(time, now, zone) : now - since * SECOND;
  return at === null ? false : new Date(at).toISOString();
}
