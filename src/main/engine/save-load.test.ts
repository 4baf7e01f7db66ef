/**
 * A bench that was saved and loaded goes on as one that ran through: same registers, same driver, same memory.
 */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import { SYNC_OP_FLAGS } from '../../spec/uapi/constants.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { Input } from '../../protocol/inputs.ts';
import { EngineControl } from './control.ts';
import { Engine, type ApplyResult } from './engine.ts';
import { UserProcess, type Applier } from './process.ts';
import { nullRecorder } from './recorder.ts';
import { Client } from './testing-client.ts';
import { referencePowerOn } from './testing.ts';

const POWER_ON = referencePowerOn('interpreter');

const engine = (): Engine => new Engine(POWER_ON, nullRecorder, new EngineControl());

/** Lets inputs take effect and keeps them. */
class Script implements Applier {
  readonly inputs: Input[] = [];
  readonly engine: Engine;
  /** Called before each input with its number. */
  before: (index: number) => void = () => {};

  constructor(on: Engine) {
    this.engine = on;
  }

  apply(input: Input): ApplyResult {
    this.before(this.inputs.length);
    this.inputs.push(input);
    return this.engine.apply(input);
  }

  readUser(client: number, address: number, length: number): Uint8Array {
    return this.engine.readUser(client, address, length);
  }
}

const words = (text: string): Uint8Array => new Uint8Array(assemble(text, { arch: 10 }).words.buffer);

/** Two clients with work of all kinds: done, waiting, endless, private objects of a VM that goes away. */
function scenario(script: Script): void {
  const advance = (ns: number): void => void script.apply({ kind: 'advance', until: 'time', limitNs: ns });
  script.apply({ kind: 'module-load', module: 'tyr' });
  advance(3_000_000);
  const a = new Client(script, 1, true);
  const b = new Client(script, 2);
  const count = a.stream(words('MOVE32 r66, #3000\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2'));
  const endless = b.stream(words('BRANCH.always r66, #-1'));
  const [ga, gb] = [a.group(2, 2), b.group(1, 1)];
  const gate = a.syncobj();
  const done = a.syncobj();
  a.submit(ga, [
    { queue: 0, stream: count, syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: gate }] },
    { queue: 1, stream: count, syncs: [{ handle: gate }, { flags: SYNC_OP_FLAGS.SIGNAL, handle: done }] },
  ]);
  a.wait(done);
  advance(40_000);
  b.submit(gb, [{ queue: 0, stream: endless }]);
  advance(150_000);
  const orphanVm = a.process.must(PANTHOR_IOCTLS.VM_CREATE, {}).id;
  a.process.must(PANTHOR_IOCTLS.BO_CREATE, { size: 0x5000, exclusive_vm_id: orphanVm });
  a.process.must(PANTHOR_IOCTLS.VM_DESTROY, { id: orphanVm });
  a.process.must(PANTHOR_IOCTLS.TILER_HEAP_CREATE, {
    vm_id: a.vm,
    initial_chunk_count: 2,
    chunk_size: 0x20_0000,
    max_chunks: 4,
  });
  advance(20_000_000);
  script.apply({ kind: 'poke', offset: 0x30, value: 0, by: 'user' });
  b.process.must(CORE_IOCTLS.SYNCOBJ_CREATE, {});
  b.process.close();
  advance(2_000_000);
  a.submit(ga, [{ queue: 0, stream: count }]);
  advance(90_000_000);
  a.submit(ga, [{ queue: 1, stream: count }]);
  advance(3_000_000);
  a.process.close();
  advance(100_000_000);
  script.apply({ kind: 'module-unload', module: 'tyr' });
}

describe('a saved bench', () => {
  const script = new Script(engine());
  const saved = new Map<number, { state: ReturnType<Engine['save']>; hash: string }>();
  // Every eighth point between inputs, and all around the module's life.
  script.before = (i) => {
    if (i % 8 === 7 || i < 3) saved.set(i, { state: script.engine.save(), hash: script.engine.stateHash() });
  };
  scenario(script);
  const end = script.engine.stateHash();

  it('goes on in a new engine as it would have gone on', () => {
    expect(saved.size).toBeGreaterThan(6);
    for (const [at, { state, hash }] of saved) {
      const copy = engine();
      copy.load(structuredClone(state));
      expect(copy.stateHash(), `loaded before input ${at}`).toBe(hash);
      for (const input of script.inputs.slice(at)) copy.apply(input);
      expect(copy.stateHash(), `run on from input ${at}`).toBe(end);
    }
  });

  it('replaces whatever an engine was doing', () => {
    const points = [...saved];
    const one = engine();
    for (const [at, { state, hash }] of [points.at(-2), points[4], points.at(-1), points[0], points[6]].flatMap((p) =>
      p ? [p] : [],
    )) {
      one.load(state);
      expect(one.stateHash(), `back to input ${at}`).toBe(hash);
      for (const input of script.inputs.slice(at, at + 3)) one.apply(input);
    }
  });

  it('keeps a probe that failed', () => {
    const failed = engine();
    failed.apply({ kind: 'board-fault', what: 'map', errno: 5, skip: 0 });
    failed.apply({ kind: 'module-load', module: 'tyr' });
    const copy = engine();
    copy.load(failed.save());
    expect(copy.stateHash()).toBe(failed.stateHash());
    expect(copy.driver.probeErrno).toBe(failed.driver.probeErrno);
    for (const e of [failed, copy]) {
      e.apply({ kind: 'module-unload', module: 'tyr' });
      e.apply({ kind: 'module-load', module: 'tyr' });
    }
    expect(copy.stateHash()).toBe(failed.stateHash());
    expect(() => new UserProcess(copy, 3)).not.toThrow();
  });
});
