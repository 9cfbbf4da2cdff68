/** A rehearsal is planned by one, and shown to everybody by two. */

import { expect, test } from '@playwright/test';
import { enter, open } from '../desk';
import { MOCK_URL } from '../mock/port';
import { expectAccessible, expectUncrossed, fits } from '../support';

test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

test('a rehearsal is planned, and two persons show it', async ({ browser }) => {
  const first = await browser.newContext({ baseURL: MOCK_URL });
  await enter(first, 'leyla.aliyeva');
  const page = await first.newPage();
  await open(page, '/en/desk/rehearsal');
  await expect(page.locator('.lines > li')).toHaveCount(2);
  await expect(page.locator('.lines > li', { hasText: 'This is what everybody sees' })).toContainText('2026-11-22');
  await page.getByRole('button', { name: 'Plan a rehearsal' }).click();
  await page.getByRole('button', { name: 'Plan a rehearsal' }).click();
  await expect(page.getByText('Choose the day.')).toBeVisible();
  await page.getByLabel('Day').fill('2026-11-23');
  await page.getByRole('button', { name: 'Plan a rehearsal' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Day').fill('2026-11-15');
  await page.getByLabel('It ends at').fill('14:00');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Plan a rehearsal' }).click();
  await expect(page.getByText('Planned: sample-rehearsal-2')).toBeVisible();
  const planned = page.locator('.lines > li', { hasText: 'sample-rehearsal-2' });
  await expect(planned).toContainText('2026-11-15, 07:30–14:00');
  await planned.getByRole('button').click();
  await planned.getByRole('textbox').fill('The rehearsal begins');
  await expectAccessible(page);
  await planned.getByRole('button', { name: 'Propose to show this', exact: true }).click();
  const waiting = planned.getByRole('link', { name: 'A proposal waits for a decision' });
  const address = await waiting.getAttribute('href');

  const second = await browser.newContext({ baseURL: MOCK_URL });
  await enter(second, 'rashad.mammadov');
  const other = await second.newPage();
  await open(other, '/en/desk/rehearsal');
  await expect(other.getByRole('button', { name: 'Plan a rehearsal' }), 'an operator does not plan').toHaveCount(0);
  await expect(other.locator('.lines > li')).toHaveCount(3);
  await open(page, address ?? '');
  await expect(page.getByText('sample-rehearsal-2').first()).toBeVisible();
  await first.close();
  await second.close();
});

for (const [prefix, width] of [['', 1440], ['/en', 390], ['/ru', 390]] as const) {
  test(`the page of rehearsals in ${prefix || 'az'} at ${width}`, async ({ browser }) => {
    const context = await browser.newContext({ baseURL: MOCK_URL, viewport: { width, height: 900 } });
    await enter(context, 'leyla.aliyeva');
    const page = await context.newPage();
    await open(page, `${prefix}/desk/rehearsal`);
    await page.locator('.sec-act button').click();
    await page.locator('.lines button').click();
    await expect(page.locator('form')).toHaveCount(2);
    await expectAccessible(page);
    await expect.poll(() => fits(page)).toBe(true);
    await expectUncrossed(page, page.url());
    await context.close();
  });
}
