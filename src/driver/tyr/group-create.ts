/**
 * Making a group: the checks of GROUP_CREATE in their order and the memory behind it (Panthor
 * `panthor_sched.c`: panthor_group_create, group_create_queue). What was made is given back when a later step
 * fails.
 */
import { DisposableStack } from '../../base/disposable.ts';
import { isPowerOfTwo } from '../../base/bits.ts';
import { CS_CONTROL, QUEUE_PAGES_SIZE } from '../../spec/firmware/interface.ts';
import type { Words } from '../../spec/registers/define.ts';
import type { panthorQueueCreate } from '../../spec/uapi/panthor-structs.ts';
import type { Struct } from '../../spec/uapi/layout.ts';
import { ensure } from '../kernel/errno.ts';
import { coreCount } from './gpu-info.ts';
import type { TyrDevice } from './driver.ts';
import { Group, SYNCOBJ_BYTES } from './group.ts';
import type { GroupConfig, GroupMemory } from './group.ts';
import { PROFILING_SLOT_BYTES, jobInstructionCount } from './job.ts';
import { Queue } from './queue.ts';
import type { QueueMemory } from './queue.ts';
import { runJob } from './submit.ts';
import type { Vm } from './vm.ts';

export type QueueCreate = Struct<typeof panthorQueueCreate>;

/** Small memory of a group and of each queue (chosen). */
const GROUP_BYTES = 1024;
const QUEUE_BYTES = 512;
const MIN_RING = 4096;
const MAX_RING = 64 * 1024;
const MAX_QUEUE_PRIORITY = 15;

/** Memory of queues and sync objects: nothing executes from it, the CPU reads it. */
const SHARED_DATA = { noExec: true, uncached: true } as const;

function inside(mask: Words, present: Words): boolean {
  return (mask.lo & ~present.lo) === 0 && (mask.hi & ~present.hi) === 0;
}

/** Checks what does not need the VM. KernelError EINVAL. */
export function checkGroup(device: TyrDevice, config: GroupConfig, queues: readonly QueueCreate[]): void {
  const { shader_present, tiler_present } = device.info;
  ensure(inside(config.computeMask, shader_present), 'EINVAL', 'compute_core_mask names cores that do not exist');
  ensure(inside(config.fragmentMask, shader_present), 'EINVAL', 'fragment_core_mask names cores that do not exist');
  ensure(inside(config.tilerMask, tiler_present), 'EINVAL', 'tiler_core_mask names tilers that do not exist');
  ensure(coreCount(config.computeMask) >= config.maxCompute, 'EINVAL', 'max_compute_cores above its mask');
  ensure(coreCount(config.fragmentMask) >= config.maxFragment, 'EINVAL', 'max_fragment_cores above its mask');
  ensure(coreCount(config.tilerMask) >= config.maxTiler, 'EINVAL', 'max_tiler_cores above its mask');
  ensure(queues.length <= device.fw.glb.streamCount, 'EINVAL', `more queues than ${device.fw.glb.streamCount}`);
}

function checkQueue(queue: QueueCreate): void {
  ensure(
    queue.pad.every((b) => b === 0),
    'EINVAL',
    'queue_create.pad is not 0',
  );
  const { ringbuf_size: size } = queue;
  const ok = size >= MIN_RING && size <= MAX_RING && isPowerOfTwo(size);
  ensure(ok, 'EINVAL', `ringbuf_size ${size} is not a power of two in 4096..65536`);
  ensure(queue.priority <= MAX_QUEUE_PRIORITY, 'EINVAL', `queue priority ${queue.priority}`);
}

/** Work registers and scoreboard entries of a stream. */
export function streamShape(device: TyrDevice): { registers: number; scoreboards: number } {
  const { csFeatures } = device.fw.glb;
  return {
    registers: CS_CONTROL.FEATURES.get('work_regs', csFeatures) + 1,
    scoreboards: CS_CONTROL.FEATURES.get('scoreboards', csFeatures),
  };
}

/** Makes the group in a VM and hands it to the scheduler. KernelError EINVAL, ENOMEM. */
export function createGroup(
  device: TyrDevice,
  config: GroupConfig,
  queues: readonly QueueCreate[],
  vm: Vm,
  owner: string,
): Group {
  device.kernel.slab.take(GROUP_BYTES + queues.length * QUEUE_BYTES, 'a group');
  const undo = new DisposableStack();
  const { bos, fw } = device;
  const slot = fw.glb.groups[0];
  const onMcu = { noExec: true } as const;
  try {
    const memory: GroupMemory = {
      suspendBuf: undo.use(bos.create(fw.vm, slot?.layout.suspendSize ?? 0, onMcu, 'CSG suspend buffer')),
      protmSuspendBuf: undo.use(
        bos.create(fw.vm, slot?.layout.protmSuspendSize ?? 0, onMcu, 'CSG protm suspend buffer'),
      ),
      syncobjs: undo.use(bos.create(vm, queues.length * SYNCOBJ_BYTES, SHARED_DATA, 'Group sync objects')),
    };
    const rings = queues.map((queue): QueueMemory => {
      checkQueue(queue);
      const slots = Math.ceil(queue.ringbuf_size / (jobInstructionCount(0) * 8));
      return {
        ring: undo.use(bos.create(vm, queue.ringbuf_size, SHARED_DATA, 'CS ring buffer')),
        cursors: undo.use(bos.create(fw.vm, QUEUE_PAGES_SIZE, SHARED_DATA, 'Queue FW interface')),
        times: undo.use(bos.create(vm, slots * PROFILING_SLOT_BYTES, SHARED_DATA, 'Group job stats')),
      };
    });
    const priorities = queues.map((q) => q.priority);
    return assemble(device, device.newGroupId(), config, vm.get(), memory, rings, priorities, owner);
  } catch (error) {
    undo.dispose();
    throw error;
  }
}

/** Joins memory that exists to a group; also for a group from saved state. */
export function assemble(
  device: TyrDevice,
  id: number,
  config: GroupConfig,
  vm: Vm,
  memory: GroupMemory,
  rings: readonly QueueMemory[],
  priorities: readonly number[],
  owner: string,
): Group {
  const { sched } = device;
  const shape = streamShape(device);
  const queues = rings.map((ring, index): Queue => {
    const queue: Queue = new Queue(`group${id}/q${index}`, index, priorities[index] ?? 0, ring, {
      sched,
      fences: device.drm.fences,
      shape,
      syncobjs: memory.syncobjs,
      syncobjOffset: index * SYNCOBJ_BYTES,
      run: (call, finished) => runJob(sched, group, queue, call, finished),
      timedOut: (seqno) => {
        device.log.warn(`job timeout: ${owner}, seqno=${seqno}`);
        sched.timeout(group);
      },
    });
    return queue;
  });
  const group = new Group(id, config, vm, memory, queues, owner, sched, device.memoryLocks(vm, device.fw.vm));
  return group;
}
