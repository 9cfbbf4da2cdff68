/** Marks a box as narrow by the size of its letters, so that large text stacks a table as a small screen does. Container queries are younger than the oldest browsers. */

/** How high the letters of the page are, CSS pixels. */
export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;

/** A box narrower than this many rem cannot hold a table row at all. */
const NARROWEST_REM = 17;

/** Gives an element the class `narrow-box` while it is less than so many rem wide. */
export const narrow = (element: HTMLElement, rems: number) => marked(element, 'narrow-box', rems);
export const narrowest = (element: HTMLElement) => marked(element, 'narrowest', NARROWEST_REM);

function marked(element: HTMLElement, name: string, rems: number) {
  const look = () => element.classList.toggle(name, element.clientWidth / rem() < rems);
  look();
  const observer = new ResizeObserver(look);
  observer.observe(element);
  return { destroy: () => observer.disconnect() };
}
