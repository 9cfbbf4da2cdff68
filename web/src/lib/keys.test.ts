import { expect, test } from 'vitest';
import { isTaken, keyAct } from './keys';

const pressed = (key: string, more: Partial<KeyboardEvent> = {}) => keyAct({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, ...more });

test.each([[' ', 'toggle'], ['k', 'toggle'], ['K', 'toggle'], ['j', 'back'], ['l', 'forward'], [',', 'frameBack'], ['.', 'frameForward'], ['?', 'help'], ['End', 'live'], ['x', null], ['Tab', null]])(
  'the key %j', (key, act) => expect(pressed(key)).toBe(act));

test('keys with a modifier belong to the browser', () => {
  expect(pressed('f', { ctrlKey: true })).toBeNull();
  expect(pressed('l', { metaKey: true })).toBeNull();
});

test('what has the focus keeps its own keys, and no others', () => {
  expect(['k', ' ', 'End'].map((key) => isTaken('writing', key))).toEqual([true, true, true]);
  expect(['k', ' ', 'End'].map((key) => isTaken('list', key))).toEqual([false, true, true]);
  expect(['k', ' ', 'End'].map((key) => isTaken('button', key))).toEqual([false, true, false]);
  expect(['k', ' ', 'End'].map((key) => isTaken('other', key))).toEqual([false, false, false]);
});

test('a Cyrillic keyboard has its letters in the same places', () => {
  expect(pressed('л', { code: 'KeyK' })).toBe('toggle');
  expect(pressed('а', { code: 'KeyF' })).toBe('full');
  expect(pressed('ə', { code: 'Quote' })).toBeNull();
});
