/** What the page of the list says. */

import type { Lang } from '../../lib/route';
import { ordinal } from '../../i18n/azSuffix';
import { inRussian } from '../../i18n/numbers';

const az = {
  title: 'Məntəqələrin siyahısı', lede: 'İdxal olunan nəşr layihədir: iki şəxs onu nəşr edənədək ondan heç nə hamıya görünmür.',
  now: 'Nəşrin vəziyyəti', deadline: 'Nəşr müddəti', until: (date: string) => `${date} gününədək`, late: 'Müddət keçib, siyahı vaxtında nəşr edilməyib.', inTime: 'Müddət pozulmayıb.',
  published: 'Hamıya açıq nəşr', nothing: 'Hələ heç bir nəşr hamıya açıq deyil.', waits: 'Nəşr təklifi qərar gözləyir', toProposal: 'Təklifə bax',
  versions: 'Nəşrlər', version: (n: number) => `${ordinal(n)} nəşr`, draft: 'Layihə', isPublic: 'Nəşr olunub', wasPublic: 'Əvvəllər nəşr olunub', noList: 'Hələ siyahı yoxdur. Aşağıda fayl seçin.',
  counts: (constituencies: number, stations: number) => `${constituencies} dairə, ${stations} məntəqə`, made: 'Hazırlanıb', when: 'Nəşr vaxtı', decision: 'Qərar', decisionOf: (number: string, date: string) => `№ ${number}, ${date}`, noDecision: 'Qərar göstərilməyib',
  by: (who: string) => `Nəşr edənlər: ${who}`, byOwner: (who: string) => `Maşının sahibi nəşr edib (${who}), ikinci şəxs olmadan`, file: (kind: string, n: number) => `${kind}, ${ordinal(n)} nəşr`,
  changes: (n: number) => `${ordinal(n)} nəşr nəyi dəyişəcək`, changesOf: 'Hamıya açıq nəşrdən fərqlər', first: 'Bu, ilk nəşr olacaq: hamısı yenidir.', none: 'Fərq yoxdur.',
  kinds: { new: 'Yeni', removed: 'Çıxarılıb', renumbered: 'Nömrəsi dəyişib', moved: 'Yeri dəyişib', changed: 'Digər dəyişiklik' },
  propose: 'Nəşri təklif et', proposeText: 'İkinci şəxs eyni siyahını və fərqləri görür. O təsdiq edən kimi siyahı hamıya açılır.', number: 'Qərarın nömrəsi', numberMissing: 'Qərarın nömrəsini yazın.', date: 'Qərarın tarixi', dateMissing: 'Qərarın tarixini yazın.',
  proposed: 'Təklif göndərildi.', proposedText: 'Siyahı hələ açıq deyil: ikinci şəxs təsdiq etməlidir.',
  importTitle: 'Yeni siyahı', importText: 'CSV faylı bütöv cədvəldir: orada olmayan siyahıdan çıxır. Əvvəlcə fərqlərə baxılır, sonra idxal edilir. İdxal heç nəyi hamıya açmır.', choose: 'CSV faylı', look: 'Fərqlərə bax', looking: 'Yoxlanılır…', tooBig: 'Fayl 8 MiB-dən böyükdür.', noFile: 'Fayl seçin.',
  wrong: (n: number) => `Faylda səhv var: ${n}. Heç nə idxal edilmədi.`, line: 'Sətir', column: 'Sütun', value: 'Dəyər', reason: 'Səbəb', whole: 'bütün fayl', wouldChange: 'Bu fayl son nəşrdə nəyi dəyişir', apply: 'Layihə kimi idxal et', imported: (n: number) => `${ordinal(n)} nəşr idxal edildi. O, layihədir.`, same: 'Siyahı elə belədir: yeni nəşr yaranmadı.', moreWrong: (n: number) => `və daha ${n}`,
};
export type DeskListTexts = typeof az;

const en: DeskListTexts = {
  title: 'List of stations', lede: 'A version that is imported is a draft: nothing of it is public until two persons publish it.',
  now: 'Where publication stands', deadline: 'Deadline of publication', until: (date) => `until ${date}`, late: 'The deadline has passed, and the list was not published in time.', inTime: 'The deadline is met so far.',
  published: 'Public version', nothing: 'No version is public yet.', waits: 'A proposal to publish waits for a decision', toProposal: 'See the proposal',
  versions: 'Versions', version: (n) => `Version ${n}`, draft: 'Draft', isPublic: 'Published', wasPublic: 'Published earlier', noList: 'There is no list yet. Choose a file below.',
  counts: (constituencies, stations) => `${constituencies} ${constituencies === 1 ? 'constituency' : 'constituencies'}, ${stations} ${stations === 1 ? 'station' : 'stations'}`,
  made: 'Made', when: 'Published', decision: 'Decision', decisionOf: (number, date) => `no. ${number} of ${date}`, noDecision: 'No decision given',
  by: (who) => `Published by ${who}`, byOwner: (who) => `Published by the owner of the machine (${who}), without a second person`, file: (kind, n) => `${kind}, version ${n}`,
  changes: (n) => `What version ${n} will change`, changesOf: 'Differences from the public version', first: 'This will be the first version: all of it is new.', none: 'No differences.',
  kinds: { new: 'New', removed: 'Removed', renumbered: 'Renumbered', moved: 'Moved', changed: 'Other changes' },
  propose: 'Propose publication', proposeText: 'A second person sees the same list and differences. Once that person approves, the list is public.', number: 'Number of the decision', numberMissing: 'Write the number of the decision.', date: 'Date of the decision', dateMissing: 'Write the date of the decision.',
  proposed: 'The proposal was sent.', proposedText: 'The list is not public yet: a second person has to approve it.',
  importTitle: 'A new list', importText: 'A CSV file is the whole table: what it does not have leaves the list. First you look at the differences, then you import. Importing makes nothing public.', choose: 'CSV file', look: 'Look at the differences', looking: 'Checking…', tooBig: 'The file is larger than 8 MiB.', noFile: 'Choose a file.',
  wrong: (n) => `Things that are wrong in the file: ${n}. Nothing was imported.`, line: 'Line', column: 'Column', value: 'Value', reason: 'Reason', whole: 'the whole file', wouldChange: 'What this file changes in the newest version', apply: 'Import it as a draft', imported: (n) => `Version ${n} was imported. It is a draft.`, same: 'The list already is so: no new version was made.', moreWrong: (n) => `and ${n} more`,
};

const ru: DeskListTexts = {
  title: 'Список участков', lede: 'Загруженная редакция — проект: ничего из неё не открыто всем, пока её не опубликуют два человека.',
  now: 'Состояние публикации', deadline: 'Срок публикации', until: (date) => `до ${date}`, late: 'Срок прошёл, список не опубликован вовремя.', inTime: 'Срок пока не нарушен.',
  published: 'Открытая всем редакция', nothing: 'Ни одна редакция ещё не открыта.', waits: 'Предложение о публикации ждёт решения', toProposal: 'Открыть предложение',
  versions: 'Редакции', version: (n) => `Редакция ${n}`, draft: 'Проект', isPublic: 'Опубликована', wasPublic: 'Опубликована раньше', noList: 'Списка ещё нет. Выберите файл ниже.',
  counts: (constituencies, stations) => `${inRussian(constituencies, 'округ', 'округа', 'округов')}, ${inRussian(stations, 'участок', 'участка', 'участков')}`,
  made: 'Составлена', when: 'Опубликована', decision: 'Решение', decisionOf: (number, date) => `№ ${number} от ${date}`, noDecision: 'Решение не указано',
  by: (who) => `Опубликовали: ${who}`, byOwner: (who) => `Опубликовал владелец машины (${who}), без второго человека`, file: (kind, n) => `${kind}, редакция ${n}`,
  changes: (n) => `Что изменит редакция ${n}`, changesOf: 'Отличия от открытой редакции', first: 'Это будет первая редакция: в ней всё новое.', none: 'Отличий нет.',
  kinds: { new: 'Новые', removed: 'Исключены', renumbered: 'Сменили номер', moved: 'Сменили место', changed: 'Другие изменения' },
  propose: 'Предложить публикацию', proposeText: 'Второй человек видит тот же список и отличия. Как только он утвердит, список открыт всем.', number: 'Номер решения', numberMissing: 'Напишите номер решения.', date: 'Дата решения', dateMissing: 'Напишите дату решения.',
  proposed: 'Предложение отправлено.', proposedText: 'Список ещё не открыт: его должен утвердить второй человек.',
  importTitle: 'Новый список', importText: 'Файл CSV — это вся таблица: чего в нём нет, того не будет в списке. Сначала смотрят отличия, потом загружают. Загрузка ничего не открывает.', choose: 'Файл CSV', look: 'Посмотреть отличия', looking: 'Проверяется…', tooBig: 'Файл больше 8 МиБ.', noFile: 'Выберите файл.',
  wrong: (n) => `Ошибок в файле: ${n}. Ничего не загружено.`, line: 'Строка', column: 'Столбец', value: 'Значение', reason: 'Причина', whole: 'весь файл', wouldChange: 'Что файл меняет в последней редакции', apply: 'Загрузить как проект', imported: (n) => `Редакция ${n} загружена. Это проект.`, same: 'Список и так такой: новой редакции нет.', moreWrong: (n) => `и ещё ${n}`,
};

export const deskListTexts: Record<Lang, DeskListTexts> = { az, en, ru };
