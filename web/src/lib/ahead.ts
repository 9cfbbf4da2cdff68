/** Every page but the first is a piece of its own; the station page, which brings the player, is fetched as soon as a visit is likely. */

import { untrack, type Component } from 'svelte';
import { stillOf } from './api';
import { ask } from './prefetch';
import { pageOf, type Route } from './route';
import { router } from './router.svelte';
import { parseMoment, SECOND } from './time';
import { savesData } from './view';

/** The station page. The library that plays is asked for at the same time, so that it is there when the video is. */
function stationPage() {
  void import('hls.js/light').catch(() => undefined);
  return import('../pages/Station.svelte');
}

/**
 * Asks for a station and its first still, as soon as its address is known, not only when its code has come. The live playlist is left to the player: one that it is given at once makes it wait before it asks for the next,
 * so that the picture stops for half a second after its start and stays that much further behind.
 */
function prefetchStation(id: string, params: URLSearchParams): void {
  ask(`/api/v1/stations/${id}`);
  const camera = `${id}/${Number(params.get('camera')) || 1}`;
  const moment = parseMoment(params.get('t'));
  const still = new Image();
  still.fetchPriority = 'high';
  still.src = stillOf(camera, moment ?? undefined, SECOND);
}

type Apart = Exclude<Route['page'], 'home' | 'unknown'>;
/** A page as `App` shows it; what it is given follows from its address. */
type Loaded = { default: Component<Record<string, unknown>> };

export const pages = {
  station: () => {
    // The code first: it is the largest, and a browser asks one server for few things at once.
    const page = stationPage();
    // Later changes of the address do not open the page anew.
    const { route, params } = untrack(() => ({ route: router.route, params: router.params }));
    if (route.page === 'station') prefetchStation(route.id, params);
    return page;
  },
  constituency: () => import('../pages/Constituency.svelte'),
  watch: () => import('../pages/Watch.svelte'),
  count: () => import('../pages/Count.svelte'),
  status: () => import('../pages/Status.svelte'),
  completeness: () => import('../pages/Completeness.svelte'),
  list: () => import('../pages/List.svelte'),
  about: () => import('../pages/About.svelte'),
} as unknown as Record<Apart, () => Promise<Loaded>>;

const fetchAhead = () => void stationPage().catch(() => undefined);

/** Pointing at a station, touching it or focusing it announces that it will be opened. */
export function noticed(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link?.href && pageOf(new URL(link.href), location.origin)?.page === 'station') fetchAhead();
}

/** A page that took longer than this to start came over a line, or runs on a device, that must be spared; milliseconds. */
const QUICK_MS = 1_000;

/** Most visitors watch something: what that needs is fetched when the page is idle, if the line is good and need not be spared. */
export function whenAtRest(): void {
  if (savesData() || performance.now() > QUICK_MS) return;
  // Safari does not report when it is idle.
  if ('requestIdleCallback' in window) requestIdleCallback(fetchAhead, { timeout: 5_000 });
  else setTimeout(fetchAhead, 2_000);
}
