/** Why there is no picture, if there is none: a moment without one, a camera without one, or trouble on the way. */

import type { Cause, HiddenWhy, State } from '../lib/api';
import { awaitedSince, hasPicture, lastPicture, nextPicture, stretchAt } from '../lib/timeline';
import type { CameraDay } from './camera.svelte';
import type { Trouble, Viewing } from './viewing.svelte';

export type Why =
  | { kind: 'state'; state: State; cause: Cause | null; hidden: HiddenWhy | null; arriving: boolean; since: number | null; last: number | null }
  | { kind: 'moment'; at: number; state: State; cause: Cause | null; hidden: HiddenWhy | null; arriving: boolean; outside: boolean; from: number; last: number | null; next: number | null }
  | { kind: 'trouble'; trouble: Trouble };

/** `onAir`: where the day is to begin. `down`: the server does not answer. */
export function whyNot(viewing: Viewing, camera: CameraDay, onAir: number, down: boolean): Why | null {
  const { hole, trouble } = viewing;
  const now = camera.current;
  if (hole) {
    // What is missing may be about to arrive while one stands there; once it can be seen, the player goes there by itself.
    const known = stretchAt(camera.day, hole.at);
    const stretch = known && !hasPicture(known) ? known : hole.stretch;
    return {
      kind: 'moment', at: hole.at, state: stretch?.state ?? 'missing', cause: stretch?.cause ?? null, hidden: stretch?.hidden ?? null, arriving: stretch?.arriving ?? false, outside: hole.stretch === null,
      from: camera.day[0]?.from ?? onAir, last: lastPicture(camera.day, hole.at), next: nextPicture(camera.day, hole.at),
    };
  }
  if (viewing.following && now && !hasPicture(now)) {
    const since = now.state === 'due' ? null : awaitedSince(camera.day, now);
    return { kind: 'state', state: now.state, cause: now.cause, hidden: now.hidden ?? null, arriving: now.arriving ?? false, since, last: lastPicture(camera.day, now.from + 1) };
  }
  const lasting = (trouble === 'unreachable' && down) || trouble === 'failing';
  const said = trouble === 'codec' || trouble === 'unsupported' || trouble === 'noStill' || (lasting && !viewing.shown);
  return said ? { kind: 'trouble', trouble } : null;
}
