/**
 * What a phone knows without a line: who signed in last, and what was recorded of the stations that they opened. It belongs to
 * one person: whoever signs out, or another person who signs in, removes it. No secret is among it: the session is the browser's.
 */

import { base, KNOWN, within } from './fieldBase';
import type { StationRecords } from './programme';
import type { Me, Permission } from './types';

/** What of a person's rights is of use without a line. */
const OFFLINE: readonly Permission[] = ['programme.record', 'stations.read'];
const ME = 'me';

type KeptMe = Pick<Me, 'name' | 'display_name' | 'role' | 'constituencies' | 'language'>;
/** What the server said of a station, and when. */
export interface KeptStation { at: string; records: StationRecords }

/** Keeps who has signed in; what was kept of somebody else goes. */
export async function remember({ name, display_name, role, constituencies, language }: Me): Promise<void> {
  const tx = (await base()).transaction(KNOWN, 'readwrite', { durability: 'strict' });
  const store = tx.objectStore(KNOWN);
  const before = store.get(ME) as IDBRequest<KeptMe | undefined>;
  before.onsuccess = () => {
    if (before.result?.name !== name) store.clear();
    store.put({ name, display_name, role, constituencies: constituencies && [...constituencies], language } satisfies KeptMe, ME);
  };
  await new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error('not kept'));
  });
}

/** Who signed in last, with what they may do without a line. */
export async function remembered(): Promise<Me | null> {
  const kept = await within(KNOWN, 'readonly', (store) => store.get(ME) as IDBRequest<KeptMe | undefined>);
  if (!kept) return null;
  return {
    ...kept, disabled: false, second_factor: true, signed_in_before: true, invited_until: null, last_seen: null,
    session: { id: 0, expires_at: '' }, permissions: [...OFFLINE], totp: false, passkeys: [], recovery_codes_left: 0, passkeys_possible: false, stage: 'full',
  };
}

/** Nobody is signed in here any more. What was not sent yet stays, under the name of whoever typed it. */
export const forget = (): Promise<unknown> => within(KNOWN, 'readwrite', (store) => store.clear());

const nameOf = (by: string, station: string) => `${by} ${station}`;
export const keepStation = (by: string, kept: KeptStation): Promise<unknown> => within(KNOWN, 'readwrite', (store) => store.put(kept, nameOf(by, kept.records.station)));
export const stationOf = (by: string, station: string): Promise<KeptStation | undefined> => within(KNOWN, 'readonly', (store) => store.get(nameOf(by, station)) as IDBRequest<KeptStation | undefined>);
