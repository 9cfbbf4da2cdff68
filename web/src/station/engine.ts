/** What plays a playlist: hls.js where the browser has media source extensions, the browser's own player elsewhere. */

import type { HlsConfig, LevelDetails } from 'hls.js';
import type { HoldBack } from '../lib/holdBack';
import { isServersFault } from '../lib/refused';
import type { Piece } from '../lib/wall';
import { playlistLoader } from './loader';

/** Where playing begins: at the live edge, or at a true time (epoch milliseconds). */
export type Start = 'live' | number;
/** A playlist: its address, and its text where the page has it at hand; null leaves it to the network. */
export interface Source { address: string; live: boolean; text(): Promise<string> | null }
export type Failure = 'network' | 'media' | 'codec';

export interface EngineEvents {
  /** The server answered that it cannot give this, and is at fault. The engine may try again by itself. */
  refused(): void;
  /** The playlist is known: positions and true times can be converted into each other. */
  ready(): void;
  /** It cannot go on by itself. The engine is of no more use, except after `media`, which `recover` may mend. */
  failed(why: Failure): void;
}

export interface Engine {
  load(source: Source, start: Start): void;
  /** The playlist as pieces of time; empty before it is known. */
  pieces(): readonly Piece[];
  /** The position that is right for the live edge, in seconds, or null outside of live. */
  liveEdge(): number | null;
  /** Further behind `liveEdge` than this, seconds, playing a little faster does not catch up: only a jump does. */
  readonly slack: number;
  /** Whether a playback rate slightly above one may be used to stay at the live edge. */
  follow(on: boolean): void;
  /** Loads further ahead for fast replay. */
  hurry(rate: number): void;
  /** Makes no more requests until it is woken; what is loaded stays. */
  rest(): void;
  wake(): void;
  /** How far behind now live is meant to be, seconds. */
  latency(): number;
  /** Tries to go on after a decoding error. */
  recover(): void;
  destroy(): void;
}

/** Seconds of video that are kept behind, so that a step back costs nothing. */
const KEPT_BEHIND_S = 90;
const AHEAD_S = 20;
const AHEAD_LIMIT_S = 240;
/** How much faster than the clock live may play to catch up with the edge; more would be noticeable. */
const CATCH_UP_RATE = 1.1;
/** hls.js catches up from at most its hold-back plus a target duration, 5.5 s; from further behind it never would. */
const SLACK_S = 4;
/** Safari plays up to three target durations before the end, and `liveEdge` is that end. */
const NATIVE_SLACK_S = 12;

/** The latency where the playlist does not specify one, seconds. */
const LATENCY_S = 6;

const CODEC_ERRORS = ['manifestIncompatibleCodecsError', 'bufferAddCodecError', 'bufferIncompatibleCodecsError'];

const OPTIONS: Partial<HlsConfig> = {
  // Fragmented MP4 needs no transmuxing, and a worker would need a wider content policy.
  enableWorker: false,
  lowLatencyMode: true,
  // The first part is asked for while the video element still opens its source.
  startFragPrefetch: true,
  backBufferLength: KEPT_BEHIND_S,
  maxBufferLength: AHEAD_S,
  // HoldBack does that, and undoes it in time.
  liveSyncOnStallIncrease: 0,
};

/** The engine that this browser can use, or null when it can play no HLS at all. Stalls of live are reported to `holdBack`, which decides how far behind to stay. */
export async function makeEngine(video: HTMLVideoElement, events: EngineEvents, holdBack: HoldBack): Promise<Engine | null> {
  const { default: Hls } = await import('hls.js/light');
  if (Hls.isSupported()) return hlsEngine(Hls, video, events, holdBack);
  if (video.canPlayType('application/vnd.apple.mpegurl')) return nativeEngine(video, events);
  return null;
}

function hlsEngine(Hls: typeof import('hls.js').default, video: HTMLVideoElement, events: EngineEvents, holdBack: HoldBack): Engine {
  let start: Start = 'live';
  let source: Source | null = null;
  const hls = new Hls({ ...OPTIONS, pLoader: playlistLoader(Hls, () => source?.text() ?? null) });
  let started = false;

  hls.on(Hls.Events.LEVEL_LOADED, () => {
    if (started) return;
    started = true;
    if (start !== 'live') hls.startLoad(startPosition(pieces(), start));
    events.ready();
  });
  hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => {
    if (details.live && details.partHoldBack > 0) hls.targetLatency = details.partHoldBack + holdBack.extra(performance.now());
  });
  hls.on(Hls.Events.ERROR, (_, { fatal, type, details, response }) => {
    if (isServersFault(response?.code)) events.refused();
    if (details === Hls.ErrorDetails.BUFFER_STALLED_ERROR && source?.live) holdBack.stalled(performance.now());
    if (CODEC_ERRORS.includes(details)) events.failed('codec');
    else if (fatal) events.failed(type === Hls.ErrorTypes.MEDIA_ERROR ? 'media' : 'network');
  });
  const pieces = () => {
    const details = hls.latestLevelDetails ?? hls.levels[0]?.details;
    return details ? piecesOf(details) : [];
  };
  return {
    pieces,
    load(what, from) {
      source = what;
      start = from;
      // The position of a moment is only known once the playlist is. Live starts by itself: started later, it would wait two seconds
      // before it asks for the playlist again, and run out of parts.
      hls.config.autoStartLoad = from === 'live';
      hls.loadSource(what.address);
      hls.attachMedia(video);
    },
    liveEdge: () => (source?.live && hls.latestLevelDetails?.live ? hls.liveSyncPosition : null),
    slack: SLACK_S,
    follow: (on) => { hls.config.maxLiveSyncPlaybackRate = on ? CATCH_UP_RATE : 1; },
    hurry: (rate) => { hls.config.maxBufferLength = Math.min(AHEAD_LIMIT_S, AHEAD_S * Math.max(1, rate)); },
    rest: () => hls.stopLoad(),
    wake: () => hls.startLoad(-1),
    latency: () => hls.targetLatency ?? LATENCY_S,
    recover: () => hls.recoverMediaError(),
    destroy: () => hls.destroy(),
  };
}

/** The position of a moment, or of the first picture after it. */
function startPosition(pieces: readonly Piece[], wall: number): number {
  const piece = pieces.find((p) => !p.gap && p.wall + p.duration * 1000 > wall) ?? pieces[0];
  return piece ? piece.start + Math.max(0, wall - piece.wall) / 1000 : 0;
}

function piecesOf(details: LevelDetails): Piece[] {
  const pieces: Piece[] = [];
  for (const fragment of details.fragments) {
    if (fragment.programDateTime === null) continue;
    pieces.push({
      start: fragment.start,
      duration: fragment.duration,
      wall: fragment.programDateTime,
      // hls.js also marks fragments that it gave up as gaps; only the server's own mark means that there is no picture.
      gap: fragment.tagList.some(([tag]) => tag === 'GAP'),
    });
  }
  return pieces;
}

/** Safari's own player; its video element knows the true time of its beginning. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

function nativeEngine(video: DatedVideo, events: EngineEvents): Engine {
  let start: Start = 'live';
  const ended = new AbortController();
  const began = () => video.getStartDate?.().getTime() ?? NaN;

  const pieces = (): Piece[] => {
    const wall = began();
    return Number.isNaN(wall) ? [] : [{ start: 0, duration: Number.MAX_SAFE_INTEGER, wall, gap: false }];
  };
  const seekable = () => (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : null);
  video.addEventListener('loadedmetadata', () => {
    if (start !== 'live') video.currentTime = startPosition(pieces(), start);
    events.ready();
  }, { signal: ended.signal });
  video.addEventListener('error', () => {
    const code = video.error?.code;
    const unsupported = code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED && video.networkState !== HTMLMediaElement.NETWORK_NO_SOURCE;
    events.failed(unsupported ? 'codec' : 'network');
  }, { signal: ended.signal });
  return {
    pieces,
    load({ address }, from) {
      start = from;
      video.src = address;
      video.load();
    },
    liveEdge: () => (video.duration === Infinity ? seekable() : null),
    slack: NATIVE_SLACK_S,
    follow: () => undefined,
    hurry: () => undefined,
    // The browser decides what it loads.
    rest: () => undefined,
    wake: () => undefined,
    latency: () => NATIVE_SLACK_S,
    recover: () => video.load(),
    destroy() {
      ended.abort();
      video.removeAttribute('src');
      video.load();
    },
  };
}
