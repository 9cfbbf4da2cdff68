/** Who is signed in, how far, and what they may do. */

import { ZONE_UNTIL_KNOWN } from '../../lib/time';
import * as api from './api';
import { forgetAll } from './drafts.svelte';
import { forget, remember, remembered } from './kept';
import { router } from './router.svelte';
import type { Me, Overview, Permission, Second, SignedIn, Stage } from './types';

class Session {
  me = $state.raw<Me | null>(null);
  /** Whether it is known who is signed in. */
  asked = $state(false);
  failed = $state(false);
  /** How far the one who signs in has come; `out`: not at all. */
  stage = $state<Stage | 'out'>('out');
  /** What the second factor may be. */
  second = $state.raw<Second>({ totp: true, passkey: false, recovery: true });
  /** The name under which somebody is signing in, or has. */
  name = $state('');
  overview = $state.raw<Overview | null>(null);
  /** Grows when somebody else signs in: nothing of the former person stays. */
  epoch = $state(0);
  /** There was no line to ask: who is here is what this phone remembers. */
  offline = $state(false);
  #waiting: ((same: boolean) => void)[] = [];

  get zone(): string {
    return this.overview?.election.time_zone ?? ZONE_UNTIL_KNOWN;
  }

  may(permission: Permission): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }

  /** Asks who is signed in. */
  async renew(): Promise<void> {
    this.failed = false;
    try {
      this.#take(await api.get<Me>('/me', undefined, true));
      // Its counts are no condition of anything.
      if (this.stage === 'full') await this.count().catch(() => undefined);
    } catch (error) {
      if (error instanceof api.Problem && error.status === 401) [this.stage, this.offline] = ['out', false];
      else if (!this.me && error instanceof api.Unreachable) await this.#recall();
      else this.failed = true;
    }
    this.asked = !this.failed || this.me !== null;
  }

  /** Without a line, whoever signed in last on this phone goes on recording; what they record is sent as theirs alone. */
  async #recall(): Promise<void> {
    const kept = await remembered().catch(() => null);
    this.failed = kept === null;
    if (!kept || this.me) return;
    [this.me, this.name, this.stage, this.offline] = [kept, kept.name, 'full', true];
  }

  /** Somebody has just signed in: the pages are in their language, where the address names none. */
  async entered(): Promise<void> {
    const back = this.me !== null;
    await this.renew();
    if (!back && this.me && router.lang === 'az') router.replace(router.in(this.me.language));
  }

  #take(me: Me): void {
    const same = this.me?.name === me.name;
    if (this.me && !same) {
      forgetAll();
      this.epoch += 1;
    }
    this.stage = me.stage;
    this.name = me.name;
    if (me.second) this.second = me.second;
    if (me.stage !== 'full') return;
    [this.me, this.offline] = [me, false];
    void (this.may('programme.record') ? remember(me) : forget()).catch(() => undefined);
    for (const go of this.#waiting.splice(0)) go(same);
  }

  /** What signing in said: what comes next. */
  async goOn(next: SignedIn['next'], second?: Second): Promise<void> {
    if (second) this.second = second;
    if (next === 'done') await this.entered();
    else this.stage = next;
  }

  /** The session has ended: the sign-in form is shown, with the page kept behind it. */
  again(): Promise<boolean> {
    this.stage = 'out';
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Whoever was signed in is not any more, by their own will. */
  left(): void {
    this.me = null;
    this.overview = null;
    this.stage = 'out';
    this.epoch += 1;
    this.offline = false;
    forgetAll();
    void forget().catch(() => undefined);
    for (const go of this.#waiting.splice(0)) go(false);
    router.replace(router.to(''));
  }

  /** Renews the counts; the pages show them, and the menu says what waits. */
  async count(signal?: AbortSignal): Promise<void> {
    this.overview = await api.get<Overview>('/overview', signal);
  }
}

export const session = new Session();
api.useHost({ language: () => router.lang, again: () => session.again() });
