/**
 * What a technician found and the server has not confirmed yet, in the browser's database. Everything is put here first and is
 * removed only after an answer that names it. Photos are sent before the findings that name them. An entry has its name from the
 * beginning, so however often it is sent, it is recorded once. Entries of somebody else are neither sent nor shown.
 */

import { base, DRAFTS, WAITING, within } from './fieldBase';
import { Problem } from './problem';
import type { Fact } from './programme';

/** `of`: who typed it, where it was taken in from a file of somebody else. */
interface Common { order: number; id: string; by: string; of?: string; station: string; made_at: string; refused: { status: number; detail: string } | null }
export interface WaitingPhoto extends Common { kind: 'photo'; sha256: string; jpeg: ArrayBuffer }
export interface WaitingRecord extends Common { kind: 'record'; found_at: string; fact: Fact }
export type Waiting = WaitingPhoto | WaitingRecord;
export type NewWaiting = Omit<WaitingPhoto, 'order' | 'refused'> | Omit<WaitingRecord, 'order' | 'refused'>;

/** How sending ended: all that can be sent is; the line or the server must come back; somebody must sign in. */
export type Ended = 'done' | 'later' | 'signed-out';

/** Keeps an entry, and drops the draft that it was, together: it is kept when this resolves. */
export async function put(entry: NewWaiting, draft?: string): Promise<void> {
  const tx = (await base()).transaction([WAITING, DRAFTS], 'readwrite', { durability: 'strict' });
  tx.objectStore(WAITING).add({ ...entry, refused: null });
  if (draft !== undefined) tx.objectStore(DRAFTS).delete(draft);
  await new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error('not kept'));
  });
  // Browsers may else delete it where room is short; whether this one promises more, it is kept all the same.
  void navigator.storage?.persist?.().catch(() => undefined);
}

/** Everything that somebody has not sent yet, oldest first. */
export async function waiting(by: string): Promise<Waiting[]> {
  const all = await within<Waiting[]>(WAITING, 'readonly', (store) => store.getAll() as IDBRequest<Waiting[]>);
  return all.filter((one) => one.by === by);
}

const remove = (order: number) => within(WAITING, 'readwrite', (store) => store.delete(order));
const renew = (entry: Waiting) => within(WAITING, 'readwrite', (store) => store.put(entry));

/** A refused entry is to be tried again. */
export const tryAgain = (entry: Waiting): Promise<unknown> => renew({ ...entry, refused: null });

/** Gives an entry up. A photo is taken out of the findings that name it: they have not been sent, since they wait for it. */
export async function discard(entry: Waiting): Promise<void> {
  if (entry.kind === 'photo') {
    const all = await waiting(entry.by);
    const same = all.some((one) => one.kind === 'photo' && one.order !== entry.order && one.sha256 === entry.sha256);
    for (const one of same ? [] : all) {
      if (one.kind !== 'record' || !one.fact.evidence?.includes(entry.sha256)) continue;
      await renew({ ...one, fact: { ...one.fact, evidence: one.fact.evidence.filter((sha256) => sha256 !== entry.sha256) } });
    }
  }
  await remove(entry.order);
}

/** Whether a finding must wait, for a photo that it names. */
export const isHeld = (entry: Waiting, all: readonly Waiting[]): boolean =>
  entry.kind === 'record' && all.some((one) => one.kind === 'photo' && (entry.fact.evidence ?? []).includes(one.sha256));

/** What a failure says of an entry: a refusal is of it alone, everything else of the line, the session or the server. */
export function endOf(error: unknown): Ended | 'refused' {
  if (!(error instanceof Problem)) return 'later';
  if (error.status === 401) return 'signed-out';
  // What names no kind comes from something between here and the desk.
  if (error.status >= 500 || error.status === 429 || error.kind === '') return 'later';
  return 'refused';
}

const settled = (all: readonly Waiting[]) => ({ photos: all.filter((one) => one.kind === 'photo'), records: all.filter((one) => one.kind === 'record') });

/** Sends what waits, photos first; `sendOne` resolves once the server has confirmed that very entry. `told` is called after each. */
export async function send(by: string, sendOne: (entry: Waiting) => Promise<void>, told: () => Promise<void>): Promise<Ended> {
  const { photos, records } = settled(await waiting(by));
  for (const entry of [...photos, ...records]) {
    if (entry.refused) continue;
    if (isHeld(entry, await waiting(by))) continue;
    try {
      await sendOne(entry);
      await remove(entry.order);
    } catch (error) {
      const end = endOf(error);
      if (end !== 'refused') return end;
      const { status, detail } = error as Problem;
      await renew({ ...entry, refused: { status, detail } });
    }
    await told();
  }
  return 'done';
}

/** What is being typed, so that a reload loses nothing. */
export const draftOf = <T>(name: string): Promise<T | undefined> => within<T | undefined>(DRAFTS, 'readonly', (store) => store.get(name) as IDBRequest<T | undefined>);
export const keepDraft = (name: string, value: unknown): Promise<unknown> => within(DRAFTS, 'readwrite', (store) => store.put(value, name));

const CHUNK = 0x8000;
function base64(bytes: ArrayBuffer): string {
  const all = new Uint8Array(bytes);
  let text = '';
  for (let at = 0; at < all.length; at += CHUNK) text += String.fromCharCode(...all.subarray(at, at + CHUNK));
  return btoa(text);
}

/** All entries as one file, with the photos in base64: for when the line never comes. */
export function exported(all: readonly Waiting[]): string {
  const entries = all.map((one) => (one.kind === 'photo' ? { ...one, jpeg: base64(one.jpeg) } : one));
  return JSON.stringify({ format: 'ashkar-field-1', entries }, null, 1);
}
