/** The past of several stations, as given by the address: which moment, and the replay that continues from there. */

import { untrack } from 'svelte';
import { clock } from '../lib/clock.svelte';
import { router } from '../lib/router.svelte';
import { rfc3339, SECOND } from '../lib/time';
import { PastDays } from './pastDays.svelte';
import { Replay } from './replay.svelte';

/** This close to now, the recording is not closed yet. */
const NEAR_MS = 20 * SECOND;
/** How often the address is updated during replay, so that a copied link leads to about what was on the screen. */
const TOLD_EVERY_MS = 10 * SECOND;

interface Context {
  /** The moment that the address asks for; null for now. */
  moment: () => number | null;
  from: () => number; zone: () => string;
  /** The cameras that are shown. */
  cameras: () => readonly string[];
  /** The replay has come to now. */
  caughtUp: () => void;
}

export class PastView {
  readonly days = new PastDays();
  replay = $state.raw<Replay | null>(null);
  readonly #context: Context;
  /** The moment that this code, not a link, has written into the address. */
  #told: number | null = null;

  /** To be called during a component's initialisation. */
  constructor(context: Context) {
    this.#context = context;
    $effect(() => {
      const to = context.moment();
      untrack(() => this.#follow(to));
    });
    $effect(() => this.replay?.follow());
    const about = $derived(this.replay?.playing ? Math.floor(this.replay.at / TOLD_EVERY_MS) : null);
    $effect(() => { if (about !== null) untrack(() => this.#tell()); });
    const cameras = $derived(context.moment() === null ? '' : context.cameras().join());
    $effect(() => (cameras ? this.days.follow(cameras.split(','), context.from()) : undefined));
  }

  go(to: number): void {
    this.replay?.goTo(this.#within(to));
    this.#tell();
  }

  toggle(): void {
    this.replay?.toggle();
    this.#tell();
  }

  #follow(to: number | null): void {
    if (to === null) this.replay = null;
    else if (!this.replay) this.replay = new Replay(this.#within(to), () => clock.exact() - NEAR_MS, () => this.#end());
    else if (to !== this.#told) this.replay.goTo(this.#within(to));
  }

  #within(to: number): number {
    return Math.max(this.#context.from(), Math.min(clock.exact() - NEAR_MS, Math.floor(to / SECOND) * SECOND));
  }

  #tell(): void {
    if (!this.replay) return;
    this.#told = Math.floor(this.replay.at / SECOND) * SECOND;
    router.amend({ t: rfc3339(this.#told, this.#context.zone()) });
  }

  #end(): void {
    router.amend({ t: null });
    this.#context.caughtUp();
  }
}
