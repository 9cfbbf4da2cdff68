import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, expectPlaying, settled, shownTime, watchPicture } from '../support';
import { at } from './changed';

const near = async (page: Page, time: string, within = 8_000) =>
  expect.poll(async () => Math.abs((await shownTime(page)) - at(time)), { timeout: 20_000 }).toBeLessThan(within);

async function open(page: Page, more = '') {
  await page.goto(`/stations/1/2?t=2026-11-22T11:41:32+04:00${more}`);
  await near(page, '11:41:32');
  await expectPlaying(page);
}

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

test('one picture forward and back while paused, by keys and by buttons', async ({ page }) => {
  await open(page);
  const picture = await watchPicture(page);
  await page.keyboard.press('k');
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  const start = await settled(picture);
  // the loop of the stand-in has ten pictures a second
  await page.keyboard.press('.');
  await expect.poll(async () => (await picture()) - start).toBeGreaterThan(0.02);
  const forward = await settled(picture);
  expect(forward - start).toBeLessThan(0.25);
  await page.getByRole('button', { name: 'Bir kadr geri' }).click();
  await expect.poll(async () => forward - (await picture())).toBeGreaterThan(0.02);
  expect(forward - (await settled(picture))).toBeLessThan(0.25);
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
});

test('space and k play and pause, j and l move ten seconds, g goes live', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Space');
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  const before = await shownTime(page);
  await page.keyboard.press('l');
  await expect.poll(async () => (await shownTime(page)) - before).toBeGreaterThan(9_000);
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  await page.keyboard.press('j');
  await expect.poll(async () => Math.abs((await shownTime(page)) - before)).toBeLessThan(1_500);
  await page.keyboard.press('k');
  await expectPlaying(page);
  // The list of speeds has the focus when a speed was chosen; keys work there, too.
  await page.getByRole('combobox', { name: 'Sürət' }).focus();
  await page.keyboard.press('k');
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  await page.keyboard.press('g');
  await expect(page.getByText('Canlı izləyirsiniz')).toBeVisible();
});

test('a list of the keys opens, is accessible, closes, and gives the focus back', async ({ page }) => {
  await open(page);
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Klaviatura ilə' });
  await expect(list).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  const button = page.getByRole('button', { name: 'Klaviatura' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(list).toBeVisible();
  await page.getByRole('button', { name: 'Bağla' }).click();
  await expect(button).toBeFocused();
});

test('single keys can be turned off, and the link says so', async ({ page }) => {
  await open(page);
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: /Tək düymələr/ }).uncheck();
  await page.getByRole('button', { name: 'Bağla' }).click();
  await expect(page).toHaveURL(/keys=off/);
  await page.keyboard.press('k');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('.bar-top')).not.toContainText('Dayandırılıb');
});

test('everything is reached by keyboard alone', async ({ page }) => {
  await open(page);
  const reached = new Set<string>();
  for (let n = 0; n < 60; n++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id ?? ''));
    reached.add(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
  }
  for (const name of ['10 saniyə geri', 'Dayandır', 'Klaviatura', 'Kiçik pəncərədə göstər', 'Tam ekran', 'Bu anı paylaş', 'Keçidi kopyala', 'Video', 'Kadrlar', 'Uzaqlaşdır', 'Yaxınlaşdır', 'scrub']) expect([...reached]).toContain(name);
});

test('picture in picture is offered and asked for', async ({ page }) => {
  await page.addInitScript(() => {
    HTMLVideoElement.prototype.requestPictureInPicture = () => {
      document.documentElement.dataset['small'] = 'asked';
      return Promise.reject(new DOMException('no window here', 'NotAllowedError'));
    };
  });
  await open(page);
  await page.getByRole('button', { name: 'Kiçik pəncərədə göstər' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-small', 'asked');
});

test('the device’s own sheet is used where there is one; the link has language and moment', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'share', { value: (data: { url: string }) => { document.documentElement.dataset['shared'] = data.url; return Promise.resolve(); } });
  });
  await page.goto('/ru/stations/1/17?t=2026-11-22T11:41:32+04:00&camera=2');
  await near(page, '11:41:32');
  await page.getByRole('button', { name: 'Поделиться этим моментом' }).click();
  await expect(page.locator('.shared')).toContainText('Ссылка отправлена.');
  await expect(page.locator('html')).toHaveAttribute('data-shared', /\/ru\/stations\/1\/17\?t=2026-11-22T11:41:\d\d\+04:00&camera=2$/);
});

test('the ways on carry the station and the moment', async ({ page }) => {
  await open(page);
  await expect(page.getByRole('link', { name: 'Bülletenləri sayın' })).toHaveAttribute('href', /^\/count\?s=1\/2&t=2026-11-22T11:41:\d\d\+04:00$/);
  await expect(page.getByRole('link', { name: 'Başqaları ilə yan-yana' })).toHaveAttribute('href', '/watch?s=1/2');
  await expect(page.getByRole('link', { name: 'Vəziyyətin tarixçəsi' })).toHaveAttribute('href', '/status?station=1/2');
});
