/** What the page of several stations says. */

import type { Lang } from '../lib/route';
import type { View } from '../lib/view';

type Step = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

export interface WatchTexts {
  title: string; lede: string; kept: string; emptyDo: string;
  fourRandom: string; random: string; fill: string; add: string; addAction: string;
  sizes: string; more: string; view: string; auto: string; views: Record<View, string>;
  arrange: string; arrangeDone: string; arrangeHelp: string; fullScreen: string; leaveFullScreen: string;
  past: string; now: string; moment: string; pastClosed: string;
  keys: string; keysText: readonly string[];
  moveTo: Record<Step, (id: string) => string>; remove: string; removeOf: (id: string) => string; putBack: string; putBackOf: (id: string) => string;
  enlarge: (id: string) => string; shrink: (id: string) => string;
  place: (id: string, place: number, total: number) => string;
  added: (id: string) => string; removed: (id: string) => string; large: (id: string) => string; notLarge: (id: string) => string;
  stillEvery: (seconds: number) => string; unplayable: string;
  unknown: (ids: string) => string; unreadable: (n: number) => string; beyond: (n: number) => string; notShown: (n: number) => string;
  noneFound: string; full: string;
  asVideo: (videos: number, stills: number) => string; strained: string; again: string; heavy: string; saving: string;
}

const az: WatchTexts = {
  title: 'Məntəqələr yan-yana',
  lede: 'İki, dörd, doqquz və ya on altı məntəqəni eyni vaxtda izləyin.',
  kept: 'Seçiminiz yalnız bu səhifənin ünvanındadır: keçidi saxlayın və ya göndərin, eyni məntəqələr açılacaq.',
  emptyDo: 'Məntəqə axtarın, efirdə olanlardan təsadüfi dördünü seçin və ya məntəqənin öz səhifəsindən açın.',
  fourRandom: 'Təsadüfi dörd məntəqə', random: 'Təsadüfi birini əlavə et', fill: 'Efirdəkilərlə doldur', add: 'Məntəqə əlavə et', addAction: 'Əlavə et',
  sizes: 'Neçə məntəqə', more: 'Əlavə et, yerini dəyiş, keçmişə bax', view: 'Görüntü', auto: 'Avtomatik', views: { video: 'Video', light: 'Yüngül video', still: 'Kadrlar' },
  arrange: 'Yerini dəyiş', arrangeDone: 'Hazırdır', arrangeHelp: 'Məntəqəni sürüşdürün və ya oxlarla aparın. Bitirəndə “Hazırdır” və ya Escape.',
  fullScreen: 'Tam ekran', leaveFullScreen: 'Tam ekrandan çıx',
  past: 'Günün bir anı', now: 'İndiyə qayıt', moment: 'Günün anı', pastClosed: 'Bu seçkidə yazıya qayıtmaq bağlıdır; indiki görüntülər göstərilir.',
  keys: 'Klaviatura',
  keysText: [
    'Oxlar: məntəqədən məntəqəyə keç.', 'Enter: məntəqənin səhifəsini aç.', 'E: böyüt və ya geri qaytar.',
    'M: yerini dəyiş; sonra oxlar aparır, Escape bitirir.', 'Delete: götür.',
  ],
  moveTo: {
    ArrowLeft: (id) => `${id} məntəqəsini sola apar`, ArrowRight: (id) => `${id} məntəqəsini sağa apar`,
    ArrowUp: (id) => `${id} məntəqəsini yuxarı apar`, ArrowDown: (id) => `${id} məntəqəsini aşağı apar`,
  },
  remove: 'Götür', removeOf: (id) => `Götür: ${id} məntəqəsi`, putBack: 'Yerinə qaytar', putBackOf: (id) => `Yerinə qaytar: ${id} məntəqəsi`,
  enlarge: (id) => `${id} məntəqəsini böyüt`, shrink: (id) => `${id} məntəqəsini geri qaytar`,
  place: (id, place, total) => `${id} məntəqəsi: yer ${place} / ${total}`,
  added: (id) => `${id} məntəqəsi əlavə olundu`, removed: (id) => `${id} məntəqəsi götürüldü`,
  large: (id) => `${id} məntəqəsi böyüdüldü`, notLarge: (id) => `${id} məntəqəsi geri qaytarıldı`,
  stillEvery: (seconds) => `hər ${seconds} saniyədən bir kadr`, unplayable: 'bu brauzer bu kameranın videosunu göstərə bilmir',
  unknown: (ids) => `Siyahıda olmayan məntəqə: ${ids}.`,
  unreadable: (n) => `Keçiddə oxunmayan nömrə: ${n}.`,
  beyond: (n) => `Ən çoxu 16 məntəqə göstərilir; keçiddəki daha ${n} məntəqə buraxıldı.`,
  notShown: (n) => `Daha ${n} məntəqə seçilib, amma bu ölçüyə yerləşmir.`,
  noneFound: 'Efirdə başqa məntəqə yoxdur.', full: 'On altı yerin hamısı tutulub; əvvəl birini götürün.',
  asVideo: (videos, stills) => (stills > 0 ? `Video: ${videos}, kadrlar: ${stills}. Bu cihaz və xətt üçün belə seçildi.` : ''),
  strained: 'Bu qədər video bu cihaza və ya xəttə ağır gəldi: bir qismi kadrlarla göstərilir.', again: 'Videonu yenidən yoxla',
  heavy: 'Bu qədər video bu cihaza və ya xəttə ağır gəlir. “Avtomatik” və ya “Kadrlar” daha rəvan olar.',
  saving: 'Brauzeriniz trafikə qənaət edir, ona görə kadrlar göstərilir.',
};

const en: WatchTexts = {
  title: 'Stations side by side',
  lede: 'Watch two, four, nine or sixteen polling stations at once.',
  kept: 'Your choice is kept only in the address of this page: save or send the link, and the same stations open.',
  emptyDo: 'Search for a station, take four of those on air at random, or open this from the page of a station.',
  fourRandom: 'Four at random', random: 'Add one at random', fill: 'Fill with stations on air', add: 'Add a station', addAction: 'Add',
  sizes: 'How many', more: 'Add, arrange, look back', view: 'Picture', auto: 'Automatic', views: { video: 'Video', light: 'Light video', still: 'Still pictures' },
  arrange: 'Arrange', arrangeDone: 'Done', arrangeHelp: 'Drag a station, or move it with the arrows. When you have finished: “Done” or Escape.',
  fullScreen: 'Full screen', leaveFullScreen: 'Leave full screen',
  past: 'A moment of the day', now: 'Back to now', moment: 'Moment of the day', pastClosed: 'In this election the recording cannot be replayed; you see the current pictures.',
  keys: 'Keys',
  keysText: [
    'Arrows: from station to station.', 'Enter: open the station’s page.', 'E: enlarge, and back.',
    'M: arrange; then the arrows move the station, Escape ends it.', 'Delete: remove the station.',
  ],
  moveTo: {
    ArrowLeft: (id) => `Move ${id} left`, ArrowRight: (id) => `Move ${id} right`, ArrowUp: (id) => `Move ${id} up`, ArrowDown: (id) => `Move ${id} down`,
  },
  remove: 'Remove', removeOf: (id) => `Remove ${id}`, putBack: 'Put back', putBackOf: (id) => `Put back ${id}`,
  enlarge: (id) => `Enlarge ${id}`, shrink: (id) => `${id} back to its place`,
  place: (id, place, total) => `${id}: place ${place} of ${total}`,
  added: (id) => `${id} added`, removed: (id) => `${id} removed`, large: (id) => `${id} is large`, notLarge: (id) => `${id} is back in its place`,
  stillEvery: (seconds) => `a still every ${seconds} s`, unplayable: 'this browser cannot play this camera’s video',
  unknown: (ids) => `Not on the list: ${ids}.`,
  unreadable: (n) => `Numbers in the link that cannot be read: ${n}.`,
  beyond: (n) => `At most 16 stations are shown; ${n} more in the link ${n === 1 ? 'was' : 'were'} left out.`,
  notShown: (n) => `${n} more ${n === 1 ? 'station is' : 'stations are'} chosen, but ${n === 1 ? 'does' : 'do'} not fit in this size.`,
  noneFound: 'No other station is on air.', full: 'All sixteen places are taken; remove one first.',
  asVideo: (videos, stills) => (stills > 0 ? `As video: ${videos}, as still pictures: ${stills}. Chosen for this device and line.` : ''),
  strained: 'This many videos were too much for this device or line: some are shown as still pictures.', again: 'Try video again',
  heavy: 'This many videos are too much for this device or line. “Automatic” or “Still pictures” will be steadier.',
  saving: 'Your browser is saving data, so still pictures are shown.',
};

const ru: WatchTexts = {
  title: 'Несколько участков сразу',
  lede: 'Смотрите два, четыре, девять или шестнадцать участков одновременно.',
  kept: 'Ваш выбор хранится только в адресе этой страницы: сохраните или отправьте ссылку, и откроются те же участки.',
  emptyDo: 'Найдите участок, выберите четыре случайных из тех, что в эфире, или придите сюда со страницы участка.',
  fourRandom: 'Четыре случайных', random: 'Добавить случайный', fill: 'Заполнить теми, что в эфире', add: 'Добавить участок', addAction: 'Добавить',
  sizes: 'Сколько участков', more: 'Добавить, переставить, посмотреть прошлое', view: 'Изображение', auto: 'Автоматически', views: { video: 'Видео', light: 'Лёгкое видео', still: 'Кадры' },
  arrange: 'Переставить', arrangeDone: 'Готово', arrangeHelp: 'Перетащите участок или двигайте его стрелками. Когда закончите: «Готово» или Escape.',
  fullScreen: 'На весь экран', leaveFullScreen: 'Выйти из полного экрана',
  past: 'Момент дня', now: 'Вернуться к настоящему', moment: 'Момент дня', pastClosed: 'На этих выборах вернуться к записи нельзя; показано текущее изображение.',
  keys: 'Клавиши',
  keysText: [
    'Стрелки: от участка к участку.', 'Enter: открыть страницу участка.', 'E: увеличить и вернуть обратно.',
    'M: переставить; затем стрелки двигают участок, Escape завершает.', 'Delete: убрать участок.',
  ],
  moveTo: {
    ArrowLeft: (id) => `Сдвинуть ${id} влево`, ArrowRight: (id) => `Сдвинуть ${id} вправо`, ArrowUp: (id) => `Сдвинуть ${id} вверх`, ArrowDown: (id) => `Сдвинуть ${id} вниз`,
  },
  remove: 'Убрать', removeOf: (id) => `Убрать ${id}`, putBack: 'Вернуть', putBackOf: (id) => `Вернуть участок ${id}`,
  enlarge: (id) => `Увеличить ${id}`, shrink: (id) => `Вернуть ${id} на место`,
  place: (id, place, total) => `${id}: место ${place} из ${total}`,
  added: (id) => `Участок ${id} добавлен`, removed: (id) => `Участок ${id} убран`,
  large: (id) => `Участок ${id} увеличен`, notLarge: (id) => `Участок ${id} снова на своём месте`,
  stillEvery: (seconds) => `кадр каждые ${seconds} с`, unplayable: 'этот браузер не может показать видео этой камеры',
  unknown: (ids) => `Нет в списке: ${ids}.`,
  unreadable: (n) => `Номеров в ссылке, которые не читаются: ${n}.`,
  beyond: (n) => `Показывается не больше 16 участков; не вошли из ссылки: ${n}.`,
  notShown: (n) => `Ещё выбрано участков: ${n}; здесь для них нет места.`,
  noneFound: 'Других участков в эфире нет.', full: 'Все шестнадцать мест заняты; сначала уберите один участок.',
  asVideo: (videos, stills) => (stills > 0 ? `Видео: ${videos}, отдельные кадры: ${stills}. Так выбрано для этого устройства и связи.` : ''),
  strained: 'Столько видео этому устройству или связи не под силу: часть показана отдельными кадрами.', again: 'Попробовать видео снова',
  heavy: 'Столько видео этому устройству или связи не под силу. Выберите «Автоматически» или «Кадры»: будет ровнее.',
  saving: 'Ваш браузер экономит трафик, поэтому показаны отдельные кадры.',
};

export const watchTexts: Record<Lang, WatchTexts> = { az, en, ru };
