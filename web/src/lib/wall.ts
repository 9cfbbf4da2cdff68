/** The true time of a position of the video, and back: from the program date-times of a playlist. */

/** A fragment as far as time is concerned. `start` and `duration` in seconds of the video, `wall` in epoch milliseconds. */
export interface Piece { start: number; duration: number; wall: number; gap: boolean }

/** The true time at `position` (seconds of the video), or null before the playlist is known. */
export function wallAt(pieces: readonly Piece[], position: number): number | null {
  const first = pieces[0];
  if (!first) return null;
  let best = first;
  for (const piece of pieces) {
    if (piece.start > position + 0.01) break;
    best = piece;
  }
  return best.wall + (position - best.start) * 1000;
}

/** The position at which `wall` is shown. A moment that no fragment holds gives the next that does; null after the last. */
export function positionOf(pieces: readonly Piece[], wall: number): number | null {
  for (const piece of pieces) {
    if (piece.gap || piece.wall + piece.duration * 1000 <= wall) continue;
    return piece.start + Math.max(0, wall - piece.wall) / 1000;
  }
  return null;
}

export interface Hole { from: number; to: number; resumeAt: number }

/** Seconds before a hole at which the player already counts as standing at its edge. */
const EDGE_S = 0.35;

/** The hole that begins at `position`, and where the video goes on after it. Null when the next piece has a picture. */
export function holeAt(pieces: readonly Piece[], position: number): Hole | null {
  const at = pieces.findIndex((piece) => piece.gap && position >= piece.start - EDGE_S && position < piece.start + piece.duration);
  if (at < 0) return null;
  const after = pieces.slice(at).find((piece) => !piece.gap);
  const start = pieces[at];
  if (!after || !start) return null;
  return { from: start.wall, to: after.wall, resumeAt: after.start };
}
