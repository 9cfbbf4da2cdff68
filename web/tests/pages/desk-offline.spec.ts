/** The technician's page without a line: a browser that is cut off in the middle of everything, and another person at the same phone. */

import { readFile } from 'node:fs/promises';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { enter, open } from '../desk';
import { MOCK_URL } from '../mock/port';

test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

const FIELD = '/en/desk/field/7/5';
const item = (page: Page, name: string) => page.locator('.item').filter({ hasText: name });
const kept = async (context: BrowserContext) => (await (await context.request.get(`${MOCK_URL}/desk/api/v1/stations/7/5`)).json()) as { records: { by: string; fact: { what: string; note?: string } }[]; photos: unknown[] };
const found = async (context: BrowserContext) => (await kept(context)).records.filter(({ fact }) => fact.what === 'finding');

/** A page that was opened with a line, whose service worker has kept what it needs. */
async function opened(context: BrowserContext): Promise<Page> {
  await enter(context, 'orkhan.safarov');
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, FIELD);
  await expect(page.getByText('Everything is sent.')).toBeVisible();
  await page.waitForFunction(() => navigator.serviceWorker.ready.then((one) => one.active?.state === 'activated'));
  return page;
}

async function photo(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 48];
    canvas.getContext('2d')?.fillRect(0, 0, 32, 48);
    return canvas.toDataURL('image/jpeg');
  });
  return Buffer.from(url.split(',')[1] ?? '', 'base64');
}

async function recorded(page: Page, name: string, note: string) {
  const power = item(page, name);
  await power.getByRole('button').first().click();
  await power.getByLabel('Not met', { exact: true }).check();
  await power.getByLabel('Note').fill(note);
  await power.getByRole('button', { name: 'Record' }).click();
}

test('the page opens in a cellar: typing, a photo, reloads, and an answer that never comes lose nothing and record nothing twice', async ({ context }) => {
  const page = await opened(context);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: '7/5: survey' })).toBeVisible();
  await expect(page.getByText('Below is what this phone remembers')).toBeVisible();
  await expect(page.getByText('140 nömrəli tam orta məktəb')).toBeVisible();
  const power = item(page, 'Power at the place');
  await power.getByRole('button').click();
  await power.getByLabel('Not met', { exact: true }).check();
  await power.getByLabel('Note').fill('The socket is loose.');
  await power.getByLabel('Add a photo').setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: await photo(page) });
  await expect(power.getByRole('button', { name: 'Take photo 1 out' })).toBeVisible();
  await page.reload();
  await power.getByRole('button').first().click();
  await expect(power.getByLabel('Note')).toHaveValue('The socket is loose.');
  await power.getByRole('button', { name: 'Record' }).click();
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 2');
  // Another language, opened anew without a line, has its own worker.
  await page.goto('/ru/desk/field/7/5');
  await expect(page.locator('.outbox')).toContainText('Не отправлено: 2');
  await page.goto(FIELD);
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 2');
  expect(await found(context)).toHaveLength(0);

  // The line is back for as long as the request takes, and gone before the answer.
  await page.route(/\/records$/, async (route) => {
    await route.fetch();
    await context.setOffline(true);
    await route.abort();
  }, { times: 1 });
  await context.setOffline(false);
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 1');
  // The photo is sent first; the record is on its way then.
  await expect.poll(async () => (await found(context)).length).toBe(1);
  await page.reload();
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 1');
  await context.setOffline(false);
  // A browser may say that the line is back a moment before it is: then it is tried again by itself.
  await expect(page.locator('.outbox')).toContainText('Everything is sent.', { timeout: 45_000 });
  const now = await kept(context);
  expect(await found(context)).toHaveLength(1);
  expect(now.photos).toHaveLength(1);
});

test('another person at the same phone neither sees nor sends it; whoever typed it sends it later as their own', async ({ context }) => {
  const page = await opened(context);
  await context.setOffline(true);
  await recorded(page, 'Power at the place', 'Mine alone.');
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 1');
  // What was tried without a line has failed: nothing is on its way when the line is back.
  await expect(page.locator('.outbox')).toContainText('There is no line, or the server does not answer. Nothing is lost: it is tried again by itself.');
  await page.close();
  await context.setOffline(false);
  await enter(context, 'leyla.aliyeva');
  const other = await context.newPage();
  await open(other, FIELD);
  await expect(other.locator('.outbox')).toContainText('Everything is sent.');
  await expect(other.getByText('Mine alone.')).toHaveCount(0);
  expect(await found(context)).toHaveLength(0);
  // What was known belonged to the first person.
  const names = await other.evaluate(() => new Promise<string[]>((resolve) => {
    const request = indexedDB.open('ashkar-field');
    request.onsuccess = () => {
      const all = request.result.transaction('known').objectStore('known').getAllKeys();
      all.onsuccess = () => { request.result.close(); resolve(all.result.map(String)); };
    };
  }));
  expect(names.filter((name) => name.startsWith('orkhan'))).toEqual([]);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(other.getByLabel('User name')).toBeVisible();
  await context.setOffline(true);
  await other.goto(FIELD);
  await expect(other.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(other.locator('.items')).toHaveCount(0);
  await context.setOffline(false);
  await enter(context, 'orkhan.safarov');
  await open(other, FIELD);
  await expect.poll(async () => (await found(context)).map(({ by, fact }) => [by, fact.note])).toEqual([['desk:orkhan.safarov', 'Mine alone.']]);
});

test('a window in which somebody else has signed in meanwhile sends nothing of the first person', async ({ context }) => {
  const page = await opened(context);
  await page.route(/\/records$/, (route) => route.abort());
  await recorded(page, 'Power at the place', 'Typed by Orxan.');
  // What was sent has failed: nothing that began as the first person is on its way when the cookie changes.
  await expect(page.locator('.outbox')).toContainText('There is no line, or the server does not answer. Nothing is lost: it is tried again by itself.');
  // The cookie is another person's now; this window does not know.
  await enter(context, 'leyla.aliyeva');
  await page.unroute(/\/records$/);
  // It may just be trying again by itself; either way it is tried, at the latest with the next round of fifteen seconds.
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(page.locator('.outbox')).toContainText('Sign in again to send.', { timeout: 25_000 });
  expect(await found(context)).toHaveLength(0);
});

test('what a phone saved as a file is taken in once, and says who typed it', async ({ context, browser }) => {
  const page = await opened(context);
  await context.setOffline(true);
  await recorded(page, 'Power at the place', 'From the cellar.');
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 1');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as a file' }).click()]);
  const content = await readFile(await file.path());
  const desk = await browser.newContext({ baseURL: MOCK_URL });
  await enter(desk, 'leyla.aliyeva');
  const office = await desk.newPage();
  await open(office, '/en/desk/stations/7/5');
  const input = office.getByLabel('The phone’s file');
  await input.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"format":"other"}') });
  await expect(office.getByText('Nothing was taken in.')).toBeVisible();
  const sent: unknown[] = [];
  office.on('request', (request) => { if (/\/records$/.test(request.url())) sent.push(request.postDataJSON()); });
  for (const time of [1, 2]) {
    await input.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: content });
    await expect(office.getByText('Taken from the file: 1')).toBeVisible();
    await expect.poll(() => sent.length).toBe(time);
  }
  expect(sent[0]).toMatchObject({ of: 'orkhan.safarov' });
  expect((await found(desk)).map(({ by }) => by)).toEqual(['desk:leyla.aliyeva']);
  // The phone finds a line after all: it is recorded already, and nothing is refused.
  await context.setOffline(false);
  await expect(page.locator('.outbox')).toContainText('Everything is sent.');
  expect(await found(desk)).toHaveLength(1);
});

test('the public pages have no service worker, and the desk’s keeps no answer of the API', async ({ context }) => {
  const page = await opened(context);
  const scopes = await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => new URL(scope).pathname).sort());
  expect(scopes).toEqual(['/desk/', '/en/desk/', '/ru/desk/']);
  const cached = () => page.evaluate(async () => {
    const all = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)));
    return all.flat();
  });
  // The workers of the other languages may still be taking theirs in.
  await expect.poll(async () => (await cached()).length).toBeGreaterThan(5);
  const addresses = await cached();
  for (const address of addresses) expect(address).toMatch(/^(\/assets\/desk-[\w-]+\.(js|css)|\/mark\.svg|(\/(en|ru))?\/desk)$/);
  await page.goto('/en');
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
});
