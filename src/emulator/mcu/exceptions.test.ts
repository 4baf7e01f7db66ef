/**
 * Exceptions at their edges: faults while stacking and unstacking, a bad vector, sleep-on-exit, events, and what
 * software sees of the debug side. Source of what is expected: ARMv7-M ARM, B1.5.
 */
import { describe, expect, it } from 'vitest';
import {
  DEBUGEVT,
  DFSR_BKPT,
  FORCED,
  IACCVIOL,
  MSTKERR,
  MMARVALID,
  BFARVALID,
  PRECISERR,
  STKERR,
  UNSTKERR,
  VECTTBL,
} from './fault-status.ts';
import { BUS_FAULT_EXCEPTION, DEBUG_MONITOR, FIRST_IRQ, HARD_FAULT, MEM_MANAGE, NMI, SVCALL } from './nvic.ts';
import { DEMCR_MON_EN } from './debug.ts';
import * as st from './state.ts';
import { CCR_STKALIGN, CCR_USERSETMPEND, SCR_SEVONPEND, SCR_SLEEPONEXIT } from './system-control.ts';
import { STIR } from './system-space.ts';
import { machine as bareMachine, PARKED, PROGRAM, STACK } from './testing.ts';
import type { CoreEngine } from './core.ts';

/** Nothing answers here. */
const NOWHERE = 0x3000_0100;
/** svc #0; b . */
const SVC = '00dffee7';
/** At 0: wfi; adds r5, #1; b back to the wfi. At 8: adds r4, #1; bx lr. */
const SLEEPER = '30bf0135fce700bf01347047';
/** At 0: wfe; adds r5, #1; b back. At 8: sev; bx lr. */
const EVENTS = '20bf0135fce700bf40bf7047';
const ENGINES: readonly CoreEngine[] = ['interpreter', 'translator'];
const exception = (core: { xpsr: number }): number => core.xpsr & 0x1ff;

describe.each(ENGINES)('exceptions with the %s', (engine) => {
  const machine = (code: string, handlers: Readonly<Record<number, number>> = {}) =>
    bareMachine(code, handlers, { engine, translateAfter: 0 });

  describe('a fault while stacking', () => {
    it('escalates to HardFault, which goes before what was being entered', () => {
      const { core } = machine(SVC);
      core.regs[13] = NOWHERE;
      core.run(1);
      expect(exception(core)).toBe(HARD_FAULT);
      expect([core.faults.cfsr, core.faults.hfsr]).toEqual([STKERR, FORCED]);
      expect(core.faults.cfsr & BFARVALID).toBe(0);
      expect(core.nvic.pending[SVCALL]).toBe(1);
      // SP moves as if the frame were there.
      expect(core.msp).toBe(NOWHERE - 32);
      expect(core.regs[14]! >>> 0).toBe(0xffff_fff9);
    });

    it('waits when what is being entered is more urgent', () => {
      const { core } = machine(SVC);
      core.nvic.enabled[BUS_FAULT_EXCEPTION] = 1;
      core.nvic.priority[BUS_FAULT_EXCEPTION] = 0x80;
      core.nvic.priority[SVCALL] = 0x40;
      core.regs[13] = NOWHERE;
      core.run(1);
      expect(exception(core)).toBe(SVCALL);
      expect([core.nvic.pending[BUS_FAULT_EXCEPTION], core.nvic.pending[SVCALL]]).toEqual([1, 0]);
      expect([core.faults.cfsr, core.faults.hfsr]).toEqual([STKERR, 0]);
    });

    it('is taken in its own right when it is the more urgent, and the other follows', () => {
      const { core } = machine(SVC);
      core.nvic.enabled[BUS_FAULT_EXCEPTION] = 1;
      core.nvic.priority[BUS_FAULT_EXCEPTION] = 0x20;
      core.nvic.priority[SVCALL] = 0x40;
      core.regs[13] = NOWHERE;
      core.run(1);
      expect([exception(core), core.nvic.pending[SVCALL]]).toEqual([BUS_FAULT_EXCEPTION, 1]);
    });

    it('of the MPU is MSTKERR, without an address', () => {
      const { core } = machine(SVC);
      // Region 0: 1 KiB under the stack pointer, no access; the default map elsewhere.
      core.mpu.base[0] = 0x2000_1000;
      core.mpu.attributes[0] = (9 << 1) | 1;
      core.mpu.control = 5;
      core.memory.mpuChanged();
      core.nvic.enabled[MEM_MANAGE] = 1;
      core.nvic.priority[SVCALL] = 0x40;
      core.regs[13] = 0x2000_1100;
      core.run(1);
      expect(exception(core)).toBe(MEM_MANAGE);
      expect(core.faults.cfsr).toBe(MSTKERR);
      expect(core.faults.cfsr & MMARVALID).toBe(0);
    });

    it('in the entry of HardFault leaves its handler running', () => {
      const { core } = machine('00de');
      core.regs[13] = NOWHERE;
      core.run(1);
      expect([exception(core), core.pc, core.lockup]).toEqual([HARD_FAULT, PARKED, false]);
    });
  });

  it('a fault while unstacking is chained on the frame that is still there', () => {
    // svc; the handler moves MSP to nowhere and returns.
    const { core } = machine(`${SVC}000080f308887047`, { [SVCALL]: 6 });
    core.nvic.enabled[BUS_FAULT_EXCEPTION] = 1;
    core.regs[0] = NOWHERE;
    core.run(3);
    expect(exception(core)).toBe(BUS_FAULT_EXCEPTION);
    expect(core.faults.cfsr).toBe(UNSTKERR);
    expect(core.nvic.active[SVCALL]).toBe(0);
    expect([core.msp, core.regs[14]! >>> 0]).toEqual([NOWHERE, 0xffff_fff9]);
  });

  describe('a vector that cannot be read', () => {
    it('is HardFault with VECTTBL', () => {
      const { core, bus } = machine(SVC);
      // The table runs over the end of SRAM: vector 3 is inside, vector 11 is not.
      core.control.vtor = 0x2040_0000 - 0x20;
      bus.ram32[bus.offset(0x2040_0000 - 0x20) / 4 + HARD_FAULT] = PARKED | 1;
      core.run(1);
      expect([exception(core), core.faults.hfsr]).toEqual([HARD_FAULT, VECTTBL]);
      expect(core.nvic.pending[SVCALL]).toBe(1);
    });

    it('locks up when it is that of HardFault', () => {
      const { core } = machine(SVC);
      core.control.vtor = NOWHERE & ~0x7f;
      core.run(1);
      expect([core.lockup, core.run(10)]).toEqual([true, 0]);
    });

    it('leaves lockup for NMI', () => {
      const { core } = machine('00de00de', { [HARD_FAULT]: 2 });
      core.run(10);
      expect(core.lockup).toBe(true);
      core.setNmi(true);
      core.run(1);
      expect([core.lockup, exception(core)]).toEqual([false, NMI]);
    });
  });

  it('SLEEPONEXIT sleeps on the return to Thread mode, and wakes for the next interrupt', () => {
    const { core } = machine(SLEEPER, { 16: 8 });
    core.nvic.enabled[16] = 1;
    core.run(10);
    expect(core.sleeping).toBe(true);
    core.control.scr = SCR_SLEEPONEXIT;
    for (const round of [1, 2, 3]) {
      core.setIrq(0, true);
      core.run(1);
      core.setIrq(0, false);
      core.nvic.pending[16] = 0;
      core.run(100);
      // The thread never gets to the instruction behind the WFI.
      expect([core.regs[4], core.regs[5], core.sleeping]).toEqual([round, 0, true]);
    }
    core.control.scr = 0;
    core.setIrq(0, true);
    core.run(1);
    core.setIrq(0, false);
    core.nvic.pending[16] = 0;
    core.run(100);
    expect([core.regs[4], core.regs[5]]).toEqual([4, 1]);
  });

  describe('events', () => {
    it('SEV makes the next WFE go on at once, one time', () => {
      const { core } = machine('40bf20bf013520bf0135fee7');
      core.run(100);
      expect([core.regs[5], core.sleeping, core.S[st.SLEEP]]).toEqual([1, true, st.SLEEP_WFE]);
    });

    it('the return of a handler is an event', () => {
      const { core } = machine(EVENTS, { 16: 8 });
      core.nvic.enabled[16] = 1;
      core.run(10);
      expect([core.sleeping, core.regs[5]]).toEqual([true, 0]);
      core.setIrq(0, true);
      core.run(1);
      core.setIrq(0, false);
      core.nvic.pending[16] = 0;
      core.run(100);
      expect(core.regs[5]).toBeGreaterThan(0);
      expect(core.sleeping).toBe(true);
    });

    it('an interrupt that is not enabled wakes WFE only with SEVONPEND, and WFI never', () => {
      const wfe = machine(EVENTS).core;
      wfe.run(10);
      wfe.setIrq(3, true);
      expect(wfe.sleeping).toBe(true);
      wfe.control.scr = SCR_SEVONPEND;
      wfe.setIrq(4, true);
      expect(wfe.sleeping).toBe(false);
      const wfi = machine(SLEEPER).core;
      wfi.control.scr = SCR_SEVONPEND;
      wfi.run(10);
      wfi.setIrq(3, true);
      expect(wfi.sleeping).toBe(true);
    });
  });

  it('unprivileged code reaches nothing of the private peripheral bus but STIR, and that only if CCR says so', () => {
    const CCR = 0xe000_ed14 | 0;
    const SYST_RVR = 0xe000_e014 | 0;
    // strt r1, [r0]: a store without privilege.
    const STRT = '40f8001e';
    const outcome = (address: number, ccr: number) => {
      const { core } = machine(STRT);
      core.memory.store(CCR, 4, ccr, true);
      core.regs[0] = address;
      core.regs[1] = 3;
      core.run(1);
      return [core.faults.cfsr, core.nvic.pending[FIRST_IRQ + 3]];
    };
    const refused = [PRECISERR | BFARVALID, 0];
    expect(outcome(STIR, CCR_STKALIGN)).toEqual(refused);
    expect(outcome(STIR, CCR_STKALIGN | CCR_USERSETMPEND)).toEqual([0, 1]);
    expect(outcome(SYST_RVR, CCR_STKALIGN | CCR_USERSETMPEND)).toEqual(refused);
  });

  it('bits that are fixed or reserved stay so', () => {
    const { core } = machine('fee7');
    const [ccr, rasr] = [0xe000_ed14 | 0, 0xe000_eda0 | 0];
    core.memory.store(ccr, 4, 0, true);
    expect(core.memory.load(ccr, 4, true)).toBe(0x0004_0200);
    core.memory.store(rasr, 4, -2, true);
    expect(core.memory.load(rasr, 4, true)).toBe(0x173f_ff3e);
  });

  it('code that runs where the default map forbids execution is IACCVIOL', () => {
    const { core } = machine('0047');
    core.regs[0] = 0x4000_0001;
    core.run(2);
    expect([core.faults.cfsr, core.faults.hfsr, exception(core)]).toEqual([IACCVIOL, FORCED, HARD_FAULT]);
    expect(core.msp).toBe(STACK - 32);
    expect(core.memory.load(STACK - 8, 4, true) >>> 0).toBe(0x4000_0000);
  });

  describe('the debug side', () => {
    const DWT_CTRL = 0xe000_1000;
    const CYCCNT = 0xe000_1004;
    const read = (core: ReturnType<typeof machine>['core'], address: number) => core.memory.load(address | 0, 4, true);
    const write = (core: ReturnType<typeof machine>['core'], address: number, value: number) =>
      core.memory.store(address | 0, 4, value, true);

    it('CYCCNT counts instructions and idle cycles from what it was set to, while it is on', () => {
      const { core } = machine('00bf00bf00bffce7');
      core.run(5);
      expect(read(core, CYCCNT)).toBe(0);
      write(core, DWT_CTRL, 1);
      write(core, CYCCNT, 1000);
      core.run(7);
      expect(read(core, CYCCNT)).toBe(1007);
      core.advanceIdle(93);
      expect(read(core, CYCCNT)).toBe(1100);
      write(core, DWT_CTRL, 0);
      core.run(9);
      expect(read(core, CYCCNT)).toBe(1100);
    });

    it('CYCCNT wraps at 32 bits', () => {
      const { core } = machine('fee7');
      write(core, DWT_CTRL, 1);
      write(core, CYCCNT, -3);
      core.run(5);
      expect(read(core, CYCCNT)).toBe(2);
    });

    it.each([
      ['no monitor', 0, 0x20, HARD_FAULT],
      ['a monitor of higher priority', DEMCR_MON_EN, 0x20, DEBUG_MONITOR],
      ['a monitor of the same priority', DEMCR_MON_EN, 0x40, HARD_FAULT],
    ])('BKPT in a handler with %s', (_, demcr, priority, taken) => {
      // svc #0; its handler: bkpt #0
      const { core } = machine('00df00be', { [SVCALL]: 2 });
      write(core, 0xe000_edfc, demcr);
      core.nvic.priority[SVCALL] = 0x40;
      core.nvic.priority[DEBUG_MONITOR] = priority;
      core.run(2);
      expect([exception(core), core.faults.dfsr]).toEqual([taken, DFSR_BKPT]);
      expect(core.faults.hfsr).toBe(taken === HARD_FAULT ? DEBUGEVT : 0);
    });

    it('ITM passes on what enabled ports are given, with its size', () => {
      const seen: (readonly number[])[] = [];
      const { core } = bareMachine(
        'fee7',
        {},
        { engine, itm: (port, value, size) => void seen.push([port, value, size]) },
      );
      const port = (n: number): number => (0xe000_0000 + 4 * n) | 0;
      core.memory.store(port(0), 1, 0x41, true);
      write(core, 0xe000_0e80, 1);
      write(core, 0xe000_0e00, 0b101);
      core.memory.store(port(0), 1, 0x41, true);
      core.memory.store(port(1), 4, 7, true);
      core.memory.store(port(2), 2, 0x1234, true);
      expect(read(core, port(0))).toBe(1);
      expect(seen).toEqual([
        [0, 0x41, 1],
        [2, 0x1234, 2],
      ]);
    });
  });

  it('the program goes on after a handler as if nothing had been', () => {
    const { core } = machine(`${SVC}0135fee77047`, { [SVCALL]: 8 });
    core.regs[0] = 7;
    core.run(2);
    expect([core.pc, core.regs[0], core.msp, exception(core)]).toEqual([PROGRAM + 2, 7, STACK, 0]);
  });
});
