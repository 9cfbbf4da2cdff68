/** Photos of a phone become small JPEGs, without what the phone wrote into them, such as the place. */

const SIDE_MAX = 1600;
/** What the server keeps of a photo at most. */
const BYTES_MAX = 2 * 1024 * 1024;
const QUALITIES = [0.85, 0.7, 0.5];

export class NoPhoto extends Error {}

async function encoded(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
  if (blob?.type !== 'image/jpeg') throw new NoPhoto('not encoded');
  return blob;
}

/** At most 1600 pixels wide and high. Fails with `NoPhoto` where the file is no picture that the browser reads. */
export async function small(file: Blob): Promise<ArrayBuffer> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch((cause: unknown) => { throw new NoPhoto('not read', { cause }); });
  const scale = Math.min(1, SIDE_MAX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  for (const quality of QUALITIES) {
    const blob = await encoded(canvas, quality);
    if (blob.size <= BYTES_MAX) return blob.arrayBuffer();
  }
  throw new NoPhoto('too large');
}

/** The name of a photo: SHA-256 of its bytes, in hexadecimal. */
export async function nameOf(jpeg: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', jpeg);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
