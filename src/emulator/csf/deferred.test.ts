import { describe, expect, it } from 'vitest';
import { CS_REASON, CS_STATE } from '../../spec/registers/mcu-private.ts';
import { Bench, i, ManualUnit } from './testing.ts';

const OBJECT = 0x1000_0000;

function bench(): { b: Bench; unit: ManualUnit } {
  const b = new Bench();
  const unit = new ManualUnit();
  b.csf.registerUnit(0, unit);
  b.powerUp();
  b.mmu.map(OBJECT, 0x1000);
  return { b, unit };
}

/** d64 = object, d66 = 1, one work-group on scoreboard entry `entry`. */
const prologue = (entry: number): readonly bigint[] => [
  i('SET_SB_ENTRY', { endpoint_entry: entry }),
  i('MOVE48', { destination: 64, immediate: OBJECT }),
  i('MOVE48', { destination: 66, immediate: 1 }),
  ...[37, 38, 39].map((destination) => i('MOVE32', { destination, immediate: 1 })),
];
const runOne = i('RUN_COMPUTE', { task_increment: 1 });
const add = (offset: number, wait_mask: number, signal_slot: number): readonly bigint[] => [
  i('ADD_IMM64', { destination: 70, source: 64, immediate: offset }),
  i('SYNC_ADD64', { address: 70, data: 66, scope: 2, wait_mask, signal_slot }),
];

describe('scoreboard', () => {
  it('WAIT stalls until the job of the entry ended', () => {
    const { b, unit } = bench();
    b.startRing(0, [
      ...prologue(3),
      runOne,
      i('WAIT', { wait_mask: 0xf7 }),
      i('MOVE32', { destination: 80, immediate: 1 }),
      i('WAIT', { wait_mask: 8 }),
      i('MOVE32', { destination: 81, immediate: 1 }),
    ]);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.SB_WAIT);
    expect(b.field(0, 'CS_WAIT', 'sb_mask')).toBe(8);
    expect([b.get(0, 'CS_SB_BUSY'), b.get(0, 'CS_SB', 3)]).toEqual([8, 1]);
    expect([b.get(0, 'CS_REG', 80), b.get(0, 'CS_REG', 81)]).toEqual([1, 0]);
    expect(b.csf.busy).toBe(true);
    unit.port?.done(0);
    b.run();
    expect(b.get(0, 'CS_REG', 81)).toBe(1);
    expect(b.get(0, 'CS_SB_BUSY')).toBe(0);
    expect(b.event(0, 'QUIET')).toBe(true);
  });

  it('samples staging registers at issue and blocks the third job of a class', () => {
    const { b, unit } = bench();
    const move = (immediate: number): bigint => i('MOVE32', { destination: 20, immediate });
    b.startRing(0, [...prologue(3), move(1), runOne, move(2), runOne, move(3), runOne, move(4)]);
    b.run();
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.RESOURCE);
    expect(b.event(0, 'QUIET')).toBe(false);
    expect([b.get(0, 'JOB_REG', 0, 20), b.get(0, 'JOB_REG', 1, 20)]).toEqual([1, 2]);
    expect(unit.started).toHaveLength(1); // in order: the second waits for the first
    unit.port?.done(0);
    b.run();
    expect(b.get(0, 'JOB_REG', 0, 20)).toBe(3);
    expect(b.get(0, 'CS_REG', 20)).toBe(4);
  });
});

describe('deferred operations', () => {
  it('wait for what was outstanding at issue only, and hold their entry meanwhile', () => {
    const { b, unit } = bench();
    b.startRing(0, [...prologue(3), runOne, ...add(0, 8, 1), runOne]);
    b.run();
    expect(b.word(OBJECT)).toBe(0);
    expect([b.get(0, 'CS_SB', 3), b.get(0, 'CS_SB', 1)]).toEqual([2, 1]);
    expect(b.field(0, 'CS_STATUS', 'defer')).toBe(1);
    unit.port?.done(0);
    b.run();
    // The second job, issued later on the same entry, does not count.
    expect(b.word(OBJECT)).toBe(1);
    expect([b.get(0, 'CS_SB', 3), b.get(0, 'CS_SB', 1)]).toEqual([1, 0]);
  });

  it('sample operands at issue and keep program order among equals', () => {
    const { b, unit } = bench();
    const set = (immediate: number): readonly bigint[] => [
      i('MOVE32', { destination: 74, immediate }),
      i('SYNC_SET32', { address: 64, data: 74, scope: 2, wait_mask: 8, signal_slot: 1 }),
    ];
    b.startRing(0, [...prologue(3), runOne, ...set(5), ...set(6), ...set(7), i('MOVE32', { destination: 74 })]);
    b.run();
    unit.port?.done(0);
    b.run();
    expect(b.word(OBJECT)).toBe(7);
    expect(b.get(0, 'CS_SB_BUSY')).toBe(0);
  });

  it('chain on each other', () => {
    const { b, unit } = bench();
    b.startRing(0, [...prologue(3), runOne, ...add(0, 8, 1), ...add(16, 2, 2), ...add(32, 4, 1)]);
    b.run();
    expect([0, 16, 32].map((o) => b.word(OBJECT + o))).toEqual([0, 0, 0]);
    unit.port?.done(0);
    b.run();
    expect([0, 16, 32].map((o) => b.word(OBJECT + o))).toEqual([1, 1, 1]);
  });

  it('act at once when nothing is outstanding, and block the stream when all 12 entries are taken', () => {
    const { b, unit } = bench();
    const many = Array.from({ length: 13 }, () => add(0, 8, 1)).flat();
    b.startRing(0, [...prologue(3), ...add(16, 8, 1), runOne, ...many]);
    b.run();
    expect(b.word(OBJECT + 16)).toBe(1);
    expect(b.field(0, 'CS_STATUS', 'reason')).toBe(CS_REASON.DEFERRED);
    expect(b.field(0, 'CS_STATUS', 'defer')).toBe(12);
    unit.port?.done(0);
    b.run();
    expect(b.word(OBJECT)).toBe(13);
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
  });

  it('flush once the entries are idle, skip a flush that newer ones made needless', () => {
    const { b, unit } = bench();
    b.caches.flushId = 100;
    const flush = (id: number, wait_mask: number, signal_slot: number): readonly bigint[] => [
      i('MOVE32', { destination: 74, immediate: id }),
      i('FLUSH_CACHE2', { l2_flush_mode: 3, latest_flush_id: 74, wait_mask, signal_slot }),
    ];
    b.startRing(0, [...prologue(3), runOne, ...flush(99, 0, 0), ...flush(0, 8, 2), i('WAIT', { wait_mask: 4 })]);
    b.run();
    expect(b.caches.flushId).toBe(100);
    unit.port?.done(0);
    expect([b.caches.flushId, b.get(0, 'CS_SB', 2)]).toEqual([101, 1]);
    b.run();
    expect(b.get(0, 'CS_SB_BUSY')).toBe(0);
    expect(b.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
  });
});

describe('heap operations', () => {
  it('bump counters and append chunk lists to the free list', () => {
    const b = new Bench();
    const heap = OBJECT;
    const chunk = (n: number): number => OBJECT + 0x10_0000 * (n + 1);
    b.mmu.map(heap, 0x1000);
    for (let n = 0; n < 3; n++) b.mmu.map(chunk(n), 0x1000);
    const link = (n: number): number => chunk(n) + 0x80;
    const finish = (first: number, last: number, end: number): readonly bigint[] => [
      i('MOVE48', { destination: 10, immediate: first }),
      i('MOVE48', { destination: 12, immediate: last }),
      i('FINISH_FRAGMENT', { first_heap_chunk: 10, last_heap_chunk: 12, increment_fragment_completed: end }),
    ];
    b.poke(chunk(1), link(2));
    b.startRing(0, [
      i('MOVE48', { destination: 0, immediate: heap }),
      i('HEAP_SET', { address: 0 }),
      i('HEAP_OPERATION', { operation: 0 }),
      i('HEAP_OPERATION', { operation: 0 }),
      i('HEAP_OPERATION', { operation: 1 }),
      ...finish(link(0), link(0), 1),
      ...finish(0, 0, 0),
      ...finish(link(1), link(2), 0),
    ]);
    b.run();
    expect([8, 12, 16].map((o) => b.word(heap + o))).toEqual([2, 1, 1]);
    expect(b.word(heap)).toBe(link(0));
    expect(b.word(chunk(0))).toBe(link(1));
    expect(b.word(chunk(1))).toBe(link(2));
    expect(b.word(chunk(2))).toBe(0);
    expect(b.word(heap + 24)).toBe(link(2));
    expect(b.event(0, 'HEAP_FREE')).toBe(true);
  });
});
