/** What only the page of completeness says. */

import type { Lang } from '../lib/route';
import { grouped } from '../parts/names';
import { ablative, dative } from './azSuffix';
import { inEnglish, inRussian } from './numbers';

export interface CompletenessTexts {
  title: string;
  /** The whole in one sentence. */
  sum: (from: string, to: string, stations: number, percent: string) => string;
  refreshed: (time: string) => string; notBegun: string;
  withoutTitle: string; withoutOf: (without: number, owing: number) => string; withoutNone: string; withoutText: string; more: (n: number) => string;
  isArriving: string; owed: (length: string) => string;
  total: string; state: string; time: string; share: string; owedRow: string; because: string;
  byConstituency: string; byWorst: string; constituency: string; stations: string; without: string;
  withoutCamera: (n: number) => string;
  tables: string; tableOf: { station: string; camera: string; constituency: string };
  howTitle: string; how: readonly string[];
}

export const completenessTexts: Record<Lang, CompletenessTexts> = {
  az: {
    title: 'Günün tamlığı',
    sum: (from, to, stations, percent) => `${ablative(from)} ${dative(to)} qədər ${grouped(stations)} məntəqədən verilməli olan vaxtın ${percent} hissəsi vaxtında gəlib.`,
    refreshed: (time) => `${time} üçün; səhifə özü yenilənir.`, notBegun: 'Gün hələ başlamayıb: hələ heç nə verilməli deyil.',
    withoutTitle: 'Heç bir görüntüsü olmayan məntəqələr', withoutOf: (without, owing) => `${grouped(owing)} məntəqədən ${grouped(without)}`,
    withoutNone: 'Görüntü verməli olan hər məntəqədən heç olmasa bir qədər gəlib.',
    withoutText: 'Bu məntəqələrin heç bir kamerasından bir saniyə də gəlməyib.', more: (n) => `Daha ${n} məntəqə göstər`,
    isArriving: 'yazı məntəqədədir, göndərilir', owed: (length) => `verilməli idi: ${length}`,
    total: 'Bütün kameralar birlikdə', state: 'Vəziyyət', time: 'Kamera vaxtı', share: 'Payı', owedRow: 'Verilməli idi', because: 'səbəb',
    byConstituency: 'Dairələr', byWorst: 'Ən çox çatışmayan əvvəl.', constituency: 'Dairə', stations: 'Verməli olan məntəqə', without: 'Görüntüsü olmayan',
    withoutCamera: (n) => `${grouped(n)} məntəqədə kamera quraşdırılmayıb; onlardan heç nə verilməli deyil və burada sayılmırlar.`,
    tables: 'Cədvəllər (CSV)', tableOf: { station: 'Məntəqələr üzrə', camera: 'Kameralar üzrə', constituency: 'Dairələr üzrə' },
    howTitle: 'Necə sayılır',
    how: [
      'Hər kameranın hər anı bir dəfə sayılır: vaxtında gəlib, gec gəlib, gecikir, çatışmır və ya gizlədilib. Onların cəmi verilməli olana tam bərabərdir.',
      'İki kameralı məntəqə ikiqat vaxt verməlidir: məntəqənin vaxtı kameralarının vaxtının cəmidir.',
      'Gecikən hələ burada deyil: yazı məntəqədədir. Gələndə gec gəlmiş sayılır.',
      'Gələcək vaxt və quraşdırılmamış kamera verməli sayılmır. Mərkəzin işləmədiyi vaxt çatışmayan vaxtdır, səbəbi ilə.',
      'Faizlər günü tamamlamaq üçün yuvarlaqlaşdırılmır: 100 % yalnız hər şey vaxtında gəlibsə yazılır.',
    ],
  },
  en: {
    title: 'Completeness of the day',
    sum: (from, to, stations, percent) => `From ${from} to ${to}, ${percent} of the time that ${inEnglish(stations, 'station', 'stations')} owed arrived on time.`,
    refreshed: (time) => `As of ${time}; this page updates itself.`, notBegun: 'The day has not begun yet: nothing is owed so far.',
    withoutTitle: 'Stations without any video', withoutOf: (without, owing) => `${grouped(without)} of ${inEnglish(owing, 'station', 'stations')}`,
    withoutNone: 'Every station that owed video has sent some of it.',
    withoutText: 'Not one second has come from any camera of these stations.', more: (n) => `Show ${n} more`,
    isArriving: 'the station has the recording and is sending it', owed: (length) => `owed ${length}`,
    total: 'All cameras together', state: 'State', time: 'Camera time', share: 'Share', owedRow: 'Owed', because: 'cause',
    byConstituency: 'Constituencies', byWorst: 'The most missing first.', constituency: 'Constituency', stations: 'Stations that owe', without: 'Without any video',
    withoutCamera: (n) => `${inEnglish(n, 'station has', 'stations have')} no camera installed: nothing is owed there, and nothing is counted here.`,
    tables: 'Tables (CSV)', tableOf: { station: 'By station', camera: 'By camera', constituency: 'By constituency' },
    howTitle: 'How it is counted',
    how: [
      'Every moment of every camera is counted once: on time, arrived late, arriving late, missing or hidden. Together they are exactly what was owed.',
      'A station with two cameras owes twice the time: the time of a station is the sum over its cameras.',
      'What is arriving late is not here yet: the recording is at the station. Once it is here, it counts as arrived late.',
      'Time to come is not owed, nor is anything of a camera that is not installed. Time in which the centre itself did not run is missing, with that cause.',
      'No percentage is rounded so that it completes a day: 100 % is written only if everything arrived on time.',
    ],
  },
  ru: {
    title: 'Полнота дня',
    sum: (from, to, stations, percent) => `С ${from} до ${to} вовремя пришло ${percent} времени, которое ожидалось с ${inRussian(stations, 'участка', 'участков', 'участков')}.`,
    refreshed: (time) => `По состоянию на ${time}; страница обновляется сама.`, notBegun: 'День ещё не начался: пока ничего не ожидалось.',
    withoutTitle: 'Участки без какого-либо видео', withoutOf: (without, owing) => `${grouped(without)} из ${grouped(owing)}`,
    withoutNone: 'С каждого участка, с которого ожидалось видео, хоть что-то пришло.',
    withoutText: 'Ни с одной камеры этих участков не пришло ни секунды.', more: (n) => `Показать ещё ${n}`,
    isArriving: 'запись есть на участке и передаётся', owed: (length) => `ожидалось: ${length}`,
    total: 'Все камеры вместе', state: 'Состояние', time: 'Время камер', share: 'Доля', owedRow: 'Ожидалось', because: 'причина',
    byConstituency: 'Округа', byWorst: 'Сначала те, где отсутствует больше.', constituency: 'Округ', stations: 'Участки с камерами', without: 'Без видео',
    withoutCamera: (n) => `${inRussian(n, 'участок', 'участка', 'участков')} без установленной камеры: с них ничего не ожидалось, и здесь они не учитываются.`,
    tables: 'Таблицы (CSV)', tableOf: { station: 'По участкам', camera: 'По камерам', constituency: 'По округам' },
    howTitle: 'Как это считается',
    how: [
      'Каждый момент каждой камеры учтён один раз: вовремя, позже, ещё придёт, отсутствует или скрыто. Вместе это ровно то, что ожидалось.',
      'С участка с двумя камерами ожидается вдвое больше: время участка — сумма времени его камер.',
      'Того, что придёт позже, здесь ещё нет: запись хранится на участке. Когда она придёт, она считается пришедшей позже.',
      'Будущее время не ожидалось, как и видео с неустановленной камеры. Время, когда не работал сам сервер центра, отсутствует, с этой причиной.',
      'Доли не округляются до полного дня: 100 % стоит, только если всё пришло вовремя.',
    ],
  },
};
