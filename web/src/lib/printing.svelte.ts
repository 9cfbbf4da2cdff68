/** Whether the page is laid out for paper, which happens at once: whoever reads this is drawn anew before the paper is. */

import { flushSync } from 'svelte';

class Printing {
  on = $state(false);

  constructor() {
    if (typeof matchMedia === 'undefined') return;
    const paper = matchMedia('print');
    this.on = paper.matches;
    paper.addEventListener('change', ({ matches }) => flushSync(() => { this.on = matches; }));
  }
}

export const printing = new Printing();
