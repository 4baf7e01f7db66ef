/**
 * The engine's thread: takes requests from its port one after the other, synchronously, and answers them. It
 * never yields to its event loop, so that nothing happens between two requests.
 */
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { RingRecorder } from '../../protocol/ring-recorder.ts';
import type { RingMemory } from '../../protocol/ring.ts';
import { requestFrame } from '../../protocol/messages.ts';
import { toWire } from '../../protocol/client.ts';
import { CONTROL, EngineControl } from './control.ts';
import { Service } from './service.ts';

export interface EngineWorkerData {
  readonly port: MessagePort;
  readonly control: SharedArrayBuffer;
  readonly ring: RingMemory;
  /** Where rows other than accesses go. */
  readonly rows: MessagePort;
}

function main(data: EngineWorkerData): void {
  const control = new EngineControl(data.control);
  const recorder = new RingRecorder(data.ring, data.rows);
  const serve = (message: unknown): void => {
    const frame = requestFrame.safeParse(message);
    if (!frame.success) {
      data.port.postMessage({
        notice: 'alert',
        data: { message: `refused a malformed message: ${frame.error.message}` },
      });
      return;
    }
    const { id, name, params } = frame.data;
    try {
      data.port.postMessage({ id, result: service.handle(name, params) });
    } catch (error) {
      data.port.postMessage({ id, error: toWire(error) });
    }
  };
  /** Answers messages while the machine stands still inside a request; an abort unwinds it. */
  const pump = (done: () => boolean): void => {
    while (!done()) {
      const bell = Atomics.load(control.words, CONTROL.BELL);
      const message = receiveMessageOnPort(data.port);
      if (message !== undefined) {
        serve(message.message);
        continue;
      }
      control.check(0);
      recorder.hand();
      Atomics.wait(control.words, CONTROL.BELL, bell);
    }
  };
  const service = new Service({
    recorder,
    control,
    notify: (notice, body) => data.port.postMessage({ notice, data: body }),
    pump,
  });
  for (;;) {
    const bell = Atomics.load(control.words, CONTROL.BELL);
    const message = receiveMessageOnPort(data.port);
    if (message !== undefined) {
      serve(message.message);
      continue;
    }
    if (Atomics.load(control.words, CONTROL.ABORT) === 2) break;
    const wait = service.turn();
    recorder.hand();
    if (wait > 0) Atomics.wait(control.words, CONTROL.BELL, bell, wait);
  }
  recorder.flush();
  data.port.close();
}

main(workerData as EngineWorkerData);
