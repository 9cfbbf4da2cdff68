/** The list at the desk: a draft and what it changes, its publication by two persons, a new one from a file. */

import { expect, test, type Browser, type Page } from '@playwright/test';
import { enter, open, type Name } from '../desk';
import { MOCK_URL } from '../mock/port';
import { expectAccessible, expectUncrossed, fits } from '../support';

test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

async function pageOf(browser: Browser, name: Name): Promise<Page> {
  const context = await browser.newContext({ baseURL: MOCK_URL, viewport: { width: 1280, height: 900 } });
  await enter(context, name);
  return context.newPage();
}
const csv = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

test('a draft is published by two persons, who both see what it changes', async ({ browser }) => {
  const first = await pageOf(browser, 'leyla.aliyeva');
  await open(first, '/en/desk/list');
  await expect(first.getByRole('heading', { name: 'Version 3 – Draft' })).toBeVisible();
  await expect(first.getByRole('heading', { name: 'Version 2 – Published' })).toBeVisible();
  await expect(first.getByText('until 20 November 2026')).toBeVisible();
  await expect(first.locator('.diff h3')).toHaveText(['New: 1', 'Removed: 1', 'Renumbered: 1', 'Moved: 1']);
  // The stand-in has an open proposal about it; it is withdrawn and made anew.
  await first.getByRole('link', { name: 'See the proposal' }).click();
  await expect(first.getByText('no. 12/45 of 1 November 2026')).toBeVisible();
  await first.getByRole('button', { name: 'Withdraw the proposal' }).click();
  await expect(first.getByText('The proposal was withdrawn.')).toBeVisible();
  await open(first, '/en/desk/list');
  const form = first.locator('form').filter({ hasText: 'Number of the decision' });
  await form.getByRole('button', { name: 'Propose publication' }).click();
  await expect(first.getByLabel('Number of the decision')).toBeFocused();
  await expectAccessible(first);
  await first.getByLabel('Number of the decision').fill(' 12/46 ');
  await first.getByLabel('Date of the decision').fill('2026-11-04');
  await form.getByLabel('Reason').fill('Checked against the decision.');
  const [request] = await Promise.all([first.waitForRequest(/\/proposals$/), form.getByRole('button', { name: 'Propose publication' }).click()]);
  expect(request.postDataJSON()).toEqual({ kind: 'list.publish', why: 'Checked against the decision.', payload: { version: 3, decision_number: '12/46', decision_date: '2026-11-04' } });
  await expect(first.getByText('The proposal was sent.')).toBeVisible();

  const second = await pageOf(browser, 'rashad.mammadov');
  await open(second, '/ru/desk/list');
  await expect(second.getByRole('button', { name: 'Предложить публикацию' })).toHaveCount(0);
  await second.getByRole('link', { name: 'Открыть предложение' }).click();
  await expect(second.getByText('№ 12/46 от 4 ноября 2026')).toBeVisible();
  await expect(second.locator('.diff h3').first()).toHaveText('Новые: 1');
});

test('a file is looked at before it is imported, and wrong cells are named by line', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/desk/list');
  const look = page.getByRole('button', { name: 'Fərqlərə bax' });
  await look.click();
  await expect(page.getByText('Fayl seçin.')).toBeVisible();
  await page.getByLabel('CSV faylı').setInputFiles(csv('yeni.csv', 'constituency,station\n7,12o0\n'));
  await look.click();
  await expect(page.locator('.wrong li')).toContainText('Sətir 2');
  await expect(page.getByRole('button', { name: 'Layihə kimi idxal et' })).toHaveCount(0);
  await expectAccessible(page);
  await page.getByLabel('CSV faylı').setInputFiles(csv('yeni.csv', 'constituency,station\n7,10\n'));
  await look.click();
  await expect(page.getByRole('heading', { name: 'Bu fayl son nəşrdə nəyi dəyişir' })).toBeVisible();
  const [request] = await Promise.all([page.waitForRequest(/\/list\/import/), page.getByRole('button', { name: 'Layihə kimi idxal et' }).click()]);
  expect(new URL(request.url()).searchParams.get('name')).toBe('yeni.csv');
  await expect(page.getByText('4-cü nəşr idxal edildi. O, layihədir.')).toBeVisible();
  await expect(page.getByRole('heading', { name: '4-cü nəşr – Layihə' })).toBeVisible();
});

for (const prefix of ['', '/en', '/ru']) {
  test(`on a phone all of it fits, with both forms, in ${prefix || 'az'}`, async ({ browser }) => {
    const page = await pageOf(browser, 'leyla.aliyeva');
    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, `${prefix}/desk/proposals/2`);
    await page.locator('.diff h3').first().waitFor();
    await page.locator('.btn', { hasText: /geri götür|Withdraw|Отозвать/ }).click();
    await page.locator('.told').waitFor();
    await open(page, `${prefix}/desk/list`);
    await page.locator('.diff h3').first().waitFor();
    await expect(page.locator('form')).toHaveCount(2);
    await expectAccessible(page);
    await expect.poll(() => fits(page)).toBe(true);
    await expectUncrossed(page, page.url());
  });
}
