import { expect, test } from 'vitest';
import { fold } from './fold';

/** The examples of `crates/election/src/text/fold.rs`. */
const SAME = [
  ['Səbail', 'sebail', 'SABAIL', 'sabail', 'Себаил', 'SƏBAİL'],
  ['Şərur', 'sharur', 'serur', 'Шарур'],
  ['Naxçıvan', 'naxcivan', 'Nakhchivan', 'NAXÇIVAN', 'Нахчыван'],
  ['Gəncə', 'gence', 'Гянджа', 'Ҝәнҹә'],
  ['Qəbələ', 'Gabala', 'qebele', 'Габала'],
  ['Yevlax', 'yevlakh', 'Евлах'],
  ['Siyəzən', 'Сиязань', 'siyezen'],
  ['Ağdam', 'agdam', 'Aghdam', 'Агдам'],
  ['İSMAYILLI', 'ismayıllı', 'ismayilli'],
  ['Bakı', 'BAKI', 'baki', 'Баки'],
  ['Xətai', 'khatai', 'Хатаи'],
  ['Göyçay', 'goychay', 'GÖYÇAY', 'Go\u{308}yc\u{327}ay'],
  ['uşaq bağçası', 'usaq  bagcasi', 'UŞAQ-BAĞÇASI'],
] as const;
const spellings = SAME.flatMap(([name, ...others]) => others.map((other) => [other, name] as const));

test.each(spellings)('%s is %s', (typed, name) => {
  expect(fold(typed)).toBe(fold(name));
  expect(fold(fold(typed))).toBe(fold(typed));
});

test('different names stay different', () => {
  const names = ['Yasamal', 'Səbail', 'Nəsimi', 'Nizami', 'Binəqədi', 'Xəzər', 'Suraxanı', 'Sabunçu', 'Qaradağ'];
  expect(new Set(names.map(fold)).size).toBe(names.length);
});

test.each([['  16/34 — №5, «Nizami» küç. ', '16 34 5 nizami kuc'], [' ... ', ''], ['Ş', 's']])('words of %s are separated once', (text, folded) =>
  expect(fold(text)).toBe(folded));

test.each(spellings.filter(([typed]) => /^[\p{Script=Latin}]+$/u.test(typed)))('what is typed so far of %s is a prefix', (typed) => {
  for (let cut = 0; cut <= typed.length; cut++) expect(fold(typed).startsWith(fold(typed.slice(0, cut)))).toBe(true);
});
