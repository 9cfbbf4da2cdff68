/** Shows one still every few seconds instead of video: for weak lines. */

import { stillOf } from '../lib/api';
import { isServersFault, Refused } from '../lib/refused';
import { watchSeen } from '../lib/seen';
import { within } from '../lib/signal';
import { drawStill } from '../lib/still';
import { SECOND } from '../lib/time';
import { hasPicture, nextPicture, stretchAt } from '../lib/timeline';
import { Viewing, type PlayerContext } from './viewing.svelte';

/** The interval of stills, and the step of their moments: viewers and caches share them. */
const EVERY_MS = 5 * SECOND;
/** A still of a moment that is settled is made once for all; younger ones are made again and again. */
const SETTLED_MS = 9 * SECOND;
/** So many failed stills in a row mean that there are none. */
const MISSED_LIMIT = 3;
const ANSWER_LIMIT_MS = 30 * SECOND;

export class Stills extends Viewing {
  #camera: string;
  /** Moments may be asked for; else there is only the latest still. */
  #open: boolean;
  #canvas: HTMLCanvasElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request = aborted();
  #missed = 0;
  /** Replay stands at `at` since `since`, milliseconds of a clock that only goes forward. */
  #anchor = { at: 0, since: 0 };

  constructor(camera: string, context: PlayerContext, open: boolean) {
    super(context);
    this.#camera = camera;
    this.#open = open;
  }

  /** Draws onto the canvas until the function it returns is called. */
  attach(canvas: HTMLCanvasElement): () => void {
    this.#canvas = canvas;
    const unwatch = watchSeen(() => this.#seenAgain());
    return () => {
      unwatch();
      this.stop();
      this.#canvas = null;
    };
  }

  /** What nobody saw has not been watched: replay goes on with the still that is on the screen. */
  #seenAgain(): void {
    if (document.hidden) {
      clearTimeout(this.#timer);
    } else if (this.#running) {
      this.#anchor = { at: this.wall ?? this.#anchor.at, since: performance.now() };
      this.#begin();
    }
  }

  /** Stills are being asked for, one after the other. */
  get #running(): boolean {
    return !this.#request.signal.aborted && this.hole === null && !(this.paused && this.trouble === null);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#request.abort();
    this.trouble = null;
  }

  frame(direction: 1 | -1): void {
    // From the moment that was asked for: its picture may be older, and the next moment's picture the same.
    if (this.paused && !this.hole) this.goTo(this.#anchor.at + direction * EVERY_MS, true);
  }

  protected showLive(): void {
    this.#begin();
  }

  protected showMoment(at: number): void {
    this.#anchor = { at, since: performance.now() };
    this.wall = at;
    this.#begin();
  }

  protected pause(): void {
    if (this.following) this.leaveEdge();
    this.#anchor = { at: this.wall ?? this.context.now() - SETTLED_MS, since: performance.now() };
  }

  protected resume(): void {
    this.#anchor = { at: this.wall ?? this.#anchor.at, since: performance.now() };
    this.#begin();
  }

  protected pace(): void {
    this.#anchor = { at: this.wall ?? this.#anchor.at, since: performance.now() };
  }

  #begin(): void {
    this.stop();
    this.#request = new AbortController();
    void this.#round(this.#request.signal);
  }

  /** One still, then the next after a pause: on a slow line they come as they can, never two at once. */
  async #round(signal: AbortSignal): Promise<void> {
    if (!document.hidden && !this.#jumped()) await this.#show(signal);
    if (!signal.aborted && this.#running && !document.hidden) this.#timer = setTimeout(() => void this.#round(signal), this.following && this.trouble === null ? this.#untilNext() : EVERY_MS);
  }

  /** The moment that is wanted now; null for the latest one. */
  #wanted(): number | null {
    if (!this.following) return this.#anchor.at + (this.paused ? 0 : (performance.now() - this.#anchor.since) * this.speed);
    return this.#open ? Math.floor((this.context.now() - SETTLED_MS) / EVERY_MS) * EVERY_MS : null;
  }

  /** Milliseconds until the next still of now is settled. */
  #untilNext(): number {
    return EVERY_MS - ((this.context.now() - SETTLED_MS) % EVERY_MS);
  }

  /** Replay that came to now, or to a hole, goes on elsewhere. */
  #jumped(): boolean {
    const at = this.#wanted();
    if (this.following || at === null) return false;
    const day = this.context.day();
    const stretch = stretchAt(day, at);
    const next = nextPicture(day, at);
    if (next === null || at > this.context.now() - SETTLED_MS) {
      this.notice = { kind: 'caughtUp' };
      this.goLive();
      return true;
    }
    if (!stretch || hasPicture(stretch)) return false;
    this.notice = { kind: 'jumped', over: stretch };
    this.goTo(next);
    return true;
  }

  async #show(signal: AbortSignal): Promise<void> {
    const at = this.#wanted();
    try {
      const taken = await this.#draw(at, signal);
      this.#missed = 0;
      this.trouble = null;
      this.shown = true;
      this.wall = taken ?? at;
    } catch (error) {
      if (signal.aborted) return;
      this.#missed += 1;
      const lasting = error instanceof Refused && isServersFault(error.status) ? 'failing' : 'noStill';
      this.trouble = this.#missed < MISSED_LIMIT ? 'waiting' : lasting;
    }
  }

  /** Gives the time of the picture. */
  async #draw(at: number | null, signal: AbortSignal): Promise<number | null> {
    const canvas = this.#canvas;
    if (!canvas) return null;
    return drawStill(canvas, stillOf(this.#camera, at ?? undefined, SECOND), within(ANSWER_LIMIT_MS, signal));
  }
}

function aborted(): AbortController {
  const none = new AbortController();
  none.abort();
  return none;
}
