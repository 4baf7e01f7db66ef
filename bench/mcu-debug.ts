/**
 * What looking costs: a loop of loads and stores on the booted bench, bare, with a breakpoint, with watchpoints, with
 * every instruction recorded; and a loop that reads a register, with and without a session that records it. Each as
 * the ratio to the bare run of the same round, by user CPU time.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EngineControl } from '../src/main/engine/control.ts';
import { nullRecorder, type Recorder } from '../src/main/engine/recorder.ts';
import { Service } from '../src/main/engine/service.ts';
import { startSessionThread } from '../src/main/session/thread.ts';
import type { Params, RequestName, Result } from '../src/protocol/messages.ts';
import { RingRecorder } from '../src/protocol/ring-recorder.ts';
import type { BenchResult } from './bench.ts';

/** Virtual time of one measurement, in ns: a few million instructions; and how often it is taken. */
const SPAN_NS = 10_000_000;
/** The same where every instruction or access is looked at. */
const SLOW_SPAN_NS = 500_000;
const ROUNDS = 3;
/** Where the loop is put (code of the firmware that runs only at boot), and memory nothing else uses. */
const CODE = 0x1b50;
const DATA = 0x0020_0000;
const GPU_ID = 0x4000_0000;
const ELSEWHERE = 0x0010_0000;

const image = new Uint8Array(readFileSync(new URL('../resources/firmware/reference.bin', import.meta.url)));

interface Bench {
  call<K extends RequestName>(name: K, params: Params<K>): Result<K>;
}

/** A booted bench whose MCU loops: ldr r3, [r2]; adds r3, #1; str r3, [r2, #4]. */
function looping(
  recorder: Recorder,
  at: number,
  store: boolean,
  ns = SPAN_NS,
  prepare: (bench: Bench) => void = () => {},
): Bench {
  const service = new Service({ recorder, control: new EngineControl(), notify: () => {} });
  const call: Bench['call'] = (name, params) => service.handle(name, params) as never;
  call('bench.create', { sessionPath: '', firmware: image });
  call('bench.boot', {});
  const code = Uint16Array.of(0x4a02, 0x6813, 0x3301, store ? 0x6053 : 0xbf00, 0xe7fb, 0xbf00, at & 0xffff, at >>> 16);
  call('debug.write', { address: CODE, bytes: new Uint8Array(code.buffer) });
  call('debug.setRegister', { name: 'pc', value: CODE });
  prepare({ call });
  call('time.advance', { ns });
  return { call };
}

/** User CPU seconds for each instruction of a span of time, the least of some rounds. */
function cost({ call }: Bench, ns = SPAN_NS): number {
  let best = Infinity;
  for (let k = 0; k < ROUNDS; k++) {
    const from = call('debug.state', {}).instructions;
    const before = process.cpuUsage();
    call('time.advance', { ns });
    const seconds = process.cpuUsage(before).user / 1e6;
    best = Math.min(best, seconds / (call('debug.state', {}).instructions - from));
  }
  return best;
}

function row(name: string, bare: number, with_: number, anchor = 'the bare run'): BenchResult {
  return { name, value: 1 / with_ / 1e6, unit: 'MIPS', anchor, ratio: bare / with_ };
}

/** Breakpoints, watchpoints, recordings; each on a bench of its own, since a driver puts an idle MCU to sleep. */
export function debugCosts(): BenchResult[] {
  const measure = (prepare: (bench: Bench) => void, ns = SPAN_NS): number =>
    cost(looping(nullRecorder, DATA, true, ns, prepare), ns);
  const armed = (breakpoint: Params<'debug.break'>, ns = SPAN_NS): number =>
    measure((bench) => {
      bench.call('debug.attach', { on: true });
      bench.call('debug.break', breakpoint);
    }, ns);
  const bare = measure(() => {});
  return [
    row('mcu.debug.breakpoint', bare, armed({ kind: 'execute', address: CODE + 10 })),
    row('mcu.debug.watchpoint', bare, armed({ kind: 'write', address: ELSEWHERE })),
    row('mcu.debug.watchpoint-same-page', bare, armed({ kind: 'write', address: DATA + 0x800 }, SLOW_SPAN_NS)),
    row(
      'mcu.debug.recording',
      bare,
      measure((bench) => void bench.call('debug.record', { on: true }), SLOW_SPAN_NS),
    ),
    ...sessionCosts(),
  ];
}

/** A loop that reads a register: each access is a row of the session. */
function sessionCosts(): BenchResult[] {
  const silent = cost(looping(nullRecorder, GPU_ID, false, SLOW_SPAN_NS), SLOW_SPAN_NS);
  const dir = mkdtempSync(path.join(tmpdir(), 'tyr-bench-'));
  try {
    const thread = startSessionThread(path.join(dir, 'bench.tyrsession'));
    const recorder = new RingRecorder(thread.memory, thread.rows);
    const recorded = cost(looping(recorder, GPU_ID, false, SLOW_SPAN_NS), SLOW_SPAN_NS);
    recorder.flush();
    thread.close();
    return [row('mcu.session.recorded', silent, recorded, 'the same loop of register reads, not recorded')];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
