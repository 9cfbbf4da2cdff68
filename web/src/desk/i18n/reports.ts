/** What the page of citizens' reports says. */

import type { Lang } from '../../lib/route';
import { shownTexts } from '../../i18n/shown';
import { grouped } from '../../parts/names';

const az = {
  title: 'Müraciətlər', lede: 'Vətəndaşların açıq kameralar haqqında məlumatı, ən çox gözləyən birinci. Kimin yazdığı saxlanılmır.',
  none: 'Açıq müraciət yoxdur.', shown: (n: number, all: number) => `Göstərilir: ${grouped(n)} / ${grouped(all)}`,
  close: 'Bağla', closeOf: (camera: string) => `${camera}: müraciəti bağla`, words: 'Nə edildi', wordsHelp: 'Bu sözlər yazıda qalır.', wordsMissing: 'Nə edildiyini yazın.',
  done: (camera: string) => `${camera}: müraciət bağlandı.`, picture: 'Görüntü',
};
export type ReportTexts = typeof az;

const en: ReportTexts = {
  title: 'Reports', lede: 'What citizens report of public cameras, the one that has waited longest first. Who wrote it is not kept.',
  none: 'There is no open report.', shown: (n, all) => `Shown: ${grouped(n)} of ${grouped(all)}`,
  close: 'Close', closeOf: (camera) => `${camera}: close the report`, words: 'What was done', wordsHelp: 'These words stay in the record.', wordsMissing: 'Say what was done.',
  done: (camera) => `${camera}: the report is closed.`, picture: 'Picture',
};

const ru: ReportTexts = {
  title: 'Сообщения', lede: 'Что граждане сообщают об открытых камерах; первым стоит то, что ждёт дольше всех. Кто написал, не хранится.',
  none: 'Открытых сообщений нет.', shown: (n, all) => `Показано: ${grouped(n)} из ${grouped(all)}`,
  close: 'Закрыть', closeOf: (camera) => `${camera}: закрыть сообщение`, words: 'Что сделано', wordsHelp: 'Эти слова остаются в записи.', wordsMissing: 'Напишите, что сделано.',
  done: (camera) => `${camera}: сообщение закрыто.`, picture: 'Изображение',
};

export const reportTexts: Record<Lang, ReportTexts> = { az, en, ru };
export const kindsOf = (lang: Lang): Record<string, string> => shownTexts[lang].kinds;
