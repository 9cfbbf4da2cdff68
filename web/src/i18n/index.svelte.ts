/**
 * The language of the pages, which is that of the address: `/…`, `/en/…`, `/ru/…`. Nothing is stored.
 *
 * What every page says stands in `az.ts`, `en.ts`, `ru.ts`; what only one area says stands in a file of its own, all three
 * languages side by side as a `Record<Lang, …>`, so that it travels with that area's code.
 */

import { router } from '../lib/router.svelte';
import { pathIn, type Lang } from '../lib/route';
import type { Names } from '../lib/api';
import type { Look } from '../lib/timeline';
import { az } from './az';
import { en } from './en';
import { ru } from './ru';

/** The texts of a language, shaped like the Azerbaijani ones: words may differ, structure may not. */
type Widen<T> = T extends string ? string
  : T extends (...args: infer A) => string ? (...args: A) => string
    : T extends readonly unknown[] ? { readonly [K in keyof T]: Widen<T[K]> }
      : { readonly [K in keyof T]: Widen<T[K]> };
export type Messages = Widen<typeof az>;

const TEXTS: Record<Lang, Messages> = { az, en, ru };

class Language {
  get code(): Lang {
    return router.lang;
  }

  get text(): Messages {
    return TEXTS[router.lang];
  }

  /** The address of a page in the language of this one: every link to an own page is made here. */
  path(path: string): string {
    return pathIn(router.lang, path);
  }

  /** The word for a state at a past moment: what was never due is not still due. */
  then(state: Look): string {
    return state === 'due' ? this.text.notOwed : this.text.states[state];
  }

  /** Tells the document which language it is in; called as an effect. */
  tell(): void {
    document.documentElement.lang = router.lang;
  }

  /** The name in the language of the page; Azerbaijani where none is known. */
  name(names: Names): string {
    return names[router.lang] ?? names.az;
  }
}

export const language = new Language();
