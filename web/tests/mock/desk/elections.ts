/** The stand-in's elections: a vote, and rehearsals of it. */

import type { KnownElection } from '../../../src/desk/lib/types';

const names = { az: 'Bələdiyyə seçkiləri', en: 'Municipal elections', ru: 'Муниципальные выборы' };

const made = (key: string, date: string, onAir: string, until: string | null): KnownElection => ({
  key, names, date, plan: { on_air: onAir, voting_to: '19:00' }, rehearsal: until === null ? null : { of: 'sample', until }, current: until === null,
  from: `${date}T${onAir}:00+04:00`, to: `${date}T${until ?? '23:59'}:00+04:00`,
});

export const rehearsalOn = (date: string, number: number, onAir: string, until: string) => made(`sample-rehearsal-${number}`, date, onAir, until);
export const elections = (): KnownElection[] => [made('sample', '2026-11-22', '07:30', null), rehearsalOn('2026-11-14', 1, '07:30', '21:00')];
