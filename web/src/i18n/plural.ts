/** Words that follow a number. */

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
