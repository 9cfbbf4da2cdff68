import { expect, test } from 'vitest';
import { HoldBack } from './holdBack';

test('a good line needs nothing; each stall adds half a second, up to four seconds', () => {
  const holdBack = new HoldBack();
  expect(holdBack.extra(1_000)).toBe(0);
  holdBack.stalled(2_000);
  expect(holdBack.extra(2_000)).toBe(0.5);
  holdBack.stalled(3_000);
  expect(holdBack.extra(3_000)).toBe(1);
  for (let n = 0; n < 20; n++) holdBack.stalled(4_000);
  expect(holdBack.extra(4_000)).toBe(4);
});

test('calm takes it away again', () => {
  const holdBack = new HoldBack();
  holdBack.stalled(1_000);
  expect(holdBack.extra(30_999)).toBe(0.5);
  expect(holdBack.extra(31_000)).toBe(0);
});

test('the more often it stalled, the longer the calm must be', () => {
  const holdBack = new HoldBack();
  holdBack.stalled(1_000);
  expect(holdBack.extra(40_000)).toBe(0);
  holdBack.stalled(41_000);
  expect(holdBack.extra(41_000 + 59_999)).toBe(0.5);
  expect(holdBack.extra(41_000 + 60_000)).toBe(0);
});
