/**
 * Random calls of three processes, good and bad ones mixed, played against the driver and against the rules of
 * `testing-model.ts`: every answer, every number handed out, and what is there afterwards must agree.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CORE_IOCTLS as C, PANTHOR_IOCTLS as P } from '../../spec/uapi/ioctls.ts';
import {
  panthorBoSyncOp,
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import { toRet, errnoName } from '../kernel/errno.ts';
import type { TyrFile } from './file.ts';
import { Bo } from './gem.ts';
import { ModelFile, RULES, put } from './testing-model.ts';
import type { Errno, ModelObject, ModelSyncobj, ModelVm } from './testing-model.ts';
import { Bench } from './testing-bench.ts';
import type { TestClient } from './testing-bench.ts';
import { words } from './testing-uapi.ts';

const SIGNAL = 0x8000_0000;
const PAGE = 4096;
const FILES = 3;
/** Objects of the driver: of a group and each of its queues, and of a pool. */
const GROUP_OBJECTS = 3;
const QUEUE_OBJECTS = 3;

/** One number in so many is not one the process has (chosen). */
const STRAY = 9;
const rarely = <T>(good: readonly T[], bad: readonly T[]): readonly T[] => {
  const mostly = Array.from({ length: 14 * bad.length }, (_, i) => good[i % good.length]).filter(
    (v) => v !== undefined,
  );
  return [...mostly, ...bad];
};
/** Values a step chooses from: mostly good ones, so that something grows. */
const FLAG = rarely([0], [1]);
const RANGE = rarely([0, 2 ** 32, 2 ** 40, 2 ** 48 - 2 ** 28], [2 ** 48]);
const SIZE = rarely([0x2345, 0x20_0000, 0x40_1000, 0x60_0000, 1], [0]);
const BO_FLAGS = rarely([0, 0, 0, 1, 2], [3, 4]);
const VA = rarely([0x1000, 0x2000, 0x20_0000, 0x1f_f000, 0x40_0000, 0x3000, 0x60_0000], [0x1001, 2 ** 47]);
const LENGTH = rarely([0x1000, 0x2000, 0x20_0000, 0x40_0000, 0x3000, 0x1f_f000, 0], [0x800]);
const OFFSET = rarely([0, 0, 0, 0x1000, 0x20_0000], [0x100]);
const MAP_FLAGS = rarely([0, 0, 1, 2, 4, 7, 10], [8, 16]);
const KIND = rarely([0, 0, 0, 1, 1], [5]);
const PRIORITY = rarely([0, 1, 1], [2, 4]);
const QUEUES = rarely([1, 2, 8], [9, 0, 33]);
const RING = rarely([4096, 65536, 4096], [0, 0x1800]);
const CHUNK = rarely([0x2_0000, 0x20_0000], [0x1_0000, 0x2_0800]);
const POINT = [0, 0, 1, 3, 5, 9];

interface Player {
  client: TestClient;
  model: ModelFile;
}

class Game {
  readonly bench = new Bench();
  readonly players: Player[] = [];
  readonly base: number;

  constructor() {
    for (let i = 0; i < FILES; i++) this.players.push({ client: this.bench.client(), model: new ModelFile() });
    this.base = this.bench.tyr.drm.allObjects.length;
    // Something to begin with, made by the same moves.
    const always: Pick = Object.assign(<T>(list: readonly T[]): T => list[0] as T, { id: () => 1 });
    for (const player of this.players)
      for (const move of START) {
        const [got, want] = move(this, player, always);
        expect(got).toEqual(want);
      }
  }

  /** One step: the driver's answer and the rules' must be the same. */
  play(step: Step): void {
    const player = this.players[step.who % FILES];
    const move = MOVES[step.move % MOVES.length];
    if (player === undefined || move === undefined) return;
    const pick = picker(step.numbers);
    const [got, want] = move(this, player, pick);
    expect(got, move.name).toEqual(want);
    this.bench.run(1);
  }

  file(player: Player): TyrFile {
    const file = this.bench.tyr.drm.openFiles.find((f) => f.client.pid === player.client.client.pid);
    if (file === undefined) throw new Error('the file is closed');
    return file.driverData;
  }

  check(): void {
    const { drm, sched, vms } = this.bench.tyr;
    const models = this.players.map((p) => p.model);
    const alive = new Set<ModelObject>();
    const syncobjs = new Set<ModelSyncobj>();
    let own = 0;
    for (const m of models) {
      for (const object of m.objects.map.values()) alive.add(object);
      for (const s of m.syncobjs.map.values()) syncobjs.add(s);
      for (const fd of m.fds.map.values()) {
        if (fd.kind === 'dma-buf') alive.add(fd.object);
        if (fd.kind === 'syncobj') syncobjs.add(fd.syncobj);
      }
      for (const vm of m.vms.map.values()) {
        for (const { object } of vm.mapped.values()) alive.add(object);
        if (vm.heaps !== undefined) own += 1 + vm.heaps.flat().length;
      }
      for (const { queues } of m.groups.map.values()) own += GROUP_OBJECTS + QUEUE_OBJECTS * queues;
      if (m.dummy !== undefined) alive.add(m.dummy);
    }
    for (const object of alive) expect(object.holders).toBeGreaterThan(0);
    expect(drm.allObjects.length - this.base).toBe(alive.size + own);
    expect(drm.syncobjs.count).toBe(syncobjs.size);
    expect(drm.fds.count).toBe(models.reduce((n, m) => n + m.fds.map.size, 0));
    expect(sched.groups.size).toBe(models.reduce((n, m) => n + m.groups.map.size, 0));
    // A VM that was destroyed lives as long as groups have it.
    const living = new Set(
      models.flatMap((m) => [...m.vms.map.values(), ...[...m.groups.map.values()].map((g) => g.vm)]),
    );
    expect(vms.size - 1).toBe(living.size);
    for (const player of this.players) this.checkMappings(player);
  }

  /** Page by page: the tables show the page of the object that the rules say. */
  private checkMappings(player: Player): void {
    const file = this.file(player);
    const objects = new Map<ModelObject, Bo>();
    for (const [handle, object] of player.model.objects.map) {
      const bo = file.file.objects.get(handle);
      if (!(bo instanceof Bo)) throw new Error(`no object ${handle}`);
      expect(bo.size).toBe(object.pages * PAGE);
      objects.set(object, bo);
    }
    for (const [id, vm] of player.model.vms.map) {
      const real = file.vm(id).vm;
      const user = real.gpuvm.mappings.filter((m) => m.va < real.layout.userRange);
      expect(user.reduce((n, m) => n + m.range / PAGE, 0)).toBe(vm.mapped.size);
      for (const m of user) {
        for (let at = 0; at < m.range; at += PAGE) {
          const page = vm.mapped.get((m.va + at) / PAGE);
          if (page === undefined) throw new Error(`a page too many at 0x${(m.va + at).toString(16)}`);
          const bo = m.obj as Bo;
          const known = objects.get(page.object);
          if (known !== undefined) expect(bo).toBe(known);
          else objects.set(page.object, bo);
          const leaf = real.table.walk(m.va + at);
          expect(real.table.toPhys(m.va + at)).toBe(bo.paOf(page.page * PAGE));
          expect([leaf?.readOnly, leaf?.noExec]).toEqual([(page.flags & 1) !== 0, (page.flags & 2) !== 0]);
        }
      }
      this.checkEmpty(real, vm);
    }
  }

  private checkEmpty(real: TyrFileVm, vm: ModelVm): void {
    for (const at of VA) {
      if (at % PAGE === 0 && !vm.mapped.has(at / PAGE) && at < real.layout.userRange) {
        expect(real.table.toPhys(at)).toBeUndefined();
      }
    }
  }
}

type TyrFileVm = ReturnType<TyrFile['vm']>['vm'];
interface Step {
  readonly who: number;
  readonly move: number;
  readonly numbers: readonly number[];
}
/** Chooses from lists by the numbers of a step, one after the other. */
interface Pick {
  <T>(list: readonly T[]): T;
  /** Mostly a number that the process has, now and then any. */
  id(known: ReadonlyMap<number, unknown>): number;
}
type Outcome = readonly [got: unknown, want: unknown];
type Move = (game: Game, player: Player, pick: Pick) => Outcome;

function picker(numbers: readonly number[]): Pick {
  let at = 0;
  const next = (): number => numbers[at++ % numbers.length] ?? 0;
  const pick = <T>(list: readonly T[]): T => {
    const value = list[next() % list.length];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  };
  const id = (known: ReadonlyMap<number, unknown>): number => {
    const n = next();
    const keys = [...known.keys()];
    const any = n % 12;
    return n % STRAY === 0 ? any : (keys[n % keys.length] ?? any);
  };
  return Object.assign(pick, { id });
}

/** Answer of a call as the rules give it: a number that was handed out follows success. */
const created = (errno: Errno, n: number): unknown => (errno === 0 ? [0, n] : errno);

const MOVES: readonly Move[] = [
  function vmCreate(_g, { client, model }, pick) {
    const [flags, range] = [pick(FLAG), pick(RANGE)];
    const id = model.vms.next();
    const { ret, out } = client.call(P.VM_CREATE, { flags, user_va_range: range });
    return [ret === 0 ? [0, out.id] : ret, created(RULES.vmCreate(model, flags, range), id)];
  },
  function vmDestroy(_g, { client, model }, pick) {
    const [id, pad] = [pick.id(model.vms.map), pick(FLAG)];
    return [client.call(P.VM_DESTROY, { id, pad }).ret, RULES.vmDestroy(model, id, pad)];
  },
  boCreate,
  boCreate,
  function gemClose(_g, { client, model }, pick) {
    const handle = pick.id(model.objects.map);
    return [client.call(C.GEM_CLOSE, { handle }).ret, RULES.gemClose(model, handle)];
  },
  bind,
  bind,
  bind,
  bind,
  function mmapOffset(_g, { client, model }, pick) {
    const [handle, pad] = [pick.id(model.objects.map), pick(FLAG)];
    return [client.call(P.BO_MMAP_OFFSET, { handle, pad }).ret, RULES.mmapOffset(model, handle, pad)];
  },
  function boSync(_g, { client, model }, pick) {
    const [handle, type, offset, size] = [pick.id(model.objects.map), pick([0, 1, 2]), pick(OFFSET), pick(LENGTH)];
    const ops = client.array(panthorBoSyncOp, [{ handle, type, offset, size }]);
    return [client.call(P.BO_SYNC, { ops }).ret, RULES.boSync(model, handle, type, offset, size)];
  },
  function groupCreate(_g, { client, model }, pick) {
    const [vm, priority, count, ring] = [pick.id(model.vms.map), pick(PRIORITY), pick(QUEUES), pick(RING)];
    const handle = model.groups.next();
    const queues = client.array(
      panthorQueueCreate,
      Array.from({ length: count }, () => ({ priority: 1, ringbuf_size: ring })),
    );
    const { ret, out } = client.call(P.GROUP_CREATE, { queues, priority, vm_id: vm });
    const want = RULES.groupCreate(model, vm, priority, count, ring);
    return [ret === 0 ? [0, out.group_handle] : ret, created(want, handle)];
  },
  function groupDestroy(_g, { client, model }, pick) {
    const [group_handle, pad] = [pick.id(model.groups.map), pick(FLAG)];
    return [client.call(P.GROUP_DESTROY, { group_handle, pad }).ret, RULES.groupDestroy(model, group_handle, pad)];
  },
  function groupState(_g, { client, model }, pick) {
    const [group_handle, pad] = [pick.id(model.groups.map), pick(FLAG)];
    return [client.call(P.GROUP_GET_STATE, { group_handle, pad }).ret, RULES.groupState(model, group_handle, pad)];
  },
  submit,
  submit,
  function heapCreate(_g, { client, model }, pick) {
    const [vm_id, initial, max, chunk] = [
      pick.id(model.vms.map),
      pick(rarely([1, 2], [0])),
      pick(rarely([4, 2], [1])),
      pick(CHUNK),
    ];
    const args = { vm_id, initial_chunk_count: initial, max_chunks: max, chunk_size: chunk };
    return [client.call(P.TILER_HEAP_CREATE, args).ret, RULES.heapCreate(model, vm_id, initial, max, chunk)];
  },
  function heapDestroy(_g, { client, model }, pick) {
    const [vm, heap, pad] = [pick.id(model.vms.map), pick([0, 0, 1, 0, 200]), pick(FLAG)];
    const want = RULES.heapDestroy(model, vm, heap, pad);
    return [client.call(P.TILER_HEAP_DESTROY, { handle: (vm << 16) | heap, pad }).ret, want];
  },
  syncobjCreate,
  syncobjCreate,
  function syncobjDestroy(_g, { client, model }, pick) {
    const [handle, pad] = [pick.id(model.syncobjs.map), pick(FLAG)];
    return [client.call(C.SYNCOBJ_DESTROY, { handle, pad }).ret, RULES.syncobjDestroy(model, handle, pad)];
  },
  function syncobjReset(_g, { client, model }, pick) {
    const handles = someHandles(model, pick);
    const args = { handles: words(client, ...handles, 0), count_handles: handles.length };
    const want = RULES.syncobjSet(model, handles, (s) => (s.content = 'none'));
    return [client.call(C.SYNCOBJ_RESET, args).ret, want];
  },
  function syncobjSignal(_g, { client, model }, pick) {
    const handles = someHandles(model, pick);
    const args = { handles: words(client, ...handles, 0), count_handles: handles.length };
    return [client.call(C.SYNCOBJ_SIGNAL, args).ret, RULES.syncobjSet(model, handles, (s) => put(s, 0))];
  },
  function timelineSignal(_g, { client, model }, pick) {
    const [handle, point] = [pick.id(model.syncobjs.map), pick([1, 2, 5, 9])];
    const args = { handles: words(client, handle), points: words(client, point, 0), count_handles: 1 };
    return [client.call(C.SYNCOBJ_TIMELINE_SIGNAL, args).ret, RULES.syncobjSet(model, [handle], (s) => put(s, point))];
  },
  function query(_g, { client, model }, pick) {
    const [handle, flags] = [pick.id(model.syncobjs.map), pick([0, 1])];
    const points = words(client, 77, 0);
    const { ret } = client.call(C.SYNCOBJ_QUERY, { handles: words(client, handle), points, count_handles: 1, flags });
    const value = new Uint32Array(client.user.copyFrom(points, 4).buffer)[0];
    const content = model.syncobjs.map.get(handle)?.content;
    const want = content === undefined ? 'ENOENT' : [0, typeof content === 'number' ? content : 0];
    return [ret === 0 ? [0, value] : ret, want];
  },
  function wait(_g, { client, model }, pick) {
    const [handle, flags] = [pick.id(model.syncobjs.map), pick([0, 1, 2, 3, 8, 4])];
    const args = { handles: words(client, handle), count_handles: 1, flags };
    return [client.call(C.SYNCOBJ_WAIT, args).ret, RULES.wait(model, { handle, point: 0 }, flags, 11)];
  },
  function timelineWait(_g, { client, model }, pick) {
    const [handle, point, flags] = [pick.id(model.syncobjs.map), pick(POINT), pick([0, 1, 2, 4, 6, 16])];
    const args = { handles: words(client, handle), points: words(client, point, 0), count_handles: 1, flags };
    return [client.call(C.SYNCOBJ_TIMELINE_WAIT, args).ret, RULES.wait(model, { handle, point }, flags, 15)];
  },
  function transfer(_g, { client, model }, pick) {
    const { map } = model.syncobjs;
    const to = { handle: pick.id(map), point: pick(POINT) };
    const from = { handle: pick.id(map), point: to.point === 0 ? 0 : pick(POINT) };
    const args = { src_handle: from.handle, src_point: from.point, dst_handle: to.handle, dst_point: to.point };
    return [client.call(C.SYNCOBJ_TRANSFER, args).ret, RULES.transfer(model, from, to)];
  },
  function exportObject(_g, { client, model }, pick) {
    const [handle, flags] = [pick.id(model.objects.map), pick(rarely([0, 2, 0x8_0000], [1]))];
    const fd = model.fds.next();
    const { ret, out } = client.call(C.PRIME_HANDLE_TO_FD, { handle, flags });
    return [ret === 0 ? [0, out.fd] : ret, created(RULES.exportObject(model, handle, flags), fd)];
  },
  function importObject(_g, { client, model }, pick) {
    const fd = pick.id(model.fds.map);
    const file = model.fds.map.get(fd);
    const known = [...model.objects.map].find(([, o]) => file?.kind === 'dma-buf' && o === file.object)?.[0];
    const handle = known ?? model.objects.next();
    const { ret, out } = client.call(C.PRIME_FD_TO_HANDLE, { fd });
    return [ret === 0 ? [0, out.handle] : ret, created(RULES.importObject(model, fd), handle)];
  },
  function exportSyncobj(_g, { client, model }, pick) {
    const [handle, flags] = [pick.id(model.syncobjs.map), pick([0, 1])];
    const fd = model.fds.next();
    const { ret, out } = client.call(C.SYNCOBJ_HANDLE_TO_FD, { handle, flags });
    return [ret === 0 ? [0, out.fd] : ret, created(RULES.exportSyncobj(model, handle, flags === 1), fd)];
  },
  function importSyncobj(_g, { client, model }, pick) {
    const fd = pick.id(model.fds.map);
    const handle = model.syncobjs.next();
    const { ret, out } = client.call(C.SYNCOBJ_FD_TO_HANDLE, { fd });
    return [ret === 0 ? [0, out.handle] : ret, created(RULES.importSyncobj(model, fd), handle)];
  },
  function closeFd(_g, { client, model }, pick) {
    const fd = pick.id(model.fds.map);
    const ret = toRet(() => client.file.fds.close(fd));
    return [ret === 0 ? 0 : errnoName(ret), RULES.closeFd(model, fd)];
  },
  function sendFd(game, { client, model }, pick) {
    const fd = pick.id(model.fds.map);
    const to = pick(game.players);
    const ret = toRet(() => client.file.fds.send(fd, to.client.client.pid));
    return [ret === 0 ? 0 : errnoName(ret), RULES.sendFd(model, fd, to.model)];
  },
  function reopen(game, player, pick) {
    // Rarely, or nothing would ever grow.
    if (pick(rarely([0], [1])) === 0) return [0, 0];
    player.client.file.close();
    player.client.user.clear();
    RULES.close(player.model);
    player.client = game.bench.client();
    player.model = new ModelFile();
    return [0, 0];
  },
];

function start(name: string): Move {
  const move = MOVES.find((m) => m.name === name);
  if (move === undefined) throw new Error(name);
  return move;
}

function boCreate(_g: Game, { client, model }: Player, pick: Pick): Outcome {
  const vm = pick([0, 0, 1]) === 0 ? 0 : pick.id(model.vms.map);
  const [size, flags, pad] = [pick(SIZE), pick(BO_FLAGS), pick(FLAG)];
  const handle = model.objects.next();
  const { ret, out } = client.call(P.BO_CREATE, { size, flags, exclusive_vm_id: vm, pad });
  return [ret === 0 ? [0, out.handle] : ret, created(RULES.boCreate(model, size, flags, vm, pad), handle)];
}

function bind(_g: Game, { client, model }: Player, pick: Pick): Outcome {
  const id = pick.id(model.vms.map);
  const count = pick([1, 1, 2, 3, 1, 0]);
  const ops = Array.from({ length: count }, () => {
    const kind = pick(KIND);
    const flags = kind === 0 ? pick(MAP_FLAGS) : pick(FLAG);
    const bare = kind !== 0 || (flags & 8) !== 0;
    const handle = bare ? pick(FLAG) : pick.id(model.objects.map);
    return {
      kind,
      flags,
      handle,
      va: pick(VA),
      size: pick(LENGTH),
      offset: bare ? pick(rarely([0], [PAGE])) : pick(OFFSET),
    };
  });
  const array = client.array(
    panthorVmBindOp,
    ops.map((op) => ({
      flags: ((op.kind << 28) | op.flags) >>> 0,
      bo_handle: op.handle,
      va: op.va,
      size: op.size,
      bo_offset: op.offset,
    })),
  );
  const { ret, out } = client.call(P.VM_BIND, { vm_id: id, ops: array });
  const want = RULES.bind(model, id, ops);
  return [
    [ret, out.ops.count],
    [want.errno, want.errno === 0 ? count : want.done],
  ];
}

function submit(_g: Game, { client, model }: Player, pick: Pick): Outcome {
  const [group_handle, queue_index] = [pick.id(model.groups.map), pick([0, 0, 0, 1, 7])];
  const { map } = model.syncobjs;
  const wait = pick([0, 1]) === 0 ? { handle: 0, point: 0 } : { handle: pick.id(map), point: pick(POINT) };
  const signal = pick([0, 1]) === 0 ? { handle: 0, point: 0 } : { handle: pick.id(map), point: pick(POINT) };
  const sync = ({ handle, point }: { handle: number; point: number }, flag: number) =>
    handle === 0 ? [] : [{ handle, flags: (flag | Number(point > 0)) >>> 0, timeline_value: point }];
  const syncs = client.array(panthorSyncOp, [...sync(wait, 0), ...sync(signal, SIGNAL)]);
  const queue_submits = client.array(panthorQueueSubmit, [{ queue_index, syncs }]);
  const { ret } = client.call(P.GROUP_SUBMIT, { group_handle, queue_submits });
  return [ret, RULES.submit(model, group_handle, queue_index, wait, signal)];
}

function syncobjCreate(_g: Game, { client, model }: Player, pick: Pick): Outcome {
  const flags = pick(rarely([0, 0, 1], [2]));
  const handle = model.syncobjs.next();
  const { ret, out } = client.call(C.SYNCOBJ_CREATE, { flags });
  return [ret === 0 ? [0, out.handle] : ret, created(RULES.syncobjCreate(model, flags), handle)];
}

function someHandles(model: ModelFile, pick: Pick): readonly number[] {
  return Array.from({ length: pick([1, 1, 2, 0]) }, () => pick.id(model.syncobjs.map));
}

const START: readonly Move[] = [
  'vmCreate',
  'vmCreate',
  'groupCreate',
  'groupCreate',
  'boCreate',
  'boCreate',
  'boCreate',
  'syncobjCreate',
  'syncobjCreate',
  'syncobjCreate',
].map(start);

describe('random calls of three processes', () => {
  const step = fc.record({
    who: fc.nat(FILES - 1),
    move: fc.nat(MOVES.length - 1),
    numbers: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }),
  });
  it.each([1, 2026, 0x5eed])('get the answers of the rules and leave what they say (seed %i)', (seed) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 60, maxLength: 200 }), (steps) => {
        const game = new Game();
        for (const s of steps) game.play(s);
        game.check();
        for (const { client, model } of game.players) {
          client.file.close();
          client.user.clear();
          RULES.close(model);
        }
        game.bench.run(120);
        const { drm, sched, vms } = game.bench.tyr;
        expect([drm.allObjects.length, drm.syncobjs.count, drm.fds.count]).toEqual([game.base, 0, 0]);
        expect([sched.groups.size, vms.size]).toEqual([0, 1]);
      }),
      { seed, numRuns: 16 },
    );
  });
});
