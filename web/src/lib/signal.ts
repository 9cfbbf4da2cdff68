/** Abort signals for the oldest browsers that these pages support, which lack `AbortSignal.any` and `.timeout`. */

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
