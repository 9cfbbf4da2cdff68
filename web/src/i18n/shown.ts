/** What a camera must show, its sound, and reporting what is wrong with its picture. */

import type { Lang } from '../lib/route';

export type ReportKind = 'box-unseen' | 'dark' | 'other-room' | 'booth-seen' | 'covered' | 'other';
export const REPORT_KINDS: readonly ReportKind[] = ['box-unseen', 'dark', 'other-room', 'booth-seen', 'covered', 'other'];

export interface ShownTexts {
  title: (camera: string) => string;
  policy: { on: string; off: string };
  sound: Record<'none' | 'silent' | 'heard' | 'not-judged', string>;
  warning: string;
  open: string; help: string;
  phases: Record<string, string>;
  approvedAt: (when: string) => string; byOwner: string; noneYet: string; noZones: string;
  copy: string; original: string; zoneAlt: string; noStill: string;
  zones: Record<string, string>;
  failed: string; again: string; loading: string;
  report: string; reportText: string; what: string; kinds: Record<ReportKind, string>;
  words: string; wordsHelp: string; wordsNeeded: string; wordsLong: string; kindNeeded: string;
  send: string; sending: string; cancel: string;
  done: Record<'received' | 'known' | 'full' | 'gone' | 'failed', string>;
  wait: (seconds: string) => string;
}

const az: ShownTexts = {
  title: (camera) => `${camera} nömrəli kamera nə göstərməlidir`,
  policy: { on: 'Bu seçkidə səs də verilir.', off: 'Bu seçkidə səs verilmir və yazılmır.' },
  sound: {
    none: 'Bu kameradan səs gəlmir.',
    silent: 'Bu kameradan bir dəqiqədən çoxdur ki, tam sükut gəlir: mikrofon, görünür, bağlıdır.',
    heard: 'Bu kameradan səs gəlir.',
    'not-judged': 'Bu kameranın səsi haqqında hələ heç nə demək olmur.',
  },
  warning: 'Diqqət',
  open: 'Təsdiqlənmiş kadrı və zonaları göstər',
  help: 'Kamera açıq yayıma buraxılmazdan əvvəl iki nəfər onun kadrına baxıb və nəyin görünməli olduğunu zonalarla göstərib.',
  phases: { voting: 'Səsvermə üçün', count: 'Sayım üçün' },
  approvedAt: (when) => `Təsdiqlənib: ${when}`,
  byOwner: 'Bu kameranı mərkəzin sahibi özü açıb: ikinci nəfər baxmayıb, kadr və zonalar yoxdur.',
  noneYet: 'Bu kameranın görüntüsü hələ təsdiqlənməyib.',
  noZones: 'Zona göstərilməyib.',
  copy: 'Kadrın surəti; zonalar nömrələnib', original: 'Kadrın özü, üzərində heç nə olmadan', zoneAlt: 'Təsdiqlənmiş kadrın surəti', noStill: 'Kadr indi göstərilmir.',
  zones: { box: 'Daşınmaz seçki qutusu', mobile_box: 'Daşınan seçki qutusu', issuing_table: 'Bülleten verilən masa', counting_table: 'Sayım masası', protocol_table: 'Protokol masası' },
  failed: 'Bu məlumat gəlmədi.', again: 'Yenidən', loading: 'Yüklənir…',
  report: 'Görüntü haqqında məlumat ver',
  reportText: 'Məlumatınız komissiyanın masasına düşür. Yalnız kamera, növ, mətn və vaxt saxlanılır; kim olduğunuz saxlanılmır.',
  what: 'Nə düzgün deyil?',
  kinds: {
    'box-unseen': 'Seçki qutusu görünmür', dark: 'Çox qaranlıqdır', 'other-room': 'Başqa otaq görünür', 'booth-seen': 'Səsvermə kabinası görünür',
    covered: 'Kameranın qabağında kimsə və ya nəsə dayanıb', other: 'Başqa səbəb',
  },
  words: 'Öz sözlərinizlə', wordsHelp: 'İstəyə görə, ən çox 300 işarə. Ad yazmayın.', wordsNeeded: 'Nəyin düzgün olmadığını yazın.', wordsLong: 'Ən çox 300 işarə yazın.', kindNeeded: 'Birini seçin.',
  send: 'Göndər', sending: 'Göndərilir…', cancel: 'Bağla',
  done: {
    received: 'Qəbul edildi: komissiyanın masasındadır.',
    known: 'Bu artıq bildirilib və komissiyanın masasında açıqdır.',
    full: 'Bu kamera haqqında artıq çox yazılıb. Sözsüz göndərsəniz, qəbul oluna bilər.',
    gone: 'Bu kamera indi açıq deyil, ona görə məlumat qəbul edilmədi.',
    failed: 'Məlumat qəbul edilmədi. Bir azdan yenidən cəhd edin.',
  },
  wait: (seconds) => `Həddən çox məlumat gəlib, bu qəbul edilmədi. ${seconds} saniyədən sonra yenidən cəhd edin.`,
};

const en: ShownTexts = {
  title: (camera) => `What camera ${camera} must show`,
  policy: { on: 'This election is broadcast with sound.', off: 'This election has no sound: none is broadcast or recorded.' },
  sound: {
    none: 'No sound comes from this camera.',
    silent: 'This camera has sent nothing but silence for more than a minute: its microphone seems to be off.',
    heard: 'Sound comes from this camera.',
    'not-judged': 'Nothing can be said about this camera’s sound yet.',
  },
  warning: 'Warning',
  open: 'Show the approved still and its zones',
  help: 'Before a camera becomes public, two people look at its still and mark with zones what must be seen.',
  phases: { voting: 'For the voting', count: 'For the count' },
  approvedAt: (when) => `Approved: ${when}`,
  byOwner: 'The owner of the centre made this camera public: no second person looked, and there is no still and no zone.',
  noneYet: 'This camera’s view is not approved yet.',
  noZones: 'No zones were marked.',
  copy: 'A copy of the still; the zones are numbered', original: 'The still itself, with nothing on it', zoneAlt: 'Copy of the approved still', noStill: 'The still is not shown now.',
  zones: { box: 'Stationary box', mobile_box: 'Mobile box', issuing_table: 'Issuing table', counting_table: 'Counting table', protocol_table: 'Protocol table' },
  failed: 'This did not load.', again: 'Try again', loading: 'Loading…',
  report: 'Report a problem with the picture',
  reportText: 'Your report goes to the commission’s desk. Only the camera, the kind, the text and the time are kept; who you are is not.',
  what: 'What is wrong?',
  kinds: {
    'box-unseen': 'The ballot box cannot be seen', dark: 'It is too dark', 'other-room': 'It shows another room', 'booth-seen': 'A polling booth can be seen',
    covered: 'Somebody or something stands before the camera', other: 'Something else',
  },
  words: 'In your own words', wordsHelp: 'If you like, at most 300 characters. Write no names.', wordsNeeded: 'Say what is wrong.', wordsLong: 'At most 300 characters.', kindNeeded: 'Choose one.',
  send: 'Send', sending: 'Sending…', cancel: 'Close',
  done: {
    received: 'Received: it is at the commission’s desk.',
    known: 'The same was reported already, and is open at the commission’s desk.',
    full: 'Much has been written about this camera already. Sent without words, it may be taken.',
    gone: 'This camera is not public now, so the report was not taken.',
    failed: 'The report was not taken. Try again in a moment.',
  },
  wait: (seconds) => `Too many reports came, and this one was not taken. Try again in ${seconds} seconds.`,
};

const ru: ShownTexts = {
  title: (camera) => `Что должна показывать камера ${camera}`,
  policy: { on: 'Эти выборы транслируются со звуком.', off: 'На этих выборах звука нет: он не транслируется и не записывается.' },
  sound: {
    none: 'От этой камеры звук не поступает.',
    silent: 'Больше минуты от этой камеры поступает полная тишина: микрофон, видимо, выключен.',
    heard: 'От этой камеры поступает звук.',
    'not-judged': 'О звуке этой камеры пока ничего сказать нельзя.',
  },
  warning: 'Внимание',
  open: 'Показать утверждённый кадр и зоны',
  help: 'Прежде чем камера становится открытой, два человека смотрят её кадр и отмечают зонами, что должно быть видно.',
  phases: { voting: 'Для голосования', count: 'Для подсчёта' },
  approvedAt: (when) => `Утверждено: ${when}`,
  byOwner: 'Эту камеру открыл владелец центра: второй человек не смотрел, кадра и зон нет.',
  noneYet: 'Изображение этой камеры ещё не утверждено.',
  noZones: 'Зоны не отмечены.',
  copy: 'Копия кадра; зоны пронумерованы', original: 'Сам кадр, без пометок', zoneAlt: 'Копия утверждённого кадра', noStill: 'Кадр сейчас не показывается.',
  zones: { box: 'Стационарная урна', mobile_box: 'Переносная урна', issuing_table: 'Стол выдачи бюллетеней', counting_table: 'Стол подсчёта', protocol_table: 'Стол для протокола' },
  failed: 'Это не загрузилось.', again: 'Повторить', loading: 'Загрузка…',
  report: 'Сообщить, что не так с изображением',
  reportText: 'Сообщение попадает на стол комиссии. Хранятся только камера, вид, текст и время; кто вы, не хранится.',
  what: 'Что не так?',
  kinds: {
    'box-unseen': 'Урну не видно', dark: 'Слишком темно', 'other-room': 'Видна другая комната', 'booth-seen': 'Видна кабина для голосования',
    covered: 'Перед камерой кто-то или что-то стоит', other: 'Другое',
  },
  words: 'Своими словами', wordsHelp: 'По желанию, не больше 300 знаков. Не пишите имён.', wordsNeeded: 'Напишите, что не так.', wordsLong: 'Не больше 300 знаков.', kindNeeded: 'Выберите одно.',
  send: 'Отправить', sending: 'Отправляется…', cancel: 'Закрыть',
  done: {
    received: 'Принято: сообщение на столе комиссии.',
    known: 'Об этом уже сообщили, и сообщение на столе комиссии открыто.',
    full: 'Об этой камере уже много написано. Без слов сообщение может быть принято.',
    gone: 'Эта камера сейчас не открыта, поэтому сообщение не принято.',
    failed: 'Сообщение не принято. Попробуйте чуть позже.',
  },
  wait: (seconds) => `Сообщений слишком много, и это не принято. Попробуйте через ${seconds} с.`,
};

export const shownTexts: Record<Lang, ShownTexts> = { az, en, ru };
