import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadInput } from '../base/errors.ts';
import { EM_ARM, ELF_LIMITS, PT_LOAD, SHT_NOBITS, STT_FUNC, readElf } from './elf.ts';

const SEGMENT_AT = 52;
const SECTIONS_AT = 84;
const CODE_AT = 244;

/** A file with one segment, and sections: null, .text, .symtab, .strtab (names too). */
function sample(): Uint8Array {
  const strings = '\0.text\0.symtab\0.strtab\0main\0';
  const symbolsAt = CODE_AT + 8;
  const stringsAt = symbolsAt + 32;
  const bytes = new Uint8Array(stringsAt + strings.length);
  const view = new DataView(bytes.buffer);
  const put = (at: number, ...values: number[]): void => values.forEach((v, k) => view.setUint32(at + 4 * k, v, true));
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, EM_ARM, true);
  put(20, 1, 0x101, SEGMENT_AT, SECTIONS_AT, 0x0500_0200);
  [52, 32, 1, 40, 4, 3].forEach((v, k) => view.setUint16(40 + 2 * k, v, true));
  put(SEGMENT_AT, PT_LOAD, CODE_AT, 0x100, 0x100, 8, 32, 5, 4);
  put(SECTIONS_AT + 40, 1, 1, 6, 0x100, CODE_AT, 8, 0, 0, 4, 0);
  put(SECTIONS_AT + 80, 7, 2, 0, 0, symbolsAt, 32, 3, 1, 4, 16);
  put(SECTIONS_AT + 120, 15, 3, 0, 0, stringsAt, strings.length, 0, 0, 1, 0);
  put(CODE_AT, 0x4770_2001, 0xbf00_bf00);
  put(symbolsAt + 16, 23, 0x101, 4);
  view.setUint8(symbolsAt + 28, 0x12);
  view.setUint16(symbolsAt + 30, 1, true);
  bytes.set(
    [...strings].map((c) => c.charCodeAt(0)),
    stringsAt,
  );
  return bytes;
}

/** The sample with a word changed. */
function patched(at: number, value: number): Uint8Array {
  const bytes = sample();
  new DataView(bytes.buffer).setUint32(at, value, true);
  return bytes;
}

describe('readElf', () => {
  it('reads header, segments, sections and symbols', () => {
    const elf = readElf(sample());
    expect(elf).toMatchObject({ type: 2, machine: EM_ARM, entry: 0x101 });
    expect(elf.segments).toHaveLength(1);
    expect(elf.segments[0]).toMatchObject({ vaddr: 0x100, fileSize: 8, memSize: 32, flags: 5 });
    expect([...elf.segments[0]!.data.subarray(0, 4)]).toEqual([0x01, 0x20, 0x70, 0x47]);
    expect(elf.sections.map((s) => s.name)).toEqual(['', '.text', '.symtab', '.strtab']);
    expect(elf.symbols[1]).toEqual({ name: 'main', value: 0x101, size: 4, type: STT_FUNC, bind: 1, section: 1 });
  });

  it('takes no bytes of a NOBITS section', () => {
    const bytes = patched(SECTIONS_AT + 44, SHT_NOBITS);
    new DataView(bytes.buffer).setUint32(SECTIONS_AT + 60, 0xffff_0000, true);
    expect(readElf(bytes).sections[1]).toMatchObject({ size: 0xffff_0000, data: new Uint8Array(0) });
  });

  it.each([
    ['magic', 0, 0, 'not an ELF file'],
    ['class', 4, 0x0101_0102, '32-bit'],
    ['byte order', 4, 0x0101_0201, 'little-endian'],
    ['segment table', 28, 0xffff_fff0, 'outside the file'],
    ['section table', 32, 0xffff_fff0, 'outside the file'],
    ['segment bytes', SEGMENT_AT + 4, 0xffff_fff0, 'outside the file'],
    ['segment sizes', SEGMENT_AT + 20, 4, 'more bytes in the file'],
    ['section bytes', SECTIONS_AT + 40 + 20, 0xffff_fff0, 'outside the file'],
    ['string table', SECTIONS_AT + 80 + 24, 77, 'no string table'],
  ])('refuses a broken %s with a rule', (_, at, value, rule) => {
    expect(() => readElf(patched(at, value))).toThrow(BadInput);
    expect(() => readElf(patched(at, value))).toThrow(rule);
  });

  it('keeps to its limits', () => {
    expect(() => readElf(sample(), 'x', { ...ELF_LIMITS, symbols: 1 })).toThrow('at most 1');
    expect(() => readElf(sample(), 'x', { ...ELF_LIMITS, sections: 3 })).toThrow('at most 3');
  });

  it('never fails but with BadInput, whatever the bytes', () => {
    const base = sample();
    const edits = fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(edits, fc.nat(base.length), (changes, length) => {
        const bytes = base.slice(0, length);
        for (const [at, v] of changes) if (at < length) bytes[at] = v;
        try {
          readElf(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(BadInput);
        }
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
