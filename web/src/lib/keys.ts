/** The single keys of the station's page. */

export type KeyAct = 'toggle' | 'back' | 'forward' | 'frameBack' | 'frameForward' | 'full' | 'pip' | 'sound' | 'live' | 'help';

const ACTS: Record<string, KeyAct> = {
  ' ': 'toggle', k: 'toggle', j: 'back', l: 'forward', ',': 'frameBack', '.': 'frameForward',
  f: 'full', p: 'pip', m: 'sound', g: 'live', End: 'live', '?': 'help',
};

export type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** The key in small Latin letters; `code` finds them on keyboards of another script. */
export function latinOf({ key, code }: Pressed): string {
  const latin = key.length === 1 && key > '~' ? /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() : undefined;
  return latin ?? (key.length === 1 ? key.toLowerCase() : key);
}

/** What a key that was pressed on the page means. */
export function keyAct(event: Pressed): KeyAct | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  return ACTS[latinOf(event)] ?? null;
}

/** Keys by which a list is opened and moved in; letters only look for an entry. */
const OF_LISTS = [' ', 'Enter', 'End', 'Home'];

/** Whether the element that has the focus wants the key for itself. */
export function isTaken(element: Element | null, key: string): boolean {
  if (!element) return false;
  if (element.closest('select')) return OF_LISTS.includes(key);
  if (element.closest('dialog, textarea, [contenteditable], input:not([type=range], [type=radio], [type=checkbox])')) return true;
  return key === ' ' && element.closest('button, a, summary, [type=radio], [type=checkbox]') !== null;
}
