import { describe, expect, it } from 'vitest';
import { wordsOf } from './actions.ts';

describe('pasted words', () => {
  it('are hex numbers or the bytes of a listing', () => {
    const word = Uint8Array.of(0xc0, 0, 0, 0, 0, 0xc0, 0, 0x78);
    expect(wordsOf('7800c000000000c0')).toEqual(word);
    expect(wordsOf('0x7800_c000_0000_00c0 // the end')).toEqual(word);
    expect(wordsOf('c0 00 00 00 00 c0 00 78    NOP.end')).toEqual(word);
    expect(wordsOf('0x1, 0x2')).toHaveLength(16);
    for (const bad of ['', '  \n', 'NOP.end', '0x1_0000_0000_0000_0000']) expect(wordsOf(bad)).toBeUndefined();
  });
});
