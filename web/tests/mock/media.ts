/** A short H.264 loop made by ffmpeg, handed out as an endless timeline: each segment's decode time is set to its true time. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Media { init: Buffer; hevcInit: Buffer; still: Buffer; segment(n: number): Buffer }

const LOOP_SEGMENTS = 5;
const SEGMENT_S = 2;
const TIMESCALE = 90_000;

function encode(folder: string, codec: string, extra: string[]): void {
  execFileSync('ffmpeg', [
    '-v', 'error', '-y', '-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=10:duration=${LOOP_SEGMENTS * SEGMENT_S}`,
    '-c:v', codec, ...extra, '-pix_fmt', 'yuv420p', '-g', '20', '-keyint_min', '20', '-sc_threshold', '0', '-bf', '0', '-video_track_timescale', String(TIMESCALE),
    '-f', 'hls', '-hls_time', String(SEGMENT_S), '-hls_list_size', '0', '-hls_segment_type', 'fmp4',
    '-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', join(folder, '%d.m4s'), join(folder, 'index.m3u8'),
  ], { cwd: folder });
}

export function makeMedia(folder: string): Media {
  const avc = join(folder, 'avc');
  const hevc = join(folder, 'hevc');
  for (const one of [avc, hevc]) {
    rmSync(one, { recursive: true, force: true });
    mkdirSync(one, { recursive: true });
  }
  encode(avc, 'libx264', ['-preset', 'ultrafast', '-profile:v', 'main']);
  encode(hevc, 'libx265', ['-preset', 'ultrafast', '-tag:v', 'hvc1', '-x265-params', 'log-level=error']);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=1:duration=1', '-frames:v', '1', join(folder, 'still.jpg')]);
  const loop = Array.from({ length: LOOP_SEGMENTS }, (_, n) => readFileSync(join(avc, `${n}.m4s`)));
  return {
    init: readFileSync(join(avc, 'init.mp4')),
    hevcInit: readFileSync(join(hevc, 'init.mp4')),
    still: readFileSync(join(folder, 'still.jpg')),
    segment: (n) => timed(loop[n % LOOP_SEGMENTS] ?? Buffer.alloc(0), n),
  };
}

/** A copy of the segment whose `tfdt` (version 1, 64 bits) says segment `n` of the epoch. */
function timed(segment: Buffer, n: number): Buffer {
  const copy = Buffer.from(segment);
  const box = copy.indexOf('tfdt');
  if (box < 0 || copy[box + 4] !== 1) throw new Error('the loop has no 64-bit tfdt');
  copy.writeBigUInt64BE(BigInt(n) * BigInt(SEGMENT_S * TIMESCALE), box + 8);
  return copy;
}
