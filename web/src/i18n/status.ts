/** What only the page of status says. */

import type { Minutes } from '../lib/api';
import type { Lang } from '../lib/route';
import { grouped } from '../parts/names';
import { ablative, dative } from './azSuffix';
import { inEnglish, inRussian } from './numbers';

export interface StatusTexts {
  title: string;
  /** The whole in one sentence. */
  sum: (from: string, to: string, stations: number, minutes: Minutes) => string;
  unit: string; refreshed: (time: string) => string;
  offNow: string; offNone: string; offCount: (n: number) => string;
  history: string; find: string; constituency: string; allConstituencies: string; sort: string; byMissing: string; byNumber: string;
  shown: (shown: number, found: number) => string; more: (n: number) => string; none: string;
  station: string; minutes: string; gaps: string; longest: string; causes: string; noGaps: string; csv: string;
  gapsSaid: (n: number) => string; notBegun: string;
}

export const statusTexts: Record<Lang, StatusTexts> = {
  az: {
    title: 'Məntəqələrin vəziyyəti',
    sum: (from, to, stations, m) =>
      `${ablative(from)} ${dative(to)} qədər ${grouped(stations)} məntəqədən ${grouped(m.owed)} kamera-dəqiqə verilməli idi: ${grouped(m.live)} vaxtında gəlib, ${grouped(m.late)} gec gəlib, ${grouped(m.missing)} çatışmır, ${grouped(m.hidden)} gizlədilib.`,
    unit: 'kamera-dəqiqə', refreshed: (time) => `${time} üçün; səhifə özü yenilənir.`,
    offNow: 'İndi efirdə olmayanlar', offNone: 'İndi efirdə olmayan məntəqə yoxdur.', offCount: (n) => `${n} məntəqə`,
    history: 'Bütün məntəqələr, dəqiqə-dəqiqə', find: 'Məntəqə axtar: nömrə, ad, dairə', constituency: 'Dairə', allConstituencies: 'Bütün dairələr',
    sort: 'Sıra', byMissing: 'Çatışmayan dəqiqə ilə', byNumber: 'Nömrə ilə',
    shown: (shown, found) => `Göstərilir: ${grouped(shown)} / ${grouped(found)} məntəqə`, more: (n) => `Daha ${n} məntəqə göstər`, none: 'Belə məntəqə tapılmadı.',
    station: 'Məntəqə', minutes: 'Dəqiqə', gaps: 'Boşluq', longest: 'Ən uzun boşluq', causes: 'Səbəb', noGaps: 'boşluq yoxdur', csv: 'CSV yüklə',
    gapsSaid: (n) => `${n} boşluq`, notBegun: 'Gün hələ başlamayıb.',
  },
  en: {
    title: 'State of the stations',
    sum: (from, to, stations, m) =>
      `From ${from} to ${to}, ${inEnglish(stations, 'station', 'stations')} owed ${inEnglish(m.owed, 'camera minute', 'camera minutes')}: ${grouped(m.live)} came in time, ${grouped(m.late)} came late, ${grouped(m.missing)} missing, ${grouped(m.hidden)} hidden.`,
    unit: 'camera minutes', refreshed: (time) => `As of ${time}; this page renews itself.`,
    offNow: 'Off air now', offNone: 'No station is off air now.', offCount: (n) => inEnglish(n, 'station', 'stations'),
    history: 'All stations, minute by minute', find: 'Find a station: number, name, constituency', constituency: 'Constituency', allConstituencies: 'All constituencies',
    sort: 'Order', byMissing: 'By missing minutes', byNumber: 'By number',
    shown: (shown, found) => `${grouped(shown)} of ${grouped(found)} stations shown`, more: (n) => `Show ${n} more`, none: 'No such station was found.',
    station: 'Station', minutes: 'Minutes', gaps: 'Gaps', longest: 'Longest gap', causes: 'Cause', noGaps: 'no gap', csv: 'Download CSV',
    gapsSaid: (n) => inEnglish(n, 'gap', 'gaps'), notBegun: 'The day has not begun yet.',
  },
  ru: {
    title: 'Состояние участков',
    sum: (from, to, stations, m) =>
      `С ${from} до ${to} с ${inRussian(stations, 'участка', 'участков', 'участков')} ожидалось ${inRussian(m.owed, 'минута камер', 'минуты камер', 'минут камер')}: ${grouped(m.live)} пришло вовремя, ${grouped(m.late)} позже, ${grouped(m.missing)} отсутствует, ${grouped(m.hidden)} скрыто.`,
    unit: 'минуты камер', refreshed: (time) => `На ${time}; страница обновляется сама.`,
    offNow: 'Сейчас не в эфире', offNone: 'Сейчас нет участков, которые не в эфире.', offCount: (n) => inRussian(n, 'участок', 'участка', 'участков'),
    history: 'Все участки по минутам', find: 'Найти участок: номер, название, округ', constituency: 'Округ', allConstituencies: 'Все округа',
    sort: 'Порядок', byMissing: 'По недостающим минутам', byNumber: 'По номеру',
    shown: (shown, found) => `Показано участков: ${grouped(shown)} из ${grouped(found)}`, more: (n) => `Показать ещё ${n}`, none: 'Такой участок не найден.',
    station: 'Участок', minutes: 'Минуты', gaps: 'Пробелы', longest: 'Самый длинный пробел', causes: 'Причина', noGaps: 'пробелов нет', csv: 'Скачать CSV',
    gapsSaid: (n) => inRussian(n, 'пробел', 'пробела', 'пробелов'), notBegun: 'День ещё не начался.',
  },
};
