import { describe, expect, test } from 'vitest';
import { between, byKey, fitted, fresh, LEAST } from './zones';

describe('a zone stays within the still', () => {
  test('whatever was meant', () => {
    expect(fitted({ kind: 'box', x: -40, y: 990, w: 3, h: 5000 })).toEqual({ kind: 'box', x: 0, y: 0, w: LEAST, h: 1000 });
    expect(fitted({ kind: 'box', x: 900.4, y: 10, w: 200, h: 30 })).toEqual({ kind: 'box', x: 800, y: 10, w: 200, h: 30 });
  });
  test('drawn in any direction', () => {
    const zone = { kind: 'mobile_box', x: 100, y: 200, w: 300, h: 50 };
    expect(between('mobile_box', { x: 100, y: 200 }, { x: 400, y: 250 })).toEqual(zone);
    expect(between('mobile_box', { x: 400, y: 250 }, { x: 100, y: 200 })).toEqual(zone);
  });
});

describe('keys', () => {
  test('move it, and stop at the edge', () => {
    const zone = fresh('box');
    expect(byKey(zone, 'ArrowLeft', false)?.x).toBe(zone.x - 10);
    expect(byKey({ ...zone, x: 4 }, 'ArrowLeft', false)?.x).toBe(0);
    expect(byKey({ ...zone, y: 745 }, 'ArrowDown', false)).toMatchObject({ y: 750, h: 250 });
  });
  test('with Shift change its size, and its place never', () => {
    const zone = { ...fresh('box'), x: 900, w: 95 };
    expect(byKey(zone, 'ArrowRight', true)).toMatchObject({ x: 900, w: 100 });
    expect(byKey({ ...zone, h: 25 }, 'ArrowUp', true)).toMatchObject({ h: LEAST, y: 375 });
  });
  test('that are others are nobody’s', () => expect(byKey(fresh('box'), 'Enter', false)).toBeNull());
});
