/** Whether the picture is moving, judged from looks at its position. */
export class Progress {
  #position = -1;
  #moved = performance.now();

  /** The next look starts over: the position is about to change for other reasons. */
  forget(): void {
    this.#position = -1;
    this.rest();
  }

  /** Standing still is fine just now. */
  rest(): void {
    this.#moved = performance.now();
  }

  /** Looks at the position (seconds of the video); true when it changed since the last look. `picture`: there is one at that position. */
  look(position: number, picture: boolean): boolean {
    const moved = picture && position !== this.#position && this.#position >= 0;
    this.#position = position;
    if (moved) this.rest();
    return moved;
  }

  /** Milliseconds without a new picture. */
  get quiet(): number {
    return performance.now() - this.#moved;
  }
}
