/** Client-side routing on the history API: links stay ordinary links, and the address is the state. */

import { tick } from 'svelte';
import { amended, pageOf, parseRoute, type Route } from './route';

class Router {
  route = $state.raw<Route>(parseRoute(location.pathname));
  params = $state.raw(new URLSearchParams(location.search));

  constructor() {
    addEventListener('popstate', () => this.#read());
    document.addEventListener('click', (event) => this.#click(event));
  }

  /** Opens an own page: a new entry of the history, the focus on its content, the top of the page. */
  async go(address: string): Promise<void> {
    history.pushState(null, '', address);
    this.#read();
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
    this.route = parseRoute(location.pathname);
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
