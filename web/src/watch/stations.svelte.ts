/** What is known of the stations of the set, kept up to date. */

import { SvelteMap } from 'svelte/reactivity';
import * as api from '../lib/api';
import { poll } from '../lib/poll';

const EVERY_MS = 10_000;

/** The camera that stands for a station: the one that is as the station is. */
export const cameraOf = (station: api.StationDetail | null | undefined): api.Camera | undefined =>
  station?.cameras.find((one) => one.state === station.state) ?? station?.cameras[0];

export class Stations {
  /** Null for a number that is not on the list; missing while nothing is known. */
  readonly known = new SvelteMap<string, api.StationDetail | null>();

  /** Follows these stations until the function it returns is called. */
  follow(ids: readonly string[]): () => void {
    return poll(async (signal) => {
      const answers = await Promise.allSettled(ids.map((id) => this.#renew(id, signal)));
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
