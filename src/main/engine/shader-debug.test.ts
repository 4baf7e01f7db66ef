/**
 * The debugger of shaders on the whole bench, with a captured run of a real driver: breakpoints, steps forward and
 * back, lanes, counts, faults; it leaves no trace, and a replay of its session needs no debugger.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { requests, type Params, type RequestName, type Result } from '../../protocol/messages.ts';
import type { ShaderStop } from '../../protocol/shader-debug.ts';
import { readCapture } from '../lab/capture-files.ts';
import type { CaptureHost, CaptureReply } from '../lab/capture-process.ts';
import { replayCapture, type CaptureResult } from '../lab/capture-replay.ts';
import { EngineControl } from './control.ts';
import { decodeInput } from './journal.ts';
import { Service } from './service.ts';
import { ListRecorder, referenceImage } from './testing.ts';
import { Timeline } from './timeline.ts';

const capture = (name: string): ReturnType<typeof readCapture> =>
  readCapture(fileURLToPath(new URL(`../lab/fixtures/captures/${name}`, import.meta.url)));

class Bench implements CaptureHost {
  readonly recorder = new ListRecorder();
  readonly told: ShaderStop[] = [];
  /** What is done while the thread waits inside a call of the driver. */
  readonly service: Service;
  inside = 0;
  /** Called whenever a grant of the capture's process was stopped. */
  onStop: (bench: Bench) => void = (bench) => void bench.run();

  constructor() {
    this.service = new Service({
      recorder: this.recorder,
      control: new EngineControl(),
      notify: (notice, data) => {
        if (notice === 'shaderStopped') this.told.push(data as ShaderStop);
      },
      pump: (done) => {
        this.inside++;
        while (!done()) this.onStop(this);
      },
    });
    this.call('bench.create', { sessionPath: '', firmware: referenceImage(), engine: 'translator' });
    this.call('bench.boot', {});
  }

  call<K extends RequestName>(name: K, params: Params<K>): Result<K> {
    const result = this.service.handle(name, params);
    requests[name].result.parse(result);
    return result as Result<K>;
  }

  run(): ShaderStop {
    return this.call('shaderdebug.run', { ns: 10_000_000_000 });
  }

  get where(): ShaderStop {
    return this.call('shaderdebug.where', {});
  }

  apply: CaptureHost['apply'] = (input) => {
    const reply = this.call('input.apply', { input }) as CaptureReply;
    for (let n = 0; n < 1000 && this.where.state === 'stopped'; n++) this.onStop(this);
    return reply;
  };
  readUser: CaptureHost['readUser'] = (client, address, length) =>
    this.call('memory.readUser', { client, address, length });
  now: CaptureHost['now'] = () => this.service.engine.now;
  faults: CaptureHost['faults'] = () => this.service.engine.driver.faultCount;

  replay(name: string, client = 1): Promise<CaptureResult> {
    return replayCapture(capture(name), this, client);
  }

  /** The program of the application's job: the biggest one met. */
  get program() {
    const [first, ...rest] = this.call('shaderdebug.programs', {});
    if (first === undefined) throw new Error('no program was met');
    return rest.reduce((a, b) => (b.instructions > a.instructions ? b : a), first);
  }

  register(core: number, warp: number, register: number): Uint32Array {
    return this.call('shaderdebug.registers', { core, warp }).slice(register * 16, register * 16 + 16);
  }
}

describe('a debugger of shaders', () => {
  it('stops before an instruction, steps there and back, and leaves no trace', async () => {
    const plain = new Bench();
    expect((await plain.replay('03_saxpy_full_init')).ok).toBe(true);
    const { program } = plain;

    const bench = new Bench();
    expect((await bench.replay('03_saxpy_full_init')).ok).toBe(true);
    expect(bench.program.id).toBe(program.id);
    const point = bench.call('shaderdebug.break', { program: program.id, index: 3, ignore: 1 });
    expect(point).toMatchObject({ bound: true, hits: 0 });
    let stops = 0;
    bench.onStop = (b) => {
      stops++;
      const { where } = b;
      expect(where).toMatchObject({ reason: 'breakpoint', index: 3, program: program.id, breakpoint: point.id });
      if (stops > 1) return void b.run();
      expect(where.inside).toBe(false);
      const [task] = b.call('shaderdebug.tasks', {});
      expect(task).toMatchObject({ core: where.core, program: program.id });
      expect(task?.warps[where.warp!]).toMatchObject({ index: 3, active: 0xffff, alive: 0xffff, blocked: 0 });
      const before = b.call('shaderdebug.registers', { core: where.core!, warp: where.warp! });
      const hash = b.call('bench.stateHash', {});
      b.call('shaderdebug.watch', { at: { core: where.core!, warp: where.warp!, lane: 5 } });
      const next = b.call('shaderdebug.step', {});
      expect(next).toMatchObject({ reason: 'step', index: 4, number: where.number! + 1, warp: where.warp });
      b.call('shaderdebug.step', { count: 2 });
      const lane = b.call('shaderdebug.watched', {});
      expect(lane.map((e) => e.index)).toEqual([3, 4, 5, 6]);
      expect(lane.every((e) => e.active)).toBe(true);
      expect(lane[0]!.changes.length + lane[1]!.changes.length).toBeGreaterThan(0);
      const back = b.call('shaderdebug.back', { count: 3 });
      expect(back).toMatchObject({ state: 'stopped', index: 3, number: where.number, core: where.core });
      expect(b.call('bench.stateHash', {})).toBe(hash);
      expect(b.call('shaderdebug.registers', { core: where.core!, warp: where.warp! })).toEqual(before);
      // A snapshot of the stopped machine, and back to it from later.
      const { id } = b.call('snapshot.take', { label: 'stopped' });
      b.call('shaderdebug.step', { count: 4 });
      b.call('snapshot.restore', { id });
      expect(b.where).toMatchObject({ state: 'stopped', index: 3, number: where.number });
      expect(b.call('bench.stateHash', {})).toBe(hash);
      b.call('shaderdebug.watch', {});
      b.call('shaderdebug.unbreak', { id: point.id });
      b.run();
    };
    const result = await bench.replay('03_saxpy_full_init', 2);
    expect(result).toMatchObject({ ok: true, mismatchCount: 0 });
    expect(stops).toBe(1);

    // The session replays without a debugger.
    const blobs = new Map(bench.recorder.of('blob').map((b) => [b.sha256, b.bytes]));
    const rows = bench.recorder.of('input').map((row) => decodeInput(row.payload, (hash) => blobs.get(hash)));
    const [powerOn, ...inputs] = rows;
    if (powerOn?.kind !== 'power-on') throw new Error('no power-on');
    const again = new Timeline(powerOn, new ListRecorder(), new EngineControl());
    for (const input of inputs) again.apply(input);
    expect(again.engine.stateHash()).toBe(bench.service.engine.stateHash());
  });

  it('counts what it ran, and gives the same result as without', async () => {
    const bench = new Bench();
    bench.call('shaderdebug.count', { on: true });
    expect((await bench.replay('04_reduce_shared')).ok).toBe(true);
    const { program } = bench;
    const { on, warps, lanes } = bench.call('shaderdebug.counts', { program: program.id });
    expect(on).toBe(true);
    expect(warps[0]).toBeGreaterThan(1);
    expect(lanes[0]).toBe(warps[0]! * 16);
    expect(warps).toHaveLength(program.instructions);
    expect(bench.call('shaderdebug.words', { program: program.id })).toHaveLength(program.instructions * 2);
    // Rows for the timeline: each task begins and ends on its core.
    const rows = bench.recorder.of('csEvent');
    const begins = rows.filter((r) => r.opcode === 'TASK_BEGIN');
    expect(begins.length).toBeGreaterThan(0);
    expect(rows.filter((r) => r.opcode === 'TASK_END')).toHaveLength(begins.length);
    bench.call('shaderdebug.count', { on: false });
    expect(bench.call('shaderdebug.counts', { program: program.id })).toMatchObject({ on: false, warps: [] });
  });
});
