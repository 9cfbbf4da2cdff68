/** The single keys of the station's page. */

export type KeyAct = 'toggle' | 'back' | 'forward' | 'frameBack' | 'frameForward' | 'full' | 'pip' | 'sound' | 'live' | 'help';

const ACTS: Record<string, KeyAct> = {
  ' ': 'toggle', k: 'toggle', j: 'back', l: 'forward', ',': 'frameBack', '.': 'frameForward',
  f: 'full', p: 'pip', m: 'sound', g: 'live', End: 'live', '?': 'help',
};

/** What a key that was pressed on the page means; `code` finds the letters on keyboards of another script. */
export function keyAct(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>): KeyAct | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const latin = event.key.length === 1 && event.key > '~' ? /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase() : undefined;
  return ACTS[latin ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key)] ?? null;
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
