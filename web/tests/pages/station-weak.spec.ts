import { expect, test, type Page } from '@playwright/test';
import { expectPlaying, shownTime } from '../support';
import { at, changed } from './changed';
import { boxes, slowMedia } from './hand';

interface Station { cameras: { id: string; sub: string | null }[] }
const drawn = (page: Page) => expect.poll(() => page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width).catch(() => 0), { timeout: 45_000 }).toBe(640);

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

test('stills are chosen when the picture keeps stopping, that is said, and there is a way back', async ({ page }) => {
  test.setTimeout(120_000);
  await slowMedia(page);
  await page.goto('/stations/1/2');
  await expect(page.locator('.day')).toBeVisible();
  const before = await boxes(page);
  await expect(page.locator('.weak')).toContainText('Xətt zəifdir: kadrlar göstərilir.', { timeout: 60_000 });
  expect(await boxes(page)).toEqual(before);
  await drawn(page);
  await expect(page.locator('.said')).toContainText(/kadr, \d+ san əvvəl/);
  await page.unroute('**/media/**');
  await page.getByRole('button', { name: 'Videoya qayıt' }).click();
  await expectPlaying(page);
  await expect(page.locator('.weak')).not.toContainText('Xətt zəifdir');
});

test('video is tried again by itself', async ({ page }) => {
  test.setTimeout(120_000);
  await page.clock.install({ time: new Date() });
  await slowMedia(page, 40_000);
  // The clock must not run before there is something that can stall.
  const asked = page.waitForRequest('**/media/**');
  await page.goto('/stations/1/2');
  await asked;
  for (let n = 0; n < 12; n++) await page.clock.runFor(2_500);
  await expect(page.locator('.weak')).toContainText('Xətt zəifdir');
  await page.unroute('**/media/**');
  await page.clock.runFor(61_000);
  await expect(page.locator('video')).toBeAttached();
  await expect(page.locator('.weak')).not.toContainText('Xətt zəifdir');
});

test('the light rendition comes first where there is one', async ({ page }) => {
  test.setTimeout(120_000);
  await changed<Station>(page, '**/api/v1/stations/1/2', (station) => { for (const camera of station.cameras) camera.sub = '1/2/101'; });
  await slowMedia(page, 9_000, '**/media/feedbeef/1/2/1/**');
  const light = page.waitForRequest('**/live/1/2/101/index.m3u8', { timeout: 60_000 });
  await page.goto('/stations/1/2');
  await light;
  await expect(page.locator('.weak')).toContainText('Xətt zəifdir: yüngül video göstərilir.');
  await expectPlaying(page);
});

test('a link can ask for the light rendition, and for stills', async ({ page }) => {
  await changed<Station>(page, '**/api/v1/stations/1/2', (station) => { for (const camera of station.cameras) camera.sub = '1/2/101'; });
  const light = page.waitForRequest('**/live/1/2/101/index.m3u8');
  await page.goto('/stations/1/2?view=light');
  await light;
  await expect(page.getByRole('button', { name: 'Yüngül video' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Kadrlar' }).click();
  await expect(page).toHaveURL(/view=still/);
  await drawn(page);
  await page.getByRole('button', { name: 'Video', exact: true }).click();
  await expect(page).not.toHaveURL(/view=/);
  await expectPlaying(page);
});

test('stills go to a moment, over a gap, and by steps, as video does', async ({ page }) => {
  const still = page.waitForRequest((request) => request.url().includes('at=2026-11-22T07%3A19%3A55Z'));
  await page.goto('/stations/1/2?view=still&t=2026-11-22T11:19:55+04:00');
  await still;
  await drawn(page);
  expect(Math.abs((await shownTime(page)) - at('11:19:55'))).toBeLessThan(1_000);
  await expect(page.locator('.notice')).toContainText('Boşluq keçildi: 11:20–11:26', { timeout: 20_000 });
  await expect.poll(() => shownTime(page)).toBeGreaterThanOrEqual(at('11:26:00'));
  await page.getByRole('button', { name: 'Canlıya keç' }).click();
  await expect(page.getByText('Canlı izləyirsiniz')).toBeVisible();
});

test('a device that saves data begins with stills', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  const video: string[] = [];
  page.on('request', (request) => { if (/\/(live|media)\//.test(request.url())) video.push(request.url()); });
  await page.goto('/stations/1/2');
  await expect(page.locator('.weak')).toContainText('Cihaz trafikə qənaət edir');
  await drawn(page);
  expect(video).toEqual([]);
  await page.getByRole('button', { name: 'Videoya qayıt' }).click();
  await expectPlaying(page);
});
