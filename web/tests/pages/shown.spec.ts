/** What a camera must show and let hear, and a citizen who reports that it does not. */

import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, fits, watchConsole } from '../support';

const ADDRESS = '/stations/1/2';
const section = (page: Page) => page.locator('.must').first();
const sound = (page: Page, how: string) => page.request.get(`/_mock/sound?is=${how}`);

test.afterEach(async ({ page }) => { await sound(page, ''); });

const WORDS = {
  az: { path: '', policy: 'Bu seçkidə səs verilmir və yazılmır.', open: 'Təsdiqlənmiş kadrı və zonaları göstər', box: 'Daşınmaz seçki qutusu', report: 'Görüntü haqqında məlumat ver', kind: 'Çox qaranlıqdır', send: 'Göndər', done: 'Qəbul edildi' },
  en: { path: '/en', policy: 'This election has no sound', open: 'Show the approved still and its zones', box: 'Stationary box', report: 'Report a problem with the picture', kind: 'It is too dark', send: 'Send', done: 'Received' },
  ru: { path: '/ru', policy: 'На этих выборах звука нет', open: 'Показать утверждённый кадр и зоны', box: 'Стационарная урна', report: 'Сообщить, что не так с изображением', kind: 'Слишком темно', send: 'Отправить', done: 'Принято' },
} as const;

for (const [lang, words] of Object.entries(WORDS)) {
  for (const width of [390, 1440]) {
    test(`${lang}, ${width} px: the approved still, its zones in words, and a report by keys alone`, async ({ page }) => {
      const said = watchConsole(page);
      await page.setViewportSize({ width, height: 900 });
      const stills: string[] = [];
      page.on('request', (request) => { if (request.url().includes('/view/')) stills.push(request.url()); });
      await page.goto(`${words.path}${ADDRESS}`);
      const must = section(page);
      await expect(must).toContainText(words.policy);
      await expect(must.locator('.warned')).toHaveCount(0);
      expect(stills, 'nothing is fetched before it is opened').toEqual([]);
      await must.getByText(words.open).focus();
      await page.keyboard.press('Enter');
      await expect(must.locator('.approved')).toHaveCount(2);
      await expect(must.locator('.approved').first().locator('ol')).toContainText(words.box);
      await expect(must.locator('.approved').first().locator('.zone')).toHaveText(['1', '2', '3']);
      const frame = await must.locator('.marked').first().boundingBox();
      const zone = await must.locator('.zone').first().boundingBox();
      expect(Math.abs(((zone?.x ?? 0) - (frame?.x ?? 0)) / (frame?.width ?? 1) - 0.12)).toBeLessThan(0.01);
      await must.getByRole('button', { name: words.report }).focus();
      await page.keyboard.press('Enter');
      await must.getByRole('radio').first().focus();
      await page.keyboard.press('ArrowDown');
      await expect(must.getByLabel(words.kind)).toBeChecked();
      await must.locator('textarea').fill(`${lang} ${width}`);
      await expectAccessible(page);
      expect(await fits(page)).toBe(true);
      await must.getByRole('button', { name: words.send, exact: true }).focus();
      await page.keyboard.press('Enter');
      await expect(must.getByRole('status')).toContainText(words.done);
      expect(said).toEqual([]);
    });
  }
}

test('what became of a report is told as it was', async ({ page }) => {
  await page.goto(`/en${ADDRESS}`);
  const must = section(page);
  const report = async (kind: string, text: string) => {
    await must.getByRole('button', { name: WORDS.en.report }).click();
    if (kind) await must.getByLabel(kind).check();
    if (text) await must.locator('textarea').fill(text);
    await must.getByRole('button', { name: 'Send', exact: true }).click();
  };
  const said = must.getByRole('status');
  await report('', '');
  await expect(must.getByText('Choose one.')).toBeVisible();
  await must.getByRole('button', { name: 'Close', exact: true }).click();
  await report('Something else', '');
  await expect(must.getByText('Say what is wrong.')).toBeVisible();
  await must.getByRole('button', { name: 'Close', exact: true }).click();
  await report('The ballot box cannot be seen', 'twice');
  await expect(said).toContainText('Received');
  await report('The ballot box cannot be seen', 'twice');
  await expect(said).toContainText('reported already');
  await report('The ballot box cannot be seen', 'flood');
  await expect(said).toContainText('Try again in 30 seconds');
  await expect(must.locator('textarea'), 'what was typed stays').toHaveValue('flood');
  await must.locator('textarea').fill('full');
  await must.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(said).toContainText('without words');
  await page.route('**/reports', (route) => route.abort());
  await must.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(said).toContainText('was not taken');
});

test('a microphone that is silent although the policy wants sound is a warning', async ({ page }) => {
  for (const [how, words, warns] of [['silent', 'nothing but silence', 1], ['none', 'No sound comes', 1], ['heard', 'Sound comes from this camera', 0], ['not-judged', 'Nothing can be said', 0]] as const) {
    await sound(page, how);
    await page.goto(`/en${ADDRESS}`);
    await expect(section(page)).toContainText('broadcast with sound');
    await expect(section(page)).toContainText(words);
    await expect(section(page).locator('.warned')).toHaveCount(warns);
  }
  await expectAccessible(page);
});
