/**
 * The streams with which a real user-space driver sets up its queues: submissions 0 to 2 of a captured run, one for each
 * of three queues, executed before any work comes.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EngineControl } from '../engine/control.ts';
import { ListRecorder, referencePowerOn } from '../engine/testing.ts';
import { Timeline } from '../engine/timeline.ts';
import { readCapture } from './capture-files.ts';
import { replayCapture } from './capture-replay.ts';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const SUBMITS = [0, 1, 2];

describe('the initialisation streams of 03_saxpy_full_init', () => {
  it('execute without fault on their three queues', async () => {
    const recorder = new ListRecorder();
    const history = new Timeline(referencePowerOn('translator'), recorder, new EngineControl());
    history.apply({ kind: 'module-load', module: 'tyr' });
    const result = await replayCapture(readCapture(file('fixtures/captures/03_saxpy_full_init')), {
      apply: (input) => history.apply(input),
      readUser: (client, address, length) => history.readUser(client, address, length),
      now: () => history.engine.now,
      faults: () => history.engine.driver.faultCount,
    });
    expect(result.fault).toBeUndefined();
    const jobs = recorder.jobs().toSorted((a, b) => a.submittedNs - b.submittedNs || a.queue - b.queue);
    const first = SUBMITS.map((n) => jobs[n]);
    expect(first.map((j) => j?.queue)).toEqual([0, 1, 2]);
    for (const job of first) {
      expect(job).toMatchObject({ status: 'done', fault: undefined });
      expect(job?.streamSize).toBeGreaterThan(0);
      // Every instruction of the stream was executed where it lies.
      const own = recorder.of('csEvent').filter((e) => e.queue === job?.queue && inside(e.pc, job));
      expect(own.length).toBeGreaterThan(0);
    }
    const faults = recorder.of('csEvent').filter((e) => e.opcode === 'fault' || e.opcode === 'fatal');
    expect(faults).toEqual([]);
    expect(history.engine.driver.faultCount).toBe(0);
  });
});

function inside(pc: number, job: { readonly streamVa: number; readonly streamSize: number } | undefined): boolean {
  return job !== undefined && pc >= job.streamVa && pc < job.streamVa + job.streamSize;
}
