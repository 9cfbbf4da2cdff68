import { expect, test } from 'vitest';
import { isWhole, momentOf, typedMore, typedTime } from './typed';

const at = (time: string, day = 22) => Date.parse(`2026-11-${day}T${time}:00+04:00`);
const range = { from: at('07:30'), to: at('02:30', 23) };
const time = (text: string) => {
  const found = typedTime(text);
  return found === null ? null : momentOf(found, range, 'Asia/Baku');
};

test.each([['1207', '12:07'], ['12:07', '12:07'], ['9', '09:00'], ['12', '12:00'], ['930', '09:30'], ['9:30', '09:30']])('%s is %s', (text, same) => expect(time(text)).toBe(at(same)));

test('seconds', () => {
  expect(time('12:07:30')).toBe(at('12:07') + 30_000);
  expect(time('120730')).toBe(at('12:07') + 30_000);
});

test.each(['', '99', '1299', '12:7', '12:', ':', '2500'])('%j is no time', (text) => expect(typedTime(text)).toBeNull());

test('after midnight it is the next day, and what the bar does not cover is told', () => {
  expect(time('0130')).toBe(at('01:30', 23));
  expect(time('2400')).toBe(at('00:00', 23));
  expect(time('0600')).toBeNull();
  expect(time('0700')).toBeNull();
});

test('keys add up to a time or to nothing', () => {
  expect(typedMore('12', ':')).toBe('12:');
  expect(typedMore('12:', '0')).toBe('12:0');
  expect(typedMore('120730', '1')).toBeNull();
  expect(typedMore('1', '2')).toBe('12');
  expect(typedMore('123', ':')).toBeNull();
  expect(typedMore('', ':')).toBeNull();
});

test.each([['12', false], ['1207', true], ['12:0', false], ['12:07', true], ['9:30', false]])('%s is whole: %s', (text, whole) => expect(isWhole(text)).toBe(whole));
