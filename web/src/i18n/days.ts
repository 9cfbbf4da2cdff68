/** What is said only of an election that has several days of voting. */

import type { Lang } from '../lib/route';

export interface DaysTexts {
  /** The group of buttons that choose the day. */
  days: string;
  /** Beside the day in which it is night now. */
  nightNow: string;
  /** In a bar, from one time to another. */
  nightTick: (from: string, to: string) => string;
  /** A step of the course of the day. */
  night: (to: string) => string;
  /** What the hatched strip means. */
  legend: string;
  /** Of sums beside a picture of one day. */
  sums: string;
  /** About the nights, on the page about Aşkar. */
  about: (nights: readonly string[]) => string;
}

export const daysTexts: Record<Lang, DaysTexts> = {
  az: {
    days: 'Səsvermə günləri', nightNow: 'gecə: səsverməyə fasilə verilib', nightTick: (from, to) => `${from}–${to} gecə`,
    night: (to) => `gecə, səsvermənin davamı: ${to}`, legend: 'Gecə: səsverməyə fasilə verilib, otaq göz önündədir',
    sums: 'Cəmlər bütün günlər üzrədir.',
    about: (nights) => `Gecələr səsverməyə fasilə verilir, otaq isə efirdə qalır: ${nights.join('; ')}.`,
  },
  en: {
    days: 'Days of voting', nightNow: 'night: voting is paused', nightTick: (from, to) => `${from}–${to} night`,
    night: (to) => `night, voting goes on at ${to}`, legend: 'Night: voting is paused, the room is watched',
    sums: 'Sums are of all days.',
    about: (nights) => `At night voting is paused, and the room stays on air: ${nights.join('; ')}.`,
  },
  ru: {
    days: 'Дни голосования', nightNow: 'ночь: голосование приостановлено', nightTick: (from, to) => `${from}–${to} ночь`,
    night: (to) => `ночь, продолжение голосования: ${to}`, legend: 'Ночь: голосование приостановлено, помещение остаётся в эфире',
    sums: 'Суммы — за все дни.',
    about: (nights) => `Ночью голосование приостанавливается, а помещение остаётся в эфире: ${nights.join('; ')}.`,
  },
};
