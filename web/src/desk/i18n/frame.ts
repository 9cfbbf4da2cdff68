/** What every page of the desk says. */

import type { Lang } from '../../lib/route';
import { lengths } from '../../i18n/numbers';

const az = {
  months: ['yanvar', 'fevral', 'mart', 'aprel', 'may', 'iyun', 'iyul', 'avqust', 'sentyabr', 'oktyabr', 'noyabr', 'dekabr'],
  duration: lengths('saat', 'dəq', 'san').duration,
  desk: 'Komissiyanın iş masası', skip: 'Məzmuna keçin', mainNav: 'Əsas menyu', langNav: 'Dil',
  overview: 'İcmal', views: 'Kameralar', programme: 'Proqram', list: 'Siyahı', stock: 'Avadanlıq', rehearsals: 'Məşqlər', proposals: 'Təkliflər', people: 'İstifadəçilər', audit: 'Jurnal', account: 'Hesabım', signOut: 'Çıxış',
  waiting: (n: number) => `${n} təklif sizi gözləyir`,
  sample: 'Nümunə.', sampleText: 'Bu, nümunə seçkidir: məntəqələr və adlar uydurmadır.',
  rehearsal: 'Məşq.', rehearsalText: 'Bu, səsvermə deyil, sınaq günüdür.',
  zone: (zone: string) => (zone === 'Asia/Baku' ? 'Bütün vaxtlar Bakı vaxtıdır.' : `Bütün vaxtlar bu saat qurşağındadır: ${zone}.`),
  recorded: 'Burada edilən hər dəyişiklik jurnala yazılır: kim, nə, nə vaxt, niyə.',
  loading: 'Yüklənir…', retry: 'Yenidən cəhd et', cancel: 'İmtina', close: 'Bağla', copy: 'Kopyala', copied: 'Kopyalandı.', copyByHand: 'Sahədən özünüz kopyalayın.',
  why: 'Səbəb', whyHelp: 'Jurnala yazılır və sonra dəyişdirilmir.', whyMissing: 'Səbəbi yazın.', more: 'Daha çox göstər', all: 'Hamısı', yes: 'Bəli', no: 'Xeyr', from: 'Haradan', sending: 'Göndərilir…',
  notFound: 'Belə səhifə yoxdur', notFoundText: 'Keçid köhnəlmiş və ya səhv yazılmış ola bilər.', toOverview: 'İcmala qayıt',
  notYours: 'Bu səhifə vəzifənizə aid deyil', notYoursText: 'Lazımdırsa, inzibatçıya müraciət edin.',
  roles: { administrator: 'İnzibatçı', commission: 'Komissiya üzvü', operator: 'Operator', technician: 'Texnik', auditor: 'Auditor' },
  fault: {
    unreachable: 'Serverdən cavab gəlmədi. Yazdıqlarınız burada qalır. Yenidən cəhd edin: iş iki dəfə görülməyəcək.',
    wrong: 'Ad və ya parol düz deyil. Klaviaturanın dilini yoxlayın və yenidən yazın.',
    many: (wait: string) => `Cəhdlərin sayı çoxdur. ${wait} gözləyin və yenidən yoxlayın.`,
    role: 'Vəzifəniz buna icazə vermir. Lazımdırsa, inzibatçıya müraciət edin.',
    stale: 'Bu arada vəziyyət dəyişib, ona görə heç nə edilmədi. Səhifəni yeniləyin və yenidən baxın.',
    refused: 'Server bunu qəbul etmədi.', unavailable: 'Bu, hazırda mümkün deyil. Bir azdan yenidən cəhd edin.', missing: 'Serverdə belə yazı yoxdur.', ended: 'Seans bitib. Yenidən daxil olun.',
    server: (status: number) => `Serverdə nasazlıq var (${status}). Yazdıqlarınız burada qalır. Bir azdan yenidən cəhd edin.`,
    passkey: 'Giriş açarı alınmadı: sorğu bağlandı və ya vaxtı keçdi. Yenidən cəhd edin və ya başqa üsul seçin.',
  },
};
export type FrameTexts = typeof az;

const en: FrameTexts = {
  months: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
  duration: lengths('h', 'min', 's').duration,
  desk: 'The commission’s desk', skip: 'Skip to content', mainNav: 'Main menu', langNav: 'Language',
  overview: 'Overview', views: 'Cameras', programme: 'Programme', list: 'List', stock: 'Devices', rehearsals: 'Rehearsals', proposals: 'Proposals', people: 'People', audit: 'Audit trail', account: 'My account', signOut: 'Sign out',
  waiting: (n) => `${n} ${n === 1 ? 'proposal waits' : 'proposals wait'} for you`,
  sample: 'Sample.', sampleText: 'This is a sample election: its stations and names are made up.',
  rehearsal: 'Rehearsal.', rehearsalText: 'This is a test day, not the vote.',
  zone: (zone) => (zone === 'Asia/Baku' ? 'All times are Baku time.' : `All times are in this time zone: ${zone}.`),
  recorded: 'Every change made here is recorded in the audit trail: who, what, when, why.',
  loading: 'Loading…', retry: 'Try again', cancel: 'Cancel', close: 'Close', copy: 'Copy', copied: 'Copied.', copyByHand: 'Copy it from the field yourself.',
  why: 'Reason', whyHelp: 'It is recorded in the audit trail and cannot be changed later.', whyMissing: 'Write the reason.', more: 'Show more', all: 'All', yes: 'Yes', no: 'No', from: 'From', sending: 'Sending…',
  notFound: 'There is no such page', notFoundText: 'The link may be old or mistyped.', toOverview: 'Back to the overview',
  notYours: 'This page is not part of your role', notYoursText: 'If you need it, ask the administrator.',
  roles: { administrator: 'Administrator', commission: 'Commission member', operator: 'Operator', technician: 'Technician', auditor: 'Auditor' },
  fault: {
    unreachable: 'The server did not answer. What you entered is still here. Try again: it will not be done twice.',
    wrong: 'The name or the password is wrong. Check the keyboard’s language and enter them again.',
    many: (wait) => `There were too many attempts. Wait ${wait} and try again.`,
    role: 'Your role does not allow this. If you need it, ask the administrator.',
    stale: 'Things have changed meanwhile, so nothing was done. Load the page again and look once more.',
    refused: 'The server did not accept this.', unavailable: 'This is not possible at the moment. Try again in a while.', missing: 'The server has no such entry.', ended: 'The session has ended. Sign in again.',
    server: (status) => `Something is wrong at the server (${status}). What you entered is still here. Try again in a while.`,
    passkey: 'No passkey was received: the request was closed or took too long. Try again or choose another way.',
  },
};

const ru: FrameTexts = {
  months: ['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября', 'декабря'],
  duration: lengths('ч', 'мин', 'с').duration,
  desk: 'Рабочее место комиссии', skip: 'Перейти к содержанию', mainNav: 'Главное меню', langNav: 'Язык',
  overview: 'Обзор', views: 'Камеры', programme: 'Программа', list: 'Список', stock: 'Оборудование', rehearsals: 'Репетиции', proposals: 'Предложения', people: 'Пользователи', audit: 'Журнал', account: 'Мой профиль', signOut: 'Выйти',
  waiting: (n) => `Вас ждут предложения: ${n}`,
  sample: 'Образец.', sampleText: 'Это образец выборов: участки и имена вымышлены.',
  rehearsal: 'Репетиция.', rehearsalText: 'Это пробный день, а не голосование.',
  zone: (zone) => (zone === 'Asia/Baku' ? 'Всё время указано бакинское.' : `Всё время указано в часовом поясе ${zone}.`),
  recorded: 'Каждое изменение записывается в журнал: кто, что, когда, почему.',
  loading: 'Загружается…', retry: 'Повторить', cancel: 'Отмена', close: 'Закрыть', copy: 'Копировать', copied: 'Скопировано.', copyByHand: 'Скопируйте из поля сами.',
  why: 'Причина', whyHelp: 'Записывается в журнал и потом не меняется.', whyMissing: 'Напишите причину.', more: 'Показать ещё', all: 'Все', yes: 'Да', no: 'Нет', from: 'Откуда', sending: 'Отправляется…',
  notFound: 'Такой страницы нет', notFoundText: 'Ссылка устарела или набрана с ошибкой.', toOverview: 'Вернуться к обзору',
  notYours: 'Эта страница не относится к вашей роли', notYoursText: 'Если она нужна, обратитесь к администратору.',
  roles: { administrator: 'Администратор', commission: 'Член комиссии', operator: 'Оператор', technician: 'Техник', auditor: 'Аудитор' },
  fault: {
    unreachable: 'Сервер не ответил. Введённое вами осталось здесь. Повторите попытку: дважды это не выполнится.',
    wrong: 'Имя или пароль неверны. Проверьте язык клавиатуры и введите ещё раз.',
    many: (wait) => `Слишком много попыток. Подождите ${wait} и попробуйте снова.`,
    role: 'Ваша роль этого не позволяет. Если это нужно, обратитесь к администратору.',
    stale: 'За это время что-то изменилось, поэтому ничего не сделано. Обновите страницу и посмотрите ещё раз.',
    refused: 'Сервер этого не принял.', unavailable: 'Сейчас это невозможно. Попробуйте чуть позже.', missing: 'На сервере такой записи нет.', ended: 'Сеанс закончился. Войдите снова.',
    server: (status) => `На сервере неполадка (${status}). Введённое вами осталось здесь. Попробуйте позже.`,
    passkey: 'Ключ доступа не получен: запрос закрыт или истекло время. Повторите или выберите другой способ.',
  },
};

export const frameTexts: Record<Lang, FrameTexts> = { az, en, ru };
