/** A first visit: what it costs, what is read before the script, what a shared link says of itself. */

import { expect, test, type APIRequestContext } from '@playwright/test';
import { expectAccessible, watchConsole } from '../support';
import { visit, withoutScript } from '../visit';

/** What the home page may weigh over the line, compressed, without pictures. */
const HOME_BYTES = 150_000;
/** "Good" by the definition of cumulative layout shift is 0.1; a page that does not jump has next to none. */
const JUMPS = 0.02;

interface Station { id: string; venue: string }

async function live(request: APIRequestContext): Promise<Station> {
  const answer = (await (await request.get('/api/v1/stations?state=live&limit=1')).json()) as { items: Station[] };
  const [station] = answer.items;
  if (!station) throw new Error('no station is live');
  return station;
}

test('home is light, and does not jump', async ({ browser, baseURL }) => {
  const seen = await visit(browser, `${baseURL}/`, null, 3_000);
  test.info().annotations.push({ type: 'home', description: JSON.stringify(seen) });
  expect(seen.bytes.page).toBeLessThan(HOME_BYTES);
  expect(seen.bytes.page).toBeGreaterThan(10_000);
  expect(seen.jumps).toBeLessThan(JUMPS);
  expect(seen.firstText).not.toBeNull();
  // the document, what it names, what the script asks for; one more, since a browser opens six connections and some wait
  expect(seen.chain, 'requests in a row').toBeLessThanOrEqual(4);
});

test('over a slow line nothing is fetched ahead', async ({ browser, baseURL }) => {
  const seen = await visit(browser, `${baseURL}/`, { rttMs: 300, kbits: 700, cpu: 1 }, 6_000);
  test.info().annotations.push({ type: 'home, slow line', description: JSON.stringify(seen) });
  expect(seen.bytes.ahead).toBe(0);
  expect(seen.bytes.page).toBeLessThan(HOME_BYTES);
  expect(seen.jumps).toBeLessThan(JUMPS);
});

test('a station does not jump when its script and its picture come', async ({ browser, baseURL, request }) => {
  const seen = await visit(browser, `${baseURL}/stations/${(await live(request)).id}`, null, 5_000);
  test.info().annotations.push({ type: 'station', description: JSON.stringify(seen) });
  expect(seen.jumps).toBeLessThan(JUMPS);
});

for (const [lang, heading, find] of [['', 'Hər dəqiqəsi göz önündə', 'Tap'], ['/en', 'Every minute in plain view', 'Find'], ['/ru', 'Каждая минута на виду', 'Найти']] as const) {
  test(`text is there before the script: ${lang || 'az'}`, async ({ page }) => {
    await withoutScript(page, `${lang}/`);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(heading);
    await expect(page.getByRole('button', { name: find })).toBeVisible();
    await withoutScript(page, `${lang}/about`);
    await expect(page.locator('main h2').first()).toBeVisible();
  });
}

test('the search field leads to the list while the script is still on its way', async ({ page }) => {
  await withoutScript(page, '/ru/');
  await page.getByRole('searchbox').fill('7/12');
  await page.getByRole('searchbox').press('Enter');
  await expect(page).toHaveURL(/\/ru\/list\?q=7%2F12$/);
});

test('a station’s name and still are there before the script', async ({ page, request }) => {
  const { id, venue } = await live(request);
  await withoutScript(page, `/en/stations/${id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(venue);
  await expect.poll(() => page.locator('.picture img').evaluate((still: HTMLImageElement) => still.naturalWidth), { timeout: 30_000 }).toBeGreaterThan(100);
});

test('a shared link carries a title, a sentence and a still that is really there', async ({ page, request, baseURL }) => {
  const { id, venue } = await live(request);
  const { now } = (await (await request.get('/api/v1/election')).json()) as { now: string };
  const moment = new Date(Date.parse(now) - 10 * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  await withoutScript(page, `/en/stations/${id}?t=${moment}`);
  const meta = (name: string) => page.locator(`meta[property="${name}"]`).getAttribute('content');
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Baku', hour: '2-digit', minute: '2-digit' }).format(Date.parse(moment));
  await expect(page).toHaveTitle(`${id}, ${clock} · ${venue} · Aşkar`);
  expect(await meta('og:title')).toBe(`${id}, ${clock} · ${venue} · Aşkar`);
  expect(await meta('og:description')).toContain('Polling station');
  const image = (await meta('og:image')) ?? '';
  expect(image).toContain(`${baseURL}/still/${id}/1.jpg?at=`);
  const still = await request.get(image);
  expect(still.status()).toBe(200);
  expect(still.headers()['content-type']).toBe('image/jpeg');
  expect(await page.locator('link[hreflang="ru"]').getAttribute('href')).toBe(`${baseURL}/ru/stations/${id}`);
  const card = await request.get(new URL('/card.png', baseURL).href);
  expect(card.headers()['content-type']).toBe('image/png');
});

test('what was typed before the script came is not lost', async ({ page }) => {
  let release = () => undefined as unknown;
  const held = new Promise((resolve) => { release = () => resolve(undefined); });
  await page.route(/\/assets\/.*\.js$/, async (route) => { await held; await route.continue(); });
  await page.goto('/en/', { waitUntil: 'commit' });
  await page.getByRole('searchbox').pressSequentially('sebail');
  release();
  await expect(page.locator('.results')).toContainText('Sabail');
  await expect(page.getByRole('searchbox')).toHaveValue('sebail');
  await expect(page.getByRole('searchbox')).toBeFocused();
});

test('`?lang=` leads to the address of that language', async ({ request, baseURL }) => {
  const answer = await request.get(`${baseURL}/list?lang=ru&q=x`, { maxRedirects: 0 });
  expect(answer.status()).toBe(307);
  expect(answer.headers()['location']).toBe('/ru/list?q=x');
});

test('a station that is not on the list is not found, in words', async ({ page }) => {
  const said = watchConsole(page);
  const answer = await page.goto('/en/stations/119/999');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('119/999');
  await expectAccessible(page);
  expect(said).toEqual([]);
});
