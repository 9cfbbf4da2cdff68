/** What a hand does on the station's page, and what it sees. */

import { expect, type APIRequestContext, type Page } from '@playwright/test';
import { shownTime } from '../support';

/** The boxes of everything that can be pressed in the player, from its top left corner, in whole pixels. */
export const boxes = (page: Page): Promise<Record<string, string>> => page.locator('.player').evaluate((player) => {
  const from = player.getBoundingClientRect();
  const all = [...player.querySelectorAll<HTMLElement>('.controls button, .controls select')].filter((one) => one.getClientRects().length > 0);
  const of = (one: Element) => {
    const box = one.getBoundingClientRect();
    return [box.left - from.left, box.top - from.top, box.width, box.height].map(Math.round).join(' ');
  };
  // By their order: what a control is called may change with what it does, its place may not.
  const found = all.map((one, n) => [String(n), of(one)]);
  return Object.fromEntries([...found, ['player', `${Math.round(from.width)} ${Math.round(from.height)}`]]) as Record<string, string>;
});

/** Presses the middle of a control; the function it returns presses that very point again, whatever is there by then. */
export async function press(page: Page, selector: string): Promise<() => Promise<void>> {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`nothing to press: ${selector}`);
  const again = () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await again();
  return again;
}

/** Lets time jump ahead, for the page and for the stand-in, but not for media that are playing. */
export async function later(page: Page, request: APIRequestContext, seconds: number): Promise<void> {
  await request.get(`/_mock/shift?seconds=${seconds}`, { maxRetries: 2 });
  await page.clock.fastForward(seconds * 1000);
}

/** Lets time pass for the page, step by step, and for the stand-in: a page notices a clock that goes without the server's, and believes the server. */
export async function passes(page: Page, request: APIRequestContext, seconds: number): Promise<void> {
  await request.get(`/_mock/shift?seconds=${seconds}`, { maxRetries: 2 });
  await page.clock.runFor(seconds * 1000);
}

/** Records each time that the page shows above the picture, in order; the function it returns reads them out. */
export async function watchTimes(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const seen: number[] = [];
    (globalThis as unknown as { shownTimes: number[] }).shownTimes = seen;
    const look = () => {
      const at = Date.parse(document.querySelector('.player time')?.getAttribute('datetime') ?? '');
      if (!Number.isNaN(at) && seen[seen.length - 1] !== at) seen.push(at);
    };
    new MutationObserver(look).observe(document.querySelector('.player') as Element, { attributes: true, childList: true, subtree: true });
    look();
  });
  return () => page.evaluate(() => (globalThis as unknown as { shownTimes: number[] }).shownTimes);
}

/** Puts the page into the background, or brings it back. */
export const hide = (page: Page, hidden: boolean): Promise<void> => page.evaluate((on) => {
  Object.defineProperty(document, 'hidden', { value: on, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

/** Media as a line of a few kbit/s brings it: each piece late, and those of a page that is gone by then not at all. */
export async function slowMedia(page: Page, ms = 9_000, which = '**/media/**'): Promise<void> {
  await page.route(which, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await route.continue().catch(() => undefined);
  });
}

/** What can befall a live picture, station 1/2's at least. `_mock/down?on=0` and `unrouteAll` end it. */
export const outages: Record<string, (page: Page) => Promise<unknown>> = {
  'a dead server': (page) => page.request.get('/_mock/down?on=1'),
  'a dead line': (page) => page.route(/\/(api|live|dvr|media|still)\//, () => undefined),
  'a camera whose pictures come no more': async (page) => {
    const last = await (await page.request.get('/live/1/2/1/index.m3u8')).text();
    await page.route('**/live/**', (route) => route.fulfill({ contentType: 'application/vnd.apple.mpegurl', body: last }));
    // Nor does it have a newer still.
    await page.route('**/still/**', (route) => route.fulfill({ status: 404 }));
  },
};

export const LIVE = 'Canlı izləyirsiniz';
export const isLive = (page: Page) => page.locator('.bar-top .st-live').isVisible();

/** The page says that it is live, or that it is not; no part of it says the opposite. */
export async function expectLive(page: Page, live: boolean, timeout = 15_000): Promise<void> {
  await expect(page.locator('.bar-top .st-live')).toHaveCount(live ? 1 : 0, { timeout });
  await expect(page.getByText(LIVE)).toBeVisible({ visible: live, timeout });
}

/** Behind the stand-in's clock, milliseconds. */
export async function behind(page: Page, request: APIRequestContext): Promise<number> {
  const { now } = (await (await request.get('/api/v1/election', { maxRetries: 2 })).json()) as { now: string };
  return Date.parse(now) - (await shownTime(page));
}
