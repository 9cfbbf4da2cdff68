/** Steps in quick succession add up, at live, in the past and while paused, even before the picture has caught up with them. */

import { expect, test, type Page } from '@playwright/test';
import { expectPlaying, shownTime } from '../support';
import { expectLive, slowMedia } from './hand';

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

/** `pause`: milliseconds between two presses. Keys on the bar are gathered for 300. */
interface Way { what: string; times: number; by: number; pause?: number; press: (page: Page) => Promise<unknown> }
const WAYS: Way[] = [
  { what: '←', times: 5, by: -60_000, press: (page) => page.keyboard.press('ArrowLeft') },
  { what: '← slowly', times: 5, by: -60_000, pause: 400, press: (page) => page.keyboard.press('ArrowLeft') },
  { what: 'Shift ←', times: 5, by: -1_000, press: (page) => page.keyboard.press('Shift+ArrowLeft') },
  { what: 'J', times: 5, by: -10_000, press: (page) => page.keyboard.press('j') },
  { what: '−10 s slowly', times: 5, by: -10_000, pause: 400, press: (page) => page.getByRole('button', { name: '10 saniyə geri' }).click() },
  { what: '−10 min', times: 2, by: -600_000, press: (page) => page.getByRole('button', { name: '−10 dəq' }).click() },
];
/** The stand-in has a keyframe each second; the clock above the picture is read five times a second. */
const SLACK_MS = 1_500;

async function expectSteps(page: Page, { what, times, by, pause = 0, press }: Way, plays: boolean): Promise<void> {
  await page.locator('#scrub').focus();
  const from = await shownTime(page);
  const began = Date.now();
  for (let n = 0; n < times; n++) {
    await press(page);
    await page.waitForTimeout(pause);
  }
  const should = from + times * by;
  const name = `${times} × ${what}, ${plays ? 'playing' : 'paused'}`;
  // A player that plays has moved on meanwhile, and takes a moment to start again.
  const early = () => (plays ? Date.now() - began : 0) + SLACK_MS;
  await expect.poll(async () => {
    const off = (await shownTime(page)) - should;
    return off > -SLACK_MS && off < early() ? 'there' : `${off} ms from there`;
  }, { message: name }).toBe('there');
  if (plays) await expectPlaying(page);
  const off = (await shownTime(page)) - should;
  expect(off, name).toBeGreaterThan(-SLACK_MS);
  expect(off, name).toBeLessThan(early());
}

test('steps back from live, pressed again and again, add up', async ({ page }) => {
  await page.goto('/stations/1/2');
  for (const way of WAYS) {
    await expectLive(page, true);
    await expectPlaying(page);
    await expectSteps(page, way, true);
    await page.keyboard.press('g');
  }
});

/**
 * hls.js would send the element to where it was told to begin, if it found it elsewhere just as the first media come. That it sends
 * it there itself is right, and may be before the element has told that it has metadata; nothing else may move it.
 */
test('an element without a picture is never moved by the page, and steps add up all the same', async ({ page }) => {
  await page.addInitScript(() => {
    const position = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime');
    if (!position?.set) throw new Error('currentTime cannot be watched');
    const { set } = position;
    const moved: string[] = [];
    Object.assign(window, { moved });
    Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', {
      ...position,
      set(this: HTMLMediaElement, to: number) {
        const stack = new Error().stack ?? '';
        const mover = stack.split('\n')[2] ?? '';
        if (this.readyState === HTMLMediaElement.HAVE_NOTHING && !mover.includes('/assets/hls.light-')) moved.push(`${to} ${stack}`);
        set.call(this, to);
      },
    });
  });
  await page.goto('/stations/1/2');
  await expectLive(page, true);
  await expectPlaying(page);
  await slowMedia(page, 700, '**/*.m4s');
  await expectSteps(page, { what: 'J while loading', times: 5, by: -10_000, pause: 150, press: (page) => page.keyboard.press('j') }, true);
  expect(await page.evaluate(() => (window as unknown as { moved: string[] }).moved)).toEqual([]);
});

test('steps back in the past, pressed again and again, add up, playing and paused', async ({ page }) => {
  for (const way of WAYS) {
    await page.goto('/stations/1/2?t=2026-11-22T12:41:30+04:00');
    await expectPlaying(page);
    await expectSteps(page, way, true);
    await page.locator('.controls .play').click();
    await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
    // A moment chosen on the bar is played; a step keeps a paused player paused.
    const plays = way.what.includes('←');
    await expectSteps(page, way, plays);
    await expect(page.locator('.bar-top')).toContainText(plays ? 'Təkrar' : 'Dayandırılıb');
  }
});

test('steps there and back end where they began', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T12:41:30+04:00');
  await expectPlaying(page);
  await page.locator('.controls .play').click();
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  const from = await shownTime(page);
  for (const key of 'jjjlljlljjllljjjll') await page.keyboard.press(key);
  await expect.poll(async () => Math.abs((await shownTime(page)) - from)).toBeLessThan(500);
});
