import { expect, test, type Page } from '@playwright/test';
import { expectPlaying } from '../support';
import { boxes, expectLive, press } from './hand';

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

const paused = (page: Page) => page.locator('video').evaluate((video: HTMLVideoElement) => video.paused);
/** Another moment of the day, without a new page: typed on the bar. */
async function type(page: Page, time: string) {
  await page.locator('#scrub').focus();
  await page.keyboard.type(time);
  await page.keyboard.press('Enter');
}

const SIZES: Record<string, [width: number, height: number][]> = { '': [[320, 640], [1366, 768]], '/en': [[390, 844], [1920, 1080]], '/ru': [[768, 1024], [1440, 900]] };
for (const [lang, sizes] of Object.entries(SIZES)) {
  test(`no control moves when it is pressed, nor when what is shown changes: ${lang || 'az'}`, async ({ page }) => {
    await page.goto(`${lang}/stations/1/2`);
    await expect(page.locator('.bar-top .st-live')).toBeVisible();
    for (const [width, height] of sizes) {
      const name = `${lang || 'az'}, ${width}`;
      await page.setViewportSize({ width, height });
      const live = await boxes(page);
      expect(Object.keys(live).length, name).toBeGreaterThan(9);
      const same = (state: string) => expect.poll(() => boxes(page), `${state}: ${name}`).toEqual(live);
      // Twice at the same point is twice the same: it stands, and it goes on.
      const play = await press(page, '.controls .play');
      await expect.poll(() => paused(page), name).toBe(true);
      await same('paused');
      await play();
      await expect.poll(() => paused(page), name).toBe(false);
      await same('behind live');
      await type(page, '1122');
      await expect(page.locator('.offair'), name).toBeVisible();
      await same('a gap');
      await type(page, '1320');
      await expect(page.locator('.offair'), name).toBeHidden();
      await same('a moment of the past');
      await type(page, '2200');
      await expect(page.locator('.notice'), name).not.toBeEmpty();
      await same('something is said');
      await expect(page.locator('.bar-top .st-live'), name).toBeVisible();
    }
  });
}

test('ten minutes back is one press, and the way to live and what is around it stay where they are', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/stations/1/2');
  await expectLive(page, true);
  const bar = () => page.locator('#scrub').evaluate((one) => Math.round(one.getBoundingClientRect().top + scrollY));
  const [before, place] = [await boxes(page), await bar()];
  const live = await page.locator('.ctl-live').boundingBox();
  await page.getByRole('button', { name: '−10 dəq' }).click();
  await expect(page).toHaveURL(/t=2026-11-22T14:21/);
  await expectPlaying(page);
  expect(await boxes(page)).toEqual(before);
  await page.mouse.click((live?.x ?? 0) + 40, (live?.y ?? 0) + 20);
  await expectLive(page, true);
  expect(await boxes(page)).toEqual(before);
  expect(await bar()).toBe(place);
});

test('what is said takes the place that it has, in the station off air and when the line is weak, and news goes by itself', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.clock.install();
  await page.goto('/stations/1/2');
  await expectLive(page, true);
  const before = await boxes(page);
  await type(page, '2200');
  await expect(page.locator('.notice')).toContainText('Bu an hələ gəlməyib');
  await expect(page.locator('.notice')).toBeVisible();
  await page.clock.fastForward(9_000);
  await expect(page.locator('.notice')).toHaveText('');
  await expect(page.locator('.said')).toBeVisible();
  await page.goto('/stations/1/29');
  await expect(page.locator('.offair')).toBeVisible();
  expect(await boxes(page)).toEqual(before);
});

for (const [width, height] of [[390, 844], [1366, 768], [1920, 1080]] as const) {
  test(`the picture stays in view while one moves in the day: ${width}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
    await expect(page.locator('.picture .poster')).toBeHidden();
    const seen = (selector: string) => page.locator(selector).first().evaluate((one) => {
      const box = one.getBoundingClientRect();
      const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return box.top >= -1 && box.bottom <= innerHeight + 1 && (at === one || one.contains(at));
    });
    // A minute of the hour is at the end of the day: whoever comes to it still sees the picture.
    const minute = page.locator('[data-minute="22"]');
    await minute.evaluate((one) => one.scrollIntoView({ block: 'end' }));
    const box = await minute.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24);
    for (const part of ['video', '.controls .play', '[data-minute="22"]']) expect(await seen(part), part).toBe(true);
    await minute.click();
    await expect(page.locator('.offair')).toContainText('11:22');
    expect(await minute.boundingBox()).toEqual(box);
    await page.locator('#scrub').evaluate((one) => one.scrollIntoView({ block: 'center' }));
    for (const part of ['.offair', '#scrub']) expect(await seen(part), part).toBe(true);
    // From the table below, each way to a moment leads to its picture.
    const there = page.locator('.tbl .link').first();
    await there.scrollIntoViewIfNeeded();
    await there.click();
    await expect(page).toHaveURL(/t=2026-11-22T09:41/);
    await expect(page.locator('.offair')).toBeHidden();
    await expect.poll(() => seen('video')).toBe(true);
  });
}

test('on a laptop the picture and the bar are on the first screen', async ({ page }) => {
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.goto('/stations/1/2');
  await expectLive(page, true);
  for (const part of ['video', '.controls', '#scrub']) {
    const box = await page.locator(part).boundingBox();
    expect((box?.y ?? 999) + (box?.height ?? 0), part).toBeLessThanOrEqual(768);
  }
});

test('what gets the focus by keyboard does not lie behind the picture', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/stations/1/2');
  await expectLive(page, true);
  await page.locator('.zooms button').last().focus();
  for (let n = 0; n < 8; n++) await page.keyboard.press('Tab');
  for (let n = 0; n < 8; n++) {
    await page.keyboard.press('Shift+Tab');
    const hidden = await page.evaluate(() => {
      const one = document.activeElement as Element;
      const box = one.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return one.closest('.day, .side') && top?.closest('.player') ? one.outerHTML.slice(0, 80) : null;
    });
    expect(hidden).toBeNull();
  }
});
