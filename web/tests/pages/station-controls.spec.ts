import { expect, test, type Page } from '@playwright/test';

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

/** How many lines the controls take: tops of what is seen of them, those within a few pixels counted once. */
async function lines(page: Page): Promise<number> {
  return page.locator('.controls > *:visible').evaluateAll((all) => {
    const middles = all.map((one) => one.getBoundingClientRect()).map(({ top, height }) => top + height / 2).sort((a, b) => a - b);
    return middles.filter((middle, n) => n === 0 || middle - (middles[n - 1] ?? 0) > 12).length;
  });
}

for (const language of ['', '/en', '/ru']) {
  test(`the controls stand in one line, live, back and by frames, and no button alone below them: ${language || '/az'}`, async ({ page }) => {
    test.setTimeout(90_000);
    for (const width of [390, 768, 1024, 1280, 1440, 1920]) {
      const phone = width < 640;
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${language}/stations/1/2`);
      await expect(page.locator('.controls .ctl-live[aria-disabled]')).toBeVisible();
      await expect.poll(() => lines(page), `live at ${width}`).toBe(1);
      await page.goto(`${language}/stations/1/2?t=2026-11-22T11:41:32+04:00`);
      await expect(page.locator('.controls .ctl-live.go')).toBeVisible();
      // On a phone the speeds have a line of their own; by frames, the way back to live too.
      await expect.poll(() => lines(page), `back at ${width}`).toBe(phone ? 2 : 1);
      await page.locator('.controls button:not(.long)').nth(1).click();
      await expect(page.locator('.controls.by-frame')).toBeVisible();
      await expect.poll(() => lines(page), `by frames at ${width}`).toBe(phone ? 3 : 1);
    }
  });
}
