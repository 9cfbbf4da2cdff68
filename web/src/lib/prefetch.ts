/** Answers to requests made before the code that needs them was loaded. */

interface Asked { answer: Promise<Response>; at: number }
const asked = new Map<string, Asked>();

/** An answer that waited longer than this is too old to be used, milliseconds. */
const FRESH_MS = 4_000;

export function ask(address: string): void {
  const answer = fetch(address);
  // Whoever takes the answer gets the failure; without this it would also be logged as unhandled.
  answer.catch(() => undefined);
  asked.set(address, { answer, at: performance.now() });
}

/** The answer to an early request, given out once and while it is fresh; null if there was none. */
export function taken(address: string): Promise<Response> | null {
  const found = asked.get(address);
  asked.delete(address);
  return found && performance.now() - found.at < FRESH_MS ? found.answer : null;
}
