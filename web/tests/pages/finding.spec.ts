/** The pages for finding a station: home with the country's day, a constituency, the status of all stations, the list and its versions. */

import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, watchConsole } from '../support';

const MOMENT = '2026-11-22T11:22:00+04:00';
// axe reads a thousand rows slowly, so the list gets some of them
const PAGES = ['/', '/constituencies/1', `/constituencies/1?t=${MOMENT}`, '/status', '/list?from=1&to=3&q=sebail'];
const coverage = (page: Page) => page.getByRole('application');
const spoken = (page: Page) => page.locator('[aria-live=polite]');

async function ready(page: Page, address: string) {
  await page.goto(address);
  await expect(page.locator('main')).not.toContainText(/Yüklənir…|Loading…|Загружается…/);
}

test.afterEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

for (const address of PAGES) {
  test(`${address} is accessible in each colour scheme`, async ({ page }) => {
    test.setTimeout(180_000);
    const said = watchConsole(page);
    await ready(page, address);
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
    await expectAccessible(page);
    expect(said).toEqual([]);
  });
}

test('before the day, pages say that it has not begun', async ({ page, request }) => {
  await request.get('/_mock/phase?at=06:00');
  await ready(page, '/en/');
  await expect(page.locator('.grid-said')).toHaveText('The day has not begun yet.');
  await coverage(page).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.grid-pick')).toHaveCount(0);
  await expectAccessible(page);
  await ready(page, '/en/constituencies/1');
  await expect(page.locator('.card')).toHaveCount(8);
  await expect(page.getByRole('slider')).toHaveCount(0);
  await expectAccessible(page);
  await ready(page, '/en/status');
  await expect(page.locator('.status-sum')).toHaveText('The day has not begun yet.');
  await expect(page.getByText('No station is off air now.')).toBeVisible();
});

test('what does not load is said where it would stand, and the rest is there', async ({ page }) => {
  await page.route(/\/api\/v1\/(day|status)/, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' }));
  await page.goto('/en/');
  await expect(page.locator('.grid-said')).toHaveText('This part did not load. The page will try again.');
  await expect(page.locator('.card').first()).toBeVisible();
  await page.goto('/en/constituencies/1');
  await expect(page.locator('.card')).toHaveCount(8);
  await page.goto('/en/status');
  await expect(page.getByRole('status').filter({ hasText: 'did not load' })).toBeVisible();
  await page.unroute(/\/api\/v1\/(day|status)/);
  await expect(page.locator('.status-all')).toBeVisible({ timeout: 20_000 });
});

test('nothing jumps when the day arrives', async ({ page }) => {
  for (const viewport of [{ width: 1440, height: 1600 }, { width: 390, height: 1600 }]) {
    await page.setViewportSize(viewport);
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => { arrive = resolve; });
    await page.route('**/api/v1/day', async (route) => { await arrived; await route.continue(); });
    await page.goto('/en/');
    await expect(page.locator('.card').first()).toBeVisible();
    const places = () => page.locator('.coverage, .band .legend, .band-head').evaluateAll((all) => all.map((one) => [one.getBoundingClientRect().top, one.getBoundingClientRect().height]));
    const before = (await places()).slice(0, 2);
    arrive();
    await expect(page.locator('.day-sums dd').first()).not.toHaveText('·');
    await expect(page.locator('.grid-notes li').first()).toBeAttached();
    expect((await places()).slice(0, 2)).toEqual(before);
    await page.unroute('**/api/v1/day');
  }
});

test.describe('the coverage', () => {
  /** The colour of the coverage where constituency `row` stands at `time`, as numbers. */
  const colourAt = (page: Page, row: number, time: string) => page.locator('.coverage canvas').evaluate((canvas: HTMLCanvasElement, [y, part]) => {
    const context = canvas.getContext('2d');
    const width = (canvas.parentElement?.parentElement?.clientWidth ?? 0) * devicePixelRatio;
    return [...(context?.getImageData(Math.round(width * part), Math.round((y + 0.25) * 4 * devicePixelRatio), 1, 1).data ?? [])].slice(0, 3).join();
  }, [row - 1, (Date.parse(`2026-11-22T${time}:00+04:00`) - Date.parse('2026-11-22T07:30:00+04:00')) / (16.5 * 3_600_000)] as const);

  test('tells the states apart, in both themes, and is painted only when there is something new', async ({ page }) => {
    await page.addInitScript(() => {
      const counted = globalThis as unknown as { painted: number };
      counted.painted = 0;
      const paint = CanvasRenderingContext2D.prototype.fillRect;
      CanvasRenderingContext2D.prototype.fillRect = function (...box) { counted.painted += 1; return paint.apply(this, box); };
    });
    const painted = () => page.evaluate(() => (globalThis as unknown as { painted: number }).painted);
    await page.setViewportSize({ width: 1440, height: 1000 });
    await ready(page, '/en/');
    await expect(page.locator('.day-sums dd').first()).not.toHaveText('·');
    await coverage(page).scrollIntoViewIfNeeded();
    const live = await colourAt(page, 1, '08:35');
    expect(live).toBe('15,127,112');
    const missing = await colourAt(page, 1, '14:25');
    expect(missing).toBe('251,230,229');
    expect(await colourAt(page, 1, '20:00')).not.toBe(live);

    const before = await painted();
    await coverage(page).hover({ position: { x: 100, y: 100 } });
    await coverage(page).hover({ position: { x: 300, y: 300 } });
    await expect(page.locator('.grid-pick')).toBeVisible();
    expect(await painted()).toBe(before);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => colourAt(page, 1, '08:35')).toBe('47,163,144');
    expect(await painted()).toBeGreaterThan(before);
    await page.setViewportSize({ width: 500, height: 1000 });
    await expect.poll(() => colourAt(page, 1, '08:35')).toBe('47,163,144');
    await page.emulateMedia({ forcedColors: 'active' });
    await expect.poll(() => colourAt(page, 1, '08:35')).toBe('47,163,144');
  });

  test('is one stop of the keyboard; arrows go by time and constituency, Enter opens', async ({ page }) => {
    await ready(page, '/en/');
    await coverage(page).focus();
    await expect(spoken(page)).toHaveText('Constituency 1, Sharur–Sadarak, 14:30, Missing');
    await page.keyboard.press('Home');
    await expect(spoken(page)).toHaveText('Constituency 1, Sharur–Sadarak, 07:30, Live');
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowUp');
    await expect(spoken(page)).toHaveText(/^Constituency 10, .*, 07:30, Live$/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await expect(spoken(page)).toHaveText(/^Constituency 10, .*, 07:40, Live$/);
    await page.keyboard.press('Control+End');
    await expect(spoken(page)).toHaveText(/^Constituency 119, /);
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowDown');
    await expect(spoken(page)).toHaveText('Constituency 2, Sharur–Kangarli, 07:40, Live');
    await expect(page.locator('.grid-said')).toContainText('07:40–07:50');
    await expectAccessible(page);

    await page.keyboard.press('Tab');
    await expect(page.locator('.grid-said a')).toBeFocused();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/en\/constituencies\/2\?t=2026-11-22T07:40:00\+04:00$/);
    await expect(page.getByRole('status').filter({ hasText: 'This is not now' })).toBeVisible();
  });

  test('a pointer reads a cell and a click opens it', async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 1000 });
    await ready(page, '/en/');
    await coverage(page).scrollIntoViewIfNeeded();
    const width = (await page.locator('.coverage').boundingBox())?.width ?? 0;
    const place = { x: (width * (11 + 25 / 60 - 7.5)) / 16.5, y: 4 * 33 + 2 };
    await coverage(page).hover({ position: place });
    await expect(page.locator('.grid-said')).toContainText(/Constituency 34, .*11:20–11:30/);
    // what has not come yet is no link
    await coverage(page).hover({ position: { x: width - 20, y: 10 } });
    await expect(page.locator('.grid-said')).toContainText('11:20–11:30');
    await coverage(page).hover({ position: place });
    await page.mouse.down();
    await page.mouse.up();
    await expect(page).toHaveURL(/\/en\/constituencies\/34\?t=2026-11-22T11:20:00\+04:00$/);
    await expect(page.getByRole('slider')).toHaveAttribute('aria-valuetext', '11:20');
  });

  test('a finger reads a cell first and opens it by the words', async ({ browser, baseURL }) => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 3, ...(baseURL ? { baseURL } : {}) });
    const page = await context.newPage();
    await ready(page, '/en/');
    await coverage(page).tap({ position: { x: 40, y: 41 } });
    await expect(page.locator('.grid-said a')).toContainText('Constituency 11');
    await expect(page).toHaveURL(/\/en\/$/);
    await page.locator('.grid-said a').tap();
    await expect(page).toHaveURL(/\/en\/constituencies\/11\?t=/);
    await context.close();
  });

  test('the worst stretches are links, beside it or under it, and the same facts are a table', async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 1000 });
    await ready(page, '/en/');
    const notes = page.locator('.grid-notes a');
    await expect(notes).toHaveCount(5);
    const boxes = await notes.evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ top, bottom }) => ({ top, bottom })));
    for (const [n, box] of boxes.slice(1).entries()) expect(box.top).toBeGreaterThanOrEqual(boxes[n]?.bottom ?? 0);
    await expect(notes.first()).toHaveText(/^Constituency \d+, \d\d:\d\d–\d\d:\d\d: the picture from \d+ stations arrived late\.$/);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(async () => (await notes.first().boundingBox())?.y ?? 0).toBeGreaterThan((await page.locator('.grid-said').boundingBox())?.y ?? Infinity);
    await page.getByText('In words and figures').click();
    await expect(page.getByRole('table').getByRole('row')).toHaveCount(11);
    await expect(page.getByRole('link', { name: 'All stations, minute by minute' })).toHaveAttribute('href', '/en/status');
    await expectAccessible(page);
    await notes.first().click();
    await expect(page).toHaveURL(/\/en\/constituencies\/\d+\?t=/);
  });
});

test('some to try: at random, least watched, and boxes just opened when there are any', async ({ page, request }) => {
  await ready(page, '/en/');
  await expect(page.getByRole('heading', { name: 'Least watched' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Just opened a box' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Watch several at once' })).toHaveAttribute('href', '/en/watch');
  await expect(page.getByRole('link', { name: 'Count the ballots' })).toHaveAttribute('href', '/en/count');
  const opened = new Set<string>();
  for (let n = 0; n < 3; n++) {
    await page.getByRole('button', { name: 'Open a station at random' }).click();
    await expect(page).toHaveURL(/\/en\/stations\/\d+\/\d+$/);
    opened.add(page.url());
    await page.goBack();
    await expect(page).toHaveURL(/\/en\/$/);
  }
  expect(opened.size).toBeGreaterThan(1);
  await request.get('/_mock/phase?at=20:00');
  await ready(page, '/en/');
  await expect(page.getByRole('heading', { name: 'Just opened a box' })).toBeVisible();
});

test('search finds a constituency in three alphabets', async ({ page }) => {
  await ready(page, '/');
  for (const typed of ['Себаил', 'sabail', 'SEBAIL']) {
    await page.getByRole('searchbox').fill(typed);
    await expect(page.locator('.results a').first()).toHaveAttribute('href', '/constituencies/7');
    await expect(page.locator('.results')).toContainText('7/');
  }
  await ready(page, '/list');
  await page.getByRole('searchbox').fill('7/34');
  await expect(page.locator('.stations tbody tr')).toHaveCount(1);
});

test.describe('a constituency', () => {
  test('goes to a moment by steps, by the slider’s keys and back to now, and the address keeps it', async ({ page }) => {
    await ready(page, '/en/constituencies/1');
    const slider = page.getByRole('slider', { name: 'Moment of the day' });
    await expect(slider).toHaveAttribute('aria-valuetext', 'now');
    await page.getByRole('button', { name: '−10 min' }).click();
    await expect(page).toHaveURL(/t=2026-11-22T14:2\d:\d\d\+04:00/);
    await slider.focus();
    await page.keyboard.press('Home');
    await expect(slider).toHaveAttribute('aria-valuetext', '07:30');
    await page.keyboard.press('ArrowRight');
    await expect(page).toHaveURL(/t=2026-11-22T07:35:00\+04:00/);
    await expect(page.getByRole('status').filter({ hasText: 'Pictures: 07:35. State: the worst of 07:35–07:40.' })).toBeVisible();
    await page.getByRole('button', { name: 'Now', exact: true }).click();
    await expect(page).not.toHaveURL(/t=/);
    await expect(page.getByRole('button', { name: 'Now', exact: true })).toBeFocused();
    await slider.focus();
    await page.keyboard.press('End');
    await expect(slider).toHaveAttribute('aria-valuetext', 'now');
  });

  test('at a moment, stills, states and links are those of the moment', async ({ page }) => {
    const stills: string[] = [];
    page.on('request', (request) => { if (request.url().includes('/still/')) stills.push(decodeURIComponent(request.url())); });
    // The day may well come after the stations.
    await page.route(/\/api\/v1\/day/, async (route) => { await new Promise((resolve) => setTimeout(resolve, 1_000)); await route.continue(); });
    await ready(page, `/en/constituencies/1?t=${MOMENT}`);
    await expect(page.locator('.card').first()).toContainText('Missing');
    await expect(page.locator('.card .name a').first()).toHaveAttribute('href', `/en/stations/1/2?t=${MOMENT}`);
    await page.goto('/en/constituencies/1?t=2026-11-22T11:05:30+04:00');
    await expect(page.locator('.card').first()).toContainText('Live');
    await expect.poll(() => stills.filter((still) => still.endsWith('.jpg?at=2026-11-22T07:05:00Z')).length).toBeGreaterThan(0);
    expect(stills.filter((still) => !still.includes('?at='))).toEqual([]);
  });

  test('a moment that is none is now', async ({ page }) => {
    for (const t of ['yesterday', '2026-11-22T23:00:00+04:00', '2020-01-01T00:00:00Z']) {
      await ready(page, `/en/constituencies/1?t=${t}`);
      await expect(page.getByRole('slider')).toHaveAttribute('aria-valuetext', 'now');
    }
  });

  test('a click on a station’s bar leads to that moment of it', async ({ page }) => {
    await ready(page, '/en/constituencies/1');
    const bar = page.locator('.rowbar-coverage').first();
    const width = (await bar.boundingBox())?.width ?? 0;
    await bar.hover({ position: { x: (width * (11 + 22 / 60 - 7.5)) / 16.5, y: 8 }, force: true });
    await page.mouse.down();
    await page.mouse.up();
    await expect(page).toHaveURL(/\/en\/stations\/1\/2\?t=2026-11-22T11:20:00\+04:00$/);
  });

  test('worst first, minutes in words, and a link to watch them side by side', async ({ page }) => {
    await ready(page, '/en/constituencies/1');
    await expect(page.locator('.card .plate')).toHaveText(['1/2', '1/17', '1/26', '1/29', '1/33', '1/39', '1/50', '1/51']);
    await expect(page.locator('.bar-said').first()).toHaveText(/^\d+ min live, 20 min arrived late, 7 min missing, 4 min hidden$/);
    await page.getByRole('button', { name: 'Worst first' }).click();
    await expect(page.locator('.card .plate').first()).toHaveText('1/29');
    await expect(page).toHaveURL(/order=worst/);
    await expect(page.getByRole('link', { name: 'Watch these side by side' })).toHaveAttribute('href', /^\/en\/watch\?s=1\/29,1\/2,1\/17/);
    await page.reload();
    await expect(page.locator('.card .plate').first()).toHaveText('1/29');
  });
});

test.describe('status', () => {
  const first = (page: Page) => page.locator('.status-all tbody th .plate').first();

  test('what is off air now stands first, with since when and why', async ({ page }) => {
    await ready(page, '/en/status');
    await expect(page.getByRole('heading', { name: 'Off air now: 4 stations' })).toBeVisible();
    await expect(page.locator('.status-off li').first()).toContainText(/Off air\s*since 14:02, 30 min\. Line down\./);
    await expect(page.locator('.status-sum')).toHaveText(/^From 07:30 to 14:3\d, 999 stations owed \d+\s\d+ camera minutes: .* missing, \d+ hidden\.$/);
    await expect(page.getByRole('button', { name: 'Download CSV' })).toBeVisible();
  });

  test('sums are those of the rows', async ({ page, request }) => {
    await ready(page, '/en/status?constituency=88');
    const rows = await page.locator('.status-all tbody tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('.wide')].map((cell) => Number(cell.textContent))));
    const totals = await page.locator('.day-sums dd').allTextContents();
    expect(totals.map((n) => Number(n.replace(/\s/g, '')))).toEqual([0, 1, 2, 3].map((n) => rows.reduce((sum, row) => sum + (row[n] ?? 0), 0)));
    expect((await request.get('/api/v1/status?constituency=88')).status()).toBe(200);
  });

  test('on a phone a sentence stands for the figures, and no figure without its name', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 900 });
    await ready(page, '/en/status?constituency=88');
    const row = page.locator('.status-all tbody tr').first();
    await expect(row.locator('td.narrow')).toHaveText(/min live, .* missing/);
    await expect(row.locator('.wide:visible')).toHaveCount(0);
    await page.setViewportSize({ width: 1440, height: 900 });
    await expect(row.locator('.wide:visible')).toHaveCount(4);
    await expect(row.locator('td.narrow')).toBeHidden();
  });

  test('sorts, filters and pages a thousand rows', async ({ page }) => {
    await ready(page, '/en/status');
    await expect(page.locator('.status-all tbody tr')).toHaveCount(100);
    await expect(first(page)).toHaveText('88/9');
    await page.getByRole('button', { name: 'By number' }).click();
    await expect(first(page)).toHaveText('1/2');
    await expect(page).toHaveURL(/sort=number/);
    await page.getByRole('button', { name: 'Show 100 more' }).click();
    await expect(page.locator('.status-all tbody tr')).toHaveCount(200);
    await expect(page.locator('.status-all tbody tr').nth(100).getByRole('link').first()).toBeFocused();
    await page.getByRole('combobox', { name: 'Constituency' }).selectOption('7');
    await expect(page.locator('.status-all tbody tr')).toHaveCount(8);
    await expect(page.locator('.status-sum')).toContainText('8 stations');
    await page.getByRole('searchbox').fill('7/34');
    await expect(page.locator('.status-all tbody tr')).toHaveCount(1);
    await expect(page).toHaveURL(/sort=number&constituency=7&q=7\/34$/);
    await page.reload();
    await expect(page.getByRole('searchbox')).toHaveValue('7/34');
    await expect(page.locator('.status-all tbody tr')).toHaveCount(1);
    await page.getByRole('searchbox').fill('');
    await expect(page).not.toHaveURL(/q=/);
    await page.getByRole('searchbox').fill('zzzz');
    await expect(page.getByText('No such station found.')).toBeVisible();
    await page.goto('/en/status?sort=number&constituency=88');
    await expect(first(page)).toHaveText(/^88\//);
  });

  test('a refresh moves neither scroll, nor focus, nor the row one reads', async ({ page }) => {
    let worse = false;
    await page.route('**/api/v1/status', async (route) => {
      const answer = await route.fetch();
      const body = await answer.json() as { items: { id: string; minutes: { missing: number; owed: number } }[] };
      for (const item of worse ? body.items.filter((one) => one.id === '119/1' || one.id.startsWith('118/')) : []) {
        item.minutes.missing += 5_000;
        item.minutes.owed += 5_000;
      }
      await route.fulfill({ response: answer, json: body });
    });
    await ready(page, '/en/status');
    const link = page.locator('.status-all tbody tr').nth(20).getByRole('link').first();
    await link.focus();
    const where = await link.getAttribute('href');
    const scrolled = await page.evaluate(() => scrollY);
    worse = true;
    await expect(page.locator('.day-sums dd').nth(2)).toHaveText(/^[3-9]\d\s\d{3}$/, { timeout: 25_000 });
    await expect(page.locator('.status-all tbody tr').nth(20).getByRole('link').first()).toBeFocused();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(where);
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    await page.getByRole('button', { name: 'By missing minutes' }).focus();
    await expect(first(page)).toHaveText(/^118\//, { timeout: 25_000 });
  });
});

test('the list compares two versions, the address keeps the choice, and one that is not there is said', async ({ page }) => {
  await ready(page, '/en/list?q=7/34');
  await expect(page.getByRole('heading', { name: 'Differences from the previous version' })).toBeVisible();
  await expect(page.locator('.versions li')).toHaveCount(3);
  await expect(page.locator('.versions [aria-current]')).toContainText('Version 3, the one shown');
  await expect(page.getByRole('link', { name: 'JSON, version 2' })).toHaveAttribute('href', '/list/stations.json?version=2');
  await expect(page.getByRole('link', { name: 'PDF, version 2' })).toHaveAttribute('href', '/list/stations.pdf?version=2&language=en');
  await page.getByRole('combobox', { name: 'Earlier' }).selectOption('1');
  await expect(page).toHaveURL(/from=1&to=3/);
  await expect(page.getByRole('heading', { name: 'Differences from version 1 to version 3' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Later' }).selectOption('1');
  await expect(page.getByText('Choose two different versions.')).toBeVisible();
  await expectAccessible(page);
  await page.goto('/en/list?from=1&to=9&q=7/34');
  await expect(page.getByText('There is no such version.')).toBeVisible();
});

/** How many header entries stand in each row, by width and text size: four in one, or two and two. About is in the footer. */
const ROWS: Record<string, [width: number, text: string, rows: number[]][]> = {
  '/': [[320, '100%', [4]], [360, '100%', [4]], [390, '100%', [4]], [390, '200%', [2, 2]], [640, '200%', [4]]],
  '/en/': [[320, '100%', [4]], [360, '100%', [4]], [390, '100%', [4]], [390, '200%', [2, 2]], [640, '200%', [4]]],
  '/ru/': [[320, '100%', [2, 2]], [360, '100%', [2, 2]], [390, '100%', [4]], [390, '200%', [2, 2]], [640, '200%', [2, 2]]],
};
for (const [address, cases] of Object.entries(ROWS)) {
  test(`the header of a phone is calm: ${address}`, async ({ page }) => {
    await ready(page, address);
    for (const [width, text, rows] of cases) {
      const name = `${width} px, letters of ${text}`;
      await page.setViewportSize({ width, height: 844 });
      await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, text);
      const all = await page.locator('.nav a:visible').evaluateAll((links) => links.map((link) => {
        const { left, right, top, bottom } = link.getBoundingClientRect();
        const range = document.createRange();
        range.selectNodeContents(link);
        const words = range.getBoundingClientRect();
        return { left, right, top: Math.round(top), bottom, inside: words.left >= left && words.right <= right && words.top >= top && words.bottom <= bottom, lines: range.getClientRects().length };
      }));
      const tops = [...new Set(all.map(({ top }) => top))];
      expect(tops.map((top) => all.filter((one) => one.top === top).length), name).toEqual(rows);
      for (const one of all) {
        expect(one.inside, name).toBe(true);
        expect(one.left >= 0 && one.right <= width, name).toBe(true);
        expect(Math.min(one.right - one.left, one.bottom - one.top), name).toBeGreaterThanOrEqual(43.5);
        if (text === '100%') expect(one.lines, name).toBe(1);
      }
      // two and two stand below each other
      if (rows.length === 2) expect([all[0]?.left, all[1]?.left], name).toEqual([all[2]?.left, all[3]?.left]);
      if (text === '100%') {
        const brand = await page.locator('.brand').boundingBox();
        const lang = await page.locator('.lang').boundingBox();
        expect(Math.abs((brand?.y ?? 0) - (lang?.y ?? 99)), name).toBeLessThan(2);
        expect((await page.locator('.top').boundingBox())?.height, name).toBeLessThanOrEqual(rows.length === 1 ? 106 : 150);
      }
    }
    await expect(page.locator('.foot a[href$="/about"]')).toBeVisible();
    await page.setViewportSize({ width: 1280, height: 844 });
    await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
    await expect(page.locator('.nav a:visible')).toHaveCount(5);
  });
}

test('the entries of the header are whole on the narrowest phone, in each language', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const address of ['/', '/en/', '/ru/']) {
    await ready(page, address);
    const boxes = await page.locator('.nav a:visible, .lang a').evaluateAll((all) => all.map((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return { left, right, top, bottom, cut: one.scrollWidth > one.clientWidth + 1 || one.getClientRects().length > 1 };
    }));
    expect(boxes).toHaveLength(7);
    for (const [n, box] of boxes.entries()) {
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(320);
      expect(box.cut).toBe(false);
      for (const other of boxes.slice(n + 1)) expect(box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top).toBe(true);
    }
    await page.locator('.nav a:visible').last().focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/list$/);
  }
});
