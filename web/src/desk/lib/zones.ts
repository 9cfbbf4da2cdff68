/** Zones of a still, in whole thousandths of it. A zone is always within the still, and never too small to be seen. */

import type { Zone, ZoneKind } from './types';

export const WHOLE = 1000;
export const LEAST = 20;
/** What a key moves. */
export const STEP = 10;

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(Math.round(value), least), most);

/** The zone that fits, nearest to the one that was meant: first its size, then its place. */
export function fitted(zone: Zone): Zone {
  const w = clamp(zone.w, LEAST, WHOLE);
  const h = clamp(zone.h, LEAST, WHOLE);
  return { kind: zone.kind, w, h, x: clamp(zone.x, 0, WHOLE - w), y: clamp(zone.y, 0, WHOLE - h) };
}

/** The zone between two points, whichever was first. */
export function between(kind: ZoneKind, from: { x: number; y: number }, to: { x: number; y: number }): Zone {
  const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  return fitted({ kind, x, y, w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) });
}

/** A zone to begin with: in the middle, to be moved. */
export const fresh = (kind: ZoneKind): Zone => ({ kind, x: 375, y: 375, w: 250, h: 250 });

/** Arrows move, with Shift they change the size from the lower right corner; null for another key. */
export function byKey(zone: Zone, key: string, sizes: boolean): Zone | null {
  const dx = key === 'ArrowLeft' ? -STEP : key === 'ArrowRight' ? STEP : 0;
  const dy = key === 'ArrowUp' ? -STEP : key === 'ArrowDown' ? STEP : 0;
  if (dx === 0 && dy === 0) return null;
  if (!sizes) return fitted({ ...zone, x: zone.x + dx, y: zone.y + dy });
  return fitted({ ...zone, w: clamp(zone.w + dx, LEAST, WHOLE - zone.x), h: clamp(zone.h + dy, LEAST, WHOLE - zone.y) });
}
