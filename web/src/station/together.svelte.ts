/** All cameras of a station at the same moment: one clock and one hand, a player for each, or stills of each. */

import { hasPicture, stretchAt, type Stretch } from '../lib/timeline';
import { Player } from './player.svelte';
import { Stills } from './stills.svelte';
import { Viewing, type PlayerContext } from './viewing.svelte';

const TICK_MS = 250;
/** Pictures further apart than this are brought together: by playing slower, and by a jump. */
const APART_MS = 150;
const JUMP_APART_MS = 1_500;
/** Stills come one by one: they count as together as long as each is one of the last two. */
const STILLS_APART_MS = 10_000;
const SLOWER = 0.9;

interface One { id: string; stream: string; day: () => readonly Stretch[]; stalled: () => void }

export class Together extends Viewing {
  readonly players: readonly (Player | Stills)[];
  #cameras: readonly One[];

  /**
   * `cameras`: what is played of each, its day, and what to call when it runs out of media. `context`: for all of them together;
   * its day has a picture where any camera has one. `stills`: instead of video; of the past where that is `open`.
   */
  constructor(cameras: readonly One[], context: PlayerContext, { stills, open }: { stills: boolean; open: boolean }) {
    super(context);
    this.#cameras = cameras;
    this.players = cameras.map(({ id, stream, day, stalled }) => {
      const own = { now: () => context.now(), day, moved: () => undefined, stalled };
      return stills ? new Stills(id, own, open) : new Player(stream, own);
    });
  }

  /** Keeps the pictures together until the function it returns is called. */
  follow(): () => void {
    const ticker = setInterval(() => this.#tick(), TICK_MS);
    return () => clearInterval(ticker);
  }

  override liveAt(now: number): boolean {
    return this.following && this.players.some((player) => player.liveAt(now));
  }

  override goTo(at: number, hold = false): void {
    super.goTo(at, hold);
    if (this.hole) for (const player of this.players) player.goTo(at);
  }

  override setMuted(muted: boolean): void {
    super.setMuted(muted);
    this.players[0]?.setMuted(muted);
  }

  stop(): void {
    for (const player of this.players) player.stop();
  }

  frame(direction: 1 | -1): void {
    for (const player of this.players) void player.frame(direction);
  }

  protected showLive(): void {
    for (const player of this.players) player.goLive();
  }

  protected showMoment(at: number): void {
    this.wall = at;
    for (const player of this.players) {
      player.goTo(at, this.paused);
      player.setSpeed(this.speed);
    }
  }

  protected pause(): void {
    for (const player of this.players) if (!player.paused) player.toggle();
    if (this.following) this.leaveEdge();
  }

  protected resume(): void {
    if (this.wall !== null) this.showMoment(this.wall);
  }

  protected pace(): void {
    for (const player of this.players) player.setSpeed(this.speed);
  }

  #tick(): void {
    const playing = this.players.filter((player) => player.shown && player.hole === null && player.wall !== null);
    if (playing.length === 0 || document.hidden) return;
    this.shown = true;
    this.trouble = playing.every((player) => player.trouble !== null) ? 'waiting' : null;
    this.wall = Math.min(...playing.map((player) => player.wall ?? Infinity));
    if (playing.every((player) => player.following)) this.following = true;
    if (!this.following && !this.paused) this.#gather(this.wall);
  }

  /** A picture that is ahead waits; one in a hole comes back when the hole is over. */
  #gather(at: number): void {
    this.players.forEach((player, n) => {
      const ahead = (player.wall ?? at) - at;
      if (player.hole) {
        if (hasPicture(stretchAt(this.#cameras[n]?.day() ?? [], at))) this.#fetch(player, at);
      } else if (ahead > (player instanceof Stills ? STILLS_APART_MS : JUMP_APART_MS) * Math.max(1, this.speed)) {
        this.#fetch(player, at);
      } else if (player instanceof Player) {
        player.keepStep(ahead > APART_MS * this.speed ? SLOWER : 1);
      }
    });
  }

  #fetch(player: Viewing, at: number): void {
    player.goTo(at);
    player.setSpeed(this.speed);
  }
}
