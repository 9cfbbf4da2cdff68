import { Refused } from './refused';
import { parseMoment } from './time';

/**
 * Draws the still at `address` onto a canvas, in place of what is there: nothing flickers. Fails where there is none.
 * Returns the time of its picture, milliseconds since 1970; null where the centre does not give it.
 */
export async function drawStill(onto: HTMLCanvasElement, address: string, signal: AbortSignal): Promise<number | null> {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Refused(answer.status);
  const bitmap = await createImageBitmap(await answer.blob());
  if (signal.aborted) {
    bitmap.close();
    throw new Error('no longer wanted');
  }
  onto.width = bitmap.width;
  onto.height = bitmap.height;
  onto.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
  return parseMoment(answer.headers.get('picture-time'));
}
