/**
 * Folding for search: one spelling for what people type on any keyboard.
 * Case and diacritics go; `ə` goes to `e` in one reading and to `a` in the other, so `sebail` and `sabail` both find Səbail.
 */

const LETTERS: Record<string, string> = {
  ə: 'e', ı: 'i', i̇: 'i', ğ: 'g', ş: 's', ç: 'c', ö: 'o', ü: 'u', '–': ' ', '—': ' ', '-': ' ', '’': '', "'": '',
};

function lower(text: string): string {
  return text.replaceAll('İ', 'i').replaceAll('I', 'ı').toLocaleLowerCase('az');
}

/** The plain Latin reading of a text, with `ə` as `e` (or as `schwa` says). */
export function fold(text: string, schwa: 'e' | 'a' = 'e'): string {
  const letters = Array.from(lower(text), (letter) => (letter === 'ə' ? schwa : (LETTERS[letter] ?? letter)));
  return letters.join('').normalize('NFD').replace(/\p{M}/gu, '').replace(/\s+/g, ' ').trim();
}

/** All readings of a text, for `matches`. Made once per row, not at each key. */
export function readings(...texts: (string | null | undefined)[]): string {
  const all = texts.filter((text): text is string => Boolean(text));
  return [...new Set(all.flatMap((text) => [fold(text), fold(text, 'a')]))].join('\n');
}

/** Whether every word of the query stands somewhere in the readings. */
export function matches(readingsOfRow: string, query: string): boolean {
  const words = fold(query).split(' ').filter(Boolean);
  const other = fold(query, 'a').split(' ').filter(Boolean);
  return words.every((word, at) => readingsOfRow.includes(word) || readingsOfRow.includes(other[at] ?? word));
}
