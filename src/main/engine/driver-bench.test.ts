/**
 * The driver on the whole bench, real firmware below it: more groups than slots, feature words as
 * user space sees them, and objects counted back to zero.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SYNC_OP_FLAGS } from '../../spec/uapi/constants.ts';
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { panthorGpuInfo } from '../../spec/uapi/panthor-structs.ts';
import type { Layout } from '../../spec/uapi/layout.ts';
import { GPU_CONTROL, GPU_POWER } from '../../spec/registers/index.ts';
import { UserProcess } from './process.ts';
import { Client } from './testing-client.ts';
import { advance, booted, flushes, MS, words } from './testing-driver.ts';

/** Period of the scheduler. */
const TICK = 10 * MS;

describe('more groups than slots', () => {
  it('all finish; slots follow priority, and groups are suspended and resumed as asked', () => {
    const { bench, tyr } = booted();
    const client = new Client(bench.engine, 1, true);
    const stream = client.stream(words(flushes(60)));
    const slots = tyr.sched.csgs.slots.length;
    // Twelve groups of three queues, priorities mixed; each group's queues wait for each other and for a neighbour.
    const groups = Array.from({ length: slots + 4 }, (_, i) => ({ handle: client.group(i % 3, 3), priority: i % 3 }));
    const gates = groups.map(() => [client.syncobj(), client.syncobj(), client.syncobj()] as const);
    const signal = (handle: number) => ({ flags: SYNC_OP_FLAGS.SIGNAL, handle });
    for (const [i, { handle }] of groups.entries()) {
      const [a, b, c] = gates[i]!;
      const neighbour = i > 0 ? [{ handle: gates[i - 1]![0] }] : [];
      expect(
        client.submit(handle, [
          { queue: 0, stream, syncs: [signal(a)] },
          { queue: 1, stream, syncs: [{ handle: a }, ...neighbour, signal(b)] },
          { queue: 2, stream, syncs: [{ handle: b }, signal(c)] },
        ]),
      ).toBe(0);
    }
    // What sits on the slots, looked at often, against the rules in their plainest form.
    const states: number[] = [];
    const waitingSince = new Map<number, number>();
    for (let step = 0; step < 400 && !gates.every((g) => client.done(g[2])); step++) {
      bench.engine.apply({ kind: 'advance', until: 'time', limitNs: MS / 4 });
      const seated = tyr.sched.csgs.slots.flatMap((s, csg) =>
        s.group === undefined ? [] : [{ ...s, csg, group: s.group }],
      );
      expect(new Set(seated.map((s) => s.group.id)).size).toBe(seated.length);
      expect(seated.every((s) => s.group.csgId === s.csg)).toBe(true);
      // Slot priorities are distinct, and a stronger group never has the weaker one.
      expect(new Set(seated.map((s) => s.priority)).size).toBe(seated.length);
      for (const x of seated) {
        for (const y of seated) {
          if (x.group.priority > y.group.priority) expect(x.priority).toBeGreaterThan(y.priority);
        }
      }
      // A group with work that is stronger than one on a slot waits for the next full tick at most.
      const weakest = Math.min(...seated.filter((x) => !x.group.isIdle).map((x) => x.group.priority));
      const passedOver = tyr.sched.runnable.flat().filter((g) => g.canRun && g.csgId < 0 && g.priority > weakest);
      for (const id of waitingSince.keys()) if (!passedOver.some((g) => g.id === id)) waitingSince.delete(id);
      for (const { id } of passedOver) {
        const since = waitingSince.get(id) ?? bench.engine.now;
        waitingSince.set(id, since);
        expect(bench.engine.now - since).toBeLessThanOrEqual(2 * TICK);
      }
      states.push(seated.length);
    }
    expect(gates.flat().map((h) => client.done(h))).not.toContain(false);
    expect(groups.map(({ handle }) => client.state(handle).state)).toEqual(groups.map(() => 0));
    // Every job ran on the hardware exactly once, a queue's in order.
    const jobs = bench.recorder.jobs();
    expect(jobs).toHaveLength(groups.length * 3);
    expect(jobs.every((j) => j.status === 'done')).toBe(true);
    // Queue 1 started after queue 0 of its own group and of its neighbour had finished.
    const of = (group: number, queue: number) => jobs.find((j) => j.groupId === group && j.queue === queue)!;
    const ids = [...new Set(jobs.map((j) => j.groupId))].toSorted((x, y) => x - y);
    for (const [i, id] of ids.entries()) {
      expect(of(id, 1).startedNs).toBeGreaterThanOrEqual(of(id, 0).finishedNs!);
      expect(of(id, 2).startedNs).toBeGreaterThanOrEqual(of(id, 1).finishedNs!);
      if (i > 0) expect(of(id, 1).startedNs).toBeGreaterThanOrEqual(of(ids[i - 1]!, 0).finishedNs!);
    }
    expect(states).toContain(slots);
    client.process.close();
    advance(bench, 120);
    expect(tyr.sched.groups.size).toBe(0);
    expect(tyr.vms.size).toBe(1);
  });

  it('a group that was suspended goes on where it was', () => {
    const { bench, tyr } = booted();
    const client = new Client(bench.engine, 1, true);
    const long = client.stream(words(flushes(4000)));
    const slots = tyr.sched.csgs.slots.length;
    const handles = Array.from({ length: slots + 2 }, () => client.group(1, 1));
    const done = handles.map((handle) => {
      const syncobj = client.syncobj();
      client.submit(handle, [{ queue: 0, stream: long, syncs: [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: syncobj }] }]);
      return syncobj;
    });
    const suspended = new Set<number>();
    for (let ms = 0; ms < 200 && !done.every((h) => client.done(h)); ms += 2) {
      advance(bench, 2);
      for (const g of tyr.sched.groups.values()) if (g.state === 'SUSPENDED' && !g.isIdle) suspended.add(g.id);
    }
    expect(done.map((h) => client.done(h))).not.toContain(false);
    expect(suspended.size).toBeGreaterThan(0);
  });
});

describe('GPU_INFO', () => {
  const WORDS: readonly (readonly [string, Record<string, number>])[] = [
    ['compressed formats', { GPU_TEXTURE_FEATURES_0: 0xc1ff_ff9f }],
    [
      'all words',
      {
        GPU_TEXTURE_FEATURES_0: 0x1234_5678,
        GPU_TEXTURE_FEATURES_1: 0xffff,
        GPU_TEXTURE_FEATURES_2: 0x1f_ffff,
        GPU_TEXTURE_FEATURES_3: 7,
      },
    ],
    ['one core', { GPU_SHADER_PRESENT: 1, GPU_THREAD_MAX_THREADS: 0x400 }],
    ['another revision', { GPU_ID: 0xa867_1020, GPU_REVID: 0x55, GPU_TILER_FEATURES: 0xa09 }],
  ];
  it.each(WORDS)('byte for byte: %s', (_name, overrides) => {
    const { bench } = booted({ overrides });
    const process = new UserProcess(bench.engine, 1);
    const pointer = process.put(new Uint8Array(panthorGpuInfo.size));
    process.must(PANTHOR_IOCTLS.DEV_QUERY, { type: 0, size: panthorGpuInfo.size, pointer });
    const bytes = process.read(pointer, panthorGpuInfo.size);
    // The struct built from the registers themselves.
    const expected = new Uint8Array(panthorGpuInfo.size);
    const view = new DataView(expected.buffer);
    const { machine } = bench.engine.board;
    const R = GPU_CONTROL;
    const order = [
      R.GPU_ID,
      R.GPU_REVID,
      R.GPU_CSF_ID,
      R.GPU_L2_FEATURES,
      R.GPU_TILER_FEATURES,
      R.GPU_MEM_FEATURES,
      R.GPU_MMU_FEATURES,
      R.GPU_THREAD_FEATURES,
      R.GPU_THREAD_MAX_THREADS,
      R.GPU_THREAD_MAX_WORKGROUP_SIZE,
      R.GPU_THREAD_MAX_BARRIER_SIZE,
      R.GPU_COHERENCY_FEATURES,
    ];
    for (const [i, register] of order.entries()) view.setUint32(i * 4, machine.peek(register.offset), true);
    for (let i = 0; i < 4; i++) view.setUint32(48 + i * 4, machine.peek(0xb0 + i * 4), true);
    view.setUint32(64, machine.peek(R.GPU_AS_PRESENT.offset), true);
    view.setUint32(68, 31, true);
    for (const [at, register] of [
      [72, GPU_POWER.GPU_SHADER_PRESENT],
      [80, GPU_POWER.GPU_L2_PRESENT],
      [88, GPU_POWER.GPU_TILER_PRESENT],
    ] as const) {
      view.setUint32(at, machine.peek(register.offset), true);
      view.setUint32(at + 4, machine.peek(register.offset + 4), true);
    }
    view.setUint32(96, machine.peek(R.GPU_CORE_FEATURES.offset), true);
    expect(bytes).toEqual(expected);
  });
});

describe('random calls of several clients', () => {
  it('leave nothing behind', () => {
    const { bench, tyr } = booted();
    advance(bench, 5);
    const idle = { objects: tyr.drm.allObjects.length, pages: bench.engine.kernel.dma.pagesUsed };
    const values = fc.oneof(
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom(4096, 0x10_0000, 0x20_0000, 2 ** 31, 1 << 16),
    );
    const names = Object.keys(PANTHOR_IOCTLS) as (keyof typeof PANTHOR_IOCTLS)[];
    const call = fc.record({
      client: fc.integer({ min: 1, max: 3 }),
      name: fc.constantFrom(...names),
      fields: fc.array(values, { minLength: 14, maxLength: 14 }),
    });
    let next = 0;
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
        const clients = [1, 2, 3].map(() => new Client(bench.engine, ++next));
        const groups = clients.map((c) => c.group(1, 2));
        for (const { client, name, fields } of calls) {
          const { process } = clients[client - 1]!;
          const spec = PANTHOR_IOCTLS[name];
          const argument = new Uint8Array(spec.layout.size);
          const view = new DataView(argument.buffer);
          for (let at = 0; at + 4 <= argument.length; at += 4) view.setUint32(at, fields[at / 4] ?? 0, true);
          const { result } = process.raw<Layout>(spec, argument);
          expect(result <= 0).toBe(true);
        }
        // Whatever they did, they can still work, unless they destroyed what they work with.
        for (const [i, c] of clients.entries()) c.submit(groups[i]!, [{ queue: 0 }]);
        advance(bench, 1);
        for (const c of clients) c.process.close();
        advance(bench, 20);
        expect(tyr.sched.groups.size).toBe(0);
        expect(tyr.vms.size).toBe(1);
        expect(tyr.drm.syncobjs.count).toBe(0);
        expect(tyr.drm.fences.pendingCount).toBe(0);
        expect(tyr.drm.allObjects).toHaveLength(idle.objects);
        expect(bench.engine.kernel.dma.pagesUsed).toBe(idle.pages);
      }),
      { seed: 20_261_122, numRuns: 40 },
    );
    expect(bench.engine.kernel.lockOrder.reports).toEqual([]);
  });
});
