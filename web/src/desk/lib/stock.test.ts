import { expect, test } from 'vitest';
import { holderOf, isSerial, stationIn } from './stock';

test('a holder is a place and, but for the stock, somebody', () => {
  expect(holderOf('stock')).toEqual({ place: 'stock', who: '' });
  expect(holderOf('station:7/12')).toEqual({ place: 'station', who: '7/12' });
  expect(holderOf('person:Rauf: Əliyev')).toEqual({ place: 'person', who: 'Rauf: Əliyev' });
});

test('numbers of stations and of devices are read as people write them', () => {
  expect(stationIn(' 7 / 12 ')).toBe('7/12');
  for (const text of ['', '7', '0/1', '7/12/1', 'a/b']) expect(stationIn(text)).toBeNull();
  expect(isSerial(' SN-17 ')).toBe(true);
  for (const text of ['', 'S N', 'Ə1', 'x'.repeat(65)]) expect(isSerial(text)).toBe(false);
});
