/**
 * Whether the line can carry video, judged by how often the picture stops. A line that cannot is tried again after a pause
 * that doubles, so that a bad one is not tried all the time.
 */

import { lastOf } from './lists';

/** This many stops within the window make a line weak. */
const STOPS = 3;
const WINDOW_MS = 60_000;
/** Pictures side by side that stop within this time count as one stop. */
const ONCE_MS = 2_000;
const PAUSE_MS = 60_000;
const PAUSE_LIMIT_MS = 8 * 60_000;
/** A new try was worth it if video then plays for this long. */
const WELL_MS = 2 * 60_000;

/** All times from a clock that only goes forward, milliseconds. */
export class Line {
  #stops: number[] = [];
  #pause = PAUSE_MS;
  #triedAt = -Infinity;

  /** The picture stopped for want of media. Returns whether the line is weak now. */
  stopped(now: number): boolean {
    if (now - (lastOf(this.#stops) ?? -Infinity) >= ONCE_MS) this.#stops = [...this.#stops.filter((at) => now - at < WINDOW_MS), now];
    return this.#stops.length >= STOPS;
  }

  /** Video is given up; returns how long to wait before trying it again. */
  givenUp(now: number): number {
    this.#stops = [];
    this.#pause = now - this.#triedAt < WELL_MS ? Math.min(PAUSE_LIMIT_MS, this.#pause * 2) : PAUSE_MS;
    return this.#pause;
  }

  /** Video is tried again. */
  tried(now: number): void {
    this.#stops = [];
    this.#triedAt = now;
  }
}
