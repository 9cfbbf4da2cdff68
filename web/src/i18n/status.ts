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
  station: string; minutes: string; gaps: string; longest: string; causes: string; noGaps: string; csv: string; csvOf: (n: number) => string; titleOf: (id: string) => string; sumOf: (to: string, minutes: Minutes) => string;
  gapsSaid: (n: number) => string; notBegun: string;
  /** The link to the other page. */
  completeness: string;
}

export const statusTexts: Record<Lang, StatusTexts> = {
  az: {
    title: 'Məntəqələrin vəziyyəti',
    sum: (from, to, stations, m) =>
      `${ablative(from)} ${dative(to)} qədər ${grouped(stations)} məntəqədən ${grouped(m.owed)} kamera-dəqiqə verilməli idi: ${grouped(m.live)} vaxtında gəlib, ${grouped(m.late)} gec gəlib, ${m.arriving > 0 ? `${grouped(m.arriving)} gecikir, ` : ''}${grouped(m.missing)} çatışmır, ${grouped(m.hidden)} gizlədilib.`,
    unit: 'kamera-dəqiqə', refreshed: (time) => `${time} üçün; səhifə özü yenilənir.`,
    offNow: 'İndi efirdə olmayanlar', offNone: 'İndi efirdə olmayan məntəqə yoxdur.', offCount: (n) => `${n} məntəqə`,
    history: 'Bütün məntəqələr, dəqiqə-dəqiqə', find: 'Məntəqə axtar: nömrə, ad, dairə', constituency: 'Dairə', allConstituencies: 'Bütün dairələr',
    sort: 'Sıra', byMissing: 'Çatışmayan dəqiqə ilə', byNumber: 'Nömrə ilə',
    shown: (shown, found) => `Göstərilir: ${grouped(shown)} / ${grouped(found)} məntəqə`, more: (n) => `Daha ${n} məntəqə göstər`, none: 'Belə məntəqə tapılmadı.',
    station: 'Məntəqə', minutes: 'Dəqiqə', gaps: 'Boşluq', longest: 'Ən uzun boşluq', causes: 'Səbəb', noGaps: 'boşluq yoxdur', csv: 'CSV yüklə', csvOf: (n) => `CSV yüklə: ${n} məntəqə`,
    titleOf: (id) => `${id} məntəqəsinin günü`,
    sumOf: (to, m) => `${dative(to)} qədər verilməli idi: ${grouped(m.owed)} kamera-dəqiqə. Vaxtında gəlib: ${grouped(m.live)}, gec gəlib: ${grouped(m.late)}, ${m.arriving > 0 ? `gecikir: ${grouped(m.arriving)}, ` : ''}çatışmır: ${grouped(m.missing)}, gizlədilib: ${grouped(m.hidden)}.`,
    gapsSaid: (n) => `${n} boşluq`, notBegun: 'Gün hələ başlamayıb.', completeness: 'Günün tamlığı: heç bir görüntüsü olmayan məntəqələr',
  },
  en: {
    title: 'Status of the stations',
    sum: (from, to, stations, m) =>
      `From ${from} to ${to}, ${inEnglish(stations, 'station', 'stations')} owed ${inEnglish(m.owed, 'camera minute', 'camera minutes')}: ${grouped(m.live)} arrived on time, ${grouped(m.late)} arrived late, ${m.arriving > 0 ? `${grouped(m.arriving)} arriving late, ` : ''}${grouped(m.missing)} missing, ${grouped(m.hidden)} hidden.`,
    unit: 'camera minutes', refreshed: (time) => `As of ${time}; this page updates itself.`,
    offNow: 'Off air now', offNone: 'No station is off air now.', offCount: (n) => inEnglish(n, 'station', 'stations'),
    history: 'All stations, minute by minute', find: 'Find a station: number, name, constituency', constituency: 'Constituency', allConstituencies: 'All constituencies',
    sort: 'Order', byMissing: 'By missing minutes', byNumber: 'By number',
    shown: (shown, found) => `${grouped(shown)} of ${grouped(found)} stations shown`, more: (n) => `Show ${n} more`, none: 'No such station found.',
    station: 'Station', minutes: 'Minutes', gaps: 'Gaps', longest: 'Longest gap', causes: 'Cause', noGaps: 'no gap', csv: 'Download CSV', csvOf: (n) => `Download CSV: ${inEnglish(n, 'station', 'stations')}`,
    titleOf: (id) => `The day of station ${id}`,
    sumOf: (to, m) => `Owed until ${to}: ${inEnglish(m.owed, 'camera minute', 'camera minutes')}. On time ${grouped(m.live)}, late ${grouped(m.late)}, ${m.arriving > 0 ? `arriving ${grouped(m.arriving)}, ` : ''}missing ${grouped(m.missing)}, hidden ${grouped(m.hidden)}.`,
    gapsSaid: (n) => inEnglish(n, 'gap', 'gaps'), notBegun: 'The day has not begun yet.', completeness: 'Completeness of the day: stations without any video',
  },
  ru: {
    title: 'Состояние участков',
    sum: (from, to, stations, m) =>
      `С ${from} до ${to} с ${inRussian(stations, 'участка', 'участков', 'участков')} ожидалось ${inRussian(m.owed, 'минута видео', 'минуты видео', 'минут видео')}: ${grouped(m.live)} пришло вовремя, ${grouped(m.late)} позже, ${m.arriving > 0 ? `${grouped(m.arriving)} придёт позже, ` : ''}${grouped(m.missing)} отсутствует, ${grouped(m.hidden)} скрыто.`,
    unit: 'минуты видео по всем камерам', refreshed: (time) => `По состоянию на ${time}; страница обновляется сама.`,
    offNow: 'Сейчас не в эфире', offNone: 'Сейчас нет участков, которые не в эфире.', offCount: (n) => inRussian(n, 'участок', 'участка', 'участков'),
    history: 'Все участки по минутам', find: 'Найти участок: номер, название, округ', constituency: 'Округ', allConstituencies: 'Все округа',
    sort: 'Порядок', byMissing: 'По недостающим минутам', byNumber: 'По номеру',
    shown: (shown, found) => `Показано участков: ${grouped(shown)} из ${grouped(found)}`, more: (n) => `Показать ещё ${n}`, none: 'Такой участок не найден.',
    station: 'Участок', minutes: 'Минуты', gaps: 'Пропуски', longest: 'Самый длинный пропуск', causes: 'Причина', noGaps: 'пропусков нет', csv: 'Скачать CSV', csvOf: (n) => `Скачать CSV: ${inRussian(n, 'участок', 'участка', 'участков')}`,
    titleOf: (id) => `День участка ${id}`,
    sumOf: (to, m) => `Ожидалось до ${to}: ${inRussian(m.owed, 'минута видео', 'минуты видео', 'минут видео')}. Вовремя ${grouped(m.live)}, позже ${grouped(m.late)}, ${m.arriving > 0 ? `придёт позже ${grouped(m.arriving)}, ` : ''}отсутствует ${grouped(m.missing)}, скрыто ${grouped(m.hidden)}.`,
    gapsSaid: (n) => inRussian(n, 'пропуск', 'пропуска', 'пропусков'), notBegun: 'День ещё не начался.', completeness: 'Полнота дня: участки без какого-либо видео',
  },
};
