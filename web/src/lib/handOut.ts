/** How a link gets into the viewer's hands: by the clipboard, or by the device's own share sheet. */

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
