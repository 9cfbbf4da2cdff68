import { expect, test } from 'vitest';
import { budgetOf, halved, planned, Strain, type Candidate, type Machine } from './power';

const strong: Machine = { cores: 8, saveData: false, fewConnections: false };
const tiles = (n: number, sub: boolean): Candidate[] => Array.from({ length: n }, (_, at) => ({ id: `1/${at + 1}`, sub, playable: true, large: false }));
const counts = (views: Map<string, string>) => ['video', 'light', 'still'].map((view) => [...views.values()].filter((one) => one === view).length);

test('a line that is to be spared gets stills', () => {
  expect(counts(planned(tiles(9, true), null, budgetOf({ ...strong, saveData: true })))).toEqual([0, 0, 9]);
});

test('a strong machine plays four full videos, and light ones in all sixteen tiles', () => {
  expect(counts(planned(tiles(9, false), null, budgetOf(strong)))).toEqual([4, 0, 5]);
  expect(counts(planned(tiles(16, true), null, budgetOf(strong)))).toEqual([0, 16, 0]);
});

test('over HTTP/1.1 two connections stay free', () => {
  expect(counts(planned(tiles(16, true), null, budgetOf({ ...strong, fewConnections: true })))).toEqual([0, 4, 12]);
});

test('a weak machine plays fewer', () => {
  const weak = budgetOf({ ...strong, cores: 2 });
  expect(weak.full).toBeLessThan(budgetOf(strong).full);
  expect(counts(planned(tiles(9, false), null, weak))[0]).toBe(weak.full);
});

test('a view that was chosen is kept to', () => {
  const nothing = { full: 0, all: 0 };
  expect(counts(planned(tiles(9, false), 'video', nothing))).toEqual([9, 0, 0]);
  expect(counts(planned(tiles(9, false), 'light', nothing))).toEqual([0, 0, 9]);
  expect(counts(planned(tiles(9, true), 'light', nothing))).toEqual([0, 9, 0]);
  expect(counts(planned(tiles(9, true), 'still', budgetOf(strong)))).toEqual([0, 0, 9]);
});

test('what is off air, out of view or not to be decoded costs nothing', () => {
  const some = tiles(9, false).map((tile, n) => ({ ...tile, playable: n >= 6 }));
  expect(counts(planned(some, null, budgetOf(strong)))).toEqual([3, 0, 6]);
});

test('the large tile is a full video though a light one is there', () => {
  const [first, ...others] = tiles(4, true);
  const views = planned(first ? [{ ...first, large: true }, ...others] : [], null, budgetOf(strong));
  expect(views.get('1/1')).toBe('video');
  expect(counts(views)).toEqual([1, 3, 0]);
});

test('less and less is left after each time it was too much, down to nothing', () => {
  let budget = budgetOf(strong);
  for (let n = 0; n < 6; n++) budget = halved(budget);
  expect(budget).toEqual({ full: 0, all: 0 });
});

const good = { decoded: 50, dropped: 0, waits: false };
const drops = { decoded: 50, dropped: 20, waits: false };

test('one bad look is chance, two of three are too much', () => {
  const strain = new Strain();
  expect([[good], [drops], [good], [good], [drops], [good], [drops]].map((samples) => strain.look(samples))).toEqual([false, false, false, false, false, false, true]);
  expect(strain.look([drops])).toBe(false);
});

test('videos that wait are too much as well; one of many is not', () => {
  const waits = { decoded: 0, dropped: 0, waits: true };
  const strain = new Strain();
  expect([1, 2, 3, 4].map(() => strain.look([waits, good, good, good]))).toEqual([false, false, false, false]);
  expect([1, 2].map(() => strain.look([waits, waits, good, good]))).toEqual([false, true]);
});

test('nothing plays, nothing is strained', () => {
  const strain = new Strain();
  expect([1, 2, 3].map(() => strain.look([]))).toEqual([false, false, false]);
});
