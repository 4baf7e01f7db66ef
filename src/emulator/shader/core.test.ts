/** The shader cores inside the whole machine: jobs of command streams, faults, snapshots, programs that never end. */
import { describe, expect, it } from 'vitest';
import { FAULT, sourceId, unpackFaultStatus } from '../../spec/faults.ts';
import { CS_CMD, CS_STATE, MCU_CS, MCU_CSG } from '../../spec/registers/mcu-private.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { enableAs, l2On, run, smallMachine, Tables } from '../fixtures/bench.ts';
import { createGpuCores } from '../gpu-cores.ts';
import { i } from '../csf/testing.ts';
import type { Machine } from '../machine.ts';
import { UNIT } from '../wiring.ts';
import { wordsOf } from './testing.ts';
import type { ShaderWatch, TaskNote } from './watch.ts';

const AS = 1;
const N = 10;
const GROUP = 1;
/** VA and offset in RAM of what the machine maps. */
const PAGES = {
  ring: [0x10_0000, 0x1_0000],
  data: [0x20_0000, 0x2_0000],
  code: [0x30_0000, 0x3_0000],
  spd: [0x40_0000, 0x4_0000],
} as const;
const [DATA, DATA_PA] = PAGES.data;
const [CODE, CODE_PA] = PAGES.code;
const [SPD, SPD_PA] = PAGES.spd;
const FAU = SPD + 0x100;
/** Group ids and local ids. */
const PRELOAD = 0x0280;

const set64 = (machine: Machine, offset: number, value: number): void => {
  machine.csf.writeStream(N, offset, value);
  machine.csf.writeStream(N, offset + 4, Math.floor(value / 2 ** 32));
};

/** A machine whose stream 10 dispatches `groups` groups of 16 items that run `program`. */
function dispatch(program: string, groups: number, code: number = CODE): Machine {
  const machine = smallMachine({ csf: createGpuCores });
  const { memory, csf } = machine;
  const tables = new Tables(memory, memory.base + 0x20_0000);
  for (const [va, pa] of Object.values(PAGES)) tables.map(va, memory.base + pa);
  const put = (pa: number, words: readonly bigint[]): void =>
    words.forEach((w, k) => {
      memory.write32(memory.base + pa + 8 * k, Number(w & 0xffff_ffffn));
      memory.write32(memory.base + pa + 8 * k + 4, Number(w >> 32n));
    });
  put(CODE_PA, wordsOf(program));
  put(SPD_PA, [(BigInt(PRELOAD) << 32n) | 0x18n, BigInt(code)]);
  put(SPD_PA + 0x100, [BigInt(DATA)]);
  const registers = { 8: FAU, 9: 0x0100_0000, 16: SPD, 33: 15, 37: groups, 38: 1, 39: 1 };
  const stream = [
    ...Object.entries(registers).map(([r, value]) => i('MOVE32', { destination: Number(r), immediate: value })),
    i('SET_SB_ENTRY', { endpoint_entry: 3 }),
    i('RUN_COMPUTE', { task_increment: 1 }),
    i('WAIT', { wait_mask: 255 }),
  ];
  put(PAGES.ring[1], stream);
  l2On(machine);
  machine.hostWrite(GPU_POWER.SHADER_PWRON.offset, 0xffff_ffff);
  enableAs(machine, AS, tables.root);
  machine.hostWrite(MMU_CONTROL.MMU_INT_MASK.offset, 0xffff);
  csf.writeControl(MCU_CSG.CSG_CTRL.at(GROUP).offset, MCU_CSG.CSG_CTRL.encode({ as: AS, auto: 31 }));
  csf.writeControl(MCU_CSG.CSG_EP_COMPUTE.at(GROUP).offset, 0xffff_ffff);
  csf.writeControl(MCU_CSG.CSG_EP_COMPUTE.at(GROUP).offset + 4, 0);
  csf.writeControl(MCU_CSG.CSG_EP_LIMIT.at(GROUP).offset, 0x0001_0808);
  set64(machine, MCU_CS.CS_RING_BASE.offset, PAGES.ring[0]);
  csf.writeStream(N, MCU_CS.CS_RING_SIZE.offset, 0x1000);
  set64(machine, MCU_CS.CS_INSERT.offset, stream.length * 8);
  csf.writeStream(N, MCU_CS.CS_CMD.offset, CS_CMD.START);
  return machine;
}

const state = (machine: Machine): number => machine.csf.peekStream(N, MCU_CS.CS_STATUS.offset) & 15;
const tasks = (machine: Machine): number => machine.csf.peekControl(MCU_CSG.CSG_TASKS.at(GROUP, 0).offset);
const word = (machine: Machine, n: number): number => machine.memory.read32(machine.memory.base + DATA_PA + 4 * n);

/** Every item stores the number of items before it, as an atomic counts them, at its own place (group * 16 + item). */
const COUNT = `
  U16_TO_U32 r0, r55.h00
  LSHIFT_OR.i32 r1, r57, 0x7060504.b00, r0
  LSHIFT_OR.i32 r1, r1, 0x3020100.b22, 0x0
  IADD.u32 r4, r1, u0
  MOV.i32 r5, 0x0
  ATOM1_RETURN.i32.slot0.ainc @r2, u0, offset:0x0
  STORE.i32.slot0 @r2, r4, offset:64
  NOP.end`;

describe('compute jobs', () => {
  it('run on all cores, their items in ascending order', () => {
    const machine = dispatch(COUNT, 40);
    run(machine, 1_000_000);
    expect(state(machine)).toBe(CS_STATE.EMPTY);
    expect(tasks(machine)).toBe(40);
    expect([0, 2, 16, 18].map((core) => machine.csf.counters('shader', core).at(-1)! > 5)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(word(machine, 0)).toBe(640);
    // Instructions, warps, loads, stores: 8 instructions a warp, an atomic is a load and a store.
    const sums = [1, 2, 3, 4].map((i) => [0, 2, 16, 18].reduce((n, c) => n + machine.csf.counters('shader', c)[i]!, 0));
    expect(sums).toEqual([40 * 8, 40, 40, 80]);
    expect(Array.from({ length: 640 }, (_, n) => word(machine, 16 + n))).toEqual(
      Array.from({ length: 640 }, (_, n) => n),
    );
  });

  it('go on from a snapshot at any moment, in this machine or another', () => {
    const loop = COUNT.replace(
      'NOP.end',
      `IADD_IMM.i32 r6, 0x0, #0x20000
      again:
        IADD_IMM.i32 r6, r6, #0xFFFFFFFF
        CSEL.u32.eq r7, r6, 0x0, 0x0, 0xFFFFFFFF
        BRANCHZ r7, again
        ATOM1_RETURN.i32.slot0.ainc @, u0, offset:0x4
        NOP.end`,
    );
    const length = 4_000_000;
    const whole = dispatch(loop, 3);
    const from = whole.clock.now;
    run(whole, length);
    expect([state(whole), word(whole, 1)]).toEqual([CS_STATE.EMPTY, 48]);
    const cut = dispatch(loop, 3);
    const other = smallMachine({ csf: createGpuCores });
    while (cut.clock.now < from + length) {
      run(cut, Math.min(617_213, from + length - cut.clock.now));
      other.load(structuredClone(cut.save()));
      const handle = cut.snapshot();
      run(cut, 300_000);
      cut.restore(handle);
      cut.dropSnapshot(handle);
    }
    expect(cut.stateHash()).toBe(whole.stateHash());
    expect(other.stateHash()).toBe(whole.stateHash());
  });
});

describe('a watch', () => {
  it('stops the machine before any instruction and leaves no trace, also over a snapshot or in another machine', () => {
    const whole = dispatch(COUNT, 10);
    const from = whole.clock.now;
    run(whole, 1_000_000);
    const machine = dispatch(COUNT, 10);
    const other = smallMachine({ csf: createGpuCores });
    const stops: string[] = [];
    let passed = -1;
    const watch: ShaderWatch = (task, warp, pc, active, number) => {
      if (number === passed) return false;
      passed = number;
      stops.push(`${number} ${task.core} ${warp} ${(pc - CODE) / 8} ${active.toString(16)}`);
      return true;
    };
    machine.hooks.csf.shader = watch;
    for (let n = 0; n < 10 * 8; n++) {
      expect(machine.runUntil(from + 1_000_000)).toBe('pause');
      const { shaders } = machine.csf;
      expect([machine.csf.cut, shaders?.executed]).toEqual([true, n]);
      const [task] = shaders?.live() ?? [];
      // r4 holds the address of the item from the fifth instruction on.
      if (n === 4) expect(shaders?.registers(task!, 0).slice(4 * 16, 4 * 16 + 16)[15]).toBe(DATA + 4 * 15);
      if (n % 7 === 3) {
        const handle = machine.snapshot();
        run(machine, 10_000);
        machine.restore(handle);
        machine.dropSnapshot(handle);
        passed = n;
        stops.length = n + 1;
      }
      if (n === 37) other.load(structuredClone(machine.save()));
    }
    expect(stops[0]).toBe('0 0 0 0 ffff');
    expect(stops[9]).toMatch(/^9 \d+ 0 1 ffff$/);
    machine.hooks.csf.shader = undefined;
    run(machine, from + 1_000_000 - machine.clock.now);
    run(other, from + 1_000_000 - other.clock.now);
    expect(machine.stateHash()).toBe(whole.stateHash());
    expect(other.stateHash()).toBe(whole.stateHash());
  });

  it('is told of tasks, and where one failed', () => {
    const notes: TaskNote[] = [];
    const machine = dispatch(COUNT, 6);
    machine.hooks.csf.task = (note) => notes.push(note);
    run(machine, 1_000_000);
    expect(notes.filter((n) => n.what === 'begin').map((n) => n.box.x)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(notes.filter((n) => n.what === 'end')).toHaveLength(6);
    expect(notes[0]).toMatchObject({ cs: N, ctx: 0, number: 0, total: 6, code: CODE, command: PAGES.ring[0] + 8 * 8 });
    const bad = dispatch('NOP\nNOP\nBARRIER.slot0.wait', 1);
    bad.hooks.csf.task = (note) => notes.push(note);
    run(bad, 1_000_000);
    expect(notes.at(-1)).toMatchObject({
      what: 'fault',
      failure: { code: FAULT.INSTR_BARRIER_FAULT, pc: CODE + 16, warp: 0, active: 0xffff },
    });
  });
});

const fault = (machine: Machine): number => machine.csf.readStream(N, MCU_CS.CS_FAULT.offset) & 0xff;

describe('faults of shaders', () => {
  it('are those of the unit COMPUTE in the MMU', () => {
    const machine = dispatch(
      'IADD_IMM.i32 r1, 0x0, #0x10000\nMOV.i32 r0, 0x1000000\nSTORE.i32.slot0 @r2, r0, offset:4\nNOP.end',
      4,
    );
    run(machine, 1_000_000);
    const { AS_FAULTSTATUS, AS_FAULTADDRESS } = MMU_CONTROL;
    expect(unpackFaultStatus(machine.hostRead(AS_FAULTSTATUS.at(AS).offset))).toMatchObject({
      exception: FAULT.ADDR_SIZE_FAULT_IN,
      access: 3,
      sourceId: sourceId(UNIT.COMPUTE, N),
    });
    expect(machine.hostRead(AS_FAULTADDRESS.at(AS).offset)).toBe(0x0100_0004);
    expect(machine.irq('mmu')).toBe(true);
  });

  it('end the job and tell where', () => {
    const machine = dispatch('NOP\nNOP', 4);
    run(machine, 1_000_000);
    expect(fault(machine)).toBe(FAULT.INSTR_INVALID_ENC);
    const info = machine.csf.readStream(N, MCU_CS.CS_FAULT_INFO.offset);
    expect(info).toBe(CODE + 16);
    const nowhere = dispatch('NOP.end', 1, 0x5000_0000);
    run(nowhere, 1_000_000);
    expect(fault(nowhere)).toBe(FAULT.INSTR_INVALID_PC);
    const noShader = dispatch('NOP.end', 1);
    noShader.memory.write32(noShader.memory.base + SPD_PA, 0);
    run(noShader, 1_000_000);
    expect(fault(noShader)).toBe(FAULT.DATA_INVALID_FAULT);
  });
});

describe('programs that never end', () => {
  it('let seconds of virtual time pass soon, and leave at a reset', () => {
    const machine = dispatch('loop: IADD_IMM.i32 r0, r0, #0x1\nBRANCHZ.eq 0x0, loop', 1);
    run(machine, 6_000_000_000);
    // Six seconds are over a thousand million cycles.
    expect(machine.csf.counters('shader', 0)[1]).toBeLessThan(8_000_000);
    expect(machine.csf.busy).toBe(true);
    machine.csf.writeStream(N, MCU_CS.CS_CMD.offset, CS_CMD.RESET);
    run(machine, 1_000_000);
    expect(machine.csf.busy).toBe(false);
    expect(machine.idle).toBe(true);
  });
});
