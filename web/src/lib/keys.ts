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

const WRITTEN = 'dialog, textarea, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=file])';
/** What the space bar presses. Radio buttons are chosen with the arrows. */
const PRESSED = 'button, a, summary, [type=checkbox], [type=file]';

/** The kind of element that has the focus, as far as keys care. */
export type Focus = 'writing' | 'list' | 'button' | 'other';

export function focusOf(element: Element | null): Focus {
  if (element?.closest('select')) return 'list';
  if (element?.closest(WRITTEN)) return 'writing';
  return element?.closest(PRESSED) ? 'button' : 'other';
}

/** Whether what has the focus wants the key for itself. */
export function isTaken(focus: Focus, key: string): boolean {
  return focus === 'writing' || (focus === 'list' && OF_LISTS.includes(key)) || (focus === 'button' && key === ' ');
}
