/**
 * The pages against a running centre with cameras on air: `BASE_URL=… npm run test:e2e`.
 * Needs at least one live station, and some history of it with a gap, as the demo has.
 */

import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { ages, freezes, glassOf, percentile, watchGlass } from '../glass';
import { expectAccessible, expectPlaying, fits, shownTime, watchConsole } from '../support';

interface Span { from: string; to: string; state: string; cause: string | null }
interface Station { id: string; state: string; cameras: { id: string; state: string }[] }

const DELAY_LIMIT_S = 5;
/** Loose, since tests share the machine; what is reached stands in docs/design/figures.md. */
const AGE_LIMIT_MS = 4_000;
const MINUTE = 60_000;

async function json<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(path);
  expect(answer.status(), path).toBe(200);
  return (await answer.json()) as T;
}

async function liveStations(request: APIRequestContext): Promise<Station[]> {
  const { items } = await json<{ items: Station[] }>(request, '/api/v1/stations?state=live&limit=50');
  expect(items.length, 'no station is live').toBeGreaterThan(0);
  return items;
}

async function serverNow(request: APIRequestContext): Promise<number> {
  return Date.parse((await json<{ now: string }>(request, '/api/v1/election')).now);
}

/** The spans of the last hours of a live camera, from the API. */
async function dayOf(request: APIRequestContext, camera: string): Promise<Span[]> {
  const now = await serverNow(request);
  const params = new URLSearchParams({ from: new Date(now - 20 * 60 * MINUTE).toISOString(), to: new Date(now).toISOString() });
  return json<Span[]>(request, `/api/v1/cameras/${camera}/timeline?${params}`);
}

const length = (span: Span) => Date.parse(span.to) - Date.parse(span.from);
const moment = (at: number) => encodeURIComponent(new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'));
const near = (page: Page, at: number, within: number) =>
  expect.poll(async () => Math.abs((await shownTime(page)) - at), { timeout: 30_000 }).toBeLessThan(within);

test('live plays in a browser, two to five seconds behind, and says so', async ({ page, request }) => {
  const [station] = await liveStations(request);
  const said = watchConsole(page);
  await page.goto(`/stations/${station?.id}?lang=en`);
  await expectPlaying(page);
  await page.waitForTimeout(5_000);
  const text = (await page.locator('.bar-top .said').textContent()) ?? '';
  const behind = Number(/(\d+) s behind/.exec(text)?.[1] ?? NaN);
  expect(behind, text).toBeLessThan(DELAY_LIMIT_S);
  // what is said is true: the same from the server's clock and the picture's time
  expect(Math.abs((await serverNow(request)) - (await shownTime(page)) - behind * 1000)).toBeLessThan(2_500);
  expect(said).toEqual([]);
});

test('a live picture is as young as the clock in it says', async ({ page, request }) => {
  const [station] = await liveStations(request);
  await watchGlass(page);
  await page.goto(`/stations/${station?.id}`);
  await expectPlaying(page);
  await page.waitForTimeout(20_000);
  const { samples } = await glassOf(page);
  const found = ages(samples);
  const figures = `p50 ${percentile(found, 50).toFixed(0)}, p95 ${percentile(found, 95).toFixed(0)} ms of ${found.length} pictures; stopped ${freezes(samples, 1_000).length} times`;
  test.info().annotations.push({ type: 'age of a live picture', description: figures });
  expect(found.length, figures).toBeGreaterThan(50);
  expect(Math.min(...found), figures).toBeGreaterThan(0);
  expect(percentile(found, 95), figures).toBeLessThan(AGE_LIMIT_MS);
});

test('the first picture comes soon after the click', async ({ page, request }) => {
  const [station] = await liveStations(request);
  await page.goto('/');
  await expect(page.locator('.card').first()).toBeVisible();
  await page.evaluate((id) => { history.pushState(null, '', `/stations/${id}`); dispatchEvent(new PopStateEvent('popstate')); }, station?.id);
  const began = Date.now();
  await expect(page.locator('video')).toBeAttached();
  await expect.poll(() => page.locator('video').evaluate((video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames), { intervals: [50] }).toBeGreaterThan(0);
  test.info().annotations.push({ type: 'first picture', description: `${Date.now() - began} ms` });
  expect(Date.now() - began).toBeLessThan(5_000);
});

test('a click on the bar shows that moment', async ({ page, request }) => {
  const [station] = await liveStations(request);
  const camera = station?.cameras[0]?.id ?? '';
  const span = (await dayOf(request, camera)).filter((one) => one.state === 'live').sort((a, b) => length(b) - length(a))[0];
  if (!span) throw new Error('no history');
  const wanted = Date.parse(span.from) + length(span) / 2;
  await page.goto(`/stations/${station?.id}?lang=en`);
  await expectPlaying(page);
  // the bar tells where the moment is: its hand is an input in minutes from the left edge
  const place = await page.locator('#scrub').evaluate((input: HTMLInputElement, [at, now]) => {
    const end = now - (now % 1000);
    const start = Math.floor((end - Number(input.max) * 60_000) / 60_000) * 60_000;
    return { part: (at - start) / (end - start), width: input.getBoundingClientRect().width };
  }, [wanted, await serverNow(request)] as const);
  await page.locator('#scrub').click({ position: { x: place.width * place.part, y: 20 } });
  await expect(page.locator('.bar-top')).toContainText('Replay');
  await near(page, wanted, Math.max(3 * MINUTE, length(span) / 2));
  await expectPlaying(page);
  expect(await shownTime(page)).toBeLessThan((await serverNow(request)) - 10_000);
  await page.getByRole('button', { name: 'Go to live' }).click();
  await expect(page.getByText('Watching live')).toBeVisible();
  await expectPlaying(page);
});

test('a link to a moment shows that moment to the second', async ({ page, request }) => {
  const [station] = await liveStations(request);
  const span = (await dayOf(request, station?.cameras[0]?.id ?? '')).find((one) => one.state === 'live' && length(one) > 3 * MINUTE);
  if (!span) throw new Error('no live span of three minutes');
  const wanted = Date.parse(span.from) + MINUTE + 17_000;
  await page.goto(`/stations/${station?.id}?lang=en&t=${moment(wanted)}`);
  await near(page, wanted, 6_000);
  await expectPlaying(page);
});

test('a gap is shown as the hole it is, and replay jumps over it and says so', async ({ page, request }) => {
  let found: { station: Station; gap: Span } | undefined;
  for (const station of await liveStations(request)) {
    const spans = await dayOf(request, station.cameras[0]?.id ?? '');
    const at = spans.findIndex((one, n) => one.state === 'missing' && length(one) > 10_000 && spans[n - 1]?.state === 'live' && length(spans[n - 1] as Span) > 30_000 && spans[n + 1]?.state === 'live');
    if (at > 0) {
      found = { station, gap: spans[at] as Span };
      break;
    }
  }
  if (!found) throw new Error('no live station has a gap in its history: the demo makes some');
  const { station, gap } = found;
  const from = Date.parse(gap.from);
  const to = Date.parse(gap.to);

  await page.goto(`/stations/${station.id}?lang=en&t=${moment((from + to) / 2)}`);
  await expect(page.locator('.offair')).toContainText('there is no picture of this moment');
  await expect(page.locator('.tbl')).toContainText('Missing');

  await page.goto(`/stations/${station.id}?lang=en&t=${moment(from - 8_000)}`);
  await expectPlaying(page);
  await expect(page.locator('.notice')).toContainText('Skipped a gap', { timeout: 40_000 });
  await expect.poll(() => shownTime(page), { timeout: 20_000 }).toBeGreaterThan(to - 1_500);
  await expectPlaying(page);
});

test('eight times as fast is eight times as fast', async ({ page, request }) => {
  const [station] = await liveStations(request);
  const span = (await dayOf(request, station?.cameras[0]?.id ?? '')).find((one) => one.state === 'live' && length(one) > 5 * MINUTE);
  if (!span) throw new Error('no live span of five minutes');
  await page.goto(`/stations/${station?.id}?lang=en&t=${moment(Date.parse(span.from) + 10_000)}`);
  await expectPlaying(page);
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('8');
  const before = await shownTime(page);
  await page.waitForTimeout(8_000);
  expect((await shownTime(page)) - before).toBeGreaterThan(30_000);
});

test('search finds Səbail by `sebail` and by `sabail`', async ({ page }) => {
  await page.goto('/');
  for (const typed of ['sebail', 'sabail']) {
    await page.getByRole('searchbox').fill(typed);
    await expect(page.locator('.results')).toContainText('Səbail');
    await expect(page.locator('.results .plate').filter({ hasText: /^7\/\d+$/ }).first()).toBeVisible();
  }
});

test('the list shows every station with its version', async ({ page, request }) => {
  const { totals, list } = await json<{ totals: { stations: number }; list: { version: number } | null }>(request, '/api/v1/election');
  await page.goto('/list?lang=en');
  await expect(page.locator('table.stations tbody tr')).toHaveCount(totals.stations);
  if (list) await expect(page.getByText(`Version ${list.version},`).first()).toBeVisible();
  for (const name of list ? ['CSV', 'JSON', 'PDF'] : ['CSV', 'JSON']) {
    const href = await page.getByRole('link', { name, exact: true }).getAttribute('href');
    expect((await request.get(href ?? '')).status()).toBe(200);
  }
});

test('home shows stills of stations on air', async ({ page }) => {
  await page.goto('/');
  await page.locator('.card').first().scrollIntoViewIfNeeded();
  await expect.poll(() => page.locator('.card canvas:not(.empty)').first().evaluate((still: HTMLCanvasElement) => still.width, null, { timeout: 1_000 }).catch(() => 0), { timeout: 30_000 }).toBeGreaterThan(100);
});

test('languages switch', async ({ page }) => {
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('lang', 'az');
  await page.getByRole('link', { name: 'English' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Every minute in plain view');
  await page.getByRole('link', { name: 'Русский' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Каждая минута на виду');
});

test('every page is accessible, fits a phone, and breaks no content policy', async ({ page, request }) => {
  test.setTimeout(180_000);
  const [station] = await liveStations(request);
  const said = watchConsole(page);
  for (const address of ['/', '/list?q=sebail', '/completeness', '/about', '/constituencies/7', `/stations/${station?.id}`, '/nowhere']) {
    const answer = await page.goto(address);
    expect(answer?.headers()['content-security-policy'], address).toMatch(/script-src 'self'(;|$)/);
    await expect(page.locator('h1')).toHaveCount(1);
    await expect(page.locator('main')).not.toContainText('Yüklənir…');
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(() => fits(page), address).toBe(true);
    await page.setViewportSize({ width: 1280, height: 720 });
  }
  expect(said).toEqual([]);
});
