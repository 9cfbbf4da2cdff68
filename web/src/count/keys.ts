/** The keys of the counting page. They work wherever the focus is, except where one types. */

import { isTaken, latinOf, type Focus, type Pressed } from '../lib/keys';

export type CountAct = 'tap' | 'undo' | 'toggle' | 'back' | 'forward' | 'faster' | 'slower';

const ACTS: Record<string, CountAct> = {
  ' ': 'tap', b: 'tap', z: 'undo', Backspace: 'undo', k: 'toggle', j: 'back', l: 'forward',
  '+': 'faster', '=': 'faster', '>': 'faster', '-': 'slower', '<': 'slower',
};

/** What a key means: nothing while one types, and a focused button keeps the space bar. A list keeps no key: no ballot may get lost. */
export function countAct(event: Pressed, focus: Focus): CountAct | null {
  if (event.ctrlKey || event.metaKey || event.altKey || (focus !== 'list' && isTaken(focus, event.key))) return null;
  return ACTS[latinOf(event)] ?? null;
}

/** The next of `speeds` in a direction, the last one where there is no further. */
export function stepped(speeds: readonly number[], speed: number, by: 1 | -1): number {
  const at = speeds.indexOf(speed) + by;
  return speeds[Math.max(0, Math.min(at, speeds.length - 1))] ?? speed;
}
