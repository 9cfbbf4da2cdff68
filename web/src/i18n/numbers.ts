/** Numbers in words: what follows a number, lengths of time, and minutes by state. */

import type { Minutes } from '../lib/api';
import type { Lang } from '../lib/route';
import { grouped } from '../parts/names';

const russian = new Intl.PluralRules('ru');

/** `1 gap`, `2 gaps`. */
export const inEnglish = (n: number, one: string, many: string) => `${grouped(n)} ${n === 1 ? one : many}`;

/** The form that follows `n` in Russian: 1 and 21, 2 to 4, all others. */
export function russianWord(n: number, one: string, few: string, many: string): string {
  const rule = russian.select(n);
  return rule === 'one' ? one : rule === 'few' ? few : many;
}

/** `1 камера`, `2 камеры`, `5 камер`. */
export const inRussian = (n: number, one: string, few: string, many: string) => `${grouped(n)} ${russianWord(n, one, few, many)}`;

/** A number as it is, with no digit more or less, and the decimal mark of a language. */
export const decimal = (n: number, mark: string) => String(n).replace('.', mark);

/** Lengths of time in the units of a language, from seconds. */
export function lengths(hour: string, minute: string, second: string) {
  const split = (seconds: number) => [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60] as const;
  return {
    /** As people say it: below a minute in seconds, else in minutes that are over. */
    duration(seconds: number): string {
      if (seconds < 60) return `${Math.max(0, Math.round(seconds))} ${second}`;
      const [hours, minutes] = split(seconds);
      if (hours === 0) return `${minutes} ${minute}`;
      return minutes ? `${hours} ${hour} ${minutes} ${minute}` : `${hours} ${hour}`;
    },
    /** To the second, for tables that are compared with each other. */
    exactly(seconds: number): string {
      const whole = Math.max(0, Math.round(seconds));
      const [hours, minutes, rest] = split(whole);
      return [hours && `${hours} ${hour}`, minutes && `${minutes} ${minute}`, (rest || whole === 0) && `${rest} ${second}`].filter(Boolean).join(' ');
    },
  };
}

type Summed = Exclude<keyof Minutes, 'owed'>;
const ORDER: readonly Summed[] = ['live', 'late', 'arriving', 'missing', 'hidden'];

const words: Record<Lang, Record<Summed, (n: string) => string>> = {
  az: { live: (n) => `${n} dəq canlı`, late: (n) => `${n} dəq gec gəlib`, arriving: (n) => `${n} dəq gecikir`, missing: (n) => `${n} dəq çatışmır`, hidden: (n) => `${n} dəq gizlədilib` },
  en: { live: (n) => `${n} min live`, late: (n) => `${n} min arrived late`, arriving: (n) => `${n} min arriving late`, missing: (n) => `${n} min missing`, hidden: (n) => `${n} min hidden` },
  ru: { live: (n) => `${n} мин в эфире`, late: (n) => `${n} мин пришло позже`, arriving: (n) => `${n} мин придёт позже`, missing: (n) => `${n} мин отсутствует`, hidden: (n) => `${n} мин скрыто` },
};

/** `392 min live, 6 min missing`: states with no minutes are left out, except live. */
export const minutesSaid = (minutes: Minutes, lang: Lang) =>
  ORDER.filter((state) => state === 'live' || minutes[state] > 0).map((state) => words[lang][state](grouped(minutes[state]))).join(', ');
