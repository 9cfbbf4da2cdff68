/** How constituencies are called on the pages. */

import type { Constituency } from '../lib/api';
import type { language as Language } from '../i18n/index.svelte';

/** The bare name in the language of the page, or null where no name is known: then only the number stands. */
export function bareName(constituency: Constituency | undefined, language: typeof Language): string | null {
  return constituency?.names[language.code] ?? constituency?.names.az ?? null;
}

/** `7 saylı Səbail dairəsi`, or `29 saylı dairə` where the name is unknown. */
export function constituencyName(constituency: Constituency | undefined, number: number, language: typeof Language): string {
  return language.text.constituencyShort(number, bareName(constituency, language));
}

/** `1 000`: thousands apart by a thin space that does not break, in all three languages alike. */
export const grouped = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');
