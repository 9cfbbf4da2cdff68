/** A centre of its own, with one camera that comes and goes: what players see through an outage and a restart. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from './wait';

const ROOT = join(import.meta.dirname, '../../..');
const ASHKAR = process.env['ASHKAR'] ?? join(process.env['CARGO_TARGET_DIR'] ?? join(ROOT, 'target'), 'debug/ashkar');
const STATION = '7/11';
const CAMERA = `${STATION}/1`;
const READY_MS = 60_000;
/** In the corner of each picture, in squares, stands how old its stream is, in half seconds. */
export const CLOCK_BITS = 10;
export const CLOCK_SIDE = 16;

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}

export class Centre {
  readonly #data = mkdtempSync(join(tmpdir(), 'ashkar-players-'));
  #process: ChildProcess | null = null;
  #camera: ChildProcess | null = null;
  #key = '';
  #http = 0;
  #rtmp = 0;
  #log = '';
  readonly #since = new Map<number, number>();

  get url(): string { return `http://127.0.0.1:${this.#http}`; }
  /** The page of the camera's station, with video also where a machine that does much else lets the picture stop, which to the page is a weak line. */
  get station(): string { return `${this.url}/en/stations/${STATION}?view=video`; }
  get playlist(): string { return `${this.url}/live/${CAMERA}/index.m3u8`; }

  async start(): Promise<void> {
    if (!this.#http) {
      [this.#http, this.#rtmp] = [await freePort(), await freePort()];
      for (const list of ['constituencies', 'stations-synthetic']) this.#run('stations', 'import', join(ROOT, 'data', `${list}.csv`));
      this.#describeElection();
      this.#key = (JSON.parse(this.#run('camera', 'add', CAMERA, '--approved', '--json')) as { stream_key: string }).stream_key;
    }
    const addresses = ['--listen', `127.0.0.1:${this.#http}`, '--rtmp', `127.0.0.1:${this.#rtmp}`];
    this.#process = spawn(ASHKAR, ['serve', '--data', this.#data, '--log', 'warn', ...addresses], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process.stderr?.on('data', (text) => { this.#log = (this.#log + String(text)).slice(-10_000); });
    await until('the centre is ready', READY_MS, async () => (await fetch(`${this.url}/readyz`)).ok).catch((error: unknown) => {
      throw new Error(`${String(error)}; it said: ${this.#log}`);
    });
  }

  async restart(): Promise<void> {
    this.#process?.kill('SIGTERM');
    if (this.#process) await ended(this.#process);
    await this.start();
  }

  /** The camera sends: 25 pictures a second, a keyframe every 2 s, parameters of its own for each width. */
  cameraOn(width: number): void {
    const input = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x240:rate=25`, '-vf', clock()];
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-b:v', '300k', '-g', '50', '-keyint_min', '50', '-sc_threshold', '0', '-threads', '1'];
    const target = `rtmp://127.0.0.1:${this.#rtmp}/ingest/${this.#key}`;
    this.#camera = spawn('ffmpeg', ['-v', 'error', '-re', ...input, ...coding, '-f', 'flv', target], { stdio: 'ignore' });
    this.#since.set(width, Date.now());
  }

  /** When a picture was taken, by its width and its clock. */
  taken(width: number, second: number): number {
    return (this.#since.get(width) ?? NaN) + second * 1000;
  }

  async cameraOff(): Promise<void> {
    this.#camera?.kill('SIGTERM');
    if (this.#camera) await ended(this.#camera);
    this.#camera = null;
  }

  async text(): Promise<string> {
    const answer = await fetch(this.playlist);
    if (!answer.ok) throw new Error(`the playlist: ${answer.status}`);
    return answer.text();
  }

  async stop(): Promise<void> {
    await this.cameraOff();
    this.#process?.kill('SIGTERM');
    if (this.#process) await ended(this.#process);
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** On air since half an hour ago, at whatever hour this runs. */
  #describeElection(): void {
    const [date, hour, minute] = new Date(Date.now() - 30 * 60_000).toISOString().split(/[T:]/);
    const at = (later: number) => { const minutes = Number(hour) * 60 + Number(minute) + later; return `"${[Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')}"`; };
    const plan = `on_air = ${at(0)}\nempty_boxes = ${at(1)}\nvoting_from = ${at(2)}\nvoting_to = ${at(10 * 60)}\nturnout = [${at(60)}]`;
    const policy = 'sound = false\nrewind_on_day = true\narchive_public_after = false\nretention_years = 5';
    const file = join(this.#data, 'election.toml');
    writeFileSync(file, `key = "players"\ndate = "${date}"\ntime_zone = "UTC"\nsample = true\n[names]\naz = "Sınaq"\nen = "Trial"\nru = "Проба"\n[plan]\n${plan}\n[policy]\n${policy}\n`);
    this.#run('election', 'set', file);
  }

  #run(...command: string[]): string {
    return execFileSync(ASHKAR, [...command, '--data', this.#data], { encoding: 'utf8', stdio: 'pipe' });
  }
}

/** Draws the clock: white is one, the lowest bit is on the left. */
function clock(): string {
  const box = (from: number, squares: number, color: string) => `drawbox=x=${from * CLOCK_SIDE}:y=0:w=${squares * CLOCK_SIDE}:h=${CLOCK_SIDE}:color=${color}:t=fill`;
  const bits = Array.from({ length: CLOCK_BITS }, (_, bit) => `${box(bit, 1, 'white')}:enable='mod(floor(t*2/${2 ** bit}),2)'`);
  return [box(0, CLOCK_BITS, 'black'), ...bits].join(',');
}

/** A file of a package that these tests use. */
export const packaged = (path: string): Buffer => readFileSync(join(ROOT, 'web/node_modules', path));
