/**
 * What is pressed may go elsewhere and leave something else under the finger. As long as the pointer stays where it was, a further press
 * means what the first one did.
 */

/** Nothing reports where a lifted finger is: after this long, a tap again means what is on the screen. */
const FINGER_MS = 4_000;

interface Held { box: DOMRect; again: () => void; ended: () => void }

export class SamePlace {
  #held: Held | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** From now on, a press in the same place calls `again`; `ended` is called when that is over. A press by keyboard holds nothing. */
  hold(event: MouseEvent, again: () => void, ended: () => void): void {
    this.#end();
    if (event.detail === 0) return;
    this.#held = { box: (event.currentTarget as Element).getBoundingClientRect(), again, ended };
    this.#wait(event);
  }

  /** Watches the pointer until the function it returns is called. */
  follow(): () => void {
    const stop = new AbortController();
    const options = { capture: true, signal: stop.signal };
    const look = (event: MouseEvent) => { if (!this.#holds(event)) this.#end(); };
    const end = () => this.#end();
    document.addEventListener('pointermove', look, options);
    document.addEventListener('pointerdown', look, options);
    document.addEventListener('keydown', end, options);
    document.addEventListener('wheel', end, { ...options, passive: true });
    document.addEventListener('click', (event) => this.#press(event), options);
    return () => {
      stop.abort();
      end();
    };
  }

  #press(event: MouseEvent): void {
    if (!this.#held || event.detail === 0 || !this.#holds(event)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#wait(event);
    this.#held.again();
  }

  #holds({ clientX: x, clientY: y }: MouseEvent): boolean {
    const box = this.#held?.box;
    return box !== undefined && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  }

  /** A mouse can be seen leaving; a finger cannot. */
  #wait(event: MouseEvent): void {
    clearTimeout(this.#timer);
    if ((event as Partial<PointerEvent>).pointerType !== 'mouse') this.#timer = setTimeout(() => this.#end(), FINGER_MS);
  }

  #end(): void {
    clearTimeout(this.#timer);
    const held = this.#held;
    this.#held = null;
    held?.ended();
  }
}
