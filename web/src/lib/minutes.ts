/** Minutes split into parts that add up to the whole, to the minute. */

import type { Cause } from './api';

export interface Part { causes: Cause[]; minutes: number }

/**
 * Missing minutes by cause, most first, adding up to `missing`. Each cause comes rounded up, so together they may exceed
 * the whole: the excess is taken from the largest. A cause never vanishes; where there is no minute for each, causes share one.
 */
export function byCause(causes: Partial<Record<Cause, number>>, missing: number): Part[] {
  const parts = (Object.entries(causes) as [Cause, number][]).filter(([, minutes]) => minutes > 0).map(([cause, minutes]): Part => ({ causes: [cause], minutes }));
  const descending = () => parts.sort((a, b) => b.minutes - a.minutes);
  let excess = parts.reduce((sum, { minutes }) => sum + minutes, 0) - missing;
  // A minute from each in turn: no cause loses a second minute before all have lost one.
  while (excess > 0 && parts.some(({ minutes }) => minutes > 1)) {
    for (const part of descending().filter(({ minutes }) => minutes > 1)) {
      if (excess === 0) break;
      part.minutes -= 1;
      excess -= 1;
    }
  }
  descending();
  while (excess > 0 && parts.length > 1) {
    const last = parts.pop();
    parts[parts.length - 1]?.causes.push(...(last?.causes ?? []));
    excess -= last?.minutes ?? 1;
  }
  return parts;
}
