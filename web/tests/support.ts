/** What both layers of browser tests need. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails when axe finds anything against WCAG 2.2 A or AA. */
export async function expectAccessible(page: Page): Promise<void> {
  // colours in the middle of a transition say nothing about contrast
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(axe);
  const results = await page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run(options: unknown): Promise<AxeResults> } }).axe.run;
    return run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
  });
  expect(results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)).toEqual([]);
}

/** Collects what a page should never log: script errors and violations of the content policy. */
export function watchConsole(page: Page): string[] {
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) said.push(message.text());
  });
  return said;
}

export interface Playing { time: number; frames: number }

/** Where the video stands and how many frames were decoded. */
export const playing = (page: Page): Promise<Playing> =>
  page.locator('video').evaluate((video: HTMLVideoElement) => ({
    time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames,
  }));

/** Fails unless the picture moves: the position advances and frames are decoded. A player that is restarted meanwhile is judged from then on. */
export async function expectPlaying(page: Page): Promise<void> {
  let before: Playing | null = null;
  await expect.poll(async () => {
    const now = await playing(page);
    if (now.frames === 0 || before === null || now.frames < before.frames || now.time < before.time) {
      before = now.frames > 0 ? now : null;
      return 'stands';
    }
    return now.time > before.time + 0.8 && now.frames > before.frames ? 'moves' : 'stands';
  }, { timeout: 30_000 }).toBe('moves');
}

/** Follows which picture is on the screen; the returned function gives its position. The clock of a busy player is ahead of its picture. */
export async function watchPicture(page: Page): Promise<() => Promise<number>> {
  await page.locator('video').evaluate((video: HTMLVideoElement) => new Promise<void>((first) => {
    const look = (_: number, { mediaTime }: { mediaTime: number }) => {
      video.dataset['picture'] = String(mediaTime);
      first();
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }));
  return () => page.locator('video').evaluate((video: HTMLVideoElement) => Number(video.dataset['picture']));
}

/** Waits until the same picture has been on the screen for a while, and gives its position. */
export async function settled(picture: () => Promise<number>): Promise<number> {
  let last = -1;
  await expect.poll(async () => {
    const before = last;
    last = await picture();
    return last === before;
  }, { intervals: [400] }).toBe(true);
  return last;
}

/** The time of the picture as the page shows it, in epoch milliseconds. */
export async function shownTime(page: Page): Promise<number> {
  return Date.parse((await page.locator('.player time').getAttribute('datetime')) ?? '');
}

/** Whether nothing is wider than the window. */
export const fits = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

/**
 * Fails where texts or controls overlap, or stick out of the page. What is meant to overlap (a cell's link over its picture, a list of
 * results) and what is invisible is left out.
 */
export async function expectUncrossed(page: Page, where: string): Promise<void> {
  await expect.poll(() => page.evaluate(crossings), where).toEqual([]);
}

/** Runs in the page: pairs of boxes of text that overlap by more than hairs. */
export function crossings(): string[] {
  const SLACK_PX = 2;
  const hidden = (element: Element) => {
    if (element.closest('.vh, [hidden], dialog:not([open]), .grid-pick, .results, .skip, .peek, .tap, .again')) return true;
    const style = getComputedStyle(element);
    return style.visibility === 'hidden' || style.opacity === '0';
  };
  const boxes: { element: Element; text: string; left: number; right: number; top: number; bottom: number }[] = [];
  const walker = document.createTreeWalker(document.getElementById('app') ?? document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (!element || !text || hidden(element) || !element.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    /** What is scrolled away within a box is not seen. */
    const cut = (y: number) => {
      for (let up: Element | null = element; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowY === 'visible') continue;
        const box = up.getBoundingClientRect();
        if (y < box.top || y > box.bottom) return true;
      }
      return false;
    };
    for (const { left, right, top, bottom } of range.getClientRects()) if (right - left > 1 && bottom - top > 1 && !cut((top + bottom) / 2)) boxes.push({ element, text: text.slice(0, 24), left, right, top, bottom });
  }
  boxes.sort((a, b) => a.top - b.top);
  const found: string[] = [];
  for (const [n, one] of boxes.entries()) {
    if (one.left < -SLACK_PX || one.right > document.documentElement.clientWidth + SLACK_PX) {
      let clipped = false;
      for (let up: Element | null = one.element; up; up = up.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) clipped = true;
      if (!clipped) found.push(`out of the page: ${one.text}`);
    }
    for (let m = n + 1; m < boxes.length; m++) {
      const other = boxes[m];
      if (!other || other.top >= one.bottom) break;
      if (other.element === one.element) continue;
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      // boxes of lines are higher than their letters
      const most = Math.min(one.bottom - one.top, other.bottom - other.top) * 0.34;
      if (wide > SLACK_PX && high > most) found.push(`${one.text} × ${other.text}`);
    }
  }
  return found.slice(0, 10);
}
