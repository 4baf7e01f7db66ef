/**
 * The trace of group slots over time against the scheduler's rules in their plainest form: random groups of mixed
 * priorities, more than there are slots, that wait for each other's syncobjs, hang, end or are dropped; after every tick
 * the slots hold exactly what the rules pick, and the firmware was asked to start, resume, suspend and end just that.
 */
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CORE_IOCTLS as C, PANTHOR_IOCTLS as P } from '../../spec/uapi/ioctls.ts';
import {
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import type { Group } from './group.ts';
import { Bench } from './testing-bench.ts';
import type { CallEnd } from './testing-firmware.ts';
import { words } from './testing-uapi.ts';
import { Tick } from './tick.ts';

const SIGNAL = 0x8000_0000;
const STREAM = 0x200_0000;
const SLOTS = 8;
const TOP = 15;

interface Seat {
  readonly group: Group;
  readonly priority: number;
}
/** What a tick has before it chooses. */
interface Before {
  readonly seats: readonly Seat[];
  readonly runnable: readonly (readonly Group[])[];
  readonly idle: readonly (readonly Group[])[];
  readonly full: boolean;
}

/** Groups the rules pick, strongest first. */
function rules({ seats, runnable, idle, full }: Before): readonly Group[] {
  const old = [0, 1, 2, 3].map((p) =>
    seats
      .filter((s) => s.group.priority === p)
      .toSorted((a, b) => b.priority - a.priority)
      .map((s) => s.group),
  );
  const [waiting, resting] = [runnable.map((l) => [...l]), idle.map((l) => [...l])];
  const picked: Group[][] = [[], [], [], []];
  const room = (): number => SLOTS - picked.flat().length;
  const take = (from: Group[][], p: number, idleToo: boolean): void => {
    for (const group of from[p]?.slice() ?? []) {
      if (room() === 0) return;
      if (!group.canRun || (group.isIdle && !idleToo)) continue;
      from[p]?.splice(from[p]?.indexOf(group) ?? 0, 1);
      picked[p]?.push(group);
    }
  };
  for (const p of full ? [] : [3, 2, 1, 0]) {
    take(old, p, false);
    if (p === 3) take(waiting, p, false);
  }
  for (const p of [3, 2, 1, 0]) {
    if (room() === 0) break;
    // The one that was first goes last.
    const first = old[p]?.shift();
    take(old, p, false);
    take(waiting, p, false);
    if (first !== undefined) old[p]?.push(first);
    take(old, p, false);
  }
  for (const p of [3, 2, 1, 0]) {
    take(old, p, true);
    take(resting, p, true);
  }
  return picked.toReversed().flat();
}

class Play {
  readonly bench = new Bench();
  readonly c = this.bench.client('SYS_NICE');
  readonly vm = this.c.ok(P.VM_CREATE, {}).id;
  readonly ends = new Map<number, CallEnd>();
  readonly handles: number[] = [];
  readonly fences: number[] = [];
  ticks = 0;
  readonly kinds = new Set<string>();
  private streams = 0;

  constructor() {
    const { handle: bo } = this.c.ok(P.BO_CREATE, { size: 0x10_0000 });
    const map = { bo_handle: bo, va: STREAM, size: 0x10_0000 };
    this.c.ok(P.VM_BIND, { vm_id: this.vm, ops: this.c.array(panthorVmBindOp, [map]) });
    this.bench.firmware.onCall = (start) => this.ends.get(start) ?? 'done';
  }

  group(priority: number, count: number): void {
    const queues = this.c.array(
      panthorQueueCreate,
      Array.from({ length: count }, () => ({ priority: 1, ringbuf_size: 4096 })),
    );
    this.handles.push(this.c.ok(P.GROUP_CREATE, { queues, priority, vm_id: this.vm }).group_handle);
  }

  /** A job that waits for an earlier one of another group, perhaps, and signals. */
  submit(group: number, queue: number, end: CallEnd, wait: number): void {
    const start = STREAM + 64 * this.streams++;
    this.ends.set(start, end);
    const done = this.c.syncobj();
    const waits =
      this.fences.length === 0 || wait % 3 > 0 ? [] : [{ handle: this.fences[wait % this.fences.length] ?? 0 }];
    const syncs = this.c.array(panthorSyncOp, [...waits, { flags: SIGNAL, handle: done }]);
    const job = { queue_index: queue, stream_addr: start, stream_size: 64, syncs };
    const queue_submits = this.c.array(panthorQueueSubmit, [job]);
    const { ret } = this.c.call(P.GROUP_SUBMIT, { group_handle: group, queue_submits });
    if (ret === 0) this.fences.push(done);
  }

  /** Looks at every tick. */
  watch(): void {
    const { tyr, kernel, firmware } = this.bench;
    const { sched } = tyr;
    const { kinds } = this;
    const counted = (): void => void this.ticks++;
    let before: Before | undefined;
    let said = 0;
    const seats = (): Seat[] =>
      sched.csgs.slots.flatMap((s) => (s.group === undefined ? [] : [{ group: s.group, priority: s.priority }]));
    const { pick, apply } = Tick.prototype;
    vi.spyOn(Tick.prototype, 'pick').mockImplementation(function look(this: Tick, full: boolean) {
      before = {
        seats: seats(),
        runnable: sched.runnable.map((l) => [...l]),
        idle: sched.idle.map((l) => [...l]),
        full,
      };
      said = firmware.states.length;
      pick.call(this, full);
    });
    vi.spyOn(Tick.prototype, 'apply').mockImplementation(function look(this: Tick) {
      const was = before ?? { seats: [], runnable: [], idle: [], full: true };
      const want = rules(was);
      const slotOf = new Map(was.seats.map((s) => [s.group, s.group.csgId]));
      const fresh = want.filter((g) => !slotOf.has(g)).map((g) => (g.state === 'SUSPENDED' ? 'RESUME' : 'START'));
      const leaving = was.seats.filter((s) => !want.includes(s.group));
      const ended = leaving.map((s) => `CSG${slotOf.get(s.group)} ${s.group.canRun ? 'SUSPEND' : 'TERMINATE'}`);
      const ok = apply.call(this);
      expect(ok).toBe(true);
      const now = seats().toSorted((a, b) => b.priority - a.priority);
      expect(now.map((s) => s.group.id)).toEqual(want.map((g) => g.id));
      expect(now.map((s) => s.priority)).toEqual(want.map((_, i) => TOP - i));
      // The firmware was asked for what changed and for nothing else.
      const asked = firmware.states.slice(said);
      const goes = asked.filter((a) => /SUSPEND|TERMINATE/.test(a));
      const comes = asked.filter((a) => /START|RESUME/.test(a)).map((a) => a.split(' ')[1]);
      expect(goes.toSorted()).toEqual(ended.toSorted());
      expect(comes.toSorted()).toEqual(fresh.toSorted());
      for (const a of asked) kinds.add(a.split(' ')[1] ?? '');
      counted();
      return ok;
    });
    expect(kernel.cpu.depth).toBe(0);
  }
}

const ENDS: readonly CallEnd[] = ['done', 'done', 'hang', 'hang', 'fault', 'fatal'];

describe('slots over time', () => {
  afterEach(() => vi.restoreAllMocks());

  it('are what the rules pick, tick by tick', () => {
    const kinds = new Set<string>();
    let ticks = 0;
    const step = fc.record({
      what: fc.nat(9),
      group: fc.nat(13),
      queue: fc.nat(1),
      end: fc.constantFrom(...ENDS),
      wait: fc.nat(50),
      ms: fc.integer({ min: 1, max: 14 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 90 }), (steps) => {
        const play = new Play();
        for (let i = 0; i < 14; i++) play.group([1, 0, 1, 2, 1, 3][i % 6] ?? 1, 2);
        play.watch();
        for (const { what, group, queue, end, wait, ms } of steps) {
          const handle = play.handles[group] ?? 1;
          if (what < 7) play.submit(handle, queue, end, wait);
          else if (what === 7 && wait < 10) play.c.call(P.GROUP_DESTROY, { group_handle: handle });
          else play.bench.run(ms);
        }
        play.bench.run(60);
        expect(play.bench.tyr.reset.count).toBe(0);
        vi.restoreAllMocks();
        for (const k of play.kinds) kinds.add(k);
        ticks += play.ticks;
      }),
      { seed: 4711, numRuns: 40 },
    );
    expect([...kinds].toSorted()).toEqual(['RESUME', 'START', 'SUSPEND', 'TERMINATE']);
    expect(ticks).toBeGreaterThan(500);
  });

  it('let all finish that wait for each other, strongest first', () => {
    const play = new Play();
    const order: number[] = [];
    play.bench.firmware.onCall = (start) => {
      order.push((start - STREAM) / 64);
      return 'done';
    };
    for (let i = 0; i < 14; i++) play.group(i % 4, 2);
    play.watch();
    // A chain over all groups, twice, each link waiting for the one before.
    let last = 0;
    const submit = (i: number): void => {
      const done = play.c.syncobj();
      const waits = last === 0 ? [] : [{ handle: last }];
      const syncs = play.c.array(panthorSyncOp, [...waits, { flags: SIGNAL, handle: done }]);
      const job = { queue_index: i % 2, stream_addr: STREAM + 64 * i, stream_size: 64, syncs };
      const queue_submits = play.c.array(panthorQueueSubmit, [job]);
      play.c.ok(P.GROUP_SUBMIT, { group_handle: play.handles[i % 14] ?? 0, queue_submits });
      last = done;
    };
    for (let i = 0; i < 28; i++) submit(i);
    play.bench.run(600);
    expect(order).toEqual(Array.from({ length: 28 }, (_, i) => i));
    const poll = { handles: words(play.c, last), count_handles: 1 };
    expect(play.c.call(C.SYNCOBJ_WAIT, poll).ret).toBe(0);
    expect(play.ticks).toBeGreaterThan(5);
  });
});
