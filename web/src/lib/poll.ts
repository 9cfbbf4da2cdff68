/** Repeats a piece of work while the page is visible. The one place where requests are repeated. */

/** After failures the pause grows to this, with some randomness so that viewers do not all come back at once. */
const PAUSE_LIMIT_MS = 15_000;
/** After the first failure, whatever the pause is otherwise. */
const FIRST_PAUSE_MS = 2_000;
/** Work that is restarted after a failure waits this long: whatever restarts it, it never spins. */
const FAILED_PAUSE_MS = 1_000;

/** When any work failed last. */
let failedAt = -Infinity;

/**
 * Runs `work` now and then every `every` milliseconds, one at a time; not while the page is hidden, and at once when it
 * is shown again. After a first failure it is tried again soon, then the pause doubles; `tell` is called after each run with whether it failed. Returns the function that ends it.
 */
export function poll(work: (signal: AbortSignal) => Promise<void>, every: number, tell?: (failed: boolean) => void): () => void {
  const ended = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let failures = 0;

  const again = (pause: number) => {
    clearTimeout(timer);
    if (!ended.signal.aborted) timer = setTimeout(run, pause);
  };
  const pause = () => {
    if (failures === 0) return every;
    // One lost request may be chance: the next soon shows whether it was.
    const least = failures === 1 ? FIRST_PAUSE_MS : every;
    return Math.min(PAUSE_LIMIT_MS, Math.max(least, 1000 * 2 ** failures)) * (0.75 + Math.random() / 2);
  };
  async function run(): Promise<void> {
    if (running || document.hidden) return;
    running = true;
    try {
      await work(ended.signal);
      failures = 0;
      tell?.(false);
    } catch {
      failures += 1;
      if (!ended.signal.aborted) failedAt = performance.now();
      tell?.(!ended.signal.aborted);
    }
    running = false;
    again(pause());
  }
  const shown = () => { if (!document.hidden) again(0); };

  document.addEventListener('visibilitychange', shown);
  // Never within the effect that began it: what the work reads and writes would begin the effect again, without a pause.
  again(Math.min(FAILED_PAUSE_MS, Math.max(0, failedAt + FAILED_PAUSE_MS - performance.now())));
  return () => {
    ended.abort();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', shown);
  };
}
