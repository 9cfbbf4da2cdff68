/** One report of a camera: sent once at a time, and what became of it. */

import type { ReportKind } from '../i18n/shown';
import { within } from '../lib/signal';

export type Outcome = { how: 'received' | 'known' | 'full' | 'gone' | 'failed' } | { how: 'wait'; seconds: number };

const LIMIT_MS = 20_000;
/** For an answer that does not say how long. */
const SOME_SECONDS = 60;

export class Reporting {
  busy = $state(false);
  outcome = $state.raw<Outcome | null>(null);

  async send(camera: string, kind: ReportKind, text: string): Promise<void> {
    if (this.busy) return;
    [this.busy, this.outcome] = [true, null];
    try {
      const response = await fetch(`/api/v1/cameras/${camera}/reports`, {
        method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify({ kind, text }),
        signal: within(LIMIT_MS), credentials: 'omit',
      });
      this.outcome = await outcomeOf(response);
    } catch {
      this.outcome = { how: 'failed' };
    } finally {
      this.busy = false;
    }
  }
}

/** What an answer means. Only what says so was received. */
export async function outcomeOf(response: Response): Promise<Outcome> {
  if (response.status === 429) return { how: 'wait', seconds: Number(response.headers.get('retry-after')) || SOME_SECONDS };
  if (response.status === 409) return { how: 'full' };
  if (response.status === 404) return { how: 'gone' };
  if (!response.ok) return { how: 'failed' };
  const said = (await response.json().catch(() => null)) as { outcome?: unknown } | null;
  return said?.outcome === 'received' || said?.outcome === 'known' ? { how: said.outcome } : { how: 'failed' };
}
