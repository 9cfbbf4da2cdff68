/** Browsers that are old, or too old: features of newer ones are removed before the page starts. */

import { expect, test, type Page } from '@playwright/test';
import { expectPlaying, playing, watchConsole } from '../support';

/** What Chrome 90, Firefox 90 or iOS 15.4 lacks of what browsers of today have, and what pages of today are tempted to use. */
function takeAway(): void {
  const gone: [object | undefined, string[]][] = [
    [AbortSignal, ['any', 'timeout']], [AbortSignal.prototype, ['throwIfAborted', 'reason']],
    [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with', 'group']],
    [Object.getPrototypeOf(Uint8Array.prototype) as object, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'with']],
    [String.prototype, ['at', 'isWellFormed', 'toWellFormed']], [Object, ['hasOwn', 'groupBy']], [Map, ['groupBy']],
    [Promise, ['withResolvers', 'try']], [Array, ['fromAsync']], [Set.prototype, ['union', 'intersection', 'difference', 'isSubsetOf']],
    [globalThis, ['structuredClone', 'scheduler', 'Iterator', 'navigation', 'ManagedMediaSource', 'CompressionStream', 'reportError', 'EditContext']],
    [URL, ['canParse', 'parse']], [crypto, ['randomUUID']], [Crypto.prototype, ['randomUUID']],
    [HTMLDialogElement.prototype, ['showModal', 'show', 'close']], [Document.prototype, ['startViewTransition', 'moveBefore']],
    [HTMLElement.prototype, ['showPopover', 'togglePopover', 'hidePopover', 'popover', 'inert']], [Element.prototype, ['checkVisibility', 'moveBefore', 'setHTML']],
    [HTMLVideoElement.prototype, ['requestVideoFrameCallback']], [Response, ['json']], [Intl, ['DurationFormat', 'Segmenter', 'ListFormat']],
    [Navigator.prototype, ['share', 'canShare', 'wakeLock', 'userAgentData', 'connection', 'locks']],
  ];
  for (const [from, names] of gone) {
    for (const name of names) if (from && !Reflect.deleteProperty(from, name)) throw new Error(`${name} stays`);
  }
}

const PAGES = ['/en/', '/en/stations/1/2', '/en/status', '/en/watch?s=1/2,1/3&n=2', '/en/constituencies/1', '/en/list', '/en/count?s=1/2', '/en/about'];

test('all pages work in the oldest browsers that they are for', async ({ page }) => {
  const said = watchConsole(page);
  await page.addInitScript(takeAway);
  for (const address of PAGES) {
    await page.goto(address);
    await expect(page.locator('h1')).toHaveCount(1);
    await expect(page.locator('main')).not.toContainText('Loading…');
    if (address.includes('stations')) await expectPlaying(page);
    // A poll that throws at once would keep the page from answering.
    await page.waitForTimeout(400);
    await expect(page.getByText('did not load')).toHaveCount(0);
    await expect(page.getByRole('alert')).toHaveCount(0);
    expect(said, address).toEqual([]);
  }
});

test('in the oldest browsers a moment of the past plays, stills are drawn, and the keys are shown', async ({ page }) => {
  const said = watchConsole(page);
  await page.addInitScript(takeAway);
  await page.goto('/en/stations/1/2?t=2026-11-22T12:07:00%2B04:00');
  await expect.poll(async () => (await playing(page)).frames, { timeout: 20_000 }).toBeGreaterThan(0);
  await page.keyboard.press('?');
  await expect(page.locator('.keys-dialog')).toBeVisible();
  await page.goto('/en/stations/1/2?view=still');
  await expect.poll(() => page.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(301);
  expect(said).toEqual([]);
});

/** A browser that does not understand the script: nothing of it runs. */
async function tooOld(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Reflect.deleteProperty(String.prototype, 'replaceAll');
    Reflect.deleteProperty(Array.prototype, 'at');
  });
  await page.route(/assets\/.*\.js/, (route) => route.fulfill({ contentType: 'text/javascript', body: 'class Newer { #field ?' }));
}

for (const [lang, words] of [['', 'çox köhnədir'], ['/en', 'too old'], ['/ru', 'слишком стар']] as const) {
  test(`a browser that is too old says so, with stills: ${lang || 'az'}`, async ({ page }) => {
    await tooOld(page);
    await page.goto(`${lang}/stations/1/2`);
    await expect(page.getByRole('alert')).toContainText(words);
    await expect(page.locator('img.poster')).toHaveCount(1);
    await page.goto(`${lang}/`);
    await expect(page.getByRole('alert')).toContainText(words);
    await expect.poll(() => page.locator('main img[src^="/still/"]').count()).toBeGreaterThan(3);
    await expect(page.locator(`main a[href^="${lang}/stations/"]`).first()).toBeVisible();
  });
}

test('a browser that is new says nothing of its age where only the line fails', async ({ page }) => {
  await page.route(/assets\/.*\.js/, (route) => route.abort());
  await page.goto('/en/stations/1/2');
  await page.waitForTimeout(500);
  await expect(page.getByRole('alert')).toHaveCount(0);
});
