import { expect, test } from 'vitest';
import { compared, closest, expectedVoters, type Official } from './compare';
import { csvOf, seriesOf } from './csv';
import { countOf, packed, unpacked } from './pack';
import { BALLOTS_LIMIT, countedBy, STEP, windows, type Series } from './series';
import { covered, cut, inward, Recorder, spanAt, withSpan, type Span } from './spans';
import { readKept } from './store';
import { MINUTE } from '../lib/time';

const BAKU = 'Asia/Baku';
const at = (time: string) => Date.parse(`2026-11-22T${time}${time.length === 5 ? ':00' : ''}+04:00`);
const span = (from: string, to: string): Span => ({ from: at(from), to: at(to) });
const upTo = (n: number) => Math.floor(Math.random() * n);

/** What is left of it in whole seconds, which is what goes out. */
const inSeconds = (count: Series): Series => ({ ...count, watched: inward(count.watched, 1_000) });

/** A count as a person might make it, or a stranger one. */
function anyCount(): Series {
  const start = at('08:00');
  const length = 1 + upTo(40 * 60 * 60);
  const ballots = Array.from({ length: 1 + upTo(upTo(2) ? 40 : 2_500) }, () => start + upTo(length) * 1_000).sort((a, b) => a - b);
  let watched: Span[] = [];
  for (let n = upTo(30); n > 0; n--) {
    const from = start + upTo(length * 1_000);
    watched = withSpan(watched, { from, to: from + 1 + upTo(upTo(2) ? 3_000 : 5_000_000) });
  }
  return { station: `${1 + upTo(125)}/${1 + upTo(99)}`, ballots, watched };
}

test('a packed count reads back as it was, whatever it is', () => {
  for (let n = 0; n < 150; n++) {
    const count = anyCount();
    const text = packed(count);
    expect(text).toMatch(/^[\w-]+$/);
    expect((text ?? '').length).toBeLessThanOrEqual(8_000);
    expect(unpacked(text ?? '')).toEqual(inSeconds(count));
  }
});

test('a long count is packed by the minute, and still fits a link', () => {
  const ballots = Array.from({ length: BALLOTS_LIMIT }, (_, n) => at('08:00') + Math.floor((n * 39_600) / BALLOTS_LIMIT) * 1_000);
  const count = { station: '7/12', ballots, watched: [span('08:00:30', '12:00:30')] };
  const text = packed(count) ?? '';
  expect(text.length).toBeLessThanOrEqual(8_000);
  const read = unpacked(text);
  expect(read?.ballots).toHaveLength(BALLOTS_LIMIT);
  expect(read?.ballots).toEqual(ballots.map((one) => Math.floor(one / MINUTE) * MINUTE));
  // rounded inwards
  expect(read?.watched).toEqual([span('08:01', '12:00')]);
});

test('an empty count and one beyond the limit are no links', () => {
  expect(packed({ station: '7/12', ballots: [], watched: [] })).toBeNull();
  expect(packed({ station: '7/12', ballots: Array.from({ length: BALLOTS_LIMIT + 1 }, () => at('08:00')), watched: [] })).toBeNull();
});

test('a link that was cut short or made longer is not read', () => {
  const text = packed(anyCount()) ?? '';
  for (let length = 0; length < text.length; length++) expect(unpacked(text.slice(0, length))).toBeNull();
  expect(unpacked(`${text}AAAA`)).toBeNull();
});

test('strange links give no count, or one within the limits, and never throw', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const valid = Array.from({ length: 20 }, () => packed(anyCount()) ?? '');
  for (let n = 0; n < 1_000; n++) {
    const strange = upTo(2) ? Array.from({ length: upTo(200) }, () => letters[upTo(64)] ?? '') : [...(valid[upTo(20)] ?? '')];
    for (let change = upTo(4); change > 0; change--) strange[upTo(strange.length)] = letters[upTo(64)] ?? '';
    const read = unpacked(strange.join(''));
    if (!read) continue;
    expect(read.ballots.length).toBeLessThanOrEqual(BALLOTS_LIMIT);
    expect([...read.ballots]).toEqual([...read.ballots].sort((a, b) => a - b));
    expect(read.station).toMatch(/^[1-9]\d{0,4}\/[1-9]\d{0,4}$/);
    for (const one of read.watched) expect(one.to).toBeGreaterThan(one.from);
  }
  for (const text of ['', '%', 'A', '<script>', 'AQ', '_'.repeat(12_000), 'A'.repeat(1_000_000)]) expect(unpacked(text)).toBeNull();
});

test('the fragment of an address has a count, none, or a spoilt one', () => {
  const count = anyCount();
  expect(countOf('')).toBe('none');
  expect(countOf('#main')).toBe('none');
  expect(countOf('#c=')).toBeNull();
  expect(countOf(`#c=${packed(count)}`)).toEqual(inSeconds(count));
});

test('a table reads back as it was, whatever the count', () => {
  for (let n = 0; n < 40; n++) {
    const count = anyCount();
    expect(seriesOf(csvOf(count, BAKU), count.station)).toEqual(inSeconds(count));
  }
});

test('a table says the time of the picture, the station and the number of the ballot', () => {
  const text = csvOf({ station: '7/12', ballots: [at('08:01:07'), at('08:02')], watched: [span('08:00', '08:10')] }, BAKU);
  expect(text.split('\r\n')).toEqual([
    'time,station,n,watched_until', '2026-11-22T08:00:00+04:00,7/12,,2026-11-22T08:10:00+04:00',
    '2026-11-22T08:01:07+04:00,7/12,1,', '2026-11-22T08:02:00+04:00,7/12,2,', '',
  ]);
});

test('tables of programs are read, with three columns and other line ends too', () => {
  expect(seriesOf('\uFEFFtime,station,n\n2026-11-22T08:01:07+04:00,7/12,1\n2026-11-22T04:00:00Z,7/12,2', '7/12')).toEqual({ station: '7/12', ballots: [at('08:00'), at('08:01:07')], watched: [] });
});

test.each([
  ['', { fault: 'form' }],
  ['time;station;n\n', { fault: 'form' }],
  ['time,station,n\n2026-11-22T08:01:07+04:00,7/13,1', { fault: 'station', station: '7/13' }],
  ['time,station,n\n2026-11-22T08:01:07+04:00,7/12,1\nyesterday,7/12,2', { fault: 'row', row: 3 }],
  ['time,station,n\n2026-11-22T08:01:07+04:00,7/12,x', { fault: 'row', row: 2 }],
  ['time,station,n\n2026-11-22T08:01:07+04:00', { fault: 'row', row: 2 }],
  ['time,station,n,watched_until\n2026-11-22T08:01:07+04:00,7/12,,2026-11-22T08:00:00+04:00', { fault: 'row', row: 2 }],
  ['time,station,n,watched_until\n2026-11-22T08:01:07+04:00,7/12,,', { fault: 'row', row: 2 }],
  ['time,station,n\n2026-11-22T08:00:00+04:00,7/12,1\n2027-11-22T08:00:00+04:00,7/12,2', { fault: 'long' }],
  [`time,station,n\n${'2026-11-22T08:00:00+04:00,7/12,1\n'.repeat(BALLOTS_LIMIT + 1)}`, { fault: 'long' }],
  ['x'.repeat(4_000_001), { fault: 'long' }],
])('table %# is refused, and why is said', (text, fault) => expect(seriesOf(text, '7/12')).toEqual(fault));

test('spans stay sorted, apart, and cover what was put in', () => {
  for (let n = 0; n < 200; n++) {
    const put = Array.from({ length: 1 + upTo(20) }, () => ({ from: upTo(1_000_000), to: 0 })).map(({ from }) => ({ from, to: from + 1 + upTo(60_000) }));
    const spans = put.reduce<Span[]>(withSpan, []);
    for (const [i, one] of spans.entries()) expect(one.from).toBeGreaterThan(spans[i - 1]?.to ?? -1);
    for (const one of put) expect(covered(spans, one.from, one.to)).toBe(one.to - one.from);
    const [from, to] = [upTo(500_000), 500_000 + upTo(500_000)];
    const rest = cut(spans, from, to);
    expect(covered(rest, from, to)).toBe(0);
    expect(covered(rest, -1e9, 1e9)).toBe(covered(spans, -1e9, 1e9) - covered(spans, from, to));
  }
});

test('only what was played was watched: not what was jumped over, nor what went by while the page slept', () => {
  const recorder = new Recorder();
  const looks: [number | null, number, number][] = [
    [100_000, 0, 1], [100_200, 200, 1], [103_400, 400, 16], [200_000, 600, 1], [200_200, 800, 1],
    [500_200, 300_800, 1], [null, 301_000, 1], [500_400, 301_200, 1], [500_300, 301_400, 1],
  ];
  const watched = looks.map((look) => recorder.look(...look)).filter((one) => one !== null);
  expect(watched).toEqual([{ from: 100_000, to: 100_200 }, { from: 100_200, to: 103_400 }, { from: 200_000, to: 200_200 }]);
  expect(recorder.began).toBe(500_300);
});

test('a pause does not begin another pass', () => {
  const recorder = new Recorder();
  recorder.look(1_000, 0, 1);
  recorder.look(1_000, 500_000, 1);
  expect(recorder.look(1_200, 500_200, 1)).toEqual({ from: 1_000, to: 1_200 });
  expect(recorder.began).toBe(1_000);
});

test('spans hold their beginning and not their end', () => {
  const spans = [span('08:00', '09:00')];
  expect([spanAt(spans, at('08:00')), spanAt(spans, at('09:00'))]).toEqual([spans[0], null]);
});

test('ten minutes by ten minutes: every ballot in one, and how much of it was watched', () => {
  const count = { station: '7/12', ballots: [at('08:01'), at('08:09:59'), at('08:10'), at('08:31')], watched: [span('08:00', '08:15'), span('08:30', '08:40')] };
  expect(windows(count)).toEqual([
    { from: at('08:00'), ballots: 2, watched: 'all' }, { from: at('08:10'), ballots: 1, watched: 'part' },
    { from: at('08:20'), ballots: 0, watched: 'none' }, { from: at('08:30'), ballots: 1, watched: 'all' },
  ]);
  for (let n = 0; n < 50; n++) {
    const any = anyCount();
    const all = windows(any);
    expect(all.reduce((sum, one) => sum + one.ballots, 0)).toBe(any.ballots.length);
    expect(all.every((one, i) => i === 0 || one.from === (all[i - 1]?.from ?? 0) + STEP)).toBe(true);
  }
  expect(windows({ station: '7/12', ballots: [], watched: [] })).toEqual([]);
});

const official = (scope: Official['scope'], percent: number | null, voters: number | null = null): Official => ({ at: at('12:00'), scope, percent, voters, source: '' });

test('the station’s own figure is compared before the constituency’s, and that before the country’s', () => {
  const all = [official('country', 21.4), official('constituency', 20), official('station', null, 150)];
  expect(closest(all, at('12:00'))?.scope).toBe('station');
  expect(closest(all.slice(0, 2), at('12:00'))?.scope).toBe('constituency');
  expect(closest(all, at('15:00'))).toBeNull();
});

test('per cent become voters where the register is known', () => {
  expect(expectedVoters(official('country', 21.4), 867)).toBe(186);
  expect(expectedVoters(official('country', 21.4), null)).toBeNull();
  expect(expectedVoters(official('station', null, 150), null)).toBe(150);
});

test('counted, official, and every minute since voting began: watched, not watched, or without a picture', () => {
  const ballots = Array.from({ length: 143 }, (_, n) => at('08:00') + n * 60_000).filter((one) => one < at('12:00'));
  const day = [{ ...span('07:30', '11:20'), state: 'live', cause: null }, { ...span('11:20', '11:28'), state: 'missing', cause: 'power' }, { ...span('11:28', '13:00'), state: 'live', cause: null }] as const;
  const rows = compared({ station: '7/12', ballots, watched: [span('08:00', '11:00')] }, [at('10:00'), at('12:00'), at('15:00')], [official('country', 21.4)], 867, day, at('08:00'), at('13:00'));
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({ counted: 120, official: null, expected: null, watched: 120 * MINUTE, unwatched: 0, blind: 0 });
  expect(rows[1]).toMatchObject({ counted: 143, expected: 186, watched: 180 * MINUTE, blind: 8 * MINUTE, unwatched: 52 * MINUTE });
  expect(countedBy(ballots, at('08:00'))).toBe(0);
});

test('in a night nobody votes: it counts neither as watched nor as unwatched', () => {
  const day = [{ ...span('07:30', '15:00'), state: 'live', cause: null }, { ...span('15:00', '16:00'), state: 'missing', cause: 'power' }] as const;
  const watched = [span('08:00', '10:00'), span('12:30', '13:00')];
  const nights = [span('10:00', '12:00'), span('15:30', '16:00')];
  const rows = compared({ station: '7/12', ballots: [], watched }, [at('11:00'), at('15:30'), at('16:00')], [], null, day, at('08:00'), at('17:00'), nights);
  expect(rows.map(({ watched: seen, unwatched, blind }) => [seen, unwatched, blind].map((ms) => ms / MINUTE))).toEqual([[120, 0, 0], [150, 150, 30], [150, 150, 30]]);
});

test('what another program put into the storage is not taken', () => {
  const kept = { taps: [1, 2], watched: [{ from: 1, to: 2 }], officials: [{ at: 1, scope: 'station', percent: 3, voters: null, source: 'x' }] };
  expect(readKept(JSON.stringify(kept))).toEqual(kept);
  for (const strange of [
    null, '', '{', '[]', '1', '{}', JSON.stringify({ ...kept, taps: ['1'] }), JSON.stringify({ ...kept, taps: [null] }), JSON.stringify({ ...kept, watched: [{ from: 2, to: 1 }] }),
    JSON.stringify({ ...kept, watched: [null] }), JSON.stringify({ ...kept, officials: [{ ...kept.officials[0], scope: 'moon' }] }), JSON.stringify({ ...kept, officials: [null] }),
    JSON.stringify({ ...kept, taps: Array.from({ length: BALLOTS_LIMIT + 1 }, () => 1) }),
  ]) expect(readKept(strange)).toBeNull();
});
