/** How many videos at once a device and its line may be asked for, and how the page notices that they are too many. */

import { savesData } from '../lib/view';
import type { View } from '../lib/view';

export interface Machine {
  /** Logical processors, as reported by the browser. */
  cores: number;
  /** The viewer has asked the browser to save data. */
  saveData: boolean;
  /** HTTP/1.1: a browser opens six connections to a server, and each video holds one nearly all the time. */
  fewConnections: boolean;
}

/** Full videos at most, and videos of either kind at most. */
export interface Budget { full: number; all: number }

const STRONG_CORES = 4;
const FULL_LIMIT = 4;
/** Two connections stay free for everything else. */
const CONNECTIONS_FOR_VIDEO = 4;

export function budgetOf({ cores, saveData, fewConnections }: Machine): Budget {
  if (saveData) return { full: 0, all: 0 };
  const full = cores >= STRONG_CORES ? FULL_LIMIT : Math.min(2, cores);
  const all = Math.max(full, cores * 2);
  return { full, all: fewConnections ? Math.min(all, CONNECTIONS_FOR_VIDEO) : all };
}

/** The budget after the last one proved too much: half of it, and none after one. */
export const halved = ({ full, all }: Budget): Budget => ({ full: Math.floor(full / 2), all: Math.floor(all / 2) });

export interface Candidate {
  id: string;
  /** The camera has a light rendition. */
  sub: boolean;
  playable: boolean;
  /** The large tile is worth a full video, where one can be played. */
  large: boolean;
}

/**
 * What each tile shows. Those that come first are served first.
 * A view that the viewer chose is honoured, whatever the budget.
 */
export function planned(tiles: readonly Candidate[], view: View | null, budget: Budget): Map<string, View> {
  let { full, all } = budget;
  const choose = ({ sub, playable, large }: Candidate): View => {
    if (!playable || view === 'still') return 'still';
    if (view === 'video') return 'video';
    if (view === 'light') return sub ? 'light' : 'still';
    const light = sub && !(large && full > 0);
    if (all <= 0 || (!light && full <= 0)) return 'still';
    all -= 1;
    if (!light) full -= 1;
    return light ? 'light' : 'video';
  };
  return new Map(tiles.map((tile) => [tile.id, choose(tile)]));
}

/** What one video did since the last look. */
export interface Sample { decoded: number; dropped: number; waits: boolean }

/** A look is bad when more than this fraction of the pictures was dropped, or more than this fraction of the videos is waiting. */
const DROPPED_PART = 0.2;
const WAITING_PART = 0.34;
/** So many bad looks among the last few mean that it is too much. */
const LOOKS = 3;
const BAD_LOOKS = 2;

/** Looks at all videos every few seconds and decides when they are too much. */
export class Strain {
  #bad: boolean[] = [];

  /** Whether it is too much now; after a yes it starts over. */
  look(samples: readonly Sample[]): boolean {
    if (samples.length === 0) return false;
    const sum = (of: (sample: Sample) => number) => samples.reduce((total, sample) => total + of(sample), 0);
    const drops = sum((one) => one.dropped) > DROPPED_PART * Math.max(1, sum((one) => one.decoded));
    const waits = sum((one) => Number(one.waits)) > WAITING_PART * samples.length;
    this.#bad = [...this.#bad, drops || waits].slice(-LOOKS);
    if (this.#bad.filter(Boolean).length < BAD_LOOKS) return false;
    this.forget();
    return true;
  }

  /** The videos changed: earlier looks say nothing about them. */
  forget(): void {
    this.#bad = [];
  }
}

/** This device and its line, as far as the browser reveals them. Only callable in a browser. */
export function thisMachine(): Machine {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return {
    cores: navigator.hardwareConcurrency || 1,
    saveData: savesData(),
    fewConnections: page?.nextHopProtocol.startsWith('http/1') ?? true,
  };
}
