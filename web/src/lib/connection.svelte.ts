/** Whether the server answers. Every request reports here; the pages say it in one place. */

/** One lost request may be chance; from the second on the page says so. */
const LOST_BEFORE_SAID = 2;

/** A request that waits this long for its answer, when earlier ones were answered, is not chance either. */
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

  /** A request starts waiting for its answer; the function it returns ends the wait. */
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
