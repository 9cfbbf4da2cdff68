import { expect, test } from 'vitest';
import { kept } from './lists';

const items = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
const ids = (before: string[]) => kept(before, items).map((item) => item.id).join('');

test.each([[['c', 'a'], 'cabd'], [['x', 'd'], 'dabc'], [[], 'abcd'], [['d', 'c', 'b', 'a'], 'dcba']])('%j', (before, after) => expect(ids(before)).toBe(after));
test('what is renewed is the new item', () => expect(kept(['a'], [{ id: 'a', n: 2 }])).toEqual([{ id: 'a', n: 2 }]));
