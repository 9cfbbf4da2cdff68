/** The station page brings the player with it, so it is a piece of its own, fetched as soon as a visit is likely. */

import { pageOf } from './route';

/** The station page. The library that plays is asked for at the same time, so that it is there when the video is. */
export function stationPage() {
  void import('hls.js/light').catch(() => undefined);
  return import('../pages/Station.svelte');
}

const fetchAhead = () => void stationPage().catch(() => undefined);

/** Who points at a station, touches it or comes to it by keyboard will open it. */
export function noticed(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link?.href && pageOf(new URL(link.href), location.origin)?.page === 'station') fetchAhead();
}

type Line = Navigator & { connection?: { saveData?: boolean } };

/** Most visitors watch something: what that needs is fetched when the page is at rest, unless the line is to be spared. */
export function whenAtRest(): void {
  if ((navigator as Line).connection?.saveData) return;
  // Safari does not tell when it is at rest.
  if ('requestIdleCallback' in window) requestIdleCallback(fetchAhead, { timeout: 5_000 });
  else setTimeout(fetchAhead, 2_000);
}
