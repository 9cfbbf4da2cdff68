/** A page of others, on another origin, with the players that people use, each with its defaults. */

import { createServer, type Server } from 'node:http';
import { CLOCK_BITS, CLOCK_SIDE, packaged } from './centre';

const SCRIPTS: Record<string, string> = {
  '/hls.js': 'hls.js/dist/hls.min.js', '/before.js': 'hls.js-before/dist/hls.min.js',
  '/video.js': 'video.js/dist/video.min.js', '/shaka.js': 'shaka-player/dist/shaka-player.compiled.js',
};
/** They play on at once, whatever happens: with their defaults, but for shaka, which has the one setting that docs/design/live.md names. */
export const PLAYERS = ['hls', 'before', 'video', 'shaka'] as const;
/** Shaka without that setting: it plays on some time after an outage of more than 12 s. */
export const PLAIN = 'plain';

/** What a page shows of a player: where it stands, which picture it shows (how wide, and how old its stream was), and what it said when it could not go on. */
export interface Seen { at: number; width: number; second: number; fatal: string[] }

const PAGE = `<!doctype html><meta charset=utf-8><title>elsewhere</title>
${[...PLAYERS, PLAIN].map((name) => `<video id=${name} class=video-js muted autoplay playsinline width=160></video>`).join('')}
<script src=/before.js></script><script>window.Before = Hls</script>
<script src=/hls.js></script><script src=/video.js></script><script src=/shaka.js></script><script src=/page.js></script>`;

const SCRIPT = `
const BITS = ${CLOCK_BITS}, SIDE = ${CLOCK_SIDE};
const source = decodeURIComponent(location.hash.slice(1));
const fatal = { hls: [], before: [], video: [], shaka: [], plain: [] };
const element = (name) => document.querySelector('video#' + name + ', #' + name + ' video');
const glass = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
// What the picture itself says of its time: players are not asked, since not all of them know where they are after a gap.
function second(video) {
  glass.drawImage(video, 0, 0, BITS * SIDE, SIDE, 0, 0, BITS * SIDE, SIDE);
  let halves = 0;
  for (let bit = 0; bit < BITS; bit++) if (glass.getImageData((bit + 0.5) * SIDE, SIDE / 2, 1, 1).data[1] > 128) halves += 2 ** bit;
  return halves / 2;
}
function look(name) {
  const video = element(name);
  const shown = video && video.videoWidth > 0;
  return { at: shown ? video.currentTime : 0, width: shown ? video.videoWidth : 0, second: shown ? second(video) : 0, fatal: fatal[name] };
}
window.seen = () => Object.fromEntries(Object.keys(fatal).map((name) => [name, look(name)]));
function hls(name, Library, config) {
  const player = new Library(config);
  player.on(Library.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    fatal[name].push(data.details + ': ' + (data.error && data.error.message));
    // A server that does not answer for some three seconds ends it; its guide says what a page does then.
    if (window.away && data.type === Library.ErrorTypes.NETWORK_ERROR) setTimeout(() => player.startLoad(), 1000);
  });
  player.loadSource(source);
  player.attachMedia(element(name));
}
// CMCD in headers is what makes a browser ask first.
hls('hls', Hls, { cmcd: { useHeaders: true } });
hls('before', Before, {});
const player = videojs('video', { html5: { vhs: { overrideNative: true } } });
player.on('error', () => fatal.video.push(String(player.error() && player.error().message)));
player.src({ src: source, type: 'application/vnd.apple.mpegurl' });
shaka.polyfill.installAll();
function shakas(name, set) {
  const own = new shaka.Player();
  own.addEventListener('error', (event) => fatal[name].push('code ' + event.detail.code));
  set(own);
  own.attach(element(name)).then(() => own.load(source)).catch((error) => fatal[name].push('load ' + error.code));
}
shakas('shaka', (own) => own.configure('streaming.failureCallback', () => own.retryStreaming(1)));
shakas('plain', () => undefined);
`;

export function elsewhere(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const script = SCRIPTS[path];
    const isScript = script !== undefined || path === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(script ? packaged(script) : path === '/page.js' ? SCRIPT : PAGE);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
