/** Register values of an address space: worked examples of Panthor's arithmetic, and properties of lock regions. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeLock,
  encodeLock,
  inputBits,
  leafFault,
  LINUX_MAIR,
  lockTouches,
  mairToMemattr,
  memattrOf,
  panthorTranscfg,
  TRANSCFG_HI,
} from './address-space.ts';
import { ACCESS, FAULT } from './faults.ts';
import { linuxLeaf } from './page-table.ts';
import { MMU_CONTROL } from './registers/mmu.ts';

const memattr = mairToMemattr(LINUX_MAIR, false);

describe('TRANSCFG and MEMATTR', () => {
  it('are what Panthor programs on RK3588', () => {
    expect(panthorTranscfg(48, false)).toEqual({ lo: 0x4200_01c6, hi: 0 });
    expect(panthorTranscfg(48, true)).toEqual({ lo: 0x6200_01c6, hi: 0 });
    expect(memattr).toEqual({ lo: 0x8c4c_8f4c, hi: 0x4c4c_4c4c });
    expect(mairToMemattr(LINUX_MAIR, true)).toEqual({ lo: 0x9c4c_9f4c, hi: 0x4c4c_4c4c });
    expect(MMU_CONTROL.AS_MEMATTR.get('attr1_memory_type', memattr.lo, memattr.hi)).toBe(2);
    expect([0, 1, 3, 7].map((n) => memattrOf(memattr, n))).toEqual([0x4c, 0x8f, 0x8c, 0x4c]);
  });

  it('give input widths only for valid codes', () => {
    expect([7, 30, 0, 6, 31].map(inputBits)).toEqual([48, 25, undefined, undefined, undefined]);
  });
});

describe('lock regions', () => {
  it('encode as Panthor does', () => {
    expect(encodeLock(0x1000_0000, 0x1000)).toEqual({ lo: 0x1000_000e, hi: 0 });
    expect(decodeLock(0x1000_000e, 0)).toEqual({ start: 0x1000_0000, size: 0x8000 });
    expect(encodeLock(0x7ff_f000, 0x2000)).toEqual({ lo: 27, hi: 0 });
    expect(decodeLock(27, 0)).toEqual({ start: 0, size: 0x1000_0000 });
    expect(decodeLock(0xffff_f03f, 0xffff_ffff)).toEqual({ start: 0, size: 2 ** 64 });
  });

  it('cover what was asked and do not waste more than needed', () => {
    const start = fc.integer({ min: 0, max: 2 ** 36 - 1 }).map((page) => page * 0x1000);
    const size = fc.integer({ min: 1, max: 2 ** 20 }).map((pages) => pages * 0x1000);
    fc.assert(
      fc.property(start, size, (at, bytes) => {
        const { lo, hi } = encodeLock(at, bytes);
        const region = decodeLock(lo, hi);
        expect(region.start <= at && region.start + region.size >= at + bytes).toBe(true);
        expect(lockTouches(region, at, 1) && lockTouches(region, at + bytes - 0x1000, 0x1000)).toBe(true);
        expect(lockTouches(region, region.start + region.size, 0x1000)).toBe(false);
        const half = region.size / 2;
        const fitsHalf = Math.floor(at / half) === Math.floor((at + bytes - 1) / half);
        expect(region.size === 0x8000 || !fitsHalf).toBe(true);
        const wanted = BigInt(at) & ~((1n << BigInt(lo & 0x3f)) - 1n);
        expect((BigInt(hi) << 32n) | BigInt(lo)).toBe(wanted | BigInt(lo & 0x3f));
      }),
      { seed: 13, numRuns: 500 },
    );
  });
});

describe('leaf checks', () => {
  const fault = (protection: Parameters<typeof linuxLeaf>[2], access: 0 | 1 | 2 | 3, transcfgHi = 0, clear = 0) => {
    const { lo, hi } = linuxLeaf(0x1000, 3, protection);
    return leafFault(lo & ~clear, hi, 3, access, transcfgHi, memattr);
  };

  it('refuse what the mapping does not allow', () => {
    expect(fault({}, ACCESS.WRITE)).toBe(0);
    expect(fault({}, ACCESS.EXECUTE)).toBe(0);
    expect(fault({ readOnly: true }, ACCESS.READ)).toBe(0);
    expect(fault({ readOnly: true }, ACCESS.WRITE)).toBe(FAULT.PERM_FAULT_3);
    expect(fault({ readOnly: true }, ACCESS.ATOMIC)).toBe(FAULT.PERM_FAULT_3);
    expect(fault({ noExec: true }, ACCESS.EXECUTE)).toBe(FAULT.PERM_FAULT_3);
    expect(fault({}, ACCESS.READ, 0, 1 << 6)).toBe(FAULT.PERM_FAULT_3);
    expect(fault({}, ACCESS.READ, 0, 1 << 10)).toBe(FAULT.ACCESS_FLAG_3);
  });

  it('follow TRANSCFG', () => {
    expect(fault({}, ACCESS.READ, TRANSCFG_HI.DISABLE_AF_FAULT, 1 << 10)).toBe(0);
    expect(fault({}, ACCESS.EXECUTE, TRANSCFG_HI.WXN)).toBe(FAULT.PERM_FAULT_3);
    expect(fault({ readOnly: true }, ACCESS.EXECUTE, TRANSCFG_HI.WXN)).toBe(0);
    expect(fault({ noExec: true }, ACCESS.EXECUTE, TRANSCFG_HI.XREADABLE)).toBe(0);
    const bits = MMU_CONTROL.AS_TRANSCFG.fields.filter((f) => f.lsb >= 33 && f.lsb <= 36).map((f) => f.mask.hi);
    expect(bits).toEqual(Object.values(TRANSCFG_HI));
  });

  it('refuse the fault memory type', () => {
    const { lo, hi } = linuxLeaf(0x20_0000, 2, {});
    expect(leafFault(lo, hi, 2, ACCESS.READ, 0, { lo: 0xc000, hi: 0 })).toBe(FAULT.MEM_ATTR_FAULT_2);
  });
});
