/** A first visit over slow lines, with a slow processor: figures, not a test. */

import { test } from '@playwright/test';
import { FAIR, POOR, rounds, visit, type Visit } from '../visit';

const RUNS = Number(process.env['BENCH_VISITS'] ?? 5);
const LINES = {
  'fair line (150 ms, 1.6 Mbit/s), processor 4 times slower': FAIR,
  'poor line (400 ms, 400 kbit/s), processor 4 times slower': POOR,
};
const SETTLE_MS = 6_000;

const median = (values: (number | null)[]) => values.map((value) => value ?? NaN).sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const say = (text: string) => process.stdout.write(`${text}\n`);

test('a first visit', async ({ browser, page, baseURL }) => {
  test.setTimeout(RUNS * 4 * 120_000);
  const answer = await page.request.get('/api/v1/stations?state=live&limit=1');
  const { items } = (await answer.json()) as { items: { id: string }[] };
  for (const [name, path] of [['home', '/'], ['station', `/stations/${items[0]?.id}`]] as const) {
    const asked = await rounds(browser, baseURL + path);
    for (const [line, throttle] of Object.entries(LINES)) {
      const all: Visit[] = [];
      for (let run = 0; run < RUNS; run++) all.push(await visit(browser, baseURL + path, throttle, SETTLE_MS));
      const of = (what: (one: Visit) => number | null) => median(all.map(what)).toFixed(0);
      say(`${name}, ${line}: ${of((one) => one.bytes.page / 1000)} kB without media in ${of((one) => one.requests)} requests, ${asked.length} in a row; `
        + `first text ${of((one) => one.firstText)} ms, largest ${of((one) => one.largest)} ms, script ${of((one) => one.scriptRan)} ms; layout shift ${median(all.map((one) => one.jumps)).toFixed(3)}`);
    }
  }
});
