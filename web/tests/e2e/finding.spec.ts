/**
 * Finding a station, against a running centre: what the pages say of the day is what the API says. Needs at least one live
 * station with some history, as the demo has.
 */

import { expect, test, type APIRequestContext } from '@playwright/test';
import { expectAccessible, expectPlaying, fits, watchConsole } from '../support';

interface Minutes { owed: number; live: number; late: number; missing: number; hidden: number }
interface Day { from: string; to: string; step_s: number; minutes: Minutes; rows: { key: string; cells: string; minutes: Minutes }[]; notes: unknown[] }
interface Status { items: { id: string; state: string; minutes: Minutes; longest: { from: string } | null }[]; total: number }
interface Totals { stations: number; cameras: number; states: Record<string, number> }
interface Versions { items: { number: number }[] }

const SUMMED = ['live', 'late', 'missing', 'hidden'] as const;

async function json<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(path);
  expect(answer.status(), path).toBe(200);
  return (await answer.json()) as T;
}
const added = (all: Minutes[]) => SUMMED.map((state) => all.reduce((sum, one) => sum + one[state], 0));
const number = (text: string) => Number(text.replace(/\s/g, ''));

test('home counts stations, and one with two cameras once', async ({ page, request }) => {
  const { totals } = await json<{ totals: Totals }>(request, '/api/v1/election');
  expect(totals.cameras, 'the demo has a station with two').toBeGreaterThan(totals.stations);
  expect(Object.values(totals.states).reduce((sum, n) => sum + n, 0)).toBe(totals.stations);
  const { items } = await json<{ items: Omit<Totals, 'cameras'>[] }>(request, '/api/v1/constituencies');
  for (const { stations, states } of items) expect(Object.values(states).reduce((sum, n) => sum + n, 0)).toBe(stations);
  await page.goto('/en/');
  await expect(page.locator('.filters button').first()).toHaveText(new RegExp(`^All\\s*${totals.stations.toLocaleString('en').replace(',', '.')}$`));
});

test('the country’s day adds up, and home says the same sums', async ({ page, request }) => {
  const day = await json<Day>(request, '/api/v1/day');
  expect(added([day.minutes]).reduce((sum, n) => sum + n, 0)).toBe(day.minutes.owed);
  expect(added(day.rows.map((row) => row.minutes))).toEqual(added([day.minutes]));
  const cells = Math.floor((Date.parse(day.to) - Date.parse(day.from)) / 1000 / day.step_s) + 1;
  for (const row of day.rows) {
    expect(row.cells, row.key).toMatch(/^[DLAHM]*$/);
    expect(Math.abs(row.cells.length - cells), row.key).toBeLessThanOrEqual(1);
  }
  const answer = page.waitForResponse((response) => response.url().endsWith('/api/v1/day'));
  await page.goto('/en/');
  const shown = (await (await answer).json()) as Day;
  await expect(page.locator('.day-sums dd').first()).not.toHaveText('·');
  expect((await page.locator('.day-sums dd').allTextContents()).map(number)).toEqual(added([shown.minutes]));
  await expect(page.locator('.grid-notes li')).toHaveCount(shown.notes.length);
});

test('a cell leads to its constituency at its moment, with stills of that moment', async ({ page, request }) => {
  const day = await json<Day>(request, '/api/v1/day');
  const row = day.rows.findIndex((one) => one.cells.includes('LLL'));
  expect(row, 'no constituency was live for half an hour').toBeGreaterThanOrEqual(0);
  await page.goto('/en/');
  await expect(page.locator('.day-sums dd').first()).not.toHaveText('·');
  await page.getByRole('application').focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Home');
  for (let n = 0; n < row; n++) await page.keyboard.press('ArrowDown');
  for (let n = 0; n <= (day.rows[row]?.cells.indexOf('LLL') ?? 0); n++) await page.keyboard.press('ArrowRight');
  await expect(page.locator('[aria-live=polite]')).toHaveText(/, \d\d:\d\d, Live$/);
  const still = page.waitForResponse((response) => /\/still\/.*\?at=/.test(response.url()) && response.ok(), { timeout: 30_000 });
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/en/constituencies/${day.rows[row]?.key}\\?t=`));
  expect((await still).headers()['content-type']).toBe('image/jpeg');
  await expect(page.locator('.card canvas:not(.empty)').first()).toBeVisible();
  await page.locator('.card .name a').first().click();
  await expect(page).toHaveURL(/\/en\/stations\/\d+\/\d+\?t=/);
});

test('a station’s bar leads to a moment that plays', async ({ page, request }) => {
  const { items } = await json<{ items: { id: string; constituency: number }[] }>(request, '/api/v1/stations?state=live&limit=1');
  const station = items[0];
  const day = await json<Day>(request, `/api/v1/day?constituency=${station?.constituency}`);
  const cells = day.rows.find((row) => row.key === station?.id)?.cells ?? '';
  const cell = cells.indexOf('LLL') + 1;
  expect(cell, 'it was not live for a quarter of an hour').toBeGreaterThan(0);
  await page.goto(`/en/constituencies/${station?.constituency}`);
  const bar = page.locator('.card', { has: page.locator(`a[href$="/stations/${station?.id}"]`) }).locator('.rowbar-coverage');
  await expect(bar.locator('canvas')).toBeVisible();
  await bar.scrollIntoViewIfNeeded();
  const box = await bar.boundingBox();
  const moment = Date.parse(day.from) + (cell + 0.5) * day.step_s * 1000;
  // the pointer goes along the bar until the link under it is that of the moment
  for (let x = 1; x < (box?.width ?? 0); x++) {
    await page.mouse.move((box?.x ?? 0) + x, (box?.y ?? 0) + 8);
    const href = await page.locator('.grid-pick').getAttribute('href', { timeout: 500 }).catch(() => null);
    if (href && Math.abs(Date.parse(href.split('?t=')[1] ?? '') - moment) <= day.step_s * 500) break;
  }
  await page.mouse.down();
  await page.mouse.up();
  await expect(page).toHaveURL(new RegExp(`/en/stations/${station?.id}\\?t=`));
  await expectPlaying(page);
});

test('the status page says the sums of all stations, and its links lead to the gaps', async ({ page, request }) => {
  const { items, total } = await json<Status>(request, '/api/v1/status');
  expect(items).toHaveLength(total);
  for (const { id, minutes } of items) expect(added([minutes]).reduce((sum, n) => sum + n, 0), id).toBe(minutes.owed);
  const answer = page.waitForResponse((response) => response.url().endsWith('/api/v1/status'));
  await page.goto('/en/status');
  const shown = (await (await answer).json()) as Status;
  await expect(page.locator('.status-all')).toBeVisible();
  expect((await page.locator('.day-sums dd').allTextContents()).map(number)).toEqual(added(shown.items.map((item) => item.minutes)));
  const off = shown.items.filter((item) => item.state === 'missing' || item.state === 'hidden');
  await expect(page.locator('.status-off li')).toHaveCount(off.length);
  expect(shown.items.some((item) => item.longest), 'the demo makes gaps').toBe(true);
  await page.locator('.status-all a[href*="?t="]').first().click();
  await expect(page.locator('.offair')).toContainText('there is no picture of this moment');
  expect((await request.get('/api/v1/status.csv')).headers()['content-type']).toContain('text/csv');
});

test('search finds by three alphabets what the centre finds', async ({ page, request }) => {
  const { items } = await json<{ items: { id: string }[] }>(request, `/api/v1/stations?q=${encodeURIComponent('Себаил')}`);
  expect(items.length).toBeGreaterThan(0);
  await page.goto('/en/');
  for (const typed of ['Себаил', 'sabail', 'Səbail']) {
    await page.getByRole('searchbox').fill(typed);
    // what is on air stands first here, so it may be any of them
    const first = page.locator('.results a[href*="/stations/"]').first();
    await expect(first).toBeVisible();
    expect(items.map(({ id }) => `/en/stations/${id}`)).toContain(await first.getAttribute('href'));
  }
  await page.goto('/en/list');
  await page.getByRole('searchbox').fill('Себаил');
  await expect(page.locator('.stations tbody tr')).toHaveCount(items.length);
});

test('a station at random is on air', async ({ page }) => {
  await page.goto('/en/');
  await page.getByRole('button', { name: 'Open a station at random' }).click();
  await expect(page).toHaveURL(/\/en\/stations\/\d+\/\d+$/);
  await expectPlaying(page);
});

test('each version of the list can be fetched, and any two compared', async ({ page, request }) => {
  const { items } = await json<Versions>(request, '/list/versions');
  expect(items.length).toBeGreaterThan(0);
  await page.goto('/en/list');
  await expect(page.locator('.versions li')).toHaveCount(items.length);
  for (const link of await page.locator('.versions a').all()) expect((await request.get((await link.getAttribute('href')) ?? '')).status()).toBe(200);
  if (items.length > 1) {
    await page.getByRole('combobox', { name: 'Earlier' }).selectOption(String(items.at(-1)?.number));
    await expect(page.getByRole('heading', { name: /^Differences from version/ })).toBeVisible();
  }
  expect((await request.get('/list/changes?from=1&to=9999')).status()).toBe(404);
});

test('pages of finding are accessible and fit a phone', async ({ page }) => {
  test.setTimeout(120_000);
  const said = watchConsole(page);
  for (const address of ['/', '/constituencies/7', '/status', '/list?q=sebail']) {
    await page.goto(address);
    await expect(page.locator('main')).not.toContainText('Yüklənir…');
    await expectAccessible(page);
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => fits(page), address).toBe(true);
    await page.setViewportSize({ width: 1280, height: 720 });
  }
  expect(said).toEqual([]);
});

test('the page of completeness says what the answer says, and names who has sent nothing', async ({ page, request }) => {
  interface Report { totals: { owing: number; without_video: number }; stations: { id: string; without_video: boolean }[] }
  const report = await json<Report>(request, '/api/v1/completeness');
  const without = report.stations.filter((station) => station.without_video).map(({ id }) => id);
  expect(without.length, 'nobody sends for the visitor’s own station yet').toBe(report.totals.without_video);
  await page.goto('/en/completeness');
  await expect(page.locator('.without-count')).toHaveText(new RegExp(`^${without.length} of ${report.totals.owing} stations$`));
  for (const id of without) await expect(page.locator(`.without a[href="/en/stations/${id}"]`)).toBeVisible();
});
