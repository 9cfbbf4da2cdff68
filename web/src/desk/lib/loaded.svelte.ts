/** What a page shows of the server, renewed while the page is visible. What was there stays while it cannot be renewed. */

import { poll } from '../../lib/poll';
import * as api from './api';

const EVERY_MS = 15_000;

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<unknown>(null);

  constructor(private readonly path: () => string) {}

  async load(signal?: AbortSignal): Promise<void> {
    try {
      this.value = await api.get<T>(this.path(), signal);
      this.failure = null;
    } catch (error) {
      if (!signal?.aborted) this.failure = error;
      throw error;
    }
  }

  /** Loads once more, after a change; a failure is told as all are. */
  again = (): void => void this.load().catch(() => undefined);

  /** Called as an effect. */
  follow = () => poll((signal) => this.load(signal), EVERY_MS);
}
