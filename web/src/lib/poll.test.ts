import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { poll } from './poll';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('runs now and then, and not inside what began it', async () => {
  const work = vi.fn(() => Promise.resolve());
  const end = poll(work, 1000);
  expect(work).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2500);
  expect(work).toHaveBeenCalledTimes(3);
  end();
  await vi.advanceTimersByTimeAsync(5000);
  expect(work).toHaveBeenCalledTimes(3);
});

it('pauses after each failure, longer each time, also where the work throws before it waits for anything', async () => {
  const work = vi.fn((): Promise<void> => { throw new TypeError('AbortSignal.any is not a function'); });
  const told: boolean[] = [];
  const end = poll(work, 100, (failed) => told.push(failed));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(work.mock.calls.length).toBeGreaterThan(3);
  expect(work.mock.calls.length).toBeLessThan(10);
  expect(told.every(Boolean)).toBe(true);
  end();
});

it('never spins, even where each failure ends it and begins it again', async () => {
  await vi.advanceTimersByTimeAsync(20_000);
  let runs = 0;
  let end: () => void = () => undefined;
  const begin = () => {
    end = poll(() => { runs += 1; throw new Error('broken'); }, 100, () => { end(); begin(); });
  };
  begin();
  await vi.advanceTimersByTimeAsync(10_000);
  end();
  expect(runs).toBeGreaterThan(5);
  expect(runs).toBeLessThan(13);
});
