import { expect, test } from 'vitest';
import { exported, type Waiting } from './outbox';
import { nameOf } from './photo';
import { entriesOf, NoFile } from './takeIn';

const ID = '0a1b2c3d-4e5f-4071-8283-94a5b6c7d8e9';
const at = '2026-11-20T08:00:00Z';

async function file(): Promise<Waiting[]> {
  const jpeg = new Uint8Array([0xff, 0xd8, 1, 2, 3]).buffer;
  const sha256 = await nameOf(jpeg);
  const common = { by: 'orkhan.safarov', station: '7/5', made_at: at, refused: null };
  return [
    { ...common, kind: 'photo', order: 1, id: ID, sha256, jpeg },
    { ...common, kind: 'record', order: 2, id: ID.replace('0a', '0b'), found_at: at, fact: { what: 'finding', station: '7/5', item: 'power', met: 'no', note: 'x', evidence: [sha256] } },
  ];
}

test('what a phone exported is taken in under the name of who takes it in, and says who typed it', async () => {
  const all = await file();
  const read = await entriesOf(exported(all), 'leyla.aliyeva');
  expect(read.map(({ by, of, id }) => [by, of, id])).toEqual(all.map(({ id }) => ['leyla.aliyeva', 'orkhan.safarov', id]));
  expect(read[0]?.kind === 'photo' && [...new Uint8Array(read[0].jpeg)]).toEqual([0xff, 0xd8, 1, 2, 3]);
  expect(read[1]?.kind === 'record' && read[1].fact).toEqual(all[1]?.kind === 'record' && all[1].fact);
  // One's own file names nobody else, and a file that was taken in and saved again still says who typed it.
  expect((await entriesOf(exported(all), 'orkhan.safarov'))[0]?.of).toBeUndefined();
  const again = exported(read.map((one, order) => ({ ...one, order, refused: null }) as Waiting));
  expect((await entriesOf(again, 'kamran.hasanov'))[0]?.of).toBe('orkhan.safarov');
});

test('a file that is none, or not whole, is refused as a whole', async () => {
  const good = exported(await file());
  const wrong = ['', 'null', '[]', '{"format":"ashkar-field-1"}', good.replace('ashkar-field-1', 'ashkar-field-2'), good.slice(0, -20), good.replace('/9gBAgM=', '/9gBAgQ='), good.replace(ID, 'x'), good.replaceAll('"7/5"', '"../5"'), good.replaceAll('orkhan.safarov', 'O R'), good.replace('"kind": "record"', '"kind": "other"')];
  for (const one of wrong) await expect(entriesOf(one, 'leyla.aliyeva'), one.slice(0, 80)).rejects.toBeInstanceOf(NoFile);
});
