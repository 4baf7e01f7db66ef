/**
 * Calls of the file descriptors DRM hands out: dma-bufs (include/uapi/linux/dma-buf.h) and sync files
 * (include/uapi/linux/sync_file.h). Unlike calls of a device these are known by their whole number.
 */
import { ioctl, ioctlNumber } from './ioctls.ts';
import type { IoctlDirection, IoctlSpec } from './ioctls.ts';
import { layout } from './layout.ts';
import type { Layout } from './layout.ts';

const DMA_BUF_BASE = 0x62;
const SYNC_FILE_BASE = 0x3e;

export const dmaBufSync = layout('dma_buf_sync', 8, { flags: ['u64', 0, 'in'] });
export const dmaBufExportSyncFile = layout('dma_buf_export_sync_file', 8, {
  flags: ['u32', 0, 'in'],
  fd: ['s32', 4, 'out'],
});
export const dmaBufImportSyncFile = layout('dma_buf_import_sync_file', 8, {
  flags: ['u32', 0, 'in'],
  fd: ['s32', 4, 'in'],
});
export const syncMergeData = layout('sync_merge_data', 48, {
  name: ['u8[32]', 0, 'in'],
  fd2: ['s32', 32, 'in'],
  fence: ['s32', 36, 'out'],
  flags: ['u32', 40, 'in'],
  pad: ['u32', 44, 'in'],
});
export const syncFenceInfo = layout('sync_fence_info', 80, {
  obj_name: ['u8[32]', 0, 'out'],
  driver_name: ['u8[32]', 32, 'out'],
  status: ['s32', 64, 'out'],
  flags: ['u32', 68, 'out'],
  timestamp_ns: ['u64', 72, 'out'],
});
export const syncFileInfo = layout('sync_file_info', 56, {
  name: ['u8[32]', 0, 'out'],
  status: ['s32', 32, 'out'],
  flags: ['u32', 36, 'in'],
  num_fences: ['u32', 40, 'inout'],
  pad: ['u32', 44, 'in'],
  sync_fence_info: ['u64', 48, 'in'],
});
export const syncSetDeadline = layout('sync_set_deadline', 16, {
  deadline_ns: ['u64', 0, 'in'],
  pad: ['u64', 8, 'in'],
});

/** A call of another type byte than DRM's. */
function fdCall<L extends Layout>(
  name: string,
  type: number,
  nr: number,
  direction: IoctlDirection,
  struct: L,
): IoctlSpec<L> {
  const call = ioctl(name, nr, direction, struct, []);
  return { ...call, number: ioctlNumber(direction, nr, struct.size, type) };
}

export const FD_IOCTLS = {
  DMA_BUF_SYNC: fdCall('DMA_BUF_IOCTL_SYNC', DMA_BUF_BASE, 0, 'W', dmaBufSync),
  DMA_BUF_EXPORT_SYNC_FILE: fdCall('DMA_BUF_IOCTL_EXPORT_SYNC_FILE', DMA_BUF_BASE, 2, 'RW', dmaBufExportSyncFile),
  DMA_BUF_IMPORT_SYNC_FILE: fdCall('DMA_BUF_IOCTL_IMPORT_SYNC_FILE', DMA_BUF_BASE, 3, 'W', dmaBufImportSyncFile),
  SYNC_MERGE: fdCall('SYNC_IOC_MERGE', SYNC_FILE_BASE, 3, 'RW', syncMergeData),
  SYNC_FILE_INFO: fdCall('SYNC_IOC_FILE_INFO', SYNC_FILE_BASE, 4, 'RW', syncFileInfo),
  SYNC_SET_DEADLINE: fdCall('SYNC_IOC_SET_DEADLINE', SYNC_FILE_BASE, 5, 'W', syncSetDeadline),
} as const;

/** READ and WRITE say for whom; END closes what START, which is 0, opened. */
export const DMA_BUF_SYNC_FLAGS = { READ: 1, WRITE: 2, END: 4 } as const;
