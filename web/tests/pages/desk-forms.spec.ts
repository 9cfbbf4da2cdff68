/** The forms of the programme at the desk: papers, the end of a station's day, rehearsals, numbers, stations without a camera. */

import { readFile } from 'node:fs/promises';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { enter, open, type Name } from '../desk';
import { MOCK_URL } from '../mock/port';

test.beforeEach(async ({ request }) => { await request.get('/_mock/desk'); });

async function pageOf(browser: Browser, name: Name): Promise<Page> {
  const context = await browser.newContext({ baseURL: MOCK_URL, viewport: { width: 1280, height: 900 } });
  await enter(context, name);
  return context.newPage();
}
const panel = (page: Page, heading: string) => page.locator('.panel').filter({ has: page.getByRole('heading', { name: heading, exact: true }) });

test('a station’s papers: the act where it is accepted, and a sheet that says what it makes void', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/stations/7/4');
  const papers = panel(page, 'Papers');
  await expect(papers).toContainText('The station is not accepted, so there is no act of it.');
  await expect(papers.getByRole('listitem')).toHaveText(['the chair’s former link', /no device used, of these cameras: 7\/4\/1/]);
  await papers.getByLabel('How long the codes').fill('31');
  const make = papers.getByRole('button', { name: 'Void the former ones and save a sheet to print' });
  await make.click();
  await expect(papers.getByText('Write a number from 1 to 30.')).toBeVisible();
  await papers.getByLabel('How long the codes').fill('9');
  const [asked, file] = await Promise.all([page.waitForRequest(/\/stations\/7\/4\/sheet$/), page.waitForEvent('download'), make.click()]);
  expect(asked.postDataJSON()).toEqual({ lang: 'en', days: 9 });
  expect(file.suggestedFilename()).toBe('sheet-7-4.pdf');
  expect((await readFile(await file.path())).toString()).toMatch(/^%PDF-1\.7 7\/4 [\da-f]{40}$/);
  await expect(papers).toContainText('The sheet is saved as a file.');
  // The answer is lost: nobody saw the codes, and the page says so instead of giving others under the same name.
  await page.route(/\/sheet$/, async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
  await make.click();
  await expect(papers.getByRole('alert').last()).toContainText('it will not be done twice');
  await make.click();
  await expect(papers).toContainText('nobody saw its codes. Make another one.');
  await open(page, '/en/desk/stations/7/3');
  const [act] = await Promise.all([page.waitForEvent('download'), panel(page, 'Papers').getByRole('link', { name: 'Act of acceptance (PDF)' }).click()]);
  expect(act.url()).toMatch(/\/stations\/7\/3\/acceptance\.pdf\?lang=en$/);
  // Who only reads the programme makes no sheet.
  const auditor = await pageOf(browser, 'sevda.quliyeva');
  await open(auditor, '/en/desk/stations/7/3');
  await expect(panel(auditor, 'Papers').getByRole('link')).toHaveCount(1);
  await expect(panel(auditor, 'Papers').getByRole('button')).toHaveCount(0);
});

test('all sheets of a constituency are one file', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/programme');
  const sheets = panel(page, 'All sheets of a constituency');
  await sheets.getByLabel('Constituency', { exact: true }).selectOption('7');
  const [file] = await Promise.all([page.waitForEvent('download'), sheets.getByRole('button').click()]);
  expect(file.suggestedFilename()).toBe('sheets-7.pdf');
  expect((await readFile(await file.path())).toString().split(';')).toHaveLength(6);
});

test('the end of a station’s day is proposed, not done', async ({ browser }) => {
  const page = await pageOf(browser, 'rashad.mammadov');
  await open(page, '/en/desk/stations/7/4');
  const close = panel(page, 'Close the station’s day');
  await close.getByRole('button').click();
  await close.getByRole('button', { name: 'Propose' }).click();
  await expect(close.getByText('Write the day and the time.')).toBeVisible();
  await expect(close.getByText('Write the reason.')).toBeVisible();
  await close.getByLabel('Day').fill('2099-01-01');
  await close.getByLabel('Time').fill('21:40');
  await close.getByRole('button', { name: 'Propose' }).click();
  await expect(close.getByText('This moment has not come yet.')).toBeVisible();
  await close.getByLabel('Day').fill('2024-02-07');
  await close.getByLabel('Reason').fill('The protocol hangs.');
  const [request] = await Promise.all([page.waitForRequest(/\/proposals$/), close.getByRole('button', { name: 'Propose' }).click()]);
  expect(request.postDataJSON()).toEqual({ kind: 'station.close', payload: { station: '7/4', at: '2024-02-07T17:40:00.000Z' }, why: 'The protocol hangs.' });
  await close.getByRole('link', { name: 'Open the proposal' }).click();
  await expect(page.getByText('This is your own proposal')).toBeVisible();
});

test('a rehearsal that failed needs words, and blocks', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/stations/7/2');
  const rehearsal = panel(page, 'Result of the rehearsal');
  await rehearsal.getByRole('button').click();
  await expect(rehearsal.getByText('Choose the result.')).toBeVisible();
  await rehearsal.getByLabel('Failed').check();
  await rehearsal.getByRole('button').click();
  await expect(rehearsal.getByText('Write what failed.')).toBeVisible();
  await rehearsal.getByLabel('What was seen').fill('The picture froze at nine.');
  await rehearsal.getByRole('button').click();
  await expect(rehearsal.getByText('Recorded.')).toBeVisible();
  await expect(page.locator('.history')).toContainText('The picture froze at nine.');
});

test('numbers and stations without a camera: recorded, shown, and taken back', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/programme');
  const numbers = panel(page, 'How many stations have cameras');
  // What was decided before stands in the form, so that nothing of it is lost unnoticed.
  await expect(numbers.getByLabel('By constituency')).toHaveValue('1: 8\n7: 8\n16: 8');
  await numbers.getByLabel('By constituency').fill('1: 8\n7');
  await numbers.getByRole('button').click();
  await expect(numbers.getByText('Write each line like 7: 12.')).toBeVisible();
  await numbers.getByLabel('By constituency').fill('7: 9\n1: 8');
  const [request] = await Promise.all([page.waitForRequest((one) => one.method() === 'POST' && one.url().endsWith('/programme')), numbers.getByRole('button').click()]);
  expect(request.postDataJSON()).toMatchObject({ fact: { what: 'numbers', stations: 24, constituencies: 4, of_each: [{ constituency: 1, stations: 8 }, { constituency: 7, stations: 9 }] } });
  const without = panel(page, 'Stations without a camera');
  await expect(without).toContainText('No such station is recorded.');
  await without.getByLabel('Station', { exact: true }).fill('7-50');
  await without.getByLabel('Reason').selectOption('other');
  await without.getByRole('button', { name: 'Add to the list' }).click();
  await expect(without.getByText('Write the station like 7/12.')).toBeVisible();
  await expect(without.getByText('Write the reason in words.')).toBeVisible();
  await without.getByLabel('Station', { exact: true }).fill('7/50');
  await without.getByLabel('More words').fill('The house is being rebuilt.');
  await without.getByRole('button', { name: 'Add to the list' }).click();
  await expect(without.getByRole('listitem')).toContainText('The house is being rebuilt.');
  await without.getByRole('button', { name: 'Take station 7/50 out of the list' }).click();
  await expect(without.getByRole('listitem')).toHaveCount(0);
  // An operator decides no numbers.
  const operator = await pageOf(browser, 'rashad.mammadov');
  await open(operator, '/en/desk/programme');
  await expect(panel(operator, 'How many stations have cameras')).toHaveCount(0);
  await expect(panel(operator, 'Stations without a camera')).toHaveCount(1);
});

test('plan and policy: a form, the difference before it is proposed, and the same difference for who decides', async ({ browser }) => {
  const page = await pageOf(browser, 'leyla.aliyeva');
  await open(page, '/en/desk/election');
  await expect(page.getByText('Nothing is changed yet.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Propose' })).toBeDisabled();
  await page.getByLabel('Voting ends').fill('20');
  await page.getByRole('group', { name: 'Sound is recorded' }).or(page.getByRole('radiogroup', { name: 'Sound is recorded' })).getByLabel('Yes').check();
  await page.getByRole('button', { name: 'Propose' }).click();
  await expect(page.getByText('Write the time like 07:30.')).toBeVisible();
  await expect(page.getByLabel('Voting ends')).toBeFocused();
  await page.getByLabel('Voting ends').fill('20:00');
  await page.getByLabel('Reason').fill('Decided on the first.');
  await expect(page.locator('.values > div')).toHaveText([/Voting ends\s*19:00\s*20:00/, /Sound is recorded and broadcast\s*No\s*Yes/]);
  const [request] = await Promise.all([page.waitForRequest(/\/proposals$/), page.getByRole('button', { name: 'Propose' }).click()]);
  expect(request.postDataJSON()).toMatchObject({ kind: 'policy.change', why: 'Decided on the first.', payload: { election: { key: 'sample', sample: true, plan: { on_air: '07:30', voting_to: '20:00' }, policy: { sound: true, retention_years: 5 } } } });
  await page.getByRole('link', { name: 'Open the proposal' }).click();
  await expect(page.locator('.values > div')).toHaveText([/Voting ends\s*19:00\s*20:00/, /Sound is recorded and broadcast\s*No\s*Yes/]);
  const auditor = await pageOf(browser, 'sevda.quliyeva');
  await open(auditor, '/en/desk/election');
  await expect(auditor.getByRole('button', { name: 'Propose' })).toHaveCount(0);
  await expect(auditor.getByLabel('Voting ends')).toHaveAttribute('readonly', '');
});
