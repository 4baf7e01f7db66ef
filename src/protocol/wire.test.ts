/** Frames to bytes and back; hostile bytes. */
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadInput } from '../base/errors.ts';
import { decodeFrame, encodeFrame } from './wire.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 40 }),
  fc.uint32Array({ maxLength: 10 }),
);
const key = fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'constructor', 'toString'));
const frames = fc.letrec<{ frame: unknown }>((tie) => ({
  frame: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(fc.oneof(tie('frame'), fc.constant(undefined)), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie('frame')), { maxLength: 5 }).map((pairs) => {
      const out: object = {};
      for (const [k, value] of pairs) {
        Object.defineProperty(out, k, { value, enumerable: true, configurable: true, writable: true });
      }
      return out;
    }),
  ),
})).frame;

describe('frames', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(frames, (f) => {
        // Vitest's own comparison is misled by a key named constructor.
        expect(isDeepStrictEqual(decodeFrame(encodeFrame(f)), f)).toBe(true);
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  it('keep what is undefined, and take views apart from their buffers', () => {
    const whole = new Uint8Array([1, 2, 3, 4, 5]);
    const frame = { a: undefined, b: whole.subarray(1, 3) };
    expect(decodeFrame(encodeFrame(frame))).toStrictEqual({ a: undefined, b: new Uint8Array([2, 3]) });
    expect(decodeFrame(encodeFrame(undefined))).toBeUndefined();
  });

  it('of hostile bytes are refused with BadInput, or are harmless', () => {
    const good = encodeFrame({ id: 1, name: 'x', params: { bytes: new Uint8Array(20), words: new Uint32Array(3) } });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, cut) => {
        const bad = Uint8Array.from(good.subarray(0, cut));
        if (at < bad.length) bad[at] = byte;
        try {
          decodeFrame(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(BadInput);
        }
      }),
      { seed: 22, numRuns: 1000 },
    );
  });

  it('refuses nesting, functions and byte strings out of bounds', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100; i++) deep = [deep];
    expect(() => encodeFrame(deep)).toThrow(BadInput);
    expect(() => encodeFrame({ f: () => 1 })).toThrow(BadInput);
    for (const tag of [['u8', 0, 9], ['u8', -8, 1], ['u32', 4, 1], ['u8', 0.5, 1], ['nonsense'], 7]) {
      const text = new TextEncoder().encode(JSON.stringify({ $: tag }));
      const bytes = new Uint8Array(Math.ceil((4 + text.length) / 8) * 8 + 8);
      bytes[0] = text.length;
      bytes.set(text, 4);
      expect(() => decodeFrame(bytes), JSON.stringify(tag)).toThrow(BadInput);
    }
  });
});
