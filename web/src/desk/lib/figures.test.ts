import { expect, test } from 'vitest';
import { numberIn } from './figures';

test('numbers are read with a comma or a point', () => {
  expect(numberIn('4,2')).toBe(4.2);
  expect(numberIn(' 4.2 ')).toBe(4.2);
  expect(numberIn('17')).toBe(17);
  for (const text of ['', '-1', '4.2.1', '1e9', 'four']) expect(numberIn(text)).toBeNull();
});
