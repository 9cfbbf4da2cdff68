import { expect, test } from 'vitest';
import type { Cause } from './api';
import { byCause } from './minutes';

test.each<[Partial<Record<Cause, number>>, number, [string, number][]]>([
  [{ power: 15, source: 1 }, 15, [['power', 14], ['source', 1]]],
  [{ power: 15, source: 1 }, 16, [['power', 15], ['source', 1]]],
  [{ power: 1, source: 1 }, 1, [['power source', 1]]],
  [{ power: 2, source: 2, uplink: 1 }, 3, [['power', 1], ['source', 1], ['uplink', 1]]],
  [{ power: 1, source: 1, uplink: 1 }, 1, [['power source uplink', 1]]],
  [{}, 0, []],
])('%j of %i', (causes, missing, told) => expect(byCause(causes, missing).map((part) => [part.causes.join(' '), part.minutes])).toEqual(told));

test('the parts are the whole, and no cause is lost', () => {
  for (let seed = 1; seed < 300; seed++) {
    const causes = { power: (seed * 7) % 5, source: (seed * 11) % 9, uplink: (seed * 13) % 3 + 1 };
    const all = Object.values(causes).filter((n) => n > 0);
    const sum = all.reduce((a, b) => a + b, 0);
    const missing = Math.max(1, sum - (seed % all.length));
    const parts = byCause(causes, missing);
    expect(parts.reduce((a, { minutes }) => a + minutes, 0), JSON.stringify([causes, missing])).toBe(missing);
    expect(parts.flatMap((part) => part.causes)).toHaveLength(all.length);
  }
});
