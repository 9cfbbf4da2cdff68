/** Client-side routing of the desk on the history API. The address is the state; what stands after `#` stays, since an invitation is there. */

import { tick } from 'svelte';
import { amended, pathIn, type Lang } from '../../lib/route';
import { keyOf, parseDesk, type DeskRoute } from './route';

class DeskRouter {
  route = $state.raw<DeskRoute>({ page: 'unknown' });
  lang = $state<Lang>('az');
  /** The path of the page without its language. */
  path = $state('/desk');
  params = $state.raw(new URLSearchParams());
  hash = $state('');

  constructor() {
    this.#read();
    addEventListener('popstate', () => this.#read());
    addEventListener('hashchange', () => this.#read());
    document.addEventListener('click', (event) => this.#click(event));
  }

  /** The address of a page of the desk in the present language. */
  to(path: string): string {
    return pathIn(this.lang, `/desk${path}`);
  }

  /** The present page in another language. */
  in(lang: Lang): string {
    const query = this.params.toString();
    return pathIn(lang, this.path) + (query ? `?${query}` : '') + this.hash;
  }

  /** Opens a page: a new entry of the history, the focus on its content. The same page in another language keeps its place. */
  async go(address: string): Promise<void> {
    const before = keyOf(this.route);
    history.pushState(null, '', address);
    this.#read();
    if (keyOf(this.route) === before) return;
    await tick();
    document.getElementById('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  /** Puts another address in place of the present one: one cannot go back to what was there. */
  replace(address: string): void {
    history.replaceState(null, '', address);
    this.#read();
  }

  /** Sets or removes parameters of the present address without a new entry of the history. */
  amend(changes: Record<string, string | null>): void {
    this.replace(amended(location.href, changes));
  }

  #read(): void {
    const { lang, path, route } = parseDesk(location.pathname);
    this.lang = lang;
    this.path = path;
    if (keyOf(route) !== keyOf(this.route)) this.route = route;
    this.params = new URLSearchParams(location.search);
    this.hash = location.hash;
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.('a');
    if (!link?.href || link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    const jumps = url.pathname === location.pathname && url.search === location.search && url.hash && url.hash !== location.hash;
    if (url.origin !== location.origin || jumps || parseDesk(url.pathname).route.page === 'unknown') return;
    event.preventDefault();
    void this.go(url.pathname + url.search + url.hash);
  }
}

export const router = new DeskRouter();
