import { tick, untrack } from 'svelte';
import type { View } from '../lib/view';
import type { ViewChoice } from './choice.svelte';
import type { Notice, Viewing } from './viewing.svelte';

interface Beginning {
  /** The moment that the link asks for; null for now. */
  asked: number | null;
  /** What of the link could not be done, to be said first. */
  news: Notice | null;
  /** Going back in the recording is allowed. */
  open: () => boolean;
  /** Whether it can begin with a moment, or with now. */
  ready: (at: number | null) => boolean;
}

/** What one watches with in the view that is chosen; another view goes on at the same moment. Called while a component is made. */
export function viewingIn<V extends Viewing>(choice: ViewChoice, make: (view: View) => V, { asked, news, open, ready }: Beginning): { readonly viewing: V } {
  let shown = choice.view;
  let untold = news;
  const first = make(shown);
  // Nothing live is promised to whoever comes for a moment.
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
