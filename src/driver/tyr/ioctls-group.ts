/**
 * The calls about groups (Panthor `panthor_drv.c`).
 */
import { GROUP_PRIORITY } from '../../spec/uapi/constants.ts';
import { panthorQueueCreate, panthorQueueSubmit } from '../../spec/uapi/panthor-structs.ts';
import type {
  panthorGroupCreate,
  panthorGroupDestroy,
  panthorGroupGetState,
  panthorGroupSubmit,
} from '../../spec/uapi/panthor-structs.ts';
import type { Struct } from '../../spec/uapi/layout.ts';
import type { IoctlContext } from '../drm/ioctl.ts';
import { ensure } from '../kernel/errno.ts';
import type { TyrDevice } from './driver.ts';
import type { TyrFile } from './file.ts';
import { checkGroup, createGroup } from './group-create.ts';
import type { GroupConfig } from './group.ts';
import { submitJobs } from './submit.ts';
import { userArray } from './user-array.ts';

type Ctx = IoctlContext<TyrDevice, TyrFile>;

/** Streams a group slot of any firmware has at most. */
const MAX_QUEUES = 32;

export function groupCreate(ctx: Ctx, args: Struct<typeof panthorGroupCreate>): number {
  const file = ctx.file.driverData;
  const { count } = args.queues;
  ensure(count > 0 && count <= MAX_QUEUES, 'EINVAL', `${count} queues`);
  const queues = userArray(ctx, args.queues, panthorQueueCreate);
  const { priority } = args;
  ensure(priority <= GROUP_PRIORITY.REALTIME, 'EINVAL', `priority ${priority}`);
  const allowed = ((file.allowedPriorities >>> priority) & 1) === 1;
  ensure(allowed, 'EACCES', `priority ${priority} needs CAP_SYS_NICE or DRM master`);
  ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
  const config: GroupConfig = {
    priority,
    maxCompute: args.max_compute_cores,
    maxFragment: args.max_fragment_cores,
    maxTiler: args.max_tiler_cores,
    computeMask: ctx.words('compute_core_mask'),
    fragmentMask: ctx.words('fragment_core_mask'),
    tilerMask: ctx.words('tiler_core_mask'),
  };
  checkGroup(ctx.data, config, queues);
  const { vm } = file.vm(args.vm_id);
  const handle = file.groups.reserve('EBUSY');
  try {
    const { pid, comm } = ctx.file.client;
    const group = createGroup(ctx.data, config, queues, vm, `pid=${pid}, comm=${comm}`);
    ctx.data.sched.add(group);
    file.groups.publish(handle, group);
  } catch (error) {
    file.groups.remove(handle);
    throw error;
  }
  args.group_handle = handle;
  return 0;
}

export function groupDestroy(ctx: Ctx, args: Struct<typeof panthorGroupDestroy>): number {
  const file = ctx.file.driverData;
  ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
  const group = file.group(args.group_handle);
  file.groups.remove(args.group_handle);
  ctx.data.sched.destroy(group);
  return 0;
}

export function groupSubmit(ctx: Ctx, args: Struct<typeof panthorGroupSubmit>): number {
  ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
  const submits = userArray(ctx, args.queue_submits, panthorQueueSubmit);
  submitJobs(ctx, args.group_handle, submits);
  return 0;
}

export function groupGetState(ctx: Ctx, args: Struct<typeof panthorGroupGetState>): number {
  ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
  const group = ctx.file.driverData.group(args.group_handle);
  args.state = group.stateFlags;
  args.fatal_queues = group.fatalQueues;
  return 0;
}
