/** What the page of counting says. */

import type { Scope } from '../count/compare';
import type { Lang } from '../lib/route';
import { dative } from './azSuffix';
import { inRussian, russianWord } from './numbers';

export interface CountTexts {
  title: string; titleOf: (id: string) => string; lede: string; onePerson: string; nothingSent: string; choose: string; countHere: string; toStation: string;
  tally: string; ballotsWord: (n: number) => string; tap: string; tapKeys: string; undo: string; undone: string; tapped: (time: string) => string; noPicture: string; full: string;
  keysOn: string; keys: string; keysText: readonly string[];
  again: (from: string, to: string, ballots: number) => string; countAnew: string; countOn: string; jumped: string;
  legendWatched: string; legendHole: string; watchedSum: (length: string) => string;
  rate: string; nothingYet: string; rateSaid: (most: number, at: string, tens: number, partly: number) => string;
  watchedAll: string; watchedPart: string; watchedNone: string; asTable: string; colTime: string; colBallots: string; colWatched: string;
  compare: string; compareLater: string; by: (time: string) => string; counted: (n: number) => string; noOfficial: string;
  officialBoth: (percent: string, registered: number, voters: number, scope: string) => string; officialPercent: (percent: string, scope: string) => string; officialNumber: (voters: number, scope: string) => string;
  scopes: Record<Scope, string>; difference: (by: number) => string; noDifference: string; speedSaid: (speed: string) => string;
  coverage: (from: string, to: string, watched: string, unwatched: string, blind: string) => string; watchedWhole: (from: string, to: string) => string; provesNothing: string; source: string;
  enterOfficial: string; whose: string; ofStation: string; ofConstituency: string; figure: string; unit: string; percent: string; voters: string; votersOf: (n: number) => string;
  sourceHint: string; enter: string; remove: string; figureWrong: string;
  keep: string; keptLater: string; kept: string; notKept: string; share: string; saveFile: string; openFile: string;
  linkCopied: (n: number) => string; linkByHand: string; tooLong: string;
  csvTaken: (n: number) => string; csvForm: string; csvLong: string; csvStation: (of: string, here: string) => string; csvRow: (row: number) => string;
  forget: string; forgetAsk: (n: number) => string; forgetYes: string; forgetNo: string; forgotten: string;
  theirs: string; theirsText: string; spoilt: string; mineAll: (n: number) => string; mineBy: (n: number) => string;
  takeOver: string; takeOverAsk: (n: number) => string; takeOverYes: string; takenOver: string; closeTheirs: string;
}

const signed = (n: number) => `${n < 0 ? '−' : '+'}${Math.abs(n)}`;

const az: CountTexts = {
  title: 'Bülletenləri sayın', titleOf: (id) => `Bülletenləri sayın: ${id}`,
  lede: 'Bir məntəqəni izləyin və qutuya hər bülleten atılanda bir dəfə basın. Sayınız rəsmi seçici fəallığının yanında göstərilir.',
  onePerson: 'Bu, bir nəfərin sayıdır, rəsmi deyil: yalnız bir nəfərin nə gördüyünü deyir.', nothingSent: 'Serverə heç nə göndərilmir.',
  choose: 'Hansı məntəqə?', countHere: 'Burada say', toStation: 'Məntəqənin səhifəsi',
  tally: 'Sayılıb', ballotsWord: () => 'bülleten', tap: 'Bülleten atıldı', tapKeys: 'Space və ya B', undo: 'Sonuncunu geri al', undone: 'Geri alındı.',
  tapped: (time) => `Görüntünün vaxtı: ${time}`, noPicture: 'Görüntü yoxdur, heç nə sayılmadı.', full: 'Bundan çox saymaq olmur.',
  keysOn: 'Düymələr səhifənin hər yerində işləsin', keys: 'Klaviatura',
  keysText: ['Space və ya B: bir bülleten.', 'Backspace və ya Z: sonuncunu geri al.', 'K: dayandır və ya oynat.', 'J və L: on saniyə geri, irəli.', '+ və −: daha sürətli, daha yavaş.', 'Basılı saxlanan düymə yalnız bir dəfə sayır.'],
  again: (from, to, ballots) => `${from}–${to} aralığını artıq saymısınız: ${ballots} bülleten. Davam etsəniz, eyni bülletenlər iki dəfə sayılacaq.`,
  countAnew: 'Bu dəqiqələri yenidən say', countOn: 'Saymağa davam et', jumped: 'Görüntüsüz aralıq keçildi.',
  legendWatched: 'baxılıb', legendHole: 'görüntü yoxdur', watchedSum: (length) => `Cəmi baxılıb: ${length}.`,
  rate: 'Hər on dəqiqədə bülleten', nothingYet: 'Hələ heç nə sayılmayıb.',
  rateSaid: (most, at, tens, partly) => `Ən çoxu: ${most} (${at}). On dəqiqəlik aralıqlar: ${tens}; onlardan tam baxılmayan: ${partly}.`,
  watchedAll: 'tam baxılıb', watchedPart: 'qismən baxılıb', watchedNone: 'baxılmayıb', asTable: 'Cədvəl kimi', colTime: 'Vaxt', colBallots: 'Bülleten', colWatched: 'Baxılıb',
  compare: 'Rəsmi fəallığın yanında', compareLater: 'İlk rəsmi rəqəm hələ elan olunmayıb.',
  by: (time) => `${dative(time)} qədər`, counted: (n) => `Sayılıb: ${n}.`, noOfficial: 'Rəsmi rəqəm hələ yoxdur.',
  officialBoth: (percent, registered, voters, scope) => `Rəsmi: ${registered} seçicinin ${percent} faizi = ${voters} (${scope}).`,
  officialPercent: (percent, scope) => `Rəsmi: ${percent} faiz (${scope}). Burada neçə seçicinin qeydiyyatda olduğu məlum deyil, ona görə sayla müqayisə etmək olmur.`,
  officialNumber: (voters, scope) => `Rəsmi: ${voters} seçici (${scope}).`,
  scopes: { country: 'bütün ölkənin rəqəmi, bu məntəqənin yox', constituency: 'dairənin rəqəmi, təkcə bu məntəqənin yox', station: 'bu məntəqənin rəqəmi' },
  noDifference: 'Fərq göstərilmir: vaxtın hamısına baxılmayıb.', speedSaid: (speed) => `Sürət: ${speed}×`,
  difference: (by) => (by === 0 ? 'Fərq yoxdur.' : `Fərq: ${signed(by)}.`),
  coverage: (from, to, watched, unwatched, blind) => `${from}–${to}: baxılıb ${watched}, baxılmayıb ${unwatched}, görüntü olmayıb ${blind}.`,
  watchedWhole: (from, to) => `${from}–${to}: tam baxılıb.`, provesNothing: 'Baxılmayan vaxt üçün say heç nəyi sübut etmir.', source: 'Mənbə',
  enterOfficial: 'Məntəqənin və ya dairənin rəsmi rəqəmini yaz', whose: 'Kimin', ofStation: 'məntəqə', ofConstituency: 'dairə', figure: 'Rəqəm', unit: 'Nə ilə', percent: 'faiz', voters: 'seçici sayı',
  votersOf: (n) => `${n} seçici`, sourceHint: 'haradan götürülüb', enter: 'Yaz', remove: 'Sil', figureWrong: 'Faiz 0–100, seçici sayı isə qeydiyyatda olanlardan çox olmayan tam ədəd olmalıdır.',
  keep: 'Sayı saxla və paylaş', keptLater: 'Hələ heç nə saxlanmayıb. İlk basışdan sonra say bu cihazın bu brauzerində saxlanacaq, başqa heç yerdə; “Saymanı sil” onu silir.',
  kept: 'Say bu cihazın bu brauzerindədir, başqa heç yerdə. “Saymanı sil” onu silir.', notKept: 'Bu brauzer sayı saxlamır. Səhifədən çıxmazdan əvvəl onu fayl kimi yükləyin.',
  share: 'Sayı keçidlə paylaş', saveFile: 'Fayl kimi yüklə (CSV)', openFile: 'Fayldan aç (CSV)',
  linkCopied: (n) => `Keçid kopyalandı: ${n} bülleten. Say keçidin özündədir.`, linkByHand: 'Keçidi buradan kopyalayın; say keçidin özündədir.', tooLong: 'Bu say keçid üçün çox uzundur; fayl kimi yükləyin.',
  csvTaken: (n) => `Fayldan götürüldü: ${n} bülleten. Əvvəlki sayı “Sonuncunu geri al” qaytarır.`, csvForm: 'Bu fayl bu səhifənin cədvəli deyil.', csvLong: 'Fayl bir günün sayı üçün çox böyükdür.',
  csvStation: (of, here) => `Fayl ${of} məntəqəsinindir, bu isə ${here} məntəqəsidir.`, csvRow: (row) => `Oxunmayan sətir: ${row}. Heç nə götürülmədi.`,
  forget: 'Saymanı sil', forgetAsk: (n) => `${n} bülletenlik say bu cihazdan silinsin?`, forgetYes: 'Bəli, sil', forgetNo: 'Xeyr, qalsın', forgotten: 'Say silindi.',
  theirs: 'Başqa birinin sayı', theirsText: 'Bu say keçidlə gəlib. Onu kimin saydığını və düz saydığını bu səhifə bilmir; dəqiqələrə özünüz baxa bilərsiniz.',
  spoilt: 'Bu keçiddəki say oxunmur: keçid yarımçıqdır, dəyişdirilib və ya başqa məntəqənindir.', mineAll: (n) => `Sizin sayınız: ${n}.`, mineBy: (n) => `Sizin sayınız o vaxta qədər: ${n}.`,
  takeOver: 'Öz sayım kimi götür', takeOverAsk: (n) => `Sizin ${n} bülletenlik sayınızın yerinə bu götürülsün?`, takeOverYes: 'Bəli, götür', takenOver: 'Götürüldü; indi bu sizin sayınızdır.', closeTheirs: 'Bağla, özüm sayım',
};

const en: CountTexts = {
  title: 'Count the ballots', titleOf: (id) => `Count the ballots: ${id}`,
  lede: 'Watch one station and press once for each ballot that goes into the box. Your count is set beside the official turnout.',
  onePerson: 'This is one person’s count and not official: it shows what one person saw.', nothingSent: 'Nothing is sent to the server.',
  choose: 'Which station?', countHere: 'Count here', toStation: 'The station’s page',
  tally: 'Counted', ballotsWord: (n) => (n === 1 ? 'ballot' : 'ballots'), tap: 'Ballot in the box', tapKeys: 'space bar or B', undo: 'Take the last one back', undone: 'Taken back.',
  tapped: (time) => `Time of the picture: ${time}`, noPicture: 'There is no picture, so nothing was counted.', full: 'No more than this can be counted.',
  keysOn: 'Keys work anywhere on this page', keys: 'Keys',
  keysText: ['Space bar or B: one ballot.', 'Backspace or Z: take the last one back.', 'K: pause or play.', 'J and L: ten seconds back, forward.', '+ and −: faster, slower.', 'A key that is held down counts once.'],
  again: (from, to, ballots) => `You have already counted ${from}–${to}: ${ballots} ${ballots === 1 ? 'ballot' : 'ballots'}. If you go on, the same ballots will be counted twice.`,
  countAnew: 'Count these minutes again', countOn: 'Go on counting', jumped: 'A stretch without a picture was skipped.',
  legendWatched: 'watched', legendHole: 'no picture', watchedSum: (length) => `Watched in all: ${length}.`,
  rate: 'Ballots in each ten minutes', nothingYet: 'Nothing has been counted yet.',
  rateSaid: (most, at, tens, partly) => `The most: ${most} (${at}). Stretches of ten minutes: ${tens}; not fully watched: ${partly}.`,
  watchedAll: 'fully watched', watchedPart: 'partly watched', watchedNone: 'not watched', asTable: 'As a table', colTime: 'Time', colBallots: 'Ballots', colWatched: 'Watched',
  compare: 'Beside the official turnout', compareLater: 'The first official figure has not come yet.',
  by: (time) => `By ${time}`, counted: (n) => `Counted: ${n}.`, noOfficial: 'There is no official figure yet.',
  officialBoth: (percent, registered, voters, scope) => `Official: ${percent} % of ${registered} registered = ${voters} (${scope}).`,
  officialPercent: (percent, scope) => `Official: ${percent} % (${scope}). How many voters are registered here is not known, so it cannot be set beside a count.`,
  officialNumber: (voters, scope) => `Official: ${voters} voters (${scope}).`,
  scopes: { country: 'the figure of the whole country, not of this station', constituency: 'the figure of the constituency, not of this station alone', station: 'the figure of this station' },
  noDifference: 'No difference is given: not all of the time was watched.', speedSaid: (speed) => `Speed: ${speed}×`,
  difference: (by) => (by === 0 ? 'No difference.' : `Difference: ${signed(by)}.`),
  coverage: (from, to, watched, unwatched, blind) => `${from}–${to}: watched ${watched}, not watched ${unwatched}, without a picture ${blind}.`,
  watchedWhole: (from, to) => `${from}–${to}: fully watched.`, provesNothing: 'For time that was not watched, a count proves nothing.', source: 'Source',
  enterOfficial: 'Enter the official figure of the station or constituency', whose: 'Whose', ofStation: 'station', ofConstituency: 'constituency', figure: 'Figure', unit: 'In', percent: 'per cent', voters: 'number of voters',
  votersOf: (n) => `${n} ${n === 1 ? 'voter' : 'voters'}`, sourceHint: 'where it is from', enter: 'Enter', remove: 'Remove', figureWrong: 'Per cent is 0 to 100; a number of voters is whole and not above those registered.',
  keep: 'Keep and share the count', keptLater: 'Nothing is kept yet. After your first press the count is kept in this browser on this device, and nowhere else; “Forget the count” deletes it.',
  kept: 'The count is in this browser on this device, and nowhere else. “Forget the count” deletes it.', notKept: 'This browser does not keep the count. Save it as a file before you leave the page.',
  share: 'Share the count as a link', saveFile: 'Save as a file (CSV)', openFile: 'Open a file (CSV)',
  linkCopied: (n) => `Link copied: ${n} ${n === 1 ? 'ballot' : 'ballots'}. The count is in the link itself.`, linkByHand: 'Copy the link from here; the count is in the link itself.', tooLong: 'This count is too long for a link; save it as a file.',
  csvTaken: (n) => `Loaded from the file: ${n} ${n === 1 ? 'ballot' : 'ballots'}. “Take the last one back” restores the count before it.`, csvForm: 'This file is not a table from this page.', csvLong: 'The file is too large for the count of one day.',
  csvStation: (of, here) => `The file is for station ${of}, but this is ${here}.`, csvRow: (row) => `Row ${row} cannot be read. Nothing was loaded.`,
  forget: 'Forget the count', forgetAsk: (n) => `Delete the count of ${n} ${n === 1 ? 'ballot' : 'ballots'} from this device?`, forgetYes: 'Yes, delete it', forgetNo: 'No, keep it', forgotten: 'The count is deleted.',
  theirs: 'Another person’s count', theirsText: 'This count came with a link. The page does not know who counted, or whether correctly; you can look at the minutes yourself.',
  spoilt: 'The count in this link cannot be read: the link is cut short, altered, or for another station.', mineAll: (n) => `Your own count: ${n}.`, mineBy: (n) => `Your own count by then: ${n}.`,
  takeOver: 'Take over as mine', takeOverAsk: (n) => `Replace your own count of ${n} with it?`, takeOverYes: 'Yes, take it over', takenOver: 'Taken over; it is your count now.', closeTheirs: 'Close, and count myself',
};

const ballotsRu = (n: number) => inRussian(n, 'бюллетень', 'бюллетеня', 'бюллетеней');
const votersRu = (n: number) => inRussian(n, 'избиратель', 'избирателя', 'избирателей');

const ru: CountTexts = {
  title: 'Считать бюллетени', titleOf: (id) => `Считать бюллетени: ${id}`,
  lede: 'Смотрите один участок и нажимайте один раз, когда бюллетень опускают в урну. Ваш подсчёт встанет рядом с официальной явкой.',
  onePerson: 'Это подсчёт одного человека, не официальный: он говорит о том, что видел один человек.', nothingSent: 'На сервер ничего не отправляется.',
  choose: 'Какой участок?', countHere: 'Считать здесь', toStation: 'Страница участка',
  tally: 'Посчитано', ballotsWord: (n) => russianWord(n, 'бюллетень', 'бюллетеня', 'бюллетеней'), tap: 'Бюллетень в урне', tapKeys: 'клавиша «пробел» или B', undo: 'Отменить последний', undone: 'Отменено.',
  tapped: (time) => `Время изображения: ${time}`, noPicture: 'Изображения нет, ничего не посчитано.', full: 'Больше посчитать нельзя.',
  keysOn: 'Клавиши действуют на всей странице', keys: 'Клавиши',
  keysText: ['Клавиша «пробел» или B: один бюллетень.', 'Backspace или Z: отменить последний.', 'K: пауза или воспроизведение.', 'J и L: на десять секунд назад, вперёд.', '+ и −: быстрее, медленнее.', 'Удерживаемая клавиша считает один раз.'],
  again: (from, to, ballots) => `Отрезок ${from}–${to} вы уже считали: ${ballotsRu(ballots)}. Если продолжить, те же бюллетени посчитаются дважды.`,
  countAnew: 'Посчитать эти минуты заново', countOn: 'Считать дальше', jumped: 'Пропущен отрезок без изображения.',
  legendWatched: 'просмотрено', legendHole: 'нет изображения', watchedSum: (length) => `Всего просмотрено: ${length}.`,
  rate: 'Бюллетени за каждые десять минут', nothingYet: 'Пока ничего не посчитано.',
  rateSaid: (most, at, tens, partly) => `Больше всего: ${most} (${at}). Отрезков по десять минут: ${tens}; просмотрено не целиком: ${partly}.`,
  watchedAll: 'просмотрено целиком', watchedPart: 'просмотрено частично', watchedNone: 'не просмотрено', asTable: 'Таблицей', colTime: 'Время', colBallots: 'Бюллетени', colWatched: 'Просмотрено',
  compare: 'Рядом с официальной явкой', compareLater: 'Первой официальной цифры ещё нет.',
  by: (time) => `К ${time}`, counted: (n) => `Посчитано: ${n}.`, noOfficial: 'Официальной цифры пока нет.',
  officialBoth: (percent, registered, voters, scope) => `Официально: ${percent} % от ${registered} зарегистрированных = ${voters} (${scope}).`,
  officialPercent: (percent, scope) => `Официально: ${percent} % (${scope}). Сколько избирателей зарегистрировано здесь, неизвестно, поэтому сравнить с подсчётом нельзя.`,
  officialNumber: (voters, scope) => `Официально: ${votersRu(voters)} (${scope}).`,
  scopes: { country: 'цифра по всей стране, а не по этому участку', constituency: 'цифра по округу, а не только по этому участку', station: 'цифра этого участка' },
  noDifference: 'Разница не указана: просмотрено не всё время.', speedSaid: (speed) => `Скорость: ${speed}×`,
  difference: (by) => (by === 0 ? 'Разницы нет.' : `Разница: ${signed(by)}.`),
  coverage: (from, to, watched, unwatched, blind) => `${from}–${to}: просмотрено ${watched}, не просмотрено ${unwatched}, без изображения ${blind}.`,
  watchedWhole: (from, to) => `${from}–${to}: просмотрено целиком.`, provesNothing: 'За время, которое не смотрели, подсчёт ничего не доказывает.', source: 'Источник',
  enterOfficial: 'Внести официальную цифру участка или округа', whose: 'Чья', ofStation: 'участок', ofConstituency: 'округ', figure: 'Цифра', unit: 'В чём', percent: 'проценты', voters: 'число избирателей',
  votersOf: votersRu, sourceHint: 'откуда она', enter: 'Внести', remove: 'Убрать', figureWrong: 'Проценты — от 0 до 100; число избирателей — целое и не больше зарегистрированных.',
  keep: 'Сохранить подсчёт и поделиться', keptLater: 'Пока ничего не сохранено. После первого нажатия подсчёт хранится в этом браузере на этом устройстве, и больше нигде; «Удалить подсчёт» удаляет его.',
  kept: 'Подсчёт хранится в этом браузере на этом устройстве, и больше нигде. «Удалить подсчёт» удаляет его.', notKept: 'Этот браузер не хранит подсчёт. Сохраните его файлом, прежде чем уйти со страницы.',
  share: 'Поделиться подсчётом по ссылке', saveFile: 'Сохранить файлом (CSV)', openFile: 'Открыть файл (CSV)',
  linkCopied: (n) => `Ссылка скопирована: ${ballotsRu(n)}. Подсчёт находится в самой ссылке.`, linkByHand: 'Скопируйте ссылку отсюда; подсчёт находится в самой ссылке.', tooLong: 'Этот подсчёт слишком длинный для ссылки; сохраните его файлом.',
  csvTaken: (n) => `Загружено из файла: ${ballotsRu(n)}. «Отменить последний» вернёт прежний подсчёт.`, csvForm: 'Этот файл — не таблица этой страницы.', csvLong: 'Файл слишком велик для подсчёта за один день.',
  csvStation: (of, here) => `Файл относится к участку ${of}, а это ${here}.`, csvRow: (row) => `Строка ${row} не читается. Ничего не загружено.`,
  forget: 'Удалить подсчёт', forgetAsk: (n) => `Удалить с этого устройства подсчёт (${ballotsRu(n)})?`, forgetYes: 'Да, удалить', forgetNo: 'Нет, оставить', forgotten: 'Подсчёт удалён.',
  theirs: 'Подсчёт другого человека', theirsText: 'Этот подсчёт пришёл по ссылке. Страница не знает, кто считал и верно ли; минуты можно посмотреть самому.',
  spoilt: 'Подсчёт в этой ссылке не читается: ссылка обрезана, изменена или относится к другому участку.', mineAll: (n) => `Ваш подсчёт: ${n}.`, mineBy: (n) => `Ваш подсчёт к этому времени: ${n}.`,
  takeOver: 'Взять как свой', takeOverAsk: (n) => `Заменить им ваш подсчёт (${ballotsRu(n)})?`, takeOverYes: 'Да, взять', takenOver: 'Взято; теперь это ваш подсчёт.', closeTheirs: 'Закрыть и считать самому',
};

export const countTexts: Record<Lang, CountTexts> = { az, en, ru };
