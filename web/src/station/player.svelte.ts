/** Plays one camera: at the live edge, or from any moment of its recording. The page only shows what stands here. */

import type { Stretch } from '../lib/timeline';
import { hasPicture, nextPicture, stretchAt } from '../lib/timeline';
import { Cushion } from '../lib/cushion';
import { dvrAddress, liveAddress, spanFor, type DvrSpan } from '../lib/dvr';
import { holeAt, positionOf, wallAt } from '../lib/wall';
import { makeEngine, type Engine, type Failure, type Start } from './engine';

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;

/** What the player has to say for itself; it stays until the next one. */
export type Notice =
  | { kind: 'jumped'; from: number; to: number; cause: Stretch['cause'] }
  | { kind: 'caughtUp' | 'needsPlay' | 'future' | 'closed' };

export type Trouble = 'waiting' | 'unreachable' | 'codec' | 'unsupported';

/** What the player asks of the page around it. */
export interface PlayerContext {
  now(): number;
  day(): readonly Stretch[];
  /** The viewer's moment changed: null is live. */
  moved(to: number | null): void;
}

const TICK_MS = 200;
/** No new picture for so long is said; for longer, the player is made anew. */
const WAITING_SAID_MS = 2_500;
const STALLED_LIMIT_MS = 12_000;
/** So near the edge replay counts as caught up, and so far behind it live is set right by a jump. */
const CAUGHT_UP_MS = 3_500;
const NEAR_LIVE_MS = 10_000;
const FELL_BEHIND_MS = 12_000;
/** The window of the live playlist that a paused viewer may safely come back to. */
const LIVE_WINDOW_MS = 18_000;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** True time that passes between two looks, beyond which a hole may have been jumped over: the day tells whether. */
const JUMP_SEEN_MS = 1_500;

export class Player {
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
  muted = $state(true);

  #camera: string;
  #context: PlayerContext;
  #video: HTMLVideoElement | null = null;
  #engine: Engine | null = null;
  #cushion = new Cushion();
  #source: 'live' | DvrSpan | null = null;
  #generation = 0;
  #failures = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #lastPosition = -1;
  #lastMoved = 0;
  #lastMediaRecovery = 0;
  #seeking = false;

  constructor(camera: string, context: PlayerContext) {
    this.#camera = camera;
    this.#context = context;
  }

  /** Takes the video element over; undo with the function it returns. */
  attach(video: HTMLVideoElement): () => void {
    this.#video = video;
    video.muted = this.muted;
    video.addEventListener('ended', this.#ended);
    video.addEventListener('seeked', this.#seeked);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    return () => {
      clearInterval(this.#ticker);
      video.removeEventListener('ended', this.#ended);
      video.removeEventListener('seeked', this.#seeked);
      this.stop();
      this.#video = null;
    };
  }

  /** Goes to the live edge. */
  goLive(): void {
    this.hole = null;
    this.following = true;
    this.paused = false;
    this.speed = 1;
    this.#context.moved(null);
    const edge = this.#source === 'live' ? this.#engine?.liveEdge() : null;
    if (this.#video && this.#engine && edge !== null && edge !== undefined) {
      this.#engine.follow(true);
      this.#seek(edge);
      void this.#play();
    } else {
      void this.#open('live', 'live');
    }
  }

  /** Goes to a moment (epoch milliseconds). One that has not come yet is live; one without a picture is shown as the hole it is. */
  goTo(at: number): void {
    const now = this.#context.now();
    if (at > now - NEAR_LIVE_MS) {
      if (at > now + 1_000) this.notice = { kind: 'future' };
      this.goLive();
      return;
    }
    this.#context.moved(at);
    this.following = false;
    const stretch = stretchAt(this.#context.day(), at);
    if (stretch && !hasPicture(stretch.state)) this.#showHole(at, stretch);
    else this.#replayFrom(at);
  }

  /** Moves by so many milliseconds. */
  step(by: number): void {
    const from = this.hole?.at ?? this.wall ?? this.#context.now();
    this.goTo(from + by);
  }

  toggle(): void {
    if (this.hole) return;
    if (this.paused) this.#resume();
    else this.#pause();
  }

  setSpeed(rate: number): void {
    if (this.following && rate > 1) return;
    if (this.following && rate < 1) this.#leaveEdge();
    this.speed = rate;
    this.#engine?.hurry(rate);
    if (this.#video) this.#video.playbackRate = rate;
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    if (this.#video) this.#video.muted = muted;
  }

  /** Lets go of everything; the picture that was last shown stays. */
  stop(): void {
    this.#generation += 1;
    clearTimeout(this.#retry);
    this.#engine?.destroy();
    this.#engine = null;
    this.#source = null;
    this.trouble = null;
  }

  #showHole(at: number, stretch: Stretch): void {
    this.stop();
    this.hole = { at, stretch };
    this.wall = at;
    this.paused = true;
  }

  #replayFrom(at: number): void {
    this.hole = null;
    this.paused = false;
    const position = this.#loadedPosition(at);
    if (position !== null) {
      this.#engine?.follow(false);
      this.#seek(position);
      void this.#play();
      return;
    }
    const span = spanFor(at, this.#context.now());
    if (span) void this.#open(span, at);
    else this.goLive();
  }

  /** The position of a moment in what is loaded now, or null. */
  #loadedPosition(at: number): number | null {
    if (!this.#engine || !this.#video || this.#source === null) return null;
    const position = positionOf(this.#engine.pieces(), at);
    if (position === null) return null;
    if (this.#source === 'live') return buffered(this.#video, position) ? position : null;
    return at >= this.#source.from && at < this.#source.to ? position : null;
  }

  async #open(source: 'live' | DvrSpan, start: Start): Promise<void> {
    const video = this.#video;
    if (!video) return;
    this.stop();
    const generation = this.#generation;
    const current = () => generation === this.#generation;
    this.#source = source;
    this.shown = false;
    this.#forgetProgress();
    const engine = await makeEngine(video, {
      ready: () => { if (current()) this.#ready(); },
      failed: (why) => { if (current()) this.#failed(why); },
    }, this.#cushion).catch(() => 'notLoaded' as const);
    if (!current()) {
      if (engine && engine !== 'notLoaded') engine.destroy();
    } else if (engine === 'notLoaded') {
      this.#failed('network');
    } else if (engine === null) {
      this.trouble = 'unsupported';
    } else {
      this.#engine = engine;
      engine.follow(this.following);
      engine.hurry(this.speed);
      engine.load(source === 'live' ? liveAddress(this.#camera) : dvrAddress(this.#camera, source), start);
    }
  }

  #ready(): void {
    this.#forgetProgress();
    if (this.#video) this.#video.playbackRate = this.speed;
    if (!this.paused) void this.#play();
  }

  #failed(why: Failure): void {
    if (why === 'codec') {
      this.stop();
      this.trouble = 'codec';
      return;
    }
    const now = performance.now();
    if (why === 'media' && this.#engine && now - this.#lastMediaRecovery > 5_000) {
      this.#lastMediaRecovery = now;
      this.#engine.recover();
      void this.#play();
      return;
    }
    this.#again();
  }

  /** Opens the same source anew after a pause that grows with the failures in a row. */
  #again(): void {
    const at = this.following ? null : this.wall;
    this.stop();
    const pause = (RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 1_000) * (0.8 + Math.random() * 0.4);
    this.#failures += 1;
    this.trouble = this.#failures > 2 ? 'unreachable' : 'waiting';
    this.#retry = setTimeout(() => {
      const span = at === null ? null : spanFor(at, this.#context.now());
      if (span && at !== null) void this.#open(span, at);
      else void this.#open('live', 'live');
    }, pause);
  }

  #pause(): void {
    this.paused = true;
    this.#video?.pause();
    if (this.following) this.#leaveEdge();
  }

  #leaveEdge(): void {
    this.following = false;
    this.#engine?.follow(false);
    this.#context.moved(this.wall);
  }

  #resume(): void {
    this.paused = false;
    const behind = this.wall === null ? 0 : this.#context.now() - this.wall;
    if (this.#source === 'live' && behind > LIVE_WINDOW_MS && this.wall !== null) this.goTo(this.wall);
    else if (this.#source === null && this.wall !== null) this.goTo(this.wall);
    else void this.#play();
  }

  async #play(): Promise<void> {
    const video = this.#video;
    if (!video) return;
    this.#forgetProgress();
    try {
      await video.play();
      if (this.notice?.kind === 'needsPlay') this.notice = null;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      this.paused = true;
      this.notice = { kind: 'needsPlay' };
    }
  }

  #seek(position: number): void {
    if (!this.#video) return;
    this.#seeking = true;
    this.#forgetProgress();
    this.#video.currentTime = position;
  }

  #forgetProgress(): void {
    this.#lastPosition = -1;
    this.#lastMoved = performance.now();
  }

  #seeked = (): void => {
    const ours = this.#seeking;
    this.#seeking = false;
    this.#readWall(ours);
  };

  #ended = (): void => {
    const source = this.#source;
    if (source === null || source === 'live') return;
    const now = this.#context.now();
    const next = nextPicture(this.#context.day(), source.to);
    if (next === null || now - next < CAUGHT_UP_MS + NEAR_LIVE_MS) {
      if (next !== null) this.notice = { kind: 'caughtUp' };
      this.goLive();
      return;
    }
    if (next > source.to + JUMP_SEEN_MS) this.#sayJump(source.to, next);
    this.#context.moved(next);
    const span = spanFor(next, now);
    if (span) void this.#open(span, next);
    else this.goLive();
  };

  #tick(): void {
    const video = this.#video;
    if (!video || !this.#engine || document.hidden) {
      this.#lastMoved = performance.now();
      return;
    }
    this.#readWall(false);
    this.#watchProgress(video);
    if (this.paused) return;
    this.#stepOverHole(video);
    if (this.following) this.#keepAtEdge(video);
    else this.#noticeEdge();
  }

  /** Reads the true time of the picture. `ours`: this player itself has just moved it. */
  #readWall(ours: boolean): void {
    const video = this.#video;
    if (!video || !this.#engine || this.#seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const wall = wallAt(this.#engine.pieces(), video.currentTime);
    if (wall === null) return;
    const before = this.wall;
    if (before !== null && !ours && this.shown && !this.following && wall - before > JUMP_SEEN_MS) this.#sayJump(before, wall);
    this.wall = wall;
  }

  #sayJump(from: number, to: number): void {
    const missing = this.#context.day().find((s) => s.to > from && s.to <= to + JUMP_SEEN_MS && !hasPicture(s.state));
    if (missing) this.notice = { kind: 'jumped', from: missing.from, to: missing.to, cause: missing.cause };
  }

  /** Notices pictures that come, and pictures that stay away. */
  #watchProgress(video: HTMLVideoElement): void {
    const now = performance.now();
    const moved = video.currentTime !== this.#lastPosition && this.#lastPosition >= 0;
    this.#lastPosition = video.currentTime;
    if (moved || this.paused) this.#lastMoved = now;
    if (moved && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      this.shown = true;
      this.#failures = 0;
      this.trouble = null;
    } else if (now - this.#lastMoved > STALLED_LIMIT_MS) {
      this.#again();
    } else if (now - this.#lastMoved > WAITING_SAID_MS) {
      this.trouble = 'waiting';
    }
  }

  /** Where the playlist says that there is nothing, playing goes on after it. */
  #stepOverHole(video: HTMLVideoElement): void {
    // before the first picture the element still stands at the beginning of the playlist, not where it was told to go
    if (!this.#engine || this.#seeking || !this.shown) return;
    const hole = holeAt(this.#engine.pieces(), video.currentTime);
    if (!hole) return;
    if (!this.following) this.#sayJump(hole.from, hole.to);
    this.#seek(hole.resumeAt + 0.05);
  }

  #keepAtEdge(video: HTMLVideoElement): void {
    const edge = this.#engine?.liveEdge();
    if (edge === null || edge === undefined || this.wall === null || this.#seeking) return;
    const behind = this.#context.now() - this.wall;
    if (behind > FELL_BEHIND_MS && edge > video.currentTime + 2) this.#seek(edge);
  }

  #noticeEdge(): void {
    if (this.#source !== 'live' || this.wall === null || this.speed <= 1) return;
    if (this.#context.now() - this.wall < CAUGHT_UP_MS) {
      this.notice = { kind: 'caughtUp' };
      this.goLive();
    }
  }
}

function buffered(video: HTMLVideoElement, position: number): boolean {
  for (let i = 0; i < video.buffered.length; i++) {
    if (video.buffered.start(i) <= position && position < video.buffered.end(i)) return true;
  }
  return false;
}
