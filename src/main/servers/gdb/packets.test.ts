/** Framing of the remote protocol: round trips, damage, and bytes in any pieces. */
import { assert, integer, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, fromHex, hexWord, PACKET_SIZE, PacketReader, toHex, wordHex } from './packets.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

describe('packets', () => {
  it('come back as they were sent, in any pieces', () => {
    const latin = string({
      unit: integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)),
      maxLength: 200,
    });
    assert(
      property(latin, integer({ min: 1, max: 7 }), (text, piece) => {
        const wire = bytesOf(frame(text));
        const reader = new PacketReader();
        const found = [];
        for (let i = 0; i < wire.length; i += piece) found.push(...reader.feed(wire.subarray(i, i + piece)));
        expect(found).toEqual([{ packet: text }]);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('tell a wrong checksum, stray bytes, an interrupt and an endless packet', () => {
    const reader = new PacketReader();
    expect(reader.feed(bytesOf('$g#00'))).toEqual([{ bad: 'checksum' }]);
    expect(reader.feed(bytesOf('+-'))).toEqual([]);
    expect(reader.feed(bytesOf('x'))).toEqual([{ bad: 'byte 0x78 outside a packet' }]);
    expect(reader.feed(Uint8Array.of(3))).toEqual([{ interrupt: true }]);
    expect(reader.feed(bytesOf(`$${'a'.repeat(PACKET_SIZE * 3)}`))[0]).toEqual({ bad: 'packet too long' });
  });

  it('never throw for random bytes', () => {
    assert(
      property(uint8Array({ maxLength: 300 }), (bytes) => void new PacketReader().feed(bytes)),
      { seed: 5, numRuns: 300 },
    );
  });

  it('carry words little-endian', () => {
    expect(wordHex(0x12345678)).toBe('78563412');
    expect(hexWord('78563412')).toBe(0x12345678);
    expect(hexWord('7856341')).toBeUndefined();
    expect(fromHex('zz')).toBeUndefined();
    expect(toHex(Uint8Array.of(0, 255))).toBe('00ff');
  });
});
