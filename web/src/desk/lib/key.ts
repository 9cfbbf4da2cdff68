/** The name of a request, by which the server does it once. */

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

/** A random UUID, version 4; of a page that is not secure too, where browsers give none. */
export function uuid(): string {
  if ('randomUUID' in crypto) return crypto.randomUUID();
  const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return Array.from(bytes, hex).join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * One key for one act, kept while it is not known whether the act was done. The same request again has the same key; another
 * one, as when a word was corrected meanwhile, is another act.
 */
export class ActKey {
  #what = '';
  #key = '';

  of(what: string): string {
    if (this.#what !== what || !this.#key) {
      this.#what = what;
      this.#key = uuid();
    }
    return this.#key;
  }

  /** The server has answered: whatever comes next is another act. */
  settled(): void {
    this.#key = '';
  }
}
