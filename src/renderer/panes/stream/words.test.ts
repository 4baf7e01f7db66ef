import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assembled,
  bytesOf,
  hexRows,
  littleEndian,
  readWords,
  textOfBytes,
  textOfWords,
  wordsByLine,
  wordText,
} from './words.ts';

const anyWords = fc.array(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { minLength: 1, maxLength: 40 });

describe('streams as words', () => {
  it('gives back any words through text', () => {
    fc.assert(
      fc.property(anyWords, (list) => {
        const words = BigUint64Array.from(list);
        expect(bytesOf(textOfWords(words))).toEqual(littleEndian(words));
        expect(textOfBytes(littleEndian(words))).toBe(textOfWords(words));
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('reads pasted words as they are printed, and 32-bit pairs low first', () => {
    fc.assert(
      fc.property(anyWords, (list) => {
        const pasted = readWords(list.map((w, i) => `${(i * 8).toString(16)}: ${wordText(w)}`).join('\n'));
        expect(pasted).toEqual({ ok: true, words: BigUint64Array.from(list) });
      }),
      { seed: 6, numRuns: 60 },
    );
    expect(readWords('0000002a 02420000')).toEqual({ ok: true, words: BigUint64Array.of(0x024200000000002an) });
    expect(readWords('0x0242_0000_0000_002a, 1')).toEqual({
      ok: true,
      words: BigUint64Array.of(0x024200000000002an, 1n),
    });
  });

  it.each([
    ['MOVE32 r1, #2', 'no hex word'],
    ['11112222333344445', 'longer than 64 bits'],
    ['00000001 00000002 00000003', 'one is missing'],
  ])('says what is wrong with %s', (text, message) => {
    expect(readWords(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });

  it('puts words beside their lines, none beside broken ones', () => {
    const lines = wordsByLine(assembled('// x\nMOVE32 r1, #2\nMOVE32 r1\n.word 1, 2\n'));
    expect([...lines.keys()]).toEqual([2, 4]);
    expect(lines.get(4)).toEqual([1n, 2n]);
  });

  it('dumps memory in rows of 16 bytes', () => {
    expect(hexRows(0x1000, '2f00000048690a00'.repeat(3))).toEqual([
      { address: 0x1000, bytes: '2f 00 00 00  48 69 0a 00  2f 00 00 00  48 69 0a 00', text: '/···Hi··/···Hi··' },
      { address: 0x1010, bytes: '2f 00 00 00  48 69 0a 00', text: '/···Hi··' },
    ]);
  });
});
