/** Choosing a station at random, on the device: the centre is only asked for what it gives everybody alike. */

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

/** An index drawn in proportion to `weights`; -1 if all are zero. `chance` is in `[0, 1)`. */
export function drawnByWeight(weights: readonly number[], chance: number): number {
  let left = chance * weights.reduce((sum, weight) => sum + weight, 0);
  return weights.findIndex((weight) => (left -= weight) < 0);
}
