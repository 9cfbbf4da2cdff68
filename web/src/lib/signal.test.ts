import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { within } from './signal';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

it('fires after its time, or when the other does, and at once when the other has', () => {
  const other = new AbortController();
  const [alone, late, early] = [within(1000), within(1000, other.signal), within(5000, other.signal)];
  vi.advanceTimersByTime(999);
  expect([alone.aborted, late.aborted, early.aborted]).toEqual([false, false, false]);
  vi.advanceTimersByTime(1);
  expect([alone.aborted, late.aborted, early.aborted]).toEqual([true, true, false]);
  other.abort();
  expect(early.aborted).toBe(true);
  expect(within(1000, other.signal).aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it('leaves nothing behind with the signal that it listened to', () => {
  const other = new AbortController();
  const [added, removed] = [vi.spyOn(other.signal, 'addEventListener'), vi.spyOn(other.signal, 'removeEventListener')];
  for (let n = 0; n < 5; n++) within(10, other.signal);
  vi.advanceTimersByTime(10);
  expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
});
