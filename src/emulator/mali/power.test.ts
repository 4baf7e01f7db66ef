import { describe, expect, it } from 'vitest';

import { MCU_CSG, MCU_GPU, MCU_REG_BASE } from '../../spec/registers/mcu-private.ts';
import { l2On, run, smallMachine } from '../fixtures/bench.ts';

const SHADER_READY = 0x140;
const SHADER_PWRON = 0x180;
const SHADER_PWROFF = 0x1c0;
const SHADER_PWRTRANS = 0x200;
const L2_READY = 0x160;
const SINGLE_AND_ALL = 3 << 9;

const powered = () => {
  const machine = smallMachine();
  l2On(machine);
  const write = (offset: number, value: number) => machine.core.bus.store(MCU_REG_BASE + offset, 4, value);
  const read = (offset: number) => machine.mcuPeek(MCU_REG_BASE + offset);
  const want = (mask: number) => {
    write(MCU_GPU.PWR_SHADER_WANT.offset, mask);
    write(MCU_GPU.PWR_SHADER_WANT.offset + 4, 0);
  };
  return { machine, write, read, want };
};

describe('power', () => {
  it('turns units that exist on and off, each taking its time', () => {
    const { machine } = powered();
    expect([machine.hostRead(L2_READY), machine.hostRead(0x20)]).toEqual([1, SINGLE_AND_ALL]);
    machine.hostWrite(SHADER_PWRON, 0xffff_ffff);
    expect([machine.hostRead(SHADER_READY), machine.hostRead(SHADER_PWRTRANS)]).toEqual([0, 0x50005]);
    expect(machine.hostRead(0x34) & 2).toBe(2);
    run(machine, 10_000);
    expect(machine.hostRead(SHADER_READY)).toBe(0);
    run(machine, 200);
    expect([machine.hostRead(SHADER_READY), machine.hostRead(SHADER_PWRTRANS)]).toEqual([0x50005, 0]);
    machine.hostWrite(SHADER_PWROFF, 5);
    expect([machine.hostRead(SHADER_READY), machine.hostRead(SHADER_PWRTRANS)]).toEqual([0x50000, 5]);
    run(machine, 3000);
    expect(machine.hostRead(SHADER_PWRTRANS)).toBe(0);
  });

  it('keeps a core on while host or firmware wants it, and tells the firmware', () => {
    const { machine, write, read, want } = powered();
    machine.hostWrite(SHADER_PWRON, 1);
    want(0x50004);
    expect(read(MCU_GPU.PWR_EVENT.offset)).toBe(0);
    run(machine, 20_000);
    expect([machine.hostRead(SHADER_READY), read(MCU_GPU.PWR_EVENT.offset)]).toEqual([0x50005, 1]);
    write(MCU_GPU.PWR_EVENT.offset, 1);
    machine.hostWrite(SHADER_PWROFF, 0xf_ffff);
    run(machine, 20_000);
    expect([machine.hostRead(SHADER_READY), read(MCU_GPU.PWR_EVENT.offset)]).toEqual([0x50004, 0]);
    want(0);
    run(machine, 20_000);
    expect([machine.hostRead(SHADER_READY), read(MCU_GPU.PWR_EVENT.offset)]).toEqual([0, 1]);
  });

  it('lets a busy core end its task first', () => {
    const { machine, write, want } = powered();
    want(5);
    run(machine, 20_000);
    write(MCU_CSG.EP_CORES.offset, 4);
    expect(machine.hostRead(0x240)).toBe(4);
    want(0);
    run(machine, 50_000);
    expect([machine.hostRead(SHADER_READY), machine.hostRead(SHADER_PWRTRANS)]).toEqual([0, 4]);
    write(MCU_CSG.EP_CORES.offset, 0);
    run(machine, 5000);
    expect(machine.hostRead(SHADER_PWRTRANS)).toBe(0);
    expect(machine.idle).toBe(true);
  });

  it('takes cores and tiler down with the L2 and up with it again', () => {
    const { machine } = powered();
    machine.hostWrite(SHADER_PWRON, 4);
    machine.hostWrite(0x190, 1);
    run(machine, 20_000);
    expect(machine.hostRead(0x150)).toBe(1);
    machine.hostWrite(0x1e0, 1);
    run(machine, 20_000);
    expect([L2_READY, SHADER_READY, 0x150].map((at) => machine.hostRead(at))).toEqual([0, 0, 0]);
    l2On(machine);
    run(machine, 20_000);
    expect([L2_READY, SHADER_READY, 0x150].map((at) => machine.hostRead(at))).toEqual([1, 4, 1]);
  });
});
