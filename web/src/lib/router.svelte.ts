/** Client-side routing on the history API: links stay ordinary links, and the address is the state. */

import { tick } from 'svelte';
import { amended, knownLang, pageOf, parseAddress, pathIn, splitPath, type Lang, type Route } from './route';


class Router {
  route = $state.raw<Route>({ page: 'unknown' });
  lang = $state<Lang>('az');
  params = $state.raw(new URLSearchParams());
  /** The path of the page without its language. */
  path = $state('/');

  constructor() {
    // The server sends `?lang=` on to the address of that language; a page of a cache or of a file does it here.
    const asked = knownLang(new URLSearchParams(location.search).get('lang'));
    this.#read();
    if (asked) {
      history.replaceState(null, '', amended(location.origin + pathIn(asked, this.path) + location.search + location.hash, { lang: null }));
      this.#read();
    }
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#click(event));
  }

  /** Opens an own page: a new entry of the history, the focus on its content, the top of the page. */
  async go(address: string): Promise<void> {
    const before = this.path + this.params;
    const { hash } = location;
    history.pushState(null, '', address);
    this.#read();
    const same = before === this.path + this.params;
    if (same && hash && !location.hash) history.replaceState(null, '', address + hash);
    // The same page in another language: the reader stays in the same place, with everything in the link kept.
    if (same) return;
    await tick();
    document.getElementById('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /** Sets or removes parameters of the present address without a new entry of the history. */
  amend(changes: Record<string, string | null>): void {
    const address = amended(location.href, changes);
    history.replaceState(null, '', address);
    this.params = new URLSearchParams(location.search);
  }

  #read(): void {
    const { lang, route } = parseAddress(location.pathname);
    this.lang = lang;
    this.route = route;
    this.path = splitPath(location.pathname).rest;
    this.params = new URLSearchParams(location.search);
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.('a');
    if (!link?.href || link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    const samePage = url.pathname === location.pathname && url.search === location.search;
    if ((samePage && url.hash) || !pageOf(url, location.origin)) return;
    event.preventDefault();
    void this.go(url.pathname + url.search + url.hash);
  }
}

export const router = new Router();
