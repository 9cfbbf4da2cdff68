import { expect, test } from 'vitest';
import { REFUSALS, refusalIn } from './refusals';

test('a sentence of the server is said in the language of the page, with what it names', () => {
  expect(refusalIn('az', 'There is somebody named aysel already, and names are never used again.')).toBe('“aysel” adı artıq var və adlar təkrar işlədilmir. Başqa ad seçin.');
  expect(refusalIn('ru', 'Camera 7/1/1 sends no picture at the moment.')).toBe('Сейчас камера не передаёт изображение.');
  expect(refusalIn('en', 'This lies in the future.')).toBe('This lies in the future.');
});

test('what is not known is not made up', () => {
  expect(refusalIn('az', 'Something new.')).toBeNull();
  expect(refusalIn('ru', '')).toBeNull();
});

test('each sentence that names something says it in both', () => {
  for (const [sentence, words] of REFUSALS) {
    const names = sentence.source.includes('(\\S+)') || sentence.source.includes('(\\d+)');
    for (const text of Object.values(words)) expect(text.includes('$1'), text).toBe(names);
  }
});
