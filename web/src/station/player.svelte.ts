/** Plays the video of one camera: at the live edge, or from any moment of its recording. The page only shows what stands here. */

import type { Recording } from '../lib/recording';
import { seen, watchSeen } from '../lib/seen';
import { hasPicture, nextPicture } from '../lib/timeline';
import type { Failure, Start } from './engine';
import { Feed } from './feed';
import { Frames } from './frames';
import { Place } from './place';
import { Progress } from './progress';
import { JUMP_SEEN_MS, Sources, type Source } from './sources';
import { NEAR_LIVE_MS, Viewing, type PlayerContext } from './viewing.svelte';

export { SPEEDS, type Notice, type PlayerContext, type Trouble } from './viewing.svelte';

const TICK_MS = 200;
/** Without a new picture for the first time the viewer is told; for the second, the source is opened anew. */
const WAITING_SAID_MS = 2_500;
const STALLED_LIMIT_MS = 12_000;
/** This close to the edge, replay counts as caught up. */
const CAUGHT_UP_MS = 3_500;
/** A picture this much older than live should be is no longer live. */
const STALE_MS = 8_000;
/** The length of a one-picture step where the next picture is not loaded, milliseconds. */
const FRAME_MS = 40;
const RATE_LIMIT = 16;

export class Player extends Viewing {
  #sources: Sources;
  #feed = new Feed({ ready: () => this.#ready(), failed: (why) => this.#failed(why) });
  #progress = new Progress();
  #place: Place | null = null;
  #frames: Frames | null = null;
  #ticker: ReturnType<typeof setInterval> | undefined;
  /** The page is hidden: nothing is played or requested. */
  #asleep = false;
  /** How much faster or slower than `speed` it plays, to keep in step with other cameras. */
  #gait = 1;

  constructor(camera: string, context: PlayerContext) {
    super(context);
    this.#sources = new Sources(camera, context, this);
  }

  /** Takes over the video element; the function it returns lets go of it. */
  attach(video: HTMLVideoElement): () => void {
    this.#place = new Place(video, this.#feed);
    this.#frames = new Frames(video);
    video.muted = this.muted;
    video.addEventListener('ended', this.#ended);
    video.addEventListener('seeked', this.#seeked);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    const unwatch = watchSeen((now) => { if (now) this.#wakeUp(); else this.#fallAsleep(); });
    return () => {
      unwatch();
      clearInterval(this.#ticker);
      video.removeEventListener('ended', this.#ended);
      video.removeEventListener('seeked', this.#seeked);
      this.#frames?.destroy();
      this.stop();
      this.#place = null;
    };
  }

  stop(): void {
    this.#feed.close();
    this.#asleep = false;
    this.trouble = null;
  }

  override setMuted(muted: boolean): void {
    super.setMuted(muted);
    if (this.#place) this.#place.video.muted = muted;
  }

  async frame(direction: 1 | -1): Promise<void> {
    const place = this.#place;
    if (!this.paused || this.hole || !this.#frames || !place || this.wall === null) return;
    place.seeking = true;
    const done = await this.#frames.step(direction);
    place.seeking = false;
    if (done) this.#readWall(true);
    else this.goTo(this.wall + direction * FRAME_MS, true);
  }

  /** Plays a little faster or slower than its speed says. */
  keepStep(gait: number): void {
    if (gait === this.#gait) return;
    this.#gait = gait;
    this.pace();
  }

  protected showLive(): void {
    this.#feed.forgetRefusals();
    const { edge, engine } = this.#feed;
    if (this.#place && engine && edge !== null) {
      engine.follow(true);
      this.#seek(edge);
      void this.#play();
    } else {
      void this.#open('live', 'live');
    }
  }

  protected showMoment(at: number): void {
    this.#feed.forgetRefusals();
    // Until its first picture an engine goes to where it was told to begin, whatever has been asked of it since.
    const position = this.shown ? (this.#place?.positionOf(at, this.#sources.inWindow(at)) ?? null) : null;
    if (position === null) {
      void this.#openMoment(at);
      return;
    }
    this.#feed.engine?.follow(false);
    // The next step begins here, however long the picture takes.
    this.wall = at;
    this.#seek(position);
    if (this.paused) return;
    this.#feed.wake();
    void this.#play();
  }

  /** A live playlist that kept updating would drag the picture along, and drop what was loaded. */
  protected pause(): void {
    this.#place?.video.pause();
    if (this.#feed.source === 'live') this.#feed.rest();
    this.#readWall(true);
    if (this.following) this.leaveEdge();
  }

  /** Resumes where it was left: in the live playlist while that still reaches back so far, else in the recording. */
  protected resume(): void {
    const { source } = this.#feed;
    if (this.wall !== null && (source === null || (source === 'live' && !this.#sources.inWindow(this.wall)))) {
      this.goTo(this.wall);
      return;
    }
    this.#feed.wake();
    void this.#play();
  }

  protected pace(): void {
    this.#feed.engine?.hurry(this.speed);
    if (this.#place) this.#place.video.playbackRate = Math.min(RATE_LIMIT, this.speed * this.#gait);
  }

  protected override leaveEdge(): void {
    this.#feed.engine?.follow(false);
    super.leaveEdge();
  }

  #openMoment(at: number): Promise<void> {
    return this.#open(this.#sources.of(at), at);
  }

  async #open(source: Source, start: Start): Promise<void> {
    if (!this.#place) return;
    this.stop();
    this.#feed.turnTo(source);
    this.shown = false;
    this.awaited = start === 'live' ? null : start;
    if (start !== 'live') this.wall = start;
    this.#progress.forget();
    this.#asleep = !seen();
    if (this.#asleep) return;
    await this.#feed.load(this.#place.video, this.#sources.asked(source), start, (engine) => {
      engine.follow(this.following);
      engine.hurry(this.speed);
    });
  }

  #ready(): void {
    this.#progress.forget();
    this.pace();
    if (!this.paused) void this.#play();
  }

  #failed(why: Failure | 'unsupported'): void {
    const { source } = this.#feed;
    if (why === 'unsupported') {
      this.trouble = 'unsupported';
    } else if (why === 'codec') {
      this.stop();
      this.trouble = 'codec';
    } else if (isEmpty(source)) {
      this.showHole(this.wall ?? source.from, null);
    } else if (why === 'media' && this.#feed.recover()) {
      void this.#play();
    } else {
      this.#again();
    }
  }

  /** Opens the same source anew after a pause. What is wrong is told until a picture comes. */
  #again(): void {
    this.stop();
    const failures = this.#feed.later(() => {
      const { trouble } = this;
      this.#openAgain();
      this.trouble = trouble;
    });
    this.trouble = this.#feed.isRefused ? 'failing' : failures > 2 ? 'unreachable' : 'waiting';
  }

  async #play(): Promise<void> {
    if (!this.#place) return;
    this.#progress.forget();
    try {
      await this.#place.video.play();
      if (this.notice?.kind === 'needsPlay') this.notice = null;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      this.paused = true;
      this.notice = { kind: 'needsPlay' };
    }
  }

  #fallAsleep(): void {
    if (this.#asleep || this.#feed.source === null) return;
    if (this.paused) this.#feed.rest();
    else this.stop();
    this.#asleep = true;
  }

  #wakeUp(): void {
    if (!this.#asleep) return;
    this.#asleep = false;
    if (this.paused && this.#feed.engine) {
      if (this.#feed.source !== 'live') this.#feed.wake();
    } else {
      this.#openAgain();
    }
  }

  #openAgain(): void {
    if (this.following || this.wall === null) void this.#open('live', 'live');
    else void this.#openMoment(this.wall);
  }

  #seek(position: number): void {
    this.#progress.forget();
    this.#place?.seek(position);
  }

  #seeked = (): void => this.#readWall(this.#place?.arrived() ?? false);

  #ended = (): void => {
    const { source } = this.#feed;
    if (source === null || source === 'live') return;
    const next = nextPicture(this.context.day(), source.to);
    if (next === null || this.context.now() - next < NEAR_LIVE_MS) {
      if (next !== null) this.notice = { kind: 'caughtUp' };
      this.goLive();
      return;
    }
    if (next > source.to + JUMP_SEEN_MS) this.#sayJump(source.to, next);
    this.context.moved(next);
    void this.#openMoment(next);
  };

  #tick(): void {
    const { engine } = this.#feed;
    if (!this.#place || !engine || !seen()) {
      this.#progress.rest();
      return;
    }
    this.freshMs = engine.latency() * 1000 + STALE_MS;
    this.#readWall(false);
    this.#watchProgress(this.#place);
    if (this.paused) return;
    // Before the first picture the element stands at the beginning of the playlist, not where it was sent.
    if (this.shown) this.#stepOverHole(this.#place);
    if (this.following) this.#keepAtEdge(this.#place);
    else if (this.#feed.source === 'live') this.#leaveLive();
  }

  /** Reads the true time of the picture. `ours`: this player itself has just moved it. */
  #readWall(ours: boolean): void {
    const wall = this.#place?.wall() ?? null;
    if (wall === null) return;
    // Until its first picture the element may stand at the beginning of the playlist, and rounds where it was sent.
    if (!this.shown && this.awaited !== null && wall < this.awaited) return;
    const before = this.wall;
    if (before !== null && !ours && this.shown && !this.following && wall - before > JUMP_SEEN_MS * Math.max(1, this.speed)) this.#sayJump(before, wall);
    this.wall = wall;
  }

  #sayJump(from: number, to: number): void {
    const missing = this.context.day().find((s) => s.to > from && s.from < to && s.to <= to + JUMP_SEEN_MS && !hasPicture(s));
    if (missing) this.notice = { kind: 'jumped', over: missing };
  }

  /** Notices pictures that come, and pictures that stay away. */
  #watchProgress(place: Place): void {
    const picture = place.pictured && !place.video.seeking;
    const moved = this.#progress.look(place.video.currentTime, picture);
    if (this.paused) this.#progress.rest();
    if (moved || (this.paused && picture)) {
      this.shown = true;
      this.#feed.succeeded();
      this.trouble = null;
    } else if (this.#progress.quiet > STALLED_LIMIT_MS) {
      this.context.stalled?.();
      this.#again();
    } else if (this.#progress.quiet > WAITING_SAID_MS && this.#feed.isRefused) {
      this.trouble = 'failing';
    } else if (this.#progress.quiet > WAITING_SAID_MS && this.trouble === null) {
      this.trouble = 'waiting';
      this.context.stalled?.();
    }
  }

  /** Skips what the playlist marks as a gap. */
  #stepOverHole(place: Place): void {
    const hole = place.hole();
    if (!hole) return;
    if (!this.following) this.#sayJump(hole.from, hole.to);
    this.#progress.forget();
    place.leaveHole(hole);
  }

  #keepAtEdge(place: Place): void {
    const edge = this.shown ? place.farEdge() : null;
    if (edge !== null) this.#seek(edge);
  }

  /** Replay in the live playlist: it catches up with live, or falls behind what that has, and goes on in the recording. */
  #leaveLive(): void {
    if (this.wall === null || !this.shown) return;
    if (this.speed > 1 && this.context.now() - this.wall < CAUGHT_UP_MS) {
      this.notice = { kind: 'caughtUp' };
      this.goLive();
    } else if (this.#sources.isRecorded(this.wall)) {
      void this.#openMoment(this.wall);
    }
  }
}

/** Whether a recording was requested and turned out to be empty. */
const isEmpty = (source: Source | null): source is Recording => source !== null && source !== 'live' && source.nothing;
