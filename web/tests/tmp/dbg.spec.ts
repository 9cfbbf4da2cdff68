import { test } from '@playwright/test';
import { MOCK_URL } from '../mock/port';
test('dbg', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: MOCK_URL });
  const page = await context.newPage();
  page.on('request', (r) => { if (/m3u8|m4s|mp4/.test(r.url())) console.log(Date.now() % 100000, r.url().slice(21)); });
  await page.goto('/stations/1/2?t=2026-11-22T10:59:55+04:00');
  for (let i = 0; i < 24; i++) {
    await page.waitForTimeout(500);
    console.log(Date.now() % 100000, await page.evaluate(() => { const v = document.querySelector('video'); if (!v) return 'none'; const b = [...Array(v.buffered.length)].map((_, i) => [v.buffered.start(i).toFixed(2), v.buffered.end(i).toFixed(2)].join('-')); return [v.currentTime.toFixed(2), v.duration, v.readyState, v.ended, v.seeking, b.join(' '), document.querySelector('.player time')?.textContent, document.querySelector('.said')?.textContent, document.querySelector('.notice')?.textContent, v.error?.message].join(' | '); }));
  }
  await context.close();
});
