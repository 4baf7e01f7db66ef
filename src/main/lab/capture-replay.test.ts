/** Captures of a real driver on the whole bench: driver, firmware, command streams, shader cores. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CaptureCall } from '../../formats/capture.ts';
import type { Input } from '../../protocol/inputs.ts';
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { EngineControl } from '../engine/control.ts';
import { nullRecorder } from '../engine/recorder.ts';
import { referencePowerOn } from '../engine/testing.ts';
import { Timeline } from '../engine/timeline.ts';
import { compareBuffer } from './capture-compare.ts';
import { readCapture, type Capture } from './capture-files.ts';
import type { CaptureHost } from './capture-process.ts';
import { replayCapture, type CaptureResult } from './capture-replay.ts';

const path = (name: string): string => fileURLToPath(new URL(`fixtures/captures/${name}`, import.meta.url));

const NAMES = [
  '01_store_const',
  '02_ids',
  '02_ids_indirect',
  '03_saxpy_full_init',
  '04_reduce_shared',
  '06_atomic_histogram',
  '07_atomics_all',
  '10_divergence',
  '14_float_ops',
  '22_ubo',
];

/** Recorded by the campaign of bench/mesa: PanVK has three queues to start and the dispatch, Gallium one of each. */
const CAMPAIGN: readonly (readonly [name: string, submits: number])[] = [
  ['pan_int8', 4],
  ['pan_int64', 4],
  ['pan_scratch_small', 4],
  ['pan_shared_types', 4],
  ['pan_stream_all', 4],
  ['pan_subgroup_arith_emul', 4],
  ['pan_robust', 4],
  ['pan_image_2d', 4],
  ['pan_image_atomics', 4],
  ['pan_texture_linear', 4],
  ['pan_texture_gather', 4],
  ['pan_subgroup_diverged', 4],
  ['gl_ids3d', 2],
  ['gl_half_math', 2],
  ['gl_half_cmp', 2],
  ['gl_shared_scan', 2],
];

/** A booted bench; `inputs` are those after the boot. */
function boot(): { history: Timeline; inputs: Input[]; host: CaptureHost } {
  const history = new Timeline(referencePowerOn('interpreter'), nullRecorder, new EngineControl());
  history.apply({ kind: 'module-load', module: 'tyr' });
  const inputs: Input[] = [];
  const host: CaptureHost = {
    apply: (input) => {
      inputs.push(input);
      return history.apply(input);
    },
    readUser: (client, address, length) => history.readUser(client, address, length),
    now: () => history.engine.now,
    faults: () => history.engine.driver.faultCount,
  };
  return { history, inputs, host };
}

const replay = (capture: Capture): Promise<CaptureResult> => replayCapture(capture, boot().host);

/** The capture with its calls changed. */
function edited(capture: Capture, change: (call: CaptureCall) => CaptureCall): Capture {
  return { ...capture, entries: capture.entries.map((e) => ({ ...e, call: change(e.call) })) };
}

describe('captured runs', () => {
  it.each(NAMES)('%s leaves what another implementation left', async (name) => {
    const result = await replay(readCapture(path(name)));
    expect(result.fault).toBeUndefined();
    expect(result.mismatches).toEqual([]);
    expect(result).toMatchObject({ ok: true, submits: 4 });
  });

  it.each(CAMPAIGN)('%s agrees with the software renderer', async (name, submits) => {
    const result = await replay(readCapture(path(name)));
    expect(result.fault).toBeUndefined();
    expect(result.mismatches).toEqual([]);
    // Gallium's start-up stream may be unmapped when the image is taken.
    expect(result.submits).toBeLessThanOrEqual(submits);
    expect(result.ok).toBe(true);
  });

  it('name buffer, offset and both words where they differ', async () => {
    const capture = readCapture(path('01_store_const'));
    const expected = Uint8Array.from(capture.expected!);
    expected[65536 + 5] = 1;
    const result = await replay({ ...capture, expected });
    expect(result.ok).toBe(false);
    expect(result.mismatches).toEqual([{ buffer: 'set0.binding1', offset: 4, got: 0, want: 0x100 }]);
  });

  it('are inputs that replay to the same machine', async () => {
    const first = boot();
    await replayCapture(readCapture(path('04_reduce_shared')), first.host);
    const second = boot();
    for (const input of first.inputs) second.history.apply(input);
    expect(second.history.engine.stateHash()).toBe(first.history.engine.stateHash());
  });

  it('get the addresses of their own tiler heap', async () => {
    const { inputs, host } = boot();
    const heaps: { context: number; chunk: number }[] = [];
    const { TILER_HEAP_CREATE: call } = PANTHOR_IOCTLS;
    await replayCapture(readCapture(path('03_saxpy_full_init')), {
      ...host,
      apply: async (input) => {
        const reply = await host.apply(input);
        if (input.kind === 'ioctl' && input.command === call.number && reply.argument !== undefined) {
          const heap = call.layout.decode(reply.argument);
          heaps.push({ context: heap.tiler_heap_ctx_gpu_va, chunk: heap.first_heap_chunk_gpu_va });
        }
        return reply;
      },
    });
    const [heap] = heaps;
    const stores = inputs.flatMap((input) => (input.kind === 'user-write' ? [input.bytes] : []));
    const pairs = stores.flatMap((bytes) => [...new BigUint64Array(Uint8Array.from(bytes).buffer)]);
    // MOVE48 d66, heap context; and in the heap descriptor: base, bottom, top.
    expect(pairs).toContain(0x0142n * 2n ** 48n + BigInt(heap!.context));
    expect(pairs).toContain(BigInt(heap!.chunk));
    expect(pairs).toContain(BigInt(heap!.chunk + 64));
    expect(pairs).toContain(BigInt(heap!.chunk + (2 << 20)));
    const moved = heap!.context !== 0x8000_0000_1000;
    expect(pairs.includes(0x0142_8000_0000_1000n)).toBe(!moved);
  });

  it('fault by name when the shader is no shader', async () => {
    const capture = readCapture(path('01_store_const'));
    const [image] = capture.images;
    const code = image!.maps.find((m) => m.va === 0xfff95000)!;
    const bytes = Uint8Array.from(image!.bytes);
    for (const run of code.runs) bytes.fill(0, run.fileOffset, run.fileOffset + run.length);
    const result = await replay({ ...capture, images: [{ ...image!, bytes }] });
    expect(result.ok).toBe(false);
    expect(result.fault).toMatch(/hardware reported 1 fault/);
  });

  it('with asynchronous bindings and waits on points nobody signals', async () => {
    const capture = edited(readCapture(path('01_store_const')), (call) => {
      if (call.kind === 'vmBind') {
        const syncs = [{ flags: 0x8000_0001, handle: 7, point: 3 }];
        return { ...call, flags: 1, ops: call.ops.map((op) => ({ ...op, syncs })) };
      }
      if (call.kind !== 'groupSubmit') return call;
      const wait = [
        { flags: 1, handle: 7, point: 3 },
        { flags: 1, handle: 9, point: 5 },
        { flags: 0, handle: 10, point: 0 },
      ];
      return { ...call, queues: call.queues.map((q) => ({ ...q, syncs: [...wait, ...q.syncs] })) };
    });
    expect(await replay(capture)).toMatchObject({ ok: true, fault: undefined });
  });

  it('on other queues, and with objects taken down at the end', async () => {
    const capture = readCapture(path('22_ubo'));
    const swapped = edited(capture, (call) =>
      call.kind === 'groupSubmit' ? { ...call, queues: call.queues.map((q) => ({ ...q, queue: 2 - q.queue })) } : call,
    );
    const unmap = { flags: 0x1000_0000, bo: 0, boOffset: 0, va: 0xfff9_a000, size: 0x1_0000, syncs: [] };
    const end = [
      { line: 900, call: { kind: 'vmBind', vm: 1, flags: 0, ops: [unmap] } },
      { line: 901, call: { kind: 'other', name: 'VM_DESTROY' } },
    ] as const;
    expect(await replay({ ...swapped, entries: [...swapped.entries, ...end] })).toMatchObject({ ok: true });
  });

  it('leave out a stream that was unmapped before the only image was taken', async () => {
    const capture = readCapture(path('gl_ids3d'));
    const unmap = { flags: 0x1000_0000, bo: 0, boOffset: 0, va: 0x7fff_fffe_a000, size: 0x1000, syncs: [] };
    const at = capture.entries.findLastIndex((e) => e.call.kind === 'groupSubmit');
    const entries = [...capture.entries];
    entries.splice(at, 0, { line: 900, call: { kind: 'vmBind', vm: 1, flags: 1, ops: [unmap] } });
    const images = capture.images.map((i) => ({ ...i, maps: i.maps.filter((m) => m.va !== unmap.va) }));
    expect(await replay({ ...capture, images })).toMatchObject({ ok: true, submits: 2 });
    expect(await replay({ ...capture, entries, images })).toMatchObject({ ok: true, submits: 1, fault: undefined });
  });

  it('report what the driver refuses', async () => {
    const capture = edited(readCapture(path('01_store_const')), (call) =>
      call.kind === 'groupCreate' ? { ...call, computeMask: 0xffff_ffff } : call,
    );
    const result = await replay(capture);
    expect(result.fault).toMatch(/GROUP_CREATE failed with errno 22/);
  });
});

describe('comparison of buffers', () => {
  const buffer = { name: 'b', va: 0, size: 8, expectedOffset: 0 };
  const floats = (...x: number[]): Uint8Array => new Uint8Array(Float32Array.from(x).buffer);

  it('takes a relative tolerance, NaN for NaN, and bits in exact mode', () => {
    const tolerance = { mode: 'tolerance', relative: 1e-6 } as const;
    const count = (got: Uint8Array, want: Uint8Array, compare: Parameters<typeof compareBuffer>[3]): number =>
      compareBuffer(buffer, got, want, compare).count;
    expect(count(floats(1, NaN), floats(1 + 5e-7, -NaN), tolerance)).toBe(0);
    expect(count(floats(1, 2), floats(1.00001, 2), tolerance)).toBe(1);
    expect(count(floats(1, Infinity), floats(1, 3e38), tolerance)).toBe(1);
    expect(count(floats(0, 1), floats(-0, 1), tolerance)).toBe(0);
    expect(count(floats(0, 1), floats(-0, 1), { mode: 'exact', relative: 0 })).toBe(1);
    expect(count(floats(0, 1), floats(5, 6), { mode: 'none', relative: 0 })).toBe(0);
  });
});
