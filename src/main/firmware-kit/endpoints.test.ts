/** The reference firmware on the emulated machine: endpoint limits, masks, priorities, cores given and taken. */
import { describe, expect, it } from 'vitest';
import * as fw from '../../spec/firmware/interface.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { DATA, MS, setSync, SUSPEND_BUF, started } from './testing.ts';
import type { Rig } from './testing.ts';

const ALL_CORES = 0x5_0005;
const COMPUTE = 0;
const TILER = 2;

/** A compute job of eight tasks, one workgroup each, and a wait for it. */
const eightTasks = [
  ['REQ_RESOURCE', { compute: 1 }],
  ['SET_SB_ENTRY', { endpoint_entry: 3 }],
  ['MOVE32', { destination: 37, immediate: 8 }],
  ['MOVE32', { destination: 38, immediate: 1 }],
  ['MOVE32', { destination: 39, immediate: 1 }],
  ['RUN_COMPUTE', { task_increment: 1 }],
  ['WAIT', { wait_mask: 8 }],
] as const;

/** Slot 0 takes other endpoints while it runs. */
function configure(rig: Rig, endpoints: Readonly<Record<string, number>>, allow = ALL_CORES, slot = 0): void {
  rig.set(fw.CSG_INPUT.ENDPOINT_REQ, fw.CSG_INPUT.ENDPOINT_REQ.encode(endpoints), slot);
  rig.set(fw.CSG_INPUT.ALLOW_COMPUTE, allow, slot);
  const bit = fw.requestMask(fw.CSG_REQ, 'ENDPOINT_CONFIG');
  rig.set(fw.CSG_INPUT.REQ, rig.get(fw.CSG_INPUT.REQ, slot) ^ bit, slot);
  rig.ringGroup(slot, 0);
  expect(rig.pending(slot) & bit).toBe(0);
}

/** Cores with a task now. */
const busy = (rig: Rig, cls: 0 | 2 = COMPUTE): number[] =>
  rig.units[cls].started.map((t) => t.core).toSorted((a, b) => a - b);

/** Ends all tasks that have begun; returns the cores they were on. */
function finish(rig: Rig): number[] {
  const begun = rig.units[COMPUTE].started.splice(0);
  for (const { core } of begun) rig.units[COMPUTE].port?.done(core);
  rig.run(MS);
  return begun.map((t) => t.core);
}

function runAll(rig: Rig): void {
  for (let round = 0; round < 20 && finish(rig).length > 0; round++);
}

describe('endpoints', () => {
  it('a job takes no more cores than its group may use, and all tasks run', () => {
    const rig = started();
    configure(rig, { compute: 2, fragment: 4, tiler: 1, priority: 7 });
    rig.submit(0, [...eightTasks, ...setSync(DATA, 1)]);
    rig.ring(1);
    expect(busy(rig)).toHaveLength(2);
    expect(
      fw.CSG_OUTPUT.STATUS_ENDPOINT_CURRENT.get('compute', statusOf(rig, fw.CSG_OUTPUT.STATUS_ENDPOINT_CURRENT)),
    ).toBe(2);
    runAll(rig);
    expect(rig.vm.get(DATA)).toBe(1);
  });

  it('only cores of the mask are used, and a mask without cores in use starves until it is widened', () => {
    const rig = started();
    configure(rig, { compute: 4, fragment: 4, tiler: 1, priority: 7 }, 0x1_0000);
    rig.submit(0, [...eightTasks, ...setSync(DATA, 1)]);
    rig.ring(1);
    expect(busy(rig)).toEqual([16]);
    configure(rig, { compute: 4, fragment: 4, tiler: 1, priority: 7 });
    expect(busy(rig)).toEqual([0, 2, 16, 18]);
    runAll(rig);
    expect(rig.vm.get(DATA)).toBe(1);
  });

  it('the group of higher priority gets the cores that come free', () => {
    const rig = started();
    configure(rig, { compute: 4, fragment: 4, tiler: 1, priority: 1 });
    rig.submit(0, eightTasks);
    rig.ring(1);
    expect(busy(rig)).toHaveLength(4);
    // A second group with its own queue, more urgent.
    rig.program(1, 0);
    second(rig);
    rig.request(1, 'START', 2);
    configure(rig, { compute: 4, fragment: 4, tiler: 1, priority: 12 }, ALL_CORES, 1);
    const before = rig.units[COMPUTE].started.splice(0);
    for (const { core } of before) rig.units[COMPUTE].port?.done(core);
    rig.run(1000);
    const owners = rig.units[COMPUTE].started.map((t) => Math.floor(t.cs / 8));
    expect(owners).toEqual([1, 1, 1, 1]);
    runAll(rig);
    expect(rig.odd).toEqual([]);
  });
});

/** Queue 1 of the rings belongs to slot 1. */
function second(rig: Rig): void {
  const place = [1, 1] as const;
  rig.set(fw.CS_INPUT.REQ, fw.CS_INPUT.REQ.encode({ STATE: 'START' }), ...place);
  rig.set(fw.CS_INPUT.CONFIG, fw.CS_INPUT.CONFIG.encode({ priority: 3, doorbell: 2 }), ...place);
  rig.set(fw.CS_INPUT.RINGBUF_BASE, 0x1000_1000, ...place);
  rig.set(fw.CS_INPUT.RINGBUF_SIZE, 0x1000, ...place);
  rig.set(fw.CS_INPUT.RINGBUF_INPUT, rig.word(fw.QUEUE_INPUT.INSERT, 1, 1), ...place);
  rig.set(fw.CS_INPUT.RINGBUF_OUTPUT, rig.word(fw.QUEUE_OUTPUT.EXTRACT, 1, 1), ...place);
  rig.set(fw.CSG_INPUT.SUSPEND_BUF, SUSPEND_BUF, 1);
  rig.submit(1, eightTasks);
}

/** A status word after STATUS_UPDATE. */
function statusOf(rig: Rig, register: typeof fw.CSG_OUTPUT.STATUS_ENDPOINT_CURRENT): number {
  const bit = fw.requestMask(fw.CSG_REQ, 'STATUS_UPDATE');
  rig.set(fw.CSG_INPUT.REQ, rig.get(fw.CSG_INPUT.REQ) ^ bit);
  rig.ringGroup(0, 0);
  return rig.get(register);
}

describe('global requests', () => {
  it('counters: the host sees the cycle counter run while COUNTER_EN is set, and stand still without it', () => {
    const rig = started();
    const { GPU_CYCLE_COUNT: count } = GPU_CONTROL;
    const moves = (): boolean => {
      const before = rig.in(count);
      rig.run(MS);
      return rig.in(count) !== before;
    };
    const bit = fw.requestMask(fw.GLB_REQ, 'COUNTER_EN');
    expect(moves()).toBe(true);
    rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) & ~bit);
    rig.ring(0);
    expect(rig.get(fw.GLB_OUTPUT.ACK) & bit).toBe(0);
    expect(moves()).toBe(false);
    rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) | bit);
    rig.ring(0);
    expect(rig.get(fw.GLB_OUTPUT.ACK) & bit).toBe(bit);
    expect(moves()).toBe(true);
  });

  it('CFG_ALLOC_EN takes cores from everybody', () => {
    const rig = started();
    rig.set(fw.GLB_INPUT.CORE_EN_MASK, 0x4);
    rig.set(fw.GLB_INPUT.REQ, rig.get(fw.GLB_INPUT.REQ) ^ fw.requestMask(fw.GLB_REQ, 'CFG_ALLOC_EN'));
    rig.ring(0);
    rig.submit(0, [...eightTasks, ...setSync(DATA, 1)]);
    rig.ring(1);
    expect(busy(rig)).toEqual([2]);
    runAll(rig);
    expect(rig.vm.get(DATA)).toBe(1);
  });

  it('the power-off timer leaves a tiler that works on, and takes it when it rests', () => {
    const rig = started();
    rig.submit(0, [
      ['REQ_RESOURCE', { tiler: 1, idvs: 1 }],
      ['SET_SB_ENTRY', { endpoint_entry: 3 }],
      ['MOVE32', { destination: 33, immediate: 3 }],
      ['MOVE32', { destination: 34, immediate: 1 }],
      ['RUN_IDVS', {}],
      ['WAIT', { wait_mask: 8 }],
      ...setSync(DATA, 1),
    ]);
    rig.ring(1);
    expect(busy(rig, TILER)).toHaveLength(1);
    rig.run(30 * MS);
    expect(rig.in(GPU_POWER.TILER_READY)).toBe(1);
    const [task] = rig.units[TILER].started.splice(0);
    if (task !== undefined) rig.units[TILER].port?.done(task.core);
    rig.run(MS);
    expect(rig.vm.get(DATA)).toBe(1);
    rig.run(30 * MS);
    expect(rig.in(GPU_POWER.TILER_READY)).toBe(0);
    expect(rig.odd).toEqual([]);
  });
});
