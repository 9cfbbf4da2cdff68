/** All stations with what they are found by: one answer for everyone who searches, so that caches have it. Fetched when somebody begins to. */

import * as api from './api';
import { election } from './election.svelte';
import { isVenueNumber, rankOf, readQuery, searched, type Searched } from './found';
import { poll } from './poll';

/** While a search is open, states are renewed this often. */
const EVERY_MS = 30_000;
/** The order of equal results: what can be watched comes first. */
const SEEN: readonly api.State[] = ['live', 'late', 'missing', 'hidden', 'due'];

export interface Found { items: api.Station[]; total: number; /** How many of the first ones carry the requested number in the name of their venue. */ byVenue: number }

class Places {
  all = $state.raw<api.Station[] | null>(null);
  failed = $state(false);
  readonly #rows = $derived(new Map((this.all ?? []).map((station) => [station.id, rowOf(station)])));
  #coming: Promise<void> | null = null;

  /** Renews the stations as long as they are searched; called as an effect. */
  readonly follow = (): (() => void) => poll(() => this.#renew(), EVERY_MS);

  /** Waits until the stations are there, or cannot be had. */
  async known(): Promise<boolean> {
    if (!this.all) await this.#renew().catch(() => undefined);
    return this.all !== null;
  }

  #renew(): Promise<void> {
    this.#coming ??= this.#fetch().finally(() => { this.#coming = null; });
    return this.#coming;
  }

  async #fetch(): Promise<void> {
    try {
      if (!election.constituencies) await election.renewConstituencies();
      this.all = await api.allStations({});
      this.failed = false;
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  /** What a query finds, best first; null while the stations are not known. */
  find(text: string, limit: number): Found | null {
    if (!this.all) return null;
    const query = readQuery(text);
    const ranked = this.all.flatMap((station) => {
      const row = this.#rows.get(station.id);
      const rank = row ? rankOf(row, query) : null;
      return rank === null || !row ? [] : [{ station, rank, venue: isVenueNumber(row, query) }];
    });
    ranked.sort((a, b) => a.rank - b.rank || SEEN.indexOf(a.station.state) - SEEN.indexOf(b.station.state)
      || a.station.constituency - b.station.constituency || a.station.station - b.station.station);
    const first = ranked.slice(0, limit);
    return { items: first.map(({ station }) => station), total: ranked.length, byVenue: first.filter(({ venue }) => venue).length };
  }
}

function rowOf(station: api.Station): Searched {
  const constituency = election.constituency(station.constituency);
  return searched(station.id, station.venue, station.address, Object.values(constituency?.names ?? {}));
}

export const places = new Places();
