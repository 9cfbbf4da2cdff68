import { tick, untrack } from 'svelte';
import type { View } from '../lib/view';
import type { ViewChoice } from './choice.svelte';
import type { Notice, Viewing } from './viewing.svelte';

interface Beginning {
  /** The moment that the link asks for; null for now. */
  asked: number | null;
  /** What in the link could not be honoured; shown first. */
  news: Notice | null;
  /** Going back in the recording is allowed. */
  open: () => boolean;
  /** Whether it can begin with a moment, or with now. */
  ready: (at: number | null) => boolean;
}

/** The player for the chosen view; changing the view continues at the same moment. To be called during a component's initialisation. */
export function viewingIn<V extends Viewing>(choice: ViewChoice, make: (view: View) => V, { asked, news, open, ready }: Beginning): { readonly viewing: V } {
  let shown = choice.view;
  let untold = news;
  const first = make(shown);
  // Whoever comes for a moment of the past is promised nothing live.
  if (asked !== null && open()) first.following = false;
  let viewing = $state.raw(first);
  let begin: { at: number | null; hold: boolean } | null = { at: asked, hold: false };

  $effect(() => {
    void viewing;
    if (!begin || !ready(begin.at)) return;
    const { at, hold } = begin;
    begin = null;
    void tick().then(() => {
      if (at !== null && open()) viewing.goTo(at, hold);
      else viewing.goLive();
      if (at !== null && !open()) viewing.notice = { kind: 'closed' };
      if (untold) viewing.notice = untold;
      untold = null;
    });
  });

  $effect(() => {
    const { view } = choice;
    untrack(() => {
      if (view === shown) return;
      shown = view;
      const { wall, following, paused, hole } = viewing;
      viewing.stop();
      viewing = make(view);
      begin = { at: following ? null : (hole?.at ?? wall), hold: paused && !hole };
    });
  });
  $effect(() => () => choice.forget());

  return { get viewing() { return viewing; } };
}
