/** Travel in time: any point is reached exactly, forward again leads to the same state, last writes are found. */
import { integer, sample } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import { GPU_CONTROL } from '../../spec/registers/index.ts';
import { EngineControl } from './control.ts';
import { Engine } from './engine.ts';
import { Keyframes } from './keyframes.ts';
import { nullRecorder } from './recorder.ts';
import { testBench, type TestBench } from './testing.ts';
import { reachTime } from './time-travel.ts';

const STREAM = new Uint8Array(
  assemble('MOVE32 r66, #3000\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2', { arch: 10 }).words.buffer,
);

/** A booted bench that has run a job and some time. */
function busy(): TestBench {
  const bench = testBench();
  bench.call('bench.boot', {});
  bench.call('stream.run', { words: STREAM, name: 'loop' });
  for (const ns of [300_000, 2_000_000, 50_000, 7_777_777]) bench.call('time.advance', { ns });
  return bench;
}

describe('an instant of the past', () => {
  it('is reached from random points, and forward again leads to the same state', { timeout: 120_000 }, () => {
    const bench = busy();
    const end = bench.engine.now;
    const final = bench.engine.stateHash();
    for (const at of sample(integer({ min: 0, max: end }), { seed: 21, numRuns: 8 })) {
      const inputs = [...bench.service.history.inputs];
      const { timeNs } = bench.call('history.seek', { timeNs: at });
      expect(timeNs).toBeLessThanOrEqual(at);
      const there = bench.engine.stateHash();
      // The rest of the inputs as they were: whole ones, and what was cut off the one the instant fell into.
      const path = bench.service.history.inputs;
      const same = path.findIndex((input, i) => input !== inputs[i]);
      const whole = same < 0 ? path.length : same;
      const partial = same < 0 ? undefined : path[same];
      const cutOff = inputs[whole];
      let rest = inputs.slice(whole);
      if (partial?.kind === 'advance' && cutOff?.kind === 'advance') {
        rest = [{ ...cutOff, limitNs: cutOff.limitNs - partial.limitNs }, ...inputs.slice(whole + 1)];
      }
      for (const input of rest) bench.service.history.apply(input);
      expect(bench.engine.now, `from ${at}`).toBe(end);
      expect(bench.engine.stateHash(), `from ${at}`).toBe(final);
      // And back to the same point once more.
      bench.call('history.seek', { timeNs: at });
      expect(bench.engine.stateHash()).toBe(there);
      for (const input of rest) bench.service.history.apply(input);
    }
  });

  it('refuses what is not past', () => {
    const bench = testBench({ bare: true });
    expect(() => bench.call('history.seek', { timeNs: 5 })).toThrow(/not past/);
  });
});

describe('keyframes', () => {
  it('lead to the state that running everything gives, and their number is bounded', { timeout: 120_000 }, () => {
    const bench = busy();
    for (let i = 0; i < 30; i++) bench.call('time.advance', { ns: 40_000 });
    const { powerOn, path, control } = bench.service.history.past;
    const dense = new Keyframes({ everyMs: 0, costs: 0, most: 12 });
    const engine = new Engine(powerOn, nullRecorder, new EngineControl());
    const hashes = path.map((input, i) => {
      dense.visit(powerOn, path.slice(0, i), engine);
      engine.apply(input);
      return engine.stateHash();
    });
    expect(dense.count).toBeLessThanOrEqual(12);
    expect(dense.count).toBeGreaterThan(5);
    for (const length of sample(integer({ min: 1, max: path.length }), { seed: 22, numRuns: 12 })) {
      const part = path.slice(0, length);
      const again = new Engine(powerOn, nullRecorder, new EngineControl());
      const from = dense.start(again, powerOn, part);
      for (const input of part.slice(from)) again.apply(input);
      expect(again.stateHash(), `after ${length} inputs, from ${from}`).toBe(hashes[length - 1]);
    }
    // Another history finds none of them.
    const other = [{ kind: 'advance', limitNs: 1, until: 'time' } as const];
    expect(dense.start(new Engine(powerOn, nullRecorder, control), powerOn, other)).toBe(0);
    const first = new Engine(powerOn, nullRecorder, control);
    expect(reachTime({ powerOn, path, control, keyframes: dense }, 0, first).path).toEqual([]);
  });
});

describe('steps back', () => {
  it('undo accesses, events and instructions', { timeout: 120_000 }, () => {
    const bench = busy();
    const { accesses } = bench.engine.board;
    const before = bench.engine.board.machine.core.instructions;
    bench.call('history.stepBack', { what: 'access', count: 3 });
    expect(bench.engine.board.accesses).toBeLessThanOrEqual(accesses - 3);
    const now = bench.engine.now;
    bench.call('history.stepBack', { what: 'event', count: 1 });
    expect(bench.engine.now).toBeLessThan(now);
    const there = bench.engine.board.machine.core.instructions;
    expect(there).toBeLessThanOrEqual(before);
    bench.call('history.stepBack', { what: 'instruction', count: 5 });
    expect(bench.engine.board.machine.core.instructions).toBeLessThanOrEqual(there - 5);
    expect(() => bench.call('history.stepBack', { what: 'access', count: 1_000_000 })).toThrow(/only \d+ accesses/);
  });
});

describe('the last write', () => {
  it('of a register names who and when', () => {
    const bench = testBench({ bare: true });
    const name = 'GPU_INT_MASK';
    expect(bench.call('history.lastWrite', { name })).toEqual({});
    bench.call('register.poke', { name, value: 1 });
    bench.call('time.advance', { ns: 1000 });
    bench.call('register.poke', { name, value: 3, by: 'script' });
    const at = bench.engine.now;
    bench.call('time.advance', { ns: 1000 });
    expect(bench.call('history.lastWrite', { name })).toEqual({
      register: { timeNs: at, value: 3, oldValue: 1, initiator: 'script', cause: 'poke' },
    });
    expect(bench.engine.board.machine.peek(GPU_CONTROL.GPU_INT_MASK.offset)).toBe(3);
  });

  it('of memory is found to a microsecond', { timeout: 60_000 }, () => {
    const bench = testBench({ bare: true });
    const bytes = Uint8Array.of(1, 0, 0, 0);
    bench.call('time.advance', { ns: 5000 });
    const { memory } = bench.engine.board.machine;
    const physical = memory.base + 0x1000;
    bench.call('memory.write', { space: 'physical', address: physical, bytes });
    bench.call('time.advance', { ns: 5000 });
    expect(bench.call('history.lastWrite', { physical })).toEqual({
      memory: { afterNs: 5000, byNs: 5000, value: 1, oldValue: 0, during: 'memory-write' },
    });
    expect(bench.call('history.lastWrite', { physical: physical + 8 })).toEqual({});
  });
});

describe('markers', () => {
  it('are kept in the session, changed, and gone to', () => {
    const bench = testBench({ bare: true });
    bench.call('time.advance', { ns: 1000 });
    const made = bench.call('note.add', { text: 'here it is' });
    expect(made).toEqual({ id: 1, timeNs: 1000, text: 'here it is' });
    bench.call('time.advance', { ns: 1000 });
    bench.call('marker.edit', { id: 1, text: 'here it was' });
    expect(bench.call('marker.list', {})).toEqual([{ id: 1, timeNs: 1000, text: 'here it was' }]);
    expect(bench.call('marker.goto', { id: 1 })).toEqual({ timeNs: 1000, branch: 1 });
    expect(bench.recorder.of('note').at(-1)).toEqual({ id: 1, timeNs: 1000, text: 'here it was' });
    expect(() => bench.call('marker.goto', { id: 9 })).toThrow(/no marker/);
    bench.call('marker.edit', { id: 1, text: '' });
    expect(bench.call('marker.list', {})).toEqual([]);
  });
});
