/** One visit of a page with nothing cached: what it fetched, when text and pictures were there, how much the layout jumped. */

import type { Browser, BrowserContextOptions, CDPSession, Page, Route } from '@playwright/test';

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
  /** Milliseconds from the start of the visit; null where it did not happen. */
  firstText: number | null; largest: number | null; scriptRan: number | null;
  /** Cumulative layout shift, without unit. */
  jumps: number;
}

const MEDIA = /^\/(still|live|dvr|media)\//;
/** The station's page, the player, and what only they need. */
const PLAYER = /^\/assets\/(Station|hls|player|timeline|share|index-client)[\w.-]*\.(js|css)$/;

type Kind = 'page' | 'media' | 'ahead';

/** What kind a path is to the page at `address`. */
function kinds(address: string): (path: string) => Kind {
  const player = /^\/(\w\w\/)?stations\//.test(new URL(address).pathname) ? null : PLAYER;
  return (path) => (MEDIA.test(path) ? 'media' : player?.test(path) ? 'ahead' : 'page');
}

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
  const kindOf = kinds(address);
  const sum = (kind: Kind) => all.filter((one) => kindOf(one.path) === kind).reduce((bytes, one) => bytes + one.bytes, 0);
  return {
    bytes: { page: sum('page'), media: sum('media'), ahead: sum('ahead') },
    requests: all.length, ...seen,
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

/** An address without the moments that it asks about. */
const timeless = (path: string) => path.replaceAll(/\b(from|to)=[^&]*/g, '');

/** No answer is let through until the page has asked for nothing new for so long. */
const ASKED_MS = 1_000;

/**
 * What the page asks for without an answer to anything later than the round before: each answer is held until nothing more is asked
 * for, then all of them are let through. The paths of each round, queries included, from the document on, without media and what is fetched ahead.
 * Neither the speed of the machine nor the six connections of a browser change it.
 */
export async function rounds(browser: Browser, address: string): Promise<string[][]> {
  const context = await browser.newContext(PHONE);
  const page = await context.newPage();
  const kindOf = kinds(address);
  const asked: string[][] = [];
  let held: Route[] = [];
  await page.route('**/*', (route) => { held.push(route); });
  const quiet = async () => {
    for (let known = -1; known !== held.length;) {
      known = held.length;
      await page.waitForTimeout(ASKED_MS);
    }
  };
  const open = page.goto(address, { timeout: 120_000 });
  await quiet();
  while (held.length > 0) {
    const [answered, addresses] = [held, held.map((route) => new URL(route.request().url()))];
    held = [];
    const paths = addresses.filter(({ pathname }) => kindOf(pathname) === 'page').map(({ pathname, search }) => pathname + search);
    // What was asked for before is asked for again from time to time, up to a later moment.
    const known = asked.flat().map(timeless);
    const fresh = paths.filter((path) => !known.includes(timeless(path)));
    if (fresh.length > 0) asked.push(fresh);
    await Promise.all(answered.map((route) => route.continue()));
    await quiet();
  }
  await open;
  await context.close();
  return asked;
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
