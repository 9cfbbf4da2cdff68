/** What only the station's page says. */

import type { Lang } from '../lib/route';
import { ablative, dative } from './azSuffix';

export interface StationTexts {
  posterSaid: string;
  frameBack: string; frameForward: string;
  pip: string; leavePip: string;
  arrived: (when: string) => string;
  arriving: string;

  views: string;
  view: { video: string; light: string; still: string };
  weak: { light: string; still: string };
  spared: string;
  backToVideo: string;
  toStills: string;
  stillAge: (duration: string) => string;
  stillRecent: string;

  zoomIn: string; zoomOut: string; zoomWhole: string;
  zoomShown: (from: string, to: string) => string;
  typing: (text: string) => string;
  typingAccept: (time: string) => string;
  typedWrong: string; typedOutside: string;
  scrubHelp: string;
  turnoutIs: (time: string, percent: string) => string;
  closedBar: string;

  offLate: string; offNotLate: string; offArriving: string; offHidden: string;
  lastStill: (time: string) => string;
  unsupportedTitle: string; unsupportedText: string;
  failingTitle: string; failingText: string;
  noStillTitle: string; noStillText: string;
  momentOutside: (time: string) => string; momentOutsideText: (from: string) => string;

  copyLink: string;
  sharedOut: string;
  count: string; watchSeveral: string; history: string;
  together: string; togetherTitle: string; worstOf: (n: number) => string;

  showAllRows: (n: number) => string;
  wordsTitle: string; wordsTurnout: string; wordsActs: string; wordsSource: string; wordsNone: string;

  back600: string; forward600: string;
  zoomPast: string; stillTaken: (time: string) => string;
  momentUnreadable: string; noCamera: (asked: string, shown: string) => string;

  keysButton: string; keysTitle: string; keysBar: string; keysPage: string; keysSingle: string; close: string;
  key: {
    play: string; ten: string; frame: string; full: string; pip: string; sound: string; live: string; help: string;
    minute: string; second: string; tenMinutes: string; start: string; zoom: string; digits: string;
  };
}

const az: StationTexts = {
  posterSaid: 'son dəqiqənin kadrı, video qoşulur…',
  frameBack: 'Bir kadr geri', frameForward: 'Bir kadr irəli',
  pip: 'Kiçik pəncərədə göstər', leavePip: 'Kiçik pəncərədən qaytar',
  arrived: (when) => `${when} gec gəldi: indi görüntüsü var.`,
  arriving: 'Gecikir; yazı məntəqədə saxlanıb',

  views: 'Görüntü',
  view: { video: 'Video', light: 'Yüngül video', still: 'Kadrlar' },
  weak: { light: 'Xətt zəifdir: yüngül video göstərilir.', still: 'Xətt zəifdir: kadrlar göstərilir.' },
  spared: 'Cihaz trafikə qənaət edir: kadrlar göstərilir.',
  backToVideo: 'Videoya qayıt',
  toStills: 'Kadrlara bax',
  stillAge: (duration) => `kadr, ${duration} əvvəl`,
  stillRecent: 'son dəqiqənin kadrı',

  zoomIn: 'Yaxınlaşdır', zoomOut: 'Uzaqlaşdır', zoomWhole: 'Bütün gün',
  zoomShown: (from, to) => `Göstərilir: ${from}–${to}`,
  typing: (text) => `Vaxt: ${text}…`,
  typingAccept: (time) => `${dative(time)} keçmək üçün Enter, ləğv üçün Escape.`,
  typedWrong: 'Vaxtı 1207 və ya 12:07 kimi yazın.',
  typedOutside: 'Bu vaxt günün zolağında yoxdur.',
  scrubHelp: 'Sol və sağ ox bir dəqiqə, Shift ilə bir saniyə; Page Up və Page Down on dəqiqə; Home günün əvvəli, End canlı. Vaxtı rəqəmlə yazmaq olar: 1207. Artı və minus zolağı yaxınlaşdırır və uzaqlaşdırır.',
  turnoutIs: (time, percent) => `${time}, ${percent} faiz`,
  closedBar: 'Bu seçkidə yazıya qayıtmaq bağlıdır; zolaq yalnız vəziyyəti göstərir.',

  offLate: 'Gec gələn video olsa, bu boşluğu dolduracaq.',
  offNotLate: 'Bu vaxt video yazılmayıb, ona görə boşluq qalacaq.',
  offArriving: 'Bu vaxtın yazısı məntəqədə saxlanıb və gec gəlir: çatan kimi ona burada baxmaq olar.',
  offHidden: 'Komissiya açanda görüntü burada özü göstəriləcək.',
  lastStill: (time) => `Son kadr, ${time}`,
  unsupportedTitle: 'Bu brauzer video göstərə bilmir',
  unsupportedText: 'Brauzer köhnədir. Onu yeniləyin və ya başqa brauzer açın. Kadrlar burada da görünür.',
  failingTitle: 'Server bu görüntünü verə bilmir',
  failingText: 'Səbəb sizin xəttiniz deyil, mərkəzdir. Səhifə özü yenidən cəhd edir; başqa anı və ya canlı efiri açmağa çalışın.',
  noStillTitle: 'Bu kameranın kadrı yoxdur',
  noStillText: 'Kadr hazırlanmayıb və ya kamera H.265 göndərir. Videonu yoxlayın.',
  momentOutside: (time) => `${time}: bu an yazılmayıb`,
  momentOutsideText: (from) => `Bu kameranın günü ${ablative(from)} başlayır.`,

  copyLink: 'Keçidi kopyala',
  sharedOut: 'Keçid paylaşıldı.',
  count: 'Bülletenləri sayın', watchSeveral: 'Başqaları ilə yan-yana', history: 'Vəziyyətin tarixçəsi',
  together: 'Hamısı yan-yana', togetherTitle: 'Bütün kameralar, eyni an', worstOf: (n) => `${n} kameranın ən pis vəziyyəti`,

  showAllRows: (n) => `Hamısını göstər: ${n}`,
  wordsTitle: 'Günün sözlü təsviri', wordsTurnout: 'Rəsmi seçici fəallığı', wordsActs: 'Günün hadisələri', wordsSource: 'mənbə', wordsNone: 'hələ elan olunmayıb',

  back600: '10 dəqiqə geri', forward600: '10 dəqiqə irəli',
  zoomPast: 'İndiyədək', stillTaken: (time) => `kadr, ${time}`,
  momentUnreadable: 'Keçiddəki vaxt oxunmadı: canlı göstərilir.',
  noCamera: (asked, shown) => `Bu məntəqədə ${asked} nömrəli kamera yoxdur. Göstərilir: ${shown}.`,

  keysButton: 'Klaviatura', keysTitle: 'Klaviatura ilə', keysBar: 'Günün zolağında', keysPage: 'Səhifənin hər yerində', keysSingle: 'Tək düymələr səhifənin hər yerində işləsin', close: 'Bağla',
  key: {
    play: 'oynat, dayandır', ten: '10 saniyə geri, irəli', frame: 'dayananda bir kadr geri, irəli', full: 'tam ekran', pip: 'kiçik pəncərə', sound: 'səs', live: 'canlıya keç', help: 'bu siyahı',
    minute: 'bir dəqiqə', second: 'bir saniyə', tenMinutes: 'on dəqiqə', start: 'günün əvvəli', zoom: 'yaxınlaşdır, uzaqlaşdır', digits: 'vaxta keç: 12:07',
  },
};

const en: StationTexts = {
  posterSaid: 'a still from the last minute; video is connecting…',
  frameBack: 'One frame back', frameForward: 'One frame forward',
  pip: 'Picture in picture', leavePip: 'Leave picture in picture',
  arrived: (when) => `${when} arrived late: now there is a picture.`,
  arriving: 'Arriving late; the recording is safe at the station',

  views: 'Picture',
  view: { video: 'Video', light: 'Light video', still: 'Still pictures' },
  weak: { light: 'The line is weak: light video is shown.', still: 'The line is weak: still pictures are shown.' },
  spared: 'The device saves data: still pictures are shown.',
  backToVideo: 'Back to video',
  toStills: 'See still pictures',
  stillAge: (duration) => `a still, ${duration} old`,
  stillRecent: 'a still from the last minute',

  zoomIn: 'Zoom in', zoomOut: 'Zoom out', zoomWhole: 'Whole day',
  zoomShown: (from, to) => `Shown: ${from}–${to}`,
  typing: (text) => `Time: ${text}…`,
  typingAccept: (time) => `Enter goes to ${time}, Escape cancels.`,
  typedWrong: 'Type a time like 1207 or 12:07.',
  typedOutside: 'That time is not on this day’s bar.',
  scrubHelp: 'Left and right arrow one minute, with Shift one second; Page Up and Page Down ten minutes; Home the start of the day, End live. A time can be typed: 1207. Plus and minus zoom the bar.',
  turnoutIs: (time, percent) => `${time}, ${percent} per cent`,
  closedBar: 'In this election the recording cannot be replayed; the bar only shows the states.',

  offLate: 'Video that arrives late will fill this gap.',
  offNotLate: 'No video was recorded during this time, so the gap will stay.',
  offArriving: 'The recording of this time is safe at the station and is arriving late: once it is here, it can be watched.',
  offHidden: 'When the commission shows it again, the picture appears here by itself.',
  lastStill: (time) => `Last still, ${time}`,
  unsupportedTitle: 'This browser cannot show video',
  unsupportedText: 'The browser is too old. Update it or open another one. Still pictures can be seen here too.',
  failingTitle: 'The server cannot give this picture',
  failingText: 'The fault is with the centre, not with your line. The page keeps trying by itself; try another moment, or live.',
  noStillTitle: 'There is no still from this camera',
  noStillText: 'None has been made, or the camera sends H.265. Try the video.',
  momentOutside: (time) => `${time}: this moment was not recorded`,
  momentOutsideText: (from) => `This camera’s day begins at ${from}.`,

  copyLink: 'Copy the link',
  sharedOut: 'The link was shared.',
  count: 'Count the ballots', watchSeveral: 'Side by side with others', history: 'Status history',
  together: 'All side by side', togetherTitle: 'All cameras, the same moment', worstOf: (n) => `The worst state of ${n} cameras`,

  showAllRows: (n) => `Show all ${n}`,
  wordsTitle: 'The day in words', wordsTurnout: 'Official turnout', wordsActs: 'Course of the day', wordsSource: 'source', wordsNone: 'not announced yet',

  back600: 'Back 10 minutes', forward600: 'Forward 10 minutes',
  zoomPast: 'Until now', stillTaken: (time) => `still, ${time}`,
  momentUnreadable: 'The time in the link cannot be read: live is shown.',
  noCamera: (asked, shown) => `This station has no camera ${asked}. Shown: ${shown}.`,

  keysButton: 'Keys', keysTitle: 'With the keyboard', keysBar: 'On the bar of the day', keysPage: 'Anywhere on the page', keysSingle: 'Single keys work anywhere on the page', close: 'Close',
  key: {
    play: 'play, pause', ten: '10 seconds back, forward', frame: 'while paused, one frame back, forward', full: 'full screen', pip: 'picture in picture', sound: 'sound', live: 'go to live', help: 'this list',
    minute: 'one minute', second: 'one second', tenMinutes: 'ten minutes', start: 'start of the day', zoom: 'zoom in, zoom out', digits: 'go to a time: 12:07',
  },
};

const ru: StationTexts = {
  posterSaid: 'кадр последней минуты, видео подключается…',
  frameBack: 'На кадр назад', frameForward: 'На кадр вперёд',
  pip: 'Картинка в картинке', leavePip: 'Выйти из режима «картинка в картинке»',
  arrived: (when) => `${when}: видео пришло позже, теперь изображение есть.`,
  arriving: 'Придёт позже; запись сохранена на участке',

  views: 'Изображение',
  view: { video: 'Видео', light: 'Лёгкое видео', still: 'Кадры' },
  weak: { light: 'Слабая связь: показано лёгкое видео.', still: 'Слабая связь: показаны отдельные кадры.' },
  spared: 'Устройство экономит трафик: показаны отдельные кадры.',
  backToVideo: 'Вернуться к видео',
  toStills: 'Смотреть кадры',
  stillAge: (duration) => `кадр, ${duration} назад`,
  stillRecent: 'кадр последней минуты',

  zoomIn: 'Приблизить', zoomOut: 'Отдалить', zoomWhole: 'Весь день',
  zoomShown: (from, to) => `Показано: ${from}–${to}`,
  typing: (text) => `Время: ${text}…`,
  typingAccept: (time) => `Enter — перейти к ${time}, Escape — отменить.`,
  typedWrong: 'Введите время как 1207 или 12:07.',
  typedOutside: 'Этого времени нет на полосе дня.',
  scrubHelp: 'Стрелки влево и вправо — минута, с Shift — секунда; Page Up и Page Down — десять минут; Home — начало дня, End — прямой эфир. Время можно набрать цифрами: 1207. Плюс и минус приближают и отдаляют полосу.',
  turnoutIs: (time, percent) => `${time}, ${percent} процента`,
  closedBar: 'На этих выборах вернуться к записи нельзя; полоса показывает только состояния.',

  offLate: 'Если видео придёт позже, оно заполнит этот пропуск.',
  offNotLate: 'В это время видео не записывалось, поэтому пропуск останется.',
  offArriving: 'Запись этого времени сохранена на участке и придёт позже: тогда её можно будет посмотреть здесь.',
  offHidden: 'Когда комиссия снова откроет изображение, оно появится здесь само.',
  lastStill: (time) => `Последний кадр, ${time}`,
  unsupportedTitle: 'Этот браузер не может показывать видео',
  unsupportedText: 'Браузер слишком старый. Обновите его или откройте другой. Отдельные кадры видны и здесь.',
  failingTitle: 'Сервер не может выдать это изображение',
  failingText: 'Дело не в вашей линии, а в центре. Страница пробует снова сама; попробуйте другой момент или прямой эфир.',
  noStillTitle: 'Кадра этой камеры нет',
  noStillText: 'Кадр не сделан, или камера передаёт H.265. Попробуйте видео.',
  momentOutside: (time) => `${time}: этот момент не записан`,
  momentOutsideText: (from) => `День этой камеры начинается в ${from}.`,

  copyLink: 'Скопировать ссылку',
  sharedOut: 'Ссылка отправлена.',
  count: 'Считать бюллетени', watchSeveral: 'Рядом с другими', history: 'История состояний',
  together: 'Все рядом', togetherTitle: 'Все камеры, один момент', worstOf: (n) => `Худшее состояние из ${n} камер`,

  showAllRows: (n) => `Показать все: ${n}`,
  wordsTitle: 'День словами', wordsTurnout: 'Официальная явка', wordsActs: 'Ход дня', wordsSource: 'источник', wordsNone: 'ещё не объявлена',

  back600: 'Назад на 10 минут', forward600: 'Вперёд на 10 минут',
  zoomPast: 'До этого момента', stillTaken: (time) => `кадр, ${time}`,
  momentUnreadable: 'Время в ссылке не удалось прочитать: показан прямой эфир.',
  noCamera: (asked, shown) => `На этом участке нет камеры ${asked}. Показана: ${shown}.`,

  keysButton: 'Клавиши', keysTitle: 'С клавиатуры', keysBar: 'На полосе дня', keysPage: 'В любом месте страницы', keysSingle: 'Отдельные клавиши действуют в любом месте страницы', close: 'Закрыть',
  key: {
    play: 'воспроизвести, пауза', ten: 'на 10 секунд назад, вперёд', frame: 'на паузе: на кадр назад, вперёд', full: 'на весь экран', pip: 'картинка в картинке', sound: 'звук', live: 'к прямому эфиру', help: 'этот список',
    minute: 'минута', second: 'секунда', tenMinutes: 'десять минут', start: 'начало дня', zoom: 'приблизить, отдалить', digits: 'перейти ко времени: 12:07',
  },
};

export const stationTexts: Record<Lang, StationTexts> = { az, en, ru };
