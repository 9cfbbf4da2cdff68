/** The election and its constituencies: asked for by every page, so held once. */

import * as api from './api';
import { clock } from './clock.svelte';
import { poll } from './poll';
import { instant, ZONE_UNTIL_KNOWN } from './time';

const EVERY_MS = 15_000;

/** Placeholders on the strips of samples and rehearsals, which the server fills in. */
export interface Marks { sample: string; rehearsal: string }

class ElectionNow {
  now = $state.raw<api.Election | null>(null);
  constituencies = $state.raw<api.Constituency[] | null>(null);
  /** Whether the document marks everything as made up; believed until the server answers. */
  #assumed = $state(false);
  /** The same of a rehearsal. */
  #assumedRehearsal = $state(false);

  /** Everything is made up, and to be marked as such. */
  get sample(): boolean {
    return this.now?.sample ?? this.#assumed;
  }

  /** It is a rehearsal and not the vote, and to be marked as such. */
  get rehearsal(): boolean {
    return this.now?.rehearsal ?? this.#assumedRehearsal;
  }

  /** What the names of files say of it. */
  get fileMark(): string {
    return (this.sample ? '-sample' : '') + (this.rehearsal ? '-rehearsal' : '');
  }

  assume(sample: boolean, rehearsal: boolean): void {
    this.#assumed = sample;
    this.#assumedRehearsal = rehearsal;
  }

  get zone(): string {
    return this.now?.time_zone ?? ZONE_UNTIL_KNOWN;
  }

  /** Begins to follow the election; called once. */
  start(): void {
    poll(async (signal) => {
      const sent = Date.now();
      const election = await api.election(signal);
      clock.learn(instant(election.now), sent, Date.now());
      this.now = election;
    }, EVERY_MS);
  }

  /** Renews the constituencies and the counts of their stations' states. */
  async renewConstituencies(signal?: AbortSignal): Promise<void> {
    this.constituencies = await api.constituencies(signal);
  }

  constituency(number: number): api.Constituency | undefined {
    return this.constituencies?.find((c) => c.number === number);
  }
}

export const election = new ElectionNow();
