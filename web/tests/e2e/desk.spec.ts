/** The desk of a real centre: how people come in, a passkey, two persons for a view, one who hides it, and what the public sees meanwhile. */

import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test, type Browser, type Page } from '@playwright/test';

interface Login { name: string; role: string; password: string; totp_secret: string; recovery_codes: string[] }

const file = process.env['DESK_LOGINS'];
const logins: Login[] = file ? (JSON.parse(readFileSync(file, 'utf8')) as Login[]) : [];
/** Passkeys and secure cookies need a name, and over plain HTTP that of this machine. */
const BASE = (process.env['BASE_URL'] ?? 'http://127.0.0.1:8080').replace('127.0.0.1', 'localhost');

const loginOf = (name: string): Login => {
  const found = logins.find((login) => login.name === name);
  if (!found) throw new Error(`DESK_LOGINS names no file with a login of ${name}`);
  return found;
};

/** RFC 6238 with SHA-1, six digits and 30 s, as every app computes it. */
function codeOf(secret: string, now = Date.now()): string {
  const bits = [...secret.replace(/=+$/, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const mac = createHmac('sha1', key).update(step).digest();
  const offset = (mac[mac.length - 1] ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function typePassword(page: Page, login: Login): Promise<void> {
  await page.getByLabel('User name').fill(login.name);
  await page.getByLabel('Password', { exact: true }).fill(login.password);
  await page.keyboard.press('Enter');
}

/** Signs in with the app’s code, of which each is good once. */
async function signIn(browser: Browser, name: string, shown = 'Cameras'): Promise<Page> {
  const login = loginOf(name);
  const page = await (await browser.newContext({ baseURL: BASE, viewport: { width: 1280, height: 900 } })).newPage();
  await page.goto('/en/desk');
  await typePassword(page, login);
  await page.getByLabel('Code from the app').fill(codeOf(login.totp_secret));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: shown }).first()).toBeVisible();
  return page;
}

test('a password and a recovery code open the desk, which is good once; a passkey is added, and opens it the next time', async ({ browser }) => {
  const login = loginOf('auditor1');
  const page = await (await browser.newContext({ baseURL: BASE })).newPage();
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('WebAuthn.enable');
  await protocol.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await page.goto('/en/desk/account');
  await typePassword(page, login);
  const code = login.recovery_codes[0] ?? '';
  await page.getByRole('button', { name: 'Recovery code' }).click();
  await page.getByLabel('Recovery code').fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('My account');
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name, httpOnly, secure, sameSite }) => ({ name, httpOnly, secure, sameSite })))
    .toEqual([{ name: '__Host-ashkar-desk', httpOnly: true, secure: true, sameSite: 'Strict' }]);
  await page.getByLabel('Name of this passkey').fill('This computer');
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await expect(page.getByRole('button', { name: 'Remove the passkey “This computer”' })).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await typePassword(page, login);
  await page.getByRole('button', { name: 'Recovery code' }).click();
  await page.getByLabel('Recovery code').fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Use the passkey' }).click();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
});

test('two persons approve a real still; one hides the camera, and the public is told why; two show it again', async ({ browser }) => {
  const [first, second] = await Promise.all([signIn(browser, 'operator1'), signIn(browser, 'operator2')]);
  await second.getByRole('link', { name: 'Proposals' }).first().click();
  await second.locator('.line a').filter({ hasText: 'Make a camera’s picture public' }).first().click();
  await expect(second.locator('.whole-still img')).toHaveJSProperty('complete', true);
  expect(await second.locator('.whole-still img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(600);
  const proposal = (await (await second.request.get(`/desk/api/v1${new URL(second.url()).pathname.replace('/en/desk', '')}`)).json()) as { payload: { camera: string } };
  const [constituency, station, number] = proposal.payload.camera.split('/');
  await second.getByRole('button', { name: 'Approve' }).click();
  await expect(second.getByText('Approved and done.')).toBeVisible();

  const address = `/en/desk/views/${constituency}/${station}/${number}`;
  const live = `${BASE}/live/${constituency}/${station}/${number}/index.m3u8`;
  expect((await first.request.get(live)).status()).toBe(200);
  await first.goto(address);
  await first.getByRole('button', { name: 'Hide the picture' }).click();
  await first.getByLabel('In words').fill('The booth can be seen.');
  await first.getByRole('button', { name: 'Hide the picture' }).click();
  await expect(first.getByText('The picture is hidden.')).toBeVisible();
  expect((await first.request.get(live)).status()).toBe(403);
  const citizen = await (await browser.newContext({ baseURL: BASE })).newPage();
  await citizen.goto(`/en/stations/${constituency}/${station}?camera=${number}`);
  await expect(citizen.getByText('The commission has hidden the picture').first()).toBeVisible();
  expect(await citizen.context().cookies()).toEqual([]);

  await first.goto(address);
  await first.locator('#show-h ~ .field textarea').fill('The booth was turned.');
  await first.getByRole('button', { name: 'Propose', exact: true }).click();
  await first.getByRole('link', { name: 'See the proposal' }).click();
  await second.goto(new URL(first.url()).pathname);
  await second.getByRole('button', { name: 'Approve' }).click();
  await expect(second.getByText('Approved and done.')).toBeVisible();
  await expect.poll(async () => (await first.request.get(live)).status(), { timeout: 20_000 }).toBe(200);
});

const api = async (page: Page, path: string) => (await (await page.request.get(`${BASE}/desk/api/v1${path}`)).json()) as Record<string, never>;

interface Recorded { by: string; fact: { what: string; item?: string; note?: string } }
const recordsOf = async (page: Page, place: string) => (await api(page, `/stations/${place}`))['records'] as unknown as Recorded[];

test('a technician records without a line, by the real worker and policy; it comes once, under the technician’s name', async ({ browser }) => {
  const page = await signIn(browser, 'technician1', 'Programme');
  const stations = (await api(page, '/programme'))['stations'] as unknown as { station: string; stage: string | null }[];
  const place = stations.find(({ stage }) => stage === 'chosen')?.station ?? '';
  expect(place).toMatch(/^\d+\/\d+$/);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/en/desk/field/${place}`);
  await expect(page.getByText('Everything is sent.')).toBeVisible();
  await page.waitForFunction(() => navigator.serviceWorker.ready.then((one) => one.active?.state === 'activated'));
  const before = (await recordsOf(page, place)).length;
  await page.context().setOffline(true);
  await page.reload();
  const notice = page.locator('.item').filter({ hasText: 'The notice at the door' });
  await notice.getByRole('button').first().click();
  await notice.getByLabel('Not met', { exact: true }).check();
  await notice.getByLabel('Note').fill('It fell down.');
  await notice.getByRole('button', { name: 'Record' }).click();
  await expect(page.locator('.outbox')).toContainText('Not sent yet: 1');
  await page.context().setOffline(false);
  await expect(page.locator('.outbox')).toContainText('Everything is sent.', { timeout: 45_000 });
  const records = await recordsOf(page, place);
  expect(records).toHaveLength(before + 1);
  expect(records.at(-1)).toMatchObject({ by: 'desk:technician1', fact: { what: 'finding', item: 'notice', note: 'It fell down.' } });
});

test('the chair opens the link, sees the real picture, and the board counts it; the station’s papers are PDFs', async ({ browser }) => {
  const page = await signIn(browser, 'commission1', 'Programme');
  const tests = async () => (await api(page, '/programme'))['self_tests'] as unknown as Record<string, number>;
  const onAir = ((await api(page, '/views')) as unknown as { camera: string; on_air: boolean }[]).filter((view) => view.on_air).map(({ camera }) => camera.split('/').slice(0, 2).join('/'));
  const boards = (await api(page, '/programme'))['stations'] as unknown as { station: string; stage: string | null; next: string | null }[];
  const place = boards.find((board) => onAir.includes(board.station) && board.next === 'rehearsed')?.station ?? '';
  expect(place).toMatch(/^\d+\/\d+$/);
  const before = await tests();
  await page.goto(`/en/desk/stations/${place}`);
  await page.getByRole('button', { name: 'Make a new link' }).click();
  const link = await page.getByRole('textbox', { name: 'Link for the chair', exact: true }).inputValue();
  const chair = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
  await chair.goto(link.replace('/desk/', '/en/desk/'));
  await expect(chair.getByRole('img').first()).toBeVisible({ timeout: 20_000 });
  expect(await chair.locator('main canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeGreaterThan(600);
  const questions = chair.locator('[role=radiogroup]');
  for (const [n, answer] of ['Yes', 'Yes', 'No'].entries()) await questions.nth(n).getByLabel(answer).check();
  await chair.getByRole('button', { name: 'Send the answers' }).click();
  await expect(chair.getByRole('heading', { name: 'Thank you' })).toBeVisible();
  expect((await tests())['passed']).toBe((before['passed'] ?? 0) + 1);
  const paper = await page.request.get(`${BASE}/desk/api/v1/stations/${place}/acceptance.pdf?lang=en`);
  expect(paper.headers()['content-type']).toBe('application/pdf');
  expect((await paper.body()).subarray(0, 5).toString()).toBe('%PDF-');
});
