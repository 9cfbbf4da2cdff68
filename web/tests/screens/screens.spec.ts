import { mkdirSync } from 'node:fs';
import { test } from '@playwright/test';
import { MOCK_URL } from '../mock/port';

/** Pictures of the pages for people to look at: `ASHKAR_SCREENS=/some/folder npm run screens`. */
const FOLDER = process.env['ASHKAR_SCREENS'] ?? 'test-results/screens';
const PAGES: Record<string, string> = {
  home: '/', list: '/list', constituency: '/constituencies/1', moment: '/constituencies/1?t=2026-11-22T11:22:00+04:00', status: '/status', versions: '/list?from=1&to=3&q=sebail', about: '/about', completeness: '/completeness',
  station: '/stations/1/2', replay: '/stations/1/2?t=2026-11-22T11:41:32+04:00', hole: '/stations/1/2?t=2026-11-22T11:22:00+04:00',
  watch: '/watch?s=1/2,1/17,1/29,2/12', watch9: '/watch?s=1/2,1/17,1/29,2/12,1/33,1/39,2/15,999/1&n=9&view=still&big=1/17', watch16: '/watch?s=1/2,1/17,1/26,1/29,1/33,1/39,1/50,1/51,2/1,2/2,2/5,2/12,2/15,2/20,2/21,2/25&view=still', watchempty: '/watch', count: '/count?s=1/2&t=2026-11-22T10:10:00+04:00', countempty: '/count',  watchpast: '/watch?s=1/2,1/17,1/26,1/29&t=2026-11-22T11:41:00+04:00',
  offair: '/stations/1/29', hidden: '/stations/2/12', hevc: '/stations/1/33', unknown: '/nowhere',
};
const only = process.env['ASHKAR_ONLY']?.split(',');

mkdirSync(FOLDER, { recursive: true });
for (const [lang, width, scheme] of [['az', 1440, 'light'], ['az', 390, 'light'], ['en', 1440, 'dark'], ['en', 390, 'light'], ['ru', 390, 'dark'], ['ru', 1440, 'light']] as const) {
  for (const [name, address] of Object.entries(PAGES)) {
    const file = `${name}-${lang}-${width}-${scheme}`;
    if (only && !only.some((one) => file.startsWith(one))) continue;
    test(file, async ({ browser }) => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, deviceScaleFactor: 1, baseURL: MOCK_URL });
      const page = await context.newPage();
      await page.goto(address + (address.includes('?') ? '&' : '?') + `lang=${lang}`);
      await page.waitForTimeout(/^\/(stations|watch|count)/.test(address) ? 3500 : 1500);
      await page.screenshot({ path: `${FOLDER}/${file}.png`, fullPage: name !== 'list' });
      await context.close();
    });
  }
}
