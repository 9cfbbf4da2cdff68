/** Answers of the stand-in, changed on their way to the page: for states that are hard to produce. */

import type { Page } from '@playwright/test';

/** Lets `change` alter each JSON answer whose address matches. */
export async function changed<T>(page: Page, address: string | RegExp, change: (body: T, url: URL) => void | Promise<void>): Promise<void> {
  await page.route(address, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as T;
    await change(body, new URL(route.request().url()));
    await route.fulfill({ response: answer, json: body });
  });
}

export const ELECTION = '**/api/v1/election';
export const TIMELINE = /\/api\/v1\/cameras\/.*\/timeline/;

/** A moment of the stand-in's day, epoch milliseconds. */
export const at = (time: string) => Date.parse(`2026-11-22T${time}+04:00`);
