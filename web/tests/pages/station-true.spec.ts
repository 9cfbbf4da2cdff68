import { expect, test } from '@playwright/test';
import { expectPlaying, shownTime } from '../support';
import { behind, expectLive, hide, isLive, later, LIVE, outages, passes } from './hand';

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });
test.afterEach(async ({ request }) => { await request.get('/_mock/down?on=0'); });

for (const [name, befalls] of Object.entries(outages)) {
  test(`${name} is told within ten seconds, and nothing is called live until a live picture comes`, async ({ page, request }) => {
    test.setTimeout(90_000);
    await page.clock.install();
    await page.goto('/stations/1/2');
    await expectLive(page, true);
    await expectPlaying(page);
    await befalls(page);
    await expectLive(page, false, 10_000);
    await expect(page.locator('.said')).toContainText(/Görüntü gözlənilir|Serverlə əlaqə yoxdur/);
    await expect(page.locator('#scrub')).not.toHaveAttribute('aria-valuetext', /canlı/);
    // The source is reopened again and again; what it has is old by now, and must not be called live.
    await passes(page, request, 15);
    await page.evaluate((live) => {
      const look = () => { if (document.querySelector('.bar-top .st-live') || [...document.querySelectorAll('.ctl-live span:not(.off)')].some((one) => one.textContent === live)) document.documentElement.dataset['lied'] = 'yes'; };
      new MutationObserver(look).observe(document.querySelector('.player') as Element, { attributes: true, childList: true, subtree: true });
    }, LIVE);
    for (let n = 0; n < 4; n++) {
      await passes(page, request, 5);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    }
    await expect(page.locator('html')).not.toHaveAttribute('data-lied', 'yes');
    await page.request.get('/_mock/down?on=0');
    await page.unrouteAll();
    await passes(page, request, 16);
    await expectLive(page, true, 30_000);
  });
}

test('a dead server is said in words within ten seconds, over the page and not by moving it', async ({ page, request }) => {
  await page.goto('/stations/1/29');
  await expect(page.locator('.offair')).toBeVisible();
  const before = await page.locator('.controls').boundingBox();
  await request.get('/_mock/down?on=1');
  await expect(page.getByText('Serverlə əlaqə yoxdur.', { exact: true })).toBeVisible({ timeout: 10_000 });
  expect(await page.locator('.controls').boundingBox()).toEqual(before);
});

test('nobody watches live before a picture came', async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  await page.route('**/media/**', async (route) => { await held; await route.continue(); });
  await page.goto('/stations/1/2');
  await expect(page.locator('.picture .poster')).toBeVisible();
  await expect(page.locator('.day .m-live').first()).toBeVisible();
  await expectLive(page, false);
  await expect(page.locator('.ctl-live')).toHaveText(/Qoşulur/);
  release();
  await expectLive(page, true);
});

test('a hidden tab asks for nothing, and comes back to what is live then', async ({ page, request }) => {
  test.setTimeout(60_000);
  await page.clock.install();
  await page.goto('/stations/1/2');
  await expectLive(page, true);
  await hide(page, true);
  // Requests under way are allowed to finish.
  await page.waitForLoadState('networkidle');
  const asked: string[] = [];
  page.on('request', (one) => asked.push(one.url()));
  for (let n = 0; n < 5; n++) await later(page, request, 24);
  await page.clock.runFor(3_000);
  expect(asked).toEqual([]);
  const before = await shownTime(page);
  await hide(page, false);
  expect(await isLive(page)).toBe(false);
  await expectLive(page, true);
  expect(await behind(page, request)).toBeLessThan(15_000);
  expect((await shownTime(page)) - before).toBeGreaterThan(100_000);
});

test('replay that was hidden goes on where it was left; stills, too', async ({ page, request }) => {
  await page.clock.install();
  for (const view of ['', '&view=still']) {
    await page.goto(`/stations/1/2?t=2026-11-22T11:41:32+04:00${view}`);
    await expect(page.locator('.said')).toContainText('canlıdan');
    if (view === '') await expectPlaying(page);
    await hide(page, true);
    const left = await shownTime(page);
    const asked: string[] = [];
    await page.waitForLoadState('networkidle');
    page.on('request', (one) => asked.push(one.url()));
    await later(page, request, 300);
    expect(asked).toEqual([]);
    await hide(page, false);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    if (view === '') await expectPlaying(page);
    expect(Math.abs((await shownTime(page)) - left)).toBeLessThan(20_000);
    page.removeAllListeners('request');
  }
});

test('a screen reader hears the bar when it is moved, not each second', async ({ page }) => {
  await page.clock.install();
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await expectPlaying(page);
  const bar = page.getByRole('slider', { name: 'Günün anı' });
  await page.getByRole('button', { name: 'Yaxınlaşdır' }).click();
  for (let n = 0; n < 3; n++) await page.keyboard.press('Enter');
  await expect(page.locator('.zooms')).toContainText('10 dəq');
  await bar.focus();
  await bar.evaluate((input) => {
    const heard: string[] = [];
    (globalThis as unknown as { heard: string[] }).heard = heard;
    new MutationObserver(() => heard.push(input.getAttribute('aria-valuetext') ?? '')).observe(input, { attributes: true, attributeFilter: ['aria-valuetext'] });
  });
  const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
  const from = await shownTime(page);
  const value = await bar.inputValue();
  await expect.poll(async () => (await shownTime(page)) - from).toBeGreaterThan(3_000);
  expect(await heard()).toEqual([]);
  expect(await bar.inputValue()).toBe(value);
  await page.keyboard.press('PageUp');
  await expect.poll(async () => (await heard()).length).toBeGreaterThan(0);
  const said = await heard();
  expect(said[0]).toMatch(/^11:5\d:\d\d, Canlı$/);
  const moved = await shownTime(page);
  await expectPlaying(page);
  await expect.poll(async () => (await shownTime(page)) - moved).toBeGreaterThan(2_000);
  expect(new Set((await heard()).map((one) => one.slice(0, 5))).size).toBe(1);
});

test('a caption under a still says when its picture was taken, and so does the button that leads there', async ({ page }) => {
  await page.route('**/still/1/*/1.jpg?at=*', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, headers: { ...answer.headers(), 'picture-time': '2026-11-22T14:01:53.200+04:00' } });
  });
  await page.goto('/stations/1/29');
  await expect(page.locator('.offair figcaption')).toContainText('14:01:53');
  await page.getByRole('button', { name: /14:01:53/ }).click();
  await expect(page).toHaveURL(/t=2026-11-22T14:01:53/);
  await expect.poll(async () => Math.abs((await shownTime(page)) - Date.parse('2026-11-22T14:01:53+04:00'))).toBeLessThan(4_000);
  await page.locator('#scrub').scrollIntoViewIfNeeded();
  const box = await page.locator('#scrub').boundingBox();
  await page.mouse.move((box?.x ?? 0) + 30, (box?.y ?? 0) + 20);
  await expect(page.locator('.peek .taken')).toHaveText('kadr, 14:01:53');
});

for (const [name, address, addresses] of [
  ['a moment', '/stations/1/2?t=2026-11-22T11:41:32+04:00', /\/(dvr|media)\//], ['live', '/stations/1/2', /\/(live|media)\//],
  ['a still', '/stations/1/2?t=2026-11-22T11:41:32+04:00&view=still', /\/still\//],
] as const) {
  test(`a server that cannot give ${name} is said to be at fault, for as long as it lasts`, async ({ page }) => {
    test.setTimeout(90_000);
    await page.route(addresses, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' }));
    await page.clock.install();
    await page.goto(address);
    const said = page.locator('.offair');
    await expect(async () => {
      await page.clock.runFor(1_000);
      await expect(said).toContainText('Server bu görüntünü verə bilmir', { timeout: 200 });
    }).toPass({ timeout: 20_000 });
    await expect(said).toContainText('mərkəzdir');
    // It opens again and again; what is wrong stays said meanwhile.
    await said.evaluate((box) => { new MutationObserver(() => { if (!document.querySelector('.offair')) document.documentElement.dataset['gone'] = 'yes'; }).observe(box.parentElement as Element, { childList: true }); });
    await page.clock.runFor(20_000);
    await expect(page.locator('html')).not.toHaveAttribute('data-gone', 'yes');
    await page.unrouteAll();
    await expect(async () => {
      await page.clock.runFor(2_000);
      await expect(said).toHaveCount(0, { timeout: 200 });
    }).toPass({ timeout: 40_000 });
  });
}

test('what the server refused of one moment is not said of another that only takes long', async ({ page }) => {
  await page.route(/\/(dvr|media)\//, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' }));
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await expect(page.locator('.offair')).toContainText('Server bu görüntünü verə bilmir', { timeout: 20_000 });
  await page.unrouteAll({ behavior: 'wait' });
  await page.route(/\/(dvr|media)\//, () => undefined);
  await page.locator('.controls .moves button').first().click();
  await expect(page.locator('.offair')).toHaveCount(0);
  await page.waitForTimeout(5_000);
  await expect(page.locator('.offair')).toHaveCount(0);
  await expect(page.locator('.player')).not.toContainText('Server bu görüntünü verə bilmir');
});
