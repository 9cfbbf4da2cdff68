import { expect, test } from 'vitest';
import { isAddress } from './turnout';

test.each([['https://example.org/10', true], ['http://example.org', true], ['the commission, protocol 3', false], ['example.org/10', false], ['javascript:alert(1)', false], ['', false], [null, false]])(
  'the source %s is an address: %s', (source, is) => expect(isAddress(source)).toBe(is));
