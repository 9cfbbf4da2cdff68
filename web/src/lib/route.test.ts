import { expect, test } from 'vitest';
import { amended, pageOf, parseAddress, pathIn, splitPath } from './route';

test.each([
  ['/', { page: 'home' }], ['/list', { page: 'list' }], ['/about', { page: 'about' }],
  ['/stations/7/12', { page: 'station', id: '7/12' }], ['/constituencies/7', { page: 'constituency', number: 7 }],
  ['/stations/7', { page: 'unknown' }], ['/stations/07/12', { page: 'unknown' }], ['/list/stations.csv', { page: 'unknown' }], ['/x', { page: 'unknown' }],
])('%s', (path, route) => {
  expect(parseAddress(path)).toEqual({ lang: 'az', route });
  expect(parseAddress(pathIn('en', path))).toEqual({ lang: 'en', route });
});

test('a language is a prefix, and only a whole one', () => {
  expect(parseAddress('/en')).toEqual({ lang: 'en', route: { page: 'home' } });
  expect(parseAddress('/ru/watch/')).toEqual({ lang: 'ru', route: { page: 'watch' } });
  expect(parseAddress('/english').route).toEqual({ page: 'unknown' });
  expect(parseAddress('/az/list').route).toEqual({ page: 'unknown' });
  expect(splitPath('/ru/stations/7/12')).toEqual({ lang: 'ru', rest: '/stations/7/12' });
  expect(pathIn('ru', '/')).toBe('/ru/');
});

test('links to other origins and to files are left to the browser', () => {
  expect(pageOf(new URL('https://b.example/list'), 'https://a.example')).toBeNull();
  expect(pageOf(new URL('https://a.example/list/stations.csv'), 'https://a.example')).toBeNull();
  expect(pageOf(new URL('https://a.example/ru/stations/1/2'), 'https://a.example')).toEqual({ page: 'station', id: '1/2' });
});

test('a moment in the address stays readable', () => {
  const address = amended('https://a.example/stations/7/12?camera=2', { t: '2024-02-07T12:07:00+04:00' });
  expect(address).toBe('https://a.example/stations/7/12?camera=2&t=2024-02-07T12:07:00+04:00');
  expect(amended(address, { t: null })).toBe('https://a.example/stations/7/12?camera=2');
});
