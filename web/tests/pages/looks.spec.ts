/**
 * What has no letters in it looks the same on every machine, and is compared with what it looked like: the states as material, known
 * into the country's day and into the bar of a station. After a change that is meant: `npm run test:pages -- looks --update-snapshots`.
 */

import { expect, test, type Locator, type Page } from '@playwright/test';

const SAME = { maxDiffPixelRatio: 0.01, animations: 'disabled' } as const;
const SCHEMES = [
  ['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }], ['forced', { colorScheme: 'light', forcedColors: 'active' }],
] as const;

test.use({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 });
test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

async function without(page: Page, selectors: string): Promise<void> {
  await page.locator(selectors).evaluateAll((elements) => { for (const element of elements) (element as HTMLElement).style.display = 'none'; });
}
const compare = (what: Locator, name: string) => expect(what).toHaveScreenshot(`${name}.png`, SAME);

for (const [name, media] of SCHEMES) {
  test(`the country’s day, ${name}`, async ({ page }) => {
    await page.emulateMedia({ ...media, reducedMotion: 'reduce' });
    await page.goto('/');
    await expect(page.locator('.day-sums')).not.toContainText('·');
    await without(page, '.grid-notes, .grid-now, .grid-pick, .grid-said, .leads');
    await compare(page.locator('.coverage canvas'), `country-${name}`);
  });

  test(`a station’s day, ${name}`, async ({ page }) => {
    await page.emulateMedia({ ...media, reducedMotion: 'reduce' });
    await page.goto('/stations/1/2?view=still');
    await expect(page.locator('.tbl tbody tr').first()).toBeVisible();
    await without(page, '.hand, .peek');
    await compare(page.locator('.spans').first(), `station-${name}`);
  });
}
