/**
 * State and history: the machine saved and loaded at random points with the real firmware runs on alike, a preview
 * leaves no trace, and going back to a snapshot opens a branch.
 */
import { integer, sample } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlainObject } from '../../base/stateful.ts';
import { assemble } from '../../spec/cs/assemble.ts';
import { createGpuCores } from '../../emulator/gpu-cores.ts';
import { Machine } from '../../emulator/machine.ts';
import type { Engine } from './engine.ts';
import { testBench, type TestBench } from './testing.ts';

/** Long enough to be met in the middle: a loop of about 30,000 instructions. */
const LOOP = words('MOVE32 r66, #30000\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2');

function words(text: string): Uint8Array {
  return new Uint8Array(assemble(text, { arch: 10 }).words.buffer);
}

/** Runs a machine to an instant; interrupts rise and nobody comes. */
function runTo(machine: Machine, ns: number): void {
  while (machine.runUntil(ns) !== 'time') {
    // An interrupt ends a run early.
  }
}

/**
 * Copies the machine as it stands into a fresh one by save and load, lets both run on without the driver for
 * `moreNs` in pieces of their own, and compares.
 */
function expectSameFuture(machine: Machine, moreNs: number, pieces: readonly number[]): void {
  const twin = new Machine({ gpu: 'g610', csf: createGpuCores });
  const saved = structuredClone(machine.save()) as PlainObject;
  twin.load(saved);
  expect(twin.stateHash()).toBe(machine.stateHash());
  const here = machine.snapshot();
  const end = machine.clock.now + moreNs;
  runTo(machine, end);
  for (const part of pieces) runTo(twin, Math.min(end, twin.clock.now + part));
  runTo(twin, end);
  expect(twin.stateHash()).toBe(machine.stateHash());
  expect(machine.core.instructions).toBe(twin.core.instructions);
  machine.restore(here);
  machine.dropSnapshot(here);
}

/** Stops the driver's own run at an instant by looking there, between two slices of time. */
function atInstants(engine: Engine, instants: readonly number[], look: (machine: Machine) => void): void {
  const { time } = engine.board;
  const { machine } = engine.board;
  const left = instants.toSorted((a, b) => a - b);
  const original = time.run.bind(time);
  Object.assign(time, {
    run: (untilNs: number) => {
      while (left[0] !== undefined && left[0] <= untilNs) {
        const at = left.shift()!;
        if (at < machine.clock.now) continue;
        original(at);
        if (machine.clock.now >= at) engine.board.unrecorded(() => look(machine));
        else left.unshift(at);
        return;
      }
      original(untilNs);
    },
  });
}

describe('the machine with the real firmware', () => {
  it('runs on alike after save and load, anywhere in a boot', () => {
    const instants = sample(integer({ min: 200_000, max: 1_150_000 }), { numRuns: 6, seed: 1 });
    const bench = testBench();
    let looked = 0;
    atInstants(bench.engine, instants, (machine) => {
      looked++;
      expectSameFuture(machine, 60_000, [1, 777, 12_345]);
    });
    const boot = bench.call('bench.boot', {});
    expect(looked).toBeGreaterThan(3);
    // Looking changed nothing.
    expect(boot).toEqual(testBench().call('bench.boot', {}));
  });

  it('runs on alike after save and load, anywhere in a stream', () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    const { now } = bench.engine;
    const instants = sample(integer({ min: now + 100_000, max: now + 600_000 }), { numRuns: 5, seed: 2 });
    let looked = 0;
    atInstants(bench.engine, instants, (machine) => {
      looked++;
      expectSameFuture(machine, 50_000, [3, 4_321]);
    });
    const result = bench.call('stream.run', { words: LOOP, name: 'loop' });
    expect(result.jobs[0]?.status).toBe('done');
    expect(looked).toBeGreaterThan(2);
  });
});

/** Two jobs and a poke: something to come back from. */
function work(bench: TestBench): void {
  bench.call('stream.run', { words: words('MOVE32 r66, #1'), name: 'one' });
  bench.call('register.poke', { name: 'GPU_INT_MASK', value: 0 });
  bench.call('time.advance', { ns: 50_000 });
}

describe('history', () => {
  it('is the same, bit for bit, when it is made twice', () => {
    const make = (): TestBench => {
      const bench = testBench();
      bench.call('bench.boot', {});
      work(bench);
      return bench;
    };
    const [a, b] = [make(), make()];
    expect(a.recorder.accesses).toEqual(b.recorder.accesses);
    expect(a.call('bench.stateHash', {})).toBe(b.call('bench.stateHash', {}));
    for (const kind of ['input', 'job', 'fence', 'csEvent', 'mcuEvent', 'irq', 'driverLog', 'ioctl'] as const) {
      expect(a.recorder.of(kind)).toEqual(b.recorder.of(kind));
    }
  });

  it('goes back to a snapshot on a new branch, and the same work there gives the same state', () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    const { id, hash } = bench.call('snapshot.take', { label: 'booted' });
    work(bench);
    const worked = bench.call('bench.stateHash', {});
    const rows = bench.recorder.accesses.length;
    bench.call('snapshot.restore', { id });
    expect(bench.call('bench.stateHash', {})).toBe(hash);
    expect(bench.call('bench.status', {})).toMatchObject({ branch: 1, booted: true });
    // Running the past again is not recorded again.
    expect(bench.recorder.accesses.length).toBe(rows);
    work(bench);
    expect(bench.call('bench.stateHash', {})).toBe(worked);
    const later = bench.recorder.accesses.slice(rows);
    expect(later.length).toBeGreaterThan(0);
    expect(later.every((a) => a.meta >>> 8 === 1)).toBe(true);
    const seqs = bench.recorder.accesses.map((a) => a.seq);
    expect(seqs).toEqual(seqs.toSorted((x, y) => x - y));
    expect(new Set(seqs).size).toBe(seqs.length);
    expect(bench.recorder.jobs()).toHaveLength(2);
    expect(bench.recorder.of('snapshot')[0]).toMatchObject({ id: 1, label: 'booted', branch: 0, hash });
  });

  it('goes back to before the boot, and boots again', () => {
    const bench = testBench();
    const { id } = bench.call('snapshot.take', { label: 'cold' });
    const first = bench.call('bench.boot', {});
    bench.call('snapshot.restore', { id });
    expect(bench.call('bench.status', {})).toMatchObject({ booted: false, timeNs: 0 });
    expect(bench.call('bench.boot', {})).toEqual(first);
    bench.call('bench.power-cycle', {});
    expect(bench.call('bench.status', {})).toMatchObject({ booted: false, branch: 2 });
    expect(bench.call('bench.boot', {})).toEqual(first);
  });

  it('refuses a snapshot that is not there', () => {
    expect(() => testBench().call('snapshot.restore', { id: 3 })).toThrow('no snapshot 3');
  });
});

describe('a previewed poke', () => {
  it.each([
    ['GPU_CMD', 0x101],
    ['GPU_INT_MASK', 0xffff_ffff],
    ['L2_PWROFF', 1],
    ['MCU_CONTROL', 0],
    ['CSF_DOORBELL_0', 1],
  ])('of %s leaves no trace', (name, value) => {
    const bench = testBench();
    bench.call('bench.boot', {});
    const hash = bench.call('bench.stateHash', {});
    const rows = bench.recorder.accesses.length;
    const inputs = bench.recorder.of('input').length;
    const status = bench.call('bench.status', {});
    const { changes } = bench.call('register.poke', { name, value, preview: true });
    if (name !== 'CSF_DOORBELL_0') expect(changes.length).toBeGreaterThan(0);
    expect(bench.call('bench.stateHash', {})).toBe(hash);
    expect(bench.call('bench.status', {})).toEqual(status);
    expect(bench.recorder.accesses.length).toBe(rows);
    expect(bench.recorder.of('input').length).toBe(inputs);
  });
});
