import { expect, test, type Page } from '@playwright/test';
import { shownTime } from '../support';
import { at, changed, ELECTION } from './changed';

const near = async (page: Page, time: string, within = 8_000) =>
  expect.poll(async () => Math.abs((await shownTime(page)) - at(time)), { timeout: 20_000 }).toBeLessThan(within);
const hand = (page: Page) => page.getByRole('slider', { name: 'Günün anı' });

async function open(page: Page, time = '11:41:32') {
  await page.goto(`/stations/1/2?t=2026-11-22T${time}+04:00`);
  await near(page, time);
  await hand(page).focus();
}

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });

test('the bar zooms from the day to a minute by buttons, and says what it shows', async ({ page }) => {
  await open(page);
  const closer = page.getByRole('button', { name: 'Yaxınlaşdır' });
  await expect(page.locator('.overview')).toHaveCount(0);
  for (const shown of ['İndiyədək', '4 saat', '1 saat', '10 dəq', '1 dəq']) {
    await closer.click();
    await expect(page.locator('.zooms')).toContainText(shown);
  }
  await expect(closer).toHaveAttribute('aria-disabled', 'true');
  await expect(page.locator('.overview .frame')).toBeVisible();
  await expect(page.locator('.hours')).toContainText('11:41:');
  for (let n = 0; n < 5; n++) await page.getByRole('button', { name: 'Uzaqlaşdır' }).click();
  await expect(page.locator('.zooms')).toContainText('Bütün gün');
});

test('early in the day the bar of a phone ends near now, and so does each step closer at live', async ({ page, request }) => {
  await request.get('/_mock/phase?at=08:45');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/stations/1/2');
  const past = async () => ((await page.locator('#scrub').boundingBox())?.width ?? 0) / ((await page.locator('.track').boundingBox())?.width ?? 1);
  await expect(page.locator('.zooms')).toContainText('İndiyədək');
  expect(await past()).toBeGreaterThan(0.85);
  for (const shown of ['1 saat', '10 dəq', '1 dəq']) {
    await page.getByRole('button', { name: 'Yaxınlaşdır' }).click();
    await expect(page.locator('.zooms')).toContainText(shown);
    expect(await past(), shown).toBeGreaterThan(0.85);
  }
  for (let n = 0; n < 4; n++) await page.getByRole('button', { name: 'Uzaqlaşdır' }).click();
  await expect(page.locator('.zooms')).toContainText('Bütün gün');
  expect(await past()).toBeLessThan(0.1);
});

test('keys zoom; the window follows the hand; arrows go by seconds where minutes are wide', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Dayandır' }).click();
  await hand(page).focus();
  for (let n = 0; n < 3; n++) await page.keyboard.press('+');
  await expect(page.getByRole('group', { name: /^Göstərilir: 11:\d\d–12:\d\d$/ })).toBeVisible();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await near(page, '12:21:35');
  await expect(page.getByRole('group', { name: /^Göstərilir: (11|12):\d\d–12:\d\d$/ })).toBeVisible();
  await page.keyboard.press('+');
  const before = (await hand(page).getAttribute('aria-valuetext'))?.slice(0, 8) ?? '';
  await page.keyboard.press('ArrowRight');
  const seconds = (text: string) => text.split(':').reduce((sum, n) => sum * 60 + Number(n), 0);
  await expect.poll(async () => seconds(((await hand(page).getAttribute('aria-valuetext')) ?? '').slice(0, 8)) - seconds(before)).toBe(1);
  await page.keyboard.press('-');
  await expect(page.locator('.zooms')).toContainText('1 saat');
});

test('with Shift the arrows go by seconds on the whole day', async ({ page }) => {
  await open(page);
  await page.keyboard.press('k');
  await expect(page.locator('.bar-top')).toContainText('Dayandırılıb');
  const before = await shownTime(page);
  for (let n = 0; n < 3; n++) await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(async () => Math.round(((await shownTime(page)) - before) / 1000)).toBe(-3);
});

test('a wheel with Ctrl zooms around the pointer', async ({ page }) => {
  await open(page);
  await hand(page).scrollIntoViewIfNeeded();
  const box = await page.locator('.field').boundingBox();
  if (!box) throw new Error('no bar');
  await page.mouse.move(box.x + 200, box.y + 20);
  await expect(page.locator('.peek')).toBeVisible();
  await page.keyboard.down('Control');
  for (let n = 0; n < 4; n++) await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await expect(page.locator('.overview')).toBeVisible();
  await expect(page.locator('.zooms')).not.toContainText('Bütün gün');
});

test('a click on a hole goes to the hole', async ({ page }) => {
  await open(page);
  const hole = page.locator('.field .m-missing').nth(1);
  await hole.scrollIntoViewIfNeeded();
  const box = await hole.boundingBox();
  if (!box) throw new Error('no hole');
  await page.mouse.click(box.x + 2, box.y + 20);
  await expect(page.locator('.offair')).toContainText(/11:2\d: bu anın görüntüsü yoxdur/);
});

test('two fingers apart zoom', async ({ page }) => {
  await open(page);
  await page.locator('#scrub').evaluate((input) => {
    const finger = (type: string, pointerId: number, clientX: number) =>
      input.dispatchEvent(new PointerEvent(type, { pointerId, clientX, clientY: 0, button: 0, pointerType: 'touch', bubbles: true, cancelable: true }));
    input.setPointerCapture = () => undefined;
    const { left } = input.getBoundingClientRect();
    finger('pointerdown', 11, left + 100);
    finger('pointerdown', 12, left + 140);
    finger('pointermove', 12, left + 300);
    finger('pointerup', 12, left + 300);
    finger('pointerup', 11, left + 100);
  });
  await expect(page.locator('.zooms')).toContainText(/3 saat/);
});

test('digits are a time: typed, said, taken by Enter', async ({ page }) => {
  await open(page);
  await page.keyboard.type('1207');
  await expect(page.locator('.typing')).toContainText('Vaxt: 1207… 12:07-yə keçmək üçün Enter');
  await expect(page.locator('.typing')).toHaveAttribute('role', 'status');
  await page.keyboard.press('Enter');
  await near(page, '12:07:00');
});

test('a typed time is taken after a pause, too, and Escape leaves everything as it was', async ({ page }) => {
  await open(page);
  await page.keyboard.type('0915');
  await page.keyboard.press('Escape');
  await expect(page.locator('.typing')).toHaveText('');
  await near(page, '11:41:35');
  await page.keyboard.type('12:30');
  await near(page, '12:30:00');
});

test('what is no time, or not of this day, is said', async ({ page }) => {
  await open(page);
  await page.keyboard.type('99');
  await page.keyboard.press('Enter');
  await expect(page.locator('.typing')).toContainText('Vaxtı 1207 və ya 12:07 kimi yazın.');
  await page.keyboard.type('0600');
  await page.keyboard.press('Enter');
  await expect(page.locator('.typing')).toContainText('Bu vaxt günün zolağında yoxdur.');
  await page.keyboard.type('2200');
  await page.keyboard.press('Enter');
  await expect(page.locator('.notice')).toContainText('Bu an hələ gəlməyib');
});

test('keys show the still of the moment before it is gone to', async ({ page }) => {
  await open(page);
  await page.keyboard.press('PageDown');
  await expect(page.locator('.peek')).toContainText('11:31');
});

test('official turnout is a full diamond with its figure once it is announced', async ({ page }) => {
  await changed<{ turnout: unknown[] }>(page, ELECTION, (election) => {
    election.turnout = [{ at: '2026-11-22T10:00:00+04:00', percent: 8.12, source: 'https://www.msk.gov.az/' }];
  });
  await open(page);
  await expect(page.locator('.turnout .full')).toHaveCount(1);
  await expect(page.locator('.turnout .full')).toContainText('8,12 %');
  await expect(page.locator('.turnout li')).toHaveCount(5);
  await expect(page.locator('.words')).toContainText('8,12 %, mənbə');
  await expect(page.locator('.words').getByRole('link', { name: 'mənbə' })).toHaveAttribute('href', 'https://www.msk.gov.az/');
});

test('a device in another zone is told whose times these are', async ({ browser }) => {
  for (const [zone, count] of [['America/New_York', 1], ['Asia/Baku', 0]] as const) {
    const context = await browser.newContext({ timezoneId: zone });
    const page = await context.newPage();
    await page.goto('/stations/1/2');
    await expect(page.locator('.day')).toBeVisible();
    await expect(page.locator('.day').getByText('Bütün vaxtlar Bakı vaxtıdır.')).toHaveCount(count);
    await expect(page.locator('.foot').getByText('Bütün vaxtlar Bakı vaxtıdır.')).toBeVisible();
    await context.close();
  }
});

test('three hundred gaps: twenty rows, then all', async ({ page }) => {
  await page.route(/\/timeline\?/, (route) => {
    const spans = Array.from({ length: 601 }, (_, n) => ({
      from: new Date(at('07:30:00') + n * 30_000).toISOString(), to: new Date(at('07:30:00') + (n + 1) * 30_000).toISOString(),
      state: n % 2 ? 'missing' : 'live', cause: n % 2 ? 'uplink' : null,
    }));
    const from = Date.parse(new URL(route.request().url()).searchParams.get('from') ?? '');
    return route.fulfill({ json: spans.filter((span) => Date.parse(span.to) > from) });
  });
  await page.goto('/stations/1/2');
  await expect(page.locator('.tbl tbody tr')).toHaveCount(20);
  await page.getByRole('button', { name: 'Hamısını göstər: 300' }).click();
  await expect(page.locator('.tbl tbody tr')).toHaveCount(300);
});

test('a day past midnight has a longer bar, and a time after midnight can be typed', async ({ page, request }) => {
  await request.get('/_mock/phase?at=23:58');
  await request.get('/_mock/shift?seconds=7200');
  await page.goto('/stations/1/2');
  await expect(page.locator('.hours li').last()).toContainText(/0[12]:/);
  await hand(page).focus();
  await page.keyboard.type('0030');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/t=2026-11-23T00:30/);
});
