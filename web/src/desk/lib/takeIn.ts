/** A file that a phone saved because it never had a line, read back into entries. What it says is checked before any of it is kept. */

import type { NewWaiting } from './outbox';
import { nameOf } from './photo';
import type { Fact } from './programme';

/** Longest file, bytes: some forty photos. */
export const FILE_BYTES_MAX = 128 * 1024 * 1024;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const STATION = /^[1-9]\d{0,4}\/[1-9]\d{0,4}$/;
const PERSON = /^[a-z][a-z0-9._-]{1,31}$/;

export class NoFile extends Error {}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function bytesOf(base64: string): ArrayBuffer {
  try {
    const raw = atob(base64);
    const bytes = new Uint8Array(raw.length);
    for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at);
    return bytes.buffer;
  } catch (cause) {
    throw new NoFile('base64', { cause });
  }
}

async function entryOf(raw: unknown, by: string): Promise<NewWaiting> {
  const one = (raw ?? {}) as Record<string, unknown>;
  const [id, station, of, made_at] = [text(one['id']), text(one['station']), text(one['of']) || text(one['by']), text(one['made_at'])];
  if (!UUID.test(id) || !STATION.test(station) || !PERSON.test(of) || Number.isNaN(Date.parse(made_at))) throw new NoFile('entry');
  const common = { id, by, station, made_at, ...(of === by ? {} : { of }) };
  if (one['kind'] === 'photo') {
    const jpeg = bytesOf(text(one['jpeg']));
    const sha256 = await nameOf(jpeg);
    if (sha256 !== one['sha256']) throw new NoFile('photo');
    return { ...common, kind: 'photo', sha256, jpeg };
  }
  const [fact, found_at] = [one['fact'] as Partial<Fact> | null, text(one['found_at'])];
  if (one['kind'] !== 'record' || typeof fact?.what !== 'string' || fact.station !== station || Number.isNaN(Date.parse(found_at))) throw new NoFile('record');
  return { ...common, kind: 'record', found_at, fact: fact as Fact };
}

/** The entries of a file, to be sent by `by`. Fails with `NoFile` where it is none of ours, or not whole. */
export async function entriesOf(content: string, by: string): Promise<NewWaiting[]> {
  let file: { format?: unknown; entries?: unknown };
  try {
    file = (JSON.parse(content) ?? {}) as typeof file;
  } catch (cause) {
    throw new NoFile('json', { cause });
  }
  if (file.format !== 'ashkar-field-1' || !Array.isArray(file.entries)) throw new NoFile('format');
  return Promise.all(file.entries.map((one) => entryOf(one, by)));
}
