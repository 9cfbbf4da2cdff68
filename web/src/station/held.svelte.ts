/** Keeps the picture on the screen while the viewer moves through its day: beside the bar where both fit, and by scrolling back to it otherwise. */

import { rem } from '../parts/narrow';

/** Room that the day needs below the picture, CSS pixels. */
const DAY_PX = 220;
/** Width of the page, in its own letters, from which on there is room for two columns. */
const COLUMNS_REM = 59;

export class Held {
  /** The picture stays at the top of the screen while its day is scrolled past. */
  on = $state(false);
  /** Letters are too large for two columns. */
  narrow = $state(false);

  /** `stage`: the picture with its day. `picture`: the picture with its controls. */
  constructor(private readonly stage: () => HTMLElement | undefined, private readonly picture: () => HTMLElement | undefined) {}

  /** Follows the sizes of the picture and of the screen; called as an effect, which the function it returns ends. */
  follow(): () => void {
    const [picture, stage] = [this.picture(), this.stage()];
    if (!picture || !stage) return () => undefined;
    const look = () => {
      this.narrow = stage.clientWidth < COLUMNS_REM * rem();
      this.on = picture.offsetHeight + DAY_PX <= innerHeight;
      // Nothing that receives the focus may end up behind the picture.
      document.documentElement.style.scrollPaddingTop = this.on ? `${picture.offsetHeight + 8}px` : '';
    };
    const observer = new ResizeObserver(look);
    observer.observe(picture);
    observer.observe(stage);
    addEventListener('resize', look);
    return () => {
      observer.disconnect();
      removeEventListener('resize', look);
      document.documentElement.style.scrollPaddingTop = '';
    };
  }

  /** Scrolls the picture into view if it is not. */
  reveal(): void {
    const [stage, picture] = [this.stage()?.getBoundingClientRect(), this.picture()?.getBoundingClientRect()];
    if (!stage || !picture || document.fullscreenElement) return;
    if (picture.top < -1 || picture.top + Math.min(picture.height, innerHeight) > innerHeight + 1) scrollTo({ top: scrollY + stage.top, behavior: 'instant' });
  }
}
