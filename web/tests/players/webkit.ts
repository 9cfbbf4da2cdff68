/** WebKitGTK, the engine nearest to Safari that runs here, driven over WebDriver, on a screen that nobody sees. */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Hand } from './browsers';
import { freePort, until } from './wait';

const BROWSERS = ['4.1', '4.0', '6.0'].map((version) => `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/webkit2gtk-${version}/MiniBrowser`);

/** What WebDriver calls an element (https://www.w3.org/TR/webdriver2/, 12). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export class WebKit implements Hand {
  readonly #processes: ChildProcess[] = [];
  #base = '';

  async open(): Promise<void> {
    const binary = BROWSERS.find((path) => existsSync(path));
    if (!binary) throw new Error('MiniBrowser of webkit2gtk-driver is missing; scripts/tools.sh browser installs it');
    const port = await freePort();
    const display = await this.#screen();
    this.#processes.push(spawn('WebKitWebDriver', [`--port=${port}`], { stdio: 'ignore', env: { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', WEBKIT_DISABLE_COMPOSITING_MODE: '1', LIBGL_ALWAYS_SOFTWARE: '1' } }));
    const driver = `http://127.0.0.1:${port}`;
    await until('WebKitWebDriver answers', 20_000, async () => (await fetch(`${driver}/status`)).ok);
    const options = { binary, args: ['--automation'] };
    const { sessionId } = await ask<{ sessionId: string }>(`${driver}/session`, { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } });
    this.#base = `${driver}/session/${sessionId}`;
  }

  async goto(url: string): Promise<void> {
    await ask(`${this.#base}/url`, { url });
  }

  /** What an expression gives in the page. */
  evaluate<T>(expression: string): Promise<T> {
    return ask<T>(`${this.#base}/execute/sync`, { script: `return (${expression})`, args: [] });
  }

  async click(css: string): Promise<void> {
    await ask(`${await this.#element(css)}/click`, {});
  }

  async type(css: string, text: string): Promise<void> {
    await ask(`${await this.#element(css)}/value`, { text });
  }

  async key(letter: string): Promise<void> {
    const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value: letter }));
    await ask(`${this.#base}/actions`, { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  async #element(css: string): Promise<string> {
    const found = await ask<Record<string, string>>(`${this.#base}/element`, { using: 'css selector', value: css });
    return `${this.#base}/element/${found[ELEMENT]}`;
  }

  async close(): Promise<void> {
    if (this.#base) await fetch(this.#base, { method: 'DELETE' }).catch(() => undefined);
    for (const child of this.#processes.reverse()) child.kill('SIGTERM');
  }

  /** A screen in memory; it says itself which number it has. */
  async #screen(): Promise<string> {
    const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#processes.push(screen);
    let number = '';
    screen.on('error', () => { number = 'missing'; });
    screen.stdout.on('data', (text) => { number += String(text); });
    await until('Xvfb has a screen', 20_000, () => Promise.resolve(number.includes('\n') || number === 'missing'));
    if (number === 'missing') throw new Error('Xvfb is missing; scripts/tools.sh browser installs it');
    return `:${number.trim()}`;
  }
}

async function ask<T>(url: string, body: unknown): Promise<T> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(30_000) });
  const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
  if (!answer.ok) throw new Error(`WebDriver: ${value.error} ${value.message}`);
  return value;
}
