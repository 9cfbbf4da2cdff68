/** What only the page of the list says. */

import type { Lang } from '../lib/route';
import { ordinal } from './azSuffix';
import { inRussian } from './numbers';

export interface ListTexts {
  versions: string; version: (n: number) => string; shown: string; published: (date: string, time: string) => string;
  decision: (number: string, date: string) => string; byTwo: string;
  counts: (constituencies: number, stations: number) => string; digest: string; file: (kind: string, n: number) => string;
  compare: string; from: string; to: string; differences: (from: number, to: number) => string; same: string; unknown: string;
}

export const listTexts: Record<Lang, ListTexts> = {
  az: {
    versions: 'Siyahının nəşrləri', version: (n) => `${ordinal(n)} nəşr`, shown: 'göstərilən budur', published: (date, time) => `${date}, ${time}`,
    counts: (constituencies, stations) => `${constituencies} dairə, ${stations} məntəqə`, digest: 'SHA-256', file: (kind, n) => `${kind}, ${ordinal(n)} nəşr`,
    decision: (number, date) => `Qərar № ${number}, ${date}`, byTwo: 'İki şəxs təsdiq edib',
    compare: 'İki nəşri müqayisə et', from: 'Əvvəlki', to: 'Sonrakı', differences: (from, to) => `${ordinal(from)} və ${ordinal(to)} nəşrin fərqləri`,
    same: 'İki fərqli nəşr seçin.', unknown: 'Belə nəşr yoxdur. Yuxarıdakı nəşrlərdən seçin.',
  },
  en: {
    versions: 'Versions of the list', version: (n) => `Version ${n}`, shown: 'the one shown', published: (date, time) => `${date}, ${time}`,
    counts: (constituencies, stations) => `${constituencies} ${constituencies === 1 ? 'constituency' : 'constituencies'}, ${stations} ${stations === 1 ? 'station' : 'stations'}`,
    digest: 'SHA-256', file: (kind, n) => `${kind}, version ${n}`,
    decision: (number, date) => `Decision no. ${number} of ${date}`, byTwo: 'Approved by two persons',
    compare: 'Compare two versions', from: 'Earlier', to: 'Later', differences: (from, to) => `Differences from version ${from} to version ${to}`,
    same: 'Choose two different versions.', unknown: 'There is no such version. Choose from those above.',
  },
  ru: {
    versions: 'Редакции списка', version: (n) => `Редакция ${n}`, shown: 'показана эта', published: (date, time) => `${date}, ${time}`,
    counts: (constituencies, stations) => `${inRussian(constituencies, 'округ', 'округа', 'округов')}, ${inRussian(stations, 'участок', 'участка', 'участков')}`,
    digest: 'SHA-256', file: (kind, n) => `${kind}, редакция ${n}`,
    decision: (number, date) => `Решение № ${number} от ${date}`, byTwo: 'Утвердили два человека',
    compare: 'Сравнить две редакции', from: 'Прежняя', to: 'Новая', differences: (from, to) => `Отличия редакции ${to} от редакции ${from}`,
    same: 'Выберите две разные редакции.', unknown: 'Такой редакции нет. Выберите из перечисленных выше.',
  },
};
