import { expect, test } from 'vitest';
import { csvText } from './csv';

test('cells are quoted where they must be, and no formula goes out', () =>
  expect(csvText([['id', 'venue'], ['7/11', 'Məktəb, "5 nömrəli"'], ['=1+1', null], [-3, 'a\nb']])).toBe('\uFEFFid,venue\r\n7/11,"Məktəb, ""5 nömrəli"""\r\n\'=1+1,\r\n-3,"a\nb"\r\n'));
