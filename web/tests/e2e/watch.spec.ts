/** Several stations at once, and counting, against a running centre with cameras on air: `BASE_URL=… npm run test:e2e`. */

import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { expectPlaying, watchConsole } from '../support';

const MINUTE = 60_000;
interface Span { from: string; to: string; state: string }

async function liveIds(request: APIRequestContext): Promise<string[]> {
  const answer = await request.get('/api/v1/stations?state=live&limit=50');
  const { items } = (await answer.json()) as { items: { id: string }[] };
  return items.map(({ id }) => id);
}

const frames = (page: Page) => page.locator('.tile video').evaluateAll((all) => (all as HTMLVideoElement[]).map((video) => video.getVideoPlaybackQuality().totalVideoFrames));
const pictureTime = async (page: Page) => Date.parse((await page.locator('.cp time').getAttribute('datetime')) ?? '');
const number = (page: Page) => page.locator('.number output, .number b');

test('nine stations at once: all have a picture, at most four of them move, without sound', async ({ page, request }) => {
  const ids = (await liveIds(request)).slice(0, 9);
  expect(ids, 'nine live stations').toHaveLength(9);
  const said = watchConsole(page);
  await page.goto(`/en/watch?s=${ids.join()}`);
  await expect(page.locator('.tile').filter({ hasText: 'Live' })).toHaveCount(9, { timeout: 60_000 });
  await expect.poll(() => page.locator('.tile canvas:not(.empty)').count(), { timeout: 60_000 }).toBe(9);
  const videos = page.locator('.tile video');
  await expect(videos.first()).toBeAttached();
  expect(await videos.count()).toBeLessThanOrEqual(4);
  await expect.poll(async () => Math.min(...(await frames(page))), { timeout: 40_000 }).toBeGreaterThan(3);
  expect(await videos.evaluateAll((all) => (all as HTMLVideoElement[]).every((video) => video.muted))).toBe(true);
  await page.getByLabel('Picture').selectOption('Still pictures');
  await expect(page.locator('.tile video')).toHaveCount(0);
  expect(said).toEqual([]);
});

test('a light rendition is played where a camera has one', async ({ page, request }) => {
  const { items } = (await (await request.get('/api/v1/stations?state=live&limit=50')).json()) as { items: { id: string; cameras: { state: string; sub?: string | null }[] }[] };
  const found = items.find(({ cameras }) => cameras[0]?.state === 'live' && cameras[0].sub);
  if (!found) throw new Error('no live camera has a sub-stream: the demo has some');
  const asked: string[] = [];
  page.on('request', (one) => { if (one.url().includes('/live/')) asked.push(new URL(one.url()).pathname); });
  await page.goto(`/en/watch?s=${found?.id}&view=light`);
  await expect(page.locator('.tile video')).toHaveCount(1);
  await expect.poll(async () => Math.min(...(await frames(page))), { timeout: 40_000 }).toBeGreaterThan(3);
  expect([...new Set(asked)]).toEqual([`/live/${found?.cameras[0]?.sub}/index.m3u8`]);
});

test('two videos move at once, a few seconds behind', async ({ page, request }) => {
  const ids = (await liveIds(request)).slice(0, 2);
  await page.goto(`/en/watch?s=${ids.join()}&view=video`);
  await expect(page.locator('.tile video')).toHaveCount(2, { timeout: 20_000 });
  await expect.poll(async () => Math.min(...(await frames(page))), { timeout: 40_000 }).toBeGreaterThan(5);
  await expect(page.locator('.tile').first()).toContainText(/\d+ s behind/);
});

test('stills of one moment of the past stand side by side', async ({ page, request }) => {
  const ids = (await liveIds(request)).slice(0, 4);
  const { now } = (await (await request.get('/api/v1/election')).json()) as { now: string };
  await page.goto(`/en/watch?s=${ids.join()}&t=${new Date(Date.parse(now) - 15 * MINUTE).toISOString()}`);
  await expect(page.getByRole('slider', { name: 'Moment of the day' })).toBeVisible();
  await expect.poll(() => page.locator('.tile img').evaluateAll((all) => (all as HTMLImageElement[]).filter((one) => one.naturalWidth > 100).length), { timeout: 40_000 }).toBeGreaterThan(0);
});

test('ballots counted while replaying four times as fast have the times of their pictures, and go as a link', async ({ page, request, browser, baseURL }) => {
  test.setTimeout(120_000);
  const [station] = await liveIds(request);
  const { now } = (await (await request.get('/api/v1/election')).json()) as { now: string };
  const params = new URLSearchParams({ from: new Date(Date.parse(now) - 120 * MINUTE).toISOString(), to: now });
  const spans = (await (await request.get(`/api/v1/cameras/${station}/1/timeline?${params}`)).json()) as Span[];
  const span = spans.find((one) => one.state === 'live' && Date.parse(one.to) - Date.parse(one.from) > 6 * MINUTE);
  if (!span) throw new Error('no live span of six minutes');
  const from = Date.parse(span.from) + MINUTE;
  await page.goto(`/en/count?s=${station}&t=${new Date(from).toISOString().slice(0, 19)}Z`);
  await expectPlaying(page);
  await page.getByRole('radio', { name: '4×' }).check();
  const times: number[] = [];
  for (let n = 1; n <= 4; n++) {
    await expect.poll(() => pictureTime(page), { timeout: 40_000 }).toBeGreaterThan(from + n * 12_000);
    await page.keyboard.press('b');
    await expect(number(page)).toHaveText(String(n));
    times.push(await pictureTime(page));
  }
  await page.getByRole('button', { name: 'Share the count' }).click();
  const link = await page.getByLabel('Link').inputValue();
  const context = await browser.newContext(baseURL ? { baseURL } : {});
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByRole('heading', { name: 'Another person’s count' })).toBeVisible();
  await expect(number(other)).toHaveText('4');
  await other.getByRole('button', { name: 'Take over as mine' }).click();
  const [download] = await Promise.all([other.waitForEvent('download'), other.getByRole('button', { name: 'Save as a file' }).click()]);
  const stream = await download.createReadStream();
  let text = '';
  for await (const piece of stream) text += String(piece);
  const kept = text.split('\r\n').filter((row) => /,\d+,$/.test(row)).map((row) => Date.parse(row.split(',')[0] ?? ''));
  expect(kept).toHaveLength(4);
  for (const [n, time] of kept.entries()) expect(Math.abs(time - (times[n] ?? 0))).toBeLessThan(8_000);
  await context.close();
});
