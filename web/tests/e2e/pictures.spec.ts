/**
 * The pictures of the README: the pages as people see them, of a running demo. They are taken in every run, so that what they show
 * is known to be there; `ASHKAR_PICTURES=../docs` puts them into the documentation.
 */

import { mkdirSync } from 'node:fs';
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import { expectPlaying } from '../support';

const FOLDER = process.env['ASHKAR_PICTURES'] ?? 'test-results/pictures';
const WIDE = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

mkdirSync(FOLDER, { recursive: true });

interface Station { id: string; cameras: { id: string }[] }

async function live(request: APIRequestContext): Promise<Station[]> {
  const answer = (await (await request.get('/api/v1/stations?state=live&limit=12')).json()) as { items: Station[] };
  expect(answer.items.length).toBeGreaterThan(8);
  return answer.items;
}

const drawn = (page: Page, count: number) =>
  expect.poll(() => page.locator('canvas:not(.empty, .painted)').count(), { timeout: 30_000 }).toBeGreaterThanOrEqual(count);
const save = (page: Page, name: string) => page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled' });

test('home', async ({ page }) => {
  await page.setViewportSize(WIDE);
  await page.goto('/en/');
  await expect(page.locator('.grid-now')).toBeVisible();
  await expect(page.locator('.day-sums')).not.toContainText('·');
  await save(page, 'home');
});

test('a station', async ({ page, request }) => {
  const [, station] = await live(request);
  await page.setViewportSize({ ...WIDE, height: 1080 });
  await page.goto(`/en/stations/${station?.id}`);
  await expectPlaying(page);
  await expect(page.locator('.tbl tbody tr').first()).toBeVisible();
  await save(page, 'station');
});

test('a station on a phone', async ({ page, request }) => {
  const [, , station] = await live(request);
  await page.setViewportSize(PHONE);
  await page.goto(`/stations/${station?.id}`);
  await expectPlaying(page);
  await save(page, 'phone');
});

test('nine at once', async ({ page, request }) => {
  const stations = await live(request);
  await page.setViewportSize(WIDE);
  await page.goto(`/en/watch?s=${stations.slice(0, 9).map((one) => one.id).join(',')}&n=9&view=still`);
  await drawn(page, 9);
  await save(page, 'watch');
});
