/** One picture forward or back while paused. Pictures need not come evenly, so what counts is that another one is shown. */

/** Assumed distance between pictures until it is known, seconds. */
const GUESS_S = 1 / 25;
/** Pictures further apart than this say nothing about the frame rate, seconds. */
const APART_LIMIT_S = 0.5;
/** Shortest step, seconds. */
const LEAST_S = 0.001;
const TRIES = 8;
const SHOWN_LIMIT_MS = 500;

type Dated = HTMLVideoElement & { requestVideoFrameCallback?: HTMLVideoElement['requestVideoFrameCallback'] };

export class Frames {
  #video: Dated;
  #shown: number | null = null;
  #apart: number | null = null;
  #ended = false;
  #next: (() => void)[] = [];

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#watch();
  }

  destroy(): void {
    this.#ended = true;
  }

  /** Shows the next or the previous picture. False when it is not loaded. */
  async step(direction: 1 | -1): Promise<boolean> {
    const from = this.#shown ?? this.#video.currentTime;
    for (let n = 1; n <= TRIES; n++) {
      // Half a distance back is always in the picture before; forward, a little more each time until another one comes.
      const next = from + (this.#apart ?? GUESS_S) * (direction < 0 ? -0.5 * n : 0.6 + 0.5 * n);
      // On a busy machine the clock is further than the picture: a step forward never goes back in time.
      const to = direction < 0 ? next : Math.max(next, this.#video.currentTime + LEAST_S);
      if (!loaded(this.#video, to)) return false;
      await this.#seek(to);
      if (this.#shown === null || this.#shown !== from) return true;
    }
    return true;
  }

  #watch(): void {
    this.#video.requestVideoFrameCallback?.((_, { mediaTime }) => {
      if (this.#ended) return;
      const apart = this.#shown === null || this.#video.paused ? 0 : mediaTime - this.#shown;
      // The browser leaves pictures out when it is busy: the nearest two count.
      if (apart > 0.001 && apart < (this.#apart ?? APART_LIMIT_S)) this.#apart = apart;
      this.#shown = mediaTime;
      for (const told of this.#next.splice(0)) told();
      this.#watch();
    });
  }

  /** Seeks, and waits for the picture at that position; not for ever, since a picture that is already shown is not reported again. */
  async #seek(to: number): Promise<void> {
    const shown = new Promise<void>((resolve) => this.#next.push(resolve));
    const seeked = new Promise<void>((resolve) => this.#video.addEventListener('seeked', () => resolve(), { once: true }));
    this.#video.currentTime = to;
    await Promise.race([Promise.all([seeked, shown]), new Promise((resolve) => setTimeout(resolve, SHOWN_LIMIT_MS))]);
  }
}

/** Whether the video has a position (seconds) in its memory. */
export function loaded(video: HTMLVideoElement, position: number): boolean {
  for (let i = 0; i < video.buffered.length; i++) {
    if (video.buffered.start(i) <= position && position < video.buffered.end(i)) return true;
  }
  return false;
}
