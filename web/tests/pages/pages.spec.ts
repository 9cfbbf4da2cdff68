import { expect, test } from '@playwright/test';
import { expectAccessible, fits, watchConsole } from '../support';

// axe reads a thousand rows slowly, so it gets some of them
const PAGES = ['/', '/list?q=sebail', '/about', '/constituencies/1', '/stations/1/2', '/stations/1/29', '/stations/2/12', '/stations/1/2?t=2026-11-22T11:22:00%2B04:00', '/stations/999/1', '/nowhere'];

test.afterEach(async ({ request }) => {
  await request.get('/_mock/phase?at=14:32');
  await request.get('/_mock/down?on=0');
});

for (const address of PAGES) {
  test(`${address} is accessible, fits a phone and breaks no content policy`, async ({ page }) => {
    const said = watchConsole(page);
    await page.goto(address);
    await expect(page.locator('h1')).toHaveCount(1);
    await expect(page.locator('main')).not.toContainText('Yüklənir…');
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect.poll(() => fits(page)).toBe(true);
    await expectAccessible(page);
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => fits(page)).toBe(true);
    await page.setViewportSize({ width: 1920, height: 1080 });
    await expect.poll(() => fits(page)).toBe(true);
    expect(said).toEqual([]);
  });
}

test('the language is az, is that of the address, changes in place, and nothing is stored', async ({ page }) => {
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('lang', 'az');
  await page.getByRole('link', { name: 'Русский' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Каждая минута на виду');
  expect(new URL(page.url()).pathname).toBe('/ru/');
  await page.getByRole('navigation', { name: 'Главное меню' }).getByRole('link', { name: 'Список' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Участки с камерами');
  expect(new URL(page.url()).pathname).toBe('/ru/list');
  await page.goto('/about?lang=en');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What Aşkar is');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  expect(new URL(page.url()).pathname).toBe('/en/about');
  expect((await page.context().cookies()).length).toBe(0);
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
});

test('search finds Səbail from a plain keyboard, by keys alone', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('searchbox').fill('sebail');
  const first = page.locator('.results a').first();
  await expect(first).toContainText('Səbail');
  await page.keyboard.press('ArrowDown');
  await expect(first).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/constituencies\/7$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Səbail');
});

test('a number goes straight to its station', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('searchbox').fill('1/17');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/stations\/1\/17$/);
});

test('nothing found is said', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('searchbox').fill('zzzz');
  await expect(page.locator('.results')).toContainText('Heç nə tapılmadı');
});

test('stills of stations on air are drawn', async ({ page }) => {
  const said = watchConsole(page);
  await page.goto('/');
  await page.locator('.card').first().scrollIntoViewIfNeeded();
  await expect(page.locator('.card canvas:not(.empty)').first()).toHaveAttribute('width', '640');
  expect(said).toEqual([]);
});

test('home filters by state', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: /Çatışmır 3/ }).click();
  await expect(page.locator('.card')).toHaveCount(3);
  await expect(page.locator('.card').first()).toContainText('Efirdə deyil');
  await expect(page.locator('.card').first()).toContainText('14:02-dən bəri');
});

test('the list shows all thousand at once and filters while one types', async ({ page }) => {
  await page.goto('/list');
  await expect(page.locator('table.stations tbody tr')).toHaveCount(1000);
  await page.getByRole('searchbox').fill('sabail');
  await expect(page.locator('table.stations tbody tr').first()).toContainText('7/');
  await expect(page.getByRole('status').filter({ hasText: 'göstərilir' })).toContainText('1000');
  await expect(page.getByRole('link', { name: 'CSV', exact: true })).toHaveAttribute('href', '/list/stations.csv');
  await expect(page.getByRole('heading', { name: 'Əvvəlki nəşrdən fərqlər' })).toBeVisible();
});

test('what is pointed at on the country’s day is read on the same screen', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/');
  const day = page.getByRole('application');
  await expect(page.locator('.grid-now')).toBeVisible();
  const box = await day.boundingBox();
  if (!box) throw new Error('no day');
  await page.mouse.move(box.x + 40, Math.min(box.y + 30, 850));
  const read = await page.locator('.grid-said a').boundingBox();
  expect(read?.y).toBeGreaterThan(0);
  expect((read?.y ?? 999) + (read?.height ?? 0)).toBeLessThanOrEqual(900);
});

test('no link and no button is dead', async ({ page, request }) => {
  for (const address of ['/', '/list', '/about', '/stations/1/2', '/constituencies/1']) {
    await page.goto(address);
    await expect(page.locator('main')).not.toContainText('Yüklənir…');
    const links = await page.locator('a').evaluateAll((all) => [...new Set(all.map((a) => (a as HTMLAnchorElement).href))].slice(0, 40));
    for (const link of links) {
      expect(new URL(link).origin).toBe(new URL(page.url()).origin);
      expect((await request.get(link)).status(), link).toBe(200);
    }
  }
});

test('targets of fingers are large enough', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const address of ['/', '/list', '/stations/1/2?t=2026-11-22T11:41:00%2B04:00']) {
    await page.goto(address);
    await expect(page.locator('main')).not.toContainText('Yüklənir…');
    const small = await page.locator('button:visible, .nav a, .controls label, input[type=range], .cons a').evaluateAll((all) =>
      all.filter((one) => { const box = one.getBoundingClientRect(); return box.width > 0 && (box.width < 43.5 || box.height < 43.5); }).map((one) => one.outerHTML.slice(0, 120)));
    expect(small).toEqual([]);
  }
});

test('a server that goes away is said, and its return is noticed without a reload', async ({ page, request }) => {
  await page.goto('/stations/1/2');
  await expect(page.locator('.who')).toBeVisible();
  await request.get('/_mock/down?on=1');
  await expect(page.getByText('Serverlə əlaqə yoxdur.', { exact: true })).toBeVisible({ timeout: 40_000 });
  await request.get('/_mock/down?on=0');
  await expect(page.getByText('Serverlə əlaqə yoxdur.', { exact: true })).toBeHidden({ timeout: 30_000 });
});
