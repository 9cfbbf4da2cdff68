/** Whether the server answers. Every request reports here; the pages say it in one place. */

/** One lost request may be chance; from the second on it is said. */
const LOST_BEFORE_SAID = 2;

class Connection {
  #lost = $state(0);
  since = $state<number | null>(null);

  get down(): boolean {
    return this.#lost >= LOST_BEFORE_SAID;
  }

  lost(): void {
    this.#lost += 1;
    this.since ??= Date.now();
  }

  answered(): void {
    this.#lost = 0;
    this.since = null;
  }
}

export const connection = new Connection();
