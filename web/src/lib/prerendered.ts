/** The station as given in the document: shown until the server has answered. */

export interface Prerendered { venue: string; name: string; address: string }
let told: (Prerendered & { id: string }) | null = null;

/** Reads it before the script takes the place of what was rendered. */
export function readPrerendered(rendered: HTMLElement): void {
  const { id, venue, name = '', address = '' } = rendered.querySelector<HTMLElement>('[data-venue]')?.dataset ?? {};
  told = id && venue ? { id, venue, name, address } : null;
}

export function prerenderedOf(id: string): Prerendered | null {
  return told?.id === id ? told : null;
}
