/** The station's page against a running centre: replay over restarts and borders, weak lines, a server that goes away. */

import { expect, test, type APIRequestContext, type CDPSession, type Page } from '@playwright/test';
import { expectPlaying, settled, shownTime, watchConsole, watchPicture } from '../support';

interface Span { from: string; to: string; state: string; cause: string | null }
interface Station { id: string; cameras: { id: string }[] }

const MINUTE = 60_000;
const SPAN = 5 * MINUTE;
const length = (span: Span) => Date.parse(span.to) - Date.parse(span.from);
const moment = (at: number) => encodeURIComponent(new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'));

async function json<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(path);
  expect(answer.status(), path).toBe(200);
  return (await answer.json()) as T;
}
const now = async (request: APIRequestContext) => Date.parse((await json<{ now: string }>(request, '/api/v1/election')).now);
const live = async (request: APIRequestContext) => (await json<{ items: Station[] }>(request, '/api/v1/stations?state=live&limit=50')).items;

async function dayOf(request: APIRequestContext, station: Station): Promise<Span[]> {
  const to = await now(request);
  const params = new URLSearchParams({ from: new Date(to - 20 * 60 * MINUTE).toISOString(), to: new Date(to).toISOString() });
  return json<Span[]>(request, `/api/v1/cameras/${station.cameras[0]?.id}/timeline?${params}`);
}

/** A border between two spans of the recording around which a camera was live for a minute. */
async function border(request: APIRequestContext): Promise<{ station: Station; at: number }> {
  for (const station of await live(request)) {
    for (const span of await dayOf(request, station)) {
      const at = Math.ceil((Date.parse(span.from) + MINUTE) / SPAN) * SPAN;
      if (span.state === 'live' && at + MINUTE < Date.parse(span.to) - 30_000) return { station, at };
    }
  }
  throw new Error('no camera was live around a border of five minutes');
}

/** The longest stop of the picture, milliseconds, from now until `longestStop` is read. */
async function watchStops(page: Page): Promise<void> {
  await page.locator('video').evaluate((video: HTMLVideoElement) => {
    let [position, since] = [video.currentTime, performance.now()];
    const stops = { longest: 0 };
    (globalThis as unknown as { stops: typeof stops }).stops = stops;
    setInterval(() => {
      if (video.currentTime !== position) [position, since] = [video.currentTime, performance.now()];
      stops.longest = Math.max(stops.longest, performance.now() - since);
    }, 50);
  });
}
const longestStop = (page: Page) => page.evaluate(() => (globalThis as unknown as { stops: { longest: number } }).stops.longest);

/** A line of so many bit/s and so much delay. */
async function line(page: Page, kbits: number, latency: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput: (kbits * 1000) / 8, uploadThroughput: (kbits * 1000) / 8 });
  return session;
}
const free = (session: CDPSession) => session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });

// A player that waits before it asks again runs out of parts: it stops for half a second, and stays that much further behind.
test('the player asks for the next playlist at once when it has the first', async ({ page, request }) => {
  const asked: number[] = [];
  page.on('request', (one) => { if (/\/live\/.*\.m3u8/.test(one.url())) asked.push(Date.now()); });
  await page.goto(`/stations/${(await live(request))[0]?.id}`);
  await expectPlaying(page);
  expect((asked[1] ?? Infinity) - (asked[0] ?? 0)).toBeLessThan(1_200);
});

test('replay goes over the border of two spans without a pause that is seen', async ({ page, request }) => {
  const { station, at } = await border(request);
  const said = watchConsole(page);
  await page.goto(`/stations/${station.id}?lang=en&t=${moment(at - 12_000)}`);
  await expectPlaying(page);
  await watchStops(page);
  await expect.poll(() => shownTime(page), { timeout: 40_000 }).toBeGreaterThan(at + 5_000);
  const longest = await longestStop(page);
  test.info().annotations.push({ type: 'longest stop at the border', description: `${longest.toFixed(0)} ms` });
  expect(longest).toBeLessThan(700);
  expect(said).toEqual([]);
});

test('rewind over a restart of the centre says so and goes on', async ({ page, request }) => {
  let found: { station: Station; gap: Span } | undefined;
  for (const station of await live(request)) {
    const spans = await dayOf(request, station);
    const n = spans.findIndex((span, at) => span.cause === 'centre' && spans[at - 1]?.state === 'live' && length(spans[at - 1] as Span) > MINUTE && spans[at + 1]?.state === 'live' && length(spans[at + 1] as Span) > MINUTE);
    if (n > 0) found = { station, gap: spans[n] as Span };
    if (found) break;
  }
  if (!found) throw new Error('no camera was recorded before and after a start of the centre: the demo makes one');
  const { station, gap } = found;
  await page.goto(`/stations/${station.id}?lang=en&t=${moment(Date.parse(gap.from) - 10_000)}`);
  await expectPlaying(page);
  await expect(page.locator('.notice')).toContainText('Skipped a gap', { timeout: 40_000 });
  await expect.poll(() => shownTime(page), { timeout: 20_000 }).toBeGreaterThan(Date.parse(gap.to) - 1_500);
  await expectPlaying(page);
});

test('sixteen times as fast does not stop once it runs', async ({ page, request }) => {
  test.setTimeout(90_000);
  const { station, at } = await border(request);
  await page.goto(`/stations/${station.id}?lang=en&t=${moment(at - 45_000)}`);
  await expectPlaying(page);
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('16');
  await watchStops(page);
  await expect.poll(() => shownTime(page), { timeout: 40_000 }).toBeGreaterThan(at + 45_000);
  expect(await longestStop(page)).toBeLessThan(1_500);
});

test('one picture forward is the next picture', async ({ page, request }) => {
  const { station, at } = await border(request);
  await page.goto(`/stations/${station.id}?lang=en&t=${moment(at)}`);
  await expectPlaying(page);
  const picture = await watchPicture(page);
  await page.keyboard.press('k');
  await expect(page.locator('.bar-top')).toContainText('Paused');
  const before = await settled(picture);
  await page.keyboard.press('.');
  await expect.poll(async () => (await picture()) - before).toBeGreaterThan(0.01);
  expect((await settled(picture)) - before).toBeLessThan(0.25);
});

test('on a poor line a still stands at once, stills follow, and video comes back', async ({ page, request }) => {
  test.setTimeout(180_000);
  const [station] = await live(request);
  await page.goto('/about');
  const session = await line(page, 60, 300);
  await page.evaluate((id) => { history.pushState(null, '', `/en/stations/${id}`); dispatchEvent(new PopStateEvent('popstate')); }, station?.id);
  await expect.poll(() => page.locator('.picture .poster').evaluate((image: HTMLImageElement) => image.naturalWidth).catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(100);
  await expect(page.locator('.weak')).toContainText('The line is weak: still pictures are shown.', { timeout: 90_000 });
  await expect.poll(() => page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width).catch(() => 0), { timeout: 40_000 }).toBeGreaterThan(100);
  await expect(page.locator('.said')).toContainText(/a still, \d+ s old/);
  await free(session);
  await page.getByRole('button', { name: 'Back to video' }).click();
  await expectPlaying(page);
});

test('a server that goes away and comes back is said, and the picture returns by itself', async ({ page, request }) => {
  test.setTimeout(120_000);
  const [station] = await live(request);
  await page.goto(`/stations/${station?.id}?lang=en`);
  await expectPlaying(page);
  await page.context().setOffline(true);
  const said = page.getByText('The server is not responding.', { exact: true }).first();
  await expect(said).toBeVisible({ timeout: 60_000 });
  await page.context().setOffline(false);
  await expect(said).toBeHidden({ timeout: 60_000 });
  await expect.poll(async () => Math.abs(Date.now() - (await shownTime(page))), { timeout: 60_000 }).toBeLessThan(6_000);
  await expect(page.locator('.said')).toContainText(/\d s behind/);
  await expectPlaying(page);
});

test('a moment that is shared opens again', async ({ page, request, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']).catch(() => undefined);
  const { station, at } = await border(request);
  await page.goto(`/stations/${station.id}?lang=en&t=${moment(at)}`);
  await expectPlaying(page);
  await page.getByRole('button', { name: 'Copy the link' }).click();
  const link = await page.getByLabel('Link').inputValue();
  const shared = Date.parse(new URL(link).searchParams.get('t')?.replace(' ', '+') ?? '');
  await page.goto(link);
  await expect.poll(async () => Math.abs((await shownTime(page)) - shared), { timeout: 20_000 }).toBeLessThan(6_000);
  await expectPlaying(page);
  expect(new URL(page.url()).pathname).toMatch(/^\/en\//);
});

test('a station with several cameras shows them side by side', async ({ page, request }) => {
  const station = (await live(request)).find((one) => one.cameras.length > 1);
  if (!station) throw new Error('no live station has several cameras: the demo has one');
  await page.goto(`/stations/${station?.id}?lang=en&camera=all`);
  const positions = () => page.locator('.one video').evaluateAll((all) => all.map((one) => (one as HTMLVideoElement).currentTime));
  const before = await positions();
  await expect.poll(async () => (await positions()).filter((at, n) => at - (before[n] ?? at) > 1).length, { timeout: 30_000 }).toBe(station?.cameras.length);
});
