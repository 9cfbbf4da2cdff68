/** Browsers that are not Chromium, on our own page: Firefox ESR over WebDriver BiDi, and WebKitGTK over WebDriver. */

import { existsSync } from 'node:fs';
import puppeteer, { type Browser, type KeyInput, type Page } from 'puppeteer-core';
import { pause, until } from './wait';
import { WebKit } from './webkit';

/** What a person does in a browser: real clicks and keys, which the browser's own driver carries out. */
export interface Hand {
  goto(url: string): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
  /** Clicks on the element, which is scrolled into view. */
  click(css: string): Promise<void>;
  type(css: string, text: string): Promise<void>;
  /** Presses a key of a letter. */
  key(letter: 'j' | 'k'): Promise<void>;
}

class FirefoxHand implements Hand {
  constructor(private readonly page: Page) {}

  goto(url: string): Promise<unknown> { return this.page.goto(url, { waitUntil: 'domcontentloaded' }); }
  evaluate<T>(expression: string): Promise<T> { return this.page.evaluate(expression) as Promise<T>; }
  click(css: string): Promise<void> { return this.page.click(css); }
  type(css: string, text: string): Promise<void> { return this.page.type(css, text); }
  key(letter: KeyInput): Promise<void> { return this.page.keyboard.press(letter); }
}

const FIREFOX = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';
/** A picture so old is still live: the page stays two seconds behind, and sets itself right when it is 12 s behind, where a machine that does much else lets it stop. */
export const AT_THE_EDGE_MS = 20_000;
const SOON_MS = 45_000;

/** What a station's page shows in a browser. */
export class Station {
  constructor(readonly name: string, readonly hand: Hand) {}

  readonly goto = (url: string) => this.hand.goto(url);
  private readonly evaluate = <T>(expression: string) => this.hand.evaluate<T>(expression);

  /** How many stretches of the day's bar are drawn in a state. */
  readonly drawn = (state: string) => this.evaluate<number>(`document.querySelectorAll('.spans .m-${state}').length`);
  readonly press = (button: string) => this.evaluate<boolean>(`(() => { const one = document.querySelector('button[aria-label=${JSON.stringify(button)}]'); if (one) one.click(); return !!one; })()`);
  readonly said = () => this.evaluate<string>("document.querySelector('main').innerText.replace(/\\s+/g, ' ').slice(0, 300)");

  /** When the picture was taken, as the page says it; NaN where it says none. */
  async shown(): Promise<number> {
    return Date.parse(await this.evaluate<string>("(document.querySelector('.player time') || { dateTime: '' }).dateTime"));
  }

  /** Waits until the picture moves, and was taken after `since`. */
  async plays(when: string, since: number): Promise<void> {
    await until(`${this.name} plays ${when}`, SOON_MS, async () => {
      if ((await this.shown()) > since && (await this.moves())) return true;
      throw new Error(`it stands at ${new Date(await this.shown()).toISOString()}; the page says: ${await this.said()}`);
    });
  }

  /** Waits until it plays live, and what it shows was taken after `since`. */
  async playsLive(when: string, since: number): Promise<void> {
    await this.plays(`live ${when}`, since);
    await until(`${this.name} is at the edge ${when}`, SOON_MS, async () => Date.now() - (await this.shown()) < AT_THE_EDGE_MS);
  }

  private readonly position = () => this.evaluate<number>("(document.querySelector('video') || { currentTime: -1 }).currentTime");

  async moves(): Promise<boolean> {
    const before = await this.position();
    await pause(600);
    return (await this.position()) > before + 0.2;
  }
}

export class Browsers {
  readonly #webkit = new WebKit();
  #firefox: Browser | null = null;

  async open(): Promise<Station[]> {
    return Promise.all([this.#openFirefox(), this.#openWebKit()]);
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#firefox?.close(), this.#webkit.close()]);
  }

  async #openFirefox(): Promise<Station> {
    if (!existsSync(FIREFOX)) throw new Error(`${FIREFOX} is missing; scripts/tools.sh browser installs it`);
    this.#firefox = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true, protocolTimeout: 60_000 });
    const page = await this.#firefox.newPage();
    return new Station('Firefox ESR', new FirefoxHand(page));
  }

  async #openWebKit(): Promise<Station> {
    await this.#webkit.open();
    return new Station('WebKitGTK', this.#webkit);
  }
}
