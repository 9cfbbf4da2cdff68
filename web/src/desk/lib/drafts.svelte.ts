/**
 * What is being typed outlives its page: another page, another language, or signing in again loses nothing. It is in memory alone,
 * and no password is ever a draft.
 */

interface Kept { value: Record<string, unknown>; initial: string }

// What is in it is reactive; which drafts there are, nobody watches.
// eslint-disable-next-line svelte/prefer-svelte-reactivity
const kept = new Map<string, Kept>();

/** The draft of that name, as it was left. */
export function draft<T extends object>(name: string, initial: T): T {
  const known = kept.get(name);
  if (known) return known.value as T;
  const value = $state({ ...initial });
  kept.set(name, { value: value as Record<string, unknown>, initial: JSON.stringify(initial) });
  return value;
}

/** It was sent: the form is empty again. */
export function emptied(name: string): void {
  const known = kept.get(name);
  if (known) Object.assign(known.value, JSON.parse(known.initial));
}

/** Somebody else is here now. */
export const forgetAll = () => kept.clear();

const isBegun = ({ value, initial }: Kept) => JSON.stringify(value) !== initial;

/** Asks before the window is closed on something that was begun. */
export function guard(): void {
  addEventListener('beforeunload', (event) => {
    if ([...kept.values()].some(isBegun)) event.preventDefault();
  });
}
