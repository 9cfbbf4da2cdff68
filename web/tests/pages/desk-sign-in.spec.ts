/** How people come in: name and password, second factor, invitation; and how nothing is lost on the way. */

import { expect, test, type Page } from '@playwright/test';
import { enter, open } from '../desk';
import { CODE, PASSWORD, RECOVERY, TOKEN } from '../mock/desk/people';
import { MOCK_URL } from '../mock/port';
import { fits } from '../support';

test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

async function password(page: Page, name = 'leyla.aliyeva', typed = PASSWORD): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(typed);
  await page.keyboard.press('Enter');
}

test('name, password and the app’s code open the page that was asked for; errors say what to do', async ({ page }) => {
  await open(page, '/en/desk/proposals');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  await password(page, 'leyla.aliyeva', 'wrong');
  await expect(page.getByRole('alert')).toContainText('Check the keyboard’s language');
  await expect(page.getByLabel('User name')).toHaveValue('leyla.aliyeva');
  await password(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Confirm that it is you');
  await page.getByLabel('Code from the app').fill('12');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Enter six digits.')).toBeVisible();
  await page.getByLabel('Code from the app').fill('000 000');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Enter the new one that the app shows');
  await page.getByLabel('Code from the app').fill(CODE);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Proposals');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
});

test('a recovery code opens, too, and a reload in between goes on where one was', async ({ page }) => {
  await open(page, '/en/desk');
  await password(page);
  await page.getByLabel('Code from the app').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Recovery code' }).click();
  await page.getByLabel('Recovery code').fill(RECOVERY);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Municipal elections');
});

test('over a line that others can read no password is asked for or sent', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(window, 'isSecureContext', { value: false }));
  await open(page, '/en/desk');
  await expect(page.getByRole('alert')).toContainText('No password is sent from here');
  await expect(page.locator('input')).toHaveCount(0);
  await open(page, `/en/desk/invitation#${TOKEN}`);
  await expect(page.locator('input')).toHaveCount(0);
});

test('an invitation: a password, the app, recovery codes that one must have kept; its secret is in no address that is asked for', async ({ page }) => {
  const addresses: string[] = [];
  page.on('request', (request) => { addresses.push(new URL(request.url()).pathname + new URL(request.url()).search); });
  await open(page, `/en/desk/invitation#${TOKEN}`);
  await expect(page.getByText('Your user name: elchin.babayev.')).toBeVisible();
  await page.getByRole('link', { name: 'Русский' }).click();
  await expect(page.getByText('Ваше имя для входа: elchin.babayev.')).toBeVisible();
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Keep the password' }).click();
  await expect(page.getByText('The password is too short')).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill('four words of mine');
  await page.getByLabel('The password once more').fill('four words of min');
  await page.getByRole('button', { name: 'Keep the password' }).click();
  await expect(page.getByText('The two passwords differ.')).toBeVisible();
  await page.getByLabel('The password once more').fill('four words of mine');
  await page.getByRole('button', { name: 'Keep the password' }).click();
  await page.getByRole('button', { name: 'Set up the app' }).click();
  await expect(page.getByRole('img', { name: 'QR code for the app' })).toBeVisible();
  await expect(page.getByText('JBSW Y3DP')).toBeVisible();
  await page.getByLabel('Code from the app').fill(CODE);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.locator('.codes li')).toHaveCount(10);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as a file' }).click()]);
  expect(file.suggestedFilename()).toBe('ashkar-elchin.babayev-codes.txt');
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByText('Keep the codes first')).toBeVisible();
  await page.getByLabel('I have kept the codes').check();
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Municipal elections');
  expect(page.url()).not.toContain(TOKEN);
  expect(addresses).toContain('/desk/api/v1/invitation/look');
  expect(addresses.filter((address) => address.includes(TOKEN))).toEqual([]);
  await open(page, `/en/desk/invitation#${TOKEN}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This invitation does not work');
});

test('a session that ends in the middle of something keeps what was typed, and goes on after signing in', async ({ page, context }) => {
  await enter(context, 'leyla.aliyeva');
  await open(page, '/en/desk/views/7/1/1');
  await page.getByRole('button', { name: 'Hide the picture' }).click();
  await page.getByLabel('In words').fill('The curtain of the booth is open.');
  await context.clearCookies();
  await page.getByRole('button', { name: 'Hide the picture' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in again' })).toBeVisible();
  await expect(page.getByLabel('User name')).toHaveValue('leyla.aliyeva');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByLabel('Code from the app').fill(CODE);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The picture is hidden.')).toBeVisible();
});

test('somebody else who signs in instead finds nothing of the one before', async ({ page, context }) => {
  await enter(context, 'leyla.aliyeva');
  await open(page, '/en/desk/views/7/1/1');
  await page.getByRole('button', { name: 'Hide the picture' }).click();
  await page.getByLabel('In words').fill('Words of the first person');
  await context.clearCookies();
  await page.getByRole('button', { name: 'Hide the picture' }).click();
  await password(page, 'rashad.mammadov');
  await page.getByLabel('Code from the app').fill(CODE);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Hide the picture' }).click();
  await expect(page.getByLabel('In words')).toHaveValue('');
  await expect(page.getByText('The picture is hidden.')).toHaveCount(0);
});

test('what was typed is there after another page and another language, and the window asks before it closes', async ({ page, context }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(context, 'leyla.aliyeva');
  await open(page, '/en/desk/views/7/1/1');
  await page.getByRole('button', { name: 'Hide the picture' }).click();
  await page.getByLabel('In words').fill('The curtain is open.');
  await page.getByRole('link', { name: 'Русский' }).click();
  await expect(page.getByLabel('Словами')).toHaveValue('The curtain is open.');
  await page.getByRole('link', { name: 'Предложения' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Предложения');
  await page.goBack();
  await expect(page.getByLabel('Словами')).toHaveValue('The curtain is open.');
  expect(await fits(page)).toBe(true);
  const asked = new Promise<string>((resolve) => page.once('dialog', (dialog) => { resolve(dialog.type()); void dialog.accept(); }));
  await page.reload();
  expect(await asked).toBe('beforeunload');
});

test('a passkey is made at the invitation, opens the desk afterwards, and is removed', async ({ browser }) => {
  // Browsers give passkeys to names, not to numbers of a network.
  const context = await browser.newContext({ baseURL: MOCK_URL.replace('127.0.0.1', 'localhost') });
  const page = await context.newPage();
  const device = await context.newCDPSession(page);
  await device.send('WebAuthn.enable');
  await device.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await open(page, `/en/desk/invitation#${TOKEN}`);
  await page.getByLabel('Password', { exact: true }).fill('four words of mine');
  await page.getByLabel('The password once more').fill('four words of mine');
  await page.getByRole('button', { name: 'Keep the password' }).click();
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await expect(page.getByText('Give the passkey a name')).toBeVisible();
  await page.getByLabel('Name of this passkey').fill('Work laptop');
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await page.getByLabel('I have kept the codes').check();
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await password(page, 'elchin.babayev', 'four words of mine');
  await page.getByRole('button', { name: 'Use the passkey' }).click();
  await page.getByRole('link', { name: 'My account' }).click();
  await expect(page.locator('.line').filter({ hasText: 'Work laptop' })).toContainText('Added:');
  await expect(page.getByText('Last used:')).toBeVisible();
  await page.getByRole('button', { name: 'Remove the passkey “Work laptop”' }).click();
  await expect(page.getByText('There are no passkeys.')).toBeVisible();
  await context.close();
});
