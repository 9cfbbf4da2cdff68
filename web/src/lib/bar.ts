/** The geometry of the bar of the day: fractions of its width, and what there is room for. */

import type { Stretch } from './timeline';
import { HOUR, MINUTE, nextMidnight, SECOND, zoneOffset } from './time';

export interface Range { from: number; to: number }

/** A day that nobody has closed yet is drawn at least this long: 07:30 to 24:00. */
const DAY_SHOWN = 16.5 * HOUR;
const DAY_SHOWN_LIMIT = 40 * HOUR;

/** What the bar covers: from on air to midnight at least, further when the day goes on, never past the limit. */
export function dayRange(onAir: number, owedTo: number | null, now: number, zone: string): Range {
  const midnight = nextMidnight(onAir, zone);
  const planned = midnight - onAir >= 12 * HOUR ? midnight : onAir + DAY_SHOWN;
  const running = owedTo ?? Math.min(now, onAir + DAY_SHOWN_LIMIT) + HOUR / 2;
  return { from: onAir, to: Math.min(Math.max(planned, running), onAir + DAY_SHOWN_LIMIT) };
}

/** Where a moment stands on the bar: 0 at its left edge, 1 at its right edge. */
export function fraction({ from, to }: Range, at: number): number {
  return Math.min(1, Math.max(0, (at - from) / (to - from)));
}

export const percent = (range: Range, at: number) => `${(fraction(range, at) * 100).toFixed(3)}%`;

/** The moment under a fraction of the bar. */
export function momentAt({ from, to }: Range, part: number): number {
  return from + Math.min(1, Math.max(0, part)) * (to - from);
}

/** The stretches to draw: the past, cut to the range. What is not yet due is drawn separately. */
export function drawn(day: readonly Stretch[], range: Range, now: number): Stretch[] {
  const end = Math.min(range.to, now);
  return day
    .filter((s) => s.state !== 'due' && s.to > range.from && s.from < end)
    .map((s) => ({ ...s, from: Math.max(s.from, range.from), to: Math.min(s.to, end) }));
}

/** Room that a label of a time needs, without and with its seconds, in CSS pixels. */
const LABEL_PX = 46;
const LABEL_SECONDS_PX = 66;
/** The first label stands to the right of its tick, the others in the middle of theirs. */
const FIRST_ROOM = 1.3;
const STEPS = [5, 10, 15, 30].map((n) => n * SECOND).concat([1, 2, 5, 10, 15, 30].map((n) => n * MINUTE), [1, 2, 3, 4, 6, 12].map((n) => n * HOUR));

const roomOf = (step: number) => (step < MINUTE ? LABEL_SECONDS_PX : LABEL_PX);

/** Times to write under a bar of `width` pixels: its first moment, then each whole step that there is room for. */
export function timeTicks(range: Range, width: number, zone: string): number[] {
  const perMs = width / (range.to - range.from);
  const step = STEPS.find((one) => one * perMs >= roomOf(one)) ?? 24 * HOUR;
  const offset = zoneOffset(range.from, zone);
  const ticks = [range.from];
  for (let at = Math.ceil((range.from + offset) / step) * step - offset; at <= range.to; at += step) {
    if ((at - range.from) * perMs >= roomOf(step) * FIRST_ROOM) ticks.push(at);
  }
  return ticks;
}

export interface Label { at: number; text: string; strong?: boolean }

/** Average width of a letter of the labels, in CSS pixels, rounded up; and the room before and after a label. */
const LETTER_PX = 7.4;
const LABEL_PADDING_PX = 14;

/** The labels that fit beside each other, a strong one first of all; those that do not fit keep their tick without a word. */
export function fitted(labels: readonly Label[], range: Range, width: number): (Label & { shown: boolean })[] {
  const box = (label: Label) => {
    const left = fraction(range, label.at) * width;
    return { left, right: left + label.text.length * LETTER_PX + LABEL_PADDING_PX };
  };
  const kept: Label[] = [];
  const byWeight = [...labels].sort((a, b) => Number(b.strong ?? false) - Number(a.strong ?? false) || a.at - b.at);
  for (const label of byWeight) {
    const { left, right } = box(label);
    const free = kept.every((other) => right <= box(other).left || left >= box(other).right);
    if (free && right <= width + LABEL_PADDING_PX) kept.push(label);
  }
  return labels.map((label) => ({ ...label, shown: kept.includes(label) }));
}

/** The start of the hour of the zone in which a moment lies. */
export function hourOf(at: number, zone: string): number {
  const offset = zoneOffset(at, zone);
  return Math.floor((at + offset) / HOUR) * HOUR - offset;
}

/** Whole steps from the left edge, for the range input beneath the drawing. */
export const stepsFrom = (range: Range, at: number, step: number) => Math.max(0, Math.floor((at - range.from) / step));
