/** Searching as people ask: in three languages, with a thumb on a phone, and back again. */

import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../support';

const field = (page: Page) => page.getByRole('searchbox').first();
const results = (page: Page) => page.locator('.results li');

/** The plates of what is found, in their order. */
async function found(page: Page, query: string): Promise<string[]> {
  await field(page).fill(query);
  await expect(page.locator('.results')).toBeVisible();
  return page.locator('.results .plate').allTextContents().then((all) => all.map((one) => one.trim()));
}

for (const [lang, queries] of [['/', ['məktəb 45', 'mekteb 45', '45 nömrəli məktəb']], ['/en/', ['school 45', 'School No. 45']], ['/ru/', ['школа 45', 'школа №45', 'məktəb 45']]] as const) {
  test(`on ${lang} a school is found by its number, before stations of that number`, async ({ page }) => {
    await page.goto(lang);
    for (const query of [...queries, '45']) {
      expect((await found(page, query)).slice(0, 2), query).toEqual(['16/28', '28/12']);
    }
    expect((await found(page, '45'))[2]).toBe('45');
    const kindergarten = { '/': 'uşaq bağçası', '/en/': 'kindergarten', '/ru/': 'детский сад' }[lang];
    await found(page, kindergarten);
    for (const text of await results(page).allTextContents()) expect(text).toContain('uşaq bağçası');
    expect(await found(page, 'zzzz')).toEqual([]);
    await expect(page.locator('.results')).toContainText('1/2');
  });
}

test('of those that fit alike, what is on air comes first', async ({ page }) => {
  await page.goto('/en/');
  await field(page).fill('Sharur');
  await expect(results(page).last()).toContainText('Live');
  for (const row of (await results(page).allTextContents()).slice(1)) expect(row).not.toMatch(/Missing|Hidden/);
});

test('an address is searched too', async ({ page }) => {
  await page.route('**/api/v1/stations?*', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { items: { id: string; address: string | null }[] };
    for (const item of body.items) if (item.id === '7/34') item.address = 'Nizami küçəsi, 12';
    await route.fulfill({ response: answer, json: body });
  });
  await page.goto('/ru/');
  expect(await found(page, 'ул. Низами 12')).toEqual(['7/34']);
  await expect(results(page)).toContainText('Nizami küçəsi, 12');
});

test('on a phone the first result stands over the keyboard, wherever one searches', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [address, first] of [['/', '.results li'], ['/ru/', '.results li'], ['/list', '.stations tbody tr'], ['/status', '.status-all tbody tr'], ['/watch', '.results li'], ['/count', '.results li'], ['/stations/119/999', '.results li']] as const) {
    await page.goto(address);
    await expect(page.locator('main')).not.toContainText(/Yüklənir…|Загружается…/);
    await field(page).click();
    await field(page).pressSequentially('45');
    await expect(page.locator(first).first()).toBeVisible();
    await expect.poll(async () => (await page.locator(first).first().boundingBox())?.y ?? 999, address).toBeLessThan(500 - 52);
    expect((await field(page).boundingBox())?.y ?? -1, address).toBeGreaterThanOrEqual(0);
  }
});

test('Back brings back what was searched, on the home page and on the list', async ({ page }) => {
  for (const [address, row] of [['/en/', '.results li a'], ['/en/list', '.stations tbody a']] as const) {
    await page.goto(address);
    await field(page).fill('school 45');
    await page.locator(row).first().click();
    await expect(page).toHaveURL(/\/en\/stations\/16\/28$/);
    await page.goBack();
    await expect(field(page)).toHaveValue('school 45');
    await expect(page.locator(row).first()).toBeVisible();
  }
  await page.getByRole('link', { name: 'Stations', exact: true }).click();
  await expect(field(page)).toHaveValue('');
});

test('the numbers that the field shows as examples are stations', async ({ page }) => {
  for (const lang of ['/', '/en/', '/ru/']) {
    await page.goto(lang);
    const id = /\d+\/\d+/.exec((await field(page).getAttribute('placeholder')) ?? '')?.[0] ?? '';
    expect(await found(page, id)).toEqual([id]);
  }
});

test('where nothing is found there is air, and a search', async ({ page }) => {
  for (const address of ['/stations/119/999', '/constituencies/999', '/nowhere']) {
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(address);
      await expect(page.locator('main').getByRole('searchbox')).toBeVisible();
      const parts = ['.top', 'main h1', 'main .find', 'main .row'].map((one) => page.locator(one));
      const boxes = await Promise.all(parts.map((one) => one.evaluate((element) => element.getBoundingClientRect())));
      for (const [n, box] of boxes.entries()) {
        // what can be found is said between the field and the links
        const above = boxes[n - 1];
        if (above) expect(box.top - above.bottom, `${address} at ${width}: part ${n}`).toBeGreaterThanOrEqual(n === 1 ? 24 : 12);
      }
      expect(await page.locator('main h1').evaluate((one) => (one.nextElementSibling?.getBoundingClientRect().top ?? 0) - one.getBoundingClientRect().bottom), `${address} at ${width}`).toBeGreaterThanOrEqual(12);
      await expect(page.locator('main .row').getByRole('link')).toHaveCount(2);
    }
  }
});

test('a station that is not on the list is searched where one learns it', async ({ page }) => {
  await page.goto('/stations/119/999');
  await expect(page.getByText('Nömrələr hər dairədə 1-dən başlayır.')).toBeVisible();
  await field(page).fill('7/11');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/stations\/7\/11$/);
});

test('what is wrong now stands first among the stations of the home page', async ({ page }) => {
  await page.goto('/en/');
  await expect(page.locator('.card').first()).toContainText('Off air');
});

test('however much is typed, the stations are asked for once', async ({ page }) => {
  let asked = 0;
  page.on('request', (request) => { if (new URL(request.url()).search.includes('limit=1000')) asked += 1; });
  await page.goto('/en/');
  await field(page).click();
  await field(page).pressSequentially('school 45');
  await expect(page.locator('.results .plate').first()).toHaveText('16/28');
  expect(asked).toBe(1);
});
