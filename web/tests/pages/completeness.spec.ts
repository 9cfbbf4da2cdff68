/** The page of completeness: stations without any video first, then the sums; and what is arriving, apart from what is missing, on home. */

import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, watchConsole } from '../support';

async function ready(page: Page, address: string) {
  await page.goto(address);
  await expect(page.locator('main')).not.toContainText(/Yüklənir…|Loading…|Загружается…/);
}

test.afterEach(async ({ request }) => { for (const what of ['phase?at=14:32', 'silent?on=0', 'arriving?on=0']) await request.get(`/_mock/${what}`); });

test('the page is accessible in each colour scheme, and stations without any video come first, large, by name', async ({ page, request }) => {
  test.setTimeout(180_000);
  const said = watchConsole(page);
  await request.get('/_mock/silent?on=1');
  await ready(page, '/completeness');
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
  await expectAccessible(page);
  await page.emulateMedia({ forcedColors: 'none' });

  await ready(page, '/en/completeness');
  const first = page.getByRole('region', { name: 'Stations without any video' });
  await expect(first.locator('.without-count')).toHaveText('63 of 999 stations');
  const size = (selector: string) => page.locator(selector).first().evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  expect(await size('.without-count')).toBeGreaterThanOrEqual(2 * (await size('.complete-sum')));
  await expect(page.locator('main section').first()).toHaveClass(/without/);
  await expect(first.getByRole('listitem')).toHaveCount(63);
  await expect(first.getByRole('listitem').first().getByRole('link')).toHaveAttribute('href', /^\/en\/stations\/\d+\/\d+$/);
  await expect(first.getByRole('listitem').first()).toContainText(/owed 7 h \d+ min.*No connection from the camera/);
  expect(said).toEqual([]);
});

test('the sums are those of the answer, constituencies come worst first, and tables are there', async ({ page, request }) => {
  await request.get('/_mock/silent?on=1');
  await ready(page, '/en/completeness');
  const { totals } = (await (await request.get('/api/v1/completeness')).json()) as { totals: { percent: Record<string, number> } };
  const shares = await page.locator('.shares tbody tr:not(.because) td:last-child').allTextContents();
  const sum = shares.reduce((all, text) => all + parseFloat(text), 0);
  expect(sum).toBeCloseTo(100, 6);
  expect(shares[0]).toBe(`${totals.percent['on_time']?.toFixed(2)}\u00a0%`);
  const missing = await page.locator('.by tbody tr').evaluateAll((rows) => rows.map((row) => parseFloat(row.lastElementChild?.lastChild?.textContent ?? '')));
  expect(missing.length).toBe(119);
  expect([...missing].sort((a, b) => b - a)).toEqual(missing);
  await expect(page.getByRole('link', { name: 'By camera' })).toHaveAttribute('href', '/api/v1/completeness.csv?level=camera');
});

test('where every station has sent something that is said, and before the day nothing is owed', async ({ page, request }) => {
  await ready(page, '/en/completeness');
  await expect(page.locator('.without')).toContainText('Every station that owed video has sent some of it.');
  await request.get('/_mock/phase?at=06:00');
  await ready(page, '/en/completeness');
  await expect(page.locator('.complete-sum')).toHaveText('The day has not begun yet: nothing is owed so far.');
  await expect(page.locator('.without')).toHaveCount(0);
});

test('the page is reached from home, the status and what Aşkar is', async ({ page }) => {
  for (const address of ['/ru/', '/ru/status', '/ru/about']) {
    await ready(page, address);
    await page.locator('main a[href="/ru/completeness"]').click();
    await expect(page.getByRole('heading', { level: 1, name: 'Полнота дня' })).toBeVisible();
  }
});

test('what is arriving has a cell, a word, minutes and a place in the legend of its own', async ({ page, request }) => {
  await request.get('/_mock/arriving?on=1');
  await ready(page, '/en/constituencies/1');
  await ready(page, '/en/');
  await expect(page.locator('.legend li', { hasText: 'Arriving late' })).toContainText('not here yet');
  const looks = await page.locator('.legend i').evaluateAll((all) => all.map((one) => { const { background, borderWidth } = getComputedStyle(one); return `${background} ${borderWidth}`; }));
  expect(new Set(looks).size).toBe(6);
  await expect(page.locator('.day-sums')).toContainText('Arriving late');
  const { rows } = (await (await request.get('/api/v1/day')).json()) as { rows: { cells: string }[] };
  const cell = rows[0]?.cells.indexOf('C') ?? -1;
  expect(cell).toBeGreaterThan(0);
  const grid = page.getByRole('application');
  await grid.focus();
  await page.keyboard.press('Home');
  for (let n = 0; n < cell; n++) await page.keyboard.press('ArrowRight');
  await expect(page.locator('.grid-said')).toContainText('Arriving late');
});
