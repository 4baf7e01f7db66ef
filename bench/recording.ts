/** Register accesses recorded per second, against the same bytes appended to a plain file in the same run. */
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RingRecorder } from '../src/protocol/ring-recorder.ts';
import { packMeta } from '../src/protocol/records.ts';
import { startSessionThread } from '../src/main/session/thread.ts';
import { median, seconds, type Benchmark } from './bench.ts';

const ACCESSES = 500_000;
const BYTES_EACH = 32;
const BATCH = 4096;
const ROUNDS = 3;

function rawAppend(file: string): void {
  const fd = openSync(file, 'w');
  const batch = new Int32Array((BATCH * BYTES_EACH) / 4);
  for (let i = 0; i < ACCESSES; i += BATCH) {
    for (let k = 0; k < batch.length; k++) batch[k] = i + k;
    writeSync(fd, batch);
  }
  closeSync(fd);
}

function record(file: string): number {
  const thread = startSessionThread(file);
  const recorder = new RingRecorder(thread.memory, thread.rows);
  const meta = packMeta(0, false, false, 4, 0);
  const start = performance.now();
  for (let i = 1; i <= ACCESSES; i++) recorder.access(i, i * 50, meta, (i & 63) * 4, i, i, 0);
  const engine = performance.now() - start;
  recorder.flush();
  thread.close();
  return engine;
}

export const recording: Benchmark = {
  name: 'recording',
  about: 'register accesses into a session, against raw appends',
  async run(report) {
    const dir = mkdtempSync(path.join(tmpdir(), 'tyr-bench-'));
    try {
      let n = 0;
      const raw = await median(ROUNDS, () => seconds(() => rawAppend(path.join(dir, 'raw'))));
      let file = '';
      const ours = await median(ROUNDS, () =>
        seconds(() => {
          file = path.join(dir, `s${n++}.tyrsession`);
          record(file);
        }),
      );
      const size = statSync(file).size;
      report(`${ACCESSES.toLocaleString('en')} accesses, median of ${ROUNDS} rounds`);
      return [
        {
          name: 'recording.accesses-per-second',
          value: ACCESSES / ours,
          unit: '1/s',
          anchor: 'raw append of the same bytes',
          ratio: raw / ours,
        },
        {
          name: 'recording.bytes-per-access',
          value: size / ACCESSES,
          unit: 'B',
          anchor: 'raw record',
          ratio: size / ACCESSES / BYTES_EACH,
        },
      ];
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
