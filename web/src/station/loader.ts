/** Hands the HLS library playlists that the page already has, or makes itself; everything else is loaded as usual. */

import type Hls from 'hls.js';
import type { LoaderCallbacks, LoaderConfiguration, PlaylistLoaderConstructor, PlaylistLoaderContext } from 'hls.js';

import { Refused } from '../lib/refused';

/** `text`: the current playlist, called on each load; null leaves it to the network. */
export function playlistLoader(library: typeof Hls, text: () => Promise<string> | null): PlaylistLoaderConstructor {
  const Base = library.DefaultConfig.loader as unknown as PlaylistLoaderConstructor;
  return class extends Base {
    #dropped = false;

    override load(context: PlaylistLoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<PlaylistLoaderContext>): void {
      const given = text();
      if (!given) {
        super.load(context, config, callbacks);
        return;
      }
      const { stats } = this;
      stats.loading.start = performance.now();
      const told = (work: () => void) => { if (!this.#dropped) work(); };
      given.then(
        (data) => told(() => {
          stats.loading.first = stats.loading.end = performance.now();
          stats.loaded = stats.total = data.length;
          callbacks.onSuccess({ url: context.url, data }, stats, context, null);
        }),
        (error: unknown) => told(() => callbacks.onError({ code: error instanceof Refused ? error.status : 0, text: String(error) }, context, null, stats)),
      );
    }

    override abort(): void {
      this.#dropped = true;
      super.abort();
    }

    override destroy(): void {
      this.#dropped = true;
      super.destroy();
    }
  };
}
