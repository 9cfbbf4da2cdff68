/** What of a camera is fetched: its video, a light rendition of it, or one still every few seconds. It stands in the link, not on the device. */

export type View = 'video' | 'light' | 'still';
export const VIEWS: readonly View[] = ['video', 'light', 'still'];

/** What the link asks for; null when it leaves the choice to the line. */
export const viewOf = (text: string | null): View | null => VIEWS.find((view) => view === text) ?? null;

type Line = Navigator & { connection?: { saveData?: boolean } };

/** Whether the device asks to spare its line. */
export const savesData = () => (navigator as Line).connection?.saveData ?? false;

/** The next lighter view, the last of them being stills. `light`: there is a light rendition. */
export function lighter(view: View, light: boolean): View {
  return view === 'video' && light ? 'light' : 'still';
}

export const lightest = (a: View, b: View): View => (VIEWS.indexOf(a) > VIEWS.indexOf(b) ? a : b);
