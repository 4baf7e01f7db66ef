/** The whole bench with either engine: the reference firmware boots, runs work and goes down; nothing differs. */
import { expect, it } from 'vitest';
import { assemble } from '../../../spec/cs/assemble.ts';
import { SYNC_OP_FLAGS } from '../../../spec/uapi/constants.ts';
import type { Input } from '../../../protocol/inputs.ts';
import { EngineControl } from '../../../main/engine/control.ts';
import { Engine, type ApplyResult } from '../../../main/engine/engine.ts';
import { nullRecorder } from '../../../main/engine/recorder.ts';
import { Client } from '../../../main/engine/testing-client.ts';
import { referencePowerOn } from '../../../main/engine/testing.ts';
import type { CoreEngine } from '../core.ts';

/** A state hash after every step of the same life, the instruction counts, and how much was translated. */
function life(engineName: CoreEngine, hot: number): { hashes: string[]; counts: number[]; translated: number } {
  const engine = new Engine(referencePowerOn(engineName), nullRecorder, new EngineControl());
  const { core } = engine.board.machine;
  if (core.translator !== undefined) core.translator.hot = hot;
  const hashes: string[] = [];
  const counts: number[] = [];
  const note = (): void => {
    hashes.push(engine.stateHash());
    counts.push(core.instructions);
  };
  const applier = {
    apply: (input: Input): ApplyResult => engine.apply(input),
    readUser: (client: number, address: number, length: number) => engine.readUser(client, address, length),
  };
  const advance = (ns: number): void => {
    engine.apply({ kind: 'advance', until: 'time', limitNs: ns });
    note();
  };
  engine.apply({ kind: 'module-load', module: 'tyr' });
  note();
  advance(3_000_000);
  const client = new Client(applier, 1, true);
  const text = 'MOVE32 r66, #3000\nADD_IMM32 r66, r66, #-1\nBRANCH.gt r66, #-2';
  const stream = client.stream(new Uint8Array(assemble(text, { arch: 10 }).words.buffer));
  const group = client.group(2, 1);
  for (let k = 0; k < 3; k++) {
    const done = client.syncobj();
    client.submit(group, [{ queue: 0, stream, syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: done }] }]);
    client.wait(done);
    note();
    // Long enough for a suspend now and then.
    advance(20_000_000 * (k + 1));
  }
  client.process.close();
  advance(100_000_000);
  engine.apply({ kind: 'module-unload', module: 'tyr' });
  note();
  return { hashes, counts, translated: core.translator?.madeInstructions ?? 0 };
}

it.each([2, 50])(
  'is the same with both engines, translating after %i branches',
  (hot) => {
    const one = life('interpreter', 0);
    const other = life('translator', hot);
    expect(other.counts).toEqual(one.counts);
    expect(other.hashes).toEqual(one.hashes);
    expect(one.counts.at(-1)).toBeGreaterThan(5000);
    expect(other.translated).toBeGreaterThan(100);
  },
  60_000,
);
