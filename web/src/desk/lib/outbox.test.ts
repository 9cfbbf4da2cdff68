import { expect, test } from 'vitest';
import { Problem, Unreachable } from './problem';
import { endOf, exported, isHeld, type Waiting } from './outbox';

const common = { by: 'elchin', station: '7/12', made_at: '2026-11-20T08:00:00Z', refused: null };
const photo: Waiting = { ...common, kind: 'photo', order: 1, id: 'a', sha256: 'f0', jpeg: new Uint8Array([255, 216, 255]).buffer };
const finding = (evidence: string[]): Waiting => ({ ...common, kind: 'record', order: 2, id: 'b', found_at: '2026-11-20T08:00:00Z', fact: { what: 'finding', station: '7/12', item: 'power', met: 'yes', note: '', measured: null, evidence } });

test('a finding waits for the photos that it names, and for no others', () => {
  expect(isHeld(finding(['f0']), [photo])).toBe(true);
  expect(isHeld(finding(['f1']), [photo])).toBe(false);
  expect(isHeld(finding(['f0']), [])).toBe(false);
  expect(isHeld(photo, [photo])).toBe(false);
});

test('only what the desk itself refuses is refused', () => {
  expect(endOf(new Unreachable('/x'))).toBe('later');
  expect(endOf(new Problem(503, 'unavailable', '', null))).toBe('later');
  expect(endOf(new Problem(429, 'too-many', '', 60))).toBe('later');
  expect(endOf(new Problem(403, '', '', null))).toBe('later');
  expect(endOf(new Problem(401, 'signed-out', '', null))).toBe('signed-out');
  expect(endOf(new Problem(403, 'not-your-role', '', null))).toBe('refused');
  expect(endOf(new Problem(422, 'refused', 'This is no JPEG photo.', null))).toBe('refused');
});

test('the file has everything, photos in base64', () => {
  const { entries } = JSON.parse(exported([photo, finding(['f0'])])) as { entries: Record<string, unknown>[] };
  expect(entries).toHaveLength(2);
  expect(entries[0]).toMatchObject({ id: 'a', sha256: 'f0', jpeg: '/9j/' });
  expect(entries[1]).toMatchObject({ id: 'b', fact: { item: 'power', evidence: ['f0'] } });
});
