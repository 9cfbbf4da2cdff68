/** What the board of the programme and the page of a station say. */

import type { Lang } from '../../lib/route';
import { grouped } from '../../parts/names';

const az = {
  title: 'Quraşdırma proqramı', lede: 'Hər məntəqənin mərhələsi yazılanlardan hesablanır: heç kim onu özü təyin edə bilməz.',
  stagesTitle: 'Mərhələlər üzrə məntəqələr', none: 'Kamerasız', stations: (n: number) => `${grouped(n)} məntəqə`, ofAll: (n: number, all: number) => `${grouped(all)} məntəqədən ${grouped(n)}`,
  stages: { chosen: 'Seçilib', surveyed: 'Baxış keçirilib', 'conditions-met': 'Şərtlər ödənir', installed: 'Quraşdırılıb', accepted: 'Qəbul edilib', rehearsed: 'Sınanıb', public: 'Hamıya açıqdır' },
  worsts: { late: 'Gecikir', blocked: 'Maneə var', untested: 'Sınanmayıb', 'under-way': 'İşlənir', public: 'Açıqdır', empty: 'Məntəqə yoxdur' },
  filter: 'Nə göstərilsin', shows: { late: 'Gecikənlər', untested: 'Sınanmayanlar', blocked: 'Maneəsi olanlar' }, stage: 'Mərhələ', anyStage: 'Hamısı', shown: (n: number, all: number) => `Göstərilir: ${grouped(n)} / ${grouped(all)} məntəqə`, nothing: 'Belə məntəqə yoxdur.',
  map: 'Dairələr', mapHelp: 'Hər xana bir dairədir və oradakı ən pis vəziyyəti göstərir. Xanalar arasında ox düymələri ilə keçilir, Enter məntəqələri açır.', table: 'Cədvəl', constituency: (n: number) => `${n} saylı dairə`,
  tile: (n: number, worst: string, found: number, all: number) => `${n} saylı dairə: ${worst}; ${all} məntəqədən ${found}`,
  columns: { constituency: 'Dairə', state: 'Ən pis vəziyyət', stations: 'Məntəqə', late: 'Gecikir', untested: 'Sınanmayıb', blocked: 'Maneə var', public: 'Açıqdır', decided: 'Qərara görə', missing: 'Çatışmır', without: 'Kamerasız' },
  open: (n: number) => `${n} saylı dairənin məntəqələri`, unsaid: '–',
  facts: 'Say, siyahı, sınaq', decided: 'Qərara alınıb', decidedText: (stations: number, constituencies: number) => `${grouped(stations)} məntəqə, ${constituencies} dairə`, undecided: 'Hələ qərar yazılmayıb', missing: 'Çatışmır', inBoth: 'İki siyahıda da olanlar', withoutCamera: 'Kamerasız məntəqələr',
  selfTests: 'Sədrlərin sınağı', tested: (done: number, of: number, passed: number) => `${grouped(of)} məntəqədən ${grouped(done)} sınanıb, ${grouped(passed)} uğurlu`,
  deadline: 'Siyahının dərc müddəti', until: (date: string) => `${date} gününədək`, publicationLate: 'Müddət keçib, siyahı vaxtında dərc edilməyib.', publishedAt: 'Dərc edilib', notPublished: 'Hələ dərc edilməyib', outdated: 'Siyahı ondan sonra dəyişib.', decision: 'Siyahı barədə qərar', decisionText: (number: string, date: string, version: number) => `№ ${number}, ${date}, siyahının ${version} nömrəli variantı`, noDecision: 'Hələ yoxdur', reports: 'Baxılmamış müraciətlər', unknown: 'məlum deyil',
  stationTitle: (id: string) => `${id} məntəqəsi`, progress: 'Mərhələlər', reached: 'çatılıb', next: 'növbəti', later: 'sonra', blocksTitle: (stage: string) => `“${stage}” üçün nə çatışmır`, allReached: 'Bütün mərhələlərə çatılıb.', notOnBoard: 'Bu məntəqə siyahıda yoxdur.',
  blockers: {
    'no-camera': 'heç bir kamera işlək deyil', unanswered: 'cavab yoxdur', 'not-met': 'şərt ödənmir', unmeasured: 'ölçü yazılmayıb', 'not-installed': 'kamera qoşulmayıb', 'not-accepted': 'qəbul edilməyib', withdrawn: 'qəbul geri götürülüb', untested: 'sınanmayıb', 'test-failed': 'sınaq uğursuz olub', 'not-approved': 'görüntü təsdiqlənməyib',
  },
  questions: { room: 'otaq görünmür', 'box-and-tables': 'qutu və masalar görünmür', 'no-booth': 'kabinə görünür' }, since: 'Başlanğıc', fellBack: 'əvvəl yerinə yetirilmişdi', overdue: (date: string) => `müddəti ${date} bitib`, responsible: 'Məsul şəxs', due: 'Son gün', nobody: 'təyin edilməyib',
  dueTitle: 'Məsul şəxs və müddət', dueText: 'Hər ikisi boş qalarsa, bu mərhələ üçün tapşırıq ləğv edilir.', save: 'Yadda saxla', saved: 'Yazıldı.', dateHelp: 'Bu gün də müddətə daxildir.',
  checklist: 'Yoxlama siyahısı', items: { power: 'Kameranın yerində elektrik', 'power-reserve': 'Ehtiyat elektrik', line: 'İnternet xətti', 'light-day': 'Gündüz işığı', 'light-count': 'Sayım vaxtı işıq', mount: 'Kameranın bərkidilməsi', view: 'Görüntü: qutu və masalar görünür, kabinə görünmür', legibility: 'Sayım masasındakılar oxunur', 'own-cameras': 'Binanın öz kameraları söndürülüb və ya örtülüb', notice: 'Qapıda elan asılıb' },
  mets: { yes: 'Ödənir', no: 'Ödənmir', unknown: 'Bilinmir' }, unanswered: 'Cavab yoxdur', measured: 'Ölçülər', photo: (n: number) => `Şəkil ${n}`, photos: 'Şəkillər', noPhotos: 'Şəkil yoxdur.', toField: 'Texnikin səhifəsi',
  history: 'Tarixçə', noHistory: 'Hələ heç nə yazılmayıb.', foundAt: 'aşkar edilib', cameAt: 'gəlib',
  facts2: { finding: 'Yoxlama', acceptance: 'Qəbul', 'acceptance-withdrawn': 'Qəbul geri götürüldü', rehearsal: 'Məşq', link: 'Sədr üçün yeni keçid', 'self-test': 'Sədrin sınağı', due: 'Tapşırıq' } as Record<string, string>, passed: 'uğurlu', failed: 'uğursuz',
  link: 'Sədr üçün keçid', linkText: 'Sədr bu keçidlə hesabsız öz məntəqəsinin görüntüsünü görür və üç suala cavab verir. Yeni keçid əvvəlkini ləğv edir. Keçid yalnız bir dəfə göstərilir.', makeLink: 'Yeni keçid yarat', linkOnce: 'Onu indi kopyalayın: bir daha göstərilməyəcək.', linkLost: 'Keçid yaradılıb, amma cavab gəlmədi. Yenisini yaradın.',
  acceptance: 'Qəbul', acceptedBy: (chair: string, technician: string) => `Sədr: ${chair}. Texnik: ${technician}.`, notAccepted: 'Məntəqə hələ qəbul edilməyib.', accept: 'Qəbulu yaz', chair: 'Sədrin adı', technician: 'Texnikin adı', words: 'Qeyd', withdraw: 'Qəbulu geri götür', withdrawWhy: 'Niyə', needed: 'Bu sahəni doldurun.', twoPeople: 'Adlar eynidir: iki şəxs lazımdır.', whyNeeded: 'Səbəbi yazın.', withdrawnText: 'Qəbul geri götürülüb.',
};
export type ProgrammeTexts = typeof az;

const en: ProgrammeTexts = {
  title: 'Installation programme', lede: 'The stage of each station follows from what was recorded: nobody can set it.',
  stagesTitle: 'Stations by stage', none: 'No camera', stations: (n) => `${grouped(n)} ${n === 1 ? 'station' : 'stations'}`, ofAll: (n, all) => `${grouped(n)} of ${grouped(all)} stations`,
  stages: { chosen: 'Chosen', surveyed: 'Surveyed', 'conditions-met': 'Conditions met', installed: 'Installed', accepted: 'Accepted', rehearsed: 'Rehearsed', public: 'Public' },
  worsts: { late: 'Late', blocked: 'Blocked', untested: 'Untested', 'under-way': 'On its way', public: 'Public', empty: 'No station' },
  filter: 'What to show', shows: { late: 'Late', untested: 'Untested', blocked: 'Blocked' }, stage: 'Stage', anyStage: 'Any', shown: (n, all) => `Shown: ${grouped(n)} of ${grouped(all)} stations`, nothing: 'There is no such station.',
  map: 'Constituencies', mapHelp: 'Each tile is a constituency and shows the worst that is true there. The arrow keys move between tiles; Enter opens the stations.', table: 'Table', constituency: (n) => `Constituency no. ${n}`,
  tile: (n, worst, found, all) => `Constituency no. ${n}: ${worst}; ${found} of ${all} stations`,
  columns: { constituency: 'Constituency', state: 'The worst there', stations: 'Stations', late: 'Late', untested: 'Untested', blocked: 'Blocked', public: 'Public', decided: 'Decided', missing: 'Missing', without: 'No camera' },
  open: (n) => `Stations of constituency no. ${n}`, unsaid: '–',
  facts: 'Numbers, list, tests', decided: 'Decided', decidedText: (stations, constituencies) => `${grouped(stations)} ${stations === 1 ? 'station' : 'stations'} in ${constituencies} ${constituencies === 1 ? 'constituency' : 'constituencies'}`, undecided: 'No decision is recorded yet', missing: 'Missing', inBoth: 'In both lists', withoutCamera: 'Stations without a camera',
  selfTests: 'The chairs’ tests', tested: (done, of, passed) => `${grouped(done)} of ${grouped(of)} stations tested, ${grouped(passed)} of them well`,
  deadline: 'Deadline of the list’s publication', until: (date) => `until ${date}`, publicationLate: 'The deadline has passed, and the list was not published in time.', publishedAt: 'Published', notPublished: 'Not published yet', outdated: 'The list has changed since.', decision: 'Decision about the list', decisionText: (number, date, version) => `No. ${number} of ${date}, version ${version} of the list`, noDecision: 'None yet', reports: 'Open reports', unknown: 'not known',
  stationTitle: (id) => `Station ${id}`, progress: 'Stages', reached: 'reached', next: 'next', later: 'later', blocksTitle: (stage) => `What “${stage}” still needs`, allReached: 'All stages are reached.', notOnBoard: 'This station is not in the list.',
  blockers: {
    'no-camera': 'none of its cameras is enabled', unanswered: 'no answer', 'not-met': 'not met', unmeasured: 'no figures', 'not-installed': 'the camera is not connected', 'not-accepted': 'not accepted', withdrawn: 'the acceptance was withdrawn', untested: 'not tested', 'test-failed': 'the test failed', 'not-approved': 'the view is not approved',
  },
  questions: { room: 'the room is not seen', 'box-and-tables': 'the box and the tables are not seen', 'no-booth': 'a booth is seen' }, since: 'Since', fellBack: 'it was fulfilled before', overdue: (date) => `was due on ${date}`, responsible: 'Responsible', due: 'Due', nobody: 'nobody named',
  dueTitle: 'Responsible person and date', dueText: 'If both stay empty, there is no duty for this stage any more.', save: 'Save', saved: 'Recorded.', dateHelp: 'This day is still in time.',
  checklist: 'Checklist', items: { power: 'Power at the place of the camera', 'power-reserve': 'A reserve of power', line: 'The line', 'light-day': 'Light by day', 'light-count': 'Light at the count', mount: 'The mount', view: 'The view: box and tables seen, no booth seen', legibility: 'What lies on the counting table can be read', 'own-cameras': 'The house’s own cameras are off or covered', notice: 'The notice at the door hangs' },
  mets: { yes: 'Met', no: 'Not met', unknown: 'Not known' }, unanswered: 'No answer', measured: 'Figures', photo: (n) => `Photo ${n}`, photos: 'Photos', noPhotos: 'There are no photos.', toField: 'The technician’s page',
  history: 'History', noHistory: 'Nothing is recorded yet.', foundAt: 'found', cameAt: 'came',
  facts2: { finding: 'Finding', acceptance: 'Acceptance', 'acceptance-withdrawn': 'Acceptance withdrawn', rehearsal: 'Rehearsal', link: 'New link for the chair', 'self-test': 'The chair’s test', due: 'Duty' }, passed: 'well', failed: 'failed',
  link: 'Link for the chair', linkText: 'With this link the chair sees the picture of the own station without an account and answers three questions. A new link makes the former one void. The link is shown only once.', makeLink: 'Make a new link', linkOnce: 'Copy it now: it is not shown again.', linkLost: 'The link was made, but the answer did not come. Make another one.',
  acceptance: 'Acceptance', acceptedBy: (chair, technician) => `Chair: ${chair}. Technician: ${technician}.`, notAccepted: 'The station is not accepted yet.', accept: 'Record the acceptance', chair: 'Name of the chair', technician: 'Name of the technician', words: 'Remark', withdraw: 'Withdraw the acceptance', withdrawWhy: 'Why', needed: 'Fill in this field.', twoPeople: 'Both names are the same: two people are needed.', whyNeeded: 'Write the reason.', withdrawnText: 'The acceptance was withdrawn.',
};

const ru: ProgrammeTexts = {
  title: 'Программа установки', lede: 'Этап каждого участка вычисляется из записей: задать его вручную нельзя.',
  stagesTitle: 'Участки по этапам', none: 'Без камеры', stations: (n) => `участков: ${grouped(n)}`, ofAll: (n, all) => `участков: ${grouped(n)} из ${grouped(all)}`,
  stages: { chosen: 'Выбран', surveyed: 'Обследован', 'conditions-met': 'Условия выполнены', installed: 'Оборудован', accepted: 'Принят', rehearsed: 'Проверен', public: 'Открыт для всех' },
  worsts: { late: 'Просрочено', blocked: 'Препятствие', untested: 'Не проверен', 'under-way': 'В работе', public: 'Открыт', empty: 'Нет участков' },
  filter: 'Что показать', shows: { late: 'Просроченные', untested: 'Непроверенные', blocked: 'С препятствием' }, stage: 'Этап', anyStage: 'Любой', shown: (n, all) => `Показано участков: ${grouped(n)} из ${grouped(all)}`, nothing: 'Таких участков нет.',
  map: 'Округа', mapHelp: 'Каждая плитка — округ; она показывает худшее, что там есть. Между плитками переходят стрелками, Enter открывает участки.', table: 'Таблица', constituency: (n) => `Округ № ${n}`,
  tile: (n, worst, found, all) => `Округ № ${n}: ${worst}; участков: ${found} из ${all}`,
  columns: { constituency: 'Округ', state: 'Худшее состояние', stations: 'Участки', late: 'Просрочено', untested: 'Не проверены', blocked: 'Препятствие', public: 'Открыты', decided: 'По решению', missing: 'Не хватает', without: 'Без камеры' },
  open: (n) => `Участки округа № ${n}`, unsaid: '–',
  facts: 'Числа, список, проверки', decided: 'Решено', decidedText: (stations, constituencies) => `участков: ${grouped(stations)}, округов: ${constituencies}`, undecided: 'Решение ещё не записано', missing: 'Не хватает', inBoth: 'В обоих списках', withoutCamera: 'Участки без камеры',
  selfTests: 'Проверки председателей', tested: (done, of, passed) => `Проверено участков: ${grouped(done)} из ${grouped(of)}, успешно: ${grouped(passed)}`,
  deadline: 'Срок публикации списка', until: (date) => `до ${date} включительно`, publicationLate: 'Срок прошёл, список вовремя не опубликован.', publishedAt: 'Опубликован', notPublished: 'Ещё не опубликован', outdated: 'С тех пор список изменился.', decision: 'Решение о списке', decisionText: (number, date, version) => `№ ${number} от ${date}, версия списка ${version}`, noDecision: 'Ещё нет', reports: 'Нерассмотренные обращения', unknown: 'неизвестно',
  stationTitle: (id) => `Участок ${id}`, progress: 'Этапы', reached: 'пройден', next: 'следующий', later: 'позже', blocksTitle: (stage) => `Чего не хватает для этапа «${stage}»`, allReached: 'Все этапы пройдены.', notOnBoard: 'Этого участка нет в списке.',
  blockers: {
    'no-camera': 'ни одна камера не включена', unanswered: 'нет ответа', 'not-met': 'условие не выполнено', unmeasured: 'нет измерений', 'not-installed': 'камера не подключена', 'not-accepted': 'не принят', withdrawn: 'приёмка отозвана', untested: 'не проверен', 'test-failed': 'проверка не удалась', 'not-approved': 'изображение не утверждено',
  },
  questions: { room: 'комната не видна', 'box-and-tables': 'урна и столы не видны', 'no-booth': 'видна кабина' }, since: 'С', fellBack: 'раньше было выполнено', overdue: (date) => `срок истёк ${date}`, responsible: 'Ответственный', due: 'Срок', nobody: 'не назначен',
  dueTitle: 'Ответственный и срок', dueText: 'Если оба поля пусты, поручение по этому этапу снимается.', save: 'Сохранить', saved: 'Записано.', dateHelp: 'Этот день ещё входит в срок.',
  checklist: 'Контрольный список', items: { power: 'Электричество на месте камеры', 'power-reserve': 'Резервное питание', line: 'Линия связи', 'light-day': 'Свет днём', 'light-count': 'Свет при подсчёте', mount: 'Крепление камеры', view: 'Вид: урна и столы видны, кабина не видна', legibility: 'Лежащее на столе подсчёта читается', 'own-cameras': 'Собственные камеры здания выключены или закрыты', notice: 'Объявление на двери висит' },
  mets: { yes: 'Выполнено', no: 'Не выполнено', unknown: 'Неизвестно' }, unanswered: 'Нет ответа', measured: 'Измерения', photo: (n) => `Фото ${n}`, photos: 'Фотографии', noPhotos: 'Фотографий нет.', toField: 'Страница техника',
  history: 'История', noHistory: 'Пока ничего не записано.', foundAt: 'обнаружено', cameAt: 'получено',
  facts2: { finding: 'Осмотр', acceptance: 'Приёмка', 'acceptance-withdrawn': 'Приёмка отозвана', rehearsal: 'Репетиция', link: 'Новая ссылка для председателя', 'self-test': 'Проверка председателя', due: 'Поручение' }, passed: 'успешно', failed: 'неудачно',
  link: 'Ссылка для председателя', linkText: 'По этой ссылке председатель без учётной записи видит изображение своего участка и отвечает на три вопроса. Новая ссылка отменяет прежнюю. Ссылка показывается только один раз.', makeLink: 'Создать новую ссылку', linkOnce: 'Скопируйте её сейчас: больше она не появится.', linkLost: 'Ссылка создана, но ответ не пришёл. Создайте другую.',
  acceptance: 'Приёмка', acceptedBy: (chair, technician) => `Председатель: ${chair}. Техник: ${technician}.`, notAccepted: 'Участок ещё не принят.', accept: 'Записать приёмку', chair: 'Имя председателя', technician: 'Имя техника', words: 'Примечание', withdraw: 'Отозвать приёмку', withdrawWhy: 'Почему', needed: 'Заполните это поле.', twoPeople: 'Имена совпадают: нужны два человека.', whyNeeded: 'Напишите причину.', withdrawnText: 'Приёмка отозвана.',
};

export const programmeTexts: Record<Lang, ProgrammeTexts> = { az, en, ru };
