/** The engine at work: loaded with one source at a time, rested and woken, and loaded anew after failures. What is played, and why, is the player's business. */

import { HoldBack } from '../lib/holdBack';
import { makeEngine, type Engine, type Failure, type Source as Asked, type Start } from './engine';
import type { Source } from './sources';

const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** A decoding error this soon after the last one is not recovered from again. */
const RECOVERY_PAUSE_MS = 5_000;

/** So many refusals are no accident. */
const REFUSALS = 3;

export interface FeedEvents {
  ready(): void;
  /** It cannot go on by itself; `unsupported`: this browser cannot play our video at all. */
  failed(why: Failure | 'unsupported'): void;
}

export class Feed {
  #engine: Engine | null = null;
  #source: Source | null = null;
  #resting = false;
  #holdBack = new HoldBack();
  /** Tells events of engines for earlier sources, and engines that are ready too late, from current ones. */
  #generation = 0;
  #failures = 0;
  #refusals = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #recoveredAt = 0;

  constructor(private readonly events: FeedEvents) {}

  get engine(): Engine | null {
    return this.#engine;
  }

  /** What is being played, or will be as soon as the page is visible. */
  get source(): Source | null {
    return this.#source;
  }

  /** The position of the live edge in seconds; null while it is unknown, as during a rest, when it goes stale. */
  get edge(): number | null {
    return this.#source === 'live' && !this.#resting ? (this.#engine?.liveEdge() ?? null) : null;
  }

  close(): void {
    this.#generation += 1;
    clearTimeout(this.#retry);
    this.#engine?.destroy();
    this.#engine = null;
    this.#source = null;
    this.#resting = false;
  }

  /** Lets go of the present source for another one, which `load` then plays. */
  turnTo(source: Source): void {
    this.close();
    this.#source = source;
  }

  async load(video: HTMLVideoElement, asked: Asked, start: Start, setUp: (engine: Engine) => void): Promise<void> {
    const generation = this.#generation;
    const current = () => generation === this.#generation;
    const engine = await makeEngine(video, {
      refused: () => { if (current()) this.#refusals += 1; },
      ready: () => { if (current()) this.events.ready(); },
      failed: (why) => { if (current()) this.events.failed(why); },
    }, this.#holdBack).catch(() => 'notLoaded' as const);
    if (!current()) {
      if (engine && engine !== 'notLoaded') engine.destroy();
    } else if (engine === 'notLoaded' || engine === null) {
      this.events.failed(engine === null ? 'unsupported' : 'network');
    } else {
      this.#engine = engine;
      setUp(engine);
      engine.load(asked, start);
    }
  }

  /** Makes no requests until it is woken. */
  rest(): void {
    this.#resting = true;
    this.#engine?.rest();
  }

  wake(): void {
    if (this.#resting) this.#engine?.wake();
    this.#resting = false;
  }

  /** Tries to recover from a decoding error; false if that has just been tried. */
  recover(): boolean {
    const now = performance.now();
    if (!this.#engine || now - this.#recoveredAt <= RECOVERY_PAUSE_MS) return false;
    this.#recoveredAt = now;
    this.#engine.recover();
    return true;
  }

  /** Calls `open` after a pause that grows with each failure in a row, and returns how many there have been. */
  later(open: () => void): number {
    const pause = (RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 1_000) * (0.8 + Math.random() * 0.4);
    this.#failures += 1;
    this.#retry = setTimeout(open, pause);
    return this.#failures;
  }

  /** Whether the server has refused again and again since the last picture: it is to blame, and not the line. */
  get isRefused(): boolean {
    return this.#refusals >= REFUSALS;
  }

  /** The viewer asks for something else: what was refused before says nothing of it. */
  forgetRefusals(): void {
    this.#refusals = 0;
  }

  /** A picture came: the next failure is the first. */
  succeeded(): void {
    this.#failures = 0;
    this.forgetRefusals();
  }
}
