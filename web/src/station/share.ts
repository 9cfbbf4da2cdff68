/** The link to a moment, and how it gets into the viewer's hands. */

import { rfc3339 } from '../lib/time';

/** `camera`: one of several, or null for all of them. */
export function momentLink(path: string, camera: string | null, cameras: number, at: number | null, zone: string): string {
  const params: string[] = [];
  if (at !== null) params.push(`t=${rfc3339(at, zone)}`);
  if (cameras > 1) params.push(`camera=${camera?.split('/')[2] ?? 'all'}`);
  return `${path}${params.length ? `?${params.join('&')}` : ''}`;
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

/** Whether the device's share sheet accepted the link; false when the viewer closed it, null where there is none. */
export async function sent(url: string, title: string): Promise<boolean | null> {
  if (!('share' in navigator)) return null;
  try {
    await navigator.share({ url, title });
    return true;
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? false : null;
  }
}
