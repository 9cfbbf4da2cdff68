/** The order of long lists that are renewed while one reads them. */

/**
 * The items in the order in which they were read before: those that are gone left out, new ones at the end in their own
 * order. So nothing moves under the eyes, or under the focus, of whoever reads.
 */
export function kept<T extends { id: string }>(before: readonly string[], items: readonly T[]): T[] {
  const by = new Map(items.map((item) => [item.id, item]));
  const old = before.map((id) => by.get(id)).filter((item): item is T => item !== undefined);
  const known = new Set(before);
  return [...old, ...items.filter((item) => !known.has(item.id))];
}
