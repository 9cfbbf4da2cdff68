/** A number that grows every so often while the page is visible: what hangs on it is renewed. */
export function rounds(everyMs: number): { readonly round: number } {
  let round = $state(0);
  $effect(() => {
    const timer = setInterval(() => { if (!document.hidden) round += 1; }, everyMs);
    return () => clearInterval(timer);
  });
  return { get round() { return round; } };
}

/** Stills are as old as this at most. */
export const STILLS_EVERY_MS = 30_000;
