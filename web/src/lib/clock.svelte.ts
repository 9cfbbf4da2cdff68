/** The server's clock as this device knows it. "N seconds behind" must not depend on how the viewer's clock is set. */

const STEP_MS = 250;

class ServerClock {
  #offset = 0;
  #bestRoundTrip = Infinity;
  /** The server's time in epoch milliseconds, renewed a few times a second while the page is visible. */
  now = $state(Date.now());

  constructor() {
    setInterval(() => { if (!document.hidden) this.tick(); }, STEP_MS);
    document.addEventListener('visibilitychange', () => this.tick());
  }

  /** The server's time at this very moment, outside of any reactive reading. */
  exact(): number {
    return Date.now() + this.#offset;
  }

  /**
   * Learns from one answer: `serverNow` was true somewhere between `sent` and `received` (of the device's clock).
   * The shortest round trip is believed; a device whose clock was set meanwhile is noticed and starts anew.
   */
  learn(serverNow: number, sent: number, received: number): void {
    const roundTrip = received - sent;
    const offset = serverNow - (sent + received) / 2;
    const stepped = Math.abs(offset - this.#offset) > roundTrip / 2 + this.#bestRoundTrip / 2 + 50;
    if (roundTrip > this.#bestRoundTrip && !stepped) return;
    this.#bestRoundTrip = roundTrip;
    this.#offset = offset;
    this.tick();
  }

  tick(): void {
    this.now = this.exact();
  }
}

export const clock = new ServerClock();
