/** What a field that finds stations as one types does, whatever is done with what it finds. */

import * as api from './api';

/** Keys that rest for so long are asked for. */
const PAUSE_MS = 150;

export class Finder {
  query = $state('');
  found = $state.raw<{ items: api.Station[]; total: number } | null>(null);
  failed = $state(false);
  readonly words = $derived(this.query.trim());

  /** `limit`: how many are shown at most. */
  constructor(private readonly limit: number) {}

  /** Asks the server when the keys rest; called as an effect. */
  readonly follow = (): (() => void) | undefined => {
    const q = this.words;
    if (!q) {
      this.found = null;
      return undefined;
    }
    const ended = new AbortController();
    const timer = setTimeout(() => {
      api.stations({ q, limit: this.limit }, ended.signal).then(
        (page) => { this.found = page; this.failed = false; },
        () => { if (!ended.signal.aborted) this.failed = true; },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  };

  /** What Enter means: the station whose number was typed, or the `only` one that was found. */
  async entered(only = true): Promise<api.Station | undefined> {
    if (!this.words) return undefined;
    const page = await api.stations({ q: this.words, limit: this.limit }).catch(() => null);
    this.failed = page === null;
    if (!page) return undefined;
    this.found = page;
    return page.items.find(({ id }) => id === this.words.replaceAll(' ', '')) ?? (only && page.items.length === 1 ? page.items[0] : undefined);
  }

  /** Up and down go through the field and the results, Escape empties the field. Whether the key meant something. */
  move(event: KeyboardEvent, stops: readonly (HTMLElement | null | undefined)[]): boolean {
    const at = stops.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown' && stops[at + 1]) stops[at + 1]?.focus();
    else if (event.key === 'ArrowUp' && at > 0) stops[at - 1]?.focus();
    else if (event.key === 'Escape' && this.query) {
      this.query = '';
      stops[0]?.focus();
    } else return false;
    event.preventDefault();
    return true;
  }
}
