/** One visit of a page with nothing cached: what it fetched, when text and pictures were there, how much the layout jumped. */

import type { Browser, BrowserContextOptions, CDPSession, Page } from '@playwright/test';

/** A line as Chromium's throttling makes it: `rttMs` is added to each answer, `kbits` is the rate down, a quarter of it up. */
export interface Line { rttMs: number; kbits: number; cpu: number }
/** What phones have: a fair mobile line, a poor one, and a processor four times slower than this one. */
export const FAIR: Line = { rttMs: 150, kbits: 1_600, cpu: 4 };
export const POOR: Line = { rttMs: 400, kbits: 400, cpu: 4 };

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
export const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };

export interface Visit {
  /**
   * Bytes over the line by kind: `page` is documents, scripts, styles, data and icons; `media` is pictures, video and playlists;
   * `ahead` is the player, which other pages fetch when they are at rest and the line is good.
   */
  bytes: { page: number; media: number; ahead: number };
  requests: number;
  /** Requests that could begin only after another had ended, at most in a row, counted from the document. */
  chain: number;
  /** Milliseconds from the start of the visit; null where it did not happen. */
  firstText: number | null; largest: number | null; scriptRan: number | null;
  /** Cumulative layout shift, without unit. */
  jumps: number;
}

/** Browsers ask for it when everything else is there. */
const ICON = '/mark.svg';
const MEDIA = /^\/(still|live|dvr|media)\//;
/** The station's page, the player, and what only they need. */
const PLAYER = /^\/assets\/(Station|hls|player|timeline|share|index-client)[\w.-]*\.(js|css)$/;

interface Fetched { path: string; start: number; end: number; bytes: number }

/** Opens `address` in a fresh context and looks for `settleMs` after it has loaded. */
export async function visit(browser: Browser, address: string, line: Line | null, settleMs: number, device = PHONE): Promise<Visit> {
  const context = await browser.newContext(device);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const fetched = await listen(session);
  if (line) await slow(session, line);
  await page.addInitScript(observe);
  await page.goto(address, { waitUntil: 'load', timeout: 120_000 });
  await page.waitForTimeout(settleMs);
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
  await context.close();
  const all = [...fetched.values()];
  const player = /^\/(\w\w\/)?stations\//.test(new URL(address).pathname) ? null : PLAYER;
  const kindOf = ({ path }: Fetched) => (MEDIA.test(path) ? 'media' : player?.test(path) ? 'ahead' : 'page');
  const sum = (kind: string) => all.filter((one) => kindOf(one) === kind).reduce((bytes, one) => bytes + one.bytes, 0);
  return {
    bytes: { page: sum('page'), media: sum('media'), ahead: sum('ahead') },
    requests: all.length, chain: longestChain(all.filter((one) => kindOf(one) === 'page' && one.path !== ICON)), ...seen,
  };
}

async function slow(session: CDPSession, { rttMs, kbits, cpu }: Line): Promise<void> {
  const rate = (kbits * 1000) / 8;
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: rttMs, downloadThroughput: rate, uploadThroughput: rate / 4 });
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpu });
}

async function listen(session: CDPSession): Promise<Map<string, Fetched>> {
  const fetched = new Map<string, Fetched>();
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ requestId, request, timestamp }) => {
    fetched.set(requestId, { path: new URL(request.url).pathname, start: timestamp, end: timestamp, bytes: 0 });
  });
  session.on('Network.loadingFinished', ({ requestId, timestamp, encodedDataLength }) => {
    const one = fetched.get(requestId);
    if (one) Object.assign(one, { end: timestamp, bytes: encodedDataLength });
  });
  return fetched;
}

/** How many requests, at most, stood in a row, each begun after the one before it had ended. */
function longestChain(all: Fetched[]): number {
  const ordered = all.filter((one) => one.bytes > 0).sort((a, b) => a.start - b.start);
  const depths: number[] = [];
  for (const [at, one] of ordered.entries()) {
    depths.push(1 + Math.max(0, ...ordered.slice(0, at).map((before, n) => (before.end <= one.start ? (depths[n] ?? 0) : 0))));
  }
  return Math.max(0, ...depths);
}

interface Seen { firstText: number | null; largest: number | null; scriptRan: number | null; jumps: number }

/** Runs in the page before anything else. */
function observe(): void {
  const seen: Seen = { firstText: null, largest: null, scriptRan: null, jumps: 0 };
  (globalThis as unknown as { seen: Seen }).seen = seen;
  const on = (type: string, work: (entry: PerformanceEntry & { value?: number; hadRecentInput?: boolean }) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(work)).observe({ type, buffered: true });
  on('paint', (entry) => { if (entry.name === 'first-contentful-paint') seen.firstText = entry.startTime; });
  on('largest-contentful-paint', (entry) => { seen.largest = entry.startTime; });
  on('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.jumps += entry.value ?? 0; });
  // The script takes the rendered page's place: that is when it has run.
  new MutationObserver((changes, observer) => {
    if (!changes.some(({ target, removedNodes }) => target === document.getElementById('app') && removedNodes.length > 0)) return;
    seen.scriptRan = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

/** The page as it is while no script has come: what is read before it runs. */
export async function withoutScript(page: Page, address: string): Promise<void> {
  await page.route(/\/assets\/.*\.js$/, () => undefined);
  await page.goto(address, { waitUntil: 'commit' });
}
