/** The recording as one playlist that grows span by span, so that replay does not stop where a span ends. */

import { dvrAddress, type DvrSpan } from './dvr';
import { Joined } from './playlist';
import { Refused } from './refused';

/** What follows a span: another, nothing yet, or nothing at all that replay could wait for. */
export type Next = DvrSpan | 'later' | 'end';

/** Spans in one playlist at most: more than an hour; then a new one begins. */
const SPANS_LIMIT = 15;

export class Recording {
  readonly from: number;
  /** The address of the first span: what a browser's own player is given. */
  readonly address: string;
  #to: number;
  #first: DvrSpan;
  #spans = 0;
  #ended = false;
  #joined = new Joined();

  /**
   * `next`: what follows a moment. `reach`: the moment up to which the playlist should go now. `read`: the text of an address, null
   * where nothing was recorded.
   */
  constructor(
    private readonly camera: string, first: DvrSpan, private readonly next: (from: number) => Next, private readonly reach: () => number,
    private readonly read: (address: string) => Promise<string | null> = fetched,
  ) {
    this.#first = first;
    this.from = first.from;
    this.#to = first.to;
    this.address = dvrAddress(camera, first);
  }

  /** Where the playlist ends so far. */
  get to(): number {
    return this.#to;
  }

  /** The first span was requested, and nothing was recorded in it. */
  get nothing(): boolean {
    return this.#spans > 0 && this.#joined.empty;
  }

  /** The playlist, as far as it is needed now. Fails only while there is none at all. */
  async text(): Promise<string> {
    if (this.#spans === 0) await this.#append(this.#first);
    if (this.nothing) throw new Error('nothing was recorded');
    await this.#grow().catch(() => undefined);
    return this.#joined.text(this.#ended);
  }

  async #grow(): Promise<void> {
    // A span may end in a hole: what follows is wanted as soon as its pictures are used up.
    while (!this.#ended && this.reach() > Math.min(this.#to, this.#joined.end)) {
      const next = this.#spans < SPANS_LIMIT ? this.next(this.#to) : 'end';
      if (next === 'later') return;
      if (next === 'end') this.#ended = true;
      else await this.#append(next);
    }
  }

  async #append(span: DvrSpan): Promise<void> {
    const text = await this.read(dvrAddress(this.camera, span));
    if (text !== null) this.#joined.append(text);
    this.#spans += 1;
    this.#to = span.to;
  }
}

async function fetched(address: string): Promise<string | null> {
  const answer = await fetch(address);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Refused(answer.status);
  return answer.text();
}
