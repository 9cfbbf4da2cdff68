/** What the page of the election's plan and policy says. */

import type { Lang } from '../../lib/route';

const az = {
  title: 'Plan və qaydalar', lede: 'Seçki gününün vaxtları və komissiyanın qaydaları. Dəyişikliyi bir şəxs təklif edir, başqası qərar verir.',
  names: 'Adlar', plan: 'Gün', policy: 'Qaydalar', yes: 'Bəli', no: 'Xeyr',
  fields: {
    'names.az': 'Azərbaycanca ad', 'names.en': 'İngiliscə ad', 'names.ru': 'Rusca ad', date: 'Səsvermə günü', time_zone: 'Saat qurşağı', sample: 'Nümunə seçki', key: 'Açar',
    'plan.on_air': 'Kameralar efirdə', 'plan.empty_boxes': 'Boş qutular göstərilir', 'plan.voting_from': 'Səsvermənin başlanğıcı', 'plan.voting_to': 'Səsvermənin sonu', 'plan.turnout': 'Seçici fəallığının elan vaxtları',
    'policy.sound': 'Səs yazılır və verilir', 'policy.rewind_on_day': 'Gün ərzində geri çəkmək olar', 'policy.archive_public_after': 'Gündən sonra yazılara hamı baxa bilər', 'policy.retention_years': 'Yazıların saxlanma müddəti, il',
  } as Record<string, string>,
  timeHelp: 'Məsələn 07:30; gecə yarısından sonra day 2 01:10.', timesHelp: 'Vergüllə, məsələn 10:00, 12:00.', nameWrong: 'Adı yazın.', dateWrong: 'Günü yazın.', timeWrong: 'Vaxtı 07:30 kimi yazın.', yearsWrong: '1-dən 100-ə qədər rəqəm yazın.',
  change: 'Nə dəyişir', same: 'Hələ heç nə dəyişdirilməyib.', propose: 'Təklif et', proposed: 'Təklif edildi.', toProposal: 'Təklifi aç', cancel: 'İlkin vəziyyətə qaytar', moved: 'Bu arada seçkinin qaydaları dəyişib. Səhifəni yenidən açın.',
};
export type ElectionTexts = typeof az;

const en: ElectionTexts = {
  title: 'Plan and policy', lede: 'The times of the polling day and the commission’s rules. One person proposes a change, another one decides.',
  names: 'Names', plan: 'The day', policy: 'Policy', yes: 'Yes', no: 'No',
  fields: {
    'names.az': 'Name in Azerbaijani', 'names.en': 'Name in English', 'names.ru': 'Name in Russian', date: 'Polling day', time_zone: 'Time zone', sample: 'Sample election', key: 'Key',
    'plan.on_air': 'Cameras on air', 'plan.empty_boxes': 'Empty boxes are shown', 'plan.voting_from': 'Voting begins', 'plan.voting_to': 'Voting ends', 'plan.turnout': 'Turnout is announced',
    'policy.sound': 'Sound is recorded and broadcast', 'policy.rewind_on_day': 'Anyone may go back during the day', 'policy.archive_public_after': 'Anyone may watch the recordings after the day', 'policy.retention_years': 'Recordings are kept, years',
  },
  timeHelp: 'Such as 07:30; after midnight day 2 01:10.', timesHelp: 'With commas, such as 10:00, 12:00.', nameWrong: 'Write the name.', dateWrong: 'Write the day.', timeWrong: 'Write the time like 07:30.', yearsWrong: 'Write a number from 1 to 100.',
  change: 'What changes', same: 'Nothing is changed yet.', propose: 'Propose', proposed: 'It is proposed.', toProposal: 'Open the proposal', cancel: 'Back to what is in force', moved: 'Plan or policy have changed meanwhile. Open the page again.',
};

const ru: ElectionTexts = {
  title: 'План и правила', lede: 'Время дня голосования и правила комиссии. Изменение предлагает один человек, решает другой.',
  names: 'Названия', plan: 'День', policy: 'Правила', yes: 'Да', no: 'Нет',
  fields: {
    'names.az': 'Название на азербайджанском', 'names.en': 'Название на английском', 'names.ru': 'Название на русском', date: 'День голосования', time_zone: 'Часовой пояс', sample: 'Образец выборов', key: 'Ключ',
    'plan.on_air': 'Камеры в эфире', 'plan.empty_boxes': 'Показ пустых урн', 'plan.voting_from': 'Начало голосования', 'plan.voting_to': 'Конец голосования', 'plan.turnout': 'Объявление явки',
    'policy.sound': 'Звук записывается и передаётся', 'policy.rewind_on_day': 'В течение дня можно смотреть назад', 'policy.archive_public_after': 'После дня записи доступны всем', 'policy.retention_years': 'Срок хранения записей, лет',
  },
  timeHelp: 'Например 07:30; после полуночи day 2 01:10.', timesHelp: 'Через запятую, например 10:00, 12:00.', nameWrong: 'Напишите название.', dateWrong: 'Напишите день.', timeWrong: 'Напишите время так: 07:30.', yearsWrong: 'Напишите число от 1 до 100.',
  change: 'Что меняется', same: 'Пока ничего не изменено.', propose: 'Предложить', proposed: 'Предложено.', toProposal: 'Открыть предложение', cancel: 'Вернуть действующее', moved: 'Тем временем план или правила изменились. Откройте страницу снова.',
};

export const electionTexts: Record<Lang, ElectionTexts> = { az, en, ru };
