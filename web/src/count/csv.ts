/**
 * A count as a table: `time,station,n,watched_until`. A ballot is a row with its running number `n`; a stretch that was
 * watched is a row from `time` to `watched_until` without a number.
 */

import { lastOf } from '../lib/lists';
import { parseMoment, rfc3339 } from '../lib/time';
import { BALLOTS_LIMIT, LENGTH_LIMIT, SPANS_LIMIT, wholeSecond, type Series } from './series';
import { inward, withSpan, type Span } from './spans';

const HEADER = 'time,station,n,watched_until';
/** Most characters that are read. */
export const CSV_LIMIT = 4_000_000;

export function csvOf({ station, ballots, watched }: Series, zone: string): string {
  const rows = [
    ...inward(watched, 1_000).map(({ from, to }) => `${rfc3339(from, zone)},${station},,${rfc3339(to, zone)}`),
    ...[...ballots].sort((a, b) => a - b).map((at, n) => `${rfc3339(at, zone)},${station},${n + 1},`),
  ];
  return `${[HEADER, ...rows].join('\r\n')}\r\n`;
}

/** Why a table could not be loaded: it is not one of ours, is of another station, has an unreadable row, or is too long. */
export type CsvFault = { fault: 'form' | 'long' } | { fault: 'station'; station: string } | { fault: 'row'; row: number };

/** Reads such a table of that station back; the last column may be missing. Rows are numbered from 1, the header being the first. */
export function seriesOf(text: string, station: string): Series | CsvFault {
  if (text.length > CSV_LIMIT) return { fault: 'long' };
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line, n, all) => line !== '' || n < all.length - 1);
  if (!/^time,station,n(,watched_until)?$/.test(lines[0] ?? '')) return { fault: 'form' };
  const ballots: number[] = [];
  let watched: Span[] = [];
  for (const [n, line] of lines.slice(1).entries()) {
    const [time = '', of, number = '', until = ''] = line.split(',');
    if (of !== undefined && of !== station && /^\d+\/\d+$/.test(of)) return { fault: 'station', station: of };
    const from = parseMoment(time);
    const to = parseMoment(until);
    const ballot = /^\d+$/.test(number) && until === '';
    if (of !== station || from === null || (!ballot && (number !== '' || to === null || to <= from))) return { fault: 'row', row: n + 2 };
    if (ballot) ballots.push(wholeSecond(from));
    else watched = withSpan(watched, { from, to: to ?? from });
    if (ballots.length > BALLOTS_LIMIT || watched.length > SPANS_LIMIT) return { fault: 'long' };
  }
  ballots.sort((a, b) => a - b);
  const first = Math.min(ballots[0] ?? Infinity, watched[0]?.from ?? Infinity);
  const last = Math.max(lastOf(ballots) ?? 0, lastOf(watched)?.to ?? 0);
  return last - first > LENGTH_LIMIT ? { fault: 'long' } : { station, ballots, watched };
}
