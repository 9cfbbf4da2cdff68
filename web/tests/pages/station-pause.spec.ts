import { expect, test } from '@playwright/test';
import { expectPlaying, shownTime } from '../support';
import { behind, expectLive, later, press, watchTimes } from './hand';

test.beforeEach(async ({ request, page }) => {
  await request.get('/_mock/phase?at=14:32');
  await page.clock.install();
});

test('a pause of any length goes on exactly where it was left, and nothing is skipped', async ({ page, request }) => {
  test.setTimeout(90_000);
  await page.goto('/stations/1/2');
  for (const seconds of [41, 47, 124]) {
    await expectLive(page, true);
    await expectPlaying(page);
    const again = await press(page, '.controls .play');
    await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
    const left = await shownTime(page);
    await later(page, request, seconds);
    // What the page asks for in a pause must not move the picture either.
    await expect.poll(() => behind(page, request)).toBeGreaterThan(seconds * 1000);
    expect(Math.abs((await shownTime(page)) - left), `after ${seconds} s`).toBeLessThan(500);
    const times = await watchTimes(page);
    await again();
    await expect(page.locator('.bar-top')).toContainText('Təkrar');
    await expectPlaying(page);
    await page.getByRole('combobox', { name: 'Sürət' }).selectOption('4');
    await expect.poll(() => shownTime(page), { message: `after ${seconds} s` }).toBeGreaterThan(left + Math.min(12, seconds - 2) * 1000);
    const seen = (await times()).filter((at) => at <= left + 12_000);
    const steps = seen.map((at, n) => at - (seen[n - 1] ?? left));
    // Four seconds per second, sampled five times; a busy machine samples less often.
    expect(Math.max(...steps), `after ${seconds} s: ${steps.join()}`).toBeLessThan(3_000);
    expect(Math.min(...steps), `after ${seconds} s: ${steps.join()}`).toBeGreaterThan(-500);
    await expect(page.locator('.notice')).toHaveText('');
    await press(page, '.controls .ctl-live');
  }
  await expectLive(page, true);
  // Who comes back to live from a pause sees what is live then.
  await press(page, '.controls .play');
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  await later(page, request, 60);
  await press(page, '.controls .ctl-live');
  await expectLive(page, true);
  expect(await behind(page, request)).toBeLessThan(15_000);
});

test('who paused before a gap jumps it when he goes on, and is told so', async ({ page, request }) => {
  await request.get('/_mock/phase?at=10:29:57');
  await page.goto('/stations/1/2');
  await expectLive(page, true);
  await press(page, '.controls .play');
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  await later(page, request, 120);
  await press(page, '.controls .play');
  await expect(page.locator('.notice')).toContainText('Boşluq keçildi: 10:30:00–10:30:08. Kamera', { timeout: 30_000 });
});

test('← at live goes back each time, a minute or a second', async ({ page }) => {
  test.setTimeout(90_000);
  await page.goto('/stations/1/2');
  const hand = page.getByRole('slider', { name: 'Günün anı' });
  await hand.focus();
  for (let n = 0; n < 9; n++) {
    await expectLive(page, true);
    const from = await shownTime(page);
    // At any fraction of a second: live advances in whole seconds.
    await page.clock.runFor(n * 111);
    const small = n % 4 === 3;
    await page.keyboard.press(small ? 'Shift+ArrowLeft' : 'ArrowLeft');
    await expect(page.locator('.bar-top'), `time ${n + 1}`).toContainText('Təkrar');
    if (!small) await expect.poll(async () => Math.abs((await shownTime(page)) - from + 60_000), { message: `time ${n + 1}` }).toBeLessThan(6_000);
    await page.keyboard.press('End');
  }
});
