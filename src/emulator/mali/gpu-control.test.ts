import { describe, expect, it } from 'vitest';

import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { JOB_CONTROL } from '../../spec/registers/job-control.ts';
import { MCU_CORE, MCU_REG_BASE } from '../../spec/registers/mcu-private.ts';
import { l2On, run, smallMachine } from '../fixtures/bench.ts';

const { GPU_CMD, GPU_INT_RAWSTAT, GPU_INT_MASK, GPU_INT_CLEAR, GPU_INT_STAT } = GPU_CONTROL;
const rawstat = GPU_INT_RAWSTAT.offset;

describe('GPU control', () => {
  it('identifies as the G610 of RK3588', () => {
    const machine = smallMachine();
    const expected: readonly [offset: number, value: number][] = [
      [0x0, 0xa8670005],
      [0x4, 0x07120306],
      [0xc, 0x809],
      [0x14, 0x2830],
      [0x18, 0xff],
      [0xb0, 0xc1ffff9e],
      [0xb4, 0],
      [0xb8, 0],
      [0xbc, 0],
      [0x100, 0x50005],
      [0x104, 0],
      [0x110, 1],
      [0x120, 1],
      [0x10000, 1],
    ];
    for (const [offset, value] of expected) expect(machine.hostRead(offset)).toBe(value);
  });

  it('takes overrides by name and refuses unknown names and values too wide', () => {
    const machine = smallMachine({ overrides: { GPU_ID: 0xa862_0000, GPU_SHADER_PRESENT: 0x1_0000_0001n } });
    expect([machine.hostRead(0), machine.hostRead(0x100), machine.hostRead(0x104)]).toEqual([0xa862_0000, 1, 1]);
    expect(() => smallMachine({ overrides: { GPU_IDD: 1 } })).toThrow(/GPU_IDD/);
    expect(() => smallMachine({ overrides: { GPU_ID: 2 ** 32 } })).toThrow(/32 bits/);
  });

  it('drives its line by level, masks, and forces bits by RAWSTAT', () => {
    const machine = smallMachine();
    const rises: string[] = [];
    machine.onIrqRise = (line) => rises.push(line);
    machine.hostWrite(rawstat, 0x102);
    expect([machine.irq('gpu'), machine.hostRead(GPU_INT_STAT.offset)]).toEqual([false, 0]);
    machine.hostWrite(GPU_INT_MASK.offset, 0x100);
    expect([machine.irq('gpu'), machine.hostRead(GPU_INT_STAT.offset), rises]).toEqual([true, 0x100, ['gpu']]);
    expect(machine.runUntil(1000)).toBe('irq');
    expect(machine.runUntil(1000)).toBe('time');
    machine.hostWrite(GPU_INT_CLEAR.offset, 0x100);
    expect([machine.irq('gpu'), machine.hostRead(rawstat)]).toEqual([false, 2]);
  });

  it('flushes caches: time passes, the identifier counts, the interrupt comes', () => {
    const machine = smallMachine();
    machine.hostWrite(GPU_CMD.offset, 0x23304);
    run(machine, 4000);
    expect([machine.hostRead(rawstat), machine.hostRead(0x10000)]).toEqual([0, 1]);
    run(machine, 2000);
    expect([machine.hostRead(rawstat), machine.hostRead(0x10000)]).toEqual([1 << 17, 2]);
  });

  it('counts cycles and time only while told to', () => {
    const machine = smallMachine();
    const cycles = () => machine.hostRead(GPU_CONTROL.GPU_CYCLE_COUNT.offset);
    const stamp = () => machine.hostRead(GPU_CONTROL.GPU_TIMESTAMP.offset);
    run(machine, 1_000_000);
    expect([cycles(), stamp()]).toEqual([0, 0]);
    machine.hostWrite(GPU_CMD.offset, 0x103);
    expect(stamp()).toBe(24_000);
    run(machine, 1_000_000);
    expect([cycles(), stamp()]).toEqual([198_000, 48_000]);
    machine.hostWrite(GPU_CONTROL.GPU_TIMESTAMP_OFFSET.offset, 0xffff_ffff);
    machine.hostWrite(GPU_CONTROL.GPU_TIMESTAMP_OFFSET.offset + 4, 0xffff_ffff);
    expect(stamp()).toBe(47_999);
    machine.hostWrite(GPU_CMD.offset, 0x003);
    run(machine, 1_000_000);
    expect([cycles(), stamp()]).toEqual([198_000, 47_999]);
  });

  it('soft reset brings everything back but the mask the driver waits with', () => {
    const machine = smallMachine();
    l2On(machine);
    machine.hostWrite(GPU_INT_MASK.offset, 0x100);
    machine.hostWrite(JOB_CONTROL.JOB_INT_MASK.offset, 1);
    machine.hostWrite(JOB_CONTROL.JOB_INT_RAWSTAT.offset, 1);
    machine.hostWrite(GPU_CONTROL.GPU_COHERENCY_PROTOCOL.offset, 31);
    machine.core.bus.store(MCU_REG_BASE + MCU_CORE.MCU_SCRATCH.offset, 4, 7);
    machine.hostWrite(GPU_CMD.offset, 0x101);
    expect(machine.hostRead(0x160)).toBe(1);
    run(machine, 20_000);
    expect(machine.irq('gpu')).toBe(true);
    expect(machine.irq('job')).toBe(false);
    expect(machine.hostRead(0x160)).toBe(0);
    expect(machine.hostRead(GPU_CONTROL.GPU_COHERENCY_PROTOCOL.offset)).toBe(0);
    expect(machine.hostRead(JOB_CONTROL.JOB_INT_MASK.offset)).toBe(0);
    expect(machine.hostRead(rawstat)).toBe(0x100);
    expect(machine.mcuPeek(MCU_REG_BASE + MCU_CORE.MCU_SCRATCH.offset)).toBe(0);
  });

  it('reports what it does not know, and is dead without power or clock', () => {
    const machine = smallMachine();
    const odd: unknown[] = [];
    machine.hooks.hostOdd = (...what) => odd.push(what);
    machine.hostWrite(0, 1);
    machine.hostRead(0x6000);
    machine.hostRead(0x20000);
    machine.hostWrite(GPU_CMD.offset, 0x105);
    machine.hostWrite(GPU_INT_MASK.offset, 0x8000_0001);
    expect(odd).toEqual([
      ['readonly', 0, true, 1],
      ['undefined', 0x6000, false, 0],
      ['undefined', 0x20000, false, 0],
      ['refused', 0x30, true, 0x105],
      ['reserved', 0x28, true, 0x8000_0001],
    ]);
    for (const supply of ['power', 'clock'] as const) {
      machine.setPowered(supply, false);
      expect([machine.hostRead(0), machine.peek(0)]).toEqual([0, 0]);
      machine.setPowered(supply, true);
      expect(machine.hostRead(0)).toBe(0xa8670005);
    }
    expect(() => machine.hostRead(2)).toThrow(/offset 2/);
    expect(() => machine.hostWrite(0x200000, 0)).toThrow(/2097152/);
  });
});
