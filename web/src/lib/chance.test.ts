import { expect, test } from 'vitest';
import type { Constituency } from './api';
import { onAir, placeOf } from './chance';

const all = [[1, 2], [5, 0], [9, 3]].map(([number, live]) => ({ number, states: { live, late: 0, missing: 1, hidden: 0, due: 0 } }) as Constituency);

test('each station on air has one number, and there are no others', () => {
  expect(onAir(all)).toBe(5);
  const places = Array.from({ length: 6 }, (_, n) => placeOf(all, n)).map((place) => place && `${place.constituency}:${place.nth}`);
  expect(places).toEqual(['1:0', '1:1', '9:0', '9:1', '9:2', null]);
  expect(placeOf([], 0)).toBeNull();
});
