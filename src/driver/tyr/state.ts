/**
 * Saved state of a bound device (engine law 5): every part in the order in which it can be built again. Loading
 * goes into a device bound by the same firmware and register values, drops what it has without ending it, and
 * touches no hardware. It takes page-table pages on the way: the kernel's and the machine's state are loaded
 * after the driver's.
 */
import { invariant } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import type { DrmDeviceState } from '../drm/device.ts';
import { Resv } from '../drm/resv.ts';
import type { ResvState } from '../drm/resv.ts';
import type { Client } from '../kernel/char-device.ts';
import type { TyrDevice } from './driver.ts';
import type { TyrFileState } from './file.ts';
import type { DevfreqState } from '../kernel/devfreq.ts';
import type { RuntimePmState } from '../kernel/runtime-pm.ts';
import type { FirmwareState } from './fw.ts';
import type { PowerState } from './power.ts';
import { Bo } from './gem.ts';
import type { KernelBoState } from './gem.ts';
import { assemble } from './group-create.ts';
import type { Group, GroupConfig, GroupFlags } from './group.ts';
import type { Heaps } from './heap.ts';
import type { MmuState } from './mmu.ts';
import type { QueueState } from './queue.ts';
import type { ResetState } from './reset.ts';
import type { SchedState } from './sched.ts';
import type { Vm, VmState } from './vm.ts';
import type { GpuIrqState } from './irq.ts';

interface GroupSaved {
  readonly id: number;
  readonly config: GroupConfig;
  readonly vm: number;
  readonly owner: string;
  readonly flags: GroupFlags;
  readonly tilerOom: number;
  readonly memory: { readonly suspend: KernelBoState; readonly protm: KernelBoState; readonly syncobjs: KernelBoState };
  readonly queues: readonly {
    readonly priority: number;
    readonly ring: KernelBoState;
    readonly cursors: KernelBoState;
    readonly times: KernelBoState;
    readonly state: QueueState;
  }[];
}

export interface TyrState {
  readonly nextVm: number;
  readonly nextGroup: number;
  readonly profiling: number;
  readonly reset: ResetState;
  readonly gpu: number;
  readonly power: PowerState;
  readonly pm: RuntimePmState | undefined;
  readonly devfreq: DevfreqState;
  readonly gpuIrq: GpuIrqState;
  readonly mmu: MmuState;
  readonly vms: readonly VmState[];
  /** Reservations that objects of destroyed VMs still share, by VM. */
  readonly orphans: readonly { readonly vm: number; readonly resv: ResvState }[];
  readonly drm: DrmDeviceState;
  readonly fw: FirmwareState;
  readonly heaps: ReturnType<Heaps['save']>;
  readonly groups: readonly GroupSaved[];
  readonly sched: SchedState;
}

/** Plain data; only between events. */
export function saveDevice(device: TyrDevice): TyrState & Plain {
  const { fences } = device.drm;
  const state = {
    nextVm: device.nextVm,
    nextGroup: device.nextGroup,
    profiling: device.profiling,
    reset: device.reset.save(),
    gpu: device.gpu.save(),
    power: device.power.save(),
    pm: device.pm?.save(),
    devfreq: device.devfreq.save(),
    gpuIrq: device.gpuIrq.save(),
    mmu: device.mmu.save(),
    vms: [...device.vms.values()].map((vm) => vm.save(fences)),
    orphans: orphans(device).map(([vm, resv]) => ({ vm, resv: resv.save(fences) })),
    drm: device.drm.save(),
    fw: device.fw.save(),
    heaps: device.heaps.save(),
    groups: [...device.sched.groups.values()].map((group) => saveGroup(device, group)),
    sched: device.sched.save(),
  };
  return state as unknown as TyrState & Plain;
}

/** Private objects outlive their VM; they go on sharing the reservation it had. */
function orphans(device: TyrDevice): readonly (readonly [number, Resv])[] {
  const found = new Map<number, Resv>();
  for (const bo of device.drm.allObjects) {
    if (bo instanceof Bo && bo.exclusiveVm !== 0 && !device.vms.has(bo.exclusiveVm)) found.set(bo.exclusiveVm, bo.resv);
  }
  return [...found];
}

function saveGroup(device: TyrDevice, group: Group): Plain {
  const { suspendBuf, protmSuspendBuf, syncobjs } = group.memory;
  const { computeMask, fragmentMask, tilerMask, ...config } = group.config;
  return {
    id: group.id,
    config: {
      ...config,
      computeMask: { ...computeMask },
      fragmentMask: { ...fragmentMask },
      tilerMask: { ...tilerMask },
    },
    vm: group.vm.id,
    owner: group.owner,
    flags: group.saveFlags(),
    tilerOom: group.work.tilerOom,
    memory: { suspend: suspendBuf.save(), protm: protmSuspendBuf.save(), syncobjs: syncobjs.save() },
    queues: group.queues.map((queue) => ({
      priority: queue.priority,
      ring: queue.memory.ring.save(),
      cursors: queue.memory.cursors.save(),
      times: queue.memory.times.save(),
      state: queue.save(device.drm.fences) as unknown as Plain,
    })),
  };
}

/** `client` gives the process of a pid. */
export function loadDevice(device: TyrDevice, state: TyrState, client: (pid: number) => Client): void {
  abandon(device);
  const vm = (id: number): Vm => {
    const found = device.vms.get(id);
    invariant(found !== undefined, `saved state names VM ${id}, which it lacks`);
    return found;
  };
  for (const saved of state.vms) if (!device.vms.has(saved.id)) device.adoptVm(saved.id, saved.layout);
  for (const saved of state.orphans) {
    device.orphanResvs.set(saved.vm, new Resv(device.kernel, `vm${saved.vm} (gone)`));
  }
  device.drm.load(state.drm, client);
  const { fences } = device.drm;
  for (const saved of state.vms) vm(saved.id).load(saved, (id) => device.drm.object(id), fences);
  for (const saved of state.orphans) device.orphanResvs.get(saved.vm)?.load(saved.resv, fences);
  device.orphanResvs.clear();
  device.nextVm = state.nextVm;
  device.nextGroup = state.nextGroup;
  device.profiling = state.profiling;
  device.reset.load(state.reset);
  device.gpu.load(state.gpu);
  device.power.load(state.power);
  device.devfreq.load(state.devfreq);
  if (state.pm !== undefined) device.pm?.load(state.pm);
  device.gpuIrq.load(state.gpuIrq);
  device.mmu.load(state.mmu, vm);
  device.fw.restore(state.fw);
  device.heaps.load(state.heaps, vm);
  for (const saved of state.groups) loadGroup(device, saved, vm(saved.vm));
  device.sched.load(state.sched);
  for (const [file, saved] of device.restoring.splice(0)) file.load(saved as unknown as TyrFileState);
}

/** Drops groups, files and VMs as they are; the firmware's VM stays, its contents are replaced. */
function abandon(device: TyrDevice): void {
  for (const group of device.sched.groups.values()) group.abandon();
  device.sched.groups.clear();
  for (const file of device.drm.openFiles) for (const [, { binds }] of file.driverData.vms.list()) binds.abandon();
  for (const id of device.vms.keys()) if (id !== device.fw.vm.id) device.vms.delete(id);
}

function loadGroup(device: TyrDevice, saved: GroupSaved, vm: Vm): void {
  const { bos, drm, sched } = device;
  const memory = {
    suspendBuf: bos.restore(saved.memory.suspend),
    protmSuspendBuf: bos.restore(saved.memory.protm),
    syncobjs: bos.restore(saved.memory.syncobjs),
  };
  const rings = saved.queues.map((q) => ({
    ring: bos.restore(q.ring),
    cursors: bos.restore(q.cursors),
    times: bos.restore(q.times),
  }));
  const priorities = saved.queues.map((q) => q.priority);
  const group = assemble(device, saved.id, saved.config, vm, memory, rings, priorities, saved.owner);
  group.loadFlags(saved.flags);
  group.work.tilerOom = saved.tilerOom;
  for (const [i, queue] of group.queues.entries()) {
    const own = saved.queues[i];
    if (own !== undefined) queue.load(own.state, drm.fences);
  }
  sched.groups.set(group.id, group);
}
