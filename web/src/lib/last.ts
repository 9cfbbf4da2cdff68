/** The end of a list, for browsers without `at` and `findLast`. */

export function lastOf<T>(list: readonly T[]): T | undefined {
  return list[list.length - 1];
}

export function findLast<T>(list: readonly T[], is: (item: T) => boolean): T | undefined {
  for (let index = list.length - 1; index >= 0; index--) {
    const item = list[index] as T;
    if (is(item)) return item;
  }
  return undefined;
}
