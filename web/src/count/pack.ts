/**
 * A count as the fragment of a link, `#c=…`: base64url of
 *
 *     version (1) · flags (bit 0: minutes instead of seconds) · constituency · station · first time, in units since the epoch
 *     number of ballots · in seconds: the distance of each from the one before it
 *                       · in minutes: number of minutes, then for each its distance from the one before it and its ballots
 *     number of watched spans · for each its distance from the end of the one before it, and its length
 *
 * All numbers but the first two bytes are varints, seven bits a byte, low bits first. What does not read back wholly,
 * or is beyond a limit, is no count at all.
 */

import { BALLOTS_LIMIT, LENGTH_LIMIT, SPANS_LIMIT, type Series } from './series';
import { inward, type Span } from './spans';

/** Most characters of a packed count: of our own, and of a link that is opened. */
const WRITTEN_LIMIT = 8_000;
const READ_LIMIT = 12_000;
const VERSION = 1;
const COARSE = 1;
const NUMBER_LIMIT = 99_999;
const EARLIEST = Date.parse('2020-01-01T00:00:00Z');
const LATEST = Date.parse('2100-01-01T00:00:00Z');
/** The longest varint: 35 bits. */
const VARINT_BYTES = 5;

/** Packs a count: in seconds, or in minutes where that would be too long for a link; null where even that is, or where nothing is counted. */
export function packed(series: Series): string | null {
  if (series.ballots.length === 0 || series.ballots.length > BALLOTS_LIMIT) return null;
  const fine = base64url(bytesOf(series, 1_000));
  if (fine.length <= WRITTEN_LIMIT) return fine;
  const coarse = base64url(bytesOf(series, 60_000));
  return coarse.length <= WRITTEN_LIMIT ? coarse : null;
}

function bytesOf({ station, ballots, watched }: Series, unit: 1_000 | 60_000): number[] {
  const times = [...ballots].sort((a, b) => a - b).map((at) => Math.floor(at / unit));
  const spans = inward(watched, unit).map(({ from, to }) => ({ from: from / unit, to: to / unit }));
  const first = Math.min(times[0] ?? Infinity, spans[0]?.from ?? Infinity);
  const out = [VERSION, unit === 60_000 ? COARSE : 0];
  const put = (...numbers: number[]) => numbers.forEach((n) => putVarint(out, n));
  put(...station.split('/').map(Number), first, times.length);
  let last = first;
  const after = (at: number) => {
    put(at - last);
    last = at;
  };
  if (unit === 1_000) times.forEach(after);
  else {
    const minutes = new Map<number, number>();
    for (const at of times) minutes.set(at, (minutes.get(at) ?? 0) + 1);
    put(minutes.size);
    for (const [at, count] of minutes) {
      after(at);
      put(count);
    }
  }
  put(spans.length);
  last = first;
  for (const { from, to } of spans) {
    after(from);
    after(to);
  }
  return out;
}

/** Reads a packed count; null for anything that is not one. */
export function unpacked(text: string): Series | null {
  const bytes = text.length <= READ_LIMIT ? fromBase64url(text) : null;
  if (!bytes) return null;
  try {
    return read(new Reader(bytes));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Throws `RangeError` at whatever is not as `packed` writes it. */
function read(from: Reader): Series {
  const [version, flags] = [from.byte(), from.byte()];
  if (version !== VERSION || flags > COARSE) throw new RangeError('version');
  const unit = flags === COARSE ? 60_000 : 1_000;
  const station = `${from.number(1, NUMBER_LIMIT)}/${from.number(1, NUMBER_LIMIT)}`;
  const first = from.number(EARLIEST / unit, LATEST / unit);
  const length = LENGTH_LIMIT / unit;
  const ballots: number[] = [];
  const count = from.number(1, BALLOTS_LIMIT);
  let last = 0;
  const next = () => {
    last += from.number(0, length - last);
    return (first + last) * unit;
  };
  if (unit === 1_000) for (let n = 0; n < count; n++) ballots.push(next());
  else {
    for (let minutes = from.number(1, count); minutes > 0; minutes--) {
      const at = next();
      for (let n = from.number(1, count - ballots.length); n > 0; n--) ballots.push(at);
    }
    if (ballots.length !== count) throw new RangeError('ballots');
  }
  const watched: Span[] = [];
  last = 0;
  for (let spans = from.number(0, SPANS_LIMIT); spans > 0; spans--) {
    const start = next();
    const end = next();
    if (end <= start) throw new RangeError('span');
    watched.push({ from: start, to: end });
  }
  from.end();
  return { station, ballots, watched };
}

class Reader {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  byte(): number {
    const byte = this.bytes[this.#at++];
    if (byte === undefined) throw new RangeError('too short');
    return byte;
  }

  /** A varint from `least` to `most`. */
  number(least: number, most: number): number {
    let value = 0;
    for (let n = 0; n < VARINT_BYTES; n++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * n);
      if (byte < 0x80) {
        if (value < least || value > most) throw new RangeError('limit');
        return value;
      }
    }
    throw new RangeError('too long a number');
  }

  end(): void {
    if (this.#at !== this.bytes.length) throw new RangeError('too long');
  }
}

function putVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}

function base64url(bytes: readonly number[]): string {
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64url(text: string): Uint8Array | null {
  if (!/^[\w-]+$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The count that the fragment of an address carries: `none` where it has none, null where it has one that cannot be read. */
export function countOf(hash: string): Series | 'none' | null {
  const text = /^#c=(.*)$/.exec(hash)?.[1];
  return text === undefined ? 'none' : unpacked(text);
}
