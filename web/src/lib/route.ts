/** The addresses of the pages. Everything else of the origin (media, lists, API) is left to the browser. */

export type Route =
  | { page: 'home' }
  | { page: 'list' }
  | { page: 'about' }
  | { page: 'constituency'; number: number }
  | { page: 'station'; id: string }
  | { page: 'unknown' };

const NUMBER = '([1-9]\\d{0,4})';
const CONSTITUENCY = new RegExp(`^/constituencies/${NUMBER}/?$`);
const STATION = new RegExp(`^/stations/${NUMBER}/${NUMBER}/?$`);

export function parseRoute(path: string): Route {
  if (path === '/') return { page: 'home' };
  if (path === '/list' || path === '/list/') return { page: 'list' };
  if (path === '/about' || path === '/about/') return { page: 'about' };
  const constituency = CONSTITUENCY.exec(path);
  if (constituency) return { page: 'constituency', number: Number(constituency[1]) };
  const station = STATION.exec(path);
  if (station) return { page: 'station', id: `${station[1]}/${station[2]}` };
  return { page: 'unknown' };
}

/** The own page that a click on a link opens, or null when the browser should follow the link itself. */
export function pageOf(url: URL, origin: string): Route | null {
  if (url.origin !== origin) return null;
  const route = parseRoute(url.pathname);
  return route.page === 'unknown' ? null : route;
}

/** An address with parameters set, or removed where the value is null. */
export function amended(address: string, changes: Record<string, string | null>): string {
  const url = new URL(address);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(key);
    else url.searchParams.set(key, value);
  }
  // A moment in a link is read by people: its colons and its plus stay as they are.
  url.search = url.search.replaceAll('%3A', ':').replaceAll('%2B', '+');
  return url.href;
}
