/** Detail that is switched while the bench runs: rows while it is on, bounded, without any effect on the machine. */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import { EngineControl } from './control.ts';
import { decodeInput } from './journal.ts';
import { ListRecorder, testBench, type TestBench } from './testing.ts';
import { Timeline } from './timeline.ts';

/** 2 + 3 * 1000 instructions: beyond what is recorded of each job anyway. */
const LOOP = new Uint8Array(
  assemble('MOVE32 r66, #1000\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2', { arch: 10 }).words.buffer,
);

/** Boots, runs a job with detail as given, and one without. */
function run(detail: { cs?: boolean; mcu?: boolean }, most?: number): TestBench {
  const bench = testBench();
  bench.call('bench.boot', {});
  if (most !== undefined) bench.engine.board.detail.most = most;
  bench.call('record.detail', detail);
  bench.call('stream.run', { words: LOOP, name: 'loop' });
  bench.call('record.detail', { cs: false, mcu: false });
  bench.call('time.advance', { ns: 1_000_000 });
  return bench;
}

const jumps = (bench: { recorder: ListRecorder }) => bench.recorder.of('mcuEvent').filter((r) => r.kind === 'jump');

describe('detail that is switched on', () => {
  it('is recorded, and leaves the machine as it is', { timeout: 120_000 }, () => {
    const plain = run({});
    const detailed = run({ cs: true, mcu: true });
    expect(detailed.engine.now).toBe(plain.engine.now);
    expect(detailed.engine.stateHash()).toBe(plain.engine.stateHash());
    expect(jumps(plain)).toEqual([]);
    expect(jumps(detailed).length).toBeGreaterThan(100);
    const loops = (b: TestBench) => b.recorder.of('csEvent').filter((r) => r.opcode === 'ADD_IMM32').length;
    expect(loops(plain)).toBeLessThan(300);
    expect(loops(detailed)).toBe(1000);
    // Between two jumps the MCU goes on in order: each begins at or behind where the last one went.
    const rows = jumps(detailed);
    for (const [i, row] of rows.entries()) {
      const last = rows[i - 1];
      if (last === undefined) continue;
      expect(row.timeNs).toBeGreaterThanOrEqual(last.timeNs);
      expect(row.pc).toBeGreaterThanOrEqual(Number(last.detail.slice('to '.length)));
    }
  });

  it('is bounded, and the session says what it lacks', { timeout: 60_000 }, () => {
    const bench = run({ cs: true, mcu: true }, 50);
    expect(jumps(bench)).toHaveLength(50);
    const said = bench.recorder.of('mcuEvent').filter((r) => r.kind === 'recording');
    expect(said.map((r) => r.detail)).toEqual([
      'control flow: the bound is reached; execution goes on',
      expect.stringMatching(/^control flow: [1-9]\d* beyond the bound of 50 were not recorded$/),
    ]);
    const ends = bench.recorder.of('csEvent').filter((r) => r.opcode === 'RECORDING_ENDS');
    expect(ends.map((r) => r.detail)).toEqual([
      'the bound is reached; execution goes on',
      expect.stringMatching(/^instructions: [1-9]\d* beyond the bound of 50 were not recorded$/),
    ]);
  });

  it('is told by the status, kept over travel in time, and shares the core with a recording', () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    expect(bench.call('bench.status', {}).detail).toBeUndefined();
    bench.call('record.detail', { mcu: true });
    bench.call('time.advance', { ns: 200_000 });
    bench.service.debugger.record(true, 1000);
    bench.call('register.poke', { name: 'GPU_INT_MASK', value: 0 });
    bench.call('stream.run', { words: LOOP, name: 'loop' });
    const before = jumps(bench).length;
    expect(bench.call('bench.status', {}).detail).toMatchObject({
      cs: { on: false },
      mcu: { on: true, recorded: before, dropped: 0 },
    });
    expect(bench.service.debugger.recording?.instructions).toBeGreaterThan(before);
    bench.call('history.seek', { timeNs: bench.engine.now - 100_000 });
    expect(jumps(bench)).toHaveLength(before);
    bench.call('stream.run', { words: LOOP, name: 'loop' });
    expect(jumps(bench).length).toBeGreaterThan(before);
    bench.call('record.detail', { mcu: false });
    expect(bench.call('bench.status', {}).detail).toBeUndefined();
    expect(bench.engine.board.machine.core.hooks.trace).toBeUndefined();
  });

  it('goes with what is recorded of each job: a saved bench knows how far that is', () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    bench.call('stream.run', { words: LOOP.slice(0, 8), name: 'short' });
    const before = bench.engine.board.streams.save();
    expect(Number(before['budget'])).toBeGreaterThan(0);
    const other = testBench();
    other.engine.load(bench.engine.save());
    expect(other.engine.board.streams.save()).toEqual(before);
    expect(other.engine.board.machine.hooks.csf.instruction).toBeDefined();
    expect(other.engine.stateHash()).toBe(bench.engine.stateHash());
  });

  it('is recorded alike when the session is run again', { timeout: 60_000 }, () => {
    const bench = run({ cs: true, mcu: true }, 400);
    const blobs = new Map(bench.recorder.of('blob').map((b) => [b.sha256, b.bytes]));
    const inputs = bench.recorder.of('input').map((row) => decodeInput(row.payload, (hash) => blobs.get(hash)));
    const [powerOn, ...rest] = inputs;
    if (powerOn?.kind !== 'power-on') throw new Error('the journal begins with power-on');
    const recorder = new ListRecorder();
    const again = new Timeline(powerOn, recorder, new EngineControl());
    again.engine.board.detail.most = 400;
    for (const input of rest) again.apply(input);
    expect(again.engine.stateHash()).toBe(bench.engine.stateHash());
    expect(recorder.of('mcuEvent')).toEqual(bench.recorder.of('mcuEvent'));
    expect(recorder.of('csEvent')).toEqual(bench.recorder.of('csEvent'));
    expect(recorder.accesses).toEqual(bench.recorder.accesses);
  });
});
