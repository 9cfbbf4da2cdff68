/**
 * Players and browsers that we did not write, all through the same outage: the camera goes, its gap is listed, it comes back as
 * another stream, and the centre starts anew. On a page elsewhere, hls.js (the newest and the one before), video.js and shaka;
 * on our own page, Firefox ESR and WebKitGTK, which also pause and go back in time.
 */

import type { Server } from 'node:http';
import { expect, test, type Page } from '@playwright/test';
import { AT_THE_EDGE_MS, Browsers, type Station } from './browsers';
import { Centre } from './centre';
import { elsewhere, PLAIN, PLAYERS, type Seen } from './elsewhere';
import { pause, until } from './wait';

/** The first piece of a gap is listed 12 s after the last picture. */
const OUTAGE_MS = 14_000;
/** What the viewer pauses for. */
const PAUSE_MS = 3_000;
const SOON_MS = 45_000;
/** The live playlist goes back 30 s. A busy machine lets players stop, and they do not all hurry afterwards; what is older than this they do not have from it. */
const IN_THE_WINDOW_MS = 40_000;

const centre = new Centre();
const browsers = new Browsers();
let stations: Station[];
let server: Server;

test.beforeAll(async () => {
  await centre.start();
  centre.cameraOn(320);
  server = await elsewhere();
  stations = await browsers.open();
  await until('three segments', 40_000, async () => (await centre.text()).split('#EXTINF').length > 3);
});

test.afterAll(async () => {
  await browsers.close();
  server?.close();
  await centre.stop();
});

const taken = ({ width, second }: Seen) => centre.taken(width, second);
const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen(): Record<string, Seen> }).seen());

/** Each of these players moves, and shows what was taken after `since` and is in the live playlist, or was a moment ago. */
async function playersPlay(page: Page, when: string, since: number, players: readonly string[] = PLAYERS): Promise<void> {
  let before = await seen(page);
  const left = new Set<string>(players);
  await until('the players play', SOON_MS, async () => {
    await pause(600);
    const now = await seen(page);
    for (const name of left) {
      const one = now[name] as Seen;
      if (one.at > (before[name]?.at ?? one.at) + 0.2 && taken(one) >= since && Date.now() - taken(one) < IN_THE_WINDOW_MS) left.delete(name);
    }
    before = now;
    return left.size === 0;
  }).catch(() => {
    const stand = [...left].map((name) => `${name} is ${(Date.now() - taken(before[name] as Seen)) / 1000} s behind: ${JSON.stringify(before[name])}`);
    throw new Error(`${when}, ${stand.join('\n')}`);
  });
}

/**
 * On a machine with seven times the load that it bears, video.js once gave up before its first picture ("Playback cannot continue"); why is not known, and the
 * centre had answered everything. As a viewer would, this loads the page anew, once, and only before the outage.
 */
async function playersBegin(page: Page, since: number): Promise<void> {
  const begun = await playersPlay(page, 'at first', since).then(() => true, () => false);
  if (begun) return;
  await page.reload();
  await playersPlay(page, 'loaded anew', since);
}

const all = (act: (station: Station) => Promise<unknown>) => Promise.all(stations.map(act));
const allPlayLive = (page: Page, when: string, since: number) => Promise.all([playersPlay(page, when, since), all((station) => station.playsLive(when, since))]);

/** What the centre refused to the page elsewhere. A player may ask for a piece of a gap, and has an answer. */
function watchRefusals(page: Page): string[] {
  const refused: string[] = [];
  page.on('response', (response) => { if (response.url().startsWith(centre.url) && response.status() >= 400) refused.push(`${response.status()} ${response.url()}`); });
  page.on('console', (message) => { if (message.text().includes('CORS')) refused.push(message.text()); });
  return refused;
}

test('an outage, a new stream and a restart of the centre are played through', async ({ page }) => {
  test.setTimeout(300_000);
  const refused = watchRefusals(page);
  const { port } = server.address() as { port: number };
  const began = Date.now();
  await page.goto(`http://localhost:${port}/#${encodeURIComponent(centre.playlist)}`);
  await all((station) => station.goto(centre.station));
  await Promise.all([playersBegin(page, began - AT_THE_EDGE_MS), all((station) => station.playsLive('at first', began - AT_THE_EDGE_MS))]);

  await test.step('a viewer pauses, and goes on where he was', () => all(async (station) => {
    await until(`${station.name} has a button`, SOON_MS, () => station.press('Pause'));
    const paused = await station.shown();
    await pause(PAUSE_MS);
    expect(await station.moves(), `${station.name} stands while it is paused`).toBe(false);
    await station.press('Play');
    await station.plays('after a pause', paused);
    expect((await station.shown()) - paused, `${station.name} goes on where it was`).toBeLessThan(PAUSE_MS + AT_THE_EDGE_MS);
  }));

  const gone = Date.now();
  await centre.cameraOff();
  await pause(OUTAGE_MS);
  const text = await centre.text();
  expect(text, 'the gap is listed').toContain('#EXT-X-GAP');
  expect(text, 'parts go with the hint').not.toContain('#EXT-X-PART:');
  const back = Date.now();
  centre.cameraOn(352);
  await allPlayLive(page, 'after the outage', back);
  expect(await centre.text()).toContain('#EXT-X-DISCONTINUITY\n');

  await test.step('the past plays over the gap, which the bar of the day shows', async () => {
    const moment = new Date(gone - 5_000).toISOString().replace(/\.\d+Z$/, 'Z');
    await all((station) => station.goto(`${centre.station}&t=${encodeURIComponent(moment)}`));
    await all(async (station) => {
      await until(`${station.name} draws the gap`, SOON_MS, async () => (await station.drawn('missing')) > 0 && (await station.drawn('live')) > 1);
      await station.plays('the past over the gap', back);
      await station.goto(centre.station);
    });
  });
  await allPlayLive(page, 'again', back);
  await playersPlay(page, 'some time after the outage', back, [PLAIN]);
  expect(refused).toEqual([]);

  await page.evaluate(() => { (window as unknown as { away: boolean }).away = true; });
  await centre.cameraOff();
  await centre.restart();
  const restarted = Date.now();
  centre.cameraOn(384);
  await allPlayLive(page, 'after the restart of the centre', restarted);
});
