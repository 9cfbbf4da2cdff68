/** The outbox as pages see it: what waits, whether it is being sent, and why not. */

import { poll } from '../../lib/poll';
import * as api from './api';
import { send, waiting, type Ended, type Waiting } from './outbox';
import { session } from './session.svelte';

const EVERY_MS = 15_000;

/** Sends one entry; resolves only where the answer names it, or says that it was done before. */
async function sendOne(entry: Waiting): Promise<void> {
  // Somebody else has signed in meanwhile: it is not theirs.
  if (session.me?.name !== entry.by) throw new api.Unreachable(entry.id);
  const place = `/stations/${entry.station}`;
  if (entry.kind === 'photo') {
    const answer = await api.hand<{ sha256?: string }>(`${place}/photos`, entry.jpeg, entry.id, entry.by);
    if (answer && answer.sha256 !== entry.sha256) throw new api.Unreachable(place);
    return;
  }
  const { id, found_at, fact, of } = entry;
  const answer = await api.hand<{ id?: string }>(`${place}/records`, { id, found_at, fact, ...(of === undefined ? {} : { of }) }, id, entry.by);
  if (answer && answer.id !== id) throw new api.Unreachable(place);
}

class Sending {
  all = $state.raw<readonly Waiting[]>([]);
  /** Whether it is known what waits. */
  read = $state(false);
  /** The browser's database cannot be used. */
  broken = $state(false);
  busy = $state(false);
  ended = $state<Ended>('done');

  /** Reads what waits. */
  async renew(): Promise<void> {
    try {
      this.all = await waiting(session.me?.name ?? '');
      [this.read, this.broken] = [true, false];
    } catch {
      this.broken = true;
    }
  }

  /** Sends what waits, in one window at a time. */
  send = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.renew();
      const work = () => send(session.me?.name ?? '', sendOne, () => this.renew());
      if (this.all.some(({ refused }) => !refused)) this.ended = await ('locks' in navigator ? navigator.locks.request('ashkar-field', work) : work());
      else this.ended = 'done';
    } catch {
      this.broken = true;
    } finally {
      this.busy = false;
      await this.renew();
    }
  };

  /** Called as an effect, wherever somebody who records is at the desk. */
  follow = () => {
    const online = () => void this.send();
    addEventListener('online', online);
    const end = poll(() => this.send(), EVERY_MS);
    return () => {
      removeEventListener('online', online);
      end();
    };
  };
}

export const sending = new Sending();
