/** The addresses of the pages: a language, then a page. Everything else of the origin (media, lists, API) is left to the browser. */

export type Lang = 'az' | 'en' | 'ru';
export const LANGS: readonly Lang[] = ['az', 'en', 'ru'];

/** Pages that are only a name. */
const NAMED = ['list', 'status', 'completeness', 'watch', 'count', 'about'] as const;

export type Route =
  | { page: 'home' | (typeof NAMED)[number] }
  | { page: 'constituency'; number: number }
  | { page: 'station'; id: string }
  | { page: 'unknown' };

/** What an address says: Azerbaijani has no prefix, the others are `/en/…` and `/ru/…`. */
export interface Address { lang: Lang; route: Route }

const NUMBER = '([1-9]\\d{0,4})';
const CONSTITUENCY = new RegExp(`^/constituencies/${NUMBER}$`);
const STATION = new RegExp(`^/stations/${NUMBER}/${NUMBER}$`);

export const knownLang = (text: string | null | undefined): Lang | null => LANGS.find((lang) => lang === text) ?? null;

/** `/en/list` as `en` and `/list`. */
export function splitPath(path: string): { lang: Lang; rest: string } {
  const [, first = '', tail = ''] = /^\/([^/]*)(.*)$/.exec(path) ?? [];
  const lang = first === 'az' ? null : knownLang(first);
  return lang ? { lang, rest: tail || '/' } : { lang: 'az', rest: path };
}

/** The address of a page in a language; `path` is that of the page in Azerbaijani. */
export function pathIn(lang: Lang, path: string): string {
  if (lang === 'az') return path;
  return path === '/' ? `/${lang}/` : `/${lang}${path}`;
}

export function parseAddress(path: string): Address {
  const { lang, rest } = splitPath(path);
  return { lang, route: parseRoute(rest) };
}

function parseRoute(path: string): Route {
  const bare = path.replace(/\/$/, '');
  if (bare === '') return { page: 'home' };
  const named = NAMED.find((name) => bare === `/${name}`);
  if (named) return { page: named };
  const constituency = CONSTITUENCY.exec(bare);
  if (constituency) return { page: 'constituency', number: Number(constituency[1]) };
  const station = STATION.exec(bare);
  if (station) return { page: 'station', id: `${station[1]}/${station[2]}` };
  return { page: 'unknown' };
}

/** The own page that a click on a link opens, or null when the browser should follow the link itself. */
export function pageOf(url: URL, origin: string): Route | null {
  if (url.origin !== origin) return null;
  const { route } = parseAddress(url.pathname);
  return route.page === 'unknown' ? null : route;
}

/** An address with parameters set, or removed where the value is null. */
export function amended(address: string, changes: Record<string, string | null>): string {
  const url = new URL(address);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(key);
    else url.searchParams.set(key, value);
  }
  // Moments and stations in a link are read by people: their colons, plus, slashes and commas stay as they are.
  url.search = url.search.replaceAll('%3A', ':').replaceAll('%2B', '+').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return url.href;
}
