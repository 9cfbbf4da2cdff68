/** Whether somebody is at the page: what it asks for by itself keeps no session alive. */

/** How long after the last key, touch or movement of the wheel somebody is still there. */
const ATTENDED_MS = 120_000;

let last = Date.now();
for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchstart']) {
  addEventListener(kind, () => { last = Date.now(); }, { capture: true, passive: true });
}

export const isAttended = (now = Date.now()): boolean => now - last < ATTENDED_MS;
