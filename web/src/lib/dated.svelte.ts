/** Times that stand alone on a page: of an election of several days with their day, `15 March, 14:32`; of one day without. */

import { language } from '../i18n/index.svelte';
import { election } from './election.svelte';
import { takesSeveral } from './days';
import * as time from './time';

/** Whether more than one day is meant. */
export const hasDays = () => takesSeveral(election.now?.plan);

/** `15 March`. */
export function shortDate(at: number, zone: string): string {
  const [, month, day] = time.dayOf(at, zone).split('-').map(Number);
  return `${day} ${language.text.months[(month ?? 1) - 1]}`;
}

const dated = (at: number, zone: string, text: string) => (hasDays() ? `${shortDate(at, zone)}, ${text}` : text);

export const hourMinute = (at: number, zone: string) => dated(at, zone, time.hourMinute(at, zone));
export const hourMinuteSecond = (at: number, zone: string) => dated(at, zone, time.hourMinuteSecond(at, zone));

/** The day is said once where both ends lie in it. */
export function fromTo(from: number, to: number, zone: string): string {
  if (!hasDays() || time.dayOf(from, zone) === time.dayOf(to, zone)) return dated(from, zone, time.fromTo(from, to, zone));
  return `${hourMinute(from, zone)} – ${hourMinute(to, zone)}`;
}

/** The same to the minute, however short it is. */
export function minutesFromTo({ from, to }: { from: number; to: number }, zone: string): string {
  if (to - from >= time.MINUTE) return fromTo(from, to, zone);
  return dated(from, zone, `${time.hourMinute(from, zone)}–${time.hourMinute(to, zone)}`);
}

/** `15 March 2026`, or `15 March 2026 – 17 March 2026`. */
export function electionDates(zone: string): string {
  const plan = election.now?.plan;
  if (!plan) return '';
  const date = (at: string) => time.longDate(time.instant(at), zone, language.text.months);
  return takesSeveral(plan) ? `${date(plan.voting_from)} – ${date(plan.voting_to)}` : date(plan.voting_from);
}
