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

/** This many letters identify a word. */
const ENOUGH = 3;

/** Words already looked up: a thousand rows ask at each keystroke. */
const known = new Map<string, Meaning>();

/** What matches a word of a query in a row (both folded): words that begin with these, and whole words. The word itself always matches. */
export function meant(word: string): Meaning {
  const before = known.get(word);
  if (before) return before;
  const same = MEANINGS.filter(({ beginnings, whole }) =>
    whole.includes(word) || beginnings.some((one) => word.startsWith(one) || (word.length >= ENOUGH && one.startsWith(word))));
  const meaning = { beginnings: [...new Set([word, ...same.flatMap(({ beginnings }) => beginnings)])], whole: [...new Set(same.flatMap(({ whole }) => whole))] };
  known.set(word, meaning);
  return meaning;
}
