import { expect, test } from 'vitest';
import { readings } from './fold';
import { isVenueNumber, matches, rankOf, readQuery, searched } from './found';

const sebail = readings('7/12', '101 nömrəli tam orta məktəb', 'Səbail', null);

test.each(['sebail', 'sabail', 'SƏBAİL', 'Себаил', 'sabail 7', 'səb', '7/12', '7/1', '7 saylı Səbail seçki dairəsi', 'mekteb 101', '  '])('%s is found', (query) =>
  expect(matches(sebail, query)).toBe(true));
test.each(['sobail', 'yasamal', 'sebail 8', 'bail', '1/12', '12/7', '7/2'])('%s is not', (query) => expect(matches(sebail, query)).toBe(false));

const school = readings('45 nömrəli tam orta məktəb');
const nursery = readings('45 nömrəli körpələr evi-uşaq bağçası');
test.each(['məktəb 45', 'mekteb 45', 'məktəbi 45', 'school 45', 'School No. 45', 'школа 45', 'школа №45', 'школе № 45', 'шк. 45', 'шко', 'school number 45', 'средняя школа номер 45'])('%s is a school', (query) => {
  expect(matches(school, query)).toBe(true);
  expect(matches(nursery, query)).toBe(false);
});
test.each(['детский сад', 'детсад 45', 'детский сад № 45', 'ясли', 'kindergarten 45', 'nursery', 'uşaq bağçası', 'bagca 45', 'сад 45'])('%s is a kindergarten', (query) => {
  expect(matches(nursery, query)).toBe(true);
  expect(matches(school, query)).toBe(false);
});
test.each(['дом культуры', 'house of culture', 'mədəniyyət evi'])('%s is a house of culture', (query) => expect(matches(readings('Mədəniyyət evi'), query)).toBe(true));
test.each(['молодёжный дом', 'youth house', 'gənclər evi'])('%s is a house of youth', (query) => expect(matches(readings('Gənclər evi'), query)).toBe(true));
test.each(['ул. Низами 12', 'улица Низами', 'nizami street 12', 'Nizami küç. 12', 'nizami küçəsi'])('%s is an address', (query) => expect(matches(readings('Nizami küç., 12'), query)).toBe(true));

const rows = [
  searched('3/45', 'Tam orta məktəb', 'Nizami küç. 7', ['Sədərək']),
  searched('45/9', 'Gənclər evi', null, ['Xəzər']),
  searched('16/28', '45 nömrəli tam orta məktəb', null, ['Yasamal', 'Ясамал']),
  searched('7/34', '450 nömrəli tam orta məktəb', null, ['Səbail']),
  searched('9/2', 'Klub', 'Təbriz küç. 45', ['Nəsimi']),
];
const order = (query: string) => rows.map((row) => ({ id: row.id, rank: rankOf(row, readQuery(query)) })).filter(({ rank }) => rank !== null)
  .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0)).map(({ id }) => id);

test.each([
  ['45', ['16/28', '9/2', '45/9', '3/45', '7/34']],
  ['məktəb 45', ['16/28', '3/45', '7/34']],
  ['məntəqə 45', ['3/45', '16/28', '9/2', '45/9', '7/34']],
  ['участок 45', ['3/45', '16/28', '9/2', '45/9', '7/34']],
  ['округ 45', ['45/9', '16/28', '9/2', '3/45', '7/34']],
  ['16/28', ['16/28']],
  ['16 28', ['16/28']],
  ['16-28', ['16/28']],
  ['16 saylı Yasamal seçki dairəsinin 28 saylı seçki məntəqəsi', ['16/28']],
  ['Polling station no. 28 of constituency no. 16', ['16/28']],
  ['Təbriz küçəsi 45', ['9/2']],
  ['ул. Низами', ['3/45']],
  ['Ясамал', ['16/28']],
  ['zzzz', []],
])('with %s is meant', (query, ids) => expect(order(query)).toEqual(ids));

test('a number that is the venue’s is known as such', () => {
  expect(rows.filter((row) => isVenueNumber(row, readQuery('45'))).map(({ id }) => id)).toEqual(['16/28']);
  expect(rows.some((row) => isVenueNumber(row, readQuery('məktəb 45')))).toBe(false);
});
