/** Stations on air, drawn by lot: each has the same chance. */

import * as api from '../lib/api';
import { drawnByWeight } from '../lib/chance';
import { election } from '../lib/election.svelte';

/** Most draws per station wanted: a constituency may come up whose stations are all taken. */
const DRAWS_PER_STATION = 4;

/** At most `count` stations on air that are not in `taken`; fewer where there are no more. Throws as `api.get` does. */
export async function atRandom(count: number, taken: readonly string[]): Promise<string[]> {
  await election.renewConstituencies();
  const rows = (election.constituencies ?? []).map(({ number, states }) => ({ number, live: states.live }));
  const lists = new Map<number, string[]>();
  const drawn: string[] = [];
  for (let draw = 0; draw < count * DRAWS_PER_STATION && drawn.length < count; draw++) {
    const row = rows[drawnByWeight(rows.map(({ live }) => live), Math.random())];
    if (!row) break;
    if (!lists.has(row.number)) lists.set(row.number, await liveOf(row.number));
    const free = (lists.get(row.number) ?? []).filter((id) => !taken.includes(id) && !drawn.includes(id));
    const one = free[Math.floor(Math.random() * free.length)];
    if (one) drawn.push(one);
    row.live = Math.max(0, free.length - 1);
  }
  return drawn;
}

async function liveOf(constituency: number): Promise<string[]> {
  const { items } = await api.stations({ constituency, state: 'live', limit: 100 });
  return items.map(({ id }) => id);
}
