/** Which rows a query finds, and which of them is meant first. */

import { askedWords, fold, readings } from './fold';
import { meant } from './synonyms';

/** The words of the query that was read last: it is asked of a thousand rows. */
let last = { query: '', words: [] as readonly string[] };

/** Whether each word of the query, or one that means the same, begins a word of the row. */
export function matches(row: string, query: string): boolean {
  if (last.query !== query) last = { query, words: askedWords(query) };
  return last.words.every((word) => lies(row, word) !== null);
}

/** How a word stands in a text of `readings`: as a whole word, as the beginning of one, or not at all. */
function lies(text: string, word: string): 'whole' | 'beginning' | null {
  if (text.includes(` ${word} `)) return 'whole';
  const { beginnings, whole } = meant(word);
  if (whole.some((one) => text.includes(` ${one} `)) || beginnings.some((one) => one !== word && text.includes(` ${one}`))) return 'whole';
  return text.includes(` ${word}`) ? 'beginning' : null;
}

/** What of a station is searched: its numbers, the names of its constituency, its venue and address; all as `readings`. */
export interface Searched { id: string; fields: readonly string[] }

/** Fields in the order in which people mean them: 45 is school no. 45 rather than station no. 45. */
const VENUE = 0;
const CONSTITUENCY = 3;
const STATION = 4;
const BEGINNING = 10;

export function searched(id: string, venue: string, address: string | null, names: readonly (string | null)[]): Searched {
  const [constituency = '', station = ''] = id.split('/');
  return { id, fields: [readings(venue), readings(...names), readings(address), readings(constituency), readings(station), readings(id)] };
}

/** A query that is read once for all rows. */
export interface Query {
  words: readonly string[];
  /** The station that two numbers mean: `7/12`, `7 12`, or a full name with both. */
  id: string | null;
  /** A number after such a word is meant as that. */
  means: typeof CONSTITUENCY | typeof STATION | null;
}

const OF_STATION = /(^| )(mantag|station|ucastok|ucastk)/;
const OF_CONSTITUENCY = /(^| )(daira|constituancy|okrug)/;

export function readQuery(query: string): Query {
  const folded = fold(query);
  const words = askedWords(query);
  const parts = words.flatMap((word) => word.split(' '));
  const numbers = parts.filter((part) => /^\d+$/.test(part));
  const [ofStation, ofConstituency] = [folded.search(OF_STATION), folded.search(OF_CONSTITUENCY)];
  const alone = numbers.length === 2 && numbers.length === parts.length;
  let id: string | null = null;
  if (alone || (numbers.length === 2 && ofStation >= 0)) {
    // "station 19 of constituency 16" names them the other way round
    id = (ofStation >= 0 && ofStation < ofConstituency ? [...numbers].reverse() : numbers).join('/');
  }
  return { words, id, means: ofStation >= 0 ? STATION : ofConstituency >= 0 ? CONSTITUENCY : null };
}

/** How well a station fits, lowest is best; null where a word is not found in it. */
export function rankOf({ id, fields }: Searched, { words, id: asked, means }: Query): number | null {
  if (asked === id) return -1;
  const weight = (field: number) => (means === null ? field : field === means ? 0 : field + 1);
  let sum = 0;
  for (const word of words) {
    const ranks = fields.flatMap((text, field) => {
      const how = lies(text, word);
      return how ? [weight(field) + (how === 'whole' ? 0 : BEGINNING)] : [];
    });
    if (ranks.length === 0) return null;
    sum += Math.min(...ranks);
  }
  return sum;
}

/** Whether a query that is one number is that of a row's venue: such rows stand before everything else. */
export const isVenueNumber = ({ fields }: Searched, { words, means }: Query) =>
  means === null && words.length === 1 && /^\d+$/.test(words[0] ?? '') && lies(fields[VENUE] ?? '', words[0] ?? '') === 'whole';
