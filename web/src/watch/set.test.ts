import { expect, test } from 'vitest';
import { viewOf } from '../lib/view';
import { columnsOf, filled, fitting, joined, moved, readSize, readStations, SIZES, STATIONS_LIMIT, withGaps, without, written } from './set';

test('a link names stations in their order, each once', () => {
  expect(readStations('7/12,16/19, 3/4,7/12')).toEqual({ ids: ['7/12', '16/19', '3/4'], unreadable: 0, beyond: 0 });
  expect(readStations(null)).toEqual({ ids: [], unreadable: 0, beyond: 0 });
});

test('what is no number of a station is counted, not guessed at', () => {
  expect(readStations('7/12,07/1,7,7/12/1,-1/2,7/0,<b>,1e3/2,999999/1')).toEqual({ ids: ['7/12'], unreadable: 8, beyond: 0 });
});

test('a link can ask for no more than the limit, however long it is', () => {
  const all = Array.from({ length: 20 }, (_, n) => `1/${n + 1}`);
  expect(readStations(all.join(','))).toEqual({ ids: all.slice(0, STATIONS_LIMIT), unreadable: 0, beyond: 4 });
  const huge = readStations('9/9,'.repeat(1_000_000));
  expect(huge.ids).toEqual(['9/9']);
  expect(readStations('x,'.repeat(1_000_000)).unreadable).toBeLessThanOrEqual(64);
});

test('a set reads back as it was written', () => {
  for (let n = 0; n <= STATIONS_LIMIT; n++) {
    const ids = Array.from({ length: n }, () => `${1 + Math.floor(Math.random() * 99999)}/${1 + Math.floor(Math.random() * 99999)}`);
    const once = [...new Set(ids)];
    expect(readStations(written(once)).ids).toEqual(once);
  }
});

test('the size is that of the link, else the smallest that holds all', () => {
  expect([0, 1, 2, 3, 4, 5, 9, 10, 16, 40].map(fitting)).toEqual([2, 2, 2, 4, 4, 9, 9, 16, 16, 16]);
  expect(readSize('9', 2)).toBe(9);
  expect(readSize('5', 3)).toBe(4);
  expect(SIZES.map(columnsOf)).toEqual([2, 2, 3, 4]);
});

test('only known views are taken from a link', () => {
  expect(['video', 'light', 'still', 'VIDEO', '', null].map(viewOf)).toEqual(['video', 'light', 'still', null, null, null]);
});

test('moving keeps every station and puts one where it was asked for', () => {
  const ids = ['1/1', '1/2', '1/3', '1/4'];
  expect(moved(ids, '1/1', 2)).toEqual(['1/2', '1/3', '1/1', '1/4']);
  expect(moved(ids, '1/4', -3)).toEqual(['1/4', '1/1', '1/2', '1/3']);
  for (const id of ids) for (let to = -2; to < 8; to++) expect([...moved(ids, id, to)].sort()).toEqual(ids);
});

test('a station that is removed leaves its place empty, and comes back to it', () => {
  const gap = (id: string, place: number) => ({ id, place, height: 0, large: false });
  const all = ['1/1', '1/2', '1/3', '1/4', '1/5'];
  // removed one after the other, in any order
  const gaps = [gap('1/4', 3), gap('1/1', 0), gap('1/3', 2)];
  const ids = ['1/2', '1/5'];
  expect(withGaps(ids, gaps).map((one) => (typeof one === 'string' ? one : one.id))).toEqual(all);
  expect(filled(ids, gaps, '1/3')).toEqual(['1/2', '1/3', '1/5']);
  expect(filled(ids, gaps, '1/1')).toEqual(['1/1', '1/2', '1/5']);
  expect(filled(ids, gaps, '1/4')).toEqual(['1/2', '1/4', '1/5']);
});

test('adding keeps what is there and stops at the limit', () => {
  expect(joined(['1/1'], ['1/1', '1/2'])).toEqual(['1/1', '1/2']);
  expect(joined(Array.from({ length: 15 }, (_, n) => `2/${n + 1}`), ['3/1', '3/2'])).toHaveLength(STATIONS_LIMIT);
  expect(without(['1/1', '1/2'], '1/1')).toEqual(['1/2']);
});
