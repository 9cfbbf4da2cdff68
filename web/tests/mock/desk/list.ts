/** What the stand-in's desk knows of the list: versions, what the draft would change, a file that is looked at and taken. */

import type { Looked, Version } from '../../../src/desk/lib/list';
import type { Proposal } from '../../../src/desk/lib/types';

const SHA = '5be1a0c27d3f4e8896b1c0d2e3f4a5968778695a4b3c2d1e0f1021324354657a';
const PLACE = { venue: 'Gənclər evi', address: 'Neftçilər pr. 1' };
const CHANGES = [
  { change: 'new', id: '7/9', place: { venue: 'Musiqi məktəbi', address: '' } }, { change: 'removed', id: '7/3', place: PLACE },
  { change: 'renumbered', from: '16/4', to: '16/8', place: PLACE }, { change: 'moved', id: '1/2', from: PLACE, to: { venue: '34 nömrəli məktəb', address: 'Nizami küç. 5' } },
];

export class DeskList {
  versions: Version[] = [3, 2, 1].map((number) => ({
    number, made_at: `2026-11-0${number}T06:00:00Z`, by: 'cli:aysel', source: 'stations.csv', constituencies: 3, stations: 15 + number, sha256: SHA,
    publication: number === 2 ? { at: '2026-11-03T07:00:00Z', decision: { number: '11/40', date: '2026-11-02' }, by_owner: false, by: ['leyla.aliyeva', 'rashad.mammadov'] } : null,
  }));

  shown(proposals: readonly Proposal[]): unknown {
    const newest = this.versions[0]?.number ?? null;
    const open = proposals.find((one) => one.state === 'open' && one.kind === 'list.publish' && one.payload['version'] === newest);
    return { versions: this.versions, newest, published: this.versions.find((one) => one.publication)?.number ?? null, deadline: '2026-11-20', late: false, proposal: open?.id ?? null };
  }

  changes(number: number): unknown {
    const previous = this.versions.find((one) => one.number < number && one.publication);
    return { version: { number }, previous: previous ? { number: previous.number } : null, stations: previous ? CHANGES : [] };
  }

  publish({ payload, proposed_by }: Proposal, by: string): void {
    const version = this.versions.find((one) => one.number === payload['version']);
    if (version) version.publication = { at: new Date().toISOString(), decision: { number: String(payload['decision_number']), date: String(payload['decision_date']) }, by_owner: false, by: [proposed_by, by] };
  }

  look(text: string): Looked {
    const wrong = text.split('\n').findIndex((line) => line.includes('12o0'));
    if (wrong >= 0) return { plan: null, base: null, errors: { total: 1, errors: [{ line: wrong + 1, column: 'voters', value: '12o0', message: 'is not a whole number' }] } };
    return { plan: { rows: 2, diff: { stations: [{ change: 'new', id: '7/10', place: { venue: 'Kitabxana', address: null } }] } }, base: SHA, errors: null };
  }

  take(text: string, source: string, by: string): unknown {
    const number = this.versions.length + 1;
    this.versions.unshift({ number, made_at: new Date().toISOString(), by: `desk:${by}`, source, constituencies: 3, stations: text.split('\n').length, sha256: SHA, publication: null });
    return { version: number };
  }
}
