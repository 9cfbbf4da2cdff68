import { expect, test } from 'vitest';
import { ablative, dative, locative, ordinal } from './azSuffix';

test.each([
  ['14:02', '14:02-dən'], ['07:30', '07:30-dan'], ['19:00', '19:00-dan'], ['11:06', '11:06-dan'],
  ['08:00', '08:00-dən'], ['12:20', '12:20-dən'], ['00:00', '00:00-dan'], ['15:40', '15:40-dan'],
])('from %s', (time, said) => expect(ablative(time)).toBe(said));

test.each([
  ['19:00', '19:00-a'], ['14:32', '14:32-yə'], ['10:06', '10:06-ya'], ['17:50', '17:50-yə'], ['16:45', '16:45-ə'],
])('until %s', (time, said) => expect(dative(time)).toBe(said));

test.each([['07:50', '07:50-də'], ['14:19', '14:19-da'], ['07:30', '07:30-da']])('at %s', (time, said) =>
  expect(locative(time)).toBe(said));

test.each([[1, '1-ci'], [2, '2-ci'], [3, '3-cü'], [6, '6-cı'], [9, '9-cu'], [10, '10-cu'], [40, '40-cı'], [100, '100-cü'], [1000, '1000-ci']])(
  'number %i', (n, said) => expect(ordinal(n)).toBe(said));
