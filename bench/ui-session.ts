/** Recorded sessions for the user-interface benchmark and its tests, written as an engine writes them. */
import { packMeta } from '../src/protocol/records.ts';
import { RingRecorder } from '../src/protocol/ring-recorder.ts';
import { startSessionThread } from '../src/main/session/thread.ts';
import { hostRegisterNames } from '../src/spec/registers/index.ts';

/** Virtual time between two accesses, in ns, and interrupts and jobs among them. */
const EVERY_NS = 50;
const IRQ_EVERY = 50;
const JOB_EVERY = 500;
/** Registers that take turns. */
const REGISTERS = 64;

/** A session of so many accesses with interrupts and jobs among them, at a path that is free. */
export function writeSession(file: string, accesses: number): void {
  const thread = startSessionThread(file);
  const recorder = new RingRecorder(thread.memory, thread.rows);
  const offsets = [...hostRegisterNames()].slice(0, REGISTERS).map((n) => n.offset);
  let seq = 1;
  let raised = true;
  for (let i = 0; i < accesses; i++) {
    const timeNs = i * EVERY_NS;
    const meta = packMeta(i % 3 === 0 ? 2 : 0, i % 2 === 0, false, 4, 0);
    recorder.access(seq++, timeNs, meta, offsets[i % offsets.length] ?? 0, i, 0, 0);
    if (i % IRQ_EVERY === 0) {
      recorder.record('irq', { seq: seq++, timeNs, line: 'gpu', raised, status: raised ? 1 : 0 });
      raised = !raised;
    }
    if (i % JOB_EVERY === 0) {
      recorder.record('job', {
        id: i / JOB_EVERY + 1,
        groupId: 1,
        queue: 0,
        submittedNs: timeNs,
        startedNs: timeNs,
        finishedNs: timeNs + (JOB_EVERY / 2) * EVERY_NS,
        streamVa: 0x7e0000000000,
        streamSize: 64,
        status: 'done',
        fault: undefined,
      });
    }
  }
  recorder.flush();
  thread.close();
}
