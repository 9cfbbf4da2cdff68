/**
 * A stand-in for the centre: the built pages, the API with made-up states, and HLS from one short encoded loop.
 * It exists for layout, languages and accessibility; that the real centre works with these pages is proven in `tests/e2e`.
 */

import { readFileSync, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { parseAddress } from '../../src/lib/route';
import { countryAnswer } from './country';
import { Day, type Kind } from './day';
import { DeskMock } from './desk/desk';
import type { Media } from './media';
import { Shown } from './shown';

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml',
};

const DAY_MS = 24 * 60 * 60_000;

export interface Mock { server: Server; day: Day }

export function startMock(dist: string, data: string, media: Media, port: number): Promise<Mock> {
  const day = new Day(data);
  const desk = new DeskMock(media.still);
  const shown = new Shown();
  let down = false;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock');
    if (url.pathname === '/_mock/down') down = url.searchParams.get('on') === '1';
    if (url.pathname === '/_mock/shift') day.shift(Number(url.searchParams.get('seconds')));
    if (url.pathname === '/_mock/arriving') day.arriving = url.searchParams.get('on') === '1';
    if (url.pathname === '/_mock/days') day.several = url.searchParams.get('on') === '1';
    if (url.pathname === '/_mock/silent') day.silent = url.searchParams.get('on') === '1';
    if (url.pathname === '/_mock/arrived') day.arrived = url.searchParams.get('on') === '1';
    if (url.pathname === '/_mock/phase') day.jumpTo(url.searchParams.get('at') ?? '');
    if (url.pathname === '/_mock/desk') desk.reset();
    if (url.pathname === '/_mock/sound') day.sound = url.searchParams.get('is') || null;
    if (url.pathname.startsWith('/_mock/')) return void response.end('ok');
    if (down) return void request.socket.destroy();
    if (desk.handle(request, response, url)) return;
    const [, camera, what] = /^\/api\/v1\/cameras\/(\d+\/\d+\/\d+)\/(view|reports)$/.exec(url.pathname) ?? [];
    if (camera && what === 'view') return json(response, shown.approval(camera));
    if (camera && request.method === 'POST') return void shown.report(camera, request, response);
    try {
      answer(url, day, media, dist, data, response, request);
    } catch (error) {
      problem(response, 500, String(error));
    }
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({ server, day })));
}

function answer(url: URL, day: Day, media: Media, dist: string, data: string, response: ServerResponse, _: IncomingMessage): void {
  const path = url.pathname;
  const camera = /^\/(live|dvr)\/(\d+\/\d+\/\d+)\/index\.m3u8$/.exec(path);
  const timeline = /^\/api\/v1\/cameras\/(\d+\/\d+\/\d+)\/timeline$/.exec(path);
  const station = /^\/api\/v1\/stations\/(\d+\/\d+)$/.exec(path);
  const piece = /^\/media\/feedbeef\/(\d+\/\d+\/\d+)\/(\d+|init-\w+)\.(m4s|mp4)$/.exec(path);
  const at = (name: string) => Date.parse(url.searchParams.get(name) ?? '');

  const told = countryAnswer(url, day);
  if (told !== undefined) return orMissing(response, told);
  if (path === '/api/v1/election') return json(response, day.election());
  if (path === '/api/v1/constituencies') return json(response, { items: day.constituencies() });
  if (path === '/api/v1/openapi.json') return send(response, 'application/json', readFileSync(join(data, '../docs/reference/openapi.json'), 'utf8'));
  if (path === '/api/v1/status.csv' || path === '/api/v1/completeness.csv') return send(response, 'text/csv', 'id,venue\n');
  if (path === '/list/stations.pdf') return send(response, 'application/pdf', '%PDF-1.7\n');
  if (path === '/list/stations.csv') return send(response, 'text/csv', 'constituency,station\n');
  if (path === '/list/stations.json') return json(response, []);
  if (station?.[1]) return orMissing(response, day.station(station[1]));
  if (timeline?.[1] && at('to') - at('from') > DAY_MS) return problem(response, 400, 'a span may be 24 hours long; ask for less at a time');
  if (timeline?.[1]) return json(response, day.timeline(timeline[1], at('from'), at('to')));
  if (path.startsWith('/still/') || path.startsWith('/view/')) return send(response, 'image/jpeg', media.still);
  if (camera?.[2]) {
    const kind: Kind = day.kind(camera[2]);
    if (camera[1] === 'live' && (kind === 'missing' || kind === 'due')) return problem(response, 404, 'no live picture');
    if (camera[1] === 'dvr' && !day.recorded(camera[2], at('from'), at('to'))) return problem(response, 404, 'nothing was recorded in this span');
    const text = camera[1] === 'live' ? day.livePlaylist(camera[2]) : day.dvrPlaylist(camera[2], at('from'), at('to'));
    return send(response, 'application/vnd.apple.mpegurl', text);
  }
  if (piece?.[2]) {
    const hevc = day.kind(piece[1] ?? '') === 'hevc';
    return send(response, 'video/mp4', piece[2].startsWith('init') ? (hevc ? media.hevcInit : media.init) : media.segment(Number(piece[2])));
  }
  return file(response, dist, path);
}

const DESK_POLICY = POLICY.replace("img-src 'self'", "img-src 'self' blob:").replace("connect-src 'self'", "connect-src 'self'; worker-src 'self'").replace('svelte-trusted-html', 'svelte-trusted-html desk-worker');

function file(response: ServerResponse, dist: string, path: string): void {
  if (/^(\/(en|ru))?\/desk\/sw\.js$/.test(path)) return send(response, 'text/javascript', readFileSync(join(dist, 'shells', 'desk-sw.js')));
  const known = /^\/(assets\/[\w.-]+|mark\.svg|card\.png|older\.js)$/.test(path) && existsSync(join(dist, path));
  if (!known && /\.\w+$/.test(path) && !path.includes('/desk/')) return problem(response, 404, path);
  response.setHeader('content-security-policy', /^(\/(en|ru))?\/desk(\/|$)/.test(path) ? DESK_POLICY : POLICY);
  if (known) send(response, TYPES[extname(path)] ?? 'application/octet-stream', readFileSync(join(dist, path)));
  else send(response, 'text/html; charset=utf-8', shell(dist, path));
}

/** The document of a page, with what the centre would put in left out. */
function shell(dist: string, path: string): string {
  if (/^(\/(en|ru))?\/desk(\/|$)/.test(path)) return readFileSync(join(dist, 'shells', 'desk.html'), 'utf8');
  const { lang, route } = parseAddress(path);
  const text = readFileSync(join(dist, 'shells', lang, `${route.page}.html`), 'utf8');
  return text.replace(/<link rel="preload"[^>]*>/g, '').replace(/\{\w+\}/g, '');
}

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.setHeader('content-type', type);
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}
const json = (response: ServerResponse, body: unknown) => send(response, 'application/json', JSON.stringify(body));

function orMissing(response: ServerResponse, body: unknown): void {
  if (body) json(response, body);
  else problem(response, 404, 'no such thing');
}

function problem(response: ServerResponse, status: number, detail: string): void {
  response.statusCode = status;
  send(response, 'application/problem+json', JSON.stringify({ type: 'about:blank', title: 'Problem', status, detail }));
}
