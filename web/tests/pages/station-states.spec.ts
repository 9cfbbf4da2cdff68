import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, expectPlaying, expectUncrossed, fits, shownTime, watchConsole } from '../support';
import { at, changed, ELECTION } from './changed';

const near = async (page: Page, time: string, within = 8_000) =>
  expect.poll(async () => Math.abs((await shownTime(page)) - at(time)), { timeout: 20_000 }).toBeLessThan(within);

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });
test.afterEach(async ({ request }) => { for (const what of ['arrived', 'arriving']) await request.get(`/_mock/${what}?on=0`); });

test('a still stands in the picture’s place until the video comes, and nothing jumps', async ({ page }) => {
  const said = watchConsole(page);
  let release = () => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  await page.route('**/media/**', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/stations/1/2');
  const poster = page.locator('.picture .poster');
  await expect.poll(() => poster.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
  await expect(poster).toHaveAttribute('fetchpriority', 'high');
  await expect(page.locator('.bar-top')).toContainText('son dəqiqənin kadrı');
  const place = await page.locator('.picture').boundingBox();
  expect(await poster.boundingBox()).toEqual(place);
  release();
  await expectPlaying(page);
  await expect(poster).toBeHidden();
  expect(await page.locator('.picture').boundingBox()).toEqual(place);
  expect(await page.locator('video').boundingBox()).toEqual(place);
  expect(said).toEqual([]);
});

test('the still of a moment is that of the moment, and its time is told', async ({ page }) => {
  await page.route('**/media/**', () => undefined);
  const asked = page.waitForRequest((request) => request.url().includes('/still/1/2/1.jpg?at=2026-11-22T07%3A41%3A32Z'));
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await asked;
  await expect(page.locator('.player time')).toHaveText('11:41:32');
});

test('the station is asked for once, and live video is silent', async ({ page }) => {
  const order: string[] = [];
  page.on('request', (request) => order.push(new URL(request.url()).pathname));
  await page.goto('/stations/1/2');
  await expectPlaying(page);
  expect(order.filter((path) => path === '/api/v1/stations/1/2')).toHaveLength(1);
  expect(await page.locator('video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(true);
});

test('off air: the last still with its time, and whether the gap may still be filled', async ({ page }) => {
  await page.goto('/stations/1/29');
  const said = page.locator('.offair');
  await expect(said).toContainText('14:02-dən bəri görüntü yoxdur');
  await expect(said).toContainText('Gec gələn video olsa, bu boşluğu dolduracaq.');
  await expect(said.locator('figcaption')).toHaveText('Son kadr, 14:01:55');
  await expect.poll(() => said.locator('canvas').evaluate((still: HTMLCanvasElement) => still.width)).toBe(640);
  await page.goto('/stations/1/2?t=2026-11-22T11:22:00+04:00');
  await expect(said).toContainText('Bu vaxt video yazılmayıb');
});

test('a moment before the day was not recorded, and that is said', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-21T11:22:00+04:00');
  await expect(page.locator('.offair')).toContainText('11:22: bu an yazılmayıb');
  await expect(page.locator('.offair')).toContainText('07:30-dan başlayır');
  await page.getByRole('button', { name: /Növbəti görüntü/ }).click();
  await near(page, '07:30:00');
  await expectPlaying(page);
});

test('replay that the commission has closed is said at the bar, and a link to a moment shows live', async ({ page }) => {
  await changed<{ policy: { rewind_now: boolean } }>(page, ELECTION, (election) => { election.policy.rewind_now = false; });
  await page.goto('/stations/1/2?t=2026-11-22T11:22:00+04:00');
  await expect(page.locator('.notice')).toContainText('yazıya qayıtmaq bağlıdır');
  await expect(page.locator('.day')).toContainText('zolaq yalnız vəziyyəti göstərir');
  await expectPlaying(page);
});

test('a browser without media sources is told what to do, and can see stills', async ({ page }) => {
  await page.addInitScript(() => {
    for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) Reflect.deleteProperty(globalThis, name);
    HTMLMediaElement.prototype.canPlayType = () => '';
  });
  await page.goto('/stations/1/2');
  await expect(page.locator('.offair')).toContainText('Bu brauzer video göstərə bilmir');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Kadrlara bax' }).click();
  await expect(page).toHaveURL(/view=still/);
  await expect.poll(() => page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(640);
});

test('late video fills the hole in which one stands', async ({ page, request }) => {
  test.setTimeout(90_000);
  await page.goto('/stations/1/2?t=2026-11-22T11:22:00+04:00');
  await expect(page.locator('.offair')).toContainText('11:22: bu anın görüntüsü yoxdur');
  await request.get('/_mock/arrived?on=1');
  // the whole day is read again each minute
  await request.get('/_mock/shift?seconds=65');
  await expect(page.locator('.notice')).toContainText('11:20–11:26 gec gəldi: indi görüntüsü var.', { timeout: 40_000 });
  await expect(page.locator('.offair')).toHaveCount(0);
  await page.getByRole('button', { name: 'Oynat' }).click();
  await expectPlaying(page);
  expect(Math.abs((await shownTime(page)) - at('11:22:00'))).toBeLessThan(15_000);
});

test('what is arriving late cannot be watched yet, and is told: at the picture, on the bar, in the table; then it is here', async ({ page, request }) => {
  test.setTimeout(90_000);
  const asked: string[] = [];
  page.on('request', (one) => { if (one.url().includes('/dvr/')) asked.push(one.url()); });
  await page.goto('/en/stations/1/2?t=2026-11-22T11:22:00+04:00');
  const said = page.locator('.offair');
  await expect(said).toContainText('No video was recorded');
  await expect(page.locator('.legend')).not.toContainText('Arriving late');
  await request.get('/_mock/arriving?on=1');
  // the whole day is read again each minute
  await request.get('/_mock/shift?seconds=65');
  await expect(said).toContainText('safe at the station and is arriving late', { timeout: 40_000 });
  await expect(said).toContainText('11:22: there is no picture of this moment');
  await expect(page.locator('.legend')).toContainText('Arriving late; the recording is safe at the station');
  await expect(page.locator('.field .m-arriving')).toHaveCount(1);
  const row = page.locator('.missing tr').filter({ hasText: '11:20–11:26' });
  await expect(row).toContainText('Arriving late');
  await expect(row).toContainText('Line down');
  await expect(page.locator('#scrub')).toHaveAttribute('aria-valuetext', /Arriving late; the recording is safe at the station/);
  expect(asked).toEqual([]);
  await page.emulateMedia({ forcedColors: 'active' });
  await expect(page.locator('.field .m-arriving')).toHaveCSS('forced-color-adjust', 'none');
  await page.emulateMedia({ forcedColors: 'none', media: 'print' });
  await expect(page.locator('.field .m-arriving')).toHaveCSS('print-color-adjust', 'exact');
  await page.emulateMedia({ media: 'screen' });
  await expectAccessible(page);
  await page.getByRole('button', { name: /Next picture/ }).click();
  await near(page, '11:26:00');
  await expectPlaying(page);
  await page.goto('/en/stations/1/2?t=2026-11-22T11:22:00+04:00');
  await expect(said).toContainText('is arriving late');
  await request.get('/_mock/arrived?on=1');
  await request.get('/_mock/shift?seconds=65');
  await expect(page.locator('.notice')).toContainText('11:20–11:26 arrived late: now there is a picture.', { timeout: 40_000 });
  await expect(said).toHaveCount(0);
  await expect(page.locator('.legend')).not.toContainText('Arriving late');
  await expect(page.locator('.m-arriving')).toHaveCount(0);
});

test('on paper: the picture of the time above it, the station, the bar of its day, the day as words, and no controls', async ({ page }) => {
  await page.goto('/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await near(page, '11:41:32');
  await expectPlaying(page);
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  for (const part of ['.controls', '.side', '.zooms', '.minutes', 'video']) await expect(page.locator(part)).toBeHidden();
  for (const part of ['.printed', '.who h1', '.day .spans .m-live', '.hours', '.day .legend', '.tbl', '.words']) await expect(page.locator(part).first()).toBeVisible();
  // What only colour would tell is printed with it.
  for (const state of ['live', 'late', 'missing', 'hidden']) await expect(page.locator(`.day .spans .m-${state}`).first()).toHaveCSS('print-color-adjust', 'exact');
  const drawn = await page.locator('.printed').evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data.some((value, n) => n % 4 < 3 && value > 0));
  expect(drawn).toBe(true);
  expect(await fits(page)).toBe(true);
  await expectUncrossed(page, 'on paper');
});

const STATES: Record<string, string> = {
  live: '/stations/1/2', replay: '/ru/stations/1/2?t=2026-11-22T11:41:32%2B04:00', hole: '/stations/1/2?t=2026-11-22T11:22:00%2B04:00', stills: '/stations/1/2?view=still',
  offair: '/stations/1/29', hidden: '/stations/2/12', hevc: '/stations/1/33', cameras: '/stations/1/17',
};
for (const [name, address] of Object.entries(STATES)) {
  test(`${name}: accessible in light, dark and forced colours, with large text and on a small screen`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.goto(address);
    await expect(page.locator('h1')).toHaveCount(1);
    await expect(page.locator('main')).not.toContainText(/Yüklənir…|Загрузка…/);
    await page.locator('.zooms button').last().click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
    }
    // Contrast is the device's own there; what must stay is what only colour and pattern would tell.
    await page.emulateMedia({ forcedColors: 'active' });
    for (const kept of ['.field .m-live', '.hand', '.overview .frame']) await expect(page.locator(kept).first()).toHaveCSS('forced-color-adjust', 'none');
    await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => fits(page)).toBe(true);
    await expectAccessible(page);
    await page.evaluate(() => scrollTo(0, 0));
    await expectUncrossed(page, 'on a small screen');
    await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    for (const width of [640, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await expect.poll(() => fits(page), `large text, ${width}`).toBe(true);
      await expectUncrossed(page, `large text, ${width}`);
    }
  });
}
