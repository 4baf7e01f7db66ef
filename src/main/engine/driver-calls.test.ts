/** Files of the device between processes as inputs of the engine: recorded, saved in the middle, done again. */
import { describe, expect, it } from 'vitest';
import { CORE_IOCTLS as C, PANTHOR_IOCTLS as P } from '../../spec/uapi/ioctls.ts';
import { FD_IOCTLS, dmaBufExportSyncFile } from '../../spec/uapi/fd-structs.ts';
import { Client } from './testing-client.ts';
import { testBench } from './testing.ts';

function setup() {
  const bench = testBench();
  expect(bench.call('bench.boot', {}).ok).toBe(true);
  const [a, b] = [new Client(bench.engine, 1), new Client(bench.engine, 2)];
  const { handle } = a.process.must(P.BO_CREATE, { size: 0x1000 });
  const { fd } = a.process.must(C.PRIME_HANDLE_TO_FD, { handle });
  return { bench, a, b, handle, fd };
}

describe('files of the device', () => {
  it('pass from process to process: both see one buffer', () => {
    const { bench, a, b, handle, fd } = setup();
    const { result: there } = bench.engine.apply({ kind: 'fd-send', client: 1, fd, to: 2 });
    expect(there).toBeGreaterThan(3);
    expect(bench.engine.apply({ kind: 'fd-close', client: 1, fd }).result).toBe(0);
    expect(bench.engine.apply({ kind: 'fd-close', client: 1, fd }).result).toBe(-9);
    const imported = b.process.must(C.PRIME_FD_TO_HANDLE, { fd: there }).handle;
    const map = (c: Client, h: number) =>
      c.process.mmap(c.process.must(P.BO_MMAP_OFFSET, { handle: h }).offset, 0x1000);
    const [mine, theirs] = [map(a, handle), map(b, imported)];
    a.process.write(mine + 8, Uint8Array.of(7, 8, 9));
    expect(b.process.read(theirs + 8, 3)).toEqual(Uint8Array.of(7, 8, 9));
  });

  it('have calls of their own, recorded with their fields, and survive save and load', () => {
    const { bench, fd } = setup();
    const spec = FD_IOCTLS.DMA_BUF_EXPORT_SYNC_FILE;
    const call = (argument: Uint8Array) =>
      bench.engine.apply({ kind: 'fd-ioctl', client: 1, fd, command: spec.number, writes: [], argument });
    const reply = call(dmaBufExportSyncFile.encode({ flags: 1 }));
    expect(reply.result).toBe(0);
    const row = bench.recorder.of('ioctl').at(-1);
    expect(row).toMatchObject({ name: 'DMA_BUF_IOCTL_EXPORT_SYNC_FILE', client: 1, result: 0 });
    expect(JSON.parse(row?.args ?? '')).toMatchObject({ file: fd, flags: 1 });
    expect(call(new Uint8Array(8)).result).toBe(-22);
    bench.engine.load(bench.engine.save());
    const again = call(dmaBufExportSyncFile.encode({ flags: 2 }));
    expect(again.result).toBe(0);
  });

  it('count events, and a signal ends a wait', () => {
    const { bench, a } = setup();
    const event = bench.engine.apply({ kind: 'eventfd', client: 1 }).result;
    const syncobj = a.process.must(C.SYNCOBJ_CREATE, { flags: 1 }).handle;
    a.process.must(C.SYNCOBJ_EVENTFD, { handle: syncobj, fd: event });
    expect(bench.engine.apply({ kind: 'eventfd-read', client: 1, fd: event }).result).toBe(1);
    const { ticket } = a.process.call(C.SYNCOBJ_WAIT, {
      handles: a.process.put(new Uint8Array(new Uint32Array([a.syncobj()]).buffer)),
      count_handles: 1,
      flags: 2,
      timeout_nsec: Number.MAX_SAFE_INTEGER,
    });
    expect(ticket).toBeDefined();
    bench.engine.apply({ kind: 'interrupt', ticket: ticket ?? 0 });
    expect(bench.engine.clients.answerOf(ticket ?? 0)?.ret).toBe(-4);
    expect(() => bench.engine.apply({ kind: 'interrupt', ticket: ticket ?? 0 })).toThrow('no call waits');
  });
});

it('the trace of calls has the elements of arrays, and knows whose driver was called', () => {
  const { bench, a } = setup();
  a.group(1, 2);
  const row = bench.recorder.of('ioctl').at(-1);
  expect(JSON.parse(row?.args ?? '').queues.elements).toHaveLength(2);
  bench.engine.apply({ kind: 'module-load', module: 'nova' });
  bench.engine.apply({ kind: 'open', client: 9, node: 'nova', privileged: false });
  bench.engine.apply({ kind: 'ioctl', client: 9, command: 0xc0106440, argument: new Uint8Array(16), writes: [] });
  expect(bench.recorder.of('ioctl').at(-1)?.name).toBe('DRM_IOCTL_NOVA_GETPARAM');
});
