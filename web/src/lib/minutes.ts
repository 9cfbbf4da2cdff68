/** A day in whole minutes, counted as the centre counts them (`Minutes` in crates/centre). */

import type { Cause, Minutes } from './api';
import { MINUTE } from './time';
import { lookOf, type Stretch } from './timeline';

export interface Part { cause: Cause; minutes: number }

/**
 * The minutes of one camera's day between `from` and `until`. Late, arriving, hidden and, for each cause, missing time is rounded up, so that
 * rounding hides no hole; what was owed is rounded down, and live is the rest. So they add up.
 */
export function minutesOf(day: readonly Stretch[], from: number, until: number): Minutes {
  const lengths = new Map<string, number>();
  for (const { state, cause, arriving, ...span } of day) {
    const length = Math.max(0, Math.min(span.to, until) - Math.max(span.from, from));
    const kind = state === 'missing' ? `${state} ${cause ?? 'unknown'}` : lookOf({ state, ...(arriving && { arriving }) });
    lengths.set(kind, (lengths.get(kind) ?? 0) + length);
  }
  const all = [...lengths].filter(([kind]) => kind !== 'due');
  const up = (state: string) => all.filter(([kind]) => kind.startsWith(state)).reduce((sum, [, length]) => sum + Math.ceil(length / MINUTE), 0);
  const [late, arriving, missing, hidden] = [up('late'), up('arriving'), up('missing'), up('hidden')];
  const rest = late + arriving + missing + hidden;
  const owed = Math.max(Math.floor(all.reduce((sum, [, length]) => sum + length, 0) / MINUTE), rest);
  return { owed, live: owed - rest, late, arriving, missing, hidden };
}

/** Missing minutes by cause, the most first. */
export const byCause = (causes: Partial<Record<Cause, number>>): Part[] =>
  (Object.entries(causes) as [Cause, number][]).filter(([, minutes]) => minutes > 0).map(([cause, minutes]) => ({ cause, minutes })).sort((a, b) => b.minutes - a.minutes);
