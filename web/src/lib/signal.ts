/** Signals of an end, made so that the oldest browsers that these pages are for have them: `AbortSignal.any` and `.timeout` came later. */

/** Fires when `signal` does, and after `ms` milliseconds. */
export function within(ms: number, signal?: AbortSignal): AbortSignal {
  const both = new AbortController();
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    both.abort();
  };
  const timer = setTimeout(end, ms);
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end);
  return both.signal;
}
