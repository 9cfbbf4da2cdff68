/** Several stations at one moment of the past: one clock that all pictures follow, whether they are videos or stills. */

import { hasPicture, stretchAt, type Stretch } from '../lib/timeline';
import type { Player } from '../station/player.svelte';

const TICK_MS = 250;
/** Pictures further apart than this are brought together: by playing slower, and by a jump. */
const APART_MS = 150;
const JUMP_APART_MS = 1_500;
/** A picture further behind than this is left behind: the others do not wait for it. */
const LEFT_BEHIND_MS = 4_000;
/** How long all wait for those that have no first picture yet. */
const PATIENCE_MS = 6_000;
const SLOWER = 0.9;

interface Follower { player: Player; day: () => readonly Stretch[] }

export class Replay {
  /** The moment that all show, epoch milliseconds. */
  at = $state(0);
  playing = $state(false);
  speed = $state(1);
  /** It has been played: pictures are videos from then on, also while it pauses. */
  begun = $state(false);
  #followers: Follower[] = [];
  #looked = 0;
  #movedAt = 0;

  /** `end`: the last moment that can be shown; `ended` is called when it is reached. */
  constructor(at: number, private readonly end: () => number, private readonly ended: () => void) {
    this.at = at;
  }

  /** A picture that follows the clock until the function it returns is called. */
  join(player: Player, day: () => readonly Stretch[]): () => void {
    const follower = { player, day };
    this.#followers.push(follower);
    this.#movedAt = performance.now();
    this.#fetch(player);
    return () => { this.#followers = this.#followers.filter((one) => one !== follower); };
  }

  goTo(at: number): void {
    this.at = Math.min(at, this.end());
    this.#movedAt = performance.now();
    for (const { player } of this.#followers) this.#fetch(player);
  }

  toggle(): void {
    this.playing = !this.playing;
    this.begun ||= this.playing;
    this.goTo(this.at);
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    for (const { player } of this.#followers) player.setSpeed(speed);
  }

  /** Lets time pass until the function it returns is called. */
  follow(): () => void {
    this.#looked = performance.now();
    const ticker = setInterval(() => this.#tick(), TICK_MS);
    return () => clearInterval(ticker);
  }

  #fetch(player: Player): void {
    player.goTo(this.at, !this.playing);
    player.setSpeed(this.speed);
  }

  #tick(): void {
    const now = performance.now();
    const passed = (now - this.#looked) * this.speed;
    this.#looked = now;
    if (!this.playing || document.hidden) return;
    this.at = this.#next(passed, now);
    if (this.at >= this.end()) {
      this.playing = false;
      this.ended();
      return;
    }
    for (const follower of this.#followers) this.#gather(follower);
  }

  /** The moment of the picture that is furthest behind; where none can be seen, time goes on by itself. */
  #next(passed: number, now: number): number {
    const pictures = this.#followers.map(({ player }) => player).filter((player) => player.hole === null && player.trouble !== 'codec' && player.trouble !== 'unsupported');
    const seen = pictures.filter((player) => player.shown && player.wall !== null && player.wall > this.at - LEFT_BEHIND_MS * Math.max(1, this.speed));
    const awaited = pictures.some((player) => !player.shown) && now - this.#movedAt < PATIENCE_MS;
    if (awaited) return this.at;
    const walls = seen.map((player) => player.wall ?? this.at).filter((wall) => wall <= this.at + passed + JUMP_APART_MS * Math.max(1, this.speed));
    return Math.max(this.at, walls.length > 0 ? Math.min(...walls) : this.at + passed);
  }

  /** A picture that is ahead waits; one in a hole comes back when the hole is over. */
  #gather({ player, day }: Follower): void {
    const far = JUMP_APART_MS * Math.max(1, this.speed);
    if (player.hole) {
      if (hasPicture(stretchAt(day(), this.at))) this.#fetch(player);
      return;
    }
    if (!player.shown || player.wall === null) return;
    const ahead = player.wall - this.at;
    if (ahead > far || ahead < -LEFT_BEHIND_MS * Math.max(1, this.speed) || player.paused || player.following) this.#fetch(player);
    else player.keepStep(ahead > APART_MS * this.speed ? SLOWER : 1);
  }
}
