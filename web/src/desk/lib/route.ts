/** The addresses of the desk: a language, then `/desk`, then a page. */

import { splitPath, type Lang } from '../../lib/route';

/** Pages that are only a name. */
const NAMED = ['views', 'proposals', 'people', 'account', 'audit', 'invitation', 'programme', 'list', 'reports', 'stock', 'rehearsal', 'self-test', 'election'] as const;

export type DeskRoute =
  | { page: 'overview' | (typeof NAMED)[number] | 'unknown' }
  | { page: 'view'; camera: string }
  | { page: 'proposal'; id: string }
  | { page: 'person'; name: string }
  | { page: 'station' | 'field'; station: string };

const BASE = '/desk';
const VIEW = /^\/views\/([1-9]\d{0,4}\/[1-9]\d{0,4}\/[1-9]\d{0,2})$/;
const STATION = /^\/(stations|field)\/([1-9]\d{0,4}\/[1-9]\d{0,4})$/;
const PROPOSAL = /^\/proposals\/(\d{1,18})$/;
const PERSON = /^\/people\/([^/]{1,256})$/;

export interface DeskAddress { lang: Lang; path: string; route: DeskRoute }

/** What an address says; `path` is that of the page in Azerbaijani. */
export function parseDesk(pathname: string): DeskAddress {
  const { lang, rest } = splitPath(pathname);
  return { lang, path: rest, route: parseRoute(rest.replace(/\/$/, '')) };
}

function parseRoute(path: string): DeskRoute {
  if (path !== BASE && !path.startsWith(`${BASE}/`)) return { page: 'unknown' };
  const rest = path.slice(BASE.length);
  if (rest === '') return { page: 'overview' };
  const named = NAMED.find((name) => rest === `/${name}`);
  if (named) return { page: named };
  const camera = VIEW.exec(rest)?.[1];
  if (camera) return { page: 'view', camera };
  const [, where, station] = STATION.exec(rest) ?? [];
  if (station) return { page: where === 'field' ? 'field' : 'station', station };
  const id = PROPOSAL.exec(rest)?.[1];
  if (id) return { page: 'proposal', id };
  const name = decoded(PERSON.exec(rest)?.[1]);
  return name ? { page: 'person', name } : { page: 'unknown' };
}

function decoded(text: string | undefined): string | null {
  try {
    return text === undefined ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** What tells one page from another: two addresses with the same key are the same page in another language. */
export const keyOf = (route: DeskRoute): string => Object.values(route).join(' ');
