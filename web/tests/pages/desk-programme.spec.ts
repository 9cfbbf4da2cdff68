/** The programme at the desk: the board, a station, the technician's page without a line, devices, the chair's test. */

import { readFile } from 'node:fs/promises';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { enter, open, type Name } from '../desk';
import { CHAIR_TOKEN } from '../mock/desk/programme';
import { MOCK_URL } from '../mock/port';

test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

async function pageOf(browser: Browser, name: Name | null, options = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: MOCK_URL, viewport: { width: 1280, height: 900 }, ...options });
  if (name) await enter(context, name);
  return context.newPage();
}
const PHONE = { viewport: { width: 390, height: 844 } };
const item = (page: Page, name: string) => page.locator('.item').filter({ hasText: name });
const noLine = (page: Page) => page.route(/\/(records|photos)$/, (route) => route.abort());

/** A photo as large as those of a phone. */
async function photo(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [2400, 1200];
    const drawing = canvas.getContext('2d');
    if (drawing) drawing.fillStyle = 'teal';
    drawing?.fillRect(0, 0, 1200, 1200);
    return canvas.toDataURL('image/jpeg');
  });
  return Buffer.from(url.split(',')[1] ?? '', 'base64');
}

/** Width and height, as the frame header of a JPEG has them. */
function sizeOf(jpeg: Buffer): [number, number] | null {
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg.readUInt16BE(at);
    if (marker >= 0xffc0 && marker <= 0xffc2) return [jpeg.readUInt16BE(at + 7), jpeg.readUInt16BE(at + 5)];
  }
  return null;
}

test('one date for all stations that a filter leaves is recorded once for each, and a responsible person with it', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/programme');
  const form = page.locator('form').filter({ hasText: 'Dates of many stations' });
  await expect(form).toContainText('every station shown above (18)');
  await expect(form.locator('#dates-of option:checked')).toHaveText('all constituencies');
  await form.getByLabel('Constituency').selectOption('7');
  await expect(form.getByRole('button')).toHaveText('Record for 6 stations');
  await page.getByRole('button', { name: /^Late 3$/ }).click();
  await expect(form.getByRole('button')).toHaveText('Record for 1 station');
  await form.getByLabel('Stage').selectOption('rehearsed');
  await form.getByLabel('Responsible').fill('Aysel Kərimova');
  await form.getByLabel('Due').fill('2026-12-24');
  const [request] = await Promise.all([page.waitForRequest('**/programme/dates'), form.getByRole('button').click()]);
  await expect(form.getByRole('status')).toHaveText('Recorded for 1 station.');
  const sent = request.postDataJSON() as { stations: string[] };
  expect(sent).toMatchObject({ stage: 'rehearsed', responsible: 'Aysel Kərimova', due: '2026-12-24' });
  expect(sent.stations).toHaveLength(1);
  const kept = (await (await page.request.get(`${MOCK_URL}/desk/api/v1/stations/${sent.stations[0] ?? ''}`)).json()) as { records: { fact: unknown }[] };
  expect(kept.records.map(({ fact }) => fact)).toContainEqual({ what: 'due', station: sent.stations[0], stage: 'rehearsed', responsible: 'Aysel Kərimova', due: '2026-12-24' });
  // Without both it takes the duty away, and asks first.
  await form.getByLabel('Responsible').fill('');
  await form.getByLabel('Due').fill('');
  const asked: string[] = [];
  page.once('dialog', (dialog) => { asked.push(dialog.message()); void dialog.dismiss(); });
  await form.getByRole('button').click();
  await expect.poll(() => asked).toEqual(['Take the duty of this stage away from 1 station?']);
  await expect(form.getByRole('button')).toBeEnabled();
  const after = (await (await page.request.get(`${MOCK_URL}/desk/api/v1/stations/${sent.stations[0] ?? ''}`)).json()) as { records: unknown[] };
  expect(after.records).toHaveLength(kept.records.length);
});

test('the board: a tile by keys alone opens its stations, and a filter leaves those that are late', async ({ browser }) => {
  const page = await pageOf(browser, 'sevda.quliyeva');
  await open(page, '/en/desk/programme');
  await expect(page.locator('.stages .btn')).toHaveCount(8);
  await expect(page.getByText('6 of 18 stations tested, 6 of them well')).toBeVisible();
  await expect(page.getByText('6 stations in 1 constituency')).toBeVisible();
  const tiles = page.locator('.tile');
  await expect(tiles).toHaveCount(3);
  await expect(page.locator('.tile[tabindex="0"]')).toHaveCount(1);
  await expect(tiles.first()).toHaveAccessibleName('Constituency no. 1: Late; 6 of 6 stations');
  await tiles.first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(tiles.nth(1)).toBeFocused();
  await expect(page.locator('.station-line')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page.locator('.station-line')).toHaveCount(6);
  await expect(page.getByRole('button', { name: 'Stations of constituency no. 7' })).toBeFocused();
  await page.getByRole('button', { name: /^Late 3$/ }).click();
  await expect(page.locator('.station-line')).toHaveCount(1);
  await expect(page.locator('.station-line')).toContainText('was due on 10 January 2024, Elçin Babayev');
  expect(new URL(page.url()).search).toBe('?show=late');
  await page.locator('.stages .btn').filter({ hasText: 'Public' }).click();
  await expect(page.getByText('There is no such station.')).toBeVisible();
});

test('a station: what blocks it, a duty, the link that is shown once', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/stations/7/4');
  await expect(page.locator('.blocks')).toContainText('Light at the count: not met');
  await expect(page.locator('.blocks')).toContainText('Axşam zal qaranlıqdır.');
  await page.getByLabel('Responsible').fill('Orxan Səfərov');
  await page.getByLabel('Due').fill('2027-01-05');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Recorded.')).toBeVisible();
  await expect(page.locator('.progress .next')).toContainText('Orxan Səfərov');
  await expect(page.locator('.progress .next')).toContainText('5 January 2027');
  await page.getByRole('button', { name: 'Make a new link' }).click();
  await expect(page.getByRole('textbox', { name: 'Link for the chair', exact: true })).toHaveValue(/\/desk\/self-test#[\da-f]{40}$/);
  await page.reload();
  await page.locator('.progress').waitFor();
  await expect(page.locator('input[readonly]')).toHaveCount(0);
  await page.getByRole('button', { name: 'Record the acceptance' }).click();
  await page.getByLabel('Name of the chair').fill('Aygün Məlikova');
  await page.getByLabel('Name of the technician').fill('aygün məlikova');
  await page.getByRole('button', { name: 'Record the acceptance' }).click();
  await expect(page.getByText('two people are needed')).toBeVisible();
  await page.getByLabel('Name of the technician').fill('Orxan Səfərov');
  await page.getByRole('button', { name: 'Record the acceptance' }).click();
  await expect(page.getByText('Chair: Aygün Məlikova. Technician: Orxan Səfərov.').first()).toBeVisible();
});

test('without a line: what is typed and recorded outlives a reload, is exported, and is sent once, photos first', async ({ browser }) => {
  const page = await pageOf(browser, 'orkhan.safarov', PHONE);
  await open(page, '/en/desk/field/7/5');
  await noLine(page);
  const power = item(page, 'Power at the place');
  await power.getByRole('button').click();
  await power.getByLabel('Not met', { exact: true }).check();
  await power.getByRole('button', { name: 'Record' }).click();
  await expect(power.getByText('Write what is not met.')).toBeVisible();
  await power.getByLabel('Note').fill('The socket is loose.');
  await power.getByLabel('Add a photo').setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: await photo(page) });
  await expect(power.getByRole('button', { name: 'Take photo 1 out' })).toBeVisible();
  await expect(page.getByText('Not sent yet: 1').first()).toBeVisible();
  await page.reload();
  await power.getByRole('button').first().click();
  await expect(power.getByLabel('Note')).toHaveValue('The socket is loose.');
  await power.getByRole('button', { name: 'Record' }).click();
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 2');
  await page.reload();
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 2');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as a file' }).click()]);
  const { entries } = JSON.parse(await readFile(await file.path(), 'utf8')) as { entries: { kind: string; id: string; sha256?: string; jpeg?: string; fact?: { evidence: string[] } }[] };
  expect(entries.map(({ kind }) => kind)).toEqual(['photo', 'record']);
  expect(entries[1]?.fact?.evidence).toEqual([entries[0]?.sha256]);
  expect(sizeOf(Buffer.from(entries[0]?.jpeg ?? '', 'base64'))).toEqual([1600, 800]);

  // The answer to the finding is lost once: it is sent again under the same name.
  const sent: { path: string; id: string | undefined }[] = [];
  page.on('request', (request) => { if (/\/(records|photos)$/.test(request.url())) sent.push({ path: request.url().split('/').pop() ?? '', id: request.headers()['idempotency-key'] }); });
  await page.route(/\/records$/, async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
  await page.unroute(/\/(records|photos)$/);
  await page.getByRole('button', { name: 'Send now' }).click();
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 1');
  await page.getByRole('button', { name: 'Send now' }).click();
  await expect(page.locator('.outbox')).toContainText('Everything is sent.');
  expect(sent.map(({ path }) => path)).toEqual(['photos', 'records', 'records']);
  expect(sent[1]?.id).toBe(entries[1]?.id);
  expect(sent[2]?.id).toBe(entries[1]?.id);
  await expect(power).toContainText('The socket is loose.');
  const kept = (await (await page.context().request.get('/desk/api/v1/stations/7/5')).json()) as { records: { fact: { what: string } }[]; photos: unknown[] };
  expect(kept.records.filter(({ fact }) => fact.what === 'finding')).toHaveLength(1);
  expect(kept.photos).toHaveLength(1);
});

test('what the server refuses stays, with the reason, until somebody gives it up', async ({ browser }) => {
  const page = await pageOf(browser, 'orkhan.safarov', PHONE);
  await open(page, '/desk/field/7/5');
  const power = item(page, 'Ehtiyat elektrik');
  await power.getByRole('button').click();
  await power.getByLabel('Ödənmir', { exact: true }).check();
  await power.getByLabel('Qeyd').fill('refuse');
  await power.getByRole('button', { name: 'Yaz' }).click();
  await expect(page.locator('.outbox')).toContainText('Server qəbul etmədi: Səbəbi sözlə yazın.');
  await page.reload();
  await expect(page.locator('.outbox')).toContainText('Server qəbul etmədi: Səbəbi sözlə yazın.');
  page.on('dialog', (dialog) => dialog.accept());
  await page.getByRole('button', { name: 'Sil', exact: true }).click();
  await expect(page.locator('.outbox')).toContainText('Hamısı göndərilib.');
});

test('the line needs its figures, and a comma is a point', async ({ browser }) => {
  const page = await pageOf(browser, 'orkhan.safarov', PHONE);
  await open(page, '/en/desk/field/7/5');
  const line = item(page, 'The line');
  await line.getByRole('button').click();
  await line.getByLabel('Met', { exact: true }).check();
  await line.getByRole('button', { name: 'Record' }).click();
  await expect(line.getByLabel('Upload, Mbit/s')).toBeFocused();
  await line.getByLabel('Upload, Mbit/s').fill('4,2');
  await line.getByRole('button', { name: 'Record' }).click();
  await expect(line).toContainText('up_mbit_s: 4.2');
});

test('devices: one comes, is handed over, comes back not wiped, and is wiped', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/stock');
  await page.getByRole('button', { name: 'Add a device' }).click();
  await page.getByLabel('Serial number', { exact: true }).fill('sn-9');
  await page.getByLabel('Kind', { exact: true }).fill('camera');
  await page.getByRole('button', { name: 'Add a device' }).click();
  await page.getByRole('button', { name: 'SN-9: acts and history' }).click();
  await page.getByRole('button', { name: 'Hand over' }).click();
  await page.getByLabel('Station', { exact: true }).fill('7');
  await page.locator('.device-acts form .btn-main').click();
  await expect(page.getByText('Write the number of the station as 7/12.')).toBeVisible();
  await page.getByLabel('Station', { exact: true }).fill('7/3');
  await page.locator('.device-acts form .btn-main').click();
  const device = page.locator('.device-line').filter({ hasText: 'SN-9' });
  await expect(device).toContainText('At a station');
  await expect(device).toContainText('Not wiped');
  await page.getByRole('button', { name: 'Take back into the stock' }).click();
  await page.locator('.device-acts form .btn-main').click();
  await expect(device).toContainText('In stock');
  await page.getByRole('button', { name: 'Record that it was wiped' }).click();
  await page.locator('.device-acts form .btn-main').click();
  await expect(device).not.toContainText('Not wiped');
  await expect(page.locator('.device-acts .blocks li')).toHaveCount(3);
  const theirs = await pageOf(browser, 'orkhan.safarov');
  await open(theirs, '/en/desk/stock');
  await expect(theirs.getByText('This page is not part of your role')).toBeVisible();
});

test('the chair: a picture, three questions, thanks; nothing else, and no account', async ({ browser }) => {
  const page = await pageOf(browser, null, PHONE);
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  await open(page, `/desk/self-test#${CHAIR_TOKEN}`);
  await expect(page.getByText('Məktəb № 6')).toBeVisible();
  await expect(page.getByRole('img')).toBeVisible();
  await expect(page.getByRole('link')).toHaveText([/^Az/, /^En/, /^Ru/]);
  await page.getByRole('button', { name: 'Cavabları göndər' }).click();
  await expect(page.getByText('Bəli və ya xeyr seçin.')).toHaveCount(3);
  await page.getByRole('link', { name: /^Ru/ }).click();
  const answers = page.locator('[role=radiogroup]');
  await answers.nth(0).getByLabel('Да').check();
  await answers.nth(1).getByLabel('Да').check();
  await answers.nth(2).getByLabel('Да').check();
  const [request] = await Promise.all([page.waitForRequest(/\/self-test$/), page.getByRole('button', { name: 'Отправить ответы' }).click()]);
  // A booth is seen: that is no good answer.
  expect(request.postDataJSON()).toMatchObject({ room: true, box_and_tables: true, no_booth: false });
  await expect(page.getByRole('heading', { name: 'Спасибо!' })).toBeVisible();
  expect(addresses.some((address) => new URL(address).pathname.includes(CHAIR_TOKEN) || new URL(address).search.includes(CHAIR_TOKEN))).toBe(false);
  await open(page, '/desk/self-test#gone');
  await expect(page.getByText('Bu keçid etibarsızdır')).toBeVisible();
});
