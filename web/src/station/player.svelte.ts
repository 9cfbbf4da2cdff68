/** Plays the video of one camera: at the live edge, or from any moment of its recording. The page only shows what stands here. */

import { hasPicture, nextPicture } from '../lib/timeline';
import { HoldBack } from '../lib/holdBack';
import { liveAddress, spanAfter, spanFor } from '../lib/dvr';
import { Recording, type Next } from '../lib/recording';
import { seen, watchSeen } from '../lib/seen';
import { holeAt, positionOf, wallAt } from '../lib/wall';
import { makeEngine, type Engine, type Failure, type Start } from './engine';
import { Frames, loaded } from './frames';
import { Progress } from './progress';
import { NEAR_LIVE_MS, Viewing, type PlayerContext } from './viewing.svelte';

export { SPEEDS, type Notice, type PlayerContext, type Trouble } from './viewing.svelte';

const TICK_MS = 200;
/** No new picture for so long is said; for longer, the player is made anew. */
const WAITING_SAID_MS = 2_500;
const STALLED_LIMIT_MS = 12_000;
/** So near the edge replay counts as caught up. */
const CAUGHT_UP_MS = 3_500;
/** How far back the live playlist goes for certain: younger moments are read there, older ones in the recording, whatever is still loaded. */
const LIVE_WINDOW_MS = 18_000;
/** So much older than live should be, a picture is not live any more. */
const STALE_MS = 8_000;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** True time that passes between two looks, beyond which a hole may have been jumped over: the day tells whether. */
const JUMP_SEEN_MS = 1_500;
/** The playlist of the past goes on so far ahead of the picture, milliseconds of the viewer's time. */
const PLAYLIST_AHEAD_MS = 60_000;

export class Player extends Viewing {
  #camera: string;
  #video: HTMLVideoElement | null = null;
  #engine: Engine | null = null;
  #frames: Frames | null = null;
  #holdBack = new HoldBack();
  #progress = new Progress();
  #source: 'live' | Recording | null = null;
  #generation = 0;
  #failures = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #lastMediaRecovery = 0;
  #seeking = false;
  /** The engine asks for nothing until it is woken. */
  #resting = false;
  /** Nobody sees the page: nothing is played or asked for. */
  #asleep = false;
  /** How much faster or slower than `speed` it plays, to keep in step with other cameras. */
  #gait = 1;

  constructor(camera: string, context: PlayerContext) {
    super(context);
    this.#camera = camera;
  }

  /** Takes the video element over; undo with the function it returns. */
  attach(video: HTMLVideoElement): () => void {
    this.#video = video;
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
      this.#video = null;
    };
  }

  stop(): void {
    this.#generation += 1;
    clearTimeout(this.#retry);
    this.#engine?.destroy();
    this.#engine = null;
    this.#source = null;
    this.#asleep = this.#resting = false;
    this.trouble = null;
  }

  override setMuted(muted: boolean): void {
    super.setMuted(muted);
    if (this.#video) this.#video.muted = muted;
  }

  async frame(direction: 1 | -1): Promise<void> {
    if (!this.paused || this.hole || !this.#frames || this.wall === null) return;
    this.#seeking = true;
    const done = await this.#frames.step(direction);
    this.#seeking = false;
    if (done) this.#readWall(true);
    else this.goTo(this.wall + direction * 40, true);
  }

  /** Plays a little faster or slower than its speed says. */
  keepStep(gait: number): void {
    if (gait === this.#gait) return;
    this.#gait = gait;
    this.pace();
  }

  protected showLive(): void {
    // What rested knows an edge that is long past.
    const edge = this.#source === 'live' && !this.#resting ? this.#engine?.liveEdge() : null;
    if (this.#video && this.#engine && edge !== null && edge !== undefined) {
      this.#engine.follow(true);
      this.#seek(edge);
      void this.#play();
    } else {
      void this.#open('live', 'live');
    }
  }

  protected showMoment(at: number): void {
    const position = this.#loadedPosition(at);
    if (position === null) {
      void this.#openMoment(at);
      return;
    }
    this.#engine?.follow(false);
    // The next step begins here, however long the picture takes.
    this.wall = at;
    this.#seek(position);
    if (this.paused) return;
    this.#wake();
    void this.#play();
  }

  /** A live playlist that goes on meanwhile would take the picture along, and leave what was loaded behind. */
  protected pause(): void {
    this.#video?.pause();
    if (this.#source === 'live') this.#rest();
    this.#readWall(true);
    if (this.following) this.leaveEdge();
  }

  /** Goes on where it was left: in the live playlist as long as that goes back so far, else in the recording. */
  protected resume(): void {
    if (this.wall !== null && (this.#source === null || (this.#source === 'live' && !this.#inWindow(this.wall)))) {
      this.goTo(this.wall);
      return;
    }
    this.#wake();
    void this.#play();
  }

  protected pace(): void {
    this.#engine?.hurry(this.speed);
    if (this.#video) this.#video.playbackRate = Math.min(16, this.speed * this.#gait);
  }

  protected override leaveEdge(): void {
    this.#engine?.follow(false);
    super.leaveEdge();
  }

  /** Whether the live playlist still has a moment, and all that follows it. */
  #inWindow(at: number): boolean {
    return this.context.now() - at <= LIVE_WINDOW_MS;
  }

  /** The position of a moment in what is loaded now, or null. */
  #loadedPosition(at: number): number | null {
    if (!this.#engine || !this.#video || this.#source === null) return null;
    const position = positionOf(this.#engine.pieces(), at);
    if (position === null) return null;
    if (this.#source === 'live') return this.#inWindow(at) && loaded(this.#video, position) ? position : null;
    return at >= this.#source.from && at < this.#source.to ? position : null;
  }

  /** Opens what holds a moment: a recording, or for the youngest ones the live playlist. */
  async #openMoment(at: number): Promise<void> {
    const span = spanFor(at, this.context.now());
    if (span && !this.#inWindow(at)) await this.#open(this.#recording(span), at);
    else await this.#open('live', at);
  }

  #recording(span: { from: number; to: number }): Recording {
    return new Recording(this.#camera, span, (from) => this.#next(from), () => (this.wall ?? span.from) + PLAYLIST_AHEAD_MS * Math.max(1, this.speed));
  }

  /** What follows a span of the recording: who plays faster than time goes on does not wait for it. */
  #next(from: number): Next {
    const now = this.context.now();
    const picture = nextPicture(this.context.day(), from);
    if (picture === null) return 'end';
    const span = picture > from + JUMP_SEEN_MS ? spanFor(picture, now) : spanAfter(from, now);
    return span ?? (this.speed > 1 ? 'end' : 'later');
  }

  async #open(source: 'live' | Recording, start: Start): Promise<void> {
    const video = this.#video;
    if (!video) return;
    this.stop();
    const generation = this.#generation;
    const current = () => generation === this.#generation;
    this.#source = source;
    this.shown = false;
    this.awaited = start === 'live' ? null : start;
    if (start !== 'live') this.wall = start;
    this.#progress.forget();
    this.#asleep = !seen();
    if (this.#asleep) return;
    const engine = await makeEngine(video, {
      ready: () => { if (current()) this.#ready(); },
      failed: (why) => { if (current()) this.#failed(why); },
    }, this.#holdBack).catch(() => 'notLoaded' as const);
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
      engine.load(source === 'live' ? { address: liveAddress(this.#camera), live: true, text: () => null } : { address: source.address, live: false, text: () => source.text() }, start);
    }
  }

  #ready(): void {
    this.#progress.forget();
    this.pace();
    if (!this.paused) void this.#play();
  }

  #failed(why: Failure): void {
    if (why === 'codec') {
      this.stop();
      this.trouble = 'codec';
      return;
    }
    const source = this.#source;
    if (source instanceof Recording && source.nothing) {
      this.showHole(this.wall ?? source.from, null);
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
    this.stop();
    const pause = (RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 1_000) * (0.8 + Math.random() * 0.4);
    this.#failures += 1;
    this.trouble = this.#failures > 2 ? 'unreachable' : 'waiting';
    this.#retry = setTimeout(() => this.#openAgain(), pause);
  }

  async #play(): Promise<void> {
    const video = this.#video;
    if (!video) return;
    this.#progress.forget();
    try {
      await video.play();
      if (this.notice?.kind === 'needsPlay') this.notice = null;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      this.paused = true;
      this.notice = { kind: 'needsPlay' };
    }
  }

  #rest(): void {
    this.#resting = true;
    this.#engine?.rest();
  }

  #wake(): void {
    if (this.#resting) this.#engine?.wake();
    this.#resting = false;
  }

  #fallAsleep(): void {
    if (this.#asleep || this.#source === null) return;
    if (this.paused) this.#rest();
    else this.stop();
    this.#asleep = true;
  }

  #wakeUp(): void {
    if (!this.#asleep) return;
    this.#asleep = false;
    if (this.paused && this.#engine) {
      if (this.#source !== 'live') this.#wake();
    } else {
      this.#openAgain();
    }
  }

  #openAgain(): void {
    if (this.following || this.wall === null) void this.#open('live', 'live');
    else void this.#openMoment(this.wall);
  }

  #seek(position: number): void {
    if (!this.#video) return;
    this.#seeking = true;
    this.#progress.forget();
    this.#video.currentTime = position;
  }

  #seeked = (): void => {
    const ours = this.#seeking;
    this.#seeking = false;
    this.#readWall(ours);
  };

  #ended = (): void => {
    const source = this.#source;
    if (source === null || source === 'live') return;
    const now = this.context.now();
    const next = nextPicture(this.context.day(), source.to);
    if (next === null || now - next < NEAR_LIVE_MS) {
      if (next !== null) this.notice = { kind: 'caughtUp' };
      this.goLive();
      return;
    }
    if (next > source.to + JUMP_SEEN_MS) this.#sayJump(source.to, next);
    this.context.moved(next);
    void this.#openMoment(next);
  };

  #tick(): void {
    const video = this.#video;
    if (!video || !this.#engine || !seen()) {
      this.#progress.rest();
      return;
    }
    this.freshMs = this.#engine.latency() * 1000 + STALE_MS;
    this.#readWall(false);
    this.#watchProgress(video);
    if (this.paused) return;
    this.#stepOverHole(video);
    if (this.following) this.#keepAtEdge(video);
    else if (this.#source === 'live') this.#leaveLive();
  }

  /** Reads the true time of the picture. `ours`: this player itself has just moved it. */
  #readWall(ours: boolean): void {
    const video = this.#video;
    if (!video || !this.#engine || this.#seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const wall = wallAt(this.#engine.pieces(), video.currentTime);
    if (wall === null) return;
    const before = this.wall;
    if (before !== null && !ours && this.shown && !this.following && wall - before > JUMP_SEEN_MS * Math.max(1, this.speed)) this.#sayJump(before, wall);
    this.wall = wall;
  }

  #sayJump(from: number, to: number): void {
    const missing = this.context.day().find((s) => s.to > from && s.from < to && s.to <= to + JUMP_SEEN_MS && !hasPicture(s.state));
    if (missing) this.notice = { kind: 'jumped', from: missing.from, to: missing.to, cause: missing.cause };
  }

  /** Notices pictures that come, and pictures that stay away. */
  #watchProgress(video: HTMLVideoElement): void {
    const picture = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !video.seeking;
    const moved = this.#progress.look(video.currentTime, picture);
    if (this.paused) this.#progress.rest();
    if (moved || (this.paused && picture)) {
      this.shown = true;
      this.#failures = 0;
      this.trouble = null;
    } else if (this.#progress.quiet > STALLED_LIMIT_MS) {
      this.context.stalled?.();
      this.#again();
    } else if (this.#progress.quiet > WAITING_SAID_MS && this.trouble === null) {
      this.trouble = 'waiting';
      this.context.stalled?.();
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
    if (!this.#engine || edge === null || edge === undefined || this.#seeking || !this.shown) return;
    if (edge > video.currentTime + this.#engine.slack) this.#seek(edge);
  }

  /** Replay in the live playlist: it catches up with live, or falls behind what that has, and goes on in the recording. */
  #leaveLive(): void {
    if (this.wall === null || !this.shown) return;
    if (this.speed > 1 && this.context.now() - this.wall < CAUGHT_UP_MS) {
      this.notice = { kind: 'caughtUp' };
      this.goLive();
    } else if (!this.#inWindow(this.wall) && spanFor(this.wall, this.context.now())) {
      void this.#openMoment(this.wall);
    }
  }
}
