/** A number that grows every so often while the page is visible, and at once when it is shown again after that: whatever depends on it is renewed. */
export function rounds(everyMs: number): { readonly round: number } {
  let round = $state(0);
  $effect(() => {
    let due = false;
    const look = () => {
      if (due && !document.hidden) {
        round += 1;
        due = false;
      }
    };
    const timer = setInterval(() => {
      due = true;
      look();
    }, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  });
  return { get round() { return round; } };
}

/** How old stills get at most. */
export const STILLS_EVERY_MS = 30_000;
