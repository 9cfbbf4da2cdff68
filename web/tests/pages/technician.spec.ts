/**
 * The technician's page as the agent serves it, on a phone, in three languages; the agent's answers are given here. That a real
 * agent gives them is shown in crates/ashkar/tests/scenarios/the_technicians_page_is_this_stations_alone.rs.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, watchConsole } from '../support';

const HERE = 'http://station.test';
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const KINDS: Record<string, string> = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript' };
/** A picture of sixteen by nine pixels. */
const STILL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAABAAAAAJCAIAAAC0SDtlAAAAE0lEQVR4nGOwyYsiCTGMahgUGgDwTJJBZfVjOgAAAABJRU5ErkJggg==', 'base64');
const file = (name: string) => readFileSync(fileURLToPath(new URL(`../../technician/${name}`, import.meta.url)), 'utf8');

type Camera = Record<string, unknown>;
interface Agent { cameras: Camera[]; state: Record<string, unknown>; asked: { path: string; proof: string | undefined; body: unknown }[]; isIn: boolean; refused: Record<string, string> }

const findings = [
  { subject: 'centre', verdict: 'good', blame: null },
  { subject: 'line-up', verdict: 'bad', value: 812, limit: 3000, blame: 'line' },
  { subject: 'power', verdict: 'unmeasured', note: 'not-told', blame: 'station' },
  { subject: 'keyframes', camera: '7/12/1', verdict: 'weak', value: 4000, limit: 2500, blame: 'camera' },
];

async function visit(page: Page): Promise<Agent> {
  const cameras: Camera[] = ['7/12/1', '7/12/2'].map((camera) => ({ camera, recording: camera === '7/12/1', blame: camera === '7/12/1' ? null : 'camera', reason: null, sent: { state: 'live' }, test: null, is_returned: false, card_at_us: null, picture: null, read: null, reference: null }));
  const agent: Agent = {
    cameras,
    refused: {},
    isIn: true,
    asked: [],
    state: {
      proof: 'secret', time_zone: 'Asia/Baku', now_us: 1_707_291_000_000_000, line: null, is_measuring: false, measured_at_us: null, findings: [], signed: null, unsent: 0,
      cameras,
    },
  };
  await page.route(`${HERE}/**`, async (route) => {
    const request = route.request();
    const path = new URL(request.url()).pathname;
    const headers = { 'content-security-policy': POLICY };
    if (path.startsWith('/api/')) {
      if (request.method() === 'POST') agent.asked.push({ path, proof: request.headers()['ashkar-proof'], body: request.postDataJSON() as unknown });
      if (path === '/api/login') agent.isIn = (request.postDataJSON() as { code: string }).code === '12345678';
      if (!agent.isIn) return route.fulfill({ status: 401, json: { code: 'code' }, headers });
      const refused = agent.refused[path];
      if (refused !== undefined) return route.fulfill({ status: 409, json: { code: refused }, headers });
      return route.fulfill({ json: path === '/api/state' ? agent.state : { code: 'begun' }, headers });
    }
    if (path.startsWith('/reference/')) return route.fulfill({ body: STILL, contentType: 'image/png', headers });
    const name = path === '/' ? 'index.html' : path.slice(1);
    if (!/^[a-z]+\.(html|css|js)$/.test(name)) return route.fulfill({ status: 404, headers });
    return route.fulfill({ body: file(name), contentType: KINDS[name.split('.')[1] ?? ''] ?? '', headers });
  });
  await page.goto(`${HERE}/`);
  return agent;
}

const width = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('it is whole and accessible in three languages, on a narrow phone and with large letters', async ({ page }) => {
  const said = watchConsole(page);
  const agent = await visit(page);
  Object.assign(agent.state, { findings, measured_at_us: 1_707_290_000_000_000 });
  for (const [button, title] of [['Azərbaycanca', 'Texnikin səhifəsi'], ['English', 'The technician’s page'], ['Русский', 'Страница техника']] as const) {
    await page.getByRole('button', { name: button }).click();
    await expect(page.locator('h1')).toHaveText(title);
    await expect(page.locator('#findings li')).toHaveCount(4);
    for (const size of [320, 390, 1440]) {
      await page.setViewportSize({ width: size, height: 844 });
      expect(await width(page), `${button} at ${String(size)}`).toBe(0);
      await expectAccessible(page);
    }
    await page.setViewportSize({ width: 640, height: 844 });
    await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    expect(await width(page), `${button} with large letters`).toBe(0);
    await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
    expect(await page.locator('[data-say]').evaluateAll((all) => all.filter((each) => each.textContent === '' || each.textContent === (each as HTMLElement).dataset['say']).length)).toBe(0);
  }
  expect(said).toEqual([]);
});

test('a finding says whose fault it is and what to do, and what was not measured is not called good', async ({ page }) => {
  const agent = await visit(page);
  Object.assign(agent.state, { findings, measured_at_us: 1_707_290_000_000_000 });
  await page.getByRole('button', { name: 'English' }).click();
  const line = page.locator('#findings li');
  await expect(line.nth(0)).toHaveText('Not enough · line: up: 0.8 Mbit/s, good is 3 Mbit/sLet nothing else use the line; lower the camera’s rate, or ask for a better line. (line)');
  await expect(line.nth(2)).toHaveText('Not measured · power: this system does not tell');
  await expect(line.nth(1)).toContainText('Doubtful · 7/12/1 · keyframes: 4000 ms, good is 2500 ms');
});

test('all of it is done by keyboard, and what is signed is what was answered', async ({ page }) => {
  const agent = await visit(page);
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('#open')).toHaveText('Measure first.');
  await page.getByRole('button', { name: 'Measure', exact: true }).press('Enter');
  await expect.poll(() => agent.asked.map(({ path }) => path)).toContain('/api/measure');
  Object.assign(agent.state, { measured_at_us: 1_707_290_000_000_000 });
  await expect(page.locator('#open')).toHaveText('Open: 20. Write the reason as a remark.');
  const box = page.getByRole('group', { name: 'The ballot box is seen whole' });
  await box.getByRole('button', { name: 'Yes' }).press('Space');
  await expect(box.getByRole('button', { name: 'Yes' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('#open')).toHaveText('Open: 19. Write the reason as a remark.');
  await page.getByRole('button', { name: 'Camera 7/12/2' }).press('Enter');
  await expect(page.locator('#live')).toHaveText('The picture is not recorded. (camera)');
  await expect(box.getByRole('button', { name: 'Yes' })).toHaveAttribute('aria-pressed', 'false');
  // Kept over a reload: phones forget pages.
  await page.reload();
  await expect(box.getByRole('button', { name: 'Yes' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByLabel('Name').fill('Aynur');
  await page.getByLabel('Role').fill('technician');
  await page.getByRole('button', { name: 'Sign and send' }).press('Enter');
  expect(agent.asked.some(({ path }) => path === '/api/sign'), 'without a remark about what is open').toBe(false);
  await page.getByLabel('Remark').fill('a pillar');
  await page.getByLabel('Remark').press('Enter');
  await expect.poll(() => agent.asked.at(-1)).toEqual({
    path: '/api/sign', proof: 'secret',
    body: { name: 'Aynur', role: 'technician', remark: 'a pillar', cameras: [{ camera: '7/12/1', checks: [{ item: 'box', holds: true, remark: '' }] }, { camera: '7/12/2', checks: [] }] },
  });
  Object.assign(agent.state, { signed: { name: 'Aynur', at_us: 1_707_291_000_000_000 }, unsent: 1 });
  await expect(page.locator('#signed')).toContainText('It is kept here and waits for the centre.');
  Object.assign(agent.state, { unsent: 0 });
  await expect(page.locator('#signed')).toContainText('The centre has it.');
});

test('the still of an accepted view is shown beside the live picture, and is not replaced by one touch', async ({ page }) => {
  const agent = await visit(page);
  await page.getByRole('button', { name: 'English' }).click();
  const keep = page.locator('#keep-reference');
  await expect(page.locator('#no-reference')).toHaveText('No reference still is kept yet.');
  agent.refused['/api/reference'] = 'not-decoded';
  await keep.press('Enter');
  await expect(page.locator('#reference-news')).toHaveText('No still can be made of this picture. The camera must give H.264.');
  delete agent.refused['/api/reference'];
  Object.assign(agent.cameras[0] ?? {}, { reference: { at_us: 1_707_291_000_000_000, sha256: '0a'.repeat(32), bytes: 40_000 } });
  await expect(page.getByRole('img', { name: 'Reference still, 7/12/1' })).toBeVisible();
  await expect(page.locator('#reference-at')).toContainText('Reference still, 07/02/2024');
  await expectAccessible(page);
  const kept = () => agent.asked.filter(({ path }) => path === '/api/reference').length;
  expect(kept()).toBe(1);
  await expect(keep).toHaveText('Keep this view as the reference');
  await keep.press('Enter');
  await expect(keep).toHaveText('Yes, replace the former reference');
  await page.getByRole('button', { name: 'Camera 7/12/2' }).press('Enter');
  await expect(page.locator('#reference')).toBeHidden();
  await page.getByRole('button', { name: 'Camera 7/12/1' }).press('Enter');
  await expect(keep, 'who went elsewhere is asked again').toHaveText('Keep this view as the reference');
  expect(kept()).toBe(1);
  await keep.press('Enter');
  await keep.press('Enter');
  await expect.poll(kept).toBe(2);
  expect(agent.asked.at(-1)).toEqual({ path: '/api/reference', proof: 'secret', body: { camera: '7/12/1' } });
});

test('a card is drawn, read in the picture that came, and typed; whose picture it was is said', async ({ page }) => {
  const said = watchConsole(page);
  const agent = await visit(page);
  const camera = agent.cameras[0] ?? {};
  await page.getByRole('button', { name: 'English' }).click();
  const take = page.getByRole('button', { name: 'Take the picture' });
  await expect(take, 'no card, no picture').toBeDisabled();
  await page.getByRole('button', { name: 'New card' }).press('Enter');
  await expect.poll(() => agent.asked.at(-1)).toEqual({ path: '/api/card', proof: 'secret', body: { camera: '7/12/1' } });
  Object.assign(camera, { card_at_us: 1_707_291_000_000_000 });
  const card = page.getByRole('link', { name: 'Open the card and print it' });
  await expect(card).toHaveAttribute('href', '/card/7/12/1');
  await expect(page.locator('#reading')).toBeHidden();
  await take.press('Enter');
  await expect.poll(() => agent.asked.at(-1)?.path).toBe('/api/test');
  Object.assign(camera, { picture: { at_us: 1_707_291_010_000_000, from_centre: false } });
  await expect(page.locator('#whence')).toContainText('It did not come back from the centre: this computer’s own recording');
  await expect(page.locator('#card-picture')).toHaveAttribute('src', '/picture/7/12/1?1707291010000000');
  const actual = page.getByRole('button', { name: 'Show in its full size' });
  await actual.press('Enter');
  await expect(actual).toHaveAttribute('aria-pressed', 'true');
  for (const size of [320, 1440]) {
    await page.setViewportSize({ width: size, height: 844 });
    expect(await width(page), String(size)).toBe(0);
    await expectAccessible(page);
  }
  await page.getByLabel('Row 1 (40 mm)').fill('acef');
  await page.getByLabel('Row 8 (3.5 mm)').fill('3467');
  agent.refused['/api/read'] = 'no-card-picture';
  await page.getByRole('button', { name: 'Compare with the card' }).press('Enter');
  await expect(page.locator('#read-news')).toHaveText('Take a picture after the card was drawn.');
  delete agent.refused['/api/read'];
  await page.getByLabel('Row 1 (40 mm)').press('Enter');
  await expect.poll(() => agent.asked.at(-1)?.body).toEqual({ camera: '7/12/1', rows: ['acef', '', '', '', '', '', '', '3467'] });
  const read = { at_us: 1_707_291_020_000_000, picture_at_us: 1_707_291_010_000_000, from_centre: true, sha256: '0b'.repeat(32), rows: 8, read: 6, smallest: 70 };
  Object.assign(camera, { card_at_us: null, picture: null, read });
  await expect(page.locator('#read-news')).toContainText('Rows that were typed rightly: 6 / 8, smallest letters 7 mm. The picture that came back from the centre, 07/02/2024');
  await expect(page.locator('#reading')).toBeHidden();
  expect(said.filter((line) => !line.includes('/picture/') && !line.includes('404'))).toEqual([]);
});

test('from the network a code is asked for, and the station is shown after it alone', async ({ page }) => {
  const agent = await visit(page);
  agent.isIn = false;
  await page.reload();
  await expect(page.getByLabel('Kod')).toBeVisible();
  await expect(page.locator('#station')).toBeHidden();
  await expectAccessible(page);
  await page.getByLabel('Kod').fill('87654321');
  await page.getByLabel('Kod').press('Enter');
  await expect(page.getByRole('status').first()).toHaveText('Kod düz deyil.');
  await page.getByLabel('Kod').fill('12345678');
  await page.getByLabel('Kod').press('Enter');
  await expect(page.locator('#station')).toBeVisible();
});
