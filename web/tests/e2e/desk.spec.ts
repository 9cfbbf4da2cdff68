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
async function signIn(browser: Browser, name: string): Promise<Page> {
  const login = loginOf(name);
  const page = await (await browser.newContext({ baseURL: BASE, viewport: { width: 1280, height: 900 } })).newPage();
  await page.goto('/en/desk');
  await typePassword(page, login);
  await page.getByLabel('Code from the app').fill(codeOf(login.totp_secret));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: 'Cameras' }).first()).toBeVisible();
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
