/** Something that looks like a QR code: three finders, and squares by a rule. It says nothing. */

const SIZE = 33;
const MARGIN = 4;
const finder = (x: number, y: number) => `M${x} ${y}h7v7h-7zM${x + 1} ${y + 1}v5h5v-5zM${x + 2} ${y + 2}h3v3h-3z`;
const inFinder = (x: number, y: number) => (x < 8 && y < 8) || (x > SIZE - 9 && y < 8) || (x < 8 && y > SIZE - 9);
const dots = Array.from({ length: SIZE * SIZE }, (_, n) => [n % SIZE, Math.floor(n / SIZE)] as const)
  .filter(([x, y]) => !inFinder(x, y) && (x * x * 7 + y * y * 3 + x * y * 5) % 11 < 5)
  .map(([x, y]) => `M${x} ${y}h1v1h-1z`);

const path = [finder(0, 0), finder(SIZE - 7, 0), finder(0, SIZE - 7), ...dots].join('');
/** With white around it, as readers need. */
export const QR: [number, string] = [SIZE + 2 * MARGIN, path.replaceAll(/M(\d+) (\d+)/g, (_, x: string, y: string) => `M${Number(x) + MARGIN} ${Number(y) + MARGIN}`)];
