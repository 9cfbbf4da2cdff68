/** Whether the server answers. Every request reports here; the pages say it in one place. */

/** One lost request may be chance; from the second on it is said. */
const LOST_BEFORE_SAID = 2;

/** A request that waits so long for its answer, while others were answered before, is no chance either. */
const LATE_MS = 5_000;

class Connection {
  #lost = $state(0);
  #late = $state(0);
  #offline = $state(false);
  #answered = false;
  since = $state<number | null>(null);

  constructor() {
    for (const name of ['online', 'offline']) addEventListener(name, () => { this.#offline = !navigator.onLine; });
  }

  get down(): boolean {
    return this.#lost >= LOST_BEFORE_SAID || this.#late > 0 || this.#offline;
  }

  /** A request begins to wait for its answer, until the function it returns is called. */
  waits(): () => void {
    let late = false;
    const timer = setTimeout(() => {
      late = this.#answered && !document.hidden;
      if (late) this.#late += 1;
    }, LATE_MS);
    return () => {
      clearTimeout(timer);
      if (late) this.#late -= 1;
    };
  }

  lost(): void {
    this.#lost += 1;
    this.since ??= Date.now();
  }

  answered(): void {
    this.#answered = true;
    this.#lost = 0;
    this.since = null;
  }
}

export const connection = new Connection();
