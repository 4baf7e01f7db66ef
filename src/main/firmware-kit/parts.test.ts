/** Parts of the reference firmware in isolation: single C functions called on the emulated core, by their symbols. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as fw from '../../spec/firmware/interface.ts';
import { MCU_CORE, MCU_REG_BASE } from '../../spec/registers/mcu-private.ts';
import { DATA, MS, setSync, started } from './testing.ts';
import type { Rig } from './testing.ts';

const FILE = path.resolve(import.meta.dirname, '../../../resources/firmware/reference.symbols.json');
const { symbols } = JSON.parse(readFileSync(FILE, 'utf8')) as {
  symbols: readonly { readonly name: string; readonly address: number }[];
};
const addressOf = (name: string): number => symbols.find((s) => s.name === name)?.address ?? -1;

/** Where called functions return to: entered once at boot, never again. */
const RETURN = addressOf('main_loop');
const LR = 14;
/** Stack of the firmware, in its middle: what the main loop keeps above is left alone. */
const SCRATCH = 0x0020_0400;

/** Calls a function as the main loop would, between two of its rounds; gives r0. */
function call(rig: Rig, name: string, ...args: number[]): number {
  const { machine } = rig;
  const { core } = machine;
  const address = addressOf(name);
  if (address < 0) throw new Error(`the firmware has no function ${name}`);
  const saved = { regs: Int32Array.from(core.regs), pc: core.pc, xpsr: core.xpsr };
  args.forEach((value, i) => (core.regs[i] = value));
  core.regs[LR] = RETURN | 1;
  core.pc = address;
  let back = false;
  core.setBreakpoint(RETURN);
  core.hooks.breakpoint = () => {
    back = true;
    machine.requestPause();
    return true;
  };
  // Whatever it sleeps in ends with a pending line.
  rig.machine.hostWrite(0x80000, 1);
  const end = machine.clock.now + MS;
  const returned = (): boolean => back;
  while (!returned() && machine.runUntil(end) !== 'time');
  const result = core.regs[0] ?? 0;
  core.hooks.breakpoint = undefined;
  core.clearBreakpoint(RETURN);
  core.regs.set(saved.regs);
  core.pc = saved.pc;
  core.xpsr = saved.xpsr;
  expect(back, `${name} returns`).toBe(true);
  return result >>> 0;
}

/** A register of the private hardware. */
const mcu = (rig: Rig, offset: number): number => (rig.machine.mcuPeek(MCU_REG_BASE + offset) ?? 0) >>> 0;

function bytes(rig: Rig, at: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, i) => (rig.mcu.get(at + i - ((at + i) % 4)) >>> (((at + i) % 4) * 8)) & 0xff,
  );
}

describe('memory', () => {
  const rig = started();

  it.each([
    [0, 0],
    [1, 1],
    [3, 5],
    [0, 16],
  ])('memset and memcpy: from byte %d, %d bytes and not one more', (shift, length) => {
    for (let i = 0; i < 64; i += 4) rig.mcu.set(SCRATCH + i, 0x1111_1111);
    expect(call(rig, 'memset', SCRATCH + shift, 0x1_22, length)).toBe(SCRATCH + shift);
    const expected = Array.from({ length: 32 }, (_, i) => (i >= shift && i < shift + length ? 0x22 : 0x11));
    expect(bytes(rig, SCRATCH, 32)).toEqual(expected);
    for (let i = 0; i < 8; i++) rig.mcu.set(SCRATCH + 0x80 + 4 * i, 0x0403_0201 * (i + 1));
    call(rig, 'memcpy', SCRATCH + shift, SCRATCH + 0x80, length);
    expect(bytes(rig, SCRATCH + shift, length)).toEqual(bytes(rig, SCRATCH + 0x80, length));
    expect(bytes(rig, SCRATCH + shift + length, 4)).toEqual([0x11, 0x11, 0x11, 0x11]);
  });
});

describe('timers', () => {
  it('take the word of the interface: ticks of 1024, of the system timer or of GPU cycles', () => {
    const rig = started();
    const T = 7;
    const compare = () => mcu(rig, MCU_CORE.TIMER_CMP.offset + T * MCU_CORE.TIMER_CMP.stride);
    const control = () => mcu(rig, MCU_CORE.TIMER_CTRL.offset + T * MCU_CORE.TIMER_CTRL.stride);
    const stamp = mcu(rig, MCU_CORE.TIME_STAMP.offset);
    call(rig, 'timer_arm', T, 1000);
    const late = compare() - stamp;
    expect(late).toBeGreaterThanOrEqual(1000 * 1024);
    expect(late).toBeLessThan(1001 * 1024);
    expect(control()).toBe(1);
    const cycles = mcu(rig, MCU_CORE.TIME_CYCLES.offset);
    call(rig, 'timer_arm', T, (0x8000_0000 | 1000) >>> 0);
    expect(compare() - cycles).toBeGreaterThanOrEqual(1000 * 1024);
    expect(control() & 3).toBe(3);
    call(rig, 'timer_disarm', T);
    expect(control()).toBe(0);
  });
});

describe('groups', () => {
  it('are idle when all that runs is empty, and not while a queue has work', () => {
    const rig = started();
    expect(call(rig, 'group_is_idle', 0)).not.toBe(0);
    rig.submit(0, [
      ['REQ_RESOURCE', { compute: 1 }],
      ['SET_SB_ENTRY', { endpoint_entry: 3 }],
      ['MOVE32', { destination: 37, immediate: 1 }],
      ['MOVE32', { destination: 38, immediate: 1 }],
      ['MOVE32', { destination: 39, immediate: 1 }],
      ['RUN_COMPUTE', { task_increment: 1 }],
      ['WAIT', { wait_mask: 8 }],
      ...setSync(DATA, 1),
    ]);
    rig.ring(1);
    expect(call(rig, 'group_is_idle', 0)).toBe(0);
    const [task] = rig.units[0].started;
    rig.units[0].port?.done(task?.core ?? 0);
    rig.run(MS);
    expect(rig.vm.get(DATA)).toBe(1);
    expect(call(rig, 'group_is_idle', 0)).not.toBe(0);
  });

  it('acknowledge just the bits they are told', () => {
    const rig = started();
    const bit = fw.requestMask(fw.CSG_REQ, 'STATUS_UPDATE');
    rig.set(fw.CSG_INPUT.REQ, rig.get(fw.CSG_INPUT.REQ) ^ bit);
    expect(rig.pending(0) & bit).toBe(bit);
    const others = rig.get(fw.CSG_OUTPUT.ACK) & ~bit;
    call(rig, 'group_ack', 0, bit);
    expect(rig.pending(0) & bit).toBe(0);
    expect(rig.get(fw.CSG_OUTPUT.ACK) & ~bit).toBe(others);
  });
});
