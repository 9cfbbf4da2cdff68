/** Endings of spoken numbers: 14:02-dən, 07:30-dan, 19:00-a, 3-cü. The ending follows the last spoken number. */

interface Ending { front: boolean; vowel: boolean }

const back = (vowel = false): Ending => ({ front: false, vowel });
const front = (vowel = false): Ending => ({ front: true, vowel });

/** sıfır, bir, iki, üç, dörd, beş, altı, yeddi, səkkiz, doqquz */
const UNITS = [back(), front(), front(true), front(), front(), front(), back(true), front(true), front(), back()];
/** –, on, iyirmi, otuz, qırx, əlli */
const TENS = [back(), back(), front(true), back(), back(), front(true)];

function ending(time: string): Ending {
  const numbers = time.split(':').map(Number);
  // 19:00 is read as the hour alone
  const spoken = [...numbers].reverse().find((n) => n > 0) ?? 0;
  return (spoken % 10 === 0 && spoken > 0 ? TENS[Math.floor(spoken / 10)] : UNITS[spoken % 10]) ?? back();
}

/** from: `14:02-dən` */
export const ablative = (time: string) => `${time}-${ending(time).front ? 'dən' : 'dan'}`;

/** at: `07:50-də` */
export const locative = (time: string) => `${time}-${ending(time).front ? 'də' : 'da'}`;

/** to: `19:00-a`, `14:32-yə` */
export function dative(time: string): string {
  const { front: isFront, vowel } = ending(time);
  return `${time}-${vowel ? 'y' : ''}${isFront ? 'ə' : 'a'}`;
}

/** The last vowel of the last spoken number decides: 1-ci, 3-cü, 6-cı, 9-cu. */
const UNIT_ORDINALS = ['cı', 'ci', 'ci', 'cü', 'cü', 'ci', 'cı', 'ci', 'ci', 'cu'];
const TEN_ORDINALS = ['', 'cu', 'ci', 'cu', 'cı', 'ci', 'cı', 'ci', 'ci', 'cı'];

/** `3-cü` */
export function ordinal(n: number): string {
  // a hundred is yüz, a thousand min
  const round = n % 1000 === 0 ? 'ci' : 'cü';
  const ending = n % 10 > 0 || n === 0 ? UNIT_ORDINALS[n % 10] : n % 100 > 0 ? TEN_ORDINALS[(n % 100) / 10] : round;
  return `${n}-${ending}`;
}
