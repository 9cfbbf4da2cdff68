/** Whether anybody can see this page: it is shown, or its video stands in a small window of its own. */

export const seen = (): boolean => !document.hidden || Boolean(document.pictureInPictureElement);

/** Calls `change` whenever that may have changed, until the function it returns is called. */
export function watchSeen(change: (seen: boolean) => void): () => void {
  const ended = new AbortController();
  const told = () => change(seen());
  for (const name of ['visibilitychange', 'enterpictureinpicture', 'leavepictureinpicture']) document.addEventListener(name, told, { signal: ended.signal, capture: true });
  return () => ended.abort();
}
