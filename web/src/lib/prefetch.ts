/** Answers to what was asked before the code that wants it was there. */

interface Asked { answer: Promise<Response>; at: number }
const asked = new Map<string, Asked>();

/** An answer that waited longer than this is too old to be used, milliseconds. */
const FRESH_MS = 4_000;

export function ask(address: string): void {
  const answer = fetch(address);
  // Whoever takes it hears of the failure; nobody else has to.
  answer.catch(() => undefined);
  asked.set(address, { answer, at: performance.now() });
}

/** The answer to what was asked early, once and while it is fresh; null where nothing was. */
export function taken(address: string): Promise<Response> | null {
  const found = asked.get(address);
  asked.delete(address);
  return found && performance.now() - found.at < FRESH_MS ? found.answer : null;
}
