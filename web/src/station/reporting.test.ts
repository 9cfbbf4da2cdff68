import { expect, test } from 'vitest';
import { outcomeOf } from './reporting.svelte';

const answer = (status: number, body: string, headers: Record<string, string> = {}) => outcomeOf(new Response(body, { status, headers }));

test('only what says so was received', async () => {
  expect(await answer(200, '{"outcome":"received"}')).toEqual({ how: 'received' });
  expect(await answer(200, '{"outcome":"known"}')).toEqual({ how: 'known' });
  for (const body of ['{"outcome":"lost"}', '{}', 'null', '<html>', '']) expect(await answer(200, body)).toEqual({ how: 'failed' });
  expect(await answer(502, '{"outcome":"received"}')).toEqual({ how: 'failed' });
});

test('why it was not taken', async () => {
  expect(await answer(429, '{}', { 'retry-after': '42' })).toEqual({ how: 'wait', seconds: 42 });
  expect(await answer(429, '{}')).toEqual({ how: 'wait', seconds: 60 });
  expect(await answer(409, '{}')).toEqual({ how: 'full' });
  expect(await answer(404, '{}')).toEqual({ how: 'gone' });
  expect(await answer(422, '{}')).toEqual({ how: 'failed' });
});
