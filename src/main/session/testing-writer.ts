/**
 * A process that records as fast as it can, for tests of crashes and full disks: `node testing-writer.ts FILE COUNT`.
 * Says on its output how far it is committed, when recording failed and why, and that it came to its end.
 */
import { RingRecorder } from '../../protocol/ring-recorder.ts';
import { packMeta } from '../../protocol/records.ts';
import { startSessionThread } from './thread.ts';

const [, , file = '', count = '0'] = process.argv;
const thread = startSessionThread(file);
const recorder = new RingRecorder(thread.memory, thread.rows);
thread.onFailed((reason) => void process.stdout.write(`failed ${reason}\n`));
const meta = packMeta(0, true, false, 4, 0);
const total = Number(count);
const ROUND = 20_000;
recorder.record('input', { seq: 1, timeNs: 0, branch: 0, kind: 'power-on', payload: '{}' });

let seq = 1;
function round(): void {
  for (let i = 0; i < ROUND; i++) {
    seq++;
    recorder.access(seq, seq * 10, meta, (seq & 15) * 4, Math.imul(seq, 0x9e3779b1), seq, 0);
  }
  recorder.flush();
  process.stdout.write(`${recorder.failed ? 'went on to' : 'committed'} ${seq}\n`);
  // Messages of the thread are heard between two rounds.
  if (seq < total) setTimeout(round, 0);
  else {
    thread.close();
    process.stdout.write('end\n');
  }
}
round();
