import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test, type Page, type TestInfo } from '@playwright/test';
import { expectAccessible, expectPlaying, fits, watchConsole } from '../support';

const MORNING = '/en/count?s=1/2&t=2026-11-22T10:10:00+04:00';
const number = (page: Page) => page.locator('.number output, .number b');
const pictureTime = (page: Page) => page.locator('.cp time').getAttribute('datetime').then((text) => Date.parse(text ?? ''));
const at = (time: string) => Date.parse(`2026-11-22T${time}+04:00`);
const stored = (page: Page) => page.evaluate(() => Object.keys(localStorage));
const tap = (page: Page) => page.getByRole('button', { name: /Ballot in the box/ });

async function withTurnout(page: Page) {
  await page.route('**/api/v1/election', async (route) => {
    const answer = await route.fetch();
    const turnout = [{ at: '2026-11-22T10:00:00+04:00', percent: 8.12, source: 'https://example.org/10' }, { at: '2026-11-22T12:00:00+04:00', percent: 21.4, source: 'https://example.org/12' }];
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), turnout } });
  });
}

/** Opens the morning and counts so many ballots by keys. */
async function counted(page: Page, ballots: number, address = MORNING) {
  await page.goto(address);
  await expectPlaying(page);
  for (let n = 1; n <= ballots; n++) {
    await page.keyboard.press('b');
    await expect(number(page)).toHaveText(String(n));
  }
}

async function tableOf(page: Page, info: TestInfo): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as a file' }).click()]);
  const path = info.outputPath('count.csv');
  await download.saveAs(path);
  return path;
}

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });
test.afterEach(async ({ request }) => { await request.get('/_mock/down?on=0'); });

test('without a station the page asks for one', async ({ page }) => {
  const said = watchConsole(page);
  await page.goto('/en/count');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Count the ballots');
  await expectAccessible(page);
  await page.getByRole('searchbox', { name: 'Which station?' }).fill('1/2');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/en\/count\?s=1\/2/);
  await expect(tap(page)).toBeVisible();
  expect(said).toEqual([]);
});

test('a number that is not on the list, and one that is none', async ({ page }) => {
  await page.goto('/en/count?s=999/1');
  await expect(page.locator('main')).toContainText('Station 999/1 is not on the list');
  await expectAccessible(page);
  await page.goto('/en/count?s=<b>');
  await expect(page.getByRole('searchbox', { name: 'Which station?' })).toBeVisible();
});

test('keys alone: count, take back, steer; each ballot has the time of its picture', async ({ page }, info) => {
  const said = watchConsole(page);
  await page.goto(MORNING);
  await expectPlaying(page);
  expect(await stored(page)).toEqual([]);
  await expect(page.locator('.keep')).toContainText('Nothing is kept yet');
  const from = await pictureTime(page);
  await page.keyboard.press('Space');
  await page.keyboard.press('b');
  await page.keyboard.press('b');
  await expect(number(page)).toHaveText('3');
  const to = await pictureTime(page);
  await page.keyboard.press('z');
  await expect(number(page)).toHaveText('2');
  await page.keyboard.press('Backspace');
  await expect(number(page)).toHaveText('1');
  await page.keyboard.press('k');
  await expect(page.locator('.cp-top')).toContainText('Paused');
  await page.keyboard.press('j');
  await expect.poll(() => pictureTime(page)).toBeLessThan(from);
  const rows = readFileSync(await tableOf(page, info), 'utf8').trim().split('\r\n').filter((row) => /,1\/2,\d+,$/.test(row));
  expect(rows).toHaveLength(1);
  const time = Date.parse(rows[0]?.split(',')[0] ?? '');
  expect(time).toBeGreaterThanOrEqual(from - 1_000);
  expect(time).toBeLessThanOrEqual(to);
  expect(said).toEqual([]);
});

test('a key that is held down counts once, keys in fields count nothing, and keys can be turned off', async ({ page }) => {
  await page.goto(MORNING);
  await expectPlaying(page);
  await page.keyboard.down('b');
  await page.keyboard.down('b');
  await page.keyboard.down('b');
  await page.keyboard.up('b');
  await expect(number(page)).toHaveText('1');
  await page.getByText('Enter the official figure').click();
  await page.getByLabel('Source').fill('bbb z ');
  await expect(number(page)).toHaveText('1');
  await page.getByLabel('Keys work anywhere').uncheck();
  await page.keyboard.press('b');
  await page.locator('h1').click();
  await page.keyboard.press('b');
  await expect(number(page)).toHaveText('1');
  await tap(page).focus();
  await page.keyboard.press('Space');
  await expect(number(page)).toHaveText('2');
});

test('keys count wherever the focus is: at the speed, a slider, a list, after any click; only a field that is written in has them', async ({ page }) => {
  await page.goto(MORNING);
  await expectPlaying(page);
  let ballots = 0;
  const counts = async (key: string) => {
    await page.keyboard.press(key);
    await expect(number(page)).toHaveText(String(++ballots));
  };
  await page.getByRole('radio', { name: '2×' }).focus();
  await counts('Space');
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await expect(page.getByRole('radio', { name: '4×' })).toBeChecked();
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  await expect(page.getByRole('radio', { name: '1×' })).toBeChecked();
  await counts('b');
  await page.getByRole('slider').focus();
  await counts('Space');
  await page.getByText('Enter the official figure').click();
  await counts('Space');
  await page.getByRole('combobox', { name: 'Time', exact: true }).focus();
  await counts('Space');
  await counts('b');
  await page.getByRole('button', { name: 'Share the count' }).click();
  await counts('Space');
  await page.getByRole('button', { name: 'Take the last one back' }).click();
  ballots -= 1;
  await counts('Space');
  await page.getByLabel('Figure').fill('1');
  await page.getByLabel('Figure').press('Backspace');
  await expect(number(page)).toHaveText(String(ballots));
});

test('a count that the device does not keep stays while one is on the page', async ({ page }) => {
  await page.addInitScript(() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; });
  await counted(page, 2, MORNING.replace('1/2', '1/17'));
  await expect(page.locator('.keep')).toContainText('does not keep the count');
  await page.getByRole('button', { name: 'Camera 2' }).click();
  await expectPlaying(page);
  await page.keyboard.press('b');
  await expect(number(page)).toHaveText('3');
});

test('a difference stands where all was watched', async ({ page }) => {
  await withTurnout(page);
  const [from, to, first] = [at('08:00'), at('10:00'), at('08:05')];
  await page.addInitScript(([from, to, first]) => {
    localStorage.setItem('ashkar.count 2026-11-22 1/2', JSON.stringify({ taps: [first], watched: [{ from, to }], officials: [] }));
  }, [from, to, first]);
  await page.goto(MORNING);
  await expect(page.locator('.compared li').filter({ hasText: 'By 10:00' })).toContainText(/Counted: 1\..*Difference: −\d+\./);
  await expect(page.locator('.compared li').filter({ hasText: 'By 12:00' })).toContainText('No difference is given');
});

test('the target is large, under the thumb, and one touch is one ballot', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(MORNING);
  await expectPlaying(page);
  const box = await tap(page).boundingBox();
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(96);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeGreaterThan(800);
  await tap(page).click();
  await tap(page).click();
  await expect(number(page)).toHaveText('2');
  await page.mouse.wheel(0, 1_500);
  await expect(tap(page)).toBeInViewport();
});

test('a click on the player leaves the space bar to the count', async ({ page }) => {
  await page.goto(MORNING);
  await expectPlaying(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.keyboard.press('Space');
  await expect(number(page)).toHaveText('1');
  await expect(page.locator('.cp-top')).toContainText('Paused');
});

test('no picture, no ballot', async ({ page }) => {
  await page.goto('/en/count?s=1/2&t=2026-11-22T11:22:00+04:00');
  await expect(page.locator('.cp-hole')).toContainText('there is no picture of this moment');
  await page.keyboard.press('b');
  await expect(number(page)).toHaveText('0');
  await expect(page.locator('.undo')).toContainText('There is no picture, so nothing was counted.');
  expect(await stored(page)).toEqual([]);
  await expectAccessible(page);
  await page.getByRole('button', { name: /Next picture/ }).click();
  await expectPlaying(page);
  await page.keyboard.press('b');
  await expect(number(page)).toHaveText('1');
});

test('nothing is called live before a live picture came, nor when it stands', async ({ page, request }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  await page.route('**/media/**', async (route) => { await held; await route.continue(); });
  await page.goto('/en/count?s=1/2');
  await expect(page.locator('.cp-top')).toContainText('Connecting');
  await expect(page.locator('.cp-top .st-live')).toHaveCount(0);
  release();
  await expect(page.locator('.cp-top .st-live')).toBeVisible();
  await request.get('/_mock/down?on=1');
  await expect(page.locator('.cp-top .st-live')).toHaveCount(0, { timeout: 10_000 });
  await request.get('/_mock/down?on=0');
});

test('the count stays on the device after the first ballot, and is forgotten when asked', async ({ page }) => {
  await counted(page, 3);
  expect(await stored(page)).toEqual(['ashkar.count 2026-11-22 1/2']);
  await expect(page.locator('.keep')).toContainText('nowhere else');
  await page.reload();
  await expect(number(page)).toHaveText('3');
  await page.keyboard.press('z');
  await expect(number(page)).toHaveText('2');
  await page.getByRole('button', { name: 'Forget the count' }).click();
  await page.getByRole('button', { name: 'No, keep it' }).click();
  await expect(number(page)).toHaveText('2');
  await page.getByRole('button', { name: 'Forget the count' }).click();
  await page.getByRole('button', { name: 'Yes, delete it' }).click();
  await expect(number(page)).toHaveText('0');
  expect(await stored(page)).toEqual([]);
});

test('minutes that are counted again are said, and can be counted anew', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await counted(page, 3);
  const again = page.locator('.again');
  await expect(again).toHaveCount(0);
  await expect.poll(() => pictureTime(page), { timeout: 30_000 }).toBeGreaterThan(at('10:10:07'));
  await page.keyboard.press('j');
  await expect(again).toContainText(': 3 ballots. If you go on', { timeout: 30_000 });
  await page.keyboard.press('k');
  await expect(again).toBeInViewport({ ratio: 1 });
  await expectAccessible(page);
  await again.getByRole('button', { name: 'Count these minutes again' }).click();
  await expect(number(page)).toHaveText('0');
  await expect(again).toHaveCount(0);
  await page.keyboard.press('z');
  await expect(number(page)).toHaveText('3');
});

test('beside the official turnout: numbers, difference, and what was not watched, without a verdict', async ({ page }) => {
  await withTurnout(page);
  await counted(page, 2);
  const ten = page.locator('.compared li').filter({ hasText: 'By 10:00' });
  const noon = page.locator('.compared li').filter({ hasText: 'By 12:00' });
  await expect(page.locator('.compared li')).toHaveCount(2);
  await expect(ten).toContainText('Counted: 0.');
  await expect(noon).toContainText('Counted: 2.');
  await expect(noon).toContainText(/Official: 21\.4 % of \d+ registered = \d+ \(the figure of the whole country, not of this station\)\. No difference is given: not all of the time was watched\./);
  await expect(noon).toContainText(/08:00–12:00: watched 0 min, not watched 3 h 5\d min, without a picture 6 min/);
  await expect(noon).toContainText('proves nothing');
  await expect(noon).toContainText('https://example.org/12');
  await expect(noon.getByRole('link')).toHaveCount(0);

  await page.getByText('Enter the official figure').click();
  await page.getByRole('combobox', { name: 'Time', exact: true }).selectOption('12:00');
  await page.getByLabel('Figure').fill('101');
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
  await expect(page.locator('#figure-wrong')).toContainText('Per cent is 0 to 100');
  await expectAccessible(page);
  await page.getByRole('combobox', { name: 'In', exact: true }).selectOption('number of voters');
  await page.getByLabel('Source').fill('<img src=x> protocol on the door');
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
  await expect(noon).toContainText('Official: 101 voters (the figure of this station). No difference is given');
  await expect(noon).toContainText('Source: <img src=x> protocol on the door');
  await page.getByRole('button', { name: /^Remove/ }).click();
  await expect(noon).toContainText('whole country');
});

test('a count goes as a link, opens read only as another person’s, and can be taken over', async ({ page, browser, baseURL }) => {
  await counted(page, 4);
  await page.getByRole('button', { name: 'Share the count' }).click();
  const link = await page.getByLabel('Link').inputValue();
  expect(link).toMatch(/\/en\/count\?s=1\/2#c=[\w-]+$/);
  const context = await browser.newContext(baseURL ? { baseURL } : {});
  const other = await context.newPage();
  const asked: string[] = [];
  other.on('request', (request) => asked.push(request.url()));
  await other.goto(link);
  await expect(other.getByRole('heading', { name: 'Another person’s count' })).toBeVisible();
  await expect(number(other)).toHaveText('4');
  await expect(tap(other)).toHaveCount(0);
  await other.keyboard.press('b');
  await expect(number(other)).toHaveText('4');
  await expectAccessible(other);
  expect(await stored(other)).toEqual([]);
  await other.getByRole('link', { name: 'Русский' }).click();
  await expect(other.getByRole('heading', { name: 'Подсчёт другого человека' })).toBeVisible();
  await other.getByRole('link', { name: 'English' }).click();
  await other.getByRole('button', { name: 'Take over as mine' }).click();
  await expect(tap(other)).toBeVisible();
  await expect(number(other)).toHaveText('4');
  await expect(other).not.toHaveURL(/#c=/);
  await other.goto(link);
  await expect(other.locator('.theirs')).toContainText('Your own count: 4.');
  expect(asked.some((url) => url.includes('c='))).toBe(false);
  await context.close();
});

test('a spoilt link is said and counts nothing', async ({ page }) => {
  const said = watchConsole(page);
  for (const hash of ['#c=', '#c=AAAA', '#c=%3Cscript%3E', `#c=${'_'.repeat(20_000)}`]) {
    await page.goto(`/en/count?s=1/2${hash}`);
    await expect(page.getByText('The count in this link cannot be read')).toBeVisible();
    await expect(number(page)).toHaveText('0');
    await page.goto('about:blank');
  }
  expect(said).toEqual([]);
});

test('a count goes out as a table and comes back; one of another station does not', async ({ page }, info) => {
  await counted(page, 3);
  const path = await tableOf(page, info);
  await page.getByRole('button', { name: 'Forget the count' }).click();
  await page.getByRole('button', { name: 'Yes, delete it' }).click();
  await page.getByLabel('Open a file').setInputFiles(path);
  await expect(number(page)).toHaveText('3');
  await expect(page.locator('.keep')).toContainText('Loaded from the file: 3 ballots.');
  const strange = info.outputPath('strange.csv');
  writeFileSync(strange, readFileSync(path, 'utf8').replaceAll('1/2,', '1/17,'));
  await page.getByLabel('Open a file').setInputFiles(strange);
  await expect(page.locator('.keep')).toContainText('The file is for station 1/17, but this is 1/2.');
  await expect(number(page)).toHaveText('3');
});

test('the picture runs faster, and its time is what is kept', async ({ page }, info) => {
  await page.goto(MORNING);
  await expectPlaying(page);
  await page.getByRole('radio', { name: '8×' }).check();
  await expect.poll(() => pictureTime(page), { timeout: 30_000 }).toBeGreaterThan(at('10:10:40'));
  await page.locator('h1').click();
  await page.keyboard.press('b');
  await expect(number(page)).toHaveText('1');
  const row = readFileSync(await tableOf(page, info), 'utf8').split('\r\n').find((one) => one.endsWith(',1,')) ?? '';
  expect(Date.parse(row.split(',')[0] ?? '')).toBeGreaterThan(at('10:10:35'));
  await expect(page.locator('.chart').first()).toContainText('The most: 1 (10:10)');
});

for (const width of [390, 320]) {
  test(`on ${width} px everything fits and is large enough`, async ({ page }) => {
    await page.setViewportSize({ width, height: 780 });
    await counted(page, 2);
    await expect.poll(() => fits(page)).toBe(true);
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page);
    const small = await page.locator('main button:visible, main select:visible, main summary:visible, main label.file').evaluateAll((all) =>
      all.filter((one) => { const box = one.getBoundingClientRect(); return box.width < 43.5 || box.height < 43.5; }).map((one) => one.outerHTML.slice(0, 120)));
    expect(small).toEqual([]);
  });
}

test('letters of twice the size fit, and colours are not needed', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 900 });
  await page.emulateMedia({ forcedColors: 'active' });
  await counted(page, 2);
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  await expect.poll(() => fits(page)).toBe(true);
  await expectAccessible(page);
});
