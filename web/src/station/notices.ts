/** What a viewing has to say for itself, in words. */

import { fromTo } from '../lib/time';
import type { Messages } from '../i18n/index.svelte';
import type { StationTexts } from '../i18n/station';
import type { Notice } from './viewing.svelte';

export function noticeText(notice: Notice | null, zone: string, t: Messages, own: StationTexts): string {
  switch (notice?.kind) {
    case undefined: return '';
    case 'jumped': return t.jumped(fromTo(notice.from, notice.to, zone), t.causes[notice.cause ?? 'unknown'] ?? t.causes.unknown);
    case 'arrived': return own.arrived(fromTo(notice.from, notice.to, zone));
    case 'caughtUp': return t.caughtUp;
    case 'future': return t.momentFuture;
    case 'closed': return t.momentClosed;
    case 'needsPlay': return t.needsPlay;
    case 'unreadable': return own.momentUnreadable;
    case 'noCamera': return own.noCamera(notice.asked, t.cameraNumber(notice.shown));
  }
}
