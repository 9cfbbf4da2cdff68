/** The bar's hand: turns pointers, pinches, keys and typed times into the moment that the viewer means. */

import { momentAt, type Range } from '../lib/bar';
import { MINUTE } from '../lib/time';
import { isWhole, momentOf, typedMore, typedTime } from '../lib/typed';
import { stepOf, zoomed } from '../lib/zoom';

/** The bar as it stands. */
export interface Bar {
  readonly range: Range;
  /** The part of it that is shown. */
  window: Range;
  /** The last moment that can be opened, and whether that is the end of a day that is past, instead of now. */
  readonly end: number;
  readonly over: boolean;
  readonly hand: number;
  /** Where keys move it from: at live, the time of the picture. */
  readonly base: number;
  readonly zone: string;
  readonly open: boolean;
  go(to: number): void;
  goLive(): void;
  level(direction: 1 | -1): void;
}

/** A key that is held down keeps moving the hand; the picture follows after this pause. */
const KEY_PAUSE_MS = 300;
/** Pauses after which typed digits are accepted: when they are a whole time, and when more could follow. */
const TYPED_PAUSE_MS = 1_500;
const UNFINISHED_PAUSE_MS = 4_000;
const WHEEL_RATE = 0.01;

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const PAGES: Record<string, number> = { PageDown: -10 * MINUTE, PageUp: 10 * MINUTE };
const LEVELS: Record<string, 1 | -1> = { '+': 1, '=': 1, '-': -1 };

/** How far a key moves the hand, in milliseconds; undefined for other keys. */
export const movedBy = ({ key, shiftKey }: KeyboardEvent, window: Range): number | undefined =>
  (key in STEPS ? (STEPS[key] ?? 0) * (shiftKey ? 1_000 : stepOf(window)) : PAGES[key]);

type BarEvent = PointerEvent & { currentTarget: HTMLElement };

export class Scrub {
  dragged = $state<number | null>(null);
  hovered = $state<number | null>(null);
  held = $state(false);
  typed = $state('');
  /** Why the last typed time was refused. */
  refused = $state<'wrong' | 'outside' | null>(null);

  #bar: Bar;
  /** Keys have moved the hand on to now. */
  #live = false;
  #keyTimer: ReturnType<typeof setTimeout> | undefined;
  #typedTimer: ReturnType<typeof setTimeout> | undefined;
  /** Positions of the pointers that are down, in the order in which they came down. */
  #fingers: { id: number; x: number }[] = [];
  #pinch: { apart: number; window: Range } | null = null;

  constructor(bar: Bar) {
    this.#bar = bar;
  }

  destroy(): void {
    clearTimeout(this.#keyTimer);
    clearTimeout(this.#typedTimer);
  }

  grab = (event: BarEvent): void => {
    if (event.button !== 0 || !this.#bar.open) return;
    event.preventDefault();
    event.currentTarget.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#fingers.push({ id: event.pointerId, x: event.clientX });
    this.hovered = null;
    if (this.#fingers.length > 1) return this.#beginPinch();
    this.held = true;
    this.dragged = this.#under(event);
  };

  move = (event: BarEvent): void => {
    for (const finger of this.#fingers) if (finger.id === event.pointerId) finger.x = event.clientX;
    if (this.#pinch) this.#pinched(event, this.#pinch);
    else if (this.held) this.dragged = this.#under(event);
    else if (event.pointerType !== 'touch') this.hovered = this.#under(event);
  };

  release = (event: BarEvent): void => {
    this.#lift(event);
    if (this.#pinch) this.#pinch = null;
    else if (this.held) this.#drop();
    this.held = false;
  };

  /** The finger went on to scroll the page. */
  letGo = (event: BarEvent): void => {
    this.#lift(event);
    this.#pinch = null;
    this.held = false;
    this.dragged = this.hovered = null;
  };

  leave = (): void => {
    this.hovered = null;
  };

  wheel = (event: WheelEvent & { currentTarget: HTMLElement }): void => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#bar.window = zoomed(this.#bar.window, this.#bar.range, this.#momentOf(event), Math.exp(event.deltaY * WHEEL_RATE));
  };

  /** What assistive technology sets, in steps from the left edge; pointers are read by `grab` and `move`, to the pixel. */
  input = (event: Event & { currentTarget: HTMLInputElement }): void => {
    const { window, end } = this.#bar;
    if (!this.held) this.dragged = Math.min(window.from + event.currentTarget.valueAsNumber * stepOf(window), end);
  };

  change = (): void => {
    if (!this.held) this.#drop();
  };

  key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#typing(event.key) || this.#moving(event)) event.preventDefault();
  };

  /** Goes to the moment under a pointer; the last minute of the bar is live, unless its day is past. */
  settle(to: number): void {
    const { end, range, window, over } = this.#bar;
    if (over) this.#bar.go(Math.min(end - 1_000, Math.max(range.from, to)));
    else if (to > end - Math.min(MINUTE, 2 * stepOf(window))) this.#bar.goLive();
    else this.#bar.go(Math.max(range.from, to));
  }

  #moving(event: KeyboardEvent): boolean {
    const { range, window, base, over } = this.#bar;
    const end = over ? this.#bar.end - 1_000 : this.#bar.end;
    const { key } = event;
    const level = LEVELS[key];
    if (level) {
      this.#bar.level(level);
      return true;
    }
    const by = movedBy(event, window);
    if (by !== undefined) this.dragged = Math.min(end, Math.max(range.from, (this.dragged ?? base) + by));
    else if (key === 'Home') this.dragged = range.from;
    else if (key === 'End') this.dragged = end;
    else return false;
    this.#live = !over && this.dragged === end;
    clearTimeout(this.#keyTimer);
    this.#keyTimer = setTimeout(() => this.#taken(), KEY_PAUSE_MS);
    return true;
  }

  /** Whether the key belongs to a time that is being typed. */
  #typing(key: string): boolean {
    if (/^[\d:]$/.test(key) && (this.typed !== '' || key !== ':')) {
      this.#type(typedMore(this.typed, key) ?? this.typed);
      return true;
    }
    if (this.typed === '') return false;
    if (key === 'Enter') this.#take();
    else if (key === 'Escape') this.#type('');
    else if (key === 'Backspace') this.#type(this.typed.slice(0, -1));
    else return false;
    return true;
  }

  #type(text: string): void {
    this.typed = text;
    this.refused = null;
    clearTimeout(this.#typedTimer);
    if (text !== '') this.#typedTimer = setTimeout(() => this.#take(), isWhole(text) ? TYPED_PAUSE_MS : UNFINISHED_PAUSE_MS);
  }

  #take(): void {
    const time = typedTime(this.typed);
    const at = time === null ? null : momentOf(time, this.#bar.range, this.#bar.zone);
    this.#type('');
    if (time === null) this.refused = 'wrong';
    else if (at === null) this.refused = 'outside';
    else this.#bar.go(at);
  }

  /** A moment chosen by keys is opened as it is, even less than a minute ago: a step back must go back. */
  #taken(): void {
    const to = this.dragged;
    this.dragged = null;
    if (to === null) return;
    if (this.#live) this.#bar.goLive();
    else this.#bar.go(to);
  }

  #drop(): void {
    const to = this.dragged;
    this.dragged = null;
    if (to !== null) this.settle(to);
  }

  #lift(event: BarEvent): void {
    this.#fingers = this.#fingers.filter((finger) => finger.id !== event.pointerId);
  }

  #beginPinch(): void {
    this.held = false;
    this.dragged = null;
    this.#pinch = { apart: this.#apart(), window: this.#bar.window };
  }

  #pinched(event: BarEvent, pinch: { apart: number; window: Range }): void {
    this.#bar.window = zoomed(pinch.window, this.#bar.range, this.#momentOf(event), pinch.apart / this.#apart());
  }

  /** Pixels between two fingers; never none. */
  #apart(): number {
    const [one, two] = this.#fingers;
    return Math.max(1, Math.abs((one?.x ?? 0) - (two?.x ?? 0)));
  }

  /** The moment under a pointer; the input is as wide as what is past in the window. */
  #momentOf(event: MouseEvent & { currentTarget: HTMLElement }): number {
    const box = (event.currentTarget.parentElement ?? event.currentTarget).getBoundingClientRect();
    return momentAt(this.#bar.window, (event.clientX - box.left) / box.width);
  }

  #under(event: BarEvent): number {
    return Math.min(this.#bar.end, this.#momentOf(event));
  }
}
