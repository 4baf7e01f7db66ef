/**
 * Suspend and resume through the interface alone: STOP, PREEMPT, save registers, RESET, load them in another group
 * slot, START. However often and wherever that happens, the end is that of an undisturbed run.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Register } from '../../spec/registers/define.ts';
import { CS_STATE, MCU_CS } from '../../spec/registers/mcu-private.ts';
import { Bench, i } from './testing.ts';

const MEMORY = 0x1000_0000;
const CODE = 0x2000_0000;
const STREAMS = 3;
const ROUNDS = 6;
const CSG = { scope: 2 };

/** Everything the firmware saves: what is writable while STOPPED, and the plain registers that go with it. */
const SAVED = Object.values<Register>(MCU_CS)
  .filter((r) => r.init.access === 'RW' && r.key !== 'CS_MASK')
  .flatMap((r) => r.elements());

function saveStream(b: Bench, n: number): readonly number[] {
  return SAVED.flatMap((r) => {
    const lo = b.csf.readStream(n, r.offset);
    return r.width === 64 ? [lo, b.csf.readStream(n, r.offset + 4)] : [lo];
  });
}

function loadStream(b: Bench, n: number, words: readonly number[]): void {
  let at = 0;
  for (const r of SAVED) {
    b.csf.writeStream(n, r.offset, words[at++]!);
    if (r.width === 64) b.csf.writeStream(n, r.offset + 4, words[at++]!);
  }
}

/** Stream 0: jobs, deferred signals, memory loops in nested calls. 1 follows its signals. 2 tiles and renders. */
function programs(b: Bench): readonly (readonly bigint[])[] {
  const leaf = CODE + 0x1000;
  const leafWords = [
    i('LOAD_MULTIPLE', { base_register: 80, mask: 3, address: 64, offset: 64 }),
    i('WAIT', { wait_mask: 1 }),
    i('ADD_IMM32', { destination: 80, source: 80, immediate: 3 }),
    i('ADD_IMM32', { destination: 81, source: 80, immediate: 7 }),
    i('STORE_MULTIPLE', { base_register: 80, mask: 3, address: 64, offset: 64 }),
    i('WAIT', { wait_mask: 1 }),
    i('ADD_IMM32', { destination: 82, source: 82, immediate: -1 }),
    i('BRANCH', { value: 82, condition: 1, offset: -8 }),
  ];
  b.program(leaf, leafWords);
  const base = [i('MOVE48', { destination: 64, immediate: MEMORY }), i('MOVE48', { destination: 66, immediate: 1 })];
  const worker = CODE;
  const workerWords = [
    ...base,
    i('SET_SB_ENTRY', { endpoint_entry: 3 }),
    i('MOVE32', { destination: 37, immediate: 5 }),
    i('MOVE32', { destination: 38, immediate: 2 }),
    i('MOVE32', { destination: 39, immediate: 1 }),
    i('REQ_RESOURCE', { compute: 1 }),
    i('RUN_COMPUTE', { task_increment: 1 }),
    i('SYNC_ADD64', { address: 64, data: 66, ...CSG, wait_mask: 8, signal_slot: 1 }),
    i('FLUSH_CACHE2', { l2_flush_mode: 1, latest_flush_id: 4, wait_mask: 2, signal_slot: 2 }),
    i('MOVE32', { destination: 82, immediate: 9 }),
    i('MOVE48', { destination: 84, immediate: leaf }),
    i('MOVE32', { destination: 86, immediate: leafWords.length * 8 }),
    i('CALL', { address: 84, length: 86 }),
    i('WAIT', { wait_mask: 0xff }),
    i('ADD_IMM64', { destination: 88, source: 88, immediate: 1 }),
  ];
  b.program(worker, workerWords);
  const follower = CODE + 0x2000;
  const followerWords = [
    ...base,
    i('SYNC_WAIT64', { address: 64, data: 88, condition: 1 }),
    i('ADD_IMM64', { destination: 88, source: 88, immediate: 1 }),
    i('ADD_IMM64', { destination: 68, source: 64, immediate: 16 }),
    i('SYNC_ADD64', { address: 68, data: 88, ...CSG }),
  ];
  b.program(follower, followerWords);
  const render = CODE + 0x3000;
  const renderWords = [
    ...base,
    i('SET_SB_ENTRY', { endpoint_entry: 4 }),
    i('ADD_IMM64', { destination: 68, source: 64, immediate: 16 }),
    i('RUN_IDVS', { malloc_enable: 1 }),
    i('FINISH_TILING'),
    i('WAIT', { wait_mask: 16 }),
    i('MOVE32', { destination: 43, immediate: 0x3f_005f }),
    i('RUN_FRAGMENT', { progress_increment: 1 }),
    i('ADD_IMM64', { destination: 72, source: 64, immediate: 32 }),
    i('SYNC_ADD64', { address: 72, data: 66, ...CSG, wait_mask: 16, signal_slot: 1 }),
    i('SYNC_WAIT64', { address: 68, data: 90, condition: 1 }),
    i('ADD_IMM64', { destination: 90, source: 90, immediate: 1 }),
    i('WAIT', { wait_mask: 0xff }),
  ];
  b.program(render, renderWords);
  const ring = (va: number, count: number): readonly bigint[] => {
    // r88 and d90 keep the counts of the streams.
    return [
      i('MOVE48', { destination: 92, immediate: va }),
      i('MOVE32', { destination: 94, immediate: count * 8 }),
      i('CALL', { address: 92, length: 94 }),
    ];
  };
  return [
    [worker, workerWords.length],
    [follower, followerWords.length],
    [render, renderWords.length],
  ].map(([va, count]) => Array.from({ length: ROUNDS }, () => ring(va!, count!)).flat());
}

function build(): Bench {
  const b = new Bench();
  b.powerUp();
  b.mmu.map(MEMORY, 0x1000);
  programs(b).forEach((words, n) => b.startRing(n, words));
  return b;
}

/** Runs until a command of each stream has ended. */
function finish(b: Bench, first: number): void {
  const done = (): boolean => {
    for (let n = first; n < first + STREAMS; n++) if (b.field(n, 'CS_STATUS', 'busy') !== 0) return false;
    return true;
  };
  for (let k = 0; !done() && k < 10_000; k++) b.step(1);
  expect(done()).toBe(true);
}

/** Moves the group from slot to slot. */
function migrate(b: Bench, from: number, to: number): void {
  finish(b, from); // none busy
  for (let j = 0; j < STREAMS; j++) b.command(from + j, 'STOP');
  finish(b, from);
  for (let j = 0; j < STREAMS; j++) b.command(from + j, 'PREEMPT');
  finish(b, from);
  const saved = Array.from({ length: STREAMS }, (_, j) => saveStream(b, from + j));
  // Nothing of a preempted stream moves any more.
  b.run(20_000);
  expect(Array.from({ length: STREAMS }, (_, j) => saveStream(b, from + j))).toEqual(saved);
  for (let j = 0; j < STREAMS; j++) b.command(from + j, 'RESET');
  for (let j = 0; j < STREAMS; j++) {
    b.command(to + j, 'RESET');
    loadStream(b, to + j, saved[j]!);
    b.command(to + j, 'START');
  }
}

function outcome(b: Bench, first: number): unknown {
  const tasks = [0, 1, 2].map((cls) =>
    [0, 1, 2, 3].reduce((sum, group) => sum + b.getControl('CSG_TASKS', group, cls), 0),
  );
  return {
    regs: Array.from({ length: STREAMS }, (_, j) =>
      Array.from({ length: 96 }, (__, r) => b.get(first + j, 'CS_REG', r)),
    ),
    memory: Array.from({ length: 64 }, (_, k) => b.word(MEMORY + 4 * k)),
    extract: Array.from({ length: STREAMS }, (_, j) => b.get(first + j, 'CS_EXTRACT')),
    progress: Array.from({ length: STREAMS }, (_, j) => b.get(first + j, 'CS_PROGRESS')),
    states: Array.from({ length: STREAMS }, (_, j) => b.field(first + j, 'CS_STATUS', 'state')),
    tasks,
  };
}

describe('suspend and resume', () => {
  const reference = build();
  const total = reference.run();
  const wanted = outcome(reference, 0);

  it('has a reference run that ends', () => {
    expect(reference.field(0, 'CS_STATUS', 'state')).toBe(CS_STATE.EMPTY);
    expect(reference.word(MEMORY)).toBe(ROUNDS);
    expect(reference.word(MEMORY + 16)).toBe((ROUNDS * (ROUNDS + 1)) / 2);
    expect(reference.get(2, 'CS_PROGRESS')).toBe(ROUNDS);
  });

  it('ends the same wherever it is interrupted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: Math.ceil(total / 2) }), { minLength: 1, maxLength: 5 }),
        (steps) => {
          const b = build();
          let at = 0;
          steps.forEach((count, k) => {
            b.step(count);
            const to = 8 * (1 + (k % 3));
            migrate(b, at, to === at ? 0 : to);
            at = to === at ? 0 : to;
          });
          b.run();
          expect(outcome(b, at)).toEqual(wanted);
        },
      ),
      { seed: 0x5eed, numRuns: 60 },
    );
  });
});

describe('save and load', () => {
  it('goes on as if nothing had happened, at any event', () => {
    const whole = build();
    const total = whole.run();
    const end = JSON.stringify(whole.csf.save(), plain);
    for (let at = 1; at < total; at += 37) {
      const b = build();
      b.step(at);
      const copy = build();
      copy.csf.load(b.csf.save());
      copy.clock.load(b.clock.save());
      copy.ram.load(b.ram.save());
      copy.caches.flushId = b.caches.flushId;
      expect(JSON.stringify(copy.csf.save(), plain)).toBe(JSON.stringify(b.csf.save(), plain));
      copy.run();
      expect(JSON.stringify(copy.csf.save(), plain)).toBe(end);
      expect(copy.clock.now).toBe(whole.clock.now);
    }
  });

  it('does not depend on how the host cuts time', () => {
    const whole = build();
    whole.run();
    const cut = build();
    for (let k = 0; k < 3000; k++) cut.run(17 + (k % 90));
    cut.run();
    expect(JSON.stringify(cut.csf.save(), plain)).toBe(JSON.stringify(whole.csf.save(), plain));
  });
});

/** Typed arrays as lists, so that JSON shows their content. */
function plain(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Int32Array) : value;
}
