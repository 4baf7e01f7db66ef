import { describe, expect, it } from 'vitest';

import { FAULT } from '../../spec/faults.ts';
import { MCU_CORE, MCU_GPU, MCU_PRF, MCU_REG_BASE, MCU_WINDOW, STREAM_BASE } from '../../spec/registers/mcu-private.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { enableAs, FIRMWARE, l2On, run, smallMachine, Tables } from '../fixtures/bench.ts';
import type { MachineConfig } from '../machine.ts';
import { BUS_FAULT, BUS_OK, BUS_UNALIGNED, FETCH, LOAD } from '../mcu/bus.ts';
import { ACCESS, UNIT } from '../wiring.ts';

const WINDOW = 0x0800_0000;

/** A machine whose MCU registers are driven from outside, as the core would. */
const setup = (config: Partial<MachineConfig> = {}) => {
  const machine = smallMachine(config);
  const { bus } = machine.core;
  const write = (offset: number, value: number) => bus.store(MCU_REG_BASE + offset, 4, value);
  const read = (offset: number) => bus.load(MCU_REG_BASE + offset, 4, LOAD);
  return { machine, bus, write, read };
};

describe('register view of the MCU', () => {
  it('shows public registers without side effects and read-only, private ones to the MCU alone', () => {
    const { machine, write, read } = setup();
    machine.hostWrite(0x88, 5);
    expect([read(0), read(0x88), read(0x3000)]).toEqual([0xa8670005, 5, 0x5459_0100]);
    expect(machine.hostRead(0x3000)).toBe(0);
    write(0x88, 6);
    expect(machine.hostRead(0x88)).toBe(5);
    expect([read(MCU_CORE.UNK_COUNT.offset), read(MCU_CORE.UNK_ADDR.offset)]).toEqual([1, MCU_REG_BASE + 0x88]);
    expect(MCU_CORE.UNK_INFO.get('kind', read(MCU_CORE.UNK_INFO.offset))).toBe(1);
    write(MCU_CORE.UNK_COUNT.offset, 99);
    expect(read(MCU_CORE.UNK_COUNT.offset)).toBe(0);
  });

  it('takes aligned words only', () => {
    const { bus, read } = setup();
    bus.load(MCU_REG_BASE, 2, LOAD);
    expect(bus.error).toBe(BUS_FAULT);
    bus.store(MCU_REG_BASE + 0x20010, 1, 1);
    expect(bus.error).toBe(BUS_FAULT);
    bus.load(MCU_REG_BASE, 4, FETCH);
    expect(bus.error).toBe(BUS_FAULT);
    bus.load(MCU_REG_BASE + 1, 4, LOAD);
    expect(bus.error).toBe(BUS_UNALIGNED);
    expect(read(MCU_CORE.UNK_COUNT.offset)).toBe(3);
    expect(bus.error).toBe(BUS_OK);
    expect(bus.endSlice).toBe(true);
  });

  it('reaches interfaces, and answers the undefined by rule', () => {
    const plain = setup();
    plain.bus.store(STREAM_BASE + 0x2010, 4, 7);
    expect(plain.machine.csf.peekStream(2, 0x10)).toBe(7);
    expect([plain.bus.load(0x4104_0000, 4, LOAD), plain.bus.error]).toEqual([0, BUS_OK]);
    const echo = setup({ undefinedRule: { kind: 'echo' } });
    echo.bus.store(0x5000_0000, 4, 0xdead_beef);
    expect(echo.bus.load(0x5000_0000, 4, LOAD)).toBe(0xdead_beef);
    const count = setup({ undefinedRule: { kind: 'count' } });
    expect([1, 2, 3].map(() => count.bus.load(0x5000_0000, 4, LOAD))).toEqual([0, 1, 2]);
    const fault = setup({ undefinedRule: { kind: 'fault' } });
    fault.bus.load(0x5000_0000, 4, LOAD);
    expect(fault.bus.error).toBe(BUS_FAULT);
  });

  it('keeps SCRATCH, forwards LOG_CHAR, raises host bits a little later', () => {
    const { machine, write, read } = setup();
    const log: number[] = [];
    machine.hooks.logChar = (ch) => log.push(ch);
    write(MCU_CORE.LOG_CHAR.offset, 0x41);
    write(MCU_CORE.MCU_SCRATCH.offset + 8, 3);
    write(MCU_CORE.HOST_IRQ.offset, 5);
    expect([log, read(MCU_CORE.MCU_SCRATCH.offset + 8), machine.hostRead(0x1000)]).toEqual([[0x41], 3, 0]);
    run(machine, 100);
    expect([machine.hostRead(0x1000), read(MCU_CORE.HOST_IRQ.offset)]).toEqual([5, 5]);
  });
});

describe('maintenance', () => {
  it('flushes, refusing a second flush meanwhile', () => {
    const { machine, write, read } = setup();
    write(MCU_GPU.CACHE_CMD.offset, 0x33);
    write(MCU_GPU.CACHE_CMD.offset, 0x33);
    expect([read(MCU_GPU.CACHE_STATUS.offset), read(MCU_CORE.UNK_COUNT.offset)]).toEqual([1, 1]);
    run(machine, 10_000);
    expect([read(MCU_GPU.CACHE_STATUS.offset), read(MCU_GPU.CACHE_EVENT.offset)]).toEqual([0, 1]);
    expect(machine.hostRead(0x10000)).toBe(2);
  });

  it('keeps the first fault of a slot until the event is cleared, apart from the host', () => {
    const { machine, write, read } = setup();
    const source = { unit: UNIT.TILER, cs: 17, ctx: 4, core: 64 % 64 };
    machine.mmu.raise(2, { code: FAULT.PERM_FAULT_3, access: ACCESS.WRITE, va: 0x12_0000_3000 }, source);
    machine.mmu.raise(2, { code: FAULT.TRANSLATION_FAULT_1, access: ACCESS.READ, va: 0 }, source);
    machine.hostWrite(MMU_CONTROL.MMU_INT_CLEAR.offset, 4);
    expect(read(MCU_GPU.ASF_EVENT.offset)).toBe(4);
    expect(read(MCU_GPU.ASF_STATUS.offset + 0x20)).toBe(0x6011_03cb);
    expect(read(MCU_GPU.ASF_UNIT.offset + 0x20)).toBe(4);
    expect([read(MCU_GPU.ASF_ADDR.offset + 0x20), read(MCU_GPU.ASF_ADDR.offset + 0x24)]).toEqual([0x3000, 0x12]);
    write(MCU_GPU.ASF_EVENT.offset, 4);
    expect([read(MCU_GPU.ASF_EVENT.offset), read(MCU_GPU.ASF_STATUS.offset + 0x20)]).toEqual([0, 0]);
  });
});

describe('timers', () => {
  const arm = (t: ReturnType<typeof setup>, n: number, compare: number, ctrl: number) => {
    t.write(MCU_CORE.TIMER_CMP.offset + 16 * n, compare);
    t.write(MCU_CORE.TIMER_CMP.offset + 16 * n + 4, 0);
    t.write(MCU_CORE.TIMER_CTRL.offset + 16 * n, ctrl);
  };

  it('fire at the exact instant of either source, once', () => {
    const t = setup();
    const event = () => t.machine.mcuPeek(MCU_REG_BASE + MCU_CORE.TIMER_EVENT.offset);
    arm(t, 3, 198, 3);
    arm(t, 4, 48, 1);
    arm(t, 5, 0, 1);
    t.machine.runUntil(1);
    expect(event()).toBe(1 << 5);
    t.machine.runUntil(1000);
    expect(event()).toBe(1 << 5);
    t.machine.runUntil(1001);
    expect(event()).toBe((1 << 5) | (1 << 3));
    expect(t.read(MCU_CORE.TIMER_CTRL.offset + 48)).toBe(2);
    t.machine.runUntil(2001);
    expect(event()).toBe((1 << 5) | (1 << 3) | (1 << 4));
    expect(t.machine.idle).toBe(true);
  });

  it('follow changes of frequency and of the timestamp offset', () => {
    const t = setup();
    arm(t, 0, 198_000, 3);
    arm(t, 1, 24_000, 1);
    t.machine.runUntil(500_000);
    t.machine.gpuClock.setHz(99_000_000);
    t.machine.hostWrite(0x88, 24_000 - 12_000 - 24);
    t.machine.runUntil(501_001);
    expect(t.read(MCU_CORE.TIMER_EVENT.offset)).toBe(2);
    t.machine.runUntil(1_500_000);
    expect(t.read(MCU_CORE.TIMER_EVENT.offset)).toBe(2);
    t.machine.runUntil(1_500_001);
    expect(t.read(MCU_CORE.TIMER_EVENT.offset)).toBe(3);
  });
});

describe('windows', () => {
  const open = () => {
    const t = setup();
    const { memory } = t.machine;
    const tables = new Tables(memory, memory.base + FIRMWARE.tables);
    tables.map(0x7f_0000_0000, memory.base + 0x3000);
    tables.map(0x7f_0000_1000, memory.base + 0x9000, { readOnly: true });
    enableAs(t.machine, 5, tables.root);
    const configure = (ctrl: number) => {
      t.write(MCU_WINDOW.WIN_BASE.offset + 0x20, 0);
      t.write(MCU_WINDOW.WIN_BASE.offset + 0x24, 0x7f);
      t.write(MCU_WINDOW.WIN_CTRL.offset + 0x20, ctrl);
    };
    return { ...t, memory, configure, at: WINDOW + 0x100_0000 };
  };

  it('reach other address spaces at any size and alignment', () => {
    const { bus, memory, configure, at, machine } = open();
    configure(0x53);
    bus.store(at + 0xffc, 4, 0x1234_5678);
    expect(memory.read32(memory.base + 0x3ffc)).toBe(0x1234_5678);
    memory.write8(memory.base + 0x9000, 0xee);
    expect(bus.load(at + 0xffe, 4, LOAD)).toBe(0x00ee_1234);
    expect(bus.load(at + 0xffd, 1, LOAD)).toBe(0x56);
    expect(machine.mcuPeek(at + 0xffc)).toBe(0x1234_5678);
    expect(bus.page(at, LOAD)).toBe(-1);
  });

  it('fail quietly, keep the first fault, trap when asked, and never tell the host', () => {
    const { bus, memory, configure, at, machine, read } = open();
    const status = () => [MCU_WINDOW.WIN_STATUS, MCU_WINDOW.WIN_FADDR].map((r) => read(r.offset + 0x20));
    expect([bus.load(at, 4, LOAD), bus.error, status()[0]]).toEqual([0, BUS_OK, 0x2c0]);
    configure(0x51);
    expect(status()[0]).toBe(0);
    bus.store(at, 4, 1);
    expect([status()[0], memory.read32(memory.base + 0x3000)]).toEqual([0x3c8, 0]);
    configure(0x53);
    bus.store(at + 0xffe, 4, 0xffff_ffff);
    expect([status(), memory.read16(memory.base + 0x3ffe)]).toEqual([[0x3cb, 0x1000], 0]);
    bus.load(at + 0x5000, 4, LOAD);
    expect(status()).toEqual([0x3cb, 0x1000]);
    configure(0x57);
    bus.load(at + 0x5000, 4, LOAD);
    expect([bus.error, status()]).toEqual([BUS_FAULT, [0x2c3, 0x5000]]);
    bus.load(at, 2, FETCH);
    expect(bus.error).toBe(BUS_FAULT);
    expect(machine.hostRead(MMU_CONTROL.MMU_INT_RAWSTAT.offset) & 0xffff).toBe(0);
  });
});

describe('samples', () => {
  it('are written block by block, then cleared; a failed store is told', () => {
    const t = setup();
    const { machine, write, read } = t;
    const { memory } = machine;
    const tables = new Tables(memory, memory.base + FIRMWARE.tables);
    tables.map(0x5000, memory.base + 0x3000);
    enableAs(machine, 1, tables.root);
    l2On(machine);
    write(MCU_PRF.PRF_CTRL.offset, 0x11);
    write(MCU_PRF.PRF_DST.offset, 0x5000);
    write(MCU_PRF.PRF_DST.offset + 4, 0);
    write(MCU_PRF.PRF_ENABLE.offset, 0b0010);
    write(MCU_PRF.PRF_CMD.offset, 3);
    run(machine, 10_000);
    expect(read(MCU_PRF.PRF_EVENT.offset)).toBe(1);
    const block = memory.base + 0x3000 + 0x100;
    expect(memory.read32(memory.base + 0x3000)).toBe(0);
    expect([memory.read32(block + 8), memory.read32(block + 12)]).toEqual([1, 1]);
    expect(memory.read32(block)).toBeGreaterThan(0);
    // Writes since counting began: four register stores after PRF_CTRL, and its own.
    expect(memory.read32(block + 24)).toBe(4);
    write(MCU_PRF.PRF_DST.offset, 0x6000);
    write(MCU_PRF.PRF_DST.offset + 4, 0);
    write(MCU_PRF.PRF_CMD.offset, 1);
    run(machine, 10_000);
    expect(read(MCU_PRF.PRF_EVENT.offset)).toBe(3);
    expect(read(MCU_GPU.ASF_STATUS.offset + 0x10) >>> 28).toBe(UNIT.PRF);
  });
});
