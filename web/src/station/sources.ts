/** What the moments of a camera are read from: the youngest from the live playlist, all others from the recording. */

import { liveAddress, spanAfter, spanFor } from '../lib/dvr';
import { Recording, type Next } from '../lib/recording';
import { nextPicture } from '../lib/timeline';
import type { Source as Asked } from './engine';
import type { PlayerContext, Viewing } from './viewing.svelte';

export type Source = 'live' | Recording;

/** How far back the live playlist goes for certain: younger moments are read there, older ones in the recording, whatever is still loaded. */
const LIVE_WINDOW_MS = 18_000;
/** If more true time than this passes between two looks, a hole may have been skipped: the day shows whether. */
export const JUMP_SEEN_MS = 1_500;
/** How far ahead of the picture the playlist of the past reaches, milliseconds of the viewer's time. */
const PLAYLIST_AHEAD_MS = 60_000;

export class Sources {
  /** `viewer`: the moment and the speed, by which the recording is read ahead. */
  constructor(private readonly camera: string, private readonly context: PlayerContext, private readonly viewer: Pick<Viewing, 'wall' | 'speed'>) {}

  /** Whether the live playlist still has a moment, and all that follows it. */
  inWindow(at: number): boolean {
    return this.context.now() - at <= LIVE_WINDOW_MS;
  }

  /** Whether a moment is read from the recording, and can be by now. */
  isRecorded(at: number): boolean {
    return !this.inWindow(at) && spanFor(at, this.context.now()) !== null;
  }

  /** What holds a moment. */
  of(at: number): Source {
    const span = this.inWindow(at) ? null : spanFor(at, this.context.now());
    return span ? this.#recording(span) : 'live';
  }

  /** A source as the engine is asked for it. */
  asked(source: Source): Asked {
    return source === 'live'
      ? { address: liveAddress(this.camera), live: true, text: () => null }
      : { address: source.address, live: false, text: () => source.text() };
  }

  #recording(span: { from: number; to: number }): Recording {
    return new Recording(this.camera, span, (from) => this.#next(from), () => (this.viewer.wall ?? span.from) + PLAYLIST_AHEAD_MS * Math.max(1, this.viewer.speed));
  }

  /** What follows a span of the recording. Replay that is faster than time does not wait for a span that is not settled yet. */
  #next(from: number): Next {
    const now = this.context.now();
    const picture = nextPicture(this.context.day(), from);
    if (picture === null) return 'end';
    const span = picture > from + JUMP_SEEN_MS ? spanFor(picture, now) : spanAfter(from, now);
    return span ?? (this.viewer.speed > 1 ? 'end' : 'later');
  }
}
