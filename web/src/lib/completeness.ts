/** What became of what the stations owed, as the page shows it: order, lengths and percentages that flatter nobody. */

import type { CompletenessTotals, StationCompleteness, Times } from './api';

/** The parts of what was owed, in the order in which they are told. */
export const PARTS = ['on_time', 'late', 'arriving', 'missing', 'hidden'] as const;
export type Part = (typeof PARTS)[number];

export const secondsOf = (times: Times, part: Part): number => times[`${part}_s`];

/** Those parts that are told: what is hidden, or arriving, only where something is. */
export const told = (times: Times): Part[] => PARTS.filter((part) => (part !== 'hidden' && part !== 'arriving') || secondsOf(times, part) > 0);

/** Whole seconds: what was on time, or owed, is rounded down, and all that was not on time up. */
export const whole = (seconds: number, part: Part | 'owed'): number => (part === 'on_time' || part === 'owed' ? Math.floor(seconds) : Math.ceil(seconds));

/** `98.21 %`; always two digits, so that 99.99 is not 100. */
export const percentText = (percent: number, mark: string): string => `${percent.toFixed(2).replace('.', mark)}\u00a0%`;

/** Stations of which nothing is there, those that owe most first; stations of one constituency by number. */
export const withoutVideo = (stations: readonly StationCompleteness[]): StationCompleteness[] =>
  stations.filter((one) => one.without_video).sort((a, b) => b.owed_s - a.owed_s || a.constituency - b.constituency || a.station - b.station);

/** Constituencies with the largest missing share first; those that owe nothing last. */
export const worstFirst = <T extends CompletenessTotals & { constituency: number }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => (b.percent?.missing ?? -1) - (a.percent?.missing ?? -1) || b.without_video - a.without_video || a.constituency - b.constituency);
