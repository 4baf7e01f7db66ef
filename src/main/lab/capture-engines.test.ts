/** Every capture with interpreted and with translated shaders: the same memory, the same time, the same machine. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ShaderCores } from '../../emulator/shader/core.ts';
import { EngineControl } from '../engine/control.ts';
import { nullRecorder } from '../engine/recorder.ts';
import { referencePowerOn } from '../engine/testing.ts';
import { Timeline } from '../engine/timeline.ts';
import { readCapture } from './capture-files.ts';
import { replayCapture, type CaptureResult } from './capture-replay.ts';

const folder = fileURLToPath(new URL('fixtures/captures/', import.meta.url));
const NAMES = readdirSync(folder).filter((name) => name !== 'shaders');

type Kind = 'interpreter' | 'translator';

interface Run {
  readonly result: CaptureResult;
  readonly hash: string;
  /** Programs that were translated. */
  readonly made: number;
}

async function run(name: string, engine: Kind): Promise<Run> {
  const history = new Timeline(referencePowerOn(engine), nullRecorder, new EngineControl());
  const cores = history.engine.board.machine.csf.shaders;
  if (!(cores instanceof ShaderCores)) throw new Error('no shader cores');
  const { translator } = cores.engine;
  // From the first instruction on.
  if (translator !== undefined) translator.hot = 0;
  history.apply({ kind: 'module-load', module: 'tyr' });
  const result = await replayCapture(readCapture(folder + name), {
    apply: (input) => history.apply(input),
    readUser: (client, address, length) => history.readUser(client, address, length),
    now: () => history.engine.now,
    faults: () => history.engine.driver.faultCount,
  });
  return { result, hash: history.engine.stateHash(), made: translator?.made ?? 0 };
}

describe('captured runs with translated shaders', () => {
  it.each(NAMES)('%s is what it is with interpreted ones', async (name) => {
    const interpreted = await run(name, 'interpreter');
    const translated = await run(name, 'translator');
    expect(translated.result).toEqual(interpreted.result);
    expect(translated.result.ok).toBe(true);
    expect(translated.hash).toBe(interpreted.hash);
    expect(translated.made).toBeGreaterThan(0);
  });
});
