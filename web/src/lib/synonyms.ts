/** Words that mean the same in the three languages: people ask for a school in their own, the list has its name in one. */

import { fold } from './fold';

/** A line is one meaning: beginnings of words; what stands after a bar is a whole word, since it begins too many others. */
const LINES = `
  məktəb school школ | шк sch
  uşaq детск детсад kindergarten child nursery
  bağça kindergarten детсад nursery garden | сад
  körpələr ясл nursery
  mədəniyyət culture cultural культур
  gənclər youth молодё молоде
  ev house | дом дома ev evi
  orta средн secondary middle
  gimnaziya gymnasium
  lisey lyceum
  kollec college
  universitet university
  xəstəxana hospital больниц
  kitabxana library библиотек
  poliklinika clinic polyclinic
  idman sport спорт
  klub club
  küçə küç street улиц | ул st str k
  prospekt avenue проспект | пр pr ave
  meydan square площад | пл
  qəsəbə settlement посёлок поселок | пос qəs
  kənd village дерев | село села
  şəhər city город | г
  rayon district район
`;

interface Meaning { beginnings: string[]; whole: string[] }
const listed = (text = '') => text.trim().split(/\s+/).map(fold).filter(Boolean);
const MEANINGS: Meaning[] = LINES.trim().split('\n').map((line) => {
  const [beginnings, whole] = line.split('|');
  return { beginnings: listed(beginnings), whole: listed(whole) };
});

/** So many letters of a word say which one it will be. */
const ENOUGH = 3;

/** Words that were asked for already: a thousand rows ask at each key. */
const known = new Map<string, Meaning>();

/** What may stand in a row for a word of a query (both folded): words that begin so, and whole words. Itself always may. */
export function meant(word: string): Meaning {
  const before = known.get(word);
  if (before) return before;
  const same = MEANINGS.filter(({ beginnings, whole }) =>
    whole.includes(word) || beginnings.some((one) => word.startsWith(one) || (word.length >= ENOUGH && one.startsWith(word))));
  const meaning = { beginnings: [...new Set([word, ...same.flatMap(({ beginnings }) => beginnings)])], whole: [...new Set(same.flatMap(({ whole }) => whole))] };
  known.set(word, meaning);
  return meaning;
}
