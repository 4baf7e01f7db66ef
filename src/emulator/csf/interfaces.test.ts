import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../spec/cs/isa.ts';
import { CS_STATE, MCU_CS } from '../../spec/registers/mcu-private.ts';
import { ARCH } from './isa.ts';
import { Bench, i, RING } from './testing.ts';

describe('registers of an interface', () => {
  it('latch the high word with the low one, and act at the write of the high one', () => {
    const b = new Bench();
    const { offset } = MCU_CS.CS_RING_BASE;
    b.csf.writeStream(0, offset, 0x1111_1110);
    expect(b.csf.readStream(0, offset)).toBe(0);
    b.csf.writeStream(0, offset + 4, 0x22);
    expect(b.csf.readStream(0, offset)).toBe(0x1111_1110);
    b.csf.writeStream(0, offset + 4, 0x33); // nothing held: the low word stays
    expect(b.csf.readStream(0, offset + 4)).toBe(0x22); // latched by the read before
    expect(b.csf.readStream(0, offset + 4)).toBe(0x33);
    expect(b.csf.peekStream(0, offset)).toBe(0x1111_1110);
  });

  it('refuse starred registers unless STOPPED, undefined ones always, and log it', () => {
    const b = new Bench();
    b.startRing(0, [i('NOP')]);
    b.run();
    b.set(0, 'CS_REG', 5, 3);
    expect(b.get(0, 'CS_REG', 3)).toBe(0);
    expect(b.reports.at(-1)).toEqual({ kind: 5, address: 0x4100_040c, write: true, value: 5 });
    b.csf.writeStream(7, 0xfc, 1);
    expect(b.csf.readStream(7, 0xfc)).toBe(0);
    expect(b.reports.slice(-2).map((r) => r.kind)).toEqual([1, 1]);
    b.set(0, 'CS_PRIO', 0x13);
    expect(b.get(0, 'CS_PRIO')).toBe(3);
    expect(b.reports.at(-1)?.kind).toBe(3);
    b.set(0, 'CS_ID', 1);
    expect(b.get(9, 'CS_ID')).toBe(0x101);
  });

  it('keep every starred bit that software writes while STOPPED', () => {
    const b = new Bench();
    for (const register of Object.values(MCU_CS)) {
      if (!('writeWhen' in register.init) || register.key === 'CS_SB_MASKS') continue;
      for (const element of register.elements()) {
        b.csf.writeStream(4, element.offset, 0xffff_ffff);
        if (element.width === 64) b.csf.writeStream(4, element.offset + 4, 0xffff_ffff);
        const mask = element.fields.reduce((m, f) => m | f.mask.lo, 0) >>> 0;
        expect(b.csf.readStream(4, element.offset), element.name).toBe(mask);
      }
    }
  });

  it('run a started stream from anything that can be loaded without a crash', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer()), fc.nat(255), (values, seed) => {
        const b = new Bench();
        b.powerUp();
        b.mmu.map(RING, 0x1000);
        const next = values[Symbol.iterator]();
        for (let offset = 0x10; offset < 0xf80; offset += 4) {
          if ((offset * 7 + seed) % 3 !== 0) b.csf.writeStream(2, offset, Number(next.next().value) >>> 0);
        }
        b.set(2, 'CS_RING_BASE', RING);
        b.set(2, 'CS_RING_SIZE', 0x1000);
        b.command(2, 'START');
        b.step(200);
        b.command(2, 'STOP');
        b.step(200);
        b.command(2, 'RESET');
        expect(b.field(2, 'CS_STATUS', 'state')).toBe(CS_STATE.STOPPED);
      }),
      { seed: 7, numRuns: 40 },
    );
  });
});

describe('hostile streams', () => {
  it('never throw, whatever the words', () => {
    const opcodes = rowsOf(ARCH).map((row) => row.opcode);
    const word = fc.tuple(fc.integer(), fc.integer(), fc.constantFrom(...opcodes), fc.nat(9), fc.nat(95), fc.nat(47));
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        (words, pokes) => {
          const b = new Bench();
          b.powerUp();
          b.mmu.map(0, 0x4000);
          b.mmu.map(0x10_0000, 0x4000);
          // Mostly valid opcodes with small registers, so that streams get somewhere.
          const program = words.map(([lo, hi, opcode, luck, dst, pair]) => {
            const high = luck === 0 ? hi >>> 0 : (opcode << 24) | (dst << 16) | (pair << 9) | (hi & 0xff & 0x5e);
            return (BigInt(high >>> 0) << 32n) | BigInt(lo >>> 0);
          });
          for (let n = 0; n < 3; n++) b.startRing(n, program.slice(n * 7));
          pokes.forEach((count, k) => {
            b.step(count);
            const n = k % 3;
            b.command(
              n,
              (['STOP', 'START', 'PREEMPT', 'EXCEPTION', 'OOM_RETRY', 'RESET'] as const)[count % 6]!,
              count % 4,
            );
            b.clear(n, 0xffff);
            b.setControl('CS_KICK', 0xff);
          });
          b.step(600);
          const state = b.csf.save();
          b.csf.load(state);
          expect(b.csf.save()).toEqual(state);
        },
      ),
      { seed: 42, numRuns: 300 },
    );
  });
});
