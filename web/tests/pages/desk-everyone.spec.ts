/** Every page of the desk in three languages: accessible, within the screen, nothing crossing, nothing against the content policy. */

import { expect, test, type Page } from '@playwright/test';
import { enter, open, type Name } from '../desk';
import { CODE, PASSWORD, TOKEN } from '../mock/desk/people';
import { CHAIR_TOKEN } from '../mock/desk/programme';
import { MOCK_URL } from '../mock/port';
import { expectAccessible, expectUncrossed, fits, watchConsole } from '../support';

const PAGES: readonly (readonly [Name | null, readonly string[]])[] = [
  [null, ['', `/invitation#${TOKEN}`, '/invitation#gone', `/self-test#${CHAIR_TOKEN}`]],
  ['leyla.aliyeva', ['', '/views?q=7/', '/views/1/4/1', '/views/1/1/1', '/views/1/2/1', '/proposals?which=mine', '/account', '/nowhere', '/people', '/programme', '/stations/7/4', '/stock', '/rehearsal', '/election']],
  ['rashad.mammadov', ['/list', '/proposals/2']],
  ['orkhan.safarov', ['/field/7/5']],
  ['nigar.huseynova', ['/people', '/people/rashad.mammadov', '/audit']],
];
const LOOKS = [['', 1440, 'light'], ['/en', 390, 'light'], ['/ru', 390, 'dark']] as const;

test.describe.configure({ mode: 'parallel' });
test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

/** What is shown only once one has begun. */
async function unfold(page: Page, address: string): Promise<void> {
  if (address === '/views/1/4/1') {
    await page.locator('form.wide > p > button').first().click();
    await page.locator('.zone-tools button').click();
    await page.locator('form.wide button.btn-big').click();
  }
  if (address === '/views/1/1/1') await page.locator('.btn-hide').click();
  if (address === '/stations/7/4') await page.locator('section[aria-labelledby=close-h] button').click();
  if (address === '/audit') await page.locator('summary').first().click();
}

async function expectFit(page: Page, prefix: string, width: number): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', prefix.slice(1) || 'az');
  await expect(page.locator('h1:visible')).toHaveCount(1);
  await expectAccessible(page);
  for (const other of prefix === '/en' ? [width] : [width, width === 1440 ? 768 : 320]) {
    await page.setViewportSize({ width: other, height: 900 });
    await expect.poll(() => fits(page), `${page.url()} at ${other}`).toBe(true);
    await expectUncrossed(page, `${page.url()} at ${other}`);
  }
  await page.setViewportSize({ width, height: 900 });
}

for (const [prefix, width, colorScheme] of LOOKS) {
  for (const [who, addresses] of PAGES) {
    test(`the desk of ${who ?? 'nobody'} in ${prefix || 'az'} at ${width}`, async ({ browser }) => {
      const context = await browser.newContext({ baseURL: MOCK_URL, colorScheme, viewport: { width, height: 900 } });
      if (who) await enter(context, who);
      const page = await context.newPage();
      const said = watchConsole(page);
      for (const address of addresses) {
        await open(page, `${prefix}/desk${address}`);
        await unfold(page, address);
        await expectFit(page, prefix, width);
      }
      expect(said).toEqual([]);
      await context.close();
    });
  }
}

for (const [prefix, width, colorScheme] of LOOKS) {
  test(`what is reached on the way, in ${prefix || 'az'} at ${width}`, async ({ browser }) => {
    const context = await browser.newContext({ baseURL: MOCK_URL, colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const fit = () => expectFit(page, prefix, width);
    const press = () => page.locator('form button.btn-main').first().click();
    await open(page, `${prefix}/desk`);
    await page.locator('input').nth(0).fill('leyla.aliyeva');
    await page.locator('input').nth(1).fill(PASSWORD);
    await press();
    await page.locator('.ways').waitFor();
    await fit();
    await open(page, `${prefix}/desk/invitation#${TOKEN}`);
    for (const n of [1, 2]) await page.locator('input').nth(n).fill(PASSWORD);
    await press();
    await page.locator('.panel .btn-main').first().click();
    await page.locator('.qr').waitFor();
    await fit();
    await page.locator('form input').first().fill(CODE);
    await press();
    await page.locator('.codes').waitFor();
    await fit();
    for (const [who, which, line] of [['leyla.aliyeva', '', 'last'], ['rashad.mammadov', '', 'first'], ['kamran.hasanov', '', 'first']] as const) {
      await enter(context, who);
      await open(page, `${prefix}/desk/proposals${which}`);
      await page.locator('.line a')[line]().click();
      await page.locator('#decide-h').waitFor();
      await fit();
      if (who !== 'kamran.hasanov') continue;
      await page.locator('.sec-panel .btn-main').click();
      await page.locator('.handed').waitFor();
      await fit();
    }
    await context.close();
  });
}

test('targets of fingers are large enough', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: MOCK_URL, viewport: { width: 390, height: 844 } });
  await enter(context, 'leyla.aliyeva');
  const page = await context.newPage();
  for (const address of ['/views', '/views/1/1/1', '/proposals', '/account']) {
    await open(page, `/desk${address}`);
    await unfold(page, address);
    const small = await page.locator('button:visible, .nav a, .lang a, select, input:not(.vh):not([type=radio]):not([type=checkbox]), .choice label').evaluateAll((all) =>
      all.filter((one) => { const box = one.getBoundingClientRect(); return box.width > 0 && (box.width < 43.5 || box.height < 43.5); }).map((one) => one.outerHTML.slice(0, 120)));
    expect(small, address).toEqual([]);
  }
  await context.close();
});

test('with letters of twice the size nothing is wider than the page', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: MOCK_URL, viewport: { width: 390, height: 844 } });
  await enter(context, 'leyla.aliyeva');
  const page = await context.newPage();
  for (const address of ['', '/views?state=hidden', '/views/1/4/1', '/proposals', '/account', '/audit']) {
    await open(page, `/ru/desk${address}`);
    await unfold(page, address);
    await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    await expect.poll(() => fits(page), address).toBe(true);
    await expectUncrossed(page, address);
  }
  await context.close();
});
