import { expect, test, type Page } from '@playwright/test';
import { expectPlaying, playing, shownTime, watchConsole } from '../support';

const at = (time: string) => Date.parse(`2026-11-22T${time}+04:00`);
const near = async (page: Page, time: string, within = 8_000) =>
  expect.poll(async () => Math.abs((await shownTime(page)) - at(time)), { timeout: 20_000 }).toBeLessThan(within);

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

test('live plays and says how far behind it is', async ({ page }) => {
  const said = watchConsole(page);
  await page.goto('/stations/1/2');
  await expectPlaying(page);
  await expect(page.locator('.bar-top')).toContainText(/Canlı\s*\d+ san geridə/);
  await expect(page.getByText('Canlı izləyirsiniz')).toBeVisible();
  expect(said).toEqual([]);
});

test('a click on the bar goes to that moment, and “go to live” comes back', async ({ page }) => {
  await page.goto('/stations/1/2');
  await expectPlaying(page);
  const width = (await page.locator('.track').boundingBox())?.width ?? 0;
  const part = (at('12:30:00') - at('07:30:00')) / (16.5 * 3_600_000);
  await page.locator('.track').click({ position: { x: width * part, y: 48 } });
  await near(page, '12:30:00', 60_000);
  await expect(page.locator('.bar-top')).toContainText(/Təkrar\s*canlıdan 2 saat/);
  await expect(page).toHaveURL(/t=2026-11-22T12:\d\d:\d\d\+04:00/);
  await expectPlaying(page);
  await page.getByRole('button', { name: 'Canlıya keç' }).click();
  await expect(page.getByText('Canlı izləyirsiniz')).toBeVisible();
  await expect(page).not.toHaveURL(/t=/);
});

test('a link to a moment shows that moment', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await near(page, '11:41:32');
  await expectPlaying(page);
});

test('a link to a moment without a zone means the election’s, whatever zone the device is in', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T11:41');
  await near(page, '11:41:00');
  await expect(page.locator('.bar-top')).toContainText('Təkrar');
});

test('what of a link cannot be understood, or is not there, is said', async ({ page }) => {
  await page.goto('/stations/1/2?t=ertəsi-gün');
  await expect(page.locator('.notice')).toContainText('Keçiddəki vaxt oxunmadı: canlı göstərilir.');
  await expect(page.getByText('Canlı izləyirsiniz')).toBeVisible();
  await expect(page).not.toHaveURL(/t=/);
  await page.goto('/en/stations/1/17?camera=7');
  await expect(page.locator('.notice')).toContainText('This station has no camera 7. Shown: Camera 1.');
  await page.goto('/ru/stations/1/17?camera=2');
  await expect(page.locator('.day')).toBeVisible();
  await expect(page.locator('.notice')).toHaveText('');
  await page.goto('/stations/999/1');
  await page.getByRole('searchbox').fill('1/17');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/stations\/1\/17$/);
});

test('keys move the hand: a minute, ten minutes, the start, live', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await near(page, '11:41:32');
  const hand = page.getByRole('slider', { name: 'Günün anı' });
  await hand.focus();
  await page.keyboard.press('ArrowLeft');
  await near(page, '11:40:32');
  await page.keyboard.press('PageUp');
  await near(page, '11:50:32');
  await expect(hand).toHaveAttribute('aria-valuetext', /^11:50:\d\d, Canlı$/);
  await page.keyboard.press('Home');
  await near(page, '07:30:00');
  await page.keyboard.press('End');
  await expect(page.getByText('Canlı izləyirsiniz')).toBeVisible();
});

test('steps of ten seconds and speeds', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T10:10:00+04:00');
  await near(page, '10:10:00');
  await expectPlaying(page);
  await page.getByRole('combobox', { name: 'Sürət' }).selectOption('8');
  await near(page, '10:10:45', 12_000);
  await page.getByRole('combobox', { name: 'Sürət' }).selectOption('1');
  await page.getByRole('button', { name: 'Dayandır' }).click();
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  const before = await shownTime(page);
  await page.getByRole('button', { name: '10 saniyə irəli' }).click();
  await expect.poll(async () => (await shownTime(page)) - before).toBeGreaterThan(9_000);
});

test('a moment without a picture is shown as the hole it is, with ways out of it', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T11:22:00+04:00');
  await expect(page.locator('.offair')).toContainText('11:22: bu anın görüntüsü yoxdur');
  await expect(page.locator('.offair')).toContainText('Məntəqədə elektrik kəsilib.');
  await page.getByRole('button', { name: /Növbəti görüntü/ }).click();
  await near(page, '11:26:00');
  await expectPlaying(page);
});

test('replay jumps over a gap and says so', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T11:19:52+04:00');
  await expect(page.locator('.notice')).toContainText('Boşluq keçildi: 11:20–11:26. Elektrik kəsilib.', { timeout: 30_000 });
  await expect.poll(() => shownTime(page)).toBeGreaterThanOrEqual(at('11:26:00') - 1000);
  await expectPlaying(page);
});

test('a short gap, which stands in the playlist as such, is jumped too', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T10:29:50+04:00');
  await expect(page.locator('.notice')).toContainText('Boşluq keçildi: 10:30', { timeout: 40_000 });
  await expect.poll(() => shownTime(page)).toBeGreaterThanOrEqual(at('10:30:08') - 1000);
  await expectPlaying(page);
});

test('at the end of a span the next one follows', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T10:59:55+04:00');
  await expectPlaying(page);
  await expect.poll(async () => shownTime(page), { timeout: 30_000 }).toBeGreaterThan(at('11:00:02'));
  await expectPlaying(page);
});

test('a station off air says what, since when, why, and what is done', async ({ page }) => {
  await page.goto('/stations/1/29');
  await expect(page.locator('.bar-top')).toContainText('Efirdə deyil');
  await expect(page.locator('.offair')).toContainText('14:02-dən bəri görüntü yoxdur');
  await expect(page.locator('.offair')).toContainText('xətt kəsilib');
  await page.getByRole('button', { name: /Son görüntü/ }).click();
  await near(page, '14:01:55');
  await expectPlaying(page);
});

test('hidden and not yet begun have words of their own', async ({ page, request }) => {
  await page.goto('/stations/2/12');
  await expect(page.locator('.offair')).toContainText('Komissiya görüntünü gizlədib');
  await expect(page.locator('.offair')).toContainText('Səbəb: səsvermənin gizliliyi. Yazı davam edir.');
  await request.get('/_mock/phase?at=06:18');
  await page.goto('/stations/1/2');
  await expect(page.locator('.offair')).toContainText('Efir 07:30-da başlayır');
});

test('H.265 in a browser without it is explained', async ({ page }) => {
  await page.goto('/stations/1/33');
  await expect(page.locator('.offair')).toContainText('Bu brauzer bu kameranın görüntüsünü göstərə bilmir', { timeout: 20_000 });
});

test('sharing leaves a link that stays', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await near(page, '11:41:32');
  await page.getByRole('button', { name: 'Bu anı paylaş' }).click();
  await expect(page.locator('.shared')).toContainText('Keçid kopyalandı: 11:41:');
  const link = await page.getByLabel('Keçid').inputValue();
  expect(link).toMatch(/\/stations\/1\/2\?t=2026-11-22T11:41:\d\d\+04:00$/);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
});

test('on a phone, sharing stands right below the picture, and is answered above it', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await near(page, '11:41:32');
  const share = page.getByRole('button', { name: 'Bu anı paylaş' });
  await expect(share).toHaveCount(1);
  await expect(share).toBeInViewport();
  const before = await share.boundingBox();
  await share.click();
  await expect(page.locator('.player .notice')).toContainText('Keçid kopyalandı: 11:41:');
  expect(await share.boundingBox()).toEqual(before);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/\/stations\/1\/2\?t=2026-11-22T11:41:\d\d\+04:00$/);
});

test('where nothing may be copied, the link is shown and chosen, to be copied by hand', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.addInitScript(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); });
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await near(page, '11:41:32');
  await page.getByRole('button', { name: 'Bu anı paylaş' }).click();
  await expect(page.getByLabel('Keçid', { exact: true })).toBeInViewport();
  await expect(page.getByLabel('Keçid', { exact: true })).toBeFocused();
  await expect(page.locator('.shared')).toContainText('11:41:');
});

test('a station with two cameras lets one choose', async ({ page }) => {
  await page.goto('/stations/1/17');
  await page.getByRole('button', { name: '2-ci kamera' }).click();
  await expect(page).toHaveURL(/camera=2/);
  await expectPlaying(page);
  await expect(page.locator('.facts')).toContainText('2/2');
});

test('media that fails comes back without a reload', async ({ page }) => {
  await page.goto('/stations/1/2');
  await expectPlaying(page);
  await page.route('**/{media,live}/**', (route) => route.abort());
  await expect(page.locator('.said')).toContainText(/Görüntü gözlənilir|Serverlə əlaqə yoxdur/, { timeout: 45_000 });
  await page.unroute('**/{media,live}/**');
  await expect(page.locator('.said')).toContainText(/san geridə/, { timeout: 45_000 });
  const before = await playing(page);
  await expect.poll(async () => (await playing(page)).time).not.toBe(before.time);
});
