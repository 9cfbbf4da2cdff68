import { untrack } from 'svelte';
import type { CameraDay } from './camera.svelte';
import type { Viewing } from './viewing.svelte';

/** Live follows the camera: it lets go while there is no picture and comes back by itself. Called while a component is made. */
export function followLive(viewing: () => Viewing, camera: CameraDay): void {
  let had = true;
  $effect(() => {
    const has = camera.seen;
    untrack(() => {
      if (viewing().following && !has) viewing().stop();
      else if (viewing().following && has && !had) viewing().goLive();
      had = has;
    });
  });
}
