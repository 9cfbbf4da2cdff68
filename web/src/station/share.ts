/** The link to a moment, and how it gets into the viewer's hands. */

import { rfc3339 } from '../lib/time';

export function momentLink(origin: string, station: string, camera: string, cameras: number, at: number | null, zone: string): string {
  const params: string[] = [];
  if (at !== null) params.push(`t=${rfc3339(at, zone)}`);
  if (cameras > 1) params.push(`camera=${camera.split('/')[2]}`);
  return `${origin}/stations/${station}${params.length ? `?${params.join('&')}` : ''}`;
}

/** Whether the text is now on the clipboard. Browsers refuse outside of secure pages; then it is copied by hand. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
