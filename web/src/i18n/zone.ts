/** Whose times the pages show. */

import type { Lang } from '../lib/route';

export const zoneNote: Record<Lang, (zone: string) => string> = {
  az: (zone) => (zone === 'Asia/Baku' ? 'Bütün vaxtlar Bakı vaxtıdır.' : `Bütün vaxtlar bu saat qurşağındadır: ${zone}.`),
  en: (zone) => (zone === 'Asia/Baku' ? 'All times are those of Baku.' : `All times are those of ${zone}.`),
  ru: (zone) => (zone === 'Asia/Baku' ? 'Всё время на странице — бакинское.' : `Всё время на странице — в часовом поясе ${zone}.`),
};
