/** The language of the pages: `?lang=` of a link, else what this device chose before, else Azerbaijani. No cookies. */

import { router } from '../lib/router.svelte';
import type { Names } from '../lib/api';
import { az } from './az';
import { en } from './en';
import { ru } from './ru';

/** The texts of a language, as Azerbaijani has them: words are free, shapes are not. */
type Widen<T> = T extends string ? string
  : T extends (...args: infer A) => string ? (...args: A) => string
    : T extends readonly unknown[] ? { readonly [K in keyof T]: Widen<T[K]> }
      : { readonly [K in keyof T]: Widen<T[K]> };
export type Messages = Widen<typeof az>;

export type Lang = 'az' | 'en' | 'ru';
export const LANGS: readonly Lang[] = ['az', 'en', 'ru'];
const TEXTS: Record<Lang, Messages> = { az, en, ru };
const KEY = 'ashkar.lang';

const known = (text: string | null): Lang | null => LANGS.find((lang) => lang === text) ?? null;

/** Storage may be closed (private windows, policies): then the choice lasts as long as the page. */
function stored(): Lang | null {
  try {
    return known(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

class Language {
  #chosen = $state<Lang>(known(router.params.get('lang')) ?? stored() ?? 'az');

  constructor() {
    // A link's language lasts beyond its page for who has not chosen one yet.
    if (stored() === null && known(router.params.get('lang'))) this.#store();
    this.#tell();
  }

  get code(): Lang {
    return this.#chosen;
  }

  get text(): Messages {
    return TEXTS[this.#chosen];
  }

  choose(lang: Lang): void {
    this.#chosen = lang;
    this.#store();
    router.amend({ lang: null });
    this.#tell();
  }

  /** Follows a `lang` of the address, also after a step back in the history. */
  follow(): void {
    const asked = known(router.params.get('lang'));
    if (asked && asked !== this.#chosen) {
      this.#chosen = asked;
      this.#tell();
    }
  }

  /** The name in the language of the page; Azerbaijani where none is known. */
  name(names: Names): string {
    return names[this.#chosen] ?? names.az;
  }

  #store(): void {
    try {
      localStorage.setItem(KEY, this.#chosen);
    } catch {
      // Said above: the choice then lasts as long as the page.
    }
  }

  #tell(): void {
    document.documentElement.lang = this.#chosen;
  }
}

export const language = new Language();
