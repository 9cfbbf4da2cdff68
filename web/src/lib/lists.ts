/** Lists: their ends, and the order of those that are renewed while somebody reads them. */

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

/** As `at(-1)`, which the oldest browsers do not have. */
export function lastOf<T>(list: readonly T[]): T | undefined {
  return list[list.length - 1];
}

/** As the method of this name, which the oldest browsers do not have. */
export function findLast<T>(list: readonly T[], is: (item: T) => boolean): T | undefined {
  for (let index = list.length - 1; index >= 0; index--) {
    const item = list[index] as T;
    if (is(item)) return item;
  }
  return undefined;
}
