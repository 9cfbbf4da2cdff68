/** Renders the pages as they are before any data: what a visitor reads while the script is still on its way. Runs when the pages are built. */

import type { Component } from 'svelte';
import { render } from 'svelte/server';
import App from './App.svelte';
import { election } from './lib/election.svelte';
import { heads, noScript, type HeadOf } from './i18n/heads';
import { router } from './lib/router.svelte';
import { LANGS, type Lang, type Route } from './lib/route';
import About from './pages/About.svelte';
import ConstituencyShell from './shells/Constituency.svelte';
import StationShell from './shells/Station.svelte';

export { heads, noScript, LANGS };
export const PAGES = Object.keys(heads.az).filter((page) => page !== 'moment') as Exclude<HeadOf, 'moment'>[];

/** Pages that can say something before their data are there; the others say that they are loading. */
const EARLY: Partial<Record<HeadOf, Component<never>>> = { station: StationShell, constituency: ConstituencyShell, about: About };

// The strips that mark samples and rehearsals are in every document; the server decides whether they are visible.
election.assume(true, true);

/** The document's body for a page in a language. What the server knows of a station stands in it as `{id}`, `{venue}` and so on. */
export function bodyOf(lang: Lang, page: Exclude<HeadOf, 'moment'>): string {
  router.lang = lang;
  router.path = page === 'home' ? '/' : '{path}';
  router.route = page === 'station' ? { page, id: '{id}' } : page === 'constituency' ? { page, number: 0 } : ({ page } as Route);
  const first = (EARLY[page] ?? null) as Component<Record<string, unknown>> | null;
  return render(App, { props: { first, marks: { sample: '{sample}', rehearsal: '{rehearsal}' } } }).body;
}
