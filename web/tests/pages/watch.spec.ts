import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectAccessible, fits, watchConsole } from '../support';
import { outages } from './hand';

const NINE = ['1/2', '1/17', '1/26', '1/29', '1/33', '1/39', '1/50', '2/1', '2/12'];
const SIXTEEN = [...NINE, '1/51', '2/2', '2/5', '2/15', '2/20', '2/21', '2/25'];
const address = (ids: string[], more = '') => `/en/watch?s=${ids.join()}${more}`;
const tile = (page: Page, id: string) => page.locator(`.tile[data-id="${id}"]`);
const order = (page: Page) => page.locator('.tile').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['id']));
const drawn = (page: Page) => page.locator('.tile canvas:not(.empty)').count();
const link = (page: Page, id: string) => tile(page, id).getByRole('link');

/** A light rendition for each camera, as centres with sub-streams have it. */
async function withSubs(page: Page) {
  await page.route(/\/api\/v1\/stations\/\d+\/\d+$/, async (route) => {
    const answer = await route.fetch();
    const station = (await answer.json()) as { cameras: { id: string; sub?: string }[] };
    for (const camera of station.cameras) camera.sub = camera.id.replace(/\d+$/, (n) => String(100 + Number(n)));
    await route.fulfill({ response: answer, json: station });
  });
}

test.beforeEach(async ({ request }) => { await request.get('/_mock/phase?at=14:32'); });
test.afterEach(async ({ request }) => { await request.get('/_mock/down?on=0'); });

test('an empty page explains itself, and four drawn by lot are on air', async ({ page }) => {
  const said = watchConsole(page);
  await page.goto('/en/watch');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Stations side by side');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Four at random' }).click();
  await expect(page.locator('.tile')).toHaveCount(4);
  await expect(page.locator('.tile').filter({ hasText: 'Live' })).toHaveCount(4);
  await expect(page).toHaveURL(/s=\d+\/\d+,\d+\/\d+,\d+\/\d+,\d+\/\d+&n=4$/);
  expect(said).toEqual([]);
});

test('nine at once: stills of those on air, holes with their cause of those that are not', async ({ page }) => {
  const said = watchConsole(page);
  await page.goto(address(NINE, '&view=still'));
  await expect(page.locator('.tile')).toHaveCount(9);
  await expect.poll(() => drawn(page)).toBe(7);
  await expect(page.locator('video')).toHaveCount(0);
  await expect(tile(page, '1/29')).toContainText('Off air');
  await expect(tile(page, '1/29')).toContainText('since 14:02. Line down');
  await expect(tile(page, '2/12')).toContainText('Hidden');
  await expect(tile(page, '1/2')).toContainText('Live');
  await expect(tile(page, '1/2')).toContainText('a still every 10 s');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  expect(said).toEqual([]);
});

test('videos move, without sound and without anything over them', async ({ page }) => {
  await page.goto(address(['1/2', '1/17'], '&view=video'));
  await expect(page.locator('video')).toHaveCount(2);
  for (const id of ['1/2', '1/17']) {
    const frames = () => tile(page, id).locator('video').evaluate((video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames);
    await expect.poll(frames, { timeout: 30_000 }).toBeGreaterThan(3);
    await expect(tile(page, id)).toContainText(/\d+ s behind/);
    expect(await tile(page, id).locator('video').evaluate((video: HTMLVideoElement) => video.muted)).toBe(true);
    const covered = await tile(page, id).locator('.pic').evaluate((pic) => [...pic.children].filter((one) => one.tagName !== 'VIDEO' && !one.classList.contains('still')).length);
    expect(covered).toBe(0);
  }
});

test('light videos are asked for where the camera has one', async ({ page }) => {
  await withSubs(page);
  const asked: string[] = [];
  page.on('request', (request) => { if (request.url().includes('/live/')) asked.push(new URL(request.url()).pathname); });
  await page.goto(address(['1/2', '1/17'], '&view=light'));
  await expect(page.locator('video')).toHaveCount(2);
  await expect.poll(() => [...new Set(asked)].sort()).toEqual(['/live/1/17/101/index.m3u8', '/live/1/2/101/index.m3u8']);
});

test('left to itself it never plays more than four over HTTP/1.1, and says so', async ({ page }) => {
  await withSubs(page);
  await page.goto(address(NINE));
  await expect(page.locator('video').first()).toBeVisible({ timeout: 20_000 });
  await expect(page.locator('.watch-notes')).toContainText(/As video: \d, as still pictures: \d/);
  expect(await page.locator('video').count()).toBeLessThanOrEqual(4);
});

test('a browser that saves data gets stills alone', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  await page.goto(address(['1/2', '1/17']));
  await expect.poll(() => drawn(page)).toBe(2);
  await expect(page.locator('.watch-notes')).toContainText('saving data');
  await expect(page.locator('video')).toHaveCount(0);
});

test('videos that stand still are given up for stills, and tried again when asked', async ({ page }) => {
  await page.route('**/media/**', (route) => (route.request().url().endsWith('.m4s') ? undefined : route.continue()));
  await page.goto(address(['1/2', '1/17']));
  await expect(page.locator('video').first()).toBeAttached({ timeout: 20_000 });
  await expect(page.locator('.watch-notes')).toContainText('too much for this device or line', { timeout: 40_000 });
  await page.unroute('**/media/**');
  await page.getByRole('button', { name: 'Try video again' }).click();
  await expect(page.locator('.watch-notes')).not.toContainText('too much');
});

test('a station that goes off air shows its hole, and comes back by itself', async ({ page }) => {
  let off = false;
  await page.route('**/api/v1/stations/1/2', async (route) => {
    const answer = await route.fetch();
    const station = (await answer.json()) as { state: string; cameras: object[] };
    const hole = { state: 'missing', since: '2026-11-22T14:30:00+04:00', cause: 'power' };
    await route.fulfill({ response: answer, json: off ? { ...station, state: 'missing', cameras: station.cameras.map((camera) => ({ ...camera, ...hole })) } : station });
  });
  await page.goto(address(['1/2', '1/17'], '&view=video'));
  await expect(tile(page, '1/2').locator('video')).toBeAttached();
  off = true;
  await expect(tile(page, '1/2')).toContainText('since 14:30. Power cut', { timeout: 25_000 });
  await expect(tile(page, '1/2').locator('video')).toHaveCount(0);
  off = false;
  await expect(tile(page, '1/2').locator('video')).toBeAttached({ timeout: 25_000 });
  await expect(tile(page, '1/2')).toContainText(/\d+ s behind/);
});

test('a camera that this browser cannot play says so in its tile', async ({ page }) => {
  await page.goto(address(['1/2', '1/33'], '&view=video'));
  await expect(tile(page, '1/33')).toContainText('this browser cannot play this camera’s video', { timeout: 30_000 });
  await expect(tile(page, '1/2').locator('video')).toBeAttached();
});

// A still comes every ten seconds; between two of them nothing is known.
for (const [view, limit] of [['video', 10_000], ['still', 11_000]] as const) {
  for (const [name, befalls] of Object.entries(outages)) {
    test(`${name} is told in a tile of ${view}s within ten seconds, and nothing is called live until a live picture comes`, async ({ page }) => {
      test.setTimeout(90_000);
      await page.goto(address(['1/2', '1/17'], `&view=${view}`));
      const live = tile(page, '1/2').locator('.how .st-live');
      await expect(live).toHaveCount(1);
      const height = await tile(page, '1/2').locator('.pic').evaluate((pic) => pic.getBoundingClientRect().height);
      await befalls(page);
      await expect(live).toHaveCount(0, { timeout: limit });
      await expect(tile(page, '1/2').locator('.how')).toHaveText(/^(Waiting for the picture…|Connecting…)\s*$/);
      expect(await tile(page, '1/2').locator('.pic').evaluate((pic) => pic.getBoundingClientRect().height)).toBe(height);
      await page.request.get('/_mock/down?on=0');
      await page.unrouteAll();
      await expect(live).toHaveCount(1, { timeout: 40_000 });
    });
  }
}

test('nothing on the wall is called live before its picture came, nor by a still that is old', async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  await page.route(/\/(media|still)\//, async (route) => { await held; await route.continue(); });
  for (const view of ['video', 'still']) {
    await page.goto(address(['1/2', '1/29'], `&view=${view}`));
    await expect(tile(page, '1/29')).toContainText('Off air');
    await expect(tile(page, '1/2')).toContainText('Connecting…');
    await expect(page.locator('.tile .st-live')).toHaveCount(0);
  }
  release();
  await expect(page.locator('.tile .st-live')).toHaveCount(1);
  await page.unrouteAll();
  await page.route('**/still/**', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, headers: { ...answer.headers(), 'picture-time': '2026-11-22T14:31:20+04:00' } });
  });
  await page.goto(address(['1/2', '1/29'], '&view=still'));
  await expect.poll(() => drawn(page)).toBe(1);
  await expect(tile(page, '1/2')).toContainText('Waiting for the picture…');
  await expect(page.locator('.tile .st-live')).toHaveCount(0);
});

test('out of view and on a hidden page nothing is asked for', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await page.goto(address(['1/2', '1/17', '1/26', '1/39'], '&view=video'));
  await expect(page.locator('video').first()).toBeAttached();
  expect(await tile(page, '1/39').locator('video').count()).toBe(0);
  await tile(page, '1/39').scrollIntoViewIfNeeded();
  await expect(tile(page, '1/39').locator('video')).toBeAttached();
  await expect(tile(page, '1/2').locator('video')).toHaveCount(0);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect(page.locator('video')).toHaveCount(0);
});

test('a station is found, added, and stands in the link that opens the same again', async ({ page, context }) => {
  await page.goto(address(['1/2']));
  const field = page.getByRole('searchbox', { name: 'Add a station' });
  await field.fill('1/17');
  await page.keyboard.press('Enter');
  await expect(tile(page, '1/17')).toBeVisible();
  await expect(field).toBeFocused();
  await page.keyboard.type('sebail');
  await expect(page.locator('.results button').first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.locator('.tile')).toHaveCount(3);
  await expect(page.getByRole('button', { name: '4', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await page.getByLabel('Picture').selectOption('Still pictures');
  await expect(page).toHaveURL(/view=still/);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.locator('.tile')).toHaveCount(3);
  expect(await order(other)).toEqual(await order(page));
  await expect(other.getByLabel('Picture')).toHaveValue('still');
});

test('empty places are filled with stations on air', async ({ page }) => {
  await page.goto(address(['1/2', '1/29'], '&n=9&view=still'));
  await page.getByRole('button', { name: 'Fill with stations on air' }).click();
  await expect(page.locator('.tile')).toHaveCount(9);
  await expect(page.locator('.tile').filter({ hasText: 'Live' })).toHaveCount(8);
  await page.getByRole('button', { name: 'Add one at random' }).click();
  await expect(page.locator('.tile')).toHaveCount(10);
  await expect(page).toHaveURL(/n=16/);
});

test('a link with strange numbers says what it left out', async ({ page }) => {
  await page.goto(`/en/watch?s=1/2,999/1,x,<b>,1/17,${SIXTEEN.join()},3/6&view=nonsense&n=-1&big=9/9&t=never`);
  await expect(page.locator('.watch-notes')).toContainText('Not on the list: 999/1.');
  await expect(page.locator('.watch-notes')).toContainText('cannot be read: 2.');
  await expect(page.locator('.watch-notes')).toContainText('2 more in the link were left out');
  await expect(page.locator('.tile')).toHaveCount(15);
  await expectAccessible(page);
});

test('keys alone: go, move, enlarge, remove, open', async ({ page }) => {
  await page.goto(address(['1/2', '1/17', '1/26', '1/39'], '&view=still'));
  await link(page, '1/2').focus();
  await page.keyboard.press('ArrowRight');
  await expect(link(page, '1/17')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(link(page, '1/39')).toBeFocused();
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowUp');
  expect(await order(page)).toEqual(['1/2', '1/39', '1/17', '1/26']);
  await expect(link(page, '1/39')).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: 'place 2 of 4' })).toHaveCount(1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('e');
  await expect(tile(page, '1/39')).toHaveClass(/large/);
  await expect(page).toHaveURL(/big=1\/39/);
  await expectAccessible(page);
  await page.keyboard.press('e');
  await expect(tile(page, '1/39')).not.toHaveClass(/large/);
  await page.keyboard.press('Delete');
  expect(await order(page)).toEqual(['1/2', '1/17', '1/26']);
  await expect(link(page, '1/17')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/en\/stations\/1\/17$/);
});

test('buttons move too, and keep the focus', async ({ page }) => {
  await page.goto(address(['1/2', '1/17', '1/26', '1/39'], '&view=still'));
  await page.getByRole('button', { name: 'Arrange' }).click();
  const right = page.getByRole('button', { name: 'Move 1/2 right' });
  await right.click();
  expect(await order(page)).toEqual(['1/17', '1/2', '1/26', '1/39']);
  await expect(right).toBeFocused();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Remove 1/26' }).click();
  expect(await order(page)).toEqual(['1/17', '1/2', '1/39']);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('button', { name: /^Move/ })).toHaveCount(0);
});

/** Presses the middle of an element; the function it returns presses that very point again, whatever is there by then. */
async function pressed(page: Page, what: Locator, touch: boolean): Promise<() => Promise<void>> {
  const box = await what.boundingBox();
  if (!box) throw new Error('nothing to press');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const press = () => (touch ? page.touchscreen.tap(x, y) : page.mouse.click(x, y));
  await press();
  return press;
}
const places = (page: Page) => page.locator('.tile').evaluateAll((all) => Object.fromEntries(all.map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [(one as HTMLElement).dataset['id'], [x, y + scrollY, width, height].map(Math.round).join()];
})));

for (const touch of [false, true]) {
  test.describe(touch ? 'a finger on a phone' : 'a mouse', () => {
    test.use(touch ? { hasTouch: true, viewport: { width: 390, height: 844 } } : { viewport: { width: 1440, height: 900 } });
    test.beforeEach(async ({ page }) => {
      // five in a wall of nine: with four it would be another wall
      await page.goto(address(NINE.slice(0, 5), '&view=still'));
      await expect(page.locator('.tile')).toHaveCount(5);
    });
    const arrange = async (page: Page) => {
      if (touch) await page.getByText('Add, arrange, look back').click();
      await page.getByRole('button', { name: 'Arrange' }).click();
      await page.locator('.tile').first().scrollIntoViewIfNeeded();
    };

    test('pressed twice in the same place, “Remove” removes one, and nothing moves until it is done', async ({ page }) => {
      await arrange(page);
      const before = await places(page);
      const again = await pressed(page, page.getByRole('button', { name: 'Remove 1/17' }), touch);
      await expect(tile(page, '1/17')).toHaveCount(0);
      await again();
      await again();
      expect(await order(page)).toEqual(['1/2', '1/26', '1/29', '1/33']);
      const { '1/17': gone, ...others } = before;
      expect(await places(page)).toEqual(others);
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Put back 1/17' }).click();
      expect(await places(page)).toEqual({ ...others, '1/17': gone });
      expect(await order(page)).toEqual(['1/2', '1/17', '1/26', '1/29', '1/33']);
      await expect(page.getByRole('button', { name: 'Remove 1/17' })).toBeFocused();
      await (await pressed(page, page.getByRole('button', { name: 'Remove 1/17' }), touch))();
      await page.getByRole('button', { name: 'Done' }).click();
      await expect(page.locator('.gap')).toHaveCount(0);
      expect(await order(page)).toEqual(['1/2', '1/26', '1/29', '1/33']);
      expect((await places(page))['1/26']).not.toBe(before['1/26']);
    });

    test('pressed twice in the same place, an arrow moves the same station twice', async ({ page }) => {
      await arrange(page);
      const again = await pressed(page, page.getByRole('button', { name: 'Move 1/2 right' }), touch);
      expect(await order(page)).toEqual(['1/17', '1/2', '1/26', '1/29', '1/33']);
      await again();
      expect(await order(page)).toEqual(['1/17', '1/26', '1/2', '1/29', '1/33']);
      await expect(page.getByRole('button', { name: 'Move 1/2 right' })).toBeFocused();
      await expect(tile(page, '1/2')).toHaveClass(/pressed/);
      // after the pointer has been elsewhere, a press acts on what is there
      if (touch) await page.touchscreen.tap(5, 5);
      else await page.mouse.move(5, 5);
      await again();
      expect(await order(page)).toEqual(['1/26', '1/17', '1/2', '1/29', '1/33']);
    });

    test('pressed twice in the same place, “Enlarge” enlarges and takes it back, and opens nothing', async ({ page }) => {
      const again = await pressed(page, page.getByRole('button', { name: 'Enlarge 1/26' }), touch);
      await expect(tile(page, '1/26')).toHaveClass(/large/);
      await again();
      await expect(page.locator('.tile.large')).toHaveCount(0);
      await expect(page).toHaveURL(/\/en\/watch/);
    });

    test('words that change below a picture move no tile', async ({ page }) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => { release = resolve; });
      await page.route('**/still/**', async (route) => { await held; await route.continue(); });
      await page.reload();
      await expect(tile(page, '1/2')).toContainText('Connecting…');
      await expect(tile(page, '1/33')).toContainText('Connecting…');
      const before = await places(page);
      release();
      await expect(page.locator('.tile .st-live')).toHaveCount(4);
      expect(await places(page)).toEqual(before);
    });

    test('the last station that is removed leaves nothing to press in its place', async ({ page }) => {
      await page.goto(address(['1/2'], '&view=still'));
      await arrange(page);
      const again = await pressed(page, page.getByRole('button', { name: 'Remove 1/2' }), touch);
      await again();
      await expect(page.getByRole('button', { name: 'Put back 1/2' })).toBeVisible();
      await expect(page).toHaveURL(/\/en\/watch/);
      await page.getByRole('button', { name: 'Done' }).click();
      await expect(page.getByRole('button', { name: 'Four at random' })).toBeVisible();
    });
  });
}

test('a station is dragged to another place, and that opens nothing', async ({ page }) => {
  await page.goto(address(['1/2', '1/17', '1/26', '1/39'], '&view=still'));
  await page.getByRole('button', { name: 'Arrange' }).click();
  const middle = async (id: string) => {
    const box = await tile(page, id).locator('.pic').boundingBox();
    if (!box) throw new Error(id);
    return [box.x + box.width / 2, box.y + box.height / 2] as const;
  };
  await page.mouse.move(...(await middle('1/2')));
  await page.mouse.down();
  await page.mouse.move(...(await middle('1/39')), { steps: 5 });
  await expect(tile(page, '1/39')).toHaveClass(/over/);
  await page.mouse.up();
  expect(await order(page)).toEqual(['1/17', '1/26', '1/39', '1/2']);
  await expect(page).toHaveURL(/\/en\/watch/);
});

test('a moment of the past: stills of that minute, by the slider and its keys', async ({ page }) => {
  const stills: string[] = [];
  page.on('request', (request) => { if (request.url().includes('/still/')) stills.push(decodeURIComponent(request.url())); });
  await page.goto(address(['1/2', '1/17'], '&t=2026-11-22T11:19:30+04:00'));
  await expect(tile(page, '1/2').locator('img')).toHaveAttribute('src', /at=2026-11-22T07%3A19%3A30Z/);
  await expect(page.locator('video')).toHaveCount(0);
  const slider = page.getByRole('slider', { name: 'Moment of the day' });
  await slider.focus();
  for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowRight');
  await expect(slider).toHaveAttribute('aria-valuetext', '11:22');
  await expect(tile(page, '1/2')).toContainText('Missing');
  await expect(tile(page, '1/2')).toContainText('Power cut');
  await expect(page).toHaveURL(/t=2026-11-22T11:22:00\+04:00/);
  expect(stills.some((url) => url.includes('07:20:00') || url.includes('07:21:00'))).toBe(false);
  await expect(link(page, '1/2')).toHaveAttribute('href', /\/en\/stations\/1\/2\?t=2026-11-22T11:22:00\+04:00$/);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect(tile(page, '1/2')).toContainText(/behind|still|Connecting/);
});

test('several stations replay one moment, in step, with one bar, and a hole of one holds up nobody', async ({ page }) => {
  const said = watchConsole(page);
  await page.goto(address(['1/2', '1/17', '1/26', '1/39'], '&view=video&t=2026-11-22T11:19:50+04:00'));
  const bar = page.getByRole('region', { name: 'A moment of the day' });
  await bar.getByRole('button', { name: 'Play' }).click();
  await expect(page.locator('video:not(.empty)')).toHaveCount(4, { timeout: 30_000 });
  /** The times that the pictures themselves have, and that of the bar. */
  const times = () => page.locator('.tile .how span:last-child').allTextContents().then((all) => all.filter((text) => /^\d\d:\d\d:\d\d$/.test(text)).map((text) => Date.parse(`2026-11-22T${text}+04:00`)));
  const moment = async () => Date.parse((await bar.locator('time').getAttribute('datetime')) ?? '');
  const began = await moment();
  await expect.poll(moment, { timeout: 30_000 }).toBeGreaterThan(began + 2_000);
  for (let n = 0; n < 3; n++) {
    const all = await times();
    expect(all).toHaveLength(4);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(2_000);
    const before = await moment();
    await expect.poll(moment).toBeGreaterThan(before + 500);
  }
  // the power cut of all four is over at 11:26
  await bar.getByRole('combobox', { name: 'Speed' }).selectOption('4×');
  await expect(tile(page, '1/2')).toContainText('Power cut', { timeout: 30_000 });
  const inHole = await moment();
  await expect.poll(moment).toBeGreaterThan(inHole + 4_000);
  await bar.getByRole('button', { name: 'Pause' }).click();
  await expect(page).toHaveURL(/t=2026-11-22T11:2\d:\d\d\+04:00/);
  const stood = await moment();
  await page.getByRole('slider', { name: 'Moment of the day' }).focus();
  await page.keyboard.press('PageUp');
  await expect.poll(moment).toBeGreaterThan(stood + 500_000);
  await expect(page.locator('video:not(.empty)')).toHaveCount(4, { timeout: 30_000 });
  await expectAccessible(page);
  expect(said).toEqual([]);
});

for (const count of [2, 9, 16]) {
  test(`${count} stations of the past are at one moment`, async ({ page }) => {
    await page.goto(address(SIXTEEN.slice(0, count), '&t=2026-11-22T12:00:00+04:00&view=still'));
    await page.getByRole('button', { name: '+10 min' }).click();
    await expect(page).toHaveURL(/t=2026-11-22T12:10:00\+04:00/);
    const shown = SIXTEEN.slice(0, count).length - (SIXTEEN.slice(0, count).includes('2/21') ? 1 : 0);
    await expect(page.locator('.tile .how').filter({ hasText: '12:10:00' })).toHaveCount(shown);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect(page.locator('.tile .how').filter({ hasText: '12:10:02' })).toHaveCount(shown, { timeout: 20_000 });
  });
}

for (const width of [390, 768, 1366, 1440, 1920]) {
  test(`at ${width} px no button of the toolbar moves when one is pressed, and the page stands where the header does`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(address(NINE.slice(0, 4), '&view=still'));
    if (width < 760) await page.getByText('Add, arrange, look back').click();
    const boxes = () => page.locator('.tools button, .tools select, .tools input').evaluateAll((all) => all.map((one) => { const { x, y, width, height } = one.getBoundingClientRect(); return [x, y + scrollY, width, height].map(Math.round).join(); }));
    await expect(page.getByRole('button', { name: 'A moment of the day' })).toBeVisible();
    const before = await boxes();
    for (const press of ['9', '4', 'Arrange', 'Done', 'A moment of the day', 'Back to now']) {
      await page.getByRole('button', { name: press, exact: true }).click();
      await page.mouse.move(0, 0);
      expect(await boxes(), press).toEqual(before);
    }
    const left = (selector: string) => page.locator(selector).first().evaluate((one) => Math.round(one.getBoundingClientRect().left));
    expect(await left('.watch h1')).toBe(await left('.top .brand'));
    expect(await left('.tiles')).toBe(await left('.top .brand'));
  });
}

test('sixteen stand on a wall of 1920 × 1080 without scrolling', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(address(SIXTEEN, '&view=still'));
  await expect(page.locator('.tile')).toHaveCount(16);
  await expect.poll(async () => {
    const boxes = await page.locator('.tile').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().bottom));
    return Math.max(...boxes);
  }).toBeLessThanOrEqual(1080);
  const heights = await page.locator('.pic').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  expect(Math.min(...heights)).toBeGreaterThan(120);
  await link(page, '1/2').focus();
  await page.keyboard.press('e');
  await expect.poll(async () => Math.max(...(await page.locator('.tile').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().bottom))))).toBeLessThanOrEqual(1080);
});

for (const [width, most] of [[390, 2], [320, 1]] as const) {
  test(`on a phone of ${width} px there are at most ${most} in a row, and nothing is wider than it`, async ({ page }) => {
    await page.setViewportSize({ width, height: 780 });
    await page.goto(address(SIXTEEN, '&view=still'));
    await expect(page.locator('.tile')).toHaveCount(16);
    await expect.poll(() => fits(page)).toBe(true);
    const lefts = await page.locator('.tile').evaluateAll((all) => new Set(all.map((one) => Math.round(one.getBoundingClientRect().left))).size);
    expect(lefts).toBeLessThanOrEqual(most);
    await expectAccessible(page);
    const small = await page.locator('main button:visible, main select:visible, main summary:visible').evaluateAll((all) =>
      all.filter((one) => { const box = one.getBoundingClientRect(); return box.width < 43.5 || box.height < 43.5; }).map((one) => one.outerHTML.slice(0, 120)));
    expect(small).toEqual([]);
  });
}

test('letters of twice the size fit', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 900 });
  await page.goto(address(NINE, '&view=still'));
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  await expect(page.locator('.tile')).toHaveCount(9);
  await expect.poll(() => fits(page)).toBe(true);
});

test('without colours the states keep their words and shapes', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(address(NINE, '&view=still'));
  await expect(tile(page, '1/29')).toContainText('Off air');
  await expectAccessible(page);
});
