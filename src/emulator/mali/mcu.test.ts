import { describe, expect, it } from 'vitest';

import { JOB_CONTROL } from '../../spec/registers/job-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import { MCU_CORE, MCU_REG_BASE, MCU_TIMING } from '../../spec/registers/mcu-private.ts';
import { FIRMWARE, l2On, loadFirmware, run, smallMachine, startMcu, Thumb } from '../fixtures/bench.ts';
import type { Machine } from '../machine.ts';

const at = (register: { readonly offset: number }) => MCU_REG_BASE + register.offset;
const SYST_CSR = 0xe000_e010;
const SYST_RVR = 0xe000_e014;
const SYST_CVR = 0xe000_e018;
const ICSR = 0xe000_ed04;
const NVIC_ISER = 0xe000_e100;
const NVIC_ICPR = 0xe000_e280;
const GLB = 0x8000_0000;
const DOORBELL = 0x8_0000;
const control = MCU_CONTROL.MCU_CONTROL.offset;
const status = (machine: Machine) => machine.peek(MCU_CONTROL.MCU_STATUS.offset);
const cause = (machine: Machine) => machine.mcuPeek(at(MCU_CORE.MCU_CAUSE));
const word = (machine: Machine, n: number) => machine.memory.read32(machine.memory.base + FIRMWARE.dataPa + 4 * n);

/**
 * Sleeps between doorbells and a timer of its own: counts turns in word 0, notes the cycle in word 1 and the
 * doorbells in word 2, then tells the host.
 */
const housekeeping = () => {
  const program = new Thumb()
    .cpsid()
    .set(NVIC_ISER, 0x1ff)
    .set(at(MCU_CORE.DB_MASK), 0xff_ffff)
    .set(at(MCU_CORE.DB_MASK) + 4, 0)
    .set(at(MCU_CORE.TIMER_MASK), 0xffff);
  const loop = program.here;
  return program
    .set(NVIC_ICPR, 0xffff_ffff)
    .ldr(7, at(MCU_CORE.DB_PENDING))
    .load(0, 7)
    .store(0, 7)
    .load(1, 7, 4)
    .store(1, 7, 4)
    .ldr(7, at(MCU_CORE.TIMER_EVENT))
    .load(1, 7)
    .store(1, 7)
    .ldr(7, at(MCU_CORE.TIME_CYCLES))
    .load(2, 7)
    .ldr(5, FIRMWARE.dataVa)
    .load(3, 5)
    .adds(3, 1)
    .store(3, 5)
    .store(2, 5, 4)
    .store(0, 5, 8)
    .ldr(4, 5000)
    .raw(0x1912)
    .ldr(7, at(MCU_CORE.TIMER_CTRL))
    .store(2, 7, 8)
    .raw(0x2400)
    .store(4, 7, 12)
    .raw(0x2403)
    .store(4, 7)
    .set(at(MCU_CORE.HOST_IRQ), GLB)
    .wfi()
    .branch(loop);
};

const boot = (program: Thumb, machine = smallMachine()) => {
  loadFirmware(machine, program);
  l2On(machine);
  machine.hostWrite(JOB_CONTROL.JOB_INT_MASK.offset, 0xffff_ffff);
  startMcu(machine);
  return machine;
};

/** Answers interrupts and rings doorbells at fixed times, in whatever portions time is granted. */
function drive(
  machine: Machine,
  from: number,
  to: number,
  portion: () => number,
  each?: (m: Machine) => Machine,
): Machine {
  let m = machine;
  for (let t = from; t < to; t += 50_000) {
    while (m.clock.now < t + 50_000) {
      const end = Math.min(m.clock.now + portion(), t + 50_000);
      while (m.runUntil(end) === 'irq') m.hostWrite(JOB_CONTROL.JOB_INT_CLEAR.offset, GLB);
      if (each !== undefined) m = each(m);
    }
    m.hostWrite(DOORBELL + ((t / 50_000) % 24) * 0x1_0000, 1);
  }
  return m;
}

describe('MCU at work', () => {
  it('wakes for doorbells and timers, costs nothing asleep, and answers the host', () => {
    const machine = drive(boot(housekeeping()), 50_000, 500_000, () => 50_000);
    const turns = word(machine, 0);
    // Nine doorbells, and a timer every 5000 cycles (25 us) in between.
    expect(turns).toBeGreaterThan(15);
    expect(turns).toBeLessThan(40);
    expect(word(machine, 1)).toBeGreaterThan(80_000);
    expect(machine.core.instructions).toBeLessThan(turns * 60);
    expect(machine.idle).toBe(false);
  });

  it('does the same however time is granted, saved and restored', () => {
    const END = 600_000;
    const whole = drive(boot(housekeeping()), 50_000, END, () => 50_000);
    const hash = whole.stateHash();
    for (let seed = 1; seed <= 6; seed++) {
      let random = seed;
      const next = (below: number) => {
        random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
        return 1 + ((random >>> 8) % below);
      };
      const cut = drive(
        boot(housekeeping()),
        50_000,
        END,
        () => next(seed * 997),
        (m) => {
          const what = next(40);
          if (what === 1) {
            const copy = smallMachine();
            copy.load(m.save());
            return copy;
          }
          if (what === 2) m.snapshot();
          if (what === 3) {
            const handle = m.snapshot();
            run(m, next(100_000));
            m.restore(handle);
            m.dropSnapshot(handle);
          }
          return m;
        },
      );
      expect(cut.stateHash()).toBe(hash);
    }
  });

  it('keeps SysTick exact over sleep and stalls, however time is granted', () => {
    const program = () => {
      const ticking = new Thumb().cpsid().set(SYST_RVR, 776).set(SYST_CVR, 0).set(SYST_CSR, 3);
      const loop = ticking.here;
      return ticking
        .set(ICSR, 1 << 25)
        .ldr(7, at(MCU_CORE.TIME_CYCLES))
        .load(2, 7)
        .ldr(5, FIRMWARE.dataVa)
        .load(3, 5)
        .adds(3, 1)
        .store(3, 5)
        .store(2, 5, 4)
        .wfi()
        .branch(loop);
    };
    const END = 400_000;
    const whole = boot(program());
    run(whole, END - whole.clock.now);
    const turns = word(whole, 0);
    expect(turns).toBeGreaterThan(80);
    for (const portion of [1013, 4999, 33_333]) {
      const cut = boot(program());
      while (cut.clock.now < END) run(cut, Math.min(portion, END - cut.clock.now));
      expect([word(cut, 0), word(cut, 1)]).toEqual([turns, word(whole, 1)]);
      expect(cut.stateHash()).toBe(whole.stateHash());
    }
    // The period does not drift: 777 cycles from turn to turn.
    const before = word(whole, 1);
    run(whole, 777 * 50 * 6);
    expect((word(whole, 1) - before) % 777).toBe(0);
  });

  it('goes on exactly through changes of frequency', () => {
    const portions = (portion: number) => {
      const machine = boot(housekeeping());
      drive(machine, 50_000, 200_000, () => portion);
      machine.gpuClock.setHz(1_000_000_000);
      drive(machine, 200_000, 300_000, () => portion);
      machine.setPowered('clock', false);
      drive(machine, 300_000, 400_000, () => portion);
      machine.setPowered('clock', true);
      drive(machine, 400_000, 600_000, () => portion);
      return machine;
    };
    const whole = portions(50_000);
    expect(portions(811).stateHash()).toBe(whole.stateHash());
    expect(word(whole, 0)).toBeGreaterThan(50);
  });
});

describe('MCU time', () => {
  it('is exact to the instruction: stalls and instructions between two looks at the clock', () => {
    for (const nops of [0, 3, 20]) {
      const program = new Thumb().ldr(7, at(MCU_CORE.TIME_CYCLES)).ldr(5, FIRMWARE.dataVa).load(0, 7);
      for (let i = 0; i < nops; i++) program.raw(0xbf00);
      program.load(1, 7).store(0, 5).store(1, 5, 4).wfi();
      const machine = boot(program);
      run(machine, 100_000);
      // One cycle an instruction, and the stall of the first read.
      expect(word(machine, 1) - word(machine, 0)).toBe(1 + nops + MCU_TIMING.REG_READ);
    }
  });

  it('hands BKPT to a debugger, and notes it for the firmware', () => {
    const machine = boot(new Thumb().raw(0xbf00, 0xbe07).wfi());
    const seen: number[][] = [];
    machine.hooks.bkpt = (imm, pc) => {
      seen.push([imm, pc]);
      machine.requestPause();
      return true;
    };
    machine.debuggerAttached(true);
    expect(machine.runUntil(1_000_000)).toBe('pause');
    expect([seen, machine.core.pc]).toEqual([[[7, 0x102]], 0x102]);
    expect(machine.mcuPeek(at(MCU_CORE.DBG_STATUS))).toBe(0x703);
    expect(machine.mcuPeek(at(MCU_CORE.DBG_PC))).toBe(0x102);
  });
});

describe('MCU states', () => {
  it('halts by itself, mirrors doorbells, and boots WARM after DISABLE; UNCLEAN without HALT', () => {
    const halting = new Thumb().set(at(MCU_CORE.MCU_STATE), 2).set(FIRMWARE.dataVa, 0xbad);
    const machine = boot(halting);
    const flag = at(MCU_CORE.MCU_SCRATCH);
    machine.core.bus.store(flag, 4, 77);
    run(machine, 100_000);
    expect([status(machine), word(machine, 0)]).toEqual([2, 0]);
    machine.hostWrite(DOORBELL, 1);
    run(machine, 1000);
    expect(machine.hostRead(0x20) & (1 << 18)).toBe(1 << 18);
    machine.hostWrite(0x24, 1 << 18);
    expect(machine.hostRead(0x20) & (1 << 18)).toBe(1 << 18);
    machine.hostWrite(control, 0);
    run(machine, 10_000);
    expect([status(machine), machine.hostRead(0x20) & (1 << 18)]).toEqual([0, 0]);
    loadFirmware(machine, new Thumb().branch(0));
    machine.hostWrite(control, 1);
    run(machine, 100_000);
    expect([status(machine), cause(machine), machine.mcuPeek(flag)]).toEqual([1, (2 << 16) | 1, 77]);
    machine.hostWrite(control, 0);
    run(machine, 10_000);
    machine.hostWrite(control, 2);
    run(machine, 100_000);
    expect(cause(machine)).toBe((3 << 16) | 2);
  });

  it('is FATAL in lockup', () => {
    // An undefined instruction with no handlers: HardFault, whose vector is unusable.
    const machine = boot(new Thumb().raw(0xde00, 0xde00));
    run(machine, 100_000);
    expect(status(machine)).toBe(3);
    machine.hostWrite(0x30, 0x101);
    run(machine, 20_000);
    expect(status(machine)).toBe(0);
  });

  it('has a watchdog: an NMI, then FATAL; it rests while the core sleeps', () => {
    const machine = boot(new Thumb().set(at(MCU_CORE.WDOG_LOAD), 3000).branch(3));
    // The NMI vector is 0: HardFault, lockup would follow; give both a loop instead.
    const { memory } = machine;
    const spin = new Thumb().branch(0).assemble();
    memory.writeBytes(memory.base + FIRMWARE.codePa + 0x800, spin);
    memory.write32(memory.base + FIRMWARE.codePa + 8, 0x801);
    const kinds: string[] = [];
    machine.hooks.mcuEvent = (kind, pc, detail) => kinds.push(`${kind} ${detail} ${pc.toString(16)}`);
    run(machine, 11_000 + 3500 * 5);
    expect([status(machine), machine.core.pc]).toEqual([1, 0x800]);
    run(machine, 3500 * 5);
    expect(status(machine)).toBe(3);
    expect(kinds).toEqual(['boot cause 0 0', 'status ENABLED 0', 'status FATAL 800']);
    const asleep = boot(new Thumb().set(at(MCU_CORE.WDOG_LOAD), 3000).wfi().branch(3));
    run(asleep, 1_000_000);
    expect([status(asleep), asleep.idle]).toEqual([1, true]);
  });

  it('boots again when DISABLE is taken back while the core stops', () => {
    const machine = boot(new Thumb().branch(0));
    run(machine, 50_000);
    machine.hostWrite(control, 0);
    machine.hostWrite(control, 2);
    expect(status(machine)).toBe(1);
    run(machine, 50_000);
    expect([status(machine), cause(machine)]).toEqual([1, (2 << 16) | 2]);
  });
});
