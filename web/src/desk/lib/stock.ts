/** Devices, and who has them, as the desk's API says it. */

export interface Movement { at: string; by: string; to: string | null; note: string }
export interface Device { serial: string; kind: string; note: string; holder: string; since: string; wiped: boolean; spare_for: string | null; movements: Movement[] }

export type Place = 'stock' | 'station' | 'person';
export const PLACES: readonly Place[] = ['stock', 'station', 'person'];

/** `station:7/12` and `person:Rauf Əliyev` in their two parts; `stock` has one. */
export function holderOf(text: string): { place: Place; who: string } {
  const at = text.indexOf(':');
  const place = PLACES.find((one) => one === (at < 0 ? text : text.slice(0, at))) ?? 'person';
  return { place, who: at < 0 ? '' : text.slice(at + 1) };
}

/** The number of a station as it was typed, `7/12`; null for what is none. */
export function stationIn(text: string): string | null {
  const plain = text.replace(/\s+/g, '');
  return /^[1-9]\d{0,4}\/[1-9]\d{0,4}$/.test(plain) ? plain : null;
}

/** Whether the text can be a serial number. */
export const isSerial = (text: string) => /^[!-~]{1,64}$/.test(text.trim());
