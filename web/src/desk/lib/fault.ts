/** What a failure means, in words that say what to do. */

import type { Lang } from '../../lib/route';
import type { FrameTexts } from '../i18n/frame';
import { refusalIn } from '../i18n/refusals';
import { Problem, Unreachable } from './api';

/** `wrong`: what to say where a name, a password or a code was not right. */
export function wordsOf(failure: unknown, lang: Lang, t: FrameTexts, wrong = t.fault.wrong): string {
  if (failure instanceof Unreachable) return t.fault.unreachable;
  if (!(failure instanceof Problem)) return failure instanceof DOMException ? t.fault.passkey : t.fault.unreachable;
  const { kind, status, detail, retryAfter } = failure;
  if (kind === 'wrong-credentials') return wrong;
  if (kind === 'too-many' || status === 429) return t.fault.many(t.duration(retryAfter ?? 60));
  if (kind === 'stale') return t.fault.stale;
  if (kind === 'not-your-role' || status === 403) return t.fault.role;
  if (kind === 'signed-out' || status === 401) return t.fault.ended;
  if (status === 404) return t.fault.missing;
  const known = refusalIn(lang, detail);
  if (kind === 'unavailable') return known ?? t.fault.unavailable;
  if (status >= 500) return t.fault.server(status);
  return known ?? `${t.fault.refused} ${detail}`.trim();
}
