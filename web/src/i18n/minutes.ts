/** Minutes by state in words: said beside the bars of a constituency and on the page of status. */

import type { Minutes } from '../lib/api';
import type { Lang } from '../lib/route';
import { grouped } from '../parts/names';

type Summed = Exclude<keyof Minutes, 'owed'>;
const ORDER: readonly Summed[] = ['live', 'late', 'missing', 'hidden'];

const words: Record<Lang, Record<Summed, (n: string) => string>> = {
  az: { live: (n) => `${n} dəq canlı`, late: (n) => `${n} dəq gec gəlib`, missing: (n) => `${n} dəq çatışmır`, hidden: (n) => `${n} dəq gizlədilib` },
  en: { live: (n) => `${n} min live`, late: (n) => `${n} min arrived late`, missing: (n) => `${n} min missing`, hidden: (n) => `${n} min hidden` },
  ru: { live: (n) => `${n} мин в эфире`, late: (n) => `${n} мин пришло позже`, missing: (n) => `${n} мин отсутствует`, hidden: (n) => `${n} мин скрыто` },
};

/** `392 min live, 6 min missing`: what there is none of is left out, live never. */
export const minutesSaid = (minutes: Minutes, lang: Lang) =>
  ORDER.filter((state) => state === 'live' || minutes[state] > 0).map((state) => words[lang][state](grouped(minutes[state]))).join(', ');
