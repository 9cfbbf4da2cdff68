import { expect, test } from 'vitest';
import { fold, matches, readings } from './fold';

const sebail = readings('7', 'Səbail', 'Sabail', '7 saylı Səbail seçki dairəsi');

test.each(['sebail', 'sabail', 'SƏBAİL', 'Sebail', 'sabail 7', 'səb', 'secki'])('%s finds Səbail', (query) =>
  expect(matches(sebail, query)).toBe(true));
test.each(['sobail', 'yasamal', 'sebail 8'])('%s does not', (query) => expect(matches(sebail, query)).toBe(false));

test.each([
  ['Şərur–Sədərək', 'serur sederek'], ['İSMAYILLI', 'ismayilli'], ['Ağcabədi', 'agcabedi'], ['Göyçay', 'goycay'],
  ['Ucar', 'ucar'], ['Qırmızı', 'qirmizi'], ['  Xətai   birinci ', 'xetai birinci'],
])('%s is typed as %s', (text, plain) => expect(fold(text)).toBe(plain));

test('an empty query finds everything', () => expect(matches(sebail, '  ')).toBe(true));
