/** Where the video stands in true time, and how it gets to another place of what is loaded. */

import { holeAt, positionOf, wallAt, type Hole } from '../lib/wall';
import type { Feed } from './feed';
import { loaded } from './frames';

/** Just behind the beginning of what has a picture again. */
const BEHIND_HOLE_S = 0.05;

export class Place {
  /** The player has moved the video, and the picture of the new position has not come yet. */
  seeking = false;

  constructor(readonly video: HTMLVideoElement, private readonly feed: Feed) {}

  /** Whether there is a picture where the video stands. */
  get pictured(): boolean {
    return this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  seek(position: number): void {
    this.seeking = true;
    this.video.currentTime = position;
  }

  /** The picture has come; returns whether it was the player that had moved the video. */
  arrived(): boolean {
    const ours = this.seeking;
    this.seeking = false;
    return ours;
  }

  /** The true time of the picture; null while there is none, or another one is awaited. */
  wall(): number | null {
    if (!this.feed.engine || this.seeking || !this.pictured) return null;
    return wallAt(this.feed.engine.pieces(), this.video.currentTime);
  }

  /** The position of a moment in what is loaded now, or null. `inWindow`: the live playlist still has it. */
  positionOf(at: number, inWindow: boolean): number | null {
    const { engine, source } = this.feed;
    if (!engine || source === null) return null;
    const position = positionOf(engine.pieces(), at);
    if (position === null) return null;
    if (source === 'live') return inWindow && loaded(this.video, position) ? position : null;
    return at >= source.from && at < source.to ? position : null;
  }

  /** The gap in the playlist that the video stands in. */
  hole(): Hole | null {
    return this.feed.engine && !this.seeking ? holeAt(this.feed.engine.pieces(), this.video.currentTime) : null;
  }

  leaveHole(hole: Hole): void {
    this.seek(hole.resumeAt + BEHIND_HOLE_S);
  }

  /** The live edge, if it is so far away that only a jump reaches it. */
  farEdge(): number | null {
    const { engine, edge } = this.feed;
    return engine && edge !== null && !this.seeking && edge > this.video.currentTime + engine.slack ? edge : null;
  }
}
