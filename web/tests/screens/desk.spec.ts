import { mkdirSync } from 'node:fs';
import { test, type Page } from '@playwright/test';
import { enter, open, type Name } from '../desk';
import { CODE, PASSWORD, TOKEN } from '../mock/desk/people';
import { CHAIR_TOKEN } from '../mock/desk/programme';
import { MOCK_URL } from '../mock/port';

/** Pictures of the desk for people to look at: `ASHKAR_SCREENS=/some/folder npm run screens`. */
const FOLDER = process.env['ASHKAR_SCREENS'] ?? 'test-results/screens';
const only = process.env['ASHKAR_ONLY']?.split(',');

interface Shot { path: string; who?: Name; first?: (page: Page) => Promise<void> }
const submit = (page: Page) => page.locator('form button.btn-main').first().click();
/** A reference still is taken, and two zones are added. */
async function zones(page: Page): Promise<void> {
  await page.locator('form.wide button').first().click();
  for (const kind of [0, 3]) {
    await page.locator('.zone-tools input').nth(kind).check();
    await page.locator('.zone-tools button').click();
    for (let n = 0; n < 12; n++) await page.keyboard.press(kind ? 'ArrowRight' : 'ArrowLeft');
  }
  await page.locator('.checks input').nth(0).check();
}
async function proposalOf(page: Page): Promise<void> {
  await page.locator('.line a').first().click();
  await page.locator('.facts').first().waitFor();
}
const SHOTS: Record<string, Shot> = {
  'sign-in': { path: '' },
  second: { path: '', first: async (page) => { await page.locator('input').nth(0).fill('leyla.aliyeva'); await page.locator('input').nth(1).fill(PASSWORD); await submit(page); await page.locator('.ways').waitFor(); } },
  wrong: { path: '', first: async (page) => { await page.locator('input').nth(0).fill('leyla.aliyeva'); await page.locator('input').nth(1).fill('x'); await submit(page); await page.locator('.fault').waitFor(); } },
  invitation: { path: `/invitation#${TOKEN}` },
  enrol: { path: `/invitation#${TOKEN}`, first: async (page) => { for (const n of [1, 2]) await page.locator('input').nth(n).fill(PASSWORD); await submit(page); await page.locator('.panel .btn-main').first().click(); await page.locator('.qr').waitFor(); } },
  codes: { path: `/invitation#${TOKEN}`, first: async (page) => { for (const n of [1, 2]) await page.locator('input').nth(n).fill(PASSWORD); await submit(page); await page.locator('.panel .btn-main').first().click(); await page.locator('.qr').waitFor(); await page.locator('input').first().fill(CODE); await submit(page); await page.locator('.codes').waitFor(); } },
  overview: { path: '', who: 'rashad.mammadov' },
  views: { path: '/views', who: 'leyla.aliyeva' },
  view: { path: '/views/1/4/1', who: 'leyla.aliyeva', first: zones },
  hide: { path: '/views/7/1/1', who: 'leyla.aliyeva', first: async (page) => { await page.locator('.btn-hide').click(); } },
  hidden: { path: '/views/1/2/1', who: 'leyla.aliyeva' },
  'off-air': { path: '/views/7/5/1', who: 'leyla.aliyeva' },
  proposals: { path: '/proposals', who: 'leyla.aliyeva' },
  proposal: { path: '/proposals', who: 'rashad.mammadov', first: proposalOf },
  'own-proposal': { path: '/proposals?which=mine', who: 'leyla.aliyeva', first: proposalOf },
  people: { path: '/people', who: 'nigar.huseynova' },
  invite: { path: '/people', who: 'nigar.huseynova', first: async (page) => { await page.locator('.sec-act button').click(); await submit(page); } },
  person: { path: '/people/rashad.mammadov', who: 'nigar.huseynova' },
  account: { path: '/account', who: 'leyla.aliyeva' },
  audit: { path: '/audit', who: 'sevda.quliyeva', first: async (page) => { await page.locator('summary').last().click(); } },
  programme: { path: '/programme', who: 'leyla.aliyeva', first: async (page) => { await page.locator('.tile').nth(1).click(); } },
  station: { path: '/stations/7/4', who: 'leyla.aliyeva' },
  field: { path: '/field/7/5', who: 'orkhan.safarov', first: async (page) => { await page.locator('#item-line').click(); } },
  stock: { path: '/stock', who: 'leyla.aliyeva', first: async (page) => { await page.locator('.device-line button').nth(1).click(); } },
  'self-test': { path: `/self-test#${CHAIR_TOKEN}` },
  unknown: { path: '/nowhere', who: 'leyla.aliyeva' },
};

mkdirSync(FOLDER, { recursive: true });
for (const [lang, width, scheme] of [['az', 1440, 'light'], ['az', 390, 'light'], ['en', 1440, 'dark'], ['en', 390, 'light'], ['ru', 390, 'dark'], ['ru', 1440, 'light']] as const) {
  for (const [name, { path, who, first }] of Object.entries(SHOTS)) {
    const file = `desk-${name}-${lang}-${width}-${scheme}`;
    if (only && !only.some((one) => file.startsWith(one))) continue;
    test(file, async ({ browser, request }) => {
      await request.get('/_mock/desk');
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, deviceScaleFactor: 1, baseURL: MOCK_URL });
      if (who) await enter(context, who);
      const page = await context.newPage();
      await open(page, `${lang === 'az' ? '' : `/${lang}`}/desk${path}`);
      await first?.(page);
      await page.waitForTimeout(700);
      await page.screenshot({ path: `${FOLDER}/${file}.png`, fullPage: true });
      await context.close();
    });
  }
}
