/**
 * How much further behind the newest part a live player stays than the server asks for. On a good line, none. Each stall
 * adds some, calm takes it away again, and the more stalls there were, the longer the calm must last: a bad line is
 * tried again now and then, but not all the time.
 */

const STEP_S = 0.5;
const LIMIT_S = 4;
const CALM_MS = 30_000;
const CALM_LIMIT_MS = 8 * 60_000;

export class HoldBack {
  #extraS = 0;
  #calmMs = CALM_MS;
  #calmSince = 0;

  /** The picture stopped for want of media. `now`: a clock that only goes forward, milliseconds. */
  stalled(now: number): void {
    if (this.#extraS > 0 || this.#calmSince > 0) this.#calmMs = Math.min(CALM_LIMIT_MS, this.#calmMs * 2);
    this.#extraS = Math.min(LIMIT_S, this.#extraS + STEP_S);
    this.#calmSince = now;
  }

  /** Seconds to add to the server's hold-back. */
  extra(now: number): number {
    while (this.#extraS > 0 && now - this.#calmSince >= this.#calmMs) {
      this.#extraS -= STEP_S;
      this.#calmSince += this.#calmMs;
    }
    return this.#extraS;
  }
}
