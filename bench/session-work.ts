/**
 * What people do with sessions, each against its plain counterpart in the same run: a boot with recording against one
 * without, a random point of a long history against running all of it, exports against copying the file, opening a
 * long session against opening an empty one.
 */
import { copyFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { integer, sample } from 'fast-check';
import { assemble } from '../src/spec/cs/assemble.ts';
import { EngineControl } from '../src/main/engine/control.ts';
import { Engine } from '../src/main/engine/engine.ts';
import { nullRecorder, type Recorder } from '../src/main/engine/recorder.ts';
import { Service } from '../src/main/engine/service.ts';
import { referenceImage } from '../src/main/engine/testing.ts';
import { accessLog } from '../src/main/session/accesses.ts';
import { exportSession } from '../src/main/session/export/index.ts';
import { openSession } from '../src/main/session/reader.ts';
import { startSessionThread } from '../src/main/session/thread.ts';
import { SessionWriter } from '../src/main/session/writer.ts';
import { RingRecorder } from '../src/protocol/ring-recorder.ts';
import { median, seconds, type BenchResult } from './bench.ts';

const BOOTS = 9;
/** Jobs of the long history, instructions each executes, and points that are gone to. */
const JOBS = 150;
const LOOP = 200_000;
const POINTS = 15;
const OPENS = 9;
const FORMATS = ['sqlite', 'json', 'csv', 'perfetto', 'vcd', 'html', 'markdown', 'pokes-c'] as const;

function bench(recorder: Recorder): Service {
  const service = new Service({ recorder, control: new EngineControl(), notify: () => {} });
  service.handle('bench.create', { sessionPath: '', firmware: referenceImage() });
  return service;
}

export async function boots(dir: string): Promise<BenchResult[]> {
  let n = 0;
  const once = async (recorded: boolean): Promise<number> => {
    const thread = recorded ? startSessionThread(path.join(dir, `boot${n++}`)) : undefined;
    const recorder = thread === undefined ? nullRecorder : new RingRecorder(thread.memory, thread.rows);
    const service = bench(recorder);
    const took = await seconds(() => void service.handle('bench.boot', {}));
    recorder.flush();
    thread?.close();
    return took;
  };
  await once(false);
  const off = await median(BOOTS, () => once(false));
  const on = await median(BOOTS, () => once(true));
  return [
    { name: 'session.boot', value: on * 1e3, unit: 'ms', anchor: 'the same boot without recording', ratio: on / off },
  ];
}

/** Goes to random points of a long history. */
export async function reaching(report: (line: string) => void): Promise<BenchResult[]> {
  const service = bench(nullRecorder);
  service.handle('bench.boot', {});
  const text = `MOVE32 r66, #${LOOP}\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2`;
  const words = new Uint8Array(assemble(text, { arch: 10 }).words.buffer);
  for (let i = 0; i < JOBS; i++) service.handle('stream.run', { words, name: `loop ${i}` });
  const { history } = service;
  const { result: end } = history.apply({ kind: 'snapshot', label: 'end' });
  const endNs = history.engine.now;
  const { powerOn, path: inputs, control, keyframes } = history.past;
  const all = await seconds(() => {
    const engine = new Engine(powerOn, nullRecorder, control);
    for (const input of inputs) engine.apply(input);
  });
  const times: number[] = [];
  for (const timeNs of sample(integer({ min: 1, max: endNs - 1 }), { seed: 1, numRuns: POINTS })) {
    times.push(await seconds(() => void history.apply({ kind: 'travel', timeNs })));
    history.apply({ kind: 'restore', snapshot: end });
  }
  const reach = times.toSorted((a, b) => a - b)[POINTS >> 1] ?? 0;
  report(
    `${inputs.length} inputs take ${all.toFixed(2)} s from the start; ${keyframes.count} keyframes, ` +
      `${(keyframes.bytes / 2 ** 20).toFixed(1)} MiB`,
  );
  return [
    {
      name: 'session.reach',
      value: reach * 1e3,
      unit: 'ms',
      anchor: 'running it from the start',
      ratio: reach / all,
    },
  ];
}

/** Exports of one session file, against copies of it. */
export async function exporting(dir: string, file: string, report: (line: string) => void): Promise<BenchResult[]> {
  const target = path.join(dir, 'export');
  const copy = await median(3, () => seconds(() => copyFileSync(file, target)));
  rmSync(target);
  const { size } = statSync(file);
  const results: BenchResult[] = [];
  for (const format of FORMATS) {
    const session = openSession(file);
    const out = path.join(dir, `export-${format}`);
    let files: readonly string[] = [];
    const took = await seconds(() => {
      files = exportSession(session, format, out);
    });
    session.close();
    const written = files.reduce((sum, f) => sum + statSync(f).size, 0);
    for (const f of files) rmSync(f);
    report(`${format.padEnd(10)} ${(written / 2 ** 20).toFixed(1)} MiB in ${took.toFixed(2)} s`);
    const anchor = 'copy of the session file';
    results.push({
      name: `session.export.${format}`,
      value: size / took / 2 ** 20,
      unit: 'MiB/s',
      anchor,
      ratio: copy / took,
    });
  }
  return results;
}

/** Opens a long session and shows its first page, against an empty one. */
export async function opening(dir: string, long: string): Promise<BenchResult[]> {
  const empty = path.join(dir, 'empty.tyrsession');
  new SessionWriter(empty).close();
  const open = (file: string): Promise<number> =>
    median(OPENS, () =>
      seconds(() => {
        const session = openSession(file);
        const log = accessLog(session);
        log?.total();
        log?.window(1, 200);
        session.close();
      }),
    );
  const [none, many] = [await open(empty), await open(long)];
  return [{ name: 'session.open', value: many * 1e3, unit: 'ms', anchor: 'opening an empty one', ratio: many / none }];
}
