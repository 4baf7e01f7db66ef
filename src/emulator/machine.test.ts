import { describe, expect, it } from 'vitest';

import { FAULT, unpackFaultStatus } from '../spec/faults.ts';
import { GPU_CONTROL } from '../spec/registers/gpu-control.ts';
import { JOB_CONTROL } from '../spec/registers/job-control.ts';
import { MCU_CONTROL } from '../spec/registers/mcu-control.ts';
import { MCU_CORE, MCU_REG_BASE } from '../spec/registers/mcu-private.ts';
import { MMU_CONTROL } from '../spec/registers/mmu.ts';
import { createCsf } from './csf/csf.ts';
import { enableAs, FIRMWARE, l2On, loadFirmware, run, smallMachine, startMcu, Thumb } from './fixtures/bench.ts';

const GLB = 0x8000_0000;
const inner = (offset: number) => MCU_REG_BASE + offset;
const status = (machine: { peek(offset: number): number }) => machine.peek(MCU_CONTROL.MCU_STATUS.offset);

/** Tells the host, then counts in RAM for ever. */
const counting = () => {
  const program = new Thumb().set(inner(MCU_CORE.HOST_IRQ.offset), GLB).ldr(0, FIRMWARE.dataVa);
  const loop = program.here;
  return program.load(1, 0).adds(1, 1).store(1, 0).branch(loop);
};

describe('MCU boot', () => {
  it('executes code behind page tables and raises JOB_INT bit 31', () => {
    const machine = smallMachine();
    loadFirmware(machine, new Thumb().set(inner(MCU_CORE.HOST_IRQ.offset), GLB).wfi().branch(0));
    l2On(machine);
    machine.hostWrite(JOB_CONTROL.JOB_INT_MASK.offset, 0xffff_ffff);
    const rises: string[] = [];
    machine.onIrqRise = (line) => rises.push(line);
    startMcu(machine);
    expect(machine.runUntil(machine.clock.now + 1_000_000)).toBe('irq');
    expect(rises).toEqual(['job']);
    expect(machine.irq('job')).toBe(true);
    expect(machine.hostRead(JOB_CONTROL.JOB_INT_RAWSTAT.offset)).toBe(GLB);
    expect(status(machine)).toBe(1);
    machine.hostWrite(JOB_CONTROL.JOB_INT_CLEAR.offset, GLB);
    expect(machine.irq('job')).toBe(false);
    expect(machine.runUntil(Infinity)).toBe('idle');
    expect(machine.idle).toBe(true);
    expect(machine.mcuPeek(inner(MCU_CORE.MCU_CAUSE.offset))).toBe(1 << 16);
  });

  it('is FATAL with an AS 0 fault when the vectors cannot be read', () => {
    const machine = smallMachine();
    enableAs(machine, 0, machine.memory.base + FIRMWARE.tables);
    l2On(machine);
    machine.hostWrite(MMU_CONTROL.MMU_INT_MASK.offset, 0xffff);
    startMcu(machine);
    run(machine, 100_000);
    expect(status(machine)).toBe(3);
    expect(machine.irq('mmu')).toBe(true);
    const fault = unpackFaultStatus(machine.hostRead(MMU_CONTROL.AS_FAULTSTATUS.offset));
    expect(fault).toMatchObject({ exception: FAULT.TRANSLATION_FAULT_0, access: 2, sourceId: 0 });
    expect(machine.peek(JOB_CONTROL.JOB_INT_RAWSTAT.offset)).toBe(0);
    expect(machine.peek(GPU_CONTROL.GPU_INT_RAWSTAT.offset) & (1 << 19)).not.toBe(0);
  });

  it('waits for the L2, and restarts under AUTO when it was lost', () => {
    const machine = smallMachine();
    loadFirmware(machine, counting());
    startMcu(machine);
    run(machine, 200_000);
    expect(status(machine)).toBe(0);
    l2On(machine);
    run(machine, 200_000);
    expect(status(machine)).toBe(1);
    machine.hostWrite(0x1e0, 1);
    run(machine, 20_000);
    expect(status(machine)).toBe(0);
    l2On(machine);
    run(machine, 200_000);
    expect(status(machine)).toBe(1);
    expect(machine.mcuPeek(inner(MCU_CORE.MCU_CAUSE.offset))).toBe((2 << 16) | 3);
  });
});

describe('determinism', () => {
  const start = () => {
    const machine = smallMachine();
    loadFirmware(machine, counting());
    l2On(machine);
    startMcu(machine);
    return machine;
  };
  const END = 300_000;

  it('does not depend on how runUntil is cut', () => {
    const whole = start();
    run(whole, END - whole.clock.now);
    const counted = whole.memory.read32(whole.memory.base + FIRMWARE.dataPa);
    expect(counted).toBeGreaterThan(1000);
    for (let seed = 1; seed <= 8; seed++) {
      const cut = start();
      let random = seed * 2654435761;
      while (cut.clock.now < END) {
        random = (Math.imul(random, 1103515245) + 12345) >>> 0;
        run(cut, Math.min(1 + (random % (seed < 3 ? 97 : 30_011)), END - cut.clock.now));
      }
      expect(cut.memory.read32(cut.memory.base + FIRMWARE.dataPa)).toBe(counted);
      expect(cut.stateHash()).toBe(whole.stateHash());
    }
  });

  it('stops at breakpoints, steps, and ends where it would have without', () => {
    const whole = start();
    run(whole, 100_000);
    const machine = start();
    const loop = FIRMWARE.codeVa + 8;
    const stops: number[] = [];
    machine.core.hooks.breakpoint = (pc) => {
      stops.push(pc);
      machine.requestPause();
      return true;
    };
    machine.core.setBreakpoint(loop);
    const end = whole.clock.now;
    while (machine.runUntil(end) !== 'pause');
    expect([machine.core.pc, stops]).toEqual([loop, [loop]]);
    const before = machine.core.instructions;
    for (let i = 0; i < 3; i++) expect(machine.stepMcu(end)).toBe('pause');
    expect([machine.core.instructions - before, stops.length]).toEqual([3, 1]);
    machine.core.clearBreakpoint(loop);
    while (machine.runUntil(end) !== 'time');
    expect(machine.stateHash()).toBe(whole.stateHash());
  });

  it('goes on the same after save and load, and after snapshots', () => {
    const whole = start();
    run(whole, END - whole.clock.now);
    const machine = start();
    const handles: { handle: number; hash: string }[] = [];
    for (let i = 0; i < 6; i++) {
      run(machine, 15_919);
      handles.push({ handle: machine.snapshot(), hash: machine.stateHash() });
      const copy = smallMachine();
      copy.load(machine.save());
      expect(copy.stateHash()).toBe(machine.stateHash());
      run(copy, END - copy.clock.now);
      expect(copy.stateHash()).toBe(whole.stateHash());
    }
    for (const { handle, hash } of handles.toReversed()) {
      machine.restore(handle);
      expect(machine.stateHash()).toBe(hash);
      run(machine, END - machine.clock.now);
      expect(machine.stateHash()).toBe(whole.stateHash());
    }
  });
});

describe('with the stream hardware', () => {
  it('boots, saves, loads and goes on, and power cycles to the state of a new machine', () => {
    const start = () => {
      const machine = smallMachine({ csf: createCsf });
      loadFirmware(machine, counting());
      l2On(machine);
      startMcu(machine);
      return machine;
    };
    const machine = start();
    run(machine, 100_000);
    const copy = smallMachine({ csf: createCsf });
    copy.load(machine.save());
    run(machine, 100_000);
    run(copy, 100_000);
    expect(copy.stateHash()).toBe(machine.stateHash());
    machine.powerCycle();
    expect(machine.memory.contentHash()).toBe(smallMachine().memory.contentHash());
    expect([status(machine), machine.idle]).toEqual([0, true]);
    loadFirmware(machine, counting());
    l2On(machine);
    startMcu(machine);
    run(machine, 200_000);
    expect(status(machine)).toBe(1);
    expect(machine.mcuPeek(inner(MCU_CORE.MCU_CAUSE.offset))).toBe(1 << 16);
  });
});
