/** Choosing a station at random, on the device: the centre is asked only for what it tells everybody alike. */

import type { Constituency } from './api';

/** Where the `n`-th station on air stands: its constituency, and its place among those on air there. Null when there are not so many. */
export function placeOf(all: readonly Constituency[], n: number): { constituency: number; nth: number } | null {
  let left = n;
  for (const { number, states } of all) {
    if (left < states.live) return { constituency: number, nth: left };
    left -= states.live;
  }
  return null;
}

export const onAir = (all: readonly Constituency[]) => all.reduce((sum, { states }) => sum + states.live, 0);

/** A place in a row of weights, by their size; -1 where all of them are nothing. `chance` is from 0 up to, not with, 1. */
export function drawnByWeight(weights: readonly number[], chance: number): number {
  let left = chance * weights.reduce((sum, weight) => sum + weight, 0);
  return weights.findIndex((weight) => (left -= weight) < 0);
}
