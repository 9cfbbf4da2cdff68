/** What only the home page says: the country's day, and stations to try. */

import type { Lang } from '../lib/route';
import type { Look } from '../lib/timeline';
import { inEnglish, inRussian } from './numbers';

type Lacking = Exclude<Look, 'live' | 'due'>;
export interface HomeTexts {
  dayTitle: string; /** `minutes`: the length of a cell. */ dayText: (minutes: number) => string; unit: string;
  /** The coverage, for those who do not see it. */
  coverageLabel: (rows: number) => string; keys: string; pointHint: string; open: string;
  legend: Record<Look, string>;
  notesTitle: string; note: Record<Lacking, (stations: number) => string>; nothing: string; notBegun: string;
  words: string; worstTitle: string; worstNone: string; colConstituency: string; allStations: string; completeness: string;
  tryTitle: string; tryText: string; random: string; leastWatched: string; boxesOpened: string; watching: (n: number) => string;
  several: string; severalText: string; count: string; countText: string;
}

export const homeTexts: Record<Lang, HomeTexts> = {
  az: {
    dayTitle: 'Ölkənin günü',
    dayText: (minutes) => `Hər sətir bir dairədir, hər xana ${minutes === 10 ? 'on' : minutes} dəqiqə. Xana öz dairəsinin ən pis vəziyyətini göstərir: bir məntəqənin bir saniyəlik boşluğu da itmir.`,
    unit: 'kamera-dəqiqə',
    coverageLabel: (rows) => `Ölkənin günü, ${rows} dairə`,
    keys: 'Yuxarı və aşağı ox dairələr üzrə, sol və sağ ox vaxt üzrə aparır. Page Up və Page Down on dairə, Home günün əvvəli, End indi, Enter açır.',
    pointHint: 'Bir xanaya toxunun: dairə, vaxt və vəziyyət burada yazılacaq.',
    open: 'bu ana baxın',
    legend: { live: 'vaxtında gəlib', late: 'gec gəlib, itməyib', arriving: 'hələ gəlməyib; yazı məntəqədədir, göndərilir', missing: 'heç gəlməyib', hidden: 'komissiya gizlədib', due: 'hələ olmayıb' },
    notesTitle: 'Ən uzun boşluqlar',
    note: {
      missing: (n) => `${n} məntəqədən görüntü yoxdur`, late: (n) => `${n} məntəqədən görüntü gec gəlib`, arriving: (n) => `${n} məntəqədən görüntü gecikir`, hidden: (n) => `${n} məntəqədə görüntü gizlədilib`,
    },
    nothing: 'Hələlik çatışmayan dəqiqə yoxdur.',
    notBegun: 'Gün hələ başlamayıb.',
    words: 'Sözlə və rəqəmlə',
    worstTitle: 'Ən çox dəqiqəsi çatışmayan dairələr',
    worstNone: 'Belə dairə yoxdur.',
    colConstituency: 'Dairə',
    allStations: 'Bütün məntəqələr dəqiqə-dəqiqə',
    completeness: 'Günün tamlığı: nə gəlib, heç bir görüntüsü olmayan hansı məntəqələrdir',
    tryTitle: 'Nəyə baxmaq olar',
    tryText: 'Seçim cihazınızda edilir; heç nə yadda saxlanmır.',
    random: 'Təsadüfi bir məntəqə aç',
    leastWatched: 'Ən az baxılanlar',
    boxesOpened: 'Qutusu indicə açılanlar',
    watching: (n) => `${n} nəfər baxır`,
    several: 'Bir neçəsinə birdən baxın',
    severalText: 'on altıya qədər məntəqə yan-yana.',
    count: 'Bülletenləri sayın',
    countText: 'qutuya nə qədər atıldığını rəsmi seçici fəallığı ilə müqayisə edin.',
  },
  en: {
    dayTitle: 'The country’s day',
    dayText: (minutes) => `Each row is a constituency, each cell ${minutes === 10 ? 'ten' : minutes} minutes. A cell shows the worst state in its constituency: even a gap of one second at one station does not disappear.`,
    unit: 'camera minutes',
    coverageLabel: (rows) => `The country’s day, ${inEnglish(rows, 'constituency', 'constituencies')}`,
    keys: 'Up and down arrow go by constituency, left and right by time. Page Up and Page Down ten constituencies, Home the start of the day, End now, Enter opens.',
    pointHint: 'Touch a cell: its constituency, time and state appear here.',
    open: 'see this moment',
    legend: { live: 'arrived on time', late: 'arrived late, not lost', arriving: 'not here yet; the station has the recording and is sending it', missing: 'did not arrive', hidden: 'hidden by the commission', due: 'yet to come' },
    notesTitle: 'The longest gaps',
    note: {
      missing: (n) => `no picture from ${inEnglish(n, 'station', 'stations')}`,
      late: (n) => `the picture from ${inEnglish(n, 'station', 'stations')} arrived late`,
      arriving: (n) => `the picture from ${inEnglish(n, 'station', 'stations')} is arriving late`,
      hidden: (n) => `the picture from ${inEnglish(n, 'station', 'stations')} was hidden`,
    },
    nothing: 'No minute is missing so far.',
    notBegun: 'The day has not begun yet.',
    words: 'In words and figures',
    worstTitle: 'Constituencies with the most missing minutes',
    worstNone: 'There are none.',
    colConstituency: 'Constituency',
    allStations: 'All stations, minute by minute',
    completeness: 'Completeness of the day: what arrived, and which stations are without any video',
    tryTitle: 'Some to try',
    tryText: 'The choice is made on your device; nothing is remembered.',
    random: 'Open a station at random',
    leastWatched: 'Least watched',
    boxesOpened: 'Just opened a box',
    watching: (n) => (n === 1 ? '1 person watching' : `${n} people watching`),
    several: 'Watch several at once',
    severalText: 'up to sixteen stations side by side.',
    count: 'Count the ballots',
    countText: 'as they go into the box, and compare with the official turnout.',
  },
  ru: {
    dayTitle: 'День страны',
    dayText: (minutes) => `Каждая строка — округ, каждая клетка — ${minutes === 10 ? 'десять' : minutes} минут. Клетка показывает худшее состояние в округе: не теряется и пропуск в одну секунду на одном участке.`,
    unit: 'минуты видео по всем камерам',
    coverageLabel: (rows) => `День страны, ${inRussian(rows, 'округ', 'округа', 'округов')}`,
    keys: 'Стрелки вверх и вниз — по округам, влево и вправо — по времени. Page Up и Page Down — десять округов, Home — начало дня, End — сейчас, Enter открывает.',
    pointHint: 'Коснитесь клетки: здесь появятся округ, время и состояние.',
    open: 'посмотреть',
    legend: { live: 'пришло вовремя', late: 'пришло позже, не потеряно', arriving: 'ещё не здесь; запись есть на участке и передаётся', missing: 'не пришло', hidden: 'скрыто комиссией', due: 'этого ещё не было' },
    notesTitle: 'Самые длинные пропуски',
    note: {
      missing: (n) => `нет изображения с ${inRussian(n, 'участка', 'участков', 'участков')}`,
      late: (n) => `изображение с ${inRussian(n, 'участка', 'участков', 'участков')} пришло позже`,
      arriving: (n) => `изображение с ${inRussian(n, 'участка', 'участков', 'участков')} придёт позже`,
      hidden: (n) => `скрыто изображение с ${inRussian(n, 'участка', 'участков', 'участков')}`,
    },
    nothing: 'Пока не пропало ни одной минуты.',
    notBegun: 'День ещё не начался.',
    words: 'Словами и цифрами',
    worstTitle: 'Округа, где не хватает больше всего минут',
    worstNone: 'Таких округов нет.',
    colConstituency: 'Округ',
    allStations: 'Все участки по минутам',
    completeness: 'Полнота дня: что пришло и какие участки без какого-либо видео',
    tryTitle: 'Что посмотреть',
    tryText: 'Выбор делается на вашем устройстве; ничего не запоминается.',
    random: 'Открыть случайный участок',
    leastWatched: 'Меньше всего зрителей',
    boxesOpened: 'Только что вскрыли урну',
    watching: (n) => `${inRussian(n, 'зритель', 'зрителя', 'зрителей')}`,
    several: 'Смотреть несколько сразу',
    severalText: 'до шестнадцати участков рядом.',
    count: 'Считать бюллетени',
    countText: 'сколько их опущено в урну, и сравнить с официальной явкой.',
  },
};
