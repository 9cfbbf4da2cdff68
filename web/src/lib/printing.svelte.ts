/** Whether the page is being laid out for paper. It changes synchronously: whatever reads it is redrawn before printing. */

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
