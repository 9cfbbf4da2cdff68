/**
 * Figures, not a test: how old a live picture is in Chromium, and how soon the first one comes.
 * `BASE_URL=… npm run bench`, against a centre with simulated cameras; `scripts/bench/browser.sh` starts all of it.
 */

import { expect, test, type Browser, type Page } from '@playwright/test';
import { ages, firstPictures, freezes, glassOf, percentile, watchGlass } from '../glass';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 60);
const RUNS = Number(process.env['BENCH_RUNS'] ?? 3);
const STARTS = Number(process.env['BENCH_STARTS'] ?? 10);
/** What Chromium adds to each answer, milliseconds: a line with that round trip. */
const ROUND_TRIP_MS = Number(process.env['BENCH_RTT_MS'] ?? 0);
/** Beginning is told apart from the steady state. */
const SETTLING_MS = 10_000;

const say = (text: string) => process.stdout.write(`${text}\n`);
const ms = (values: readonly number[]) =>
  `p50 ${percentile(values, 50).toFixed(0)}, p95 ${percentile(values, 95).toFixed(0)}, p99 ${percentile(values, 99).toFixed(0)}, max ${Math.max(...values).toFixed(0)} ms`;

async function freshPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'az-AZ', timezoneId: 'Europe/London' })).newPage();
  await watchGlass(page);
  if (ROUND_TRIP_MS > 0) {
    const line = await page.context().newCDPSession(page);
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: ROUND_TRIP_MS, downloadThroughput: -1, uploadThroughput: -1 });
  }
  return page;
}

const untilMoving = (page: Page) =>
  expect.poll(async () => new Set((await glassOf(page)).samples.map((sample) => sample.media)).size, { intervals: [50], timeout: 20_000 }).toBeGreaterThan(2);

/** Opens the first page, waits for its stills, and clicks on the `n`-th station. */
async function clickThrough(page: Page, n: number): Promise<void> {
  await page.goto('/');
  const link = page.locator('.card:has(canvas) .name a').nth(n);
  await expect(link).toBeVisible();
  await link.scrollIntoViewIfNeeded();
  await page.waitForTimeout(1_500);
  await link.click();
  await untilMoving(page);
}

async function stations(page: Page): Promise<string[]> {
  const answer = await page.request.get('/api/v1/stations?state=live&limit=50');
  return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
}

test('how old a live picture is', async ({ browser }) => {
  test.setTimeout((SECONDS + 60) * 1000 * RUNS);
  const all: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const page = await freshPage(browser);
    await clickThrough(page, run);
    await page.waitForTimeout(SECONDS * 1000 + SETTLING_MS);
    const { samples } = await glassOf(page);
    const began = (samples[0]?.at ?? 0) + SETTLING_MS;
    const steady = samples.filter(({ at }) => at > began);
    const found = ages(steady);
    const still = freezes(samples);
    const faster = steady.filter(({ rate }) => rate !== 1).length / steady.length;
    say(`glass to glass, run ${run + 1}: ${ms(found)}; ${found.length} of ${steady.length} pictures read; first ten seconds: ${ms(ages(samples.filter(({ at }) => at <= began)))}`);
    say(`  freezes of more than 300 ms: ${still.map((gap) => gap.toFixed(0)).join(', ') || 'none'}; played faster: ${(100 * faster).toFixed(0)} % of the time`);
    all.push(...found);
    await page.context().close();
  }
  say(`glass to glass: ${ms(all)} of ${all.length} pictures in ${RUNS} runs of ${SECONDS} s`);
});

test('how soon the first picture comes', async ({ browser, page }) => {
  test.setTimeout(STARTS * 60_000);
  const ids = await stations(page);
  const cold = { still: [] as number[], first: [] as number[], moving: [] as number[] };
  const click = { first: [] as number[], moving: [] as number[] };
  for (let n = 0; n < STARTS; n++) {
    const clicked = await freshPage(browser);
    await clickThrough(clicked, n % Math.min(ids.length, 12));
    const { samples, clicks } = await glassOf(clicked);
    const after = firstPictures(samples, clicks.at(-1) ?? NaN);
    if (after) {
      click.first.push(after.first);
      click.moving.push(after.moving);
    }
    await clicked.context().close();

    const opened = await freshPage(browser);
    await opened.goto(`/stations/${ids[n % ids.length]}`);
    await untilMoving(opened);
    const glass = await glassOf(opened);
    const since = firstPictures(glass.samples, glass.opened);
    if (since) {
      cold.first.push(since.first);
      cold.moving.push(since.moving);
    }
    await opened.context().close();

    const home = await freshPage(browser);
    await home.goto('/', { waitUntil: 'commit' });
    await home.locator('.card').first().scrollIntoViewIfNeeded();
    cold.still.push(await home.evaluate(() => new Promise<number>((resolve) => {
      const look = () => (document.querySelector('.card canvas:not(.empty)') ? resolve(performance.now()) : requestAnimationFrame(look));
      look();
    })));
    await home.context().close();
  }
  say(`click on a station to its first picture: ${ms(click.first)}; to one that moves: ${ms(click.moving)}`);
  say(`opening a station's address with nothing cached: first picture ${ms(cold.first)}; one that moves: ${ms(cold.moving)}`);
  say(`opening the first page with nothing cached: first still ${ms(cold.still)}`);
});
