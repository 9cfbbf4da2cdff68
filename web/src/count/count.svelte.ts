/** The count of one station as it grows: ballots, what was watched, official figures; undone step by step. */

import { BALLOTS_LIMIT, countedBy, SPANS_LIMIT, wholeSecond, type Series } from './series';
import { cut, Recorder, spanAt, withSpan, type Span } from './spans';
import { forget, isUnkept, keyOf, load, save, type Kept } from './store';
import type { Official } from './compare';

/** Most clearings and take-overs that can be undone. */
const UNDO_LIMIT = 10;
/** What was watched is stored this often at most; ballots are stored at once. */
const SAVE_EVERY_MS = 5_000;

export class Count {
  /** Times of the pictures, in the order in which they were counted. */
  taps = $state.raw<readonly number[]>([]);
  watched = $state.raw<readonly Span[]>([]);
  officials = $state.raw<readonly Official[]>([]);
  /** Whether it is on this device; false after an attempt that failed. */
  kept = $state(false);
  failed = $state(false);
  /** Minutes that were counted before and are shown again: from here to the end of that stretch, and the ballots in it. */
  again = $state.raw<(Span & { ballots: number }) | null>(null);

  readonly station: string;
  #key: string;
  #recorder = new Recorder();
  /** What was watched before the present pass began. */
  #before: readonly Span[] = [];
  #passFrom: number | null = null;
  /** The end of a stretch in which the viewer chose to go on counting. */
  #accepted = -Infinity;
  #undo: Kept[] = [];
  #savedAt = -Infinity;

  /** `date`: that of the election, so that counts of two elections never mix. */
  constructor(station: string, date: string) {
    this.station = station;
    this.#key = keyOf(date, station);
    this.reload();
  }

  get series(): Series {
    return { station: this.station, ballots: [...this.taps].sort((a, b) => a - b), watched: this.watched };
  }

  get undoable(): boolean {
    return this.#undo.length > 0 || this.taps.length > 0;
  }

  /** Loads what is on the device: at the start, and when another window of this browser counts too. */
  reload(event?: StorageEvent): void {
    if (event && event.key !== this.#key) return;
    const kept = load(this.#key);
    this.failed = isUnkept(this.#key);
    this.kept = kept !== null && !this.failed;
    this.#take(kept ?? { taps: [], watched: [], officials: [] });
    this.#undo = [];
  }

  /** One ballot in the picture of `wall`. False when there is no room for more. */
  tap(wall: number): boolean {
    if (this.taps.length >= BALLOTS_LIMIT) return false;
    this.taps = [...this.taps, wholeSecond(wall)];
    this.#undo = [];
    this.#save();
    return true;
  }

  /** Takes the last step back: minutes that were cleared come back first, then ballots, the last one first. */
  undo(): boolean {
    const before = this.#undo.pop();
    if (before) this.#take(before);
    else if (this.taps.length > 0) this.taps = this.taps.slice(0, -1);
    else return false;
    this.#save();
    return true;
  }

  /** Looks at the player; called whenever its picture changes. `wall` is null while there is none. */
  look(wall: number | null, at: number, speed: number): void {
    const span = this.#recorder.look(wall, at, speed);
    if (this.#recorder.began !== this.#passFrom) {
      this.#passFrom = this.#recorder.began;
      this.#before = this.watched;
      this.#accepted = -Infinity;
    }
    if (span && this.watched.length < SPANS_LIMIT) this.watched = withSpan(this.watched, span);
    this.#seeAgain(wall);
    if (span && this.kept && at - this.#savedAt > SAVE_EVERY_MS) this.#save(at);
  }

  #seeAgain(wall: number | null): void {
    const old = wall === null ? null : spanAt(this.#before, wall);
    if (!old || old.to <= this.#accepted) {
      this.again = null;
      return;
    }
    const from = wholeSecond(Math.max(old.from, this.#passFrom ?? old.from));
    const ballots = countedBy(this.taps, old.to) - countedBy(this.taps, from);
    const same = this.again?.from === from && this.again.to === old.to && this.again.ballots === ballots;
    if (ballots === 0) this.again = null;
    else if (!same) this.again = { from, to: old.to, ballots };
  }

  /** Goes on counting in minutes that were counted before. */
  countOn(): void {
    this.#accepted = this.again?.to ?? -Infinity;
    this.again = null;
  }

  /** Removes what was counted in those minutes, so that they can be counted afresh. */
  countAnew(): void {
    if (!this.again) return;
    const { from, to } = this.again;
    this.#remember();
    this.taps = this.taps.filter((at) => at < from || at >= to);
    this.watched = cut(this.watched, from, to);
    this.#before = cut(this.#before, from, to);
    this.again = null;
    this.#save();
  }

  setOfficial(one: Official): void {
    this.officials = [...this.officials.filter(({ at, scope }) => at !== one.at || scope !== one.scope), one];
    this.#save();
  }

  removeOfficial(one: Official): void {
    this.officials = this.officials.filter((other) => other !== one);
    this.#save();
  }

  /** Takes another count in place of this one; can be undone. */
  replace({ ballots, watched }: Series): void {
    this.#remember();
    this.taps = [...ballots];
    this.watched = [...watched];
    this.#save();
  }

  /** Deletes it from this device and starts from nothing. */
  forget(): void {
    forget(this.#key);
    this.kept = this.failed = false;
    this.#undo = [];
    this.#take({ taps: [], watched: [], officials: [] });
  }

  #take({ taps, watched, officials }: Kept): void {
    this.taps = taps;
    this.watched = watched;
    this.officials = officials;
    this.#before = watched;
    this.again = null;
  }

  #kept(): Kept {
    return { taps: [...this.taps], watched: [...this.watched], officials: [...this.officials] };
  }

  #remember(): void {
    this.#undo = [...this.#undo, this.#kept()].slice(-UNDO_LIMIT);
  }

  #save(at = performance.now()): void {
    this.#savedAt = at;
    this.kept = save(this.#key, this.#kept());
    this.failed = !this.kept;
  }
}
