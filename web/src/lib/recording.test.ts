import { expect, test } from 'vitest';
import { Joined } from './playlist';
import { Recording, type Next } from './recording';
import { MINUTE } from './time';

const T = Date.parse('2026-11-22T08:00:00Z');
const iso = (at: number) => new Date(at).toISOString();
/** Segments of two seconds, the first at `from`; numbers and addresses follow the clock, as the centre's do. */
function playlist(from: number, count: number, map = 'a'): string {
  const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXT-X-PLAYLIST-TYPE:VOD', '#EXT-X-MEDIA-SEQUENCE:7', `#EXT-X-MAP:URI="/m/${map}.mp4"`, `#EXT-X-PROGRAM-DATE-TIME:${iso(from)}`];
  for (let n = 0; n < count; n++) lines.push('#EXTINF:2.0,', `/m/${(from - T) / 2000 + n}.m4s`);
  return [...lines, '#EXT-X-ENDLIST', ''].join('\n');
}
const segments = (text: string) => text.split('\n').filter((line) => line.startsWith('/m/') && line.endsWith('m4s'));

test('neighbours share the segment at their border, and nothing is cut there', () => {
  const joined = new Joined();
  joined.append(playlist(T, 3));
  joined.append(playlist(T + 4_000, 3));
  const text = joined.text(false);
  expect(segments(text)).toEqual(['/m/0.m4s', '/m/1.m4s', '/m/2.m4s', '/m/3.m4s', '/m/4.m4s']);
  expect(text).not.toContain('#EXT-X-DISCONTINUITY');
  expect(text).not.toContain('ENDLIST');
  expect(text.match(/EXT-X-MAP/g)).toHaveLength(1);
  expect(text).toContain(`#EXT-X-PROGRAM-DATE-TIME:${iso(T + 6_000)}\n#EXTINF:2.0,\n/m/3.m4s`);
  expect(joined.text(true)).toContain('#EXT-X-ENDLIST');
});

test('after a hole, and with other parameters, it is cut', () => {
  const joined = new Joined();
  joined.append(playlist(T, 2));
  joined.append(playlist(T + MINUTE, 1, 'b'));
  expect(joined.text(false)).toContain(`#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="/m/b.mp4"\n#EXT-X-PROGRAM-DATE-TIME:${iso(T + MINUTE)}`);
});

test('what stands in a playlist as a gap stays one', () => {
  const joined = new Joined();
  joined.append(`${playlist(T, 1)}`.replace('#EXTINF', '#EXT-X-GAP\n#EXTINF'));
  expect(joined.text(false)).toContain('#EXT-X-GAP\n#EXTINF:2.0,\n/m/0.m4s');
});

const spans = (answers: Next[]) => () => answers.shift() ?? 'later';
const minute = (n: number) => ({ from: T + n * MINUTE, to: T + (n + 1) * MINUTE });
const reader = (texts: (string | null | Error)[]) => {
  const read: string[] = [];
  const answer = async (address: string) => {
    read.push(address);
    const text = texts.shift();
    if (text instanceof Error) throw text;
    return text ?? null;
  };
  return { read, answer };
};

test('it grows as far as it is needed, and no further', async () => {
  let reach = T;
  const { read, answer } = reader([playlist(T, 30), playlist(T + MINUTE, 30)]);
  const recording = new Recording('7/12/1', minute(0), spans([minute(1)]), () => reach, answer);
  expect(segments(await recording.text())).toHaveLength(30);
  reach = T + 90_000;
  expect(segments(await recording.text())).toHaveLength(60);
  expect(recording.to).toBe(T + 2 * MINUTE);
  expect(read).toHaveLength(2);
});

test('a span that ends in a hole is followed when its pictures are used up, not when its time is', async () => {
  const { answer } = reader([playlist(T, 5), playlist(T + 90_000, 5)]);
  const recording = new Recording('7/12/1', minute(0), spans([minute(1)]), () => T + 15_000, answer);
  expect(await recording.text()).toContain(`#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:${iso(T + 90_000)}`);
});

test('what was not recorded is passed over; the end is the end', async () => {
  const { answer } = reader([playlist(T, 30), null]);
  const recording = new Recording('7/12/1', minute(0), spans([minute(1), 'end']), () => Infinity, answer);
  const text = await recording.text();
  expect(segments(text)).toHaveLength(30);
  expect(text).toContain('#EXT-X-ENDLIST');
});

test('a span that does not come is asked for again, and what there is goes on', async () => {
  const { read, answer } = reader([playlist(T, 30), new Error('line'), playlist(T + MINUTE, 30)]);
  const recording = new Recording('7/12/1', minute(0), (from) => (from === T + MINUTE ? minute(1) : 'later'), () => T + 90_000, answer);
  expect(segments(await recording.text())).toHaveLength(30);
  expect(segments(await recording.text())).toHaveLength(60);
  expect(read).toHaveLength(3);
});

test('nothing at all is an error', async () => {
  const recording = new Recording('7/12/1', minute(0), spans([]), () => T, reader([null]).answer);
  expect(recording.nothing).toBe(false);
  await expect(recording.text()).rejects.toThrow();
  expect(recording.nothing).toBe(true);
});
