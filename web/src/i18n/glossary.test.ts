import { expect, test } from 'vitest';
import older from '../../public/older.js?raw';
import { LANGS, type Lang } from '../lib/route';
import { aboutTexts } from './about';
import { az } from './az';
import { completenessTexts } from './completeness';
import { constituencyTexts } from './constituency';
import { countTexts } from './count';
import { en } from './en';
import { GLOSSARY } from './glossary';
import { heads, noScript } from './heads';
import { homeTexts } from './home';
import { listTexts } from './list';
import { ru } from './ru';
import { shownTexts } from './shown';
import { stationTexts } from './station';
import { statusTexts } from './status';
import { watchTexts } from './watch';
import { frameTexts } from '../desk/i18n/frame';
import { peopleTexts } from '../desk/i18n/people';
import { proposalTexts } from '../desk/i18n/proposals';
import { REFUSALS } from '../desk/i18n/refusals';
import { reportTexts } from '../desk/i18n/reports';
import { signInTexts } from '../desk/i18n/signIn';
import { viewTexts } from '../desk/i18n/views';

const MESSAGES: Record<Lang, unknown> = { az, en, ru };
const refusals = { az: REFUSALS.map(([, words]) => words.az), ru: REFUSALS.map(([, words]) => words.ru) };
const AREAS = [
  aboutTexts, completenessTexts, constituencyTexts, countTexts, heads, homeTexts, listTexts, noScript, shownTexts, stationTexts, statusTexts, watchTexts,
  frameTexts, peopleTexts, proposalTexts, refusals, reportTexts, signInTexts, viewTexts,
];

/** All texts within a value; those that are made by a function as they stand in it. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return [...String(value).matchAll(/(["'`])((?:\\.|(?!\1)[^\\])*)\1/gsu)].map((found) => found[2] ?? '');
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}
const textsOf = (lang: Lang): string[] => [
  ...textsIn(MESSAGES[lang]), ...AREAS.flatMap((area) => textsIn((area as Record<Lang, unknown>)[lang])),
  ...older.split('\n').filter((line) => line.trim().startsWith(`${lang}: `)),
];

for (const lang of LANGS) {
  const texts = textsOf(lang);
  test(`${lang}: there is much to read`, () => expect(texts.length).toBeGreaterThan(400));
  test.each(GLOSSARY.flatMap(({ thing, words }) => (words[lang] ? [{ thing, ...words[lang] }] : [])))(`${lang}: one term for $thing`, ({ say, not }) => {
    expect(texts.filter((text) => not?.test(text))).toEqual([]);
    expect(texts.some((text) => say.test(text))).toBe(true);
  });
}
