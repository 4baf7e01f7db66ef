/**
 * DEV_QUERY: constants of the device, time, and what the file may do (Panthor `panthor_drv.c`).
 */
import { UNPRESERVED_CS_REGS } from '../../spec/firmware/interface.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { DEV_QUERY_TYPE, TIMESTAMP_FLAGS } from '../../spec/uapi/constants.ts';
import {
  panthorCsifInfo,
  panthorGpuInfo,
  panthorGroupPrioritiesInfo,
  panthorMmuInfo,
  panthorTimestampInfo,
} from '../../spec/uapi/panthor-structs.ts';
import type { panthorDevQuery } from '../../spec/uapi/panthor-structs.ts';
import type { Layout, Struct } from '../../spec/uapi/layout.ts';
import type { Words } from '../../spec/registers/define.ts';
import type { IoctlContext } from '../drm/ioctl.ts';
import { ensure, fail } from '../kernel/errno.ts';
import { PAGE_SIZE_BITMAP } from '../kernel/io-pgtable.ts';
import { SEC } from '../kernel/time.ts';
import type { TyrDevice } from './driver.ts';
import type { TyrFile } from './file.ts';
import type { GpuInfo } from './gpu-info.ts';
import { streamShape } from './group-create.ts';
import { writeUser } from './user-array.ts';

type Ctx = IoctlContext<TyrDevice, TyrFile>;
type Query = Struct<typeof panthorDevQuery>;

interface QueryRow {
  readonly layout: Layout;
  read(ctx: Ctx, args: Query): Uint8Array;
}

const QUERIES: Readonly<Record<number, QueryRow>> = {
  [DEV_QUERY_TYPE.GPU_INFO]: { layout: panthorGpuInfo, read: (ctx) => gpuInfoBytes(ctx.data.info) },
  [DEV_QUERY_TYPE.CSIF_INFO]: { layout: panthorCsifInfo, read: (ctx) => csifInfo(ctx.data) },
  [DEV_QUERY_TYPE.TIMESTAMP_INFO]: { layout: panthorTimestampInfo, read: timestampInfo },
  [DEV_QUERY_TYPE.GROUP_PRIORITIES_INFO]: {
    layout: panthorGroupPrioritiesInfo,
    read: (ctx) => panthorGroupPrioritiesInfo.encode({ allowed_mask: ctx.file.driverData.allowedPriorities }),
  },
  [DEV_QUERY_TYPE.MMU_INFO]: {
    layout: panthorMmuInfo,
    read: () => panthorMmuInfo.encode({ page_size_bitmap: PAGE_SIZE_BITMAP }),
  },
};

export function devQuery(ctx: Ctx, args: Query): number {
  const query = QUERIES[args.type] ?? fail('EINVAL', `unknown query ${args.type}`);
  if (args.pointer === 0) {
    args.size = query.layout.size;
    return 0;
  }
  writeUser(ctx.user, args.pointer, args.size, query.layout, query.read(ctx, args));
  return 0;
}

/** `drm_panthor_gpu_info`, masks as exact words. */
export function gpuInfoBytes(info: GpuInfo): Uint8Array {
  const { shader_present, l2_present, tiler_present, gpu_features, texture_features, ...plain } = info;
  const bytes = panthorGpuInfo.encode({ ...plain, texture_features: [...texture_features] });
  const view = new DataView(bytes.buffer);
  const put = (name: 'shader_present' | 'l2_present' | 'tiler_present' | 'gpu_features', words: Words): void => {
    const { offset } = panthorGpuInfo.field(name);
    view.setUint32(offset, words.lo, true);
    view.setUint32(offset + 4, words.hi, true);
  };
  put('shader_present', shader_present);
  put('l2_present', l2_present);
  put('tiler_present', tiler_present);
  put('gpu_features', gpu_features);
  return bytes;
}

function csifInfo(device: TyrDevice): Uint8Array {
  const { registers, scoreboards } = streamShape(device);
  return panthorCsifInfo.encode({
    csg_slot_count: device.sched.csgs.slots.length,
    cs_slot_count: device.fw.glb.streamCount,
    cs_reg_count: registers,
    scoreboard_slot_count: scoreboards,
    unpreserved_cs_reg_count: UNPRESERVED_CS_REGS,
  });
}

const { GPU, GPU_OFFSET, GPU_CYCLE_COUNT, FREQ, DURATION, CPU_TYPE_MASK, CPU_NONE, CPU_MONOTONIC, CPU_MONOTONIC_RAW } =
  TIMESTAMP_FLAGS;
const KNOWN_FLAGS = GPU | GPU_OFFSET | GPU_CYCLE_COUNT | FREQ | DURATION | CPU_TYPE_MASK;
const CPU_TYPES: readonly number[] = [CPU_NONE, CPU_MONOTONIC, CPU_MONOTONIC_RAW];
/** What callers of versions before 1.8 get, whose flags are 0. */
const OLD_FLAGS = GPU | GPU_OFFSET | FREQ;

/** Reads the caller's struct first: its flags say what is wanted. What is not asked for reads 0 (chosen). */
function timestampInfo(ctx: Ctx, args: Query): Uint8Array {
  const { size: full, minSize } = panthorTimestampInfo;
  ensure(args.size >= minSize, 'EINVAL', `timestamp_info has at least ${minSize} bytes`);
  const given = ctx.user.copyFrom(args.pointer, args.size);
  ensure(
    given.subarray(full).every((b) => b === 0),
    'E2BIG',
    'timestamp_info has unknown fields',
  );
  const known = new Uint8Array(full);
  known.set(given.subarray(0, full));
  const asked = panthorTimestampInfo.decode(known).flags;
  ensure((asked & ~KNOWN_FLAGS) === 0, 'EINVAL', `unknown timestamp flags 0x${asked.toString(16)}`);
  ensure(CPU_TYPES.includes(asked & CPU_TYPE_MASK), 'EINVAL', `unknown CPU clock 0x${asked.toString(16)}`);
  const flags = asked === 0 ? OLD_FLAGS : asked;
  const { pm } = ctx.data;
  return pm === undefined ? fail('ENODEV', 'the device is going away') : pm.with(() => sample(ctx.data, flags, asked));
}

/** Reads the counters; the device is on. */
function sample(device: TyrDevice, flags: number, asked: number): Uint8Array {
  const { io, kernel } = device;
  const start = kernel.now();
  const cpu = (flags & CPU_TYPE_MASK) !== CPU_NONE;
  const out = {
    timestamp_frequency: (flags & FREQ) === 0 ? 0 : kernel.platform.timerHz,
    current_timestamp: (flags & GPU) === 0 ? 0 : io.readCounter64(GPU_CONTROL.GPU_TIMESTAMP),
    timestamp_offset: (flags & GPU_OFFSET) === 0 ? 0 : io.readCounter64(GPU_CONTROL.GPU_TIMESTAMP_OFFSET),
    cycle_count: (flags & GPU_CYCLE_COUNT) === 0 ? 0 : io.readCounter64(GPU_CONTROL.GPU_CYCLE_COUNT),
    flags: asked,
    cpu_timestamp_sec: cpu ? Math.floor(kernel.now() / SEC) : 0,
    cpu_timestamp_nsec: cpu ? kernel.now() % SEC : 0,
  };
  const duration_nsec = (flags & DURATION) === 0 ? 0 : kernel.now() - start;
  return panthorTimestampInfo.encode({ ...out, duration_nsec });
}
