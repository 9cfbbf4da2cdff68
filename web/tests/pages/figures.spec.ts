/** One set of numbers: the same minutes everywhere, stations that owe nothing are not counted, and each gap can be looked up. */

import { readFileSync } from 'node:fs';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from '../support';

/** Late, missing and hidden minutes: those that do not grow during the test. */
const LACKING = ['late', 'missing', 'hidden'] as const;
const DUE = '2/21';

const rowOf = (page: Page, id: string) => page.locator('.status-all tbody tr').filter({ has: page.getByText(id, { exact: true }) });

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

async function lines(page: Page, button: Locator): Promise<string[]> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  expect(download.suggestedFilename()).toMatch(/-sample\.csv$/);
  return readFileSync(await download.path(), 'utf8').replace(/^\uFEFF/, '').trim().split('\r\n');
}

test('a station’s minutes are the same on its page, in the table, in its day and in the file', async ({ page }) => {
  await page.goto('/en/status?q=1/2&constituency=1');
  const row = rowOf(page, '1/2');
  await expect(row).toBeVisible();
  const told = (await row.locator('td.wide').allTextContents()).slice(1).map(Number);
  expect(told).toEqual([20, 7, 4]);
  await expect(row).toContainText('Power cut: 6 min');
  const file = await lines(page, page.getByRole('button', { name: /^Download CSV: \d station/ }));
  const names = file[0]?.split(',') ?? [];
  const cells = file.find((line) => line.startsWith('1/2,'))?.split(',') ?? [];
  expect(LACKING.map((state) => Number(cells[names.indexOf(state)]))).toEqual(told);
  expect(names.reduce((sum, name, n) => sum + (name.startsWith('missing_') ? Number(cells[n]) : 0), 0)).toBe(told[1]);

  await page.goto('/en/stations/1/2?view=still');
  const tally = page.locator('.tally dd');
  await expect(tally.nth(1)).toHaveText(`${told[0]} min`);
  await expect(tally.nth(2)).toHaveText(`${told[1]} min`);
  await expect(tally.nth(3)).toHaveText(`${told[2]} min`);
  await expect(page.locator('.tbl').first()).toContainText('8 s');

  await page.getByRole('link', { name: 'Status history' }).click();
  await expect(page).toHaveURL(/\/en\/status\?station=1\/2$/);
  await expect(page.locator('.day-sums dd').nth(1)).toHaveText(String(told[0]));
  expect((await page.locator('.day-sums dd').allTextContents()).slice(1).map(Number)).toEqual(told);
});

test('causes add up to what is missing', async ({ page }) => {
  await page.route('**/api/v1/status', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { items: { id: string; minutes: { missing: number; live: number }; causes: object }[] };
    for (const item of body.items) if (item.id === '1/2') Object.assign(item, { minutes: { ...item.minutes, missing: 16 }, causes: { source: 1, power: 15 } });
    await route.fulfill({ response: answer, json: body });
  });
  await page.goto('/en/status?q=1/2&constituency=1');
  await expect(rowOf(page, '1/2').locator('.cause').first()).toHaveText('Power cut: 15 min');
  await expect(rowOf(page, '1/2').locator('.cause').nth(1)).toContainText(': 1 min');
  await page.unrouteAll({ behavior: 'wait' });
  await page.goto('/en/status');
  const rows = page.locator('.status-all tbody tr', { has: page.locator('.cause') });
  await expect(rows.first()).toBeVisible();
  const sums = await rows.evaluateAll((all) => all.map((row) => [
    [...row.querySelectorAll('.cause .num')].reduce((sum, one) => sum + Number.parseInt(one.textContent ?? '', 10), 0), Number(row.querySelectorAll('td.num')[2]?.textContent),
  ]));
  expect(sums.length).toBeGreaterThan(1);
  expect(sums.map(([causes]) => causes)).toEqual(sums.map(([, missing]) => missing));
});

test('who owes nothing is not counted, has no gap and nothing to come at a moment that is past', async ({ page }) => {
  await page.goto('/en/status');
  await expect(page.locator('.status-sum')).toContainText('999 stations owed');
  await page.goto(`/en/status?q=${DUE}`);
  await expect(page.locator('.status-all tbody tr')).toContainText('Nothing was owed');
  await expect(page.locator('.status-all tbody tr')).not.toContainText('no gap');
  await page.goto(`/en/constituencies/${DUE.split('/')[0]}?t=2026-11-22T11:00:00%2B04:00`);
  const card = page.locator('.card').filter({ hasText: DUE });
  await expect(card).toContainText('Nothing was owed');
  await expect(card).not.toContainText('Not yet due');
  await page.goto(`/en/watch?s=${DUE},1/2&t=2026-11-22T11:00:00%2B04:00`);
  const tile = page.locator('.tile').first();
  await expect(tile).toContainText('Nothing was owed');
  await expect(page.locator('main')).not.toContainText('Not yet due');
});

test('a station’s gaps stand at an address, with cause, length, the way to each, and a file', async ({ page }) => {
  await page.goto('/en/status?station=1/2');
  const row = page.locator('.gap-table tbody tr').filter({ hasText: '11:20–11:26' });
  await expect(row).toContainText('Missing');
  await expect(row).toContainText('Power cut');
  await expect(row).toContainText('6 min');
  await expect(page.locator('.gap-table tbody tr').filter({ hasText: '10:30:00–10:30:08' })).toContainText('8 s');
  await expectAccessible(page);
  const file = await lines(page, page.getByRole('button', { name: 'Download CSV' }));
  expect(file).toHaveLength(1 + await page.locator('.gap-table tbody tr').count());
  expect(file.find((line) => line.includes(',power,'))).toMatch(/^1\/2,1,missing,power,2026-11-22T11:20:00\+04:00,2026-11-22T11:26:00\+04:00,360,http.*\/en\/stations\/1\/2\?t=2026-11-22T11:20:00\+04:00,$/);
  await row.getByRole('link').click();
  await expect(page).toHaveURL(/\/en\/stations\/1\/2\?t=2026-11-22T11:20:00/);
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The day of station 1/2');
  await page.goto('/status?station=119/999');
  await expect(page.getByRole('searchbox')).toBeVisible();
});

test('what is filtered is what is saved', async ({ page }) => {
  await page.goto('/en/status?constituency=7&sort=number');
  expect(await lines(page, page.getByRole('button', { name: 'Download CSV: 8 stations' }))).toHaveLength(9);
  await page.goto('/en/list?q=school 45');
  const file = await lines(page, page.getByRole('button', { name: /^Download CSV/ }));
  const rows = await page.locator('.stations tbody tr').count();
  expect(file[1]).toMatch(/^16,28,45 nömrəli tam orta məktəb,,\d+,1$/);
  expect(file).toHaveLength(rows + 1);
});
