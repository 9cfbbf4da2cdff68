import { expect, test, type Page } from '@playwright/test';
import { fits } from '../support';

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

/** How many lines the controls take: tops of what is seen of them, those within a few pixels counted once. */
async function lines(page: Page): Promise<number> {
  return page.locator('.controls :is(button, select):visible').evaluateAll((all) => {
    const middles = all.map((one) => one.getBoundingClientRect()).map(({ top, height }) => top + height / 2).sort((a, b) => a - b);
    return middles.filter((middle, n) => n === 0 || middle - (middles[n - 1] ?? 0) > 12).length;
  });
}

/** Controls that cross each other, or words that do not fit into theirs. */
const crossing = (page: Page) => page.locator('.controls').evaluate((controls) => {
  const all = [...controls.querySelectorAll<HTMLElement>('button, select')].filter((one) => one.getClientRects().length > 0);
  const cut = all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => `cut: ${one.textContent}`);
  const boxes = all.map((one) => one.getBoundingClientRect());
  const crossed = boxes.flatMap((a, n) => boxes.slice(n + 1).filter((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1).map(() => `crosses: ${all[n]?.textContent}`));
  return [...cut, ...crossed];
});

for (const language of ['', '/en', '/ru']) {
  test(`the controls stand in one line, on small screens in two, and none is alone or cut: ${language || '/az'}`, async ({ page }) => {
    await page.goto(`${language}/stations/1/2?t=2026-11-22T11:41:32+04:00`);
    await expect(page.locator('.controls .ctl-live.go')).toBeVisible();
    for (const width of [320, 390, 768, 1024, 1280, 1366, 1440, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await expect.poll(() => lines(page), `at ${width}`).toBe(width < 800 ? 2 : 1);
      await expect.poll(() => crossing(page), `at ${width}`).toEqual([]);
      expect(await fits(page), `at ${width}`).toBe(true);
    }
  });
}
