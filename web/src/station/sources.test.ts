import { expect, test } from 'vitest';
import { Recording } from '../lib/recording';
import { Sources } from './sources';

const NOW = Date.parse('2026-11-22T10:00:07Z');
const sources = new Sources('1/2/1', { now: () => NOW, day: () => [], moved: () => undefined }, { wall: null, speed: 1 });

test('the youngest moments are read from the live playlist, older ones from the recording', () => {
  expect(sources.of(NOW - 5_000)).toBe('live');
  expect(sources.of(NOW - 18_000)).toBe('live');
  const source = sources.of(NOW - 60_000);
  expect(source).toBeInstanceOf(Recording);
  expect(sources.asked(source)).toMatchObject({ live: false, address: '/dvr/1/2/1/index.m3u8?from=2026-11-22T09:55:00Z&to=2026-11-22T09:59:50Z' });
  expect(sources.asked('live')).toMatchObject({ live: true, address: '/live/1/2/1/index.m3u8' });
});

test('what has left the live playlist, and is settled in the recording, is read there', () => {
  expect(sources.isRecorded(NOW - 18_000)).toBe(false);
  expect(sources.isRecorded(NOW - 19_000)).toBe(true);
});
