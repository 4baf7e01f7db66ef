import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesText, disassemble, disassembleWord } from './disassemble.ts';
import examples from './fixtures/examples.json' with { type: 'json' };

const FIXTURES = new URL('fixtures/', import.meta.url);
const names = readdirSync(FIXTURES).filter((n) => n.endsWith('.bin'));

function wordsOf(bytes: Uint8Array): BigUint64Array {
  return new BigUint64Array(Uint8Array.from(bytes).buffer);
}

describe('Valhall words to text', () => {
  it.each(names)('prints %s as Mesa does', (name) => {
    const words = wordsOf(readFileSync(new URL(name, FIXTURES)));
    const listing = Array.from(words, (w) => {
      const [lo, hi] = [Number(w & 0xffff_ffffn), Number(w >> 32n)];
      return `${bytesText(lo, hi)}    ${disassembleWord(lo, hi).text}\n`;
    });
    expect(listing.join('')).toBe(readFileSync(new URL(name.replace('.bin', '.dis'), FIXTURES), 'utf8'));
  });

  it.each(examples)('prints $asm', ({ word, asm }) => {
    expect(disassemble(BigUint64Array.of(BigInt(word)))).toEqual([asm]);
  });

  it.each([
    ['0x0000000000000000', 'NOP: bits 46 and 47 are not both set'],
    ['0x8000c00000000000', 'NOP: bit 63 is set'],
    ['0x5800c00000000000', 'NOP: flow 11 is reserved'],
    ['0x01ffc00000000000', 'there is no such opcode'],
    ['0x0091140000000021', 'MOV.i32: the write mask is empty'],
    ['0x0091d40001000021', 'MOV.i32 with reserved bits 0x0000000001000000'],
    ['0x0291d40000000021', 'MOV.i32 with page 1 that nothing uses'],
    ['0x0091d400000000d5', 'MOV.i32 with constant 21, which repeats another one'],
    ['0x0091d400000000e0', 'MOV.i32: special value 0 of page 0 is reserved'],
    ['0x006088a21800104a', 'LOAD.i32: load_lane_32_bit 2 is reserved'],
    ['0x0060bf861800104a', 'LOAD.i32: the staging registers end above r63'],
    ['0x0060bf801800104a', 'LOAD.i32 with an empty register set that does not begin at r0'],
    ['0x0060c8821800104a', 'LOAD.i32: bits 46 and 47 are 3, not 2'],
    ['0x00a4c50c0c004706', 'FADD.f32: widen 3 is reserved'],
  ])('says why %s has no text: %s', (word, why) => {
    const value = BigInt(word);
    const result = disassembleWord(Number(value & 0xffff_ffffn), Number(value >> 32n));
    expect(result.why).toBe(why);
    expect(result.text).toBe(`.word ${word}`);
  });
});
