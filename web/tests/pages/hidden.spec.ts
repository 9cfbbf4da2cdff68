/** A page that nobody sees asks for nothing, and goes on when it is seen again. */

import { expect, test } from '@playwright/test';

for (const address of ['/', '/status', '/status?station=1/2', '/constituencies/1', '/list', '/watch?s=1/2,1/17&view=still', '/watch?s=1/2,1/17&view=video', '/watch?s=1/2,1/17&view=still&t=2026-11-22T11:22:00+04:00']) {
  test(`${address} hidden`, async ({ page }) => {
    let asked = 0;
    page.on('request', () => { asked += 1; });
    // a failed still is requested again, but not on a hidden page
    await page.route('**/still/**', (route) => route.abort());
    await page.clock.install();
    await page.goto(address);
    await expect(page.locator('main')).not.toContainText('Yüklənir…');
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    // requests under way finish
    await page.waitForLoadState('networkidle');
    const before = asked;
    for (let n = 0; n < 12; n++) await page.clock.runFor(5_000);
    expect(asked - before).toBe(0);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: false, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.clock.runFor(2_000);
    await expect.poll(() => asked).toBeGreaterThan(before);
  });
}
