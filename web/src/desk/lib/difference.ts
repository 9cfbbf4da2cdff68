/** What differs between two values of the audit trail, as lines that people read. */

export interface Line { path: string; before: string | null; after: string | null }

const LIMIT = 200;

/** Each end of a value by its path; an empty list or object is an end too. */
function ends(value: unknown, path: string, into: Map<string, string>): void {
  if (into.size >= LIMIT) return;
  const inner = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  if (inner.length === 0) into.set(path, written(value));
  for (const [name, one] of inner) ends(one, path ? `${path}.${name}` : name, into);
}

const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
/** Nothing was there before, or is there now. */
const isNothing = (value: unknown) => value === null || value === undefined;

/** The lines that differ, in the order of the later value; those that are gone come last. Of two alike there are none. */
export function difference(before: unknown, after: unknown): Line[] {
  const [old, now] = [new Map<string, string>(), new Map<string, string>()];
  if (!isNothing(before)) ends(before, '', old);
  if (!isNothing(after)) ends(after, '', now);
  const paths = [...now.keys(), ...[...old.keys()].filter((path) => !now.has(path))];
  return paths.map((path) => ({ path, before: old.get(path) ?? null, after: now.get(path) ?? null })).filter((line) => line.before !== line.after);
}
