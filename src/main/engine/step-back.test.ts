/**
 * N steps back and N forward lead to the same state, from random points with fixed seeds, in every part that can be
 * stepped: the MCU, calls of the driver, command streams, shaders.
 */
import { fileURLToPath } from 'node:url';
import { integer, sample, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Input } from '../../protocol/inputs.ts';
import { assemble } from '../../spec/cs/assemble.ts';
import { CSF_DOORBELL } from '../../spec/registers/doorbell.ts';
import type { Params, RequestName, Result } from '../../protocol/messages.ts';
import { readCapture } from '../lab/capture-files.ts';
import type { CaptureHost, CaptureReply } from '../lab/capture-process.ts';
import { replayCapture } from '../lab/capture-replay.ts';
import { EngineControl } from './control.ts';
import { Service } from './service.ts';
import { ListRecorder, referenceImage, testBench, type TestBench } from './testing.ts';

const words = (text: string): Uint8Array => new Uint8Array(assemble(text, { arch: 10 }).words.buffer);
const LOOP = words('MOVE32 r66, #60\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2');

/** A booted bench that has run a job. */
function busy(): TestBench {
  const bench = testBench();
  bench.call('bench.boot', {});
  bench.call('stream.run', { words: LOOP, name: 'loop' });
  bench.call('time.advance', { ns: 500_000 });
  return bench;
}

/** Gives the rest of a list of inputs to a bench that went back to somewhere in it. */
function forward(bench: TestBench, inputs: readonly Input[]): void {
  const { history } = bench.service;
  const path = history.inputs;
  const same = path.findIndex((input, i) => input !== inputs[i]);
  const whole = same < 0 ? path.length : same;
  const cut = path[whole];
  const input = inputs[whole];
  let rest = inputs.slice(whole);
  if (cut?.kind === 'advance' && input?.kind === 'advance') {
    rest = [{ ...input, limitNs: input.limitNs - cut.limitNs }, ...inputs.slice(whole + 1)];
  }
  for (const next of rest) history.apply(next);
}

describe('N back and N forward', () => {
  it.each([
    { kind: 'advance', limitNs: 400_000, until: 'fault', stream: 0 },
    { kind: 'advance', limitNs: 400_000, until: 'stream', stream: 0, instruction: 1_000_000 },
    { kind: 'advance', limitNs: 400_000, until: 'shader', instruction: 1_000_000 },
  ] as const)('in the MCU, within a grant until $until', (grant) => {
    const bench = testBench();
    bench.call('bench.boot', {});
    const { history } = bench.service;
    const count = (): number => bench.engine.board.machine.core.instructions;
    bench.call('time.advance', { ns: 100_000 });
    history.apply({ kind: 'poke', offset: CSF_DOORBELL.CSF_DOORBELL.at(0).offset, value: 1, by: 'script' });
    const before = count();
    history.apply(grant);
    const last = count();
    const hash = bench.engine.stateHash();
    expect(last - before).toBeGreaterThan(20);
    const inputs = [...history.inputs];
    bench.call('history.stepBack', { what: 'instruction', count: 7 });
    expect(count()).toBe(last - 7);
    forward(bench, inputs);
    expect([count(), bench.engine.stateHash()]).toEqual([last, hash]);
  });

  it('in the MCU', { timeout: 120_000 }, () => {
    const bench = busy();
    const { history } = bench.service;
    const count = (): number => bench.engine.board.machine.core.instructions;
    const last = count();
    for (const target of sample(integer({ min: 0, max: last }), { seed: 81, numRuns: 4 })) {
      const hash = bench.engine.stateHash();
      const n = last - target;
      const inputs = [...history.inputs];
      bench.call('history.stepBack', { what: 'instruction', count: Math.max(1, n) });
      // Inside a call of the driver nobody can stand: it goes to before it.
      expect(count()).toBeLessThanOrEqual(target);
      forward(bench, inputs);
      expect([count(), bench.engine.stateHash()], `${n} instructions`).toEqual([last, hash]);
    }
  });

  it('in calls of the driver', { timeout: 120_000 }, () => {
    const bench = busy();
    const CALLS = new Set(['ioctl', 'open', 'close', 'mmap', 'munmap', 'module-load']);
    const calls = bench.service.history.inputs.filter((i) => CALLS.has(i.kind)).length;
    expect(calls).toBeGreaterThan(10);
    for (const n of sample(integer({ min: 1, max: calls - 1 }), { seed: 82, numRuns: 5 })) {
      const before: readonly Input[] = [...bench.service.history.inputs];
      const hash = bench.engine.stateHash();
      bench.call('history.stepBack', { what: 'call', count: n });
      const { inputs } = bench.service.history;
      expect(before.slice(inputs.length).filter((i) => CALLS.has(i.kind))).toHaveLength(n);
      for (const input of before.slice(inputs.length)) bench.service.history.apply(input);
      expect(bench.engine.stateHash(), `${n} calls`).toBe(hash);
    }
    expect(() => bench.call('history.stepBack', { what: 'call', count: 10_000 })).toThrow(/only \d+ calls/);
  });

  it('in command streams', { timeout: 120_000 }, () => {
    const bench = testBench();
    bench.call('bench.boot', {});
    const { job } = bench.call('streamdebug.begin', { words: LOOP, name: 'loop' });
    const stream = { group: job.group, queue: job.queue };
    const at = (): number => bench.call('streamdebug.state', { stream }).instructions;
    const points = tuple(integer({ min: 5, max: 18 }), integer({ min: 1, max: 4 }));
    for (const [ahead, n] of sample(points, { seed: 83, numRuns: 3 })) {
      bench.call('streamdebug.step', { stream, count: ahead });
      const hash = bench.engine.stateHash();
      const here = at();
      for (let i = 0; i < n; i++) bench.call('streamdebug.back', { stream });
      expect(at()).toBe(here - n);
      bench.call('streamdebug.step', { stream, count: n });
      expect([at(), bench.engine.stateHash()], `${here} - ${n}`).toEqual([here, hash]);
    }
  });

  it('in shaders', { timeout: 120_000 }, async () => {
    const bench = new ShaderBench();
    await bench.replay('03_saxpy_full_init');
    const program = bench.call('shaderdebug.programs', {}).at(-1);
    if (program === undefined) throw new Error('no shader ran');
    const point = bench.call('shaderdebug.break', { program: program.id, index: 1 });
    let stops = 0;
    bench.onStop = () => {
      if (stops++ > 0) return;
      const where = (): number => bench.call('shaderdebug.where', {}).number ?? -1;
      for (const [ahead, n] of sample(tuple(integer({ min: 5, max: 40 }), integer({ min: 1, max: 30 })), {
        seed: 84,
        numRuns: 3,
      })) {
        bench.call('shaderdebug.step', { what: 'any', count: ahead });
        const here = where();
        const hash = bench.call('bench.stateHash', {});
        bench.call('shaderdebug.back', { count: Math.min(n, ahead) });
        expect(where()).toBe(here - Math.min(n, ahead));
        bench.call('shaderdebug.step', { what: 'any', count: Math.min(n, ahead) });
        expect([where(), bench.call('bench.stateHash', {})], `${here} - ${n}`).toEqual([here, hash]);
      }
      bench.call('shaderdebug.unbreak', { id: point.id });
      bench.call('shaderdebug.run', { ns: 10_000_000_000 });
    };
    await bench.replay('03_saxpy_full_init', 2);
    expect(stops).toBeGreaterThan(0);
  });
});

/** A bench for captured runs, whose grants of time may be stopped by a debugger of shaders. */
class ShaderBench implements CaptureHost {
  onStop: () => void = () => {};
  private readonly service: Service;

  constructor() {
    this.service = new Service({
      recorder: new ListRecorder(),
      control: new EngineControl(),
      notify: () => {},
      pump: (done) => {
        while (!done()) this.onStop();
      },
    });
    this.call('bench.create', { sessionPath: '', firmware: referenceImage(), engine: 'translator' });
    this.call('bench.boot', {});
  }

  call<K extends RequestName>(name: K, params: Params<K>): Result<K> {
    return this.service.handle(name, params) as Result<K>;
  }

  apply: CaptureHost['apply'] = (input) => {
    const reply = this.call('input.apply', { input }) as CaptureReply;
    if (this.call('shaderdebug.where', {}).state === 'stopped') this.onStop();
    return reply;
  };
  readUser: CaptureHost['readUser'] = (client, address, length) =>
    this.call('memory.readUser', { client, address, length });
  now: CaptureHost['now'] = () => this.service.engine.now;
  faults: CaptureHost['faults'] = () => this.service.engine.driver.faultCount;

  replay(name: string, client = 1): ReturnType<typeof replayCapture> {
    const folder = fileURLToPath(new URL(`../lab/fixtures/captures/${name}`, import.meta.url));
    return replayCapture(readCapture(folder), this, client);
  }
}
