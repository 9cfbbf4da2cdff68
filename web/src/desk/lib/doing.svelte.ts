/** One act of a form: whether it is under way, and what came of it. What was typed is the form's own and stays. */

import * as api from './api';
import { ActKey } from './key';

export class Doing {
  busy = $state(false);
  failure = $state.raw<unknown>(null);
  #key = new ActKey();

  constructor(/** A session that has ended is an answer here, and nothing to wait for. */ private readonly bare = false) {}

  /** Sends a change. Null where it failed; otherwise what was answered, which is null where it had been done before. */
  change<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: unknown = {}): Promise<{ answer: T | null } | null> {
    return this.#do(`${method} ${path} ${JSON.stringify(body)}`, (key) => api.change<T>(method, path, body, key, this.bare));
  }

  /** The same where a document is answered. */
  paper(path: string, body: unknown): Promise<{ answer: Blob | null } | null> {
    return this.#do(`POST ${path} ${JSON.stringify(body)}`, (key) => api.paper(path, body, key));
  }

  async #do<T>(what: string, work: (key: string) => Promise<T>): Promise<{ answer: T } | null> {
    if (this.busy) return null;
    this.busy = true;
    this.failure = null;
    try {
      const answer = await work(this.#key.of(what));
      this.#key.settled();
      return { answer };
    } catch (error) {
      if (error instanceof api.Problem && error.kind !== 'signed-out') this.#key.settled();
      this.failure = error;
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** What the browser itself refused, as a passkey that was not given. */
  fail(error: unknown): void {
    this.failure = error;
  }

  clear(): void {
    this.failure = null;
  }
}
