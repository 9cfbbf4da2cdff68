/** Citizens' reports at the desk: the list of what one looks after, and closing one with words. */

import { expect, test } from '@playwright/test';
import { enter, open } from '../desk';
import { MOCK_URL } from '../mock/port';
import { expectAccessible, fits } from '../support';

test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

test('a report is closed with words, and then it is gone', async ({ page, context }) => {
  await enter(context, 'leyla.aliyeva');
  await open(page, '/en/desk/reports');
  const lines = page.locator('.report-line');
  await expect(lines).toHaveCount(2);
  await expect(lines.first()).toContainText('The ballot box cannot be seen');
  await expect(lines.last()).toContainText('Qarşısında pərdə var.');
  await page.getByRole('button', { name: '1/1/1: close the report' }).click();
  const form = lines.first().locator('form');
  await form.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(form.getByText('Say what was done.')).toBeVisible();
  await form.getByLabel('What was done').fill('The camera was turned.');
  await form.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: '1/1/1: the report is closed.' })).toBeVisible();
  await expect(lines).toHaveCount(1);
});

test('who looks after some constituencies sees theirs, and who only reads closes nothing', async ({ browser, page, context }) => {
  await enter(context, 'sevda.quliyeva');
  await open(page, '/en/desk/reports');
  await expect(page.locator('.report-line')).toHaveCount(2);
  await expect(page.getByRole('button', { name: /close the report/ })).toHaveCount(0);
  const regional = await browser.newContext({ baseURL: MOCK_URL });
  await enter(regional, 'rashad.mammadov');
  const theirs = await regional.newPage();
  await open(theirs, '/en/desk/reports');
  await expect(theirs.locator('.report-line')).toHaveCount(1);
  await expect(theirs.locator('.report-line')).toContainText('7/1/1');
  await expect(theirs.getByRole('button', { name: '7/1/1: close the report' })).toBeVisible();
  await regional.close();
});

for (const lang of ['', '/en', '/ru']) {
  for (const width of [390, 1440]) {
    test(`${lang || '/az'} at ${width} px`, async ({ page, context }) => {
      await page.setViewportSize({ width, height: 900 });
      await enter(context, 'leyla.aliyeva');
      await open(page, `${lang}/desk/reports`);
      await expect(page.locator('.report-line')).toHaveCount(2);
      await page.locator('.report-line .btn').first().click();
      await expectAccessible(page);
      expect(await fits(page)).toBe(true);
    });
  }
}
