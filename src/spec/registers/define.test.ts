/** Field access, encoding and its bounds, arrays, and what does not compile. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bit, bounded, defineBlock, Field, field, GPU_CONTROL, MCU_CS, MMU_CONTROL } from './index.ts';

describe('fields', () => {
  it('get and set agree with BigInt arithmetic at every place and width', () => {
    const place = fc
      .integer({ min: 0, max: 63 })
      .chain((lsb) => fc.tuple(fc.constant(lsb), fc.integer({ min: 1, max: Math.min(52, 64 - lsb) })));
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(place, word, word, fc.bigInt({ min: 0n, max: (1n << 52n) - 1n }), ([lsb, width], lo, hi, seed) => {
        const f = new Field('f', { lsb, width }, 'RW');
        const whole = (BigInt(hi) << 32n) | BigInt(lo);
        const mask = (1n << BigInt(width)) - 1n;
        expect(BigInt(f.get(lo, hi))).toBe((whole >> BigInt(lsb)) & mask);
        expect((BigInt(f.mask.hi) << 32n) | BigInt(f.mask.lo)).toBe(mask << BigInt(lsb));
        const value = seed & mask;
        const set = f.set({ lo, hi }, Number(value));
        const wanted = (whole & ~(mask << BigInt(lsb))) | (value << BigInt(lsb));
        expect((BigInt(set.hi) << 32n) | BigInt(set.lo)).toBe(wanted);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('refuse values above 2^53 instead of rounding', () => {
    expect(() => MMU_CONTROL.AS_FAULTADDRESS.get('address', 0, 0xffff_ffff)).toThrow(RangeError);
    expect(MMU_CONTROL.AS_FAULTADDRESS.get('address', 0x1000, 0x7fff)).toBe(0x7fff_0000_1000);
  });
});

describe('encoding', () => {
  it('takes names, numbers, booleans and checked values', () => {
    expect(GPU_CONTROL.GPU_CMD.encode({ code: 'RESET', reset_mode: 'SOFT_RESET' })).toBe(0x101);
    expect(GPU_CONTROL.GPU_INT_MASK.encode({ FAULT: true, RESET_COMPLETED: 1 })).toBe(0x101);
    expect(MCU_CS.CS_CMD.encode({ cmd: bounded(4, 1 + 1), type: 2 })).toBe(0x202);
    expect(
      MMU_CONTROL.AS_TRANSCFG.encode64({ mode: 'AARCH64_4K', ina_bits: 7, ptw_memattr: 2, r_allocate: true }),
    ).toEqual({
      lo: 0x4200_01c6,
      hi: 0,
    });
  });

  it('does not compile, and throws, when a value does not fit or has no such name', () => {
    // @ts-expect-error 16 does not fit four bits
    expect(() => MCU_CS.CS_PRIO.encode({ prio: 16 })).toThrow(RangeError);
    // @ts-expect-error 2 does not fit one bit
    expect(() => GPU_CONTROL.GPU_INT_MASK.encode({ FAULT: 2 })).toThrow(RangeError);
    // @ts-expect-error 256 does not fit eight bits
    expect(() => GPU_CONTROL.GPU_CMD.encode({ code: 256 })).toThrow(RangeError);
    // @ts-expect-error no such value name
    expect(() => GPU_CONTROL.GPU_CMD.encode({ code: 'RESTART' })).toThrow(/known: NOP, RESET/);
    // @ts-expect-error no such field
    expect(() => GPU_CONTROL.GPU_CMD.encode({ mode: 1 })).toThrow(/no field mode/);
    // @ts-expect-error a number that was not checked
    expect(() => MCU_CS.CS_PRIO.encode({ prio: Number('16') })).toThrow(RangeError);
    // @ts-expect-error no such register
    expect(GPU_CONTROL.GPU_NOTHING).toBeUndefined();
    expect(() => bounded(4, 16)).toThrow(RangeError);
    expect(() => bounded(4, -1)).toThrow(RangeError);
    expect(() => bounded(4, 1.5)).toThrow(RangeError);
  });
});

describe('arrays', () => {
  it('print their index in the name and place elements by stride', () => {
    const at = MMU_CONTROL.AS_TRANSTAB.at(3);
    expect([at.name, at.offset, at.isArray, at.indices]).toEqual(['AS3_TRANSTAB', 0x24c0, false, [3]]);
    expect(MMU_CONTROL.AS_TRANSTAB.at(3)).toBe(at);
    expect(() => MMU_CONTROL.AS_TRANSTAB.at(16)).toThrow(/elements 0\.\.15, not 16/);
    expect(() => MMU_CONTROL.MMU_INT_MASK.at(0)).toThrow(/not an array/);
  });

  it('have a second dimension', () => {
    const at = MCU_CS.JOB_REG.at(2, 5);
    expect([at.name, at.offset]).toEqual(['JOB_REG[2][5]', 0x840 + 2 * 0x140 + 5 * 4]);
    expect(MCU_CS.JOB_REG.at(2).at(5)).toBe(at);
    expect(MCU_CS.JOB_REG.elements()).toHaveLength(6 * 64);
  });

  it('may differ in their reset values', () => {
    expect([0, 1].map((n) => GPU_CONTROL.GPU_TEXTURE_FEATURES.at(n).reset)).toEqual([0xc1ff_ff9e, 0]);
  });
});

it('a field has the access of its register unless it has its own', () => {
  const { R } = defineBlock('T', {
    R: {
      offset: 0,
      access: 'RW',
      doc: 'Test.',
      fields: { a: bit(0), b: field(4, 4, 'read only', { access: 'RO' }) },
    },
  });
  expect(R.fields.map((f) => f.access)).toEqual(['RW', 'RO']);
});
