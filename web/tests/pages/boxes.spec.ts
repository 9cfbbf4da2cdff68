/** At 200 % text, on the narrowest phone, without colours, on paper: nothing is wider than the page, and nothing overlaps. */

import { expect, test, type Page } from '@playwright/test';
import { expectUncrossed, fits } from '../support';

const MOMENT = '2026-11-22T11:22:00+04:00';
const PAST = `/watch?s=1/2,1/17&view=still&t=${MOMENT}`;
const PAGES = [
  '/', '/constituencies/1', `/constituencies/1?t=${MOMENT}`, '/status?constituency=1', '/status?station=1/2', '/completeness', '/list?q=sebail&from=1&to=3', '/about', '/nowhere', '/stations/119/999',
  '/watch', '/watch?s=1/2,1/17,1/29,2/12&view=still', PAST, '/count', `/count?s=1/2&t=2026-11-22T10:10:00+04:00`,
];

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.locator('main')).not.toContainText(/Yüklənir…|Loading…|Загружается…/);
}

async function expectWhole(page: Page, address: string, widths: readonly number[]): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 });
    await expect.poll(() => fits(page), `${address} at ${width}`).toBe(true);
    await expectUncrossed(page, `${address} at ${width}`);
  }
}
const letters = (page: Page, size: string) => page.evaluate((to) => { document.documentElement.style.fontSize = to; }, size);

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

// Russian is the longest of the three.
for (const address of PAGES) {
  test(`/ru${address}: nothing crosses and nothing is wider than the page, on any screen and with letters of twice the size`, async ({ page }) => {
    await open(page, `/ru${address}`);
    await expectWhole(page, address, [320, 390, 768, 1366, 1920]);
    await letters(page, '200%');
    await expectWhole(page, `${address} with large letters`, [1280, 640, 390]);
  });
}

test('the words of states are whole in the list, on the narrowest phones', async ({ page }) => {
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await open(page, '/ru/list?q=2/21');
    const cell = await page.locator('.c-state').last().boundingBox();
    const word = page.locator('.c-state .st').last();
    await expect(word).toHaveText('Ожидается');
    const box = await word.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(cell?.x ?? Infinity);
    expect((box?.x ?? 0) + (box?.width ?? Infinity)).toBeLessThanOrEqual(width);
    expect(box?.height).toBeLessThan(30);
  }
});

test('the turnout’s words touch none of its marks, a figure has the digits that were announced, and a source is a link only where it is an address', async ({ page }) => {
  await page.route('**/api/v1/election', async (route) => {
    const answer = await route.fetch();
    const turnout = [{ at: '2026-11-22T10:00:00+04:00', percent: 11.04, source: 'protocol no. 3' }, { at: '2026-11-22T12:00:00+04:00', percent: 21.4, source: 'https://example.org/12' }];
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), turnout } });
  });
  await open(page, '/ru/stations/1/2?view=still');
  for (const width of [768, 1366]) {
    await page.setViewportSize({ width, height: 900 });
    const words = await page.locator('.turnout-say').boundingBox();
    for (const mark of await page.locator('.turnout li').all()) {
      const box = await mark.boundingBox();
      const apart = (box?.y ?? 0) >= (words?.y ?? 0) + (words?.height ?? Infinity) || (box?.x ?? 0) >= (words?.x ?? 0) + (words?.width ?? Infinity);
      expect(apart, `${await mark.textContent()} at ${width}`).toBe(true);
    }
  }
  await expect(page.locator('.turnout')).toContainText('11,04 %');
  const facts = page.locator('.words');
  await expect(facts).toContainText('11,04 %, источник: protocol no. 3');
  await expect(facts.locator('a')).toHaveCount(1);
  await expect(facts.locator('a')).toHaveAttribute('href', 'https://example.org/12');
});

test('large letters fit in the other languages too', async ({ page }) => {
  for (const address of ['/', '/en/status?station=1/2', PAST]) {
    await open(page, address);
    await letters(page, '200%');
    await expectWhole(page, address, [1280, 390]);
  }
});

test('without colours everything that can be pressed has an edge, and nothing crosses', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  for (const address of ['/status?station=1/2', PAST, '/count?s=1/2&t=2026-11-22T10:10:00+04:00']) {
    await open(page, `/en${address}`);
    await expectUncrossed(page, address);
    const bare = await page.locator('main button:visible').evaluateAll((all) => all.filter((one) => getComputedStyle(one).borderTopStyle === 'none').map((one) => one.outerHTML.slice(0, 100)));
    expect(bare).toEqual([]);
  }
});

test('on paper the day’s picture is as wide as the paper, and its notes are whole', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, '/en/');
  await expect(page.locator('.beside .grid-notes li').first()).toBeVisible();
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.emulateMedia({ media: 'print' });
  const picture = page.locator('.coverage .printed');
  await expect(picture).toBeVisible();
  await expect(page.locator('canvas.painted')).toHaveCount(0);
  expect(await picture.locator('rect.live').count()).toBeGreaterThan(119);
  const { x, width } = (await picture.boundingBox()) ?? { x: 0, width: 0 };
  expect(width).toBeGreaterThan(600);
  expect(x + width).toBeLessThanOrEqual(718);
  for (const note of await page.locator('.grid-notes li').all()) {
    const box = await note.boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 718).toBe(true);
  }
  await expectUncrossed(page, 'paper');
  await page.emulateMedia({ media: 'screen' });
  await expect(page.locator('.coverage canvas.painted')).toBeVisible();
});
