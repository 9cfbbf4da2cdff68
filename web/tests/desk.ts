/** What the tests of the desk share: signing in without the form, and the answers of the stand-in. */

import { randomUUID } from 'node:crypto';
import type { BrowserContext, Page } from '@playwright/test';
import { CODE, PASSWORD } from './mock/desk/people';
import { MOCK_URL } from './mock/port';

export type Name = 'nigar.huseynova' | 'kamran.hasanov' | 'leyla.aliyeva' | 'rashad.mammadov' | 'sevda.quliyeva' | 'orkhan.safarov';

/** Changes something by the API, as the browser of that context. */
export async function change(context: BrowserContext, path: string, data: object): Promise<Record<string, unknown>> {
  const answer = await context.request.post(`${MOCK_URL}/desk/api/v1${path}`, { data, headers: { 'idempotency-key': randomUUID() } });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** Signs in; the pages of the context are then those of that person. */
export async function enter(context: BrowserContext, name: Name): Promise<void> {
  await change(context, '/login', { name, password: PASSWORD });
  await change(context, '/login/second', { totp: CODE });
}

/** Opens a page of the desk and waits until it has its data. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator('h1').first().waitFor();
  await page.locator('main').getByText(/^(Yüklənir…|Loading…|Загружается…)$/).first().waitFor({ state: 'detached' });
}
