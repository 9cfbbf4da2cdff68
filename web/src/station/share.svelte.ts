/** The link to a moment, and sharing it. */

import { copied, sent } from '../lib/handOut';
import { rfc3339 } from '../lib/time';
import type { Messages } from '../i18n/index.svelte';
import type { StationTexts } from '../i18n/station';

/** `camera`: one of several, or null for all of them. */
export function momentLink(path: string, camera: string | null, cameras: number, at: number | null, zone: string): string {
  const params: string[] = [];
  if (at !== null) params.push(`t=${rfc3339(at, zone)}`);
  if (cameras > 1) params.push(`camera=${camera?.split('/')[2] ?? 'all'}`);
  return `${path}${params.length ? `?${params.join('&')}` : ''}`;
}

/** A link, and what it leads to in words. */
export interface Shared { link: string; what: string; title: string }

/** What became of sharing. */
export interface Outcome { how: 'copied' | 'sent' | 'byHand'; what: string }

export function outcomeText({ how, what }: Outcome, t: Messages, own: StationTexts): string {
  switch (how) {
    case 'sent': return own.sharedOut;
    case 'copied': return t.shared(what);
    case 'byHand': return t.shareByHand(what);
  }
}

/** Sharing what is shown: the same wherever it is pressed. `make` says what that is. */
export class Sharing {
  /** The last link that was made. */
  link = $state('');
  /** What became of it; null before one was made, or when the viewer changed his mind. */
  done = $state.raw<Outcome | null>(null);

  constructor(private readonly make: () => Shared) {}

  async copy(): Promise<void> {
    const { link, what } = this.make();
    this.link = link;
    this.done = { how: (await copied(link)) ? 'copied' : 'byHand', what };
  }

  /** By the device's own sheet where it has one. */
  async share(): Promise<void> {
    const { link, what, title } = this.make();
    this.link = link;
    this.done = null;
    const accepted = await sent(link, title);
    if (accepted) this.done = { how: 'sent', what };
    else if (accepted === null) await this.copy();
  }
}
