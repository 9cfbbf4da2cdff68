/** What is known of the stations of the set, kept up to date. */

import { SvelteMap } from 'svelte/reactivity';
import * as api from '../lib/api';
import { poll } from '../lib/poll';

/** How often stations are renewed: half of them each time, so that a dead server is noticed as soon with many stations as with one. */
const EVERY_MS = 4_000;
const TURNS = 2;

/** The camera that represents a station: one in the same state as the station itself. */
export const cameraOf = (station: api.StationDetail | null | undefined): api.Camera | undefined =>
  station?.cameras.find((one) => one.state === station.state) ?? station?.cameras[0];

export class Stations {
  /** Null for a number that is not on the list; absent while nothing is known. */
  readonly known = new SvelteMap<string, api.StationDetail | null>();

  /** Follows these stations until the function it returns is called. */
  follow(ids: readonly string[]): () => void {
    let turn = 0;
    return poll(async (signal) => {
      const turns = Math.min(TURNS, ids.length);
      const asked = turn === 0 ? ids : ids.filter((_, place) => place % turns === turn % turns);
      turn += 1;
      const answers = await Promise.allSettled(asked.map((id) => this.#renew(id, signal)));
      if (answers.length > 0 && answers.every(({ status }) => status === 'rejected')) throw new Error('no answer');
    }, EVERY_MS);
  }

  async #renew(id: string, signal: AbortSignal): Promise<void> {
    const station = await api.station(id, signal).catch((error: unknown) => {
      if (error instanceof api.ApiError && error.status === 404) return null;
      throw error;
    });
    if (!signal.aborted) this.known.set(id, station);
  }
}
