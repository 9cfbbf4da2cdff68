import { expect, test } from 'vitest';
import { isUserName, numbersOf } from './form';

test('numbers of constituencies, as people write them', () => {
  expect(numbersOf('16, 7,12;7')).toEqual([7, 12, 16]);
  expect(numbersOf('  ')).toBeNull();
  expect(numbersOf('7, yeddi')).toBe(false);
  expect(numbersOf('0')).toBe(false);
});

test('user names', () => {
  expect(['sevda.quliyeva', 'op-16'].every(isUserName)).toBe(true);
  expect(['Sevda', 'ə', 'a b', '', 'a', '7a', 'a'.repeat(33)].some(isUserName)).toBe(false);
});
