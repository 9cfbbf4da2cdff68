/** Which view of a camera is shown: what the link asks for, else what the line bears. */

import { Line } from '../lib/line';
import { router } from '../lib/router.svelte';
import { lighter, lightest, savesData, viewOf, type View } from '../lib/view';

export class ViewChoice {
  #light: () => boolean;
  #line = new Line();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #weak = $state(false);
  #borne = $state<View>(savesData() ? 'still' : 'video');

  /** `light`: whether there is a light rendition that could be chosen. */
  constructor(light: () => boolean) {
    this.#light = light;
  }

  /** What the link asks for. */
  get #asked(): View | null {
    return viewOf(router.params.get('view'));
  }

  /** The lighter of what is asked for and what the line can carry; asking for video always gets video. */
  get view(): View {
    const asked = this.#asked;
    const view = asked === 'video' ? asked : lightest(asked ?? 'video', this.#borne);
    return view === 'light' && !this.#light() ? 'video' : view;
  }

  /** Why it is lighter than what was asked for. */
  get reason(): 'weak' | 'spared' | null {
    if (this.view === (this.#asked ?? 'video')) return null;
    return this.#weak ? 'weak' : 'spared';
  }

  /** The picture stopped because media ran out. */
  stalled(): void {
    const now = performance.now();
    if (this.#asked === 'video' || this.view === 'still' || !this.#line.stopped(now)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.video(), this.#line.givenUp(now));
    this.#weak = true;
    this.#borne = lighter(this.view, this.#light());
  }

  /** Tries video. */
  video(): void {
    this.forget();
    this.#line.tried(performance.now());
    this.#borne = 'video';
  }

  /** Puts a view into the link. */
  ask(view: View): void {
    this.video();
    router.amend({ view: view === 'video' ? null : view });
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#weak = false;
  }
}
