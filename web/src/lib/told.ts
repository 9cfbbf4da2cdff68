/** What the document says of its station: shown until the server has answered. */

export interface Told { venue: string; name: string; address: string }
let told: (Told & { id: string }) | null = null;

/** Reads it before the script takes the place of what was rendered. */
export function readTold(rendered: HTMLElement): void {
  const { id, venue, name = '', address = '' } = rendered.querySelector<HTMLElement>('[data-venue]')?.dataset ?? {};
  told = id && venue ? { id, venue, name, address } : null;
}

export function toldOf(id: string): Told | null {
  return told?.id === id ? told : null;
}
