/**
 * The debugger of shaders on the whole bench, with a captured run of a real driver: breakpoints, steps forward and
 * back, lanes, counts, faults; it leaves no trace, and a replay of its session needs no debugger.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { requests, type Params, type RequestName, type Result } from '../../protocol/messages.ts';
import type { ShaderStop } from '../../protocol/shader-debug.ts';
import { readCapture } from '../lab/capture-files.ts';
import type { CaptureHost, CaptureReply } from '../lab/capture-process.ts';
import { replayCapture, type CaptureResult } from '../lab/capture-replay.ts';
import { assemble } from '../../spec/cs/assemble.ts';
import { wordsOf } from '../../emulator/shader/testing.ts';
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
  it('stops where a condition holds for a lane that executes', async () => {
    const bench = new Bench();
    await bench.replay('03_saxpy_full_init');
    const { id } = bench.program;
    const at = { program: id, index: 4 };
    for (const condition of ['lane ==', '[r0] == 1', 'r64 == 0', 'pc == 0', 'pressure > 1']) {
      expect(() => bench.call('shaderdebug.break', { ...at, condition })).toThrow(UsageError);
    }
    expect(bench.call('shaderdebug.list', {})).toEqual([]);
    const point = bench.call('shaderdebug.break', { ...at, condition: 'warp == 2 && lane == 7 && group_x == 1' });
    bench.call('shaderdebug.break', { ...at, condition: 'lane == 16 || (active & 0x10000) != 0' });
    const stops: ShaderStop[] = [];
    bench.onStop = (b) => {
      stops.push(b.where);
      const [task] = b.call('shaderdebug.tasks', {}).filter((t) => t.core === b.where.core);
      expect(task?.at).toEqual([1, 0, 0]);
      b.run();
    };
    await bench.replay('03_saxpy_full_init', 2);
    expect(stops).toMatchObject([{ reason: 'breakpoint', breakpoint: point.id, warp: 2, index: 4 }]);
    expect(bench.call('shaderdebug.list', {}).map((b) => b.hits)).toEqual([1, 0]);
  });

  it('stops where a register of a lane has a value', async () => {
    const bench = new Bench();
    await bench.replay('03_saxpy_full_init');
    bench.call('shaderdebug.break', { program: bench.program.id, index: 4, condition: '(r55 & 0xffff) == 19' });
    const warps: (number | undefined)[] = [];
    bench.onStop = (b) => {
      const { core, warp } = b.where;
      warps.push(warp);
      expect(b.register(core!, warp!, 55)[3]! & 0xffff).toBe(19);
      b.run();
    };
    await bench.replay('03_saxpy_full_init', 2);
    expect(new Set(warps)).toEqual(new Set([1]));
  });

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

  it('waits where it is when a request is under way that cannot be ended', () => {
    const bench = new Bench();
    const seen: string[] = [];
    runProgram(bench, STORE);
    const { program } = bench;
    expect(program.instructions).toBe(4);
    bench.call('shaderdebug.break', { program: program.id, index: 1 });
    bench.onStop = (b) => {
      const { where } = b;
      seen.push(`${where.reason} ${where.index} ${where.inside}`);
      expect(() => b.call('shaderdebug.back', {})).toThrow(/let it go on|cannot go back/);
      expect(() => b.call('time.advance', { ns: 1 })).toThrow(/a shader is stopped inside another request/);
      expect([...b.register(where.core!, where.warp!, 5)].slice(0, 3)).toEqual([0x77, 0x77, 0x77]);
      if (seen.length === 1) b.call('shaderdebug.step', {});
      else b.run();
    };
    expect(runProgram(bench, STORE)).toMatchObject({ finished: true, memory: { '0x600000': '77000000' } });
    expect(seen).toEqual(['breakpoint 1 true', 'step 2 true']);
    expect(bench.where.state).toBe('running');
  });

  it('ends a run of the MCU that has a breakpoint of its own, and the other way round', async () => {
    const bench = new Bench();
    expect((await bench.replay('03_saxpy_full_init')).ok).toBe(true);
    bench.call('debug.attach', { on: true });
    const symbols = new Uint8Array(readFileSync(new URL('../../../resources/firmware/reference.elf', import.meta.url)));
    bench.call('debug.loadSymbols', { bytes: symbols, name: 'reference.elf' });
    const mcu = bench.call('debug.break', { kind: 'execute', name: 'group_step', condition: '0' });
    expect(mcu.status).toBe('bound');
    const { program } = bench;
    const point = bench.call('shaderdebug.break', { program: program.id, index: 3, ignore: 1 });
    const reasons: string[] = [];
    const plain = bench.apply;
    // Before time passes in any other way, the debugger of the MCU lets it pass.
    bench.apply = (input) => {
      for (let go = input.kind === 'advance' && reasons.length < 2; go;) {
        const state = bench.call('debug.run', { ns: 50_000_000 });
        go = state.state === 'stopped';
        if (!go) break;
        reasons.push(`${state.reason} ${state.inside}`);
        if (bench.where.state === 'stopped') {
          expect(bench.where).toMatchObject({ reason: 'breakpoint', index: 3, breakpoint: point.id, inside: false });
          bench.call('shaderdebug.unbreak', { id: point.id });
          bench.call('debug.change', { id: mcu.id, breakpoint: { kind: 'execute', name: 'group_step' } });
        } else bench.call('debug.unbreak', { id: mcu.id });
      }
      return plain(input);
    };
    expect(await bench.replay('03_saxpy_full_init', 2)).toMatchObject({ ok: true, mismatchCount: 0 });
    expect(reasons).toEqual(['a shader met its breakpoint false', 'breakpoint false']);
    const blobs = new Map(bench.recorder.of('blob').map((b) => [b.sha256, b.bytes]));
    const inputs = bench.recorder.of('input').map((row) => decodeInput(row.payload, (hash) => blobs.get(hash)));
    const [powerOn, ...rest] = inputs;
    if (powerOn?.kind !== 'power-on') throw new Error('no power-on');
    const again = new Timeline(powerOn, new ListRecorder(), new EngineControl());
    for (const input of rest) again.apply(input);
    expect(again.engine.stateHash()).toBe(bench.service.engine.stateHash());
  });

  it('leads from a fault to its instruction and to the command that started it', () => {
    const bench = new Bench();
    const result = runProgram(bench, STORE.replace('STORE.i32.slot0', 'BARRIER.slot1.wait\n STORE.i32.slot0'));
    expect(result.jobs[0]?.fault).toContain('INSTR_BARRIER_FAULT');
    const [fault] = bench.call('shaderdebug.faults', {});
    expect(fault).toMatchObject({
      exception: 'INSTR_BARRIER_FAULT',
      index: 2,
      pc: CODE + 16,
      info: CODE + 16,
      program: bench.program.id,
      warp: 0,
      active: 0xffff,
      queue: 0,
    });
    const rows = bench.recorder.of('csEvent');
    const issued = rows.find((r) => r.opcode === 'RUN_COMPUTE');
    expect(fault?.command).toBe(issued?.pc);
    expect(rows.find((r) => r.opcode === 'SHADER_FAULT')).toMatchObject({
      pc: issued?.pc,
      detail: `INSTR_BARRIER_FAULT at 0x${(CODE + 16).toString(16)} warp 0 lanes ffff core ${fault?.core}`,
    });
  });

  it('opens programs from files, whose breakpoints wait for them to run', () => {
    const bench = new Bench();
    const words = BigUint64Array.from(wordsOf(STORE));
    const opened = bench.call('shaderdebug.open', { name: 'store.bin', bytes: new Uint8Array(words.buffer) });
    expect(opened).toMatchObject({ name: 'store.bin', instructions: 4, tasks: 0 });
    expect(bench.call('shaderdebug.break', { program: opened.id, index: 0 })).toMatchObject({ bound: false });
    expect(() => bench.call('shaderdebug.break', { program: opened.id, index: 4 })).toThrow(/has 4 instructions/);
    runProgram(bench, STORE);
    expect(bench.call('shaderdebug.list', {})).toMatchObject([{ bound: true, hits: 1 }]);
    expect(bench.call('shaderdebug.programs', {})).toMatchObject([{ id: opened.id, tasks: 1, address: CODE }]);
    for (const bad of [new Uint8Array(0), new Uint8Array(7), new Uint8Array(1 << 20)]) {
      expect(() => bench.call('shaderdebug.open', { name: 'bad.bin', bytes: bad })).toThrow(/bad\.bin/);
    }
    expect(() => bench.call('shaderdebug.words', { program: '000000000000' })).toThrow(/no program/);
    expect(() => bench.call('shaderdebug.registers', { core: 9, warp: 0 })).toThrow(/core 9/);
    expect(() => bench.call('shaderdebug.back', {})).not.toThrow(/internal/);
  });
});

const CODE = 0x50_0000;
const SPD = 0x50_1000;
const DATA = 0x60_0000;

/** Every lane stores 0x77 to the address in u0. */
const STORE = `
  IADD_IMM.i32 r5, 0x0, #0x77
  IADD.u32 r2, u0, 0x0
  STORE.i32.slot0 @r5, u0, offset:0
  NOP.end`;

/** Runs a program as one work-group of 16 items, by a stream of a request that waits for it. */
function runProgram(bench: Bench, program: string): Result<'stream.run'> {
  const registers = { 8: SPD + 0x100, 9: 0x0100_0000, 16: SPD, 33: 15, 37: 1, 38: 1, 39: 1 };
  const text = [
    ...Object.entries(registers).map(([r, value]) => `MOVE32 r${r}, #${value}`),
    'RUN_COMPUTE.x #1',
    'WAIT #0x1',
  ].join('\n');
  const { words, problems } = assemble(text, { arch: 10 });
  expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
  const set32 = wordsOf(program).flatMap((w, i) => [
    { va: CODE + 8 * i, value: Number(w & 0xffff_ffffn) },
    { va: CODE + 8 * i + 4, value: Number(w >> 32n) },
  ]);
  const spd = [0x18, 0x0280, CODE, 0].map((value, i) => ({ va: SPD + 4 * i, value }));
  return bench.call('stream.run', {
    words: new Uint8Array(words.buffer),
    name: 'store',
    map: [
      { va: CODE, length: 0x2000 },
      { va: DATA, length: 0x1000 },
    ],
    set32: [...set32, ...spd, { va: SPD + 0x100, value: DATA }],
    dump: [{ va: DATA, length: 4 }],
  });
}
