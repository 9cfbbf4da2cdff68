import { expect, test } from 'vitest';
import type { Focus } from '../lib/keys';
import { countAct, stepped } from './keys';

const pressed = (key: string, focus: Focus = 'other', more: Partial<KeyboardEvent> = {}) => countAct({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, ...more }, focus);

test.each([[' ', 'tap'], ['b', 'tap'], ['B', 'tap'], ['z', 'undo'], ['Backspace', 'undo'], ['k', 'toggle'], ['+', 'faster'], ['-', 'slower'], ['x', null], ['Tab', null]])(
  'the key %j', (key, act) => expect(pressed(key)).toBe(act));

test('letters count at a button too, whose own key is the space bar', () => {
  expect(pressed('b', 'button')).toBe('tap');
  expect(pressed(' ', 'button')).toBeNull();
  expect(pressed(' ', 'list')).toBe('tap');
});

test('nothing is counted while one writes, or with a modifier', () => {
  expect(pressed('b', 'writing')).toBeNull();
  expect(pressed('Backspace', 'writing')).toBeNull();
  expect(pressed('z', 'other', { ctrlKey: true })).toBeNull();
});

test('a Cyrillic keyboard has its letters in the same places', () => expect(pressed('и', 'other', { code: 'KeyB' })).toBe('tap'));

test('speeds go a step at a time and end at the last', () => {
  const speeds = [0.5, 1, 2, 4];
  expect(stepped(speeds, 1, 1)).toBe(2);
  expect(stepped(speeds, 4, 1)).toBe(4);
  expect(stepped(speeds, 0.5, -1)).toBe(0.5);
});
