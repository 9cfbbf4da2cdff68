/** Stretches of picture time that were watched: sorted, apart from each other. Milliseconds since the epoch, `[from, to)`. */

export interface Span { from: number; to: number }

/** Pictures come a few times a second: spans closer together than this were watched in one go. */
const JOIN_MS = 1_500;

/** The spans with one more; what touches becomes one. */
export function withSpan(spans: readonly Span[], { from, to }: Span): Span[] {
  if (!(to > from)) return [...spans];
  const apart = (one: Span) => one.to + JOIN_MS < from || one.from - JOIN_MS > to;
  const touching = spans.filter((one) => !apart(one));
  const whole = { from: Math.min(from, ...touching.map((one) => one.from)), to: Math.max(to, ...touching.map((one) => one.to)) };
  return [...spans.filter(apart), whole].sort((a, b) => a.from - b.from);
}

/** The spans without what lies in `[from, to)`. */
export function cut(spans: readonly Span[], from: number, to: number): Span[] {
  return spans.flatMap((one) => [{ from: one.from, to: Math.min(one.to, from) }, { from: Math.max(one.from, to), to: one.to }].filter((rest) => rest.to > rest.from));
}

/** How many milliseconds of `[from, to)` the spans cover. */
export function covered(spans: readonly Span[], from: number, to: number): number {
  return spans.reduce((sum, one) => sum + Math.max(0, Math.min(one.to, to) - Math.max(one.from, from)), 0);
}

/** The spans in whole units of so many milliseconds, rounded inwards so that nothing unwatched counts as watched. Shorter spans are dropped. */
export function inward(spans: readonly Span[], unit: number): Span[] {
  return spans.map(({ from, to }) => ({ from: Math.ceil(from / unit) * unit, to: Math.floor(to / unit) * unit })).filter(({ from, to }) => to > from);
}

export const spanAt = (spans: readonly Span[], at: number) => spans.find((one) => one.from <= at && at < one.to) ?? null;

/** A player that moved further than it can have played in the elapsed time has shown nothing in between. */
const SLACK_MS = 1_000;
/** A look later than this says nothing about the time before it: the page was asleep. */
const LOOK_LIMIT_MS = 2_000;

/** Works out from the times of the pictures shown which stretches were watched. */
export class Recorder {
  #last: { wall: number; at: number; speed: number } | null = null;
  /** Where the present pass over the pictures began; null while there is no picture. */
  began: number | null = null;

  /**
   * Looks at the player: the true time of its picture (null for none), the clock of the device (any monotonic one, in
   * milliseconds), and its speed. Returns what was watched since the last look.
   */
  look(wall: number | null, at: number, speed: number): Span | null {
    const last = this.#last;
    this.#last = wall === null ? null : { wall, at, speed };
    if (wall === null || last === null) {
      this.began = wall;
      return null;
    }
    const by = wall - last.wall;
    const most = Math.min(LOOK_LIMIT_MS, at - last.at) * Math.max(speed, last.speed) * 1.2 + SLACK_MS;
    if (by >= 0 && by <= most) return by > 0 ? { from: last.wall, to: wall } : null;
    this.began = wall;
    return null;
  }
}
