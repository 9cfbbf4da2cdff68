/** The administrator, the auditor, and everybody’s own account. */

import { readFileSync } from 'node:fs';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { enter, open, type Name } from '../desk';
import { CODE, PASSWORD } from '../mock/desk/people';
import { MOCK_URL } from '../mock/port';

test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

async function pageOf(browser: Browser, name: Name): Promise<Page> {
  const context = await browser.newContext({ baseURL: MOCK_URL, permissions: ['clipboard-read', 'clipboard-write'] });
  await enter(context, name);
  return context.newPage();
}

test('somebody is invited: the link is shown once, and can be copied', async ({ browser }) => {
  const page = await pageOf(browser, 'nigar.huseynova');
  await open(page, '/en/desk/people');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await page.getByLabel('First and last name').fill('Aysel Rzayeva');
  await page.getByLabel('User name').fill('Aysel');
  await page.getByLabel('Numbers of constituencies').fill('16, seven');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByText('Write a user name')).toBeVisible();
  await expect(page.getByText('Write numbers with commas')).toBeVisible();
  await page.getByLabel('User name').fill('aysel.rzayeva');
  await page.getByLabel('Numbers of constituencies').fill('16, 7');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const link = page.getByLabel('Link of the invitation');
  await expect(link).toHaveValue(/^https:\/\/secim\.example\/desk\/invitation#[\da-f]{32}$/);
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await link.inputValue());
  const row = page.locator('.person-line').filter({ hasText: 'Aysel Rzayeva' });
  await expect(row).toContainText('Constituencies: 7, 16');
  await page.reload();
  await expect(row).toBeVisible();
  await expect(link).toHaveCount(0);
});

test('an invitation whose answer is lost says so, and where a new link is made', async ({ browser }) => {
  const page = await pageOf(browser, 'nigar.huseynova');
  await open(page, '/en/desk/people');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await page.getByLabel('First and last name').fill('Aysel Rzayeva');
  await page.getByLabel('User name').fill('aysel.rzayeva');
  await page.route('**/people', async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('The server did not answer');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByText('the link was not shown')).toBeVisible();
  await page.getByRole('link', { name: 'Aysel Rzayeva' }).click();
  await page.getByLabel('Reason').fill('The first link was lost.');
  await page.getByRole('button', { name: 'Make a new link' }).click();
  await expect(page.getByLabel('Link of the invitation')).toHaveValue(/#/);
});

test('a role changes with a reason; what is disabled says so; oneself cannot be changed', async ({ browser }) => {
  const page = await pageOf(browser, 'nigar.huseynova');
  await open(page, '/en/desk/people/rashad.mammadov');
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(page.getByText('Nothing was changed.')).toBeVisible();
  await page.getByLabel('Technician').check();
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(page.getByText('Write the reason.')).toBeVisible();
  await expect(page.getByLabel('Reason')).toBeFocused();
  await page.getByLabel('Reason').fill('Moved to the stations.');
  const [request] = await Promise.all([page.waitForRequest((one) => one.method() === 'PATCH'), page.getByRole('button', { name: 'Save the change' }).click()]);
  expect(request.postDataJSON()).toEqual({ role: 'technician', why: 'Moved to the stations.' });
  await expect(page.getByText('Saved.')).toBeVisible();
  await page.getByLabel('Reason').fill('Left the commission.');
  await page.getByRole('button', { name: 'Disable the account' }).click();
  await expect(page.getByRole('button', { name: 'Enable the account' })).toBeVisible();
  await open(page, '/en/desk/people/nigar.huseynova');
  await expect(page.getByText('This is you')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save the change' })).toHaveCount(0);
});

test('recovery: one administrator proposes, another approves and gets the link once', async ({ browser }) => {
  const first = await pageOf(browser, 'nigar.huseynova');
  await open(first, '/en/desk/people/leyla.aliyeva');
  await first.getByLabel('Reason').fill('Lost the phone; came in person.');
  await first.getByRole('button', { name: 'Propose recovery' }).click();
  await expect(first.getByText('another administrator has to approve it')).toBeVisible();
  const second = await pageOf(browser, 'kamran.hasanov');
  await open(second, '/en/desk/proposals');
  await second.locator('.line').filter({ hasText: 'leyla.aliyeva' }).getByRole('link').click();
  await expect(second.getByText('Lost the phone; came in person.')).toBeVisible();
  await second.getByRole('button', { name: 'Approve' }).click();
  await expect(second.getByLabel('Link of the invitation')).toHaveValue(/#/);
  await second.reload();
  await expect(second.getByText('Approved').first()).toBeVisible();
  await expect(second.getByLabel('Link of the invitation')).toHaveCount(0);
});

test('the trail: filters, differences, the digest, all of it as a file', async ({ browser }) => {
  const page = await pageOf(browser, 'sevda.quliyeva');
  await open(page, '/en/desk/audit');
  await expect(page.locator('.entry')).toHaveCount(5);
  await expect(page.locator('.head-seal code')).toHaveText(/^[\da-f]{64}$/);
  await page.getByLabel('What', { exact: true }).fill('view.hide');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page.locator('.entry')).toHaveCount(1);
  expect(new URL(page.url()).search).toBe('?what=view.hide');
  await page.getByText('What changed: 3').click();
  await expect(page.locator('.values div').first()).toContainText('hidden');
  await expect(page.locator('.values del').first()).toContainText('public');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the whole trail' }).click()]);
  expect(readFileSync(await file.path(), 'utf8').trim().split('\n')).toHaveLength(5);
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect(page.locator('.entry')).toHaveCount(5);
  await page.getByRole('link', { name: 'desk:rashad.mammadov' }).click();
  await expect(page.locator('.entry')).toHaveCount(1);
  await expect(page.getByLabel('Who')).toHaveValue('desk:rashad.mammadov');
  await open(page, '/en/desk/people');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This page is not part of your role');
});

test('an account: language, password, app, codes, another session', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  const other = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/account');
  await page.getByLabel('Present password').fill('wrong');
  await page.getByLabel('New password').fill('another four words');
  await page.getByLabel('The password once more').fill('another four words');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'The present password is not right.' })).toBeVisible();
  await page.getByLabel('Present password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('The password was changed.')).toBeVisible();
  await page.getByRole('button', { name: 'Make new recovery codes' }).click();
  await expect(page.locator('.codes li')).toHaveCount(10);
  await page.getByLabel('I have kept the codes').check();
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByText('10 recovery codes are left.')).toBeVisible();
  await page.getByRole('button', { name: 'Set up the app anew' }).click();
  await page.getByRole('button', { name: 'Set up the app', exact: true }).click();
  await page.getByLabel('Code from the app').fill(CODE);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.locator('.codes li')).toHaveCount(10);
  const ends = page.getByRole('button', { name: /^End the session/ });
  await expect(ends).toHaveCount(2);
  await page.locator('.line').filter({ hasNotText: 'this one' }).getByRole('button', { name: /^End/ }).click();
  await expect(ends).toHaveCount(1);
  await open(other, '/en/desk');
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  await page.getByLabel('Русский').check();
  await page.getByRole('button', { name: 'Save the language' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Мой профиль');
  await page.getByRole('button', { name: 'Выйти' }).click();
  await open(page, '/desk');
  await page.getByLabel('İstifadəçi adı').fill('leyla.aliyeva');
  await page.getByLabel('Parol', { exact: true }).fill('another four words');
  await page.keyboard.press('Enter');
  await page.getByLabel('Tətbiqdəki kod').fill(CODE);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Муниципальные выборы');
});
