/** What the page about Aşkar says. Sentences that depend on the rules of the election are made from them. */

import type { State } from '../lib/api';
import type { Lang } from '../lib/route';
import { daysTexts } from './days';
import { inRussian } from './numbers';

/** The rules and times of the election, ready to be put into sentences. */
export interface Facts {
  onAir: string; emptyBoxes: string; from: string; to: string;
  /** Nights between the days of voting, as times. */
  nights: readonly string[];
  sound: boolean; rewindNow: boolean; rewindOnDay: boolean; archiveAfter: boolean; years: number;
}
/** A sentence or two, with a page that it leads to. */
export interface Item { text: string; link?: { path: string; words: string } }
export interface Section {
  id: string; title: string; list?: boolean;
  /** `facts` is null while the election is not known. */
  items: (facts: Facts | null) => readonly (Item | string)[];
}
export interface AboutTexts {
  title: string; lede: readonly string[]; contents: string;
  states: string; stateText: Record<State, string>;
  sections: readonly Section[];
}

/** Only what is known is said. */
const when = <T>(facts: Facts | null, said: (facts: Facts) => readonly T[]): readonly T[] => (facts ? said(facts) : []);
const API = '/api/v1/openapi.json';

const az: AboutTexts = {
  title: 'Aşkar nədir', contents: 'Bu səhifədə',
  lede: [
    'Aşkar seçki məntəqələrindəki kameraların görüntüsünü canlı göstərir və yazır. Giriş, qeydiyyat və izləmə yoxdur.',
    'Görüntüsü olmayan dəqiqələr gizlədilmir: hər kameranın hər dəqiqəsi beş vəziyyətdən birindədir.',
  ],
  states: 'Beş vəziyyət',
  stateText: {
    live: 'görüntü vaxtında gəlib.', late: 'görüntü gec gəlib, amma itməyib. Yazısı hələ məntəqədə olan görüntü ayrıca sayılır: gecikir.', missing: 'görüntü yoxdur. Boşluğun yeri və məlumdursa səbəbi göstərilir.',
    hidden: 'komissiya səsvermənin gizliliyinə görə gizlədib. Yazı davam edir.', due: 'bu dəqiqə hələ gəlməyib.',
  },
  sections: [
    { id: 'rules', title: 'Nəyi kim həll edir', list: true, items: (facts) => [
      'Qaydaları seçki komissiyası qoyur: kamera hansı məntəqələrdədir, görüntü nə vaxt gizlədilir, səs varmı, yazıya qayıtmaq olarmı. Aşkar bunu yerinə yetirir və nə qərar verildiyini göstərir.',
      ...when(facts, ({ sound, rewindNow, rewindOnDay, archiveAfter }) => [
        sound ? 'Bu seçkidə səs açıqdır.' : 'Bu seçkidə səs bağlıdır: o, yazılmır da.',
        rewindNow ? 'İndi hər kəs yazıda geriyə qayıda bilər.' : 'İndi yalnız canlı göstərilir; yazıya qayıtmaq bağlıdır.',
        `Seçki günü yazıya qayıtmaq ${rewindOnDay ? 'açıqdır' : 'bağlıdır'}; ondan sonra yazı hamı üçün ${archiveAfter ? 'açıqdır' : 'bağlıdır'}.`,
      ]),
    ] },
    { id: 'day', title: 'Nə vaxt efirdədir', items: (facts) => [
      ...when(facts, ({ onAir, emptyBoxes, from, to }) => [`Efirin başlanğıcı: ${onAir}. Boş qutuların göstərilməsi: ${emptyBoxes}. Səsvermə: ${from}–${to}.`]),
      ...when(facts, ({ nights }) => (nights.length > 0 ? [daysTexts.az.about(nights)] : [])),
      'Efirin sonu saatla yox, işlə bilinir: məntəqə yekun protokol tərtib edilənə qədər efirdə qalır.',
    ] },
    { id: 'who', title: 'Kim nəyi görür, nə qədər saxlanır', list: true, items: (facts) => [
      'Bu səhifələrdə hamı eyni şeyi görür: görüntüləri, siyahını, boşluqları və səbəblərini.',
      'Komissiyanın gizlətdiyi göstərilmir; gizlədildiyi və nə vaxtdan gizlədildiyi isə günün zolağında görünür. Yazı davam edir.',
      ...when(facts, ({ years }) => [`Bu seçkinin qaydası: yazı ${years} il saxlanır. Proqramın heç bir hissəsi yazını silmir.`]),
      'Sizin haqqınızda heç nə saxlanmır. Yeganə istisna sizin öz işinizdir: “Bülletenləri sayın” səhifəsində saydığınız sizin brauzerinizdə qalır və onu silə bilərsiniz.',
    ] },
    { id: 'not', title: 'Nə edilmir', items: () => ['Üz tanıma yoxdur. Maşın insanları saymır və izləmir. Heç kim ittiham olunmur: sistem yalnız gördüyünü deyir.'] },
    { id: 'check', title: 'Necə yoxlamaq olar', list: true, items: () => [
      'Məntəqənin səhifəsində günün hər dəqiqəsinin hesabı var: canlı, gec gəlmiş, çatışmayan və gizlədilmiş dəqiqələr birlikdə verilməli olanı verir.',
      '“Bu anı paylaş” həmin ana aparan keçid verir; onu açan eyni görüntünü görür.',
      { text: 'Məntəqələrin siyahısı nəşrləri, fərqləri və nəzarət cəmləri (SHA-256) ilə açıqdır.', link: { path: '/list', words: 'Siyahı' } },
      { text: 'Hər məntəqənin nə vaxt efirdə olduğu, nə vaxt olmadığı, səbəbi, cədvəl (CSV) kimi də.', link: { path: '/status', words: 'Vəziyyət' } },
      { text: 'Verilməli olandan nə qədər gəlib; heç bir görüntüsü olmayan məntəqələr adları ilə.', link: { path: '/completeness', words: 'Günün tamlığı' } },
      { text: 'Bülletenləri özünüz sayın və rəsmi fəallığın yanına qoyun.', link: { path: '/count', words: 'Bülletenləri sayın' } },
      { text: 'Proqramlar üçün eyni məlumat.', link: { path: API, words: 'API' } },
      'Kopyalanmış klipi yoxlamaq üçün imza hələ yoxdur: şübhə edəndə həmin anın keçidini açın.',
    ] },
    { id: 'limits', title: 'Sistem nəyi deyə bilmir', list: true, items: () => [
      'Kadrdan kənarda nə baş verdiyini.',
      'Tam indini: canlı görüntü bir neçə saniyə əvvəlkidir və nə qədər geridə olduğu yanında yazılır. Kadrlar 20 saniyəyə qədər köhnə ola bilər.',
      'Boşluğun səbəbini həmişə: mərkəzin bilmədiyi səbəb “məlum deyil” qalır.',
      'Köhnə brauzerdə canlı görüntünü: Chrome 90, Firefox 90, Safari 15.4 və ya daha yenisi lazımdır; ondan köhnələr kadrları göstərir.',
      'H.265 göndərən kameranı hər brauzerdə: onu Safari və ya H.265 dəstəkləyən başqa brauzer göstərir.',
      'Görünənin nə demək olduğunu: nəticəni insanlar çıxarır.',
    ] },
    { id: 'use', title: 'Necə istifadə etmək olar', list: true, items: () => [
      'Məntəqənin səhifəsində günün zolağına toxunun və ya dəstəyi sürüşdürün: o anın yazısı başlayır.',
      'Zolaqda klaviatura ilə: sol və sağ ox bir dəqiqə, Page Up və Page Down on dəqiqə, Home günün əvvəli, End canlı.',
      'Boşluğa çatanda təkrar onu keçir və bunu yazır.',
      { text: 'On altıya qədər məntəqəni eyni vaxtda izləyin; düymələr o səhifədə yazılıb.', link: { path: '/watch', words: 'Yan-yana' } },
    ] },
    { id: 'access', title: 'Əlçatanlıq', list: true, items: () => [
      'Məqsəd WCAG 2.2 AA səviyyəsidir. Səhifələr proqramla, yalnız klaviatura ilə, 320 piksel enində və iki dəfə böyük yazı ilə sınanır.',
      'Vəziyyətlər rənglə yanaşı forma, naxış və sözlə göstərilir; günün zolağı cədvəl kimi də verilir. Cihazın tünd rəngi, böyük yazısı və az hərəkət seçimi nəzərə alınır.',
      'Məlum çatışmazlıq: videoda nə göründüyü sözlə təsvir olunmur.',
    ] },
    { id: 'contact', title: 'Əlaqə', items: () => ['Bu səhifələri seçki komissiyası aparır. Onunla əlaqə komissiyanın öz saytındadır.'] },
  ],
};

const en: AboutTexts = {
  title: 'What Aşkar is', contents: 'On this page',
  lede: [
    'Aşkar shows the cameras in polling stations live and records them. There is no login, no registration and no tracking.',
    'Minutes without a picture are not hidden: every minute of every camera is in one of five states.',
  ],
  states: 'The five states',
  stateText: {
    live: 'the picture arrived on time.', late: 'the picture arrived late, but it is not lost. A picture whose recording is still safe at the station counts apart: it is arriving late.', missing: 'there is no picture. The page shows where the gap is and, if known, why.',
    hidden: 'the commission has hidden it for the secrecy of the vote. Recording goes on.', due: 'this minute has not come yet.',
  },
  sections: [
    { id: 'rules', title: 'Who decides what', list: true, items: (facts) => [
      'The election commission makes the rules: which stations have cameras, when a picture is hidden, whether there is sound, whether the recording can be replayed. Aşkar carries them out and shows what was decided.',
      ...when(facts, ({ sound, rewindNow, rewindOnDay, archiveAfter }) => [
        sound ? 'In this election there is sound.' : 'In this election sound is off: it is not recorded either.',
        rewindNow ? 'At present anyone can replay the recording.' : 'At present there is only the live picture; the recording cannot be replayed.',
        `On election day the recording ${rewindOnDay ? 'can' : 'cannot'} be replayed; afterwards it is ${archiveAfter ? 'open' : 'closed'} to the public.`,
      ]),
    ] },
    { id: 'day', title: 'When it is on air', items: (facts) => [
      ...when(facts, ({ onAir, emptyBoxes, from, to }) => [`On air from ${onAir}. Empty boxes are shown at ${emptyBoxes}. Voting is from ${from} to ${to}.`]),
      ...when(facts, ({ nights }) => (nights.length > 0 ? [daysTexts.en.about(nights)] : [])),
      'The end is set by an act, not by the clock: a station stays on air until its final protocol is drawn up.',
    ] },
    { id: 'who', title: 'Who sees what, and how long it is kept', list: true, items: (facts) => [
      'On these pages everyone sees the same: the pictures, the list, the gaps and their causes.',
      'What the commission hides is not shown; that it is hidden, and since when, is shown on the bar of the day. Recording goes on.',
      ...when(facts, ({ years }) => [`The rule of this election: recordings are kept for ${years} ${years === 1 ? 'year' : 'years'}. No part of this program deletes a recording.`]),
      'Nothing is stored about you. The one exception is your own work: what you count under “Count the ballots” stays in your browser, and you can delete it.',
    ] },
    { id: 'not', title: 'What is not done', items: () => ['There is no face recognition. No machine counts or follows people. Nobody is accused: the system says only what it saw.'] },
    { id: 'check', title: 'How to check', list: true, items: () => [
      'A station’s page accounts for every minute of its day: live, late, missing and hidden minutes add up to those that were owed.',
      '“Share this moment” gives a link to that moment; whoever opens it sees the same picture.',
      { text: 'The list of stations is open, with its versions, their differences and digests (SHA-256).', link: { path: '/list', words: 'List' } },
      { text: 'When each station was on air, when it was not, and why; as a table (CSV) too.', link: { path: '/status', words: 'Status' } },
      { text: 'How much of what was owed has arrived, and the stations without any video, by name.', link: { path: '/completeness', words: 'Completeness of the day' } },
      { text: 'Count ballots yourself, and compare your count with the official turnout.', link: { path: '/count', words: 'Count the ballots' } },
      { text: 'The same facts for programs.', link: { path: API, words: 'API' } },
      'There is no signature yet by which a copied clip could be checked: when in doubt, open the link to that moment.',
    ] },
    { id: 'limits', title: 'What the system cannot say', list: true, items: () => [
      'What happened outside the frame.',
      'What is happening this very second: a live picture is a few seconds old, and how many is written beside it. Still pictures may be up to 20 seconds old.',
      'The cause of every gap: what the centre does not know stays “not known”.',
      'The live picture in an old browser: it needs Chrome 90, Firefox 90, Safari 15.4 or newer; older ones show still pictures.',
      'A camera that sends H.265, in every browser: Safari or another browser with H.265 shows it.',
      'What it means: people draw the conclusions.',
    ] },
    { id: 'use', title: 'How to use it', list: true, items: () => [
      'On a station’s page, touch the bar of the day or drag its hand: the recording of that moment begins.',
      'On the bar with the keyboard: left and right arrow one minute, Page Up and Page Down ten, Home the start of the day, End live.',
      'The replay skips gaps, and says so.',
      { text: 'Watch up to sixteen stations at once; the keys are listed on that page.', link: { path: '/watch', words: 'Side by side' } },
    ] },
    { id: 'access', title: 'Accessibility', list: true, items: () => [
      'The aim is WCAG 2.2, level AA. The pages are tested automatically, by keyboard alone, at a width of 320 pixels and at 200 % text size.',
      'States are shown by shape, pattern and word as well as colour; the bar of the day is also given as a table. The dark colours, large type and reduced motion of your device are respected.',
      'A known shortcoming: what can be seen in the video is not described in words.',
    ] },
    { id: 'contact', title: 'Contact', items: () => ['The election commission runs these pages. Its contact details are on the commission’s own site.'] },
  ],
};

const ru: AboutTexts = {
  title: 'Что такое Aşkar', contents: 'На этой странице',
  lede: [
    'Aşkar показывает камеры избирательных участков в прямом эфире и записывает их. Нет ни входа, ни регистрации, ни слежения.',
    'Минуты без изображения не прячутся: каждая минута каждой камеры находится в одном из пяти состояний.',
  ],
  states: 'Пять состояний',
  stateText: {
    live: 'изображение пришло вовремя.', late: 'изображение пришло позже, но не потеряно. Изображение, запись которого пока хранится на участке, считается отдельно: оно придёт позже.', missing: 'изображения нет. Показано, где пропуск и, если известно, почему.',
    hidden: 'скрыто комиссией ради тайны голосования. Запись продолжается.', due: 'эта минута ещё не наступила.',
  },
  sections: [
    { id: 'rules', title: 'Кто что решает', list: true, items: (facts) => [
      'Правила устанавливает избирательная комиссия: на каких участках есть камеры, когда изображение скрывают, есть ли звук, можно ли вернуться к записи. Aşkar их исполняет и показывает, что решено.',
      ...when(facts, ({ sound, rewindNow, rewindOnDay, archiveAfter }) => [
        sound ? 'На этих выборах звук есть.' : 'На этих выборах звук выключен: он и не записывается.',
        rewindNow ? 'Сейчас каждый может вернуться к записи.' : 'Сейчас показан только прямой эфир; вернуться к записи нельзя.',
        `В день выборов возврат к записи ${rewindOnDay ? 'открыт' : 'закрыт'}; после него запись для всех ${archiveAfter ? 'открыта' : 'закрыта'}.`,
      ]),
    ] },
    { id: 'day', title: 'Когда идёт эфир', items: (facts) => [
      ...when(facts, ({ onAir, emptyBoxes, from, to }) => [`Эфир начинается в ${onAir}. Пустые урны показывают в ${emptyBoxes}. Голосование с ${from} до ${to}.`]),
      ...when(facts, ({ nights }) => (nights.length > 0 ? [daysTexts.ru.about(nights)] : [])),
      'Конец — не час, а действие: участок остаётся в эфире, пока не составлен итоговый протокол.',
    ] },
    { id: 'who', title: 'Кто что видит и сколько это хранится', list: true, items: (facts) => [
      'На этих страницах все видят одно и то же: изображения, список, пропуски и их причины.',
      'Скрытое комиссией не показывается; то, что оно скрыто и с какого времени, видно на полосе дня. Запись продолжается.',
      ...when(facts, ({ years }) => [`Правило этих выборов: срок хранения записи — ${inRussian(years, 'год', 'года', 'лет')}. Ни одна часть этой программы запись не удаляет.`]),
      'О вас ничего не хранится. Единственное исключение — ваш собственный труд: то, что вы посчитали на странице «Считать бюллетени», остаётся в вашем браузере, и вы можете это удалить.',
    ] },
    { id: 'not', title: 'Чего не делается', items: () => ['Нет распознавания лиц. Машина не считает людей и не следит за ними. Никого не обвиняют: система говорит только о том, что видела.'] },
    { id: 'check', title: 'Как проверить', list: true, items: () => [
      'На странице участка учтена каждая минута дня: минуты в эфире, пришедшие позже, отсутствующие и скрытые вместе дают ожидавшиеся.',
      '«Поделиться этим моментом» даёт ссылку на этот момент; кто её откроет, увидит то же изображение.',
      { text: 'Список участков открыт, с редакциями, отличиями и контрольными суммами (SHA-256).', link: { path: '/list', words: 'Список' } },
      { text: 'Когда каждый участок был в эфире, когда не был и почему; есть и таблица (CSV).', link: { path: '/status', words: 'Состояние' } },
      { text: 'Сколько из ожидавшегося пришло, и участки без какого-либо видео поимённо.', link: { path: '/completeness', words: 'Полнота дня' } },
      { text: 'Посчитайте бюллетени сами и поставьте свой подсчёт рядом с официальной явкой.', link: { path: '/count', words: 'Считать бюллетени' } },
      { text: 'Те же сведения для программ.', link: { path: API, words: 'API' } },
      'Подписи, по которой можно проверить скопированный ролик, пока нет: если сомневаетесь, откройте ссылку на этот момент.',
    ] },
    { id: 'limits', title: 'О чём система сказать не может', list: true, items: () => [
      'Что произошло за кадром.',
      'Что происходит в самую эту секунду: прямой эфир отстаёт на несколько секунд, и отставание написано рядом. Отдельные кадры могут быть старше, до 20 секунд.',
      'Причину каждого пропуска: неизвестное центру остаётся неизвестным.',
      'Прямой эфир в старом браузере: нужен Chrome 90, Firefox 90, Safari 15.4 или новее; более старые показывают кадры.',
      'Камеру с H.265 в любом браузере: её покажет Safari или другой браузер с поддержкой H.265.',
      'Что увиденное значит: выводы делают люди.',
    ] },
    { id: 'use', title: 'Как пользоваться', list: true, items: () => [
      'На странице участка коснитесь полосы дня или передвиньте её ручку: начнётся запись этого момента.',
      'На полосе с клавиатуры: стрелки влево и вправо — минута, Page Up и Page Down — десять, Home — начало дня, End — прямой эфир.',
      'Дойдя до пропуска, повтор перескакивает его и сообщает об этом.',
      { text: 'Смотрите до шестнадцати участков сразу; клавиши написаны на той странице.', link: { path: '/watch', words: 'Несколько сразу' } },
    ] },
    { id: 'access', title: 'Доступность', list: true, items: () => [
      'Цель — WCAG 2.2, уровень AA. Страницы проверяются программой, с одной лишь клавиатурой, при ширине 320 пикселей и с вдвое увеличенным шрифтом.',
      'Состояния показаны не только цветом, но и формой, узором и словом; полоса дня дана и таблицей. Учитываются тёмная тема, крупный шрифт и уменьшение движения на вашем устройстве.',
      'Известный недостаток: то, что видно на видео, не описано словами.',
    ] },
    { id: 'contact', title: 'Связь', items: () => ['Эти страницы ведёт избирательная комиссия. Как с ней связаться, сказано на её собственном сайте.'] },
  ],
};

export const aboutTexts: Record<Lang, AboutTexts> = { az, en, ru };
