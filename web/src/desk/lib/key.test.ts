import { expect, test } from 'vitest';
import { ActKey, uuid } from './key';

const FORM = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

test('a key is a random UUID', () => {
  expect(uuid()).toMatch(FORM);
  expect(uuid()).not.toBe(uuid());
});

test('a request that is sent again keeps its key; what was changed, or answered, gets another', () => {
  const key = new ActKey();
  const first = key.of('POST /a {}');
  expect(key.of('POST /a {}')).toBe(first);
  expect(key.of('POST /a {"why":"x"}')).not.toBe(first);
  const second = key.of('POST /a {}');
  key.settled();
  expect(key.of('POST /a {}')).not.toBe(second);
});
