import { expect, test } from 'vitest';
import type { Constituency } from './api';
import { drawnByWeight, onAir, placeOf } from './chance';

const all = [[1, 2], [5, 0], [9, 3]].map(([number, live]) => ({ number, states: { live, late: 0, missing: 1, hidden: 0, due: 0 } }) as Constituency);

test('each station on air has one number, and there are no others', () => {
  expect(onAir(all)).toBe(5);
  const places = Array.from({ length: 6 }, (_, n) => placeOf(all, n)).map((place) => place && `${place.constituency}:${place.nth}`);
  expect(places).toEqual(['1:0', '1:1', '9:0', '9:1', '9:2', null]);
  expect(placeOf([], 0)).toBeNull();
});

test('lots fall by weight, and on nobody where there is no weight', () => {
  expect([0, 0.24, 0.26, 0.99].map((chance) => drawnByWeight([1, 0, 3], chance))).toEqual([0, 0, 2, 2]);
  expect(drawnByWeight([0, 0], 0.5)).toBe(-1);
  expect(drawnByWeight([], 0.5)).toBe(-1);
});
