/** The base of all players: the moment that is shown, and the ways to another. Subclasses decide how pictures are fetched. */

import type { Outcome } from './share.svelte';
import type { Stretch } from '../lib/timeline';
import { hasPicture, stretchAt } from '../lib/timeline';

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;

/** News about the viewer's moment, shown for a while. */
export type Notice =
  | { kind: 'jumped'; over: Stretch }
  | { kind: 'arrived'; from: number; to: number }
  | { kind: 'noCamera'; asked: string; shown: string }
  | { kind: 'shared'; outcome: Outcome }
  | { kind: 'caughtUp' | 'needsPlay' | 'future' | 'closed' | 'unreadable' };

/** `failing`: the server answers, again and again, that it cannot give this picture. */
export type Trouble = 'waiting' | 'unreachable' | 'failing' | 'codec' | 'unsupported' | 'noStill';

/** What a viewing asks of the page around it. */
export interface PlayerContext {
  now(): number;
  day(): readonly Stretch[];
  /** The viewer's moment changed: null is live. */
  moved(to: number | null): void;
  /** The picture stopped because media ran out. */
  stalled?(): void;
}

/** How long news stays, milliseconds: long enough to be read twice. */
export const NOTICE_MS = 8_000;

/** This close to now, a moment is live. */
export const NEAR_LIVE_MS = 10_000;

export abstract class Viewing {
  /** The true time of the picture that is shown; null before the first. */
  wall = $state<number | null>(null);
  /** At the live edge, and meant to stay there. */
  following = $state(true);
  paused = $state(false);
  speed = $state(1);
  trouble = $state<Trouble | null>(null);
  notice = $state.raw<Notice | null>(null);
  /** A moment was chosen that has no picture. */
  hole = $state.raw<{ at: number; stretch: Stretch | null } | null>(null);
  /** Whether a first picture has been shown since the camera or the source was changed. */
  shown = $state(false);
  /** The moment whose first picture is awaited; null for the latest one. */
  awaited = $state<number | null>(null);
  muted = $state(true);

  /** A live picture older than this is no longer live, milliseconds. */
  protected freshMs = $state(20_000);

  constructor(protected readonly context: PlayerContext) {}

  /** Whether what is on the screen at `now` is live: a picture that has arrived, is moving, and is recent. Nothing else may be called live. */
  liveAt(now: number): boolean {
    return this.following && this.shown && !this.paused && this.trouble === null && (this.wall === null || now - this.wall < this.freshMs);
  }

  /** Shows what is now. */
  protected abstract showLive(): void;
  /** Shows a moment that has a picture, as far as is known; `paused` says whether to stay there. */
  protected abstract showMoment(at: number): void;
  protected abstract pause(): void;
  protected abstract resume(): void;
  protected abstract pace(): void;
  /** Lets go of everything; the picture that was last shown stays. */
  abstract stop(): void;
  /** One picture forward or back while paused. */
  abstract frame(direction: 1 | -1): void;

  /** Goes to the live edge. */
  goLive(): void {
    this.hole = null;
    this.following = true;
    this.paused = false;
    this.speed = 1;
    this.context.moved(null);
    this.showLive();
  }

  /**
   * Goes to a moment (epoch milliseconds). One that has not come yet is live; one without a picture is shown as the hole it is.
   * `hold`: shows its picture without playing on. Close to now a moment is live, unless it is earlier than what is on the screen: a step back must go back.
   */
  goTo(at: number, hold = false): void {
    const now = this.context.now();
    const back = this.wall !== null && at < this.wall;
    if (at > now - NEAR_LIVE_MS && !back) {
      if (at > now + 1_000) this.notice = { kind: 'future' };
      this.goLive();
      return;
    }
    this.context.moved(at);
    this.following = false;
    const stretch = stretchAt(this.context.day(), at);
    if (stretch && !hasPicture(stretch)) {
      this.showHole(at, stretch);
    } else {
      this.hole = null;
      this.paused = hold;
      this.showMoment(at);
    }
  }

  /** Moves by so many milliseconds; a paused player stays paused. */
  step(by: number): void {
    const from = this.hole?.at ?? this.wall ?? this.context.now();
    this.goTo(from + by, this.paused && !this.hole);
  }

  toggle(): void {
    if (this.hole) return;
    if (this.paused) {
      this.paused = false;
      this.resume();
    } else {
      this.paused = true;
      this.pause();
    }
  }

  setSpeed(rate: number): void {
    if (this.following && rate > 1) return;
    if (this.following && rate < 1) this.leaveEdge();
    this.speed = rate;
    this.pace();
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
  }

  protected leaveEdge(): void {
    this.following = false;
    this.context.moved(this.wall);
  }

  /** Shows that there is no picture of a moment; `stretch` is null where nothing at all is known of it. */
  protected showHole(at: number, stretch: Stretch | null): void {
    this.stop();
    this.hole = { at, stretch };
    this.wall = at;
    this.paused = true;
  }
}
