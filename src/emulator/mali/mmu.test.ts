import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FAULT, unpackFaultStatus } from '../../spec/faults.ts';
import { encodeLock, ENTRY_SIZE, linuxLeaf } from '../../spec/page-table.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { asCommand, enableAs, run, smallMachine, Tables, write64 } from '../fixtures/bench.ts';
import { ACCESS, UNIT, type AccessType } from '../wiring.ts';

const AS = 3;
const VA = 0x12_3456_7000;
const TABLES = 0x20_0000;
const SOURCE = { unit: UNIT.COMPUTE, cs: 9, ctx: 1, core: 2 };

/** One machine for all tests: building one costs more than they do. */
const machine = smallMachine();

const setup = () => {
  machine.powerCycle();
  const { memory, mmu } = machine;
  const tables = new Tables(memory, memory.base + TABLES);
  const pa = memory.base + 0x5000;
  tables.map(VA, pa);
  enableAs(machine, AS, tables.root);
  const code = (va: number, access: AccessType = ACCESS.READ) => {
    const offset = mmu.ramOffset(AS, va, access);
    return offset >= 0 ? 0 : mmu.fault.code;
  };
  const entry = (level: number) => tables.entry(VA, level);
  const patch = (level: number, change: (lo: number, hi: number) => [number, number]) => {
    const at = entry(level);
    const [lo, hi] = change(memory.read32(at), memory.read32(at + 4));
    tables.write(at, { lo, hi });
  };
  return { memory, mmu, tables, pa, code, entry, patch };
};

describe('walk', () => {
  it('reaches the page, in RAM and as a physical address', () => {
    const { mmu, memory, pa } = setup();
    expect(mmu.ramOffset(AS, VA + 0x123, ACCESS.WRITE)).toBe(pa - memory.base + 0x123);
    expect(mmu.probe(AS, VA + 0xfff, ACCESS.EXECUTE)).toBe(pa + 0xfff);
    expect(mmu.ramOffset(AS, VA + 0x1000, ACCESS.READ)).toBe(-1);
  });

  it('faults at the level whose entry is zero', () => {
    for (const level of [0, 1, 2, 3]) {
      const { code, patch } = setup();
      expect(code(VA)).toBe(0);
      patch(level, () => [0, 0]);
      expect(code(VA)).toBe(FAULT.TRANSLATION_FAULT_0 + level);
    }
  });

  it('knows all other faults', () => {
    const cases: readonly [name: keyof typeof FAULT, access: AccessType, level: number, lo: number, hi: number][] = [
      ['PERM_FAULT_3', ACCESS.WRITE, 3, 1 << 7, 0],
      ['PERM_FAULT_3', ACCESS.ATOMIC, 3, 1 << 7, 0],
      ['PERM_FAULT_3', ACCESS.EXECUTE, 3, 0, 1 << 22],
      ['PERM_FAULT_3', ACCESS.READ, 3, 1 << 6, 0],
      ['ACCESS_FLAG_3', ACCESS.READ, 3, 1 << 10, 0],
      ['ADDR_SIZE_FAULT_OUT3', ACCESS.READ, 3, 0, 1 << 8],
      ['ADDR_SIZE_FAULT_OUT1', ACCESS.READ, 1, 0, 1 << 8],
      ['TRANSLATION_FAULT_4', ACCESS.READ, 0, 2, 0],
      ['TRANSLATION_FAULT_3', ACCESS.READ, 3, 2, 0],
    ];
    for (const [name, access, level, lo, hi] of cases) {
      const { code, patch } = setup();
      patch(level, (a, b) => [a ^ lo, b ^ hi]);
      expect([name, code(VA, access)]).toEqual([name, FAULT[name]]);
    }
  });

  it('faults for wide addresses, faulting memory types, unmapped and odd configurations', () => {
    const { code, tables } = setup();
    expect(code(2 ** 48)).toBe(FAULT.ADDR_SIZE_FAULT_IN);
    write64(machine, MMU_CONTROL.AS_MEMATTR, { lo: 0xc000, hi: 0 }, AS);
    expect(code(VA)).toBe(0);
    asCommand(machine, AS, 'UPDATE');
    expect(code(VA)).toBe(FAULT.MEM_ATTR_FAULT_3);
    write64(machine, MMU_CONTROL.AS_TRANSTAB, { lo: 0, hi: 1 << 8 }, AS);
    asCommand(machine, AS, 'UPDATE');
    expect(code(VA)).toBe(FAULT.ADDR_SIZE_FAULT_OUT0);
    for (const lo of [0, 1, 8, 6]) {
      write64(machine, MMU_CONTROL.AS_TRANSCFG, { lo, hi: 0 }, AS);
      asCommand(machine, AS, 'UPDATE');
      expect(code(VA)).toBe(FAULT.TRANSLATION_FAULT_0);
    }
    expect(machine.mmu.ramOffset(AS + 1, VA, ACCESS.READ)).toBe(-1);
    write64(machine, MMU_CONTROL.AS_TRANSCFG, { lo: 2, hi: 0 }, AS);
    asCommand(machine, AS, 'UPDATE');
    expect(machine.mmu.ramOffset(AS, tables.root + 8, ACCESS.READ)).toBe(TABLES + 8);
    expect(code(0x1000)).toBe(FAULT.GPU_BUS_FAULT);
  });

  it('takes blocks of 2 MiB and 1 GiB, and shorter inputs', () => {
    const { tables, memory, mmu } = setup();
    tables.map(0x40_0000, memory.base + 0x20_0000, {}, 2);
    expect(mmu.probe(AS, 0x5f_f123, ACCESS.READ)).toBe(memory.base + 0x3f_f123);
    tables.map(2 ** 31, 0x8000_0000, {}, 1);
    expect(mmu.probe(AS, 2 ** 31 + 0x1234_5678, ACCESS.READ)).toBe(0x9234_5678);
    // 39 bits: the walk begins at the level 1 table.
    const level1 = tables.entry(VA, 1) - (tables.entry(VA, 1) % 0x1000);
    write64(machine, MMU_CONTROL.AS_TRANSTAB, { lo: level1, hi: 0 }, AS);
    write64(machine, MMU_CONTROL.AS_TRANSCFG, { lo: 6 | ((55 - 39) << 6), hi: 0 }, AS);
    asCommand(machine, AS, 'UPDATE');
    expect(mmu.probe(AS, VA % 2 ** 39, ACCESS.READ)).toBe(memory.base + 0x5000);
    expect(mmu.explain(AS, 2 ** 39, ACCESS.READ).fault).toBe(FAULT.ADDR_SIZE_FAULT_IN);
  });
});

describe('commands', () => {
  it('takes configuration only with UPDATE, after a while, and reports completion', () => {
    const { code } = setup();
    write64(machine, MMU_CONTROL.AS_TRANSCFG, { lo: 1, hi: 0 }, AS);
    const status = MMU_CONTROL.AS_STATUS.offset + AS * 0x40;
    const command = MMU_CONTROL.AS_COMMAND.offset + AS * 0x40;
    machine.hostWrite(MMU_CONTROL.MMU_INT_CLEAR.offset, 0xffff_0000);
    machine.hostWrite(command, 1);
    expect(machine.hostRead(status)).toBe(1);
    // A second command while one runs is refused.
    machine.hostWrite(command, 2);
    expect(code(VA)).toBe(0);
    run(machine, 1000);
    expect(machine.hostRead(status)).toBe(0);
    expect(code(VA)).toBe(FAULT.TRANSLATION_FAULT_0);
    expect(machine.hostRead(MMU_CONTROL.MMU_INT_RAWSTAT.offset)).toBe((1 << (16 + AS)) >>> 0);
  });

  it('LOCK, UNLOCK and the flushes end cached translations of the region for their users', () => {
    const { mmu } = setup();
    const told: (number | undefined)[] = [];
    const undo = mmu.onInvalidate((as) => told.push(as));
    write64(machine, MMU_CONTROL.AS_LOCKADDR, encodeLock(VA, 0x1000), AS);
    const flushId = machine.hostRead(0x10000);
    let generation = mmu.generation(AS);
    for (const command of ['LOCK', 'UNLOCK', 'LOCK', 'FLUSH_PT', 'LOCK', 'FLUSH_MEM'] as const) {
      asCommand(machine, AS, command);
      expect(mmu.generation(AS)).not.toBe(generation);
      generation = mmu.generation(AS);
    }
    undo();
    expect(told).toEqual([AS, AS, AS, AS, AS, AS]);
    expect(machine.hostRead(0x10000)).toBe(flushId + 2);
  });

  it('refuses commands for slots that do not exist', () => {
    setup();
    const odd: unknown[] = [];
    machine.hooks.hostOdd = (...what) => odd.push(what);
    machine.hostWrite(MMU_CONTROL.AS_COMMAND.offset + 12 * 0x40, 1);
    machine.hooks.hostOdd = undefined;
    expect(odd).toEqual([['refused', 0x2718, true, 1]]);
  });
});

describe('faults', () => {
  const statusOf = () => unpackFaultStatus(machine.hostRead(MMU_CONTROL.AS_FAULTSTATUS.offset + AS * 0x40));

  it('latches the first of a slot until its interrupt is cleared', () => {
    const { mmu } = setup();
    machine.hostWrite(MMU_CONTROL.MMU_INT_MASK.offset, 0xffff);
    expect(mmu.ramOffset(AS, 0x7_0000_1234, ACCESS.WRITE)).toBe(-1);
    mmu.raise(AS, mmu.fault, SOURCE);
    mmu.raise(AS, { code: FAULT.PERM_FAULT_3, access: ACCESS.READ, va: 1 }, SOURCE);
    expect(machine.irq('mmu')).toBe(true);
    expect(statusOf()).toMatchObject({ exception: FAULT.TRANSLATION_FAULT_1, access: 3, sourceId: 0x4009 });
    const address = MMU_CONTROL.AS_FAULTADDRESS.offset + AS * 0x40;
    expect([machine.hostRead(address), machine.hostRead(address + 4)]).toEqual([0x1234, 7]);
    expect(machine.hostRead(GPU_CONTROL.GPU_STATUS.offset) & 0x10).toBe(0x10);
    machine.hostWrite(MMU_CONTROL.MMU_INT_CLEAR.offset, 1 << AS);
    expect(machine.irq('mmu')).toBe(false);
    mmu.raise(AS, { code: FAULT.PERM_FAULT_3, access: ACCESS.READ, va: 1 }, SOURCE);
    expect(statusOf().exception).toBe(FAULT.PERM_FAULT_3);
  });

  it('tells an address at the top of the 64 bits whole', () => {
    const { mmu } = setup();
    // Signed: 0xffff8000_00001238.
    expect(mmu.ramOffset(AS, -0x7fff_ffff_edc8, ACCESS.READ)).toBe(-1);
    expect(mmu.fault.code).toBe(FAULT.ADDR_SIZE_FAULT_IN);
    mmu.raise(AS, mmu.fault, SOURCE);
    const address = MMU_CONTROL.AS_FAULTADDRESS.offset + AS * 0x40;
    expect([machine.hostRead(address), machine.hostRead(address + 4)]).toEqual([0x1238, 0xffff_8000]);
    expect(mmu.ramOffsetWords(AS, -4, -1, ACCESS.WRITE)).toBe(-1);
    expect(mmu.fault.va).toBe(-4);
  });

  it('shows bus faults in GPU_FAULT_STATUS until CLEAR_FAULT', () => {
    const { mmu, tables } = setup();
    tables.map(0x9000, 0x1_0000_0000);
    machine.hostWrite(GPU_CONTROL.GPU_INT_MASK.offset, 1);
    expect(mmu.ramOffset(AS, 0x9004, ACCESS.READ)).toBe(-1);
    expect(mmu.fault.code).toBe(FAULT.GPU_BUS_FAULT);
    mmu.raise(AS, mmu.fault, SOURCE);
    expect(machine.irq('gpu')).toBe(true);
    expect(machine.hostRead(GPU_CONTROL.GPU_FAULT_STATUS.offset)).toBe(0x4009_3e80);
    expect(machine.hostRead(GPU_CONTROL.GPU_FAULT_ADDR.offset)).toBe(0x9004);
    machine.hostWrite(GPU_CONTROL.GPU_CMD.offset, GPU_CONTROL.GPU_CMD.encode({ code: 'CLEAR_FAULT' }));
    expect(machine.hostRead(GPU_CONTROL.GPU_FAULT_STATUS.offset)).toBe(0);
  });
});

describe('TLB', () => {
  it.each([1, 2, 3, 7, 15])('knows an address of AS %i from one with bits above 48', (as) => {
    const { memory, tables } = setup();
    const { mmu } = machine;
    for (const n of [as, as ^ 1, as ^ 2, 0]) {
      if (n < 8) enableAs(machine, n, tables.root);
      mmu.ramOffset(n, VA, ACCESS.READ);
      mmu.ramOffset(n, VA - (VA % 2 ** 32), ACCESS.READ);
    }
    for (let bit = 48; bit < 53; bit++) {
      expect(mmu.ramOffset(as, VA + 2 ** bit, ACCESS.READ), `bit ${bit}`).toBe(-1);
      const hi = Math.floor(VA / 2 ** 32) | (1 << (bit - 32));
      expect(mmu.ramOffsetWords(as, VA | 0, hi, ACCESS.READ), `bit ${bit}`).toBe(-1);
    }
    tables.map(0xffff_f000, memory.base + 0x5000);
    expect(mmu.ramOffset(AS, 0xffff_f000, ACCESS.READ)).toBe(0x5000);
    expect(mmu.ramOffset(AS, -0x1000, ACCESS.READ)).toBe(-1);
  });

  it('agrees with the plain walk while tables and configurations change', () => {
    const pages = fc.integer({ min: 0, max: 40 });
    const step = fc.record({
      kind: fc.constantFrom(
        'map' as const,
        'unmap' as const,
        'look' as const,
        'look' as const,
        'look' as const,
        'snapshot' as const,
      ),
      page: pages,
      to: pages,
      readOnly: fc.boolean(),
      noExec: fc.boolean(),
      access: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const { mmu, tables, memory } = setup();
        // Pages far apart that fall on the same entries, and neighbours.
        const vaOf = (page: number) => (page % 8) * 0x1000 + Math.floor(page / 8) * 0x100_0000 * 4096;
        for (const { kind, page, to, readOnly, noExec, access } of steps) {
          const va = vaOf(page);
          if (kind === 'map')
            tables.write(
              tables.entry(va, 3),
              linuxLeaf(memory.base + 0x10_0000 + to * 0x1000, 3, { readOnly, noExec }),
            );
          else if (kind === 'unmap') memory.fill(tables.entry(va, 3), ENTRY_SIZE, 0);
          else if (kind === 'snapshot') machine.dropSnapshot(machine.snapshot());
          const walked = mmu.explain(AS, va + to, access);
          const offset = mmu.ramOffset(AS, va + to, access);
          expect(offset).toBe(walked.fault === 0 ? walked.pa - memory.base : -1);
          if (offset < 0) expect(mmu.fault).toEqual({ code: walked.fault, access, va: va + to });
        }
      }),
      { seed: 4, numRuns: 40 },
    );
  });
});
