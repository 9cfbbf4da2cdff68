/** A first visit: what it costs, what is read before the script, what a shared link says of itself. */

import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { expectAccessible, watchConsole } from '../support';
import { DESK, FAIR, PHONE, POOR, rounds, visit, withoutScript } from '../visit';

/** What the home page may weigh over the line, compressed, without pictures. */
const HOME_BYTES = 150_000;
/** "Good" by the definition of cumulative layout shift is 0.1; a page that does not jump has next to none. */
const JUMPS = 0.02;

interface Station { id: string; venue: string }

async function first(request: APIRequestContext, state: string): Promise<Station> {
  const [station] = ((await (await request.get(`/api/v1/stations?state=${state}&limit=1`)).json()) as { items: Station[] }).items;
  if (!station) throw new Error(`no station is ${state}`);
  return station;
}
const live = (request: APIRequestContext) => first(request, 'live');

test('home is light, and does not jump', async ({ browser, baseURL }) => {
  const seen = await visit(browser, `${baseURL}/`, null, 3_000);
  test.info().annotations.push({ type: 'home', description: JSON.stringify(seen) });
  expect(seen.bytes.page).toBeLessThan(HOME_BYTES);
  expect(seen.bytes.page).toBeGreaterThan(10_000);
  expect(seen.jumps).toBeLessThan(JUMPS);
  expect(seen.firstText).not.toBeNull();
});

test('home waits for the line three times: for the document, for what it names, for what its script asks for', async ({ browser, baseURL }) => {
  const asked = await rounds(browser, `${baseURL}/`);
  test.info().annotations.push({ type: 'home, rounds', description: JSON.stringify(asked) });
  expect(asked[0]).toEqual(['/']);
  expect(asked.length, JSON.stringify(asked)).toBeLessThanOrEqual(3);
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

for (const [name, lang, device, line] of [
  ['a phone, a fair line', '', PHONE, FAIR], ['a phone, a poor line', '/ru', PHONE, POOR], ['a desk, a fair line', '/en', DESK, FAIR],
] as const) {
  test(`a station does not jump on a slow device: ${name}`, async ({ browser, baseURL, request }) => {
    const seen = await visit(browser, `${baseURL}${lang}/stations/${(await live(request)).id}`, line, 6_000, device);
    test.info().annotations.push({ type: 'station', description: JSON.stringify(seen) });
    expect(seen.scriptRan, 'the script has run').not.toBeNull();
    expect(seen.jumps).toBeLessThan(JUMPS);
  });
}

test('a link to a moment does not jump on a slow phone', async ({ browser, baseURL, request }) => {
  const { id } = await live(request);
  const { now } = (await (await request.get('/api/v1/election')).json()) as { now: string };
  const moment = new Date(Date.parse(now) - 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const seen = await visit(browser, `${baseURL}/stations/${id}?t=${moment}`, FAIR, 6_000);
  test.info().annotations.push({ type: 'moment', description: JSON.stringify(seen) });
  expect(seen.jumps).toBeLessThan(JUMPS);
});

for (const state of ['missing', 'due']) {
  test(`a station off the air does not jump on a slow phone: ${state}`, async ({ browser, baseURL, request }) => {
    const station = await first(request, state);
    const seen = await visit(browser, `${baseURL}/stations/${station.id}`, FAIR, 6_000);
    test.info().annotations.push({ type: 'station', description: JSON.stringify(seen) });
    expect(seen.jumps).toBeLessThan(JUMPS);
  });
}

/** Where the parts of the station page stand that are there before the script, and whether its foot is beyond the first screen. */
const places = (page: Page) => page.locator('.bar-top, .picture, .controls, .who .plate, .who h1, .who .full, .foot').evaluateAll((parts) => parts.map((part) => {
  const { top, left, width, height } = part.getBoundingClientRect();
  if (part.matches('.foot')) return top >= innerHeight ? 'foot beyond' : 'foot seen';
  return [part.className || part.localName, ...[top, left, width, height].map(Math.round)].join(' ');
}));

/** Lets no answer to such requests through until the function it returns is called. */
async function held(page: Page, address: RegExp): Promise<() => void> {
  let release = () => undefined as unknown;
  const released = new Promise((resolve) => { release = () => resolve(undefined); });
  await page.route(address, async (route) => { await released; await route.continue(); });
  return release;
}

// What is replaced as a whole is no shift to the browser; to the reader it is one if it comes to stand elsewhere.
for (const [lang, width] of [['', 390], ['/ru', 390], ['/en', 768], ['', 1041], ['/ru', 1440]] as const) {
  test(`what is rendered of a station stays where it is when its script and its data come: ${lang || 'az'}, ${width}`, async ({ page, request }) => {
    await page.setViewportSize({ width, height: 900 });
    const script = await held(page, /\/assets\/.*\.js$/);
    const data = await held(page, /\/api\/v1\/stations\//);
    await page.goto(`${lang}/stations/${(await live(request)).id}`, { waitUntil: 'commit' });
    await expect(page.locator('.foot')).toBeAttached();
    const rendered = await places(page);
    expect(rendered).toHaveLength(7);
    expect(rendered).toContain('foot beyond');
    script();
    // only the document has this mark
    await expect(page.locator('[data-venue]')).toHaveCount(0);
    expect(await places(page)).toEqual(rendered);
    data();
    await expect(page.locator('.facts')).toBeVisible();
    await expect(page.locator('.bar-top')).not.toContainText(/Qoşulur|Connecting|Подключение/);
    expect(await places(page)).toEqual(rendered);
  });
}

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
  const release = await held(page, /\/assets\/.*\.js$/);
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
