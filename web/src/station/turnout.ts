/** Official turnout: the times of the plan, with the figures that have been announced. */

import type { Election } from '../lib/api';
import { instant } from '../lib/time';

/** `figure` in per cent, null before it is announced; `source` says who announced it. */
export interface Announced { at: number; figure: number | null; source: string | null }

export function announced({ plan, turnout = [] }: Pick<Election, 'plan' | 'turnout'>): Announced[] {
  const figures = new Map(turnout.map((mark) => [instant(mark.at), mark]));
  return plan.turnout.map((time) => {
    const mark = figures.get(instant(time));
    return { at: instant(time), figure: mark?.percent ?? null, source: mark?.source ?? null };
  });
}

/** Whether a source is an address that a browser can open; it may just as well be the name of a document. */
export const isAddress = (source: string | null): source is string => /^https?:\/\/\S+$/.test(source ?? '');
