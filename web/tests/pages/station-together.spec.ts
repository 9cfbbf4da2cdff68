import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, fits, watchConsole } from '../support';
import { at } from './changed';
import { slowMedia } from './hand';

const times = (page: Page) => page.locator('.one time').evaluateAll((all) => all.map((one) => Date.parse(one.getAttribute('datetime') ?? '')));
const positions = (page: Page) => page.locator('.one video').evaluateAll((all) => all.map((one) => (one as HTMLVideoElement).currentTime));

/** Both pictures move. */
async function bothPlay(page: Page) {
  const before = await positions(page);
  expect(before).toHaveLength(2);
  await expect.poll(async () => (await positions(page)).map((now, n) => now - (before[n] ?? now) > 0.8), { timeout: 20_000 }).toEqual([true, true]);
}

/** Both pictures are stills. */
const bothDrawn = (page: Page) => expect.poll(() => page.locator('.one canvas').evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).width)), { timeout: 45_000 }).toEqual([640, 640]);

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

test('all cameras of a station play live side by side, and the link keeps it', async ({ page }) => {
  const said = watchConsole(page);
  await page.goto('/stations/1/17');
  await page.getByRole('button', { name: 'Hamısı yan-yana' }).click();
  await expect(page).toHaveURL(/camera=all/);
  await bothPlay(page);
  await expect(page.locator('.one .bar-top')).toContainText([/1-ci kamera\s*Canlı/, /2-ci kamera\s*Canlı/]);
  await expect(page.locator('.thin')).toContainText(['1-ci kamera', '2-ci kamera']);
  await expectAccessible(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await expect.poll(() => fits(page)).toBe(true);
  expect(said).toEqual([]);
});

test('replay shows the same moment in all of them', async ({ page }) => {
  await page.goto('/stations/1/17?camera=all&t=2026-11-22T11:41:32+04:00');
  await bothPlay(page);
  await expect.poll(async () => {
    const [one = 0, two = NaN] = await times(page);
    return Math.abs(one - two);
  }, { timeout: 20_000 }).toBeLessThan(400);
  expect(Math.abs(((await times(page))[0] ?? 0) - at('11:41:32'))).toBeLessThan(20_000);
  await page.keyboard.press('k');
  await expect.poll(() => page.locator('.one video').evaluateAll((all) => all.map((one) => (one as HTMLVideoElement).paused))).toEqual([true, true]);
});

test('each has its own state; the bar shows the worst of them; a hole of one does not stop the other', async ({ page }) => {
  await page.goto('/stations/1/17?camera=all&t=2026-11-22T11:22:00+04:00');
  await expect(page.locator('.one').nth(0)).toContainText('11:22: bu anın görüntüsü yoxdur');
  await expect(page.locator('.one').nth(1).locator('.offair')).toHaveCount(0);
  await expect(page.locator('.field .m-missing')).toHaveCount(2);
  await expect(page.locator('.thin').nth(0).locator('.m-missing')).toHaveCount(2);
  await expect(page.locator('.thin').nth(1).locator('.m-missing')).toHaveCount(1);
});

test('a weak line gets stills of all of them, that is said, and there is a way back', async ({ page }) => {
  test.setTimeout(120_000);
  await slowMedia(page);
  await page.goto('/stations/1/17?camera=all');
  await expect(page.locator('.weak')).toContainText('Xətt zəifdir: kadrlar göstərilir.', { timeout: 60_000 });
  await bothDrawn(page);
  await expect(page.locator('.one .bar-top')).toContainText([/1-ci kamera\s*Canlı/, /2-ci kamera\s*Canlı/]);
  await expect(page).not.toHaveURL(/view=/);
  await expectAccessible(page);
  await page.unroute('**/media/**');
  await page.getByRole('button', { name: 'Videoya qayıt' }).click();
  await expect(page.locator('.weak')).not.toContainText('Xətt zəifdir');
  await bothPlay(page);
});

test('stills of all of them go on at the same moment, and each has its holes', async ({ page }) => {
  await page.goto('/stations/1/17?camera=all&t=2026-11-22T11:41:32+04:00');
  await bothPlay(page);
  await page.getByRole('button', { name: 'Kadrlar' }).click();
  await expect(page).toHaveURL(/view=still/);
  await bothDrawn(page);
  const shown = await times(page);
  for (const time of shown) expect(Math.abs(time - at('11:41:50'))).toBeLessThan(40_000);
  expect(Math.abs((shown[0] ?? 0) - (shown[1] ?? NaN))).toBeLessThanOrEqual(10_000);
  await page.goto('/stations/1/17?camera=all&view=still&t=2026-11-22T11:22:00+04:00');
  await expect(page.locator('.one').nth(0)).toContainText('11:22: bu anın görüntüsü yoxdur');
  await expect.poll(() => page.locator('.one').nth(1).locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(640);
});
