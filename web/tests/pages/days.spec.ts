/** An election of several days: one day at a time in each bar, nights that are named and drawn, and times that say their day. */

import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, fits, shownTime, watchConsole } from '../support';

const at = (time: string) => Date.parse(`2026-11-${time}+04:00`);
const day = (page: Page, name: RegExp | string) => page.locator('.days').getByRole('button', { name });

const near = async (page: Page, time: string, within = 12_000) =>
  expect.poll(async () => Math.abs((await shownTime(page)) - at(time)), { timeout: 20_000 }).toBeLessThan(within);

/** In the night after the first day, and on the second day. */
const NIGHT = '2026-11-23T02:10';
const SECOND = '2026-11-23T14:32';

test.beforeEach(async ({ request }) => {
  await request.get('/_mock/days?on=1');
  await request.get(`/_mock/phase?at=${NIGHT}`);
});
test.afterEach(async ({ request }) => {
  await request.get('/_mock/days?on=0');
  await request.get('/_mock/phase?at=14:32');
});

test('an election of one day has no days to choose, and no nights', async ({ page, request }) => {
  await request.get('/_mock/days?on=0');
  await request.get('/_mock/phase?at=14:32');
  for (const address of ['/en', '/en/stations/1/2', '/en/constituencies/1', '/en/watch?s=1/2,1/3&t=2026-11-22T11:41:00+04:00']) {
    await page.goto(address);
    await expect(page.locator('main')).toContainText(/1\/2|14:3/);
    await expect(page.locator('.days, .nights, .m-night')).toHaveCount(0);
    await expect(page.locator('main')).not.toContainText('22 November,');
  }
});

const WORDS = {
  '': { now: 'Gecə: səsverməyə fasilə verilib', days: 'Səsvermə günləri', today: '23 noyabr (gecə: səsverməyə fasilə verilib)', third: '24 noyabr', tick: '20:00–08:00 gecə' },
  '/en': { now: 'Night, voting is paused', days: 'Days of voting', today: '23 November (night: voting is paused)', third: '24 November', tick: '20:00–08:00 night' },
  '/ru': { now: 'Ночь: голосование приостановлено', days: 'Дни голосования', today: '23 ноября (ночь: голосование приостановлено)', third: '24 ноября', tick: '20:00–08:00 ночь' },
};

for (const [language, words] of Object.entries(WORDS)) {
  test(`a night is told in words and drawn (${language || 'az'}), and every page is accessible`, async ({ page }) => {
    test.setTimeout(180_000);
    const said = watchConsole(page);
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      for (const path of ['/', '/stations/1/2', '/constituencies/1', '/watch?s=1/2,1/3&t=2026-11-22T11:41:00+04:00']) {
        await page.goto(`${language}${path}`);
        const group = page.getByRole('group', { name: words.days });
        await expect(group.getByRole('button')).toHaveCount(3);
        await expect(group.getByRole('button', { name: words.today, exact: true })).toHaveAttribute('aria-current', 'date');
        await expect(group.getByRole('button', { name: words.third })).toBeDisabled();
        await expectAccessible(page);
        expect(await fits(page), `${path} at ${width}`).toBe(true);
      }
      await page.goto(language || '/');
      await expect(page.locator('.clock')).toContainText(words.now);
      await expect(page.locator('.nights i')).toHaveCount(2);
      await page.goto(`${language}/stations/1/2`);
      // The bar of a phone ends near now, and so before the second night.
      await expect(page.locator('.nights i')).toHaveCount(width < 600 ? 1 : 2);
      await expect(page.locator('.phases')).toContainText(words.tick);
    }
    expect(said).toEqual([]);
  });
}

test('a link opens its day; another day is looked at without leaving the picture, and a moment of it is opened', async ({ page, request }) => {
  await request.get(`/_mock/phase?at=${SECOND}`);
  await page.goto('/en/stations/1/2?t=2026-11-22T11:41:32+04:00');
  await near(page, '22T11:41:32');
  await expect(day(page, '22 November')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.player time')).toContainText('22 November, 11:4');
  await expect(page.locator('.hours li').first()).toHaveText('07:30');
  await expect(page.locator('.hand')).toHaveCount(1);

  await day(page, '23 November').focus();
  await page.keyboard.press('Enter');
  await expect(day(page, '23 November')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.hours li').first()).toHaveText('00:00');
  await expect(page.locator('.hand'), 'the picture is of another day').toHaveCount(0);
  await near(page, '22T11:41:45', 30_000);

  const slider = page.getByRole('slider', { name: 'Moment of the day' });
  await slider.focus();
  await page.keyboard.type('10:30');
  await page.keyboard.press('Enter');
  await near(page, '23T10:30:00');
  await expect(page.locator('.hand')).toHaveCount(1);
  await expect(page).toHaveURL(/t=2026-11-23T10:30/);
});

test('moving past the end of a day goes on into the next one, and back', async ({ page, request }) => {
  await request.get(`/_mock/phase?at=${SECOND}`);
  await page.goto('/en/stations/1/2?t=2026-11-22T20:00:00+04:00');
  await near(page, '22T20:00:00');
  const slider = page.getByRole('slider', { name: 'Moment of the day' });
  await page.getByRole('button', { name: 'Pause' }).click();
  await slider.focus();
  await page.keyboard.press('End');
  await near(page, '22T23:59:59');
  await expect(day(page, '22 November')).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('ArrowRight');
  await near(page, '23T00:00:59');
  await expect(day(page, '23 November')).toHaveAttribute('aria-pressed', 'true');
  await expect(slider).toBeFocused();
  await expect(slider).toHaveAttribute('aria-valuetext', /^23 November, 00:00:5/);
  await page.keyboard.press('Home');
  await near(page, '23T00:00:00');
  await page.keyboard.press('ArrowLeft');
  await near(page, '22T23:59:00', 62_000);
  await expect(day(page, '22 November')).toHaveAttribute('aria-pressed', 'true');
});

test('a camera’s days are asked for in pieces of a day at most', async ({ page, request }) => {
  await request.get('/_mock/phase?at=2026-11-24T12:00');
  const spans: number[] = [];
  page.on('request', (asked) => {
    const url = new URL(asked.url());
    if (url.pathname.endsWith('/timeline')) spans.push(Date.parse(url.searchParams.get('to') ?? '') - Date.parse(url.searchParams.get('from') ?? ''));
  });
  await page.goto('/en/stations/1/2');
  await expect(page.locator('.missing table')).toContainText('22 November, 11:20–11:26');
  expect(spans.length).toBeGreaterThanOrEqual(3);
  expect(Math.max(...spans)).toBeLessThanOrEqual(24 * 3_600_000);
  await day(page, '22 November').click();
  await expect(page.locator('.spans .m-missing')).not.toHaveCount(0);
  await day(page, '24 November').click();
  await expect(page.locator('.spans .m-missing')).toHaveCount(0);
});

test('the country’s day is one of several; keys lead from its last cell to the next day', async ({ page, request }) => {
  await request.get(`/_mock/phase?at=${SECOND}`);
  await page.goto('/en');
  await expect(day(page, '23 November')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.grid-now')).toHaveCount(1);
  await day(page, '22 November').click();
  await expect(page.locator('.grid-hours li').first()).toHaveText('07:30');
  await expect(page.locator('.grid-now')).toHaveCount(0);
  const cells = page.getByRole('application');
  await cells.focus();
  await page.keyboard.press('End');
  await expect(page.locator('.grid-said')).toContainText(/22 November, 23:50/);
  await page.keyboard.press('ArrowRight');
  await expect(day(page, '23 November')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.grid-said')).toContainText(/23 November, 00:00–00:10|22 November, 23:50 – 23 November, 00:10/);
  await page.keyboard.press('ArrowLeft');
  await expect(day(page, '22 November')).toHaveAttribute('aria-pressed', 'true');
});

test('a constituency and the wall show the day of their moment', async ({ page, request }) => {
  await request.get(`/_mock/phase?at=${SECOND}`);
  await page.goto('/en/constituencies/1?t=2026-11-22T11:20:00+04:00');
  await expect(day(page, '22 November')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.moment-said')).toContainText('22 November, 11:20');
  await page.getByRole('slider', { name: 'Moment of the day' }).focus();
  await page.keyboard.press('End');
  await expect(page).toHaveURL(/t=2026-11-22T23:/);
  await page.getByRole('button', { name: '+10 min' }).click();
  await page.getByRole('button', { name: '+10 min' }).click();
  await expect(day(page, '23 November')).toHaveAttribute('aria-pressed', 'true');
  await day(page, '23 November').click();
  await expect(page).not.toHaveURL(/t=/);

  await page.goto('/en/watch?s=1/2,1/3&t=2026-11-22T11:41:00+04:00');
  await expect(day(page, '22 November')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('.past-bar time')).toContainText('22 November, 11:41');
  await day(page, '23 November').click();
  await expect(page.locator('.past-bar time')).toContainText('23 November, 00:00');
  await expect(day(page, '23 November')).toHaveAttribute('aria-pressed', 'true');
});
