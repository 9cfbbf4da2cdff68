import { expect, test } from 'vitest';
import { Cushion } from './cushion';

test('a good line needs nothing; each stall adds half a second, up to four seconds', () => {
  const cushion = new Cushion();
  expect(cushion.extra(1_000)).toBe(0);
  cushion.stalled(2_000);
  expect(cushion.extra(2_000)).toBe(0.5);
  cushion.stalled(3_000);
  expect(cushion.extra(3_000)).toBe(1);
  for (let n = 0; n < 20; n++) cushion.stalled(4_000);
  expect(cushion.extra(4_000)).toBe(4);
});

test('calm takes it away again', () => {
  const cushion = new Cushion();
  cushion.stalled(1_000);
  expect(cushion.extra(30_999)).toBe(0.5);
  expect(cushion.extra(31_000)).toBe(0);
});

test('the more often it stalled, the longer the calm must be', () => {
  const cushion = new Cushion();
  cushion.stalled(1_000);
  expect(cushion.extra(40_000)).toBe(0);
  cushion.stalled(41_000);
  expect(cushion.extra(41_000 + 59_999)).toBe(0.5);
  expect(cushion.extra(41_000 + 60_000)).toBe(0);
});
