/** The tables of the page of status: as many rows, and the same figures, as it shows. */

import type { Cause, StationHistory } from '../lib/api';
import type { Cell } from '../lib/csv';
import { rfc3339, SECOND } from '../lib/time';
import type { Stretch } from '../lib/timeline';

const CAUSES: readonly Cause[] = ['unknown', 'uplink', 'source', 'power', 'disk', 'clock', 'hidden', 'centre', 'neverconnected', 'stationdisk'];
const HEADER = ['id', 'constituency', 'station', 'venue', 'state', 'since', 'cause', 'owed', 'live', 'late', 'arriving', 'missing', 'hidden', 'gaps', 'longest_from', 'longest_to', 'longest_cause'];

/** A row for each station, with the missing minutes by cause in the last columns. */
export function historyTable(items: readonly StationHistory[]): Cell[][] {
  return [[...HEADER, ...CAUSES.map((cause) => `missing_${cause}`)], ...items.map((item): Cell[] => {
    const { owed, live, late, arriving, missing, hidden } = item.minutes;
    return [
      item.id, item.constituency, item.station, item.venue, item.state, item.since, item.cause, owed, live, late, arriving, missing, hidden,
      item.gaps, item.longest?.from ?? null, item.longest?.to ?? null, item.longest?.cause ?? null,
      ...CAUSES.map((cause) => item.causes[cause] ?? 0),
    ];
  })];
}

/** What a camera lacked, and a link to it. */
export interface Gap extends Stretch { camera: string; address: string }

export const gapTable = (station: string, gaps: readonly Gap[], zone: string): Cell[][] => [
  ['station', 'camera', 'state', 'cause', 'from', 'to', 'seconds', 'link', 'arriving'],
  ...gaps.map((gap): Cell[] => [station, gap.camera, gap.state, gap.cause, rfc3339(gap.from, zone), rfc3339(gap.to, zone), Math.round((gap.to - gap.from) / SECOND), gap.address, gap.arriving ? 'yes' : null]),
];
