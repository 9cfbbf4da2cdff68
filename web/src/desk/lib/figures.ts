/** Numbers as people write them. */

/** `4,2` and `4.2` alike; null for what is none, or is less than nothing. */
export function numberIn(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  return /^\d{1,6}(\.\d{1,3})?$/.test(plain) ? Number(plain) : null;
}
