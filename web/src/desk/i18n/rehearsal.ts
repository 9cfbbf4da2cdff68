/** What the page of rehearsals says. */

import type { Lang } from '../../lib/route';

const az = {
  title: 'Məşqlər', lede: 'Məşq səsvermədən əvvəlki sınaq günüdür: kameralar həmin gündəki kimi yazılır, hesabat da eynidir. Hamı yalnız cari günü görür, ikisi heç vaxt qarışmır.',
  all: 'Səsvermə və məşqləri', vote: 'Səsvermə', rehearsal: 'Məşq', current: 'Hamı bunu görür', waiting: 'Təklif qərar gözləyir',
  times: (from: string, to: string) => `${from}–${to}`, from: (time: string) => `${time} efir başlayır`,
  show: 'Bunu göstərməyi təklif et', showText: 'İkinci şəxs təsdiq edəndə hamı yalnız bu günü görəcək.',
  plan: 'Məşq planlaşdır', date: 'Gün', onAir: 'Efirin başlanğıcı', onAirHelp: 'Boş qalsa, səsvermə günündəki kimi.', until: 'Məşqin sonu', untilHelp: 'Boş qalsa, səsvermənin bitməsindən iki saat sonra.', dateMissing: 'Günü seçin.',
  planned: (key: string) => `Planlaşdırıldı: ${key}`, proposed: 'Təklif göndərildi.', why: 'Səbəb', whyMissing: 'Səbəbi yazın.',
};
export type RehearsalTexts = typeof az;

const en: RehearsalTexts = {
  title: 'Rehearsals', lede: 'A rehearsal is a test day before the vote: the cameras are recorded as on the day, and the report is the same. Everybody sees the current day alone; the two never mix.',
  all: 'The vote and its rehearsals', vote: 'Vote', rehearsal: 'Rehearsal', current: 'This is what everybody sees', waiting: 'A proposal waits for a decision',
  times: (from, to) => `${from}–${to}`, from: (time) => `on air from ${time}`,
  show: 'Propose to show this', showText: 'When a second person has approved it, everybody sees this day alone.',
  plan: 'Plan a rehearsal', date: 'Day', onAir: 'On air from', onAirHelp: 'If left empty, as in the vote.', until: 'It ends at', untilHelp: 'If left empty, two hours after its polls close.', dateMissing: 'Choose the day.',
  planned: (key) => `Planned: ${key}`, proposed: 'The proposal was sent.', why: 'Reason', whyMissing: 'Write the reason.',
};

const ru: RehearsalTexts = {
  title: 'Репетиции', lede: 'Репетиция — это пробный день до голосования: камеры записываются как в сам день, и отчёт такой же. Все видят только текущий день, эти дни никогда не смешиваются.',
  all: 'Голосование и его репетиции', vote: 'Голосование', rehearsal: 'Репетиция', current: 'Это видят все', waiting: 'Предложение ждёт решения',
  times: (from, to) => `${from}–${to}`, from: (time) => `эфир с ${time}`,
  show: 'Предложить показывать это', showText: 'Когда второй человек одобрит, все будут видеть только этот день.',
  plan: 'Запланировать репетицию', date: 'День', onAir: 'Начало эфира', onAirHelp: 'Если не указать, то как в день голосования.', until: 'Окончание', untilHelp: 'Если не указать, через два часа после закрытия участков.', dateMissing: 'Выберите день.',
  planned: (key) => `Запланировано: ${key}`, proposed: 'Предложение отправлено.', why: 'Причина', whyMissing: 'Напишите причину.',
};

export const rehearsalTexts: Record<Lang, RehearsalTexts> = { az, en, ru };
