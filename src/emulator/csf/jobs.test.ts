import { describe, expect, it } from 'vitest';
import { FAULT } from '../../spec/faults.ts';
import { CS_REASON, CS_STATE, JOB_STATE } from '../../spec/registers/mcu-private.ts';
import { TILER_CORE } from './choices.ts';
import { Bench, i, ManualUnit } from './testing.ts';

const HEAP = 0x1000_0000;
const CODE = 0x2000_0000;
const FAULT_BIT = 1 << 5;

/** Cores that started a task since the last call, and for which stream. */
function taken(unit: ManualUnit): readonly (readonly [cs: number, task: number, core: number])[] {
  return unit.started.splice(0).map(({ cs, task, core }) => [cs, task, core] as const);
}

function bench(): { b: Bench; compute: ManualUnit; fragment: ManualUnit; tiler: ManualUnit } {
  const b = new Bench();
  const [compute, fragment, tiler] = [new ManualUnit(), new ManualUnit(), new ManualUnit()];
  [compute, fragment, tiler].forEach((unit, cls) => b.csf.registerUnit(cls as 0 | 1 | 2, unit));
  b.powerUp();
  return { b, compute, fragment, tiler };
}

/** A compute job of `groups` tasks on scoreboard entry 3. */
const job = (groups: number): readonly bigint[] => [
  i('SET_SB_ENTRY', { endpoint_entry: 3 }),
  i('MOVE32', { destination: 37, immediate: groups }),
  i('MOVE32', { destination: 38, immediate: 1 }),
  i('MOVE32', { destination: 39, immediate: 1 }),
  i('RUN_COMPUTE', { task_increment: 1 }),
];

describe('iterators', () => {
  it('give tasks to free cores in order, count them, and end the job with the last', () => {
    const { b, compute } = bench();
    b.startRing(0, [...job(6), i('WAIT', { wait_mask: 8 })]);
    b.run();
    expect(taken(compute)).toEqual([0, 1, 2, 3].map((k) => [0, k, k]));
    expect(b.getControl('EP_CORES')).toBe(0xf);
    expect(b.getControl('CSG_EP_CURRENT', 0) & 0xff).toBe(4);
    expect(b.get(0, 'JOB_NEXT', 0)).toBe(4);
    compute.port?.done(2);
    compute.port?.done(0);
    expect(taken(compute)).toEqual([
      [0, 4, 2],
      [0, 5, 0],
    ]);
    for (const core of [0, 1, 2]) compute.port?.done(core);
    expect(b.event(0, 'JOB_DONE')).toBe(false);
    compute.port?.done(3);
    b.run();
    expect(b.event(0, 'JOB_DONE')).toBe(true);
    expect(b.getControl('CSG_TASKS', 0, 0)).toBe(6);
    expect(b.getControl('EP_EVENT') & 7).toBe(1);
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
    expect(b.csf.counters('shader', 2)[5]).toBe(2);
  });

  it('respect mask, limit and power', () => {
    const { b, compute } = bench();
    b.setControl('CSG_EP_COMPUTE', 0b1110, 0);
    b.setControl('CSG_EP_LIMIT', 2, 0);
    b.power.set(0b1010, true);
    b.startRing(0, job(9));
    b.run();
    expect(taken(compute).map((t) => t[2])).toEqual([1, 3]);
    b.power.set(0b1111, true);
    expect(taken(compute)).toEqual([]); // the limit holds
    b.setControl('CSG_EP_LIMIT', 9, 0);
    expect(taken(compute).map((t) => t[2])).toEqual([2]);
    b.power.set(0b0001, true);
    compute.port?.done(1);
    expect(taken(compute)).toEqual([]);
    expect(b.getControl('EP_EVENT') >>> 4).toBe(1); // starved: the last usable core went
  });

  it('tell when a job comes and no allowed core is on', () => {
    const { b, compute } = bench();
    b.setControl('EP_MASK', 0x77);
    b.power.set(0, false);
    b.startRing(0, job(1));
    b.run();
    expect(b.getControl('EP_EVENT')).toBe(0x10);
    expect(b.lines[3]).toBe(1);
    b.setControl('EP_EVENT', 0x10);
    expect(b.lines[3]).toBe(0);
    b.power.set(1, false);
    expect(taken(compute)).toHaveLength(1);
  });

  it('prefer groups, then streams, by priority at each task boundary', () => {
    const { b, compute, fragment } = bench();
    b.power.set(1, true);
    b.startRing(0, job(3));
    b.run();
    b.setControl('CSG_EP_LIMIT', 0x2001_0404, 1);
    b.set(10, 'CS_PRIO', 3);
    b.startRing(9, job(1));
    b.startRing(10, [i('MOVE32', { destination: 43, immediate: 0 }), i('RUN_FRAGMENT')]);
    b.run();
    expect(taken(compute)).toEqual([[0, 0, 0]]);
    compute.port?.done(0);
    expect(taken(fragment)).toEqual([[10, 0, 0]]);
    fragment.port?.done(0);
    expect(taken(compute)).toEqual([[9, 0, 0]]);
    compute.port?.done(0);
    expect(taken(compute)).toEqual([[0, 1, 0]]);
  });

  it('complete an empty grid at once and refuse a senseless split', () => {
    const { b } = bench();
    b.startRing(0, [...job(0), i('WAIT', { wait_mask: 8 })]);
    b.startRing(1, [...job(1).slice(0, 4), i('RUN_COMPUTE', { task_increment: 0 })]);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
    expect(b.get(1, 'CS_FAULT') & 0xff).toBe(FAULT.DATA_INVALID_FAULT);
    expect(b.get(1, 'CS_SB_BUSY')).toBe(0);
  });
});

describe('faults of jobs', () => {
  it('kill the job, count its entry down and set the error state', () => {
    const { b, compute } = bench();
    b.startRing(0, [...job(4), i('WAIT', { wait_mask: 8 }), i('NOP')]);
    b.run();
    compute.port?.fault(1, { code: FAULT.INSTR_INVALID_ENC, info: 0xabcd_0000_1234 });
    expect(compute.dropped).toEqual([0, 2, 3]);
    b.run();
    expect(b.get(0, 'CS_FAULT')).toBe((((4 << 12) << 8) | FAULT.INSTR_INVALID_ENC) >>> 0);
    expect(b.get(0, 'CS_FAULT_INFO')).toBe(0xabcd_0000_1234);
    expect(b.get(0, 'CS_FAULT_EXTRACT')).toBe(32);
    expect(b.get(0, 'CS_ERROR')).toBe(FAULT.INSTR_INVALID_ENC);
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
    // A report from a core without a task is nothing.
    compute.port?.done(0);
    compute.port?.fault(0, { code: 0x50, info: 0 });
    expect(b.get(0, 'CS_FAULT') & 0xff).toBe(FAULT.INSTR_INVALID_ENC);
  });

  it('wait as FAULTED while an earlier report was not taken', () => {
    const { b, compute, fragment } = bench();
    b.startRing(0, [...job(1), i('RUN_FRAGMENT'), i('WAIT', { wait_mask: 8 })]);
    b.run();
    const core = fragment.started[0]?.core ?? -1;
    compute.port?.fault(0, { code: FAULT.KABOOM, info: 1 });
    fragment.port?.fault(core, { code: FAULT.TILE_RANGE_FAULT, info: 2 });
    b.run();
    expect(b.get(0, 'CS_FAULT') & 0xff).toBe(FAULT.KABOOM);
    expect((b.get(0, 'JOB_CTRL', 2) >>> 16) & 15).toBe(JOB_STATE.FAULTED);
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.SB_WAIT);
    b.clear(0, FAULT_BIT);
    b.run();
    expect(b.get(0, 'CS_FAULT') & 0xff).toBe(FAULT.TILE_RANGE_FAULT);
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
  });

  it('RESET drops tasks on cores at once', () => {
    const { b, compute } = bench();
    b.startRing(0, job(9));
    b.run();
    b.startRing(1, job(9));
    b.run();
    taken(compute);
    b.command(0, 'RESET');
    expect(compute.dropped).toEqual([0, 1, 2, 3]);
    expect(taken(compute).map((t) => t[0])).toEqual([1, 1, 1, 1]);
    b.csf.reset();
    expect(b.csf.busy).toBe(false);
    expect(b.run()).toBe(0);
  });
});

describe('tiler out of memory', () => {
  /** Stream 0 tiles; stream 1 waits for it with a handler installed. */
  function tiling(): { b: Bench; tiler: ManualUnit } {
    const { b, tiler } = bench();
    b.mmu.map(HEAP, 0x2000);
    b.poke(HEAP + 8, 5, 4, 3);
    const handler = [
      i('ADD_IMM32', { destination: 20, source: 20, immediate: 1 }),
      i('MOVE48', { destination: 22, immediate: CODE + 0x100 }),
      i('MOVE32', { destination: 24, immediate: 8 }),
      i('CALL', { address: 22, length: 24 }),
    ];
    b.program(CODE, handler);
    b.program(CODE + 0x100, [i('ADD_IMM32', { destination: 21, source: 21, immediate: 1 })]);
    b.startRing(0, [
      i('MOVE48', { destination: 0, immediate: HEAP }),
      i('HEAP_SET', { address: 0 }),
      i('RUN_IDVS', { malloc_enable: 1 }),
      i('WAIT', { wait_mask: 0xff }),
    ]);
    b.startRing(1, [
      i('MOVE48', { destination: 0, immediate: CODE }),
      i('MOVE32', { destination: 2, immediate: 32 }),
      i('SET_EXCEPTION_HANDLER', { exception_type: 2, address: 0, length: 2 }),
      i('MOVE48', { destination: 4, immediate: HEAP + 0x1000 }),
      i('SYNC_WAIT64', { address: 4, data: 6, condition: 1 }),
      i('MOVE32', { destination: 30, immediate: 1 }),
    ]);
    b.run();
    tiler.port?.outOfMemory(TILER_CORE);
    b.run();
    return { b, tiler };
  }

  it('latches the heap, waits, and retries the batch with the chunks it was given', () => {
    const { b, tiler } = tiling();
    expect(b.event(0, 'TILER_OOM')).toBe(true);
    expect(b.get(0, 'CS_OOM_HEAP')).toBe(HEAP);
    expect([b.get(0, 'CS_OOM_VT_START'), b.get(0, 'CS_OOM_VT_END'), b.get(0, 'CS_OOM_FRAG_END')]).toEqual([5, 4, 3]);
    expect(b.get(0, 'JOB_NEXT', 4)).toBe(0);
    expect(tiler.started).toHaveLength(1);
    b.mmu.map(0x3000_0000, 0x1000);
    b.set(0, 'CS_HEAP_FIRST', 0x3000_0080);
    b.set(0, 'CS_HEAP_LAST', 0x3000_0080);
    b.command(0, 'OOM_RETRY');
    b.run();
    expect(b.word(HEAP)).toBe(0x3000_0080);
    expect(b.get(0, 'CS_HEAP_FIRST')).toBe(0);
    expect(tiler.started).toHaveLength(2);
    tiler.port?.done(TILER_CORE);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
  });

  it('runs the handler of a blocked stream, which blocks again afterwards', () => {
    const { b } = tiling();
    b.clear(1, 0xffff);
    b.command(1, 'EXCEPTION', 2);
    b.run();
    expect(b.event(1, 'EXC_DONE') && b.event(1, 'CMD_DONE')).toBe(true);
    expect([20, 21, 30].map((r) => b.get(1, 'CS_REG', r))).toEqual([1, 1, 0]);
    expect(b.field(1, 'CS_STATUS', 'reason')).toBe(CS_REASON.SYNC_WAIT);
    expect(b.get(1, 'CS_DEPTH')).toBe(0);
    b.poke(HEAP + 0x1000, 1);
    b.setControl('CS_KICK', 1);
    b.run();
    expect(b.get(1, 'CS_REG', 30)).toBe(1);
    expect(b.get(1, 'CS_EXTRACT')).toBe(48);
  });

  it('refuses EXCEPTION without a handler or while one runs', () => {
    const { b } = tiling();
    b.command(0, 'EXCEPTION', 2);
    expect(b.field(0, 'CS_STATUS', 'refused')).toBe(1);
    expect(b.event(0, 'CMD_DONE')).toBe(true);
    b.command(1, 'EXCEPTION', 2);
    expect(b.field(1, 'CS_STATUS', 'refused')).toBe(0);
    b.command(1, 'STOP'); // busy
    expect(b.field(1, 'CS_STATUS', 'refused')).toBe(1);
    while (b.field(1, 'CS_STATUS', 'handler') === 0) b.step(1);
    b.command(1, 'EXCEPTION', 2);
    expect(b.field(1, 'CS_STATUS', 'refused')).toBe(1);
  });

  it('keeps the wait over a suspend and raises it anew at START', () => {
    const { b } = tiling();
    for (const command of ['STOP', 'PREEMPT'] as const) {
      b.command(0, command);
      b.run();
    }
    b.clear(0, 0xffff);
    b.command(0, 'OOM_RETRY');
    b.run();
    expect((b.get(0, 'JOB_CTRL', 4) >>> 16) & 15).toBe(JOB_STATE.PREEMPTED);
    b.set(0, 'JOB_CTRL', (b.get(0, 'JOB_CTRL', 4) & ~0xf_0000) | (JOB_STATE.OOM_WAIT << 16), 4);
    b.command(0, 'START');
    b.run();
    expect(b.event(0, 'TILER_OOM')).toBe(true);
  });
});

describe('resources', () => {
  it('REQ_RESOURCE blocks until granted, auto needs no firmware', () => {
    const b = new Bench();
    const words = [
      i('REQ_RESOURCE', { compute: 1, tiler: 1 }),
      i('MOVE32', { destination: 1, immediate: 1 }),
      i('REQ_RESOURCE'),
    ];
    b.startRing(0, words);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.RESOURCE);
    expect(b.event(0, 'RESOURCE') && b.event(0, 'QUIET')).toBe(true);
    b.set(0, 'CS_RES_GRANT', 1);
    b.run();
    expect(b.get(0, 'CS_REG', 1)).toBe(0);
    b.set(0, 'CS_RES_GRANT', 0xf);
    expect(b.get(0, 'CS_RES_GRANT')).toBe(5);
    b.run();
    expect(b.get(0, 'CS_REG', 1)).toBe(1);
    expect(b.get(0, 'CS_RES_GRANT')).toBe(0);
    b.setControl('CSG_CTRL', 0x0500, 1);
    b.startRing(8, words);
    b.run();
    expect(b.event(8, 'RESOURCE')).toBe(false);
    expect(b.get(8, 'CS_REG', 1)).toBe(1);
  });

  it('TRACE_POINT holds until its event is cleared, PROT_REGION for good', () => {
    const b = new Bench();
    b.set(0, 'CS_MASK', 0xffff);
    b.startRing(0, [i('TRACE_POINT', { base_register: 4, register_count: 3 }), i('PROT_REGION', { size: 1 })]);
    b.set(0, 'CS_MASK', 0xffff);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.TRACE_HOLD);
    expect(b.get(0, 'CS_TRACE')).toBe(0x304);
    b.clear(0, 1 << 10);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.PROTM);
    expect(b.event(0, 'PROTM') && b.event(0, 'QUIET')).toBe(true);
    expect(b.get(0, 'CS_EXTRACT')).toBe(8);
  });
});
