/** What the pages of cameras say: the gate through which a picture becomes public. */

import type { Lang } from '../../lib/route';
import { ordinal } from '../../i18n/azSuffix';
import { grouped } from '../../parts/names';

const az = {
  title: 'Kameralar', lede: 'Kameranın görüntüsü iki şəxs təsdiq edəndən sonra hamıya açılır. Səsvermənin gizliliyi təhlükədədirsə, bir şəxs onu dərhal gizlədə bilər.',
  find: 'Nömrə, məntəqənin adı', byState: 'Vəziyyətə görə', air: 'Efir', anyAir: 'Fərqi yoxdur', onAir: 'Efirdə', offAir: 'Efirdə deyil',
  shown: (shown: number, all: number) => `Göstərilir: ${grouped(shown)} / ${grouped(all)} kamera`, none: 'Belə kamera yoxdur. Axtarışı və ya seçimi dəyişin.',
  constituency: (n: number) => `${n} saylı dairə`, station: 'Məntəqə', camera: 'Kamera', cameraOf: (n: string) => `${ordinal(Number(n))} kamera`, state: 'Hamıya açıqdırmı', waits: 'Təklif gözləyir',
  states: { public: 'Hamıya açıqdır', unapproved: 'Hələ təsdiqlənməyib', hidden: 'Gizlədilib', unpublished: 'Siyahısı nəşr olunmayıb' },
  phases: { voting: 'Səsvermə üçün', count: 'Sayım üçün' }, phase: 'Nə üçün',
  zones: { box: 'Daşınmaz seçki qutusu', mobile_box: 'Daşınan seçki qutusu', issuing_table: 'Bülleten verilən masa', counting_table: 'Sayım masası', protocol_table: 'Protokol masası' },
  checks: {
    no_booth: 'Heç bir səsvermə kabinəsi görünmür', box_visible: 'Seçki qutusu bütöv görünür', tables_visible: 'Bülleten verilən masalar görünür',
    counting_visible: 'Sayım masası bütöv görünür', lit: 'İşıq kifayətdir',
  },
  checksTitle: 'Kadra baxıb cavab verin', unanswered: (n: number) => `Cavabsız sual: ${n}.`, boothSeen: 'Səsvermə kabinəsi görünən kameranı açmaq olmaz. Texnikə deyin ki, kameranı çevirsin, sonra yeni kadr götürün.',
  now: 'İndiki görüntü', nowAlt: (camera: string) => `${camera} kamerasının indiki görüntüsü`, takenAt: (time: string) => `Görüntünün vaxtı: ${time}`, noPicture: 'Kamera indi görüntü göndərmir.', noPictureDo: 'Bu sahə özü yenilənir. Görüntü gəlmirsə, texnikə zəng edin.', pictureLost: 'Görüntü yenilənmir: serverlə əlaqə yoxdur.', actualSize: 'Əsl ölçüdə', fitSize: 'Səhifəyə sığdır',
  facts: 'Kamera haqqında', approvedBy: (who: string) => `Təsdiq edənlər: ${who}`, notApproved: 'təsdiq yoxdur', byOwner: (who: string) => `Maşının sahibi açıb (${who}), ikinci şəxs olmadan`, onPublic: 'Hamıya açıq səhifə', pending: 'Bu kamera üçün təklif ikinci şəxsi gözləyir.', toProposal: 'Təklifə bax',
  approve: 'Görüntünü açmağı təklif et', approveText: 'Əvvəlcə etalon kadrı götürün, zonaları çəkin, suallara cavab verin. Sonra ikinci şəxs eyni kadrı görür və qərar verir.', again: 'Yeni təsdiq təklif et',
  take: 'Etalon kadr götür', takeAgain: 'Başqa kadr götür', still: 'Etalon kadr', stillAt: (time: string) => `Etalon kadr, ${time}`, stillMissing: 'Əvvəlcə etalon kadr götürün.', taken: 'Kadr götürüldü. İndi zonaları çəkin.',
  zonesTitle: 'Zonalar', zonesHelp: 'Növü seçin və kadrın üstündə çəkin, ya da “Zona əlavə et” düyməsini basın. Seçilmiş zona ox düymələri ilə hərəkət edir, Shift ilə ölçüsü dəyişir, Delete ilə silinir.', zonesMissing: 'Ən azı bir zona çəkin.',
  addKind: 'Yeni zonanın növü', add: 'Zona əlavə et', removeZone: (n: number) => `${ordinal(n)} zonanı sil`, zoneOf: (n: number) => `${ordinal(n)} zona`, kind: 'Növ', left: 'Soldan, %', top: 'Yuxarıdan, %', width: 'En, %', height: 'Hündürlük, %',
  zoneSays: (kind: string, x: string, y: string, w: string, h: string) => `${kind}: soldan ${x} %, yuxarıdan ${y} %, en ${w} %, hündürlük ${h} %`, zoneGone: (kind: string) => `Silindi: ${kind}`, noZones: 'Zona yoxdur.', editor: 'Zonaların çəkildiyi kadr', copyTitle: 'Zonalar kadrın surətində',
  proposeNow: 'Təklif et', proposed: 'Təklif göndərildi.', proposedText: 'Görüntü hələ açıq deyil: ikinci şəxs təsdiq etməlidir.',
  whyApprove: 'məs. Texniklə telefonda yoxlanıldı, kabinələr kadrdan kənardadır.',
  hide: 'Görüntünü gizlət', hideText: 'Dərhal, bir şəxsin qərarı ilə. Yazı davam edir; gizlədilən hissə sonra da göstərilmir.', reason: 'Nə baş verib',
  reasons: { secrecy: 'Səsvermənin gizliliyi pozula bilər', person: 'Bir şəxsin təhlükəsizliyi', other: 'Başqa səbəb' }, words: 'Sözlə yazın', wordsHelp: 'Səbəb hamıya göstərilir, sözləriniz yalnız jurnalda qalır.', wordsMissing: 'Bir neçə sözlə yazın.',
  sinceTitle: 'Nə vaxtdan', since: { 0: 'İndidən', 30: '30 saniyə əvvəldən', 60: '1 dəqiqə əvvəldən', 300: '5 dəqiqə əvvəldən', 600: '10 dəqiqə əvvəldən', own: 'Bu vaxtdan:' }, time: 'Saat', timeWrong: 'Vaxtı saat:dəqiqə kimi yazın, məsələn 14:05.',
  hiddenNow: 'Görüntü gizlədilib.', hiddenNext: 'İzləyicilər onu görmür. Yazı davam edir. Yenidən göstərmək üçün iki şəxs lazımdır: aşağıda təklif edin.', hiddenSince: (time: string, who: string) => `Başlanğıc: ${time}. Gizlədən: ${who}.`,
  show: 'Yenidən göstərməyi təklif et', showText: 'Yuxarıdakı görüntüyə baxın. İkinci şəxs təsdiq edən andan görüntü yenidən hamıya açılır; gizlədilmiş hissə gizli qalır.', whyShow: 'məs. Kamera çevrildi, kabinə görünmür.',
  history: 'Tarixçə', approvals: 'Təsdiqlər', hidings: 'Gizlətmələr', none2: 'Hələ yoxdur.', until: 'Son', from: 'Başlanğıc', still2: 'Kadr', who: 'Kim', untilNow: 'davam edir', shownBy: (who: string) => `Göstərənlər: ${who}`,
};
export type ViewTexts = typeof az;

const en: ViewTexts = {
  title: 'Cameras', lede: 'A camera’s picture becomes public once two persons have approved it. If the secrecy of the vote is in danger, one person can hide it at once.',
  find: 'Number or name of a station', byState: 'By state', air: 'On air', anyAir: 'Either', onAir: 'On air', offAir: 'Off air',
  shown: (shown, all) => `Shown: ${grouped(shown)} of ${grouped(all)} cameras`, none: 'There is no such camera. Change the search or the filter.',
  constituency: (n) => `Constituency no. ${n}`, station: 'Station', camera: 'Camera', cameraOf: (n) => `Camera ${n}`, state: 'Is it public', waits: 'A proposal waits',
  states: { public: 'Public', unapproved: 'Not yet approved', hidden: 'Hidden', unpublished: 'Its list is not published' },
  phases: { voting: 'For the voting', count: 'For the count' }, phase: 'What for',
  zones: { box: 'Stationary box', mobile_box: 'Mobile box', issuing_table: 'Issuing table', counting_table: 'Counting table', protocol_table: 'Protocol table' },
  checks: { no_booth: 'No voting booth is in the picture', box_visible: 'The ballot box is seen whole', tables_visible: 'The issuing tables are seen', counting_visible: 'The counting table is seen whole', lit: 'There is enough light' },
  checksTitle: 'Look at the still and answer', unanswered: (n) => `Questions without an answer: ${n}.`, boothSeen: 'A camera that shows a voting booth must not become public. Tell the technician to turn it, then take another still.',
  now: 'The picture now', nowAlt: (camera) => `The present picture of camera ${camera}`, takenAt: (time) => `Time of the picture: ${time}`, noPicture: 'The camera sends no picture now.', noPictureDo: 'This renews itself. If nothing comes, call the technician.', pictureLost: 'The picture is not renewed: the server does not answer.', actualSize: 'Actual size', fitSize: 'Fit the page',
  facts: 'About the camera', approvedBy: (who) => `Approved by ${who}`, notApproved: 'not approved', byOwner: (who) => `Let in by the owner of the machine (${who}), without a second person`, onPublic: 'The public page', pending: 'A proposal for this camera waits for a second person.', toProposal: 'See the proposal',
  approve: 'Propose to make it public', approveText: 'First take the reference still, draw the zones, answer the questions. Then a second person sees the same still and decides.', again: 'Propose a new approval',
  take: 'Take a reference still', takeAgain: 'Take another still', still: 'Reference still', stillAt: (time) => `Reference still, ${time}`, stillMissing: 'Take a reference still first.', taken: 'The still was taken. Now draw the zones.',
  zonesTitle: 'Zones', zonesHelp: 'Choose a kind and draw on the still, or press “Add a zone”. Arrow keys move the chosen zone, with Shift they change its size, Delete removes it.', zonesMissing: 'Draw at least one zone.',
  addKind: 'Kind of the new zone', add: 'Add a zone', removeZone: (n) => `Remove zone ${n}`, zoneOf: (n) => `Zone ${n}`, kind: 'Kind', left: 'From the left, %', top: 'From the top, %', width: 'Width, %', height: 'Height, %',
  zoneSays: (kind, x, y, w, h) => `${kind}: ${x} % from the left, ${y} % from the top, ${w} % wide, ${h} % high`, zoneGone: (kind) => `Removed: ${kind}`, noZones: 'No zones.', editor: 'Still on which zones are drawn', copyTitle: 'The zones on a copy of the still',
  proposeNow: 'Propose', proposed: 'The proposal was sent.', proposedText: 'The picture is not public yet: a second person has to approve it.',
  whyApprove: 'e.g. Checked with the technician by phone; the booths are out of the picture.',
  hide: 'Hide the picture', hideText: 'At once, by one person’s decision. Recording goes on; what was hidden is not shown later either.', reason: 'What has happened',
  reasons: { secrecy: 'The secrecy of the vote is in danger', person: 'The safety of a person', other: 'Another reason' }, words: 'In words', wordsHelp: 'The reason is public; your words stay in the audit trail.', wordsMissing: 'Write some words.',
  sinceTitle: 'Since when', since: { 0: 'From now on', 30: 'Since 30 seconds ago', 60: 'Since 1 minute ago', 300: 'Since 5 minutes ago', 600: 'Since 10 minutes ago', own: 'Since this time:' }, time: 'Time', timeWrong: 'Write the time as hours:minutes, for example 14:05.',
  hiddenNow: 'The picture is hidden.', hiddenNext: 'The public does not see it. Recording goes on. To show it again takes two persons: propose it below.', hiddenSince: (time, who) => `Since ${time}. Hidden by ${who}.`,
  show: 'Propose to show it again', showText: 'Look at the picture above. When a second person approves, it is public from that moment on; what was hidden stays hidden.', whyShow: 'e.g. The camera was turned; no booth is seen.',
  history: 'History', approvals: 'Approvals', hidings: 'Hidings', none2: 'None yet.', until: 'Until', from: 'From', still2: 'Still', who: 'Who', untilNow: 'goes on', shownBy: (who) => `Shown again by ${who}`,
};

const ru: ViewTexts = {
  title: 'Камеры', lede: 'Изображение камеры открывается всем, когда его утвердили двое. Если тайна голосования под угрозой, один человек может скрыть его сразу.',
  find: 'Номер или название участка', byState: 'По состоянию', air: 'Эфир', anyAir: 'Неважно', onAir: 'В эфире', offAir: 'Не в эфире',
  shown: (shown, all) => `Показано камер: ${grouped(shown)} из ${grouped(all)}`, none: 'Такой камеры нет. Измените поиск или отбор.',
  constituency: (n) => `Округ № ${n}`, station: 'Участок', camera: 'Камера', cameraOf: (n) => `Камера ${n}`, state: 'Открыта ли она всем', waits: 'Ждёт предложение',
  states: { public: 'Открыта всем', unapproved: 'Ещё не утверждена', hidden: 'Скрыта', unpublished: 'Список не опубликован' },
  phases: { voting: 'Для голосования', count: 'Для подсчёта' }, phase: 'Для чего',
  zones: { box: 'Стационарная урна', mobile_box: 'Переносная урна', issuing_table: 'Стол выдачи бюллетеней', counting_table: 'Стол подсчёта', protocol_table: 'Стол для протокола' },
  checks: { no_booth: 'Ни одна кабина для голосования не видна', box_visible: 'Урна видна целиком', tables_visible: 'Столы выдачи бюллетеней видны', counting_visible: 'Стол подсчёта виден целиком', lit: 'Света достаточно' },
  checksTitle: 'Посмотрите на кадр и ответьте', unanswered: (n) => `Вопросы без ответа: ${n}.`, boothSeen: 'Камеру, которой видна кабина для голосования, открывать нельзя. Скажите технику повернуть её, затем сделайте новый кадр.',
  now: 'Изображение сейчас', nowAlt: (camera) => `Нынешнее изображение камеры ${camera}`, takenAt: (time) => `Время изображения: ${time}`, noPicture: 'Сейчас камера не передаёт изображение.', noPictureDo: 'Это обновляется само. Если ничего не приходит, позвоните технику.', pictureLost: 'Изображение не обновляется: сервер не отвечает.', actualSize: 'В полном размере', fitSize: 'По ширине страницы',
  facts: 'О камере', approvedBy: (who) => `Утвердили: ${who}`, notApproved: 'не утверждена', byOwner: (who) => `Открыл владелец машины (${who}), без второго человека`, onPublic: 'Открытая страница', pending: 'Предложение по этой камере ждёт второго человека.', toProposal: 'Посмотреть предложение',
  approve: 'Предложить открыть изображение', approveText: 'Сначала сделайте эталонный кадр, отметьте зоны, ответьте на вопросы. Затем второй человек увидит тот же кадр и решит.', again: 'Предложить новое утверждение',
  take: 'Сделать эталонный кадр', takeAgain: 'Сделать другой кадр', still: 'Эталонный кадр', stillAt: (time) => `Эталонный кадр, ${time}`, stillMissing: 'Сначала сделайте эталонный кадр.', taken: 'Кадр сделан. Теперь отметьте зоны.',
  zonesTitle: 'Зоны', zonesHelp: 'Выберите вид и обведите зону на кадре или нажмите «Добавить зону». Стрелки двигают выбранную зону, с Shift меняют её размер, Delete удаляет.', zonesMissing: 'Отметьте хотя бы одну зону.',
  addKind: 'Вид новой зоны', add: 'Добавить зону', removeZone: (n) => `Удалить зону ${n}`, zoneOf: (n) => `Зона ${n}`, kind: 'Вид', left: 'Слева, %', top: 'Сверху, %', width: 'Ширина, %', height: 'Высота, %',
  zoneSays: (kind, x, y, w, h) => `${kind}: слева ${x} %, сверху ${y} %, ширина ${w} %, высота ${h} %`, zoneGone: (kind) => `Удалено: ${kind}`, noZones: 'Зон нет.', editor: 'Кадр, на котором отмечают зоны', copyTitle: 'Зоны на копии кадра',
  proposeNow: 'Предложить', proposed: 'Предложение отправлено.', proposedText: 'Изображение ещё не открыто: его должен утвердить второй человек.',
  whyApprove: 'напр. Проверено с техником по телефону, кабины вне кадра.',
  hide: 'Скрыть изображение', hideText: 'Сразу, решением одного человека. Запись продолжается; скрытое не показывают и потом.', reason: 'Что случилось',
  reasons: { secrecy: 'Под угрозой тайна голосования', person: 'Безопасность человека', other: 'Другая причина' }, words: 'Словами', wordsHelp: 'Причина видна всем, ваши слова остаются в журнале.', wordsMissing: 'Напишите несколько слов.',
  sinceTitle: 'С какого времени', since: { 0: 'С этого момента', 30: '30 секунд назад', 60: '1 минуту назад', 300: '5 минут назад', 600: '10 минут назад', own: 'С этого времени:' }, time: 'Время', timeWrong: 'Напишите время как часы:минуты, например 14:05.',
  hiddenNow: 'Изображение скрыто.', hiddenNext: 'Зрители его не видят. Запись продолжается. Чтобы показать его снова, нужны двое: предложите это ниже.', hiddenSince: (time, who) => `Начало: ${time}. Кто скрыл: ${who}.`,
  show: 'Предложить показать снова', showText: 'Посмотрите на изображение выше. Когда второй человек согласится, оно откроется с этого момента; скрытое останется скрытым.', whyShow: 'напр. Камеру повернули, кабина не видна.',
  history: 'История', approvals: 'Утверждения', hidings: 'Скрытия', none2: 'Пока нет.', until: 'До', from: 'С', still2: 'Кадр', who: 'Кто', untilNow: 'продолжается', shownBy: (who) => `Показали снова: ${who}`,
};

export const viewTexts: Record<Lang, ViewTexts> = { az, en, ru };
