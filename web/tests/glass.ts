/**
 * From a simulated camera's picture to the viewer's eye: reads the clock that the simulator draws into each picture
 * (docs/design/synthetic.md, "The code beside the clock") and compares it with the clock of the page that shows it.
 */

import type { Page } from '@playwright/test';

/** One picture as it was presented. */
export interface Sample {
  /** The page's clock when the picture had been handed to the screen, epoch milliseconds. */
  at: number;
  /** Which video element of the page: a player that starts anew has the same one. */
  video: number;
  /** The picture's place in the video, seconds. */
  media: number;
  /** Second of the minute that the picture shows; null where none can be read. */
  second: number | null;
  rate: number;
}

export interface Glass { samples: Sample[]; clicks: number[]; opened: number }

/** What each page of `page` writes down from its first moment on. */
export async function watchGlass(page: Page): Promise<void> {
  await page.addInitScript(() => {
    // As drawn by the simulator in a picture of 640 × 360: six bits, the lowest on top, each beside its inverse.
    const [left, top, cell, bits] = [500, 4, 4, 6];
    const glass: Glass = { samples: [], clicks: [], opened: performance.timeOrigin };
    (globalThis as unknown as { glass: Glass }).glass = glass;
    addEventListener('click', (event) => { glass.clicks.push(performance.timeOrigin + event.timeStamp); }, { capture: true });
    const canvas = new OffscreenCanvas(2 * cell, bits * cell).getContext('2d', { willReadFrequently: true });

    function read(video: HTMLVideoElement): number | null {
      if (!canvas || video.videoWidth !== 640) return null;
      canvas.drawImage(video, left, top, 2 * cell, bits * cell, 0, 0, 2 * cell, bits * cell);
      const { data } = canvas.getImageData(0, 0, 2 * cell, bits * cell);
      const bright = (column: number, row: number) => (data[((row * cell + cell / 2) * 2 * cell + column * cell + cell / 2) * 4 + 1] ?? 0) > 128;
      let second = 0;
      for (let bit = 0; bit < bits; bit++) {
        if (bright(0, bit) === bright(1, bit)) return null;
        if (bright(0, bit)) second |= 1 << bit;
      }
      return second < 60 ? second : null;
    }

    const seen = new WeakSet<HTMLVideoElement>();
    let count = 0;
    const look = () => {
      for (const video of document.querySelectorAll('video')) {
        if (seen.has(video)) continue;
        seen.add(video);
        const number = count++;
        const next = (_: number, { mediaTime }: VideoFrameCallbackMetadata) => {
          const at = performance.timeOrigin + performance.now();
          glass.samples.push({ at, video: number, media: mediaTime, second: read(video), rate: video.playbackRate });
          video.requestVideoFrameCallback(next);
        };
        video.requestVideoFrameCallback(next);
      }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
}

export const glassOf = (page: Page): Promise<Glass> => page.evaluate(() => (globalThis as unknown as { glass: Glass }).glass);

/** Pictures further apart than this are not neighbours, seconds of video: the slowest simulated camera has five a second. */
const NEIGHBOURS_S = 0.25;
const MINUTE_MS = 60_000;

/**
 * How old each picture was when it was presented, milliseconds. A picture's own time is that of the last picture in which the
 * second changed, and the video time since; it is taken to be the very beginning of that second. So an age is too high
 * by at most the time between two pictures, and never too low.
 */
export function ages(samples: readonly Sample[]): number[] {
  const found: number[] = [];
  let changed: { wall: number; media: number } | null = null;
  let before: Sample | null = null;
  for (const sample of samples) {
    const step = before ? sample.media - before.media : Infinity;
    if (sample.second === null || step < 0 || step > NEIGHBOURS_S || before?.second === null) {
      changed = null;
    } else if (before && sample.second !== before.second) {
      const minute = Math.floor(sample.at / MINUTE_MS) * MINUTE_MS;
      const wall = minute + sample.second * 1000;
      changed = { wall: wall > sample.at ? wall - MINUTE_MS : wall, media: sample.media };
    }
    if (changed) found.push(sample.at - changed.wall - (sample.media - changed.media) * 1000);
    before = sample;
  }
  return found;
}

/** Times without a new picture that a viewer notices, milliseconds each. */
export function freezes(samples: readonly Sample[], longerThan = 300): number[] {
  return samples.slice(1).map((sample, n) => sample.at - (samples[n]?.at ?? sample.at)).filter((gap) => gap > longerThan);
}

/** When the first and the second different picture were presented after `from`: the second is the first that moves. */
export function firstPictures(samples: readonly Sample[], from: number): { first: number; moving: number } | null {
  const after = samples.filter((sample) => sample.at > from);
  const first = after[0];
  const moving = after.find((sample) => sample.media !== first?.media);
  return first && moving ? { first: first.at - from, moving: moving.at - from } : null;
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;
}
