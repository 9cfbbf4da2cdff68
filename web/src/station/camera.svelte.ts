/** One camera's day, kept up to date: the whole day once, then only its end, and the whole again now and then. */

import { untrack } from 'svelte';
import { lastOf } from '../lib/lists';
import * as api from '../lib/api';
import { clock } from '../lib/clock.svelte';
import { poll } from '../lib/poll';
import { MINUTE } from '../lib/time';
import { arrivals, hasPicture, presentOf, replaced, stretches, type Stretch } from '../lib/timeline';
import type { Viewing } from './viewing.svelte';

const EVERY_MS = 5_000;
/** Late video fills gaps in the past, so the whole day is read again this often. */
const WHOLE_EVERY_MS = 60_000;
const TAIL_MS = 10 * MINUTE;

const minuteBefore = (at: number) => Math.floor(at / MINUTE) * MINUTE;

export class CameraDay {
  day = $state.raw<Stretch[]>([]);
  known = $state(false);
  failed = $state(false);
  /** The camera's state at this moment. */
  current = $state.raw<Stretch | null>(null);

  /** The last stretch that had no picture and has since arrived. */
  arrived = $state.raw<{ from: number; to: number } | null>(null);

  /** Whether there is a picture now, as far as is known. */
  get seen(): boolean {
    return this.current === null || hasPicture(this.current);
  }

  readonly camera: string;
  #from: () => number;
  #wholeAt = -Infinity;

  /** `from`: where the camera's day begins. */
  constructor(camera: string, from: () => number) {
    this.camera = camera;
    this.#from = from;
  }

  /** Follows the day until the function it returns is called. */
  follow(): () => void {
    return poll(async (signal) => {
      try {
        await this.#renew(signal);
        this.failed = false;
      } catch (error) {
        if (!signal.aborted) this.failed = true;
        throw error;
      }
    }, EVERY_MS);
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const now = clock.exact();
    const whole = !this.known || now - this.#wholeAt > WHOLE_EVERY_MS;
    // A camera may be tried out before its day begins.
    const start = minuteBefore(Math.min(this.#from(), now - TAIL_MS));
    const from = whole ? start : Math.max(start, minuteBefore(now - TAIL_MS));
    const to = Math.max(minuteBefore(now) + MINUTE, from + MINUTE);
    const newer = stretches(await api.timeline(this.camera, from, to, signal));
    const before = this.day;
    this.day = whole ? newer : replaced(before, newer, from, to);
    this.arrived = lastOf(arrivals(before, this.day)) ?? this.arrived;
    if (whole) this.#wholeAt = now;
    this.known = true;
    this.current = presentOf(this.day, now);
  }
}

/** Live follows the camera: it stops while there is no picture and comes back by itself. To be called during a component's initialisation. */
export function followLive(viewing: () => Viewing, camera: CameraDay): void {
  let had = true;
  $effect(() => {
    const has = camera.seen;
    untrack(() => {
      if (viewing().following && !has) viewing().stop();
      else if (viewing().following && has && !had) viewing().goLive();
      had = has;
    });
  });
}
