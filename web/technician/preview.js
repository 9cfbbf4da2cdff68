/** The stream as the agent records it: pieces are fetched and appended, and the picture stays at their end. */

const PAUSE_MS = 400;
/** How far behind the end it may be, seconds. */
const BEHIND_S = 1.5;
/** What is kept of the past, seconds. */
const KEPT_S = 20;

const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource;

/** Resolves when the buffer is done with `change`. */
function changed(buffer, change) {
  return new Promise((resolve, reject) => {
    buffer.addEventListener('updateend', resolve, { once: true });
    buffer.addEventListener('error', () => reject(new Error('buffer')), { once: true });
    change();
  });
}

/** Shows `camera` until `stop` is called. `told` gets 'wait', 'runs' or 'unplayable'. */
export function preview(video, camera, told) {
  const end = new AbortController();
  let buffer = null;
  let last = null;
  let address = null;

  async function open(codecs) {
    const type = `video/mp4; codecs="${codecs}"`;
    if (!Source?.isTypeSupported(type)) {
      told('unplayable');
      end.abort();
      return false;
    }
    if (address) URL.revokeObjectURL(address);
    const source = new Source();
    const opened = new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    video.disableRemotePlayback = true;
    address = URL.createObjectURL(source);
    video.src = address;
    await opened;
    buffer = source.addSourceBuffer(type);
    return true;
  }

  async function step() {
    const query = last === null ? '' : `?after=${last}`;
    const answer = await fetch(`/preview/${camera}${query}`, { signal: end.signal });
    if (!answer.ok) return told('wait');
    const codecs = answer.headers.get('ashkar-codecs');
    const bytes = await answer.arrayBuffer();
    // From a keyframe on: another stream, or too far behind.
    if (codecs !== null && !await open(codecs)) return;
    if (buffer === null) { last = null; return; }
    last = answer.headers.get('ashkar-last');
    if (bytes.byteLength > 0) await changed(buffer, () => buffer.appendBuffer(bytes));
    const ranges = video.buffered;
    if (ranges.length === 0) return;
    const edge = ranges.end(ranges.length - 1);
    if (video.currentTime < ranges.start(ranges.length - 1) || edge - video.currentTime > BEHIND_S) video.currentTime = edge - 0.6;
    if (video.paused) await video.play().catch(() => undefined);
    if (edge - ranges.start(0) > 2 * KEPT_S) await changed(buffer, () => buffer.remove(0, edge - KEPT_S));
    told('runs');
  }

  (async () => {
    while (!end.signal.aborted) {
      try {
        await step();
      } catch {
        if (end.signal.aborted) break;
        told('wait');
        [buffer, last] = [null, null];
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return { stop() { end.abort(); if (address) URL.revokeObjectURL(address); video.removeAttribute('src'); video.load(); } };
}
