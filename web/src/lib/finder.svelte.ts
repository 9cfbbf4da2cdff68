/** The behaviour of a field that finds stations as one types, whatever its results are used for. */

import type * as api from './api';
import { places, type Found } from './places.svelte';

/** On screens as narrow as this a keyboard covers the lower half, CSS pixels. */
const PHONE = '(max-width: 599px)';
/** A field that stands lower than this leaves no room for what it finds. */
const HIGH_PX = 90;

export class Finder {
  query = $state('');
  /** The field is in use. */
  active = $state(false);
  readonly words = $derived(this.query.trim());
  readonly #limit: number;
  readonly found: Found | null = $derived.by(() => this.#find());
  readonly failed = $derived(places.failed && places.all === null);

  /** `limit`: how many are shown at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  #find(): Found | null {
    return this.words ? places.find(this.words, this.#limit) : null;
  }

  readonly #searching = $derived(this.active || this.words !== '');
  /** Has the stations fetched while one searches; called as an effect. */
  readonly follow = (): (() => void) | undefined => (this.#searching ? places.follow() : undefined);

  /** What Enter means: the station whose number was typed, or the `only` one that was found. */
  async entered(only = true): Promise<api.Station | undefined> {
    const words = this.words;
    if (!words || !(await places.known())) return undefined;
    const found = places.find(words, this.#limit);
    const [, constituency, station] = /^(\d+)\s*[\s/-]\s*(\d+)$/.exec(words) ?? [];
    return found?.items.find(({ id }) => id === `${constituency}/${station}`) ?? (only && found?.total === 1 ? found.items[0] : undefined);
  }

  /** Up and down go through the field and the results, Escape empties the field. Returns whether the key was one of them. */
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

/** Brings a field that is typed in to the top of a phone's screen, so that what it finds stands over the keyboard. */
export function raise(field: Element | null | undefined): void {
  if (field && matchMedia(PHONE).matches && field.getBoundingClientRect().top > HIGH_PX) field.scrollIntoView({ block: 'start' });
}
