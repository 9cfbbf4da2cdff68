/** The days of the cameras that are replayed, so that each tile knows its holes. */

import { SvelteMap } from 'svelte/reactivity';
import * as api from '../lib/api';
import { clock } from '../lib/clock.svelte';
import { poll } from '../lib/poll';
import { stretches, type Stretch } from '../lib/timeline';

const EVERY_MS = 60_000;

export class PastDays {
  readonly known = new SvelteMap<string, readonly Stretch[]>();

  of(camera: string): readonly Stretch[] {
    return this.known.get(camera) ?? [];
  }

  /** Follows the days of these cameras until the function it returns is called. */
  follow(cameras: readonly string[], from: number): () => void {
    return poll(async (signal) => {
      const answers = await Promise.allSettled(cameras.map(async (camera) => {
        this.known.set(camera, stretches(await api.timeline(camera, from, clock.exact(), signal)));
      }));
      if (answers.some(({ status }) => status === 'rejected')) throw new Error('no answer');
    }, EVERY_MS);
  }
}
