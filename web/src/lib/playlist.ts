/** Playlists of neighbouring spans, joined into one that goes on. */

/** One segment of a playlist: its tags without place and time, its address, its true time (epoch milliseconds), seconds long. */
interface Entry { tags: string[]; address: string; wall: number; duration: number; map: string; cut: boolean }

/** Segments whose times meet within this follow each other without a cut, milliseconds. */
const MEETS_MS = 500;

const after = (line: string, tag: string) => (line.startsWith(tag) ? line.slice(tag.length) : null);

/** The segments of a playlist, each with its true time and initialisation, whether or not the text repeats them. */
function entries(text: string): Entry[] {
  const found: Entry[] = [];
  let next = { tags: [] as string[], wall: NaN, duration: 0, map: '', cut: false };
  for (const line of text.split('\n')) {
    const wall = after(line, '#EXT-X-PROGRAM-DATE-TIME:');
    const duration = after(line, '#EXTINF:');
    if (wall !== null) next.wall = Date.parse(wall);
    else if (line.startsWith('#EXT-X-MAP:')) next.map = line;
    else if (line === '#EXT-X-DISCONTINUITY') next.cut = true;
    else if (duration !== null) next = { ...next, duration: parseFloat(duration), tags: [...next.tags, line] };
    else if (line === '#EXT-X-GAP') next.tags.push(line);
    else if (line !== '' && !line.startsWith('#')) {
      found.push({ ...next, address: line });
      next = { tags: [], wall: next.wall + next.duration * 1000, duration: 0, map: next.map, cut: false };
    }
  }
  return found;
}

/** A playlist that grows at its end; neighbouring spans share a segment at their border, which stands in it once. */
export class Joined {
  #lines: string[] = [];
  #addresses = new Set<string>();
  #last: Entry | null = null;
  #target = 1;

  get empty(): boolean {
    return this.#last === null;
  }

  /** The true time at which the last segment ends; minus infinity before there is one. */
  get end(): number {
    return this.#last ? this.#last.wall + this.#last.duration * 1000 : -Infinity;
  }

  append(text: string): void {
    this.#target = Math.max(this.#target, Number(/#EXT-X-TARGETDURATION:(\d+)/.exec(text)?.[1] ?? 1));
    for (const entry of entries(text)) {
      if (!this.#addresses.has(entry.address)) this.#add(entry);
    }
  }

  #add(entry: Entry): void {
    const last = this.#last;
    const meets = last !== null && !entry.cut && Math.abs(last.wall + last.duration * 1000 - entry.wall) < MEETS_MS;
    if (last !== null && !meets) this.#lines.push('#EXT-X-DISCONTINUITY');
    if (entry.map !== last?.map) this.#lines.push(entry.map);
    if (!Number.isNaN(entry.wall)) this.#lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(entry.wall).toISOString()}`);
    this.#lines.push(...entry.tags, entry.address);
    this.#addresses.add(entry.address);
    this.#last = entry;
  }

  /** The playlist as it stands; `ended`: nothing will follow. */
  text(ended: boolean): string {
    const head = ['#EXTM3U', '#EXT-X-VERSION:8', `#EXT-X-TARGETDURATION:${this.#target}`, '#EXT-X-PLAYLIST-TYPE:EVENT', '#EXT-X-MEDIA-SEQUENCE:0'];
    return [...head, ...this.#lines, ...(ended ? ['#EXT-X-ENDLIST'] : []), ''].join('\n');
  }
}
