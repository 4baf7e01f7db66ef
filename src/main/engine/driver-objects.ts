/**
 * The driver's objects as plain rows for people: GEM objects, VMs, groups, address spaces, power, firmware words.
 * Read from the live objects through what they show of themselves; nothing here changes them or takes time.
 */
import { join64 } from '../../base/bits.ts';
import type { TyrDevice } from '../../driver/tyr/driver.ts';
import type { Group } from '../../driver/tyr/group.ts';
import { Bo } from '../../driver/tyr/gem.ts';
import type { Queue } from '../../driver/tyr/queue.ts';
import type { Vm } from '../../driver/tyr/vm.ts';
import { ShmemObject } from '../../driver/drm/gem.ts';
import type { GpuVa } from '../../driver/drm/gpuvm.ts';
import type { Machine } from '../../emulator/machine.ts';
import type {
  GemView,
  GroupView,
  LeafRun,
  MappingView,
  QueueView,
  SpaceView,
  VmView,
} from '../../protocol/driver-views.ts';
import { inputBits } from '../../spec/address-space.ts';
import { CS_BLOCKED_REASON, CS_OUTPUT } from '../../spec/firmware/interface.ts';
import { AS_COUNT, MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { GROUP_PRIORITY, VM_BIND_OP_FLAGS } from '../../spec/uapi/constants.ts';

type Owner = GemView['owners'][number];

/** Who has a handle on what: owners by the object found in a file's table. */
function owners<T>(device: TyrDevice, handles: (file: OpenFile) => readonly (readonly [number, T])[]): Map<T, Owner[]> {
  const out = new Map<T, Owner[]>();
  for (const file of device.drm.openFiles) {
    for (const [handle, thing] of handles(file)) {
      const list = out.get(thing) ?? [];
      out.set(thing, list);
      list.push({ pid: file.client.pid, comm: file.client.comm, handle });
    }
  }
  return out;
}
type OpenFile = TyrDevice['drm']['openFiles'][number];

export function syncobjOwners(device: TyrDevice): Map<number, Owner[]> {
  return owners(device, (f) => f.syncobjs.list().map(([handle, s]) => [handle, s.id] as const));
}

export function gemViews(device: TyrDevice): GemView[] {
  const by = owners(device, (f) => f.objects.list());
  const mappings = new Map<number, { vm: number; va: number; size: number }[]>();
  for (const vm of device.vms.values()) {
    for (const { obj, va, range } of vm.gpuvm.mappings) {
      if (obj === undefined) continue;
      const list = mappings.get(obj.id) ?? [];
      mappings.set(obj.id, list);
      list.push({ vm: vm.id, va, size: range });
    }
  }
  return device.drm.allObjects.map((o) => ({
    id: o.id,
    size: o.size,
    label: labelOf(o),
    flags: o instanceof Bo ? o.flags : 0,
    refs: o.refCount,
    owners: by.get(o) ?? [],
    exclusiveVm: o instanceof Bo ? o.exclusiveVm : 0,
    resident: o instanceof ShmemObject && o.hasPages,
    mappings: mappings.get(o.id) ?? [],
  }));
}

function labelOf(object: unknown): string | undefined {
  return object instanceof Bo ? object.label : undefined;
}

export function vmViews(device: TyrDevice): VmView[] {
  const by = owners(device, (f) => f.driverData.vms.list().map(([handle, { vm }]) => [handle, vm] as const));
  return [...device.vms.values()].map((vm) => ({
    id: vm.id,
    forMcu: vm.forMcu,
    owners: by.get(vm) ?? [],
    as: vm.slot,
    active: vm.activeCount,
    root: vm.table.ttbr,
    tables: vm.table.tableCount,
    vaBits: vm.layout.vaBits,
    problems: vmProblems(vm),
    mappings: vm.gpuvm.mappings.map(mappingView),
  }));
}

function vmProblems(vm: Vm): string[] {
  const { unhandledFault, unusable, destroyed } = vm;
  return Object.entries({ faulted: unhandledFault, unusable, destroyed }).flatMap(([name, is]) => (is ? [name] : []));
}

function mappingView({ va, range, obj, offset, flags }: GpuVa): MappingView {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  return {
    va,
    size: range,
    object: obj?.id,
    label: labelOf(obj),
    offset,
    readOnly: has(VM_BIND_OP_FLAGS.MAP_READONLY),
    noExec: has(VM_BIND_OP_FLAGS.MAP_NOEXEC),
    uncached: has(VM_BIND_OP_FLAGS.MAP_UNCACHED),
    sparse: has(VM_BIND_OP_FLAGS.MAP_SPARSE),
  };
}

/** Leaves of a VM's tables; those that continue each other in VA and PA with equal attributes are one run. */
export function leafRuns(vm: Vm, limit: number): { runs: LeafRun[]; total: number } {
  const runs: LeafRun[] = [];
  for (const { va, size, address, level, readOnly, noExec, attrIndex, sh } of vm.table.dump()) {
    const last = runs.at(-1);
    const joins =
      last !== undefined &&
      last.va + last.size === va &&
      last.pa + last.size === address &&
      last.level === level &&
      last.readOnly === readOnly &&
      last.noExec === noExec &&
      last.attrIndex === attrIndex &&
      last.sh === sh;
    if (joins) runs[runs.length - 1] = { ...last, size: last.size + size, count: last.count + 1 };
    else runs.push({ va, size, pa: address, level, count: 1, readOnly, noExec, attrIndex, sh });
  }
  return { runs: runs.slice(0, limit), total: runs.length };
}

export function groupViews(device: TyrDevice): GroupView[] {
  return [...device.sched.groups.values()].map((group) => ({
    id: group.id,
    owner: group.owner,
    vm: group.vm.id,
    state: group.state,
    priority: group.priority,
    slot: group.csgId < 0 ? undefined : group.csgId,
    list: listOf(device, group),
    flags: groupFlags(group),
    queues: group.queues.map((q) => queueView(device, group, q)),
  }));
}

const PRIORITY_NAMES = new Map<number, string>(Object.entries(GROUP_PRIORITY).map(([k, v]) => [v, k.toLowerCase()]));

function listOf({ sched }: TyrDevice, group: Group): string {
  if (group.csgId >= 0) return `on slot ${group.csgId}`;
  const within = (lists: readonly (readonly Group[])[]): boolean => lists.some((l) => l.includes(group));
  const priority = PRIORITY_NAMES.get(group.priority) ?? String(group.priority);
  const list = within(sched.runnable) ? 'runnable' : within(sched.idle) ? 'idle' : 'none';
  const waits = sched.waiting.includes(group) ? ', waits for sync objects' : '';
  return `${list} (${priority})${waits}`;
}

function groupFlags(g: Group): string[] {
  const { destroyed, timedout, innocent, drained } = g;
  const set = Object.entries({ idle: g.isIdle, destroyed, 'timed out': timedout, innocent, drained });
  const flags = set.flatMap(([name, is]) => (is ? [name] : []));
  return g.fatalQueues === 0 ? flags : [...flags, `fatal queues 0x${g.fatalQueues.toString(16)}`];
}

const BLOCKED_NAMES = new Map<number, string>(
  Object.entries(CS_BLOCKED_REASON).map(([name, value]) => [value, name.toLowerCase().replaceAll('_', ' ')]),
);

function queueView(device: TyrDevice, group: Group, queue: Queue): QueueView {
  return {
    group: group.id,
    index: queue.index,
    priority: queue.priority,
    ringVa: queue.ring.va,
    ringSize: queue.ring.size,
    insert: queue.insert,
    extract: queue.extract,
    inFlight: queue.jobsInFlight,
    waiting: Math.max(0, queue.jobs.pending - queue.jobsInFlight),
    seqno: queue.seqno,
    blocked: blockedReason(device, group, queue),
    waitVa: queue.syncWait?.va,
  };
}

/** The driver's word on a queue without a slot, the hardware's on one with a slot. */
function blockedReason(device: TyrDevice, group: Group, queue: Queue): string {
  const { syncWait } = queue;
  const bit = 1 << queue.index;
  if (syncWait !== undefined && (group.blockedQueues & bit) !== 0) {
    const ref = join64(syncWait.ref.lo, syncWait.ref.hi);
    return `sync object ${syncWait.gt ? '>' : '<='} ${ref}`;
  }
  const stream = device.fw.glb.groups[group.csgId]?.streams[queue.index];
  if (stream === undefined) return queue.jobs.pending > queue.jobsInFlight ? 'dependencies' : '';
  const reason = stream.output.read(CS_OUTPUT.STATUS_BLOCKED_REASON) & 0xf;
  return reason === 0 ? '' : (BLOCKED_NAMES.get(reason) ?? `reason ${reason}`);
}

/** Every address space of the hardware, with the VM the driver has put there. */
export function spaceViews(machine: Machine, device: TyrDevice | undefined): SpaceView[] {
  const seated = new Map(device?.mmu.entries());
  return Array.from({ length: AS_COUNT }, (_, slot) => {
    const vm = seated.get(slot);
    const at = (register: { at(i: number): { readonly offset: number } }, word = 0): number =>
      machine.peek(register.at(slot).offset + word * 4);
    const cfg = at(MMU_CONTROL.AS_TRANSCFG);
    const mode = MMU_CONTROL.AS_TRANSCFG.field('mode');
    return {
      slot,
      vm: vm?.id,
      active: vm?.activeCount ?? 0,
      root: join64(at(MMU_CONTROL.AS_TRANSTAB), at(MMU_CONTROL.AS_TRANSTAB, 1)),
      mode: mode.nameOf(cfg & 0xf) ?? String(cfg & 0xf),
      vaBits: inputBits((cfg >>> 6) & 0x1f),
      faulted: vm?.unhandledFault ?? false,
      lockedVa: vm?.lockedRegion?.start,
      lockedSize: vm?.lockedRegion?.size,
    };
  });
}
