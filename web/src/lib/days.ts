/** The days of an election that has several: which there are, when people vote in them, and the nights between. Everything in milliseconds. */

import { dayRange, type Range } from './bar';
import type { Election } from './api';
import { dayOf, HOUR, instant, nextMidnight } from './time';

export type Plan = Election['plan'];
/** A time within the voting: people vote, or it is paused for the night. */
export interface Period extends Range { night: boolean }

/** Days past this many are not shown: nobody has closed the election. */
const DAYS_LIMIT = 16;

/** Whether there are nights between the days of voting. */
export const takesSeveral = (plan: Plan | undefined): boolean => plan !== undefined && plan.nights.length > 0;

/** The voting and its nights, in order, without a gap. */
export function periodsOf(plan: Plan): Period[] {
  const nights = plan.nights.map(({ from, to }) => ({ from: instant(from), to: instant(to), night: true }));
  const starts = [instant(plan.voting_from), ...nights.map(({ to }) => to)];
  const ends = [...nights.map(({ from }) => from), instant(plan.voting_to)];
  const voting = starts.map((from, n) => ({ from, to: ends[n] ?? from, night: false }));
  return [...voting, ...nights].sort((a, b) => a.from - b.from);
}

/** The periods that a range shows something of. */
export const periodsIn = (plan: Plan, range: Range): Period[] => periodsOf(plan).filter(({ from, to }) => to > range.from && from < range.to);

/**
 * What the bar can show, a range for each day. An election of one day has one, as long as its day is; of several, each
 * is a calendar day of the zone, from on air on, until voting is over or, while it goes on, `now`.
 */
export function daysOf(plan: Plan, onAir: number, owedTo: number | null, now: number, zone: string): Range[] {
  if (!takesSeveral(plan)) return [dayRange(onAir, owedTo, now, zone)];
  const last = Math.max(instant(plan.voting_to), owedTo ?? now);
  const days: Range[] = [];
  for (let from = onAir; from < last && days.length < DAYS_LIMIT;) {
    const to = midnightAfter(from, zone);
    days.push({ from, to });
    from = to;
  }
  return days;
}

/** Where clocks change, the day that follows has an hour less or more. */
function midnightAfter(from: number, zone: string): number {
  const near = nextMidnight(from, zone);
  return dayOf(near - 1, zone) === dayOf(from, zone) && dayOf(near, zone) !== dayOf(from, zone) ? near
    : [near - HOUR, near + HOUR].find((at) => dayOf(at - 1, zone) === dayOf(from, zone) && dayOf(at, zone) !== dayOf(from, zone)) ?? near;
}

/** The number of the day in which a moment lies: the first or last one for those outside. */
export function dayAt(days: readonly Range[], at: number): number {
  const found = days.findIndex(({ to }) => at < to);
  return found < 0 ? Math.max(0, days.length - 1) : found;
}
