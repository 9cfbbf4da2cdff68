/** A count beside the official turnout: what had been counted by then, the official figure, and how much of the time was watched. */

import { hasPicture, type Stretch } from '../lib/timeline';
import { countedBy, type Series } from './series';
import { covered, type Span } from './spans';

export type Scope = 'country' | 'constituency' | 'station';

/** An official figure at a time: per cent of the registered voters, or a number of voters (of the station alone). */
export interface Official { at: number; scope: Scope; percent: number | null; voters: number | null; source: string }

export interface Compared {
  at: number; counted: number;
  official: Official | null;
  /** The official figure as voters of this station; null where the register of the station is not known. */
  expected: number | null;
  /** Milliseconds of the voting until `at` that were watched, were not though there was a picture, and had no picture. */
  watched: number; unwatched: number; blind: number;
}

/** The figure closest to the station is compared: its own rather than the constituency's, and that rather than the country's. */
const CLOSENESS: readonly Scope[] = ['station', 'constituency', 'country'];

export function closest(officials: readonly Official[], at: number): Official | null {
  for (const scope of CLOSENESS) {
    const found = officials.find((one) => one.at === at && one.scope === scope);
    if (found) return found;
  }
  return null;
}

/** Voters of the station that an official figure stands for. `registered`: voters on its register, null where unknown. */
export function expectedVoters({ percent, voters }: Official, registered: number | null): number | null {
  if (voters !== null) return voters;
  return percent === null || registered === null ? null : Math.round((percent * registered) / 100);
}

/** One row for each of `times` that has come. `day` may be empty while it is not known: then nothing counts as blind. */
export function compared(series: Series, times: readonly number[], officials: readonly Official[], registered: number | null, day: readonly Stretch[], from: number, now: number, nights: readonly Span[] = []): Compared[] {
  return times.filter((at) => at <= now).map((at) => {
    const official = closest(officials, at);
    // In a night nobody votes, so nobody need watch.
    const voted = (spans: readonly Span[]) => covered(spans, from, at) - nights.reduce((sum, night) => sum + covered(spans, Math.max(from, night.from), Math.max(from, Math.min(at, night.to))), 0);
    const length = voted([{ from, to: at }]);
    const seen = voted(series.watched);
    const dark: Span[] = day.filter((one) => !hasPicture(one) && one.state !== 'due').map(({ from: start, to }) => ({ from: start, to }));
    const blind = Math.min(voted(dark), Math.max(0, length - seen));
    return {
      at, counted: countedBy(series.ballots, at), official, expected: official && expectedVoters(official, registered),
      watched: seen, blind, unwatched: Math.max(0, length - seen - blind),
    };
  });
}
