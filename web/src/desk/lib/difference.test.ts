import { expect, test } from 'vitest';
import { difference } from './difference';

test('only what differs, by its path', () => {
  expect(difference({ role: 'operator', constituencies: [1, 2], disabled: false }, { role: 'operator', constituencies: [1, 3, 4], disabled: true })).toEqual([
    { path: 'constituencies.1', before: '2', after: '3' },
    { path: 'constituencies.2', before: null, after: '4' },
    { path: 'disabled', before: 'false', after: 'true' },
  ]);
});

test('what is new, and what is gone', () => {
  expect(difference(null, { reason: 'secrecy' })).toEqual([{ path: 'reason', before: null, after: 'secrecy' }]);
  expect(difference({ to: '' }, null)).toEqual([{ path: 'to', before: '', after: null }]);
  expect(difference({ a: 1, list: [] }, { a: 1, list: [] })).toEqual([]);
  expect(difference('open', 'approved')).toEqual([{ path: '', before: 'open', after: 'approved' }]);
  expect(difference({ to: null }, { to: '12:00' })).toEqual([{ path: 'to', before: 'null', after: '12:00' }]);
});

test('a value without an end is cut', () => {
  expect(difference(null, Array.from({ length: 5000 }, (_, n) => n)).length).toBeLessThanOrEqual(200);
});
