import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateHash } from '../../base/stateful.ts';
import { BareBus } from './bare.ts';
import { Core, type CoreEngine, type CoreOptions } from './core.ts';
import { DACCVIOL, FORCED, INVPC, MMARVALID, NOCP, UNDEFINSTR } from './fault-status.ts';
import { machine as bareMachine, PARKED, PROGRAM, STACK } from './testing.ts';

/** Enables lines 0 and 1, then WFI, adds r5, #1, again. Handlers at 0x40 (r4 += 1) and 0x60 (r6 += 1, r7 = r4). */
const IRQ =
  '03200249086030bf0135fce700e100e0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000013470470000000000000000000000000000000000000000000000000000000001362746704700bf';
/** SysTick with reload 99 and interrupt, then r5 += 1 for ever. Handler at 0x40 (r4 += 1). */
const SYSTICK =
  '0348632141608160072101600135fde710e000e0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001347047';
/** Calls a function, overwrites its first instruction with movs r0, #42, calls it again; r4 is what it saw. */
const SELF_MODIFYING = '04a0202109022a3100f004f8018000f001f8fee700000446aff20800704700bf';
/** Region 0: 32 bytes at 0x20001000, privileged read only; MPU with the default map; load, load, store, store. */
const MPU = '094800210160094a4260094b8360052140f8041cbff34f8fbff36f8f1468156a15621460fee7000098ed00e00010002009000006';
/** PSP and unprivileged, svc; the handler at 0x40 keeps EXC_RETURN, IPSR, PSP and the stacked r0. */
const PSP =
  '064880f30988032080f31488bff36f8f092001dfeff31483fee700000030002000000000000000000000000000000000000000000000000000000000000000007446eff30585eff309863768704700bf';
/** SYS_WRITE0, SYS_OPEN of a file, SYS_SYSTEM, SYS_EXIT_EXTENDED with status 7. */
const SEMIHOSTING =
  '042006a1abbe012006a1abbe06461220abbe0746202006a1abbefee768656c6c6f0a000038100000000000000600000026000200070000007365637265740000';

const ENGINES: readonly CoreEngine[] = ['interpreter', 'translator'];

describe.each(ENGINES)('the core with the %s', (engine) => {
  const using = { engine, translateAfter: 0 };
  const machine = (code: string, handlers: Readonly<Record<number, number>> = {}, options: CoreOptions = {}) =>
    bareMachine(code, handlers, { ...using, ...options });

  it('leaves its tables to the next one, which finds nothing in them, and runs no more itself', () => {
    const run = (code: string) => {
      const made = machine(code).core;
      made.run(500);
      return made;
    };
    const first = run(SELF_MODIFYING);
    const alone = run(SYSTICK);
    first.cache.retire();
    const next = run(SYSTICK);
    expect(next.cache.CODE).toBe(first.cache.CODE);
    expect(stateHash(next.save())).toBe(stateHash(alone.save()));
    expect(() => first.run(1)).toThrow(/given its tables away/);
  });

  describe('interrupts', () => {
    it('sleeps in WFI, wakes for a line, and takes it again while the level holds', () => {
      const { core } = machine(IRQ, { 16: 0x40 });
      expect(core.run(100)).toBe(4);
      expect(core.sleeping).toBe(true);
      core.setIrq(0, true);
      expect(core.sleeping).toBe(false);
      core.run(20);
      expect(core.regs[4]).toBe(10);
      core.setIrq(0, false);
      core.run(100);
      expect(core.sleeping).toBe(true);
      // The last handler was pending again when the line fell.
      expect([core.regs[4], core.regs[5]]).toEqual([11, 1]);
      expect(core.regs[13]).toBe(STACK);
    });

    it('takes the more urgent line first, and preempts by group priority', () => {
      const { core } = machine(IRQ, { 16: 0x40, 17: 0x60 });
      core.run(10);
      core.nvic.priority[16] = 0x80;
      core.nvic.priority[17] = 0x40;
      core.setIrq(0, true);
      core.run(1);
      expect([core.regs[4], core.xpsr & 0x1ff]).toEqual([1, 16]);
      core.setIrq(1, true);
      core.run(1);
      expect([core.regs[6], core.xpsr & 0x1ff]).toEqual([1, 17]);
      expect(core.regs[14]! >>> 0).toBe(0xffff_fff1);
      core.setIrq(1, false);
      core.setIrq(0, false);
      core.nvic.pending.fill(0);
      core.run(50);
      expect([core.regs[4], core.regs[6], core.sleeping, core.regs[13]]).toEqual([1, 1, true, STACK]);
    });

    it('wakes from WFI with PRIMASK set, without taking the handler', () => {
      const { core } = machine(IRQ, { 16: 0x40 });
      core.run(10);
      core.primask = 1;
      core.setIrq(0, true);
      core.run(1);
      expect([core.regs[4], core.regs[5]]).toEqual([0, 1]);
      core.primask = 0;
      core.run(1);
      expect(core.regs[4]).toBe(1);
    });

    it('NMI goes before masks', () => {
      const { core } = machine(IRQ, { 2: 0x40 });
      core.run(10);
      core.faultmask = 1;
      core.setNmi(true);
      core.run(1);
      expect([core.regs[4], core.xpsr & 0x1ff]).toEqual([1, 2]);
    });
  });

  describe('SysTick', () => {
    it('fires every reload + 1 cycles, exactly', () => {
      const { core } = machine(SYSTICK, { 15: 0x40 });
      core.run(6);
      const started = core.now();
      const entries: number[] = [];
      core.hooks.exceptionEntry = () => void entries.push(core.now() - started);
      core.run(1000);
      expect(core.regs[4]).toBe(entries.length);
      expect(entries.slice(0, 4).map((t) => t - entries[0]!)).toEqual([0, 100, 200, 300]);
    });

    it('tells how long to sleep, and counts idle cycles', () => {
      const { core } = machine(SYSTICK, { 15: 0x40 });
      core.run(6);
      const cycles = core.cyclesToNextTimer();
      expect(cycles).toBeLessThanOrEqual(100);
      core.advanceIdle(cycles - 1);
      core.run(1);
      core.advanceIdle(0);
      core.run(1);
      expect(core.xpsr & 0x1ff).toBe(15);
    });
  });

  describe('memory', () => {
    it('sees code it has overwritten', () => {
      const { core } = machine(SELF_MODIFYING);
      core.run(30);
      expect(core.regs[4]).toBe(42);
    });

    it('protects a 32-byte region of a page and leaves its neighbours alone', () => {
      const { core } = machine(MPU);
      core.run(40);
      expect(core.faults.cfsr).toBe(DACCVIOL | MMARVALID);
      expect(core.faults.mmfar).toBe(0x2000_1000);
      expect(core.faults.hfsr).toBe(FORCED);
      expect([core.xpsr & 0x1ff, core.pc]).toEqual([3, PARKED]);
    });

    it('runs across a page border, with a wide instruction on it', () => {
      const { core, bus } = machine('');
      // 0x1ffc: movs r0, #1; 0x1ffe: movw r1, #0x1234; 0x2002: b .
      bus.write(0x1ffc, Uint8Array.from([0x01, 0x20, 0x41, 0xf2, 0x34, 0x21, 0xfe, 0xe7]));
      core.pc = 0x1ffc;
      expect(core.run(3)).toBe(3);
      expect([core.regs[0], core.regs[1], core.pc]).toEqual([1, 0x1234, 0x2002]);
      // Another immediate in the second half, on the other page.
      bus.write(0x2000, Uint8Array.from([0x35, 0x21]));
      core.pc = 0x1ffc;
      core.run(2);
      expect(core.regs[1]).toBe(0x1235);
    });

    it('executes from pages that must be fetched one by one', () => {
      class Slow extends BareBus {
        override page(): number {
          return -1;
        }
        override load(address = 0, size = 4): number {
          const at = this.offset(address);
          this.error = at < 0 ? 1 : 0;
          if (at < 0) return 0;
          let x = 0;
          for (let k = 0; k < size; k++) x |= this.ram8[at + k]! << (8 * k);
          return x;
        }
      }
      const bus = new Slow();
      const core = new Core(bus, using);
      // it eq; moveq r1, #5; movs r2, #7; b .
      bus.write(0x1000, Uint8Array.from([0x08, 0xbf, 0x05, 0x21, 0x07, 0x22, 0xfe, 0xe7]));
      core.reset(STACK, 0x1001);
      core.xpsr = 0x4100_0000;
      expect(core.run(5)).toBe(5);
      expect([core.regs[1], core.regs[2], core.pc]).toEqual([5, 7, 0x1006]);
    });
  });

  describe('exceptions', () => {
    it('stacks on PSP, handles privileged on MSP, returns unprivileged', () => {
      const { core } = machine(PSP, { 11: 0x40 });
      core.run(30);
      expect(core.regs[4]! >>> 0).toBe(0xffff_fffd);
      expect([core.regs[5], core.regs[6], core.regs[7]]).toEqual([11, 0x2000_3000 - 32, 9]);
      expect([core.regs[3], core.controlRegister, core.privileged]).toEqual([3, 3, false]);
      expect([core.psp, core.msp]).toEqual([0x2000_3000, STACK]);
    });

    it.each([
      ['udf', '00de', UNDEFINSTR],
      ['a coprocessor instruction', '37ee200a', NOCP],
    ])('%s is a UsageFault that escalates', (_, code, bit) => {
      const { core } = machine(code);
      core.run(1);
      expect([core.faults.cfsr, core.faults.hfsr, core.xpsr & 0x1ff]).toEqual([bit, FORCED, 3]);
    });

    it('a fault in HardFault locks up and stays so', () => {
      const { core } = machine('00de00de', { 3: 2 });
      expect(core.run(10)).toBe(2);
      expect(core.lockup).toBe(true);
      expect(core.run(10)).toBe(0);
      core.reset(STACK, PROGRAM | 1);
      expect(core.lockup).toBe(false);
    });

    it('an EXC_RETURN to Thread mode with another handler active is INVPC', () => {
      const { core } = machine('7047', { 16: 0 });
      core.nvic.enabled[16] = 1;
      core.nvic.active[11] = 1;
      core.nvic.priority[11] = 0xf0;
      core.setIrq(0, true);
      core.run(1);
      expect(core.faults.cfsr & INVPC).toBe(INVPC);
    });
  });

  describe('tools', () => {
    it('semihosting reaches the console and nothing else', () => {
      let text = '';
      const semihosting = { write: (t: string) => void (text += t) };
      const { core } = machine(SEMIHOSTING, {}, { semihosting });
      core.run(100);
      expect(text).toBe('hello\n');
      expect([core.regs[6], core.regs[7]]).toEqual([-1, -1]);
      expect([core.halted, core.exitStatus]).toEqual([true, 7]);
    });

    it('answers what the start of a C library asks', () => {
      const memory = { heapBase: 0x6000_0000, heapLimit: 0x6100_0000, stackBase: 0x2040_0000, stackLimit: 0x2020_0000 };
      const semihosting = { write: () => undefined, memory };
      const { core, bus } = machine('abbe'.repeat(16), {}, { semihosting, now: () => 7_500_000_000 });
      const block = 0x2000_1000;
      const at = bus.offset(block) / 4;
      const call = (operation: number, ...words: number[]): number => {
        bus.ram32.set(words, at);
        core.regs[0] = operation;
        core.regs[1] = block;
        core.step();
        return core.regs[0]!;
      };
      bus.write(block + 64, Uint8Array.from([...':tt\0'].map((c) => c.charCodeAt(0))));
      expect(call(0x01, block + 64, 0, 3)).toBe(0);
      expect(call(0x01, block + 64, 4, 3)).toBe(1);
      expect(call(0x01, block + 65, 4, 2)).toBe(-1);
      // SYS_READ: no input, so nothing of the ten bytes comes.
      expect(call(0x06, 0, block + 128, 10)).toBe(10);
      expect(call(0x0c, 1)).toBe(0);
      expect(call(0x11)).toBe(7);
      expect(call(0x13)).toBe(0);
      bus.ram32[at + 32] = -1;
      expect([call(0x15, block + 128, 80), bus.ram32[at + 1], bus.ram32[at + 32]]).toEqual([0, 0, -256]);
      expect(call(0x15, block + 128, 0)).toBe(-1);
      expect(call(0x16, block + 128)).toBe(0);
      expect([...bus.ram32.subarray(at + 32, at + 36)]).toEqual(Object.values(memory));
    });

    it('stops at breakpoints before the instruction, and goes on from there', () => {
      const { core } = machine('0130013001300130fee7');
      core.setBreakpoint(PROGRAM + 4);
      expect(core.run(100)).toBe(2);
      expect([core.pc, core.regs[0]]).toEqual([PROGRAM + 4, 2]);
      core.clearBreakpoint(PROGRAM + 4);
      core.setBreakpoint(PROGRAM + 6);
      expect(core.run(100)).toBe(1);
      expect(core.run(3)).toBe(3);
      expect(core.pc).toBe(PROGRAM + 8);
    });

    it('traces every instruction while asked to', () => {
      const { core } = machine('01300130fee7');
      const seen: number[] = [];
      core.hooks.trace = (pc) => void seen.push(pc - PROGRAM);
      core.run(4);
      expect(seen).toEqual([0, 2, 4, 4]);
    });
  });

  describe('determinism', () => {
    const program = (bytes: Uint8Array): { core: Core; bus: BareBus } => {
      const it = machine('', { 3: 0x10, 4: 0x20, 5: 0x30, 6: 0x40, 11: 0x50, 16: 0x60 });
      it.bus.write(PROGRAM, bytes);
      it.core.nvic.enabled[16] = 1;
      for (let r = 0; r < 13; r++) it.core.regs[r] = 0x2000_1000 + 64 * r;
      return it;
    };
    const hash = ({ core, bus }: { core: Core; bus: BareBus }): string =>
      stateHash({ core: core.save(), ram: bus.ram8.subarray(bus.offset(0x2000_0000), bus.offset(0x2000_9000)) });
    const code = fc.uint8Array({ minLength: 256, maxLength: 256 });

    it('garbage never throws, and the slicing of run makes no difference', () => {
      fc.assert(
        fc.property(code, fc.integer({ min: 1, max: 60 }), (bytes, slice) => {
          const one = program(bytes);
          const other = program(bytes);
          one.core.run(400);
          for (let done = 0; done < 400;) {
            const n = other.core.run(Math.min(slice, 400 - done));
            if (n === 0) break;
            done += n;
          }
          // A loop that ends early by itself (sleep, slice) is run on by neither.
          if (one.core.instructions !== other.core.instructions) one.core.run(400 - one.core.instructions);
          expect(hash(other)).toBe(hash(one));
        }),
        { seed: 11, numRuns: 60 },
      );
    }, 60_000);

    it('save and load at a random point equal running through', () => {
      fc.assert(
        fc.property(code, fc.integer({ min: 0, max: 300 }), (bytes, at) => {
          const one = program(bytes);
          one.core.run(at);
          const other = machine('');
          other.bus.ram8.set(one.bus.ram8);
          other.core.load(structuredClone(one.core.save()));
          one.core.run(300);
          other.core.run(300);
          expect(hash(other)).toBe(hash(one));
        }),
        { seed: 12, numRuns: 40 },
      );
    }, 60_000);
  });
});
