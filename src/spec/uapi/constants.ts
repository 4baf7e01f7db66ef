/**
 * Enumerations and flags of the interface (panthor_drm.h 1.9 and drm.h): values as user space writes them.
 */

export const DEV_QUERY_TYPE = {
  GPU_INFO: 0,
  CSIF_INFO: 1,
  TIMESTAMP_INFO: 2,
  GROUP_PRIORITIES_INFO: 3,
  MMU_INFO: 4,
} as const;

export const SYNC_HANDLE_TYPE = { SYNCOBJ: 0, TIMELINE_SYNCOBJ: 1 } as const;

export const SYNC_OP_FLAGS = { HANDLE_TYPE_MASK: 0xff, SIGNAL: 0x8000_0000 } as const;

export const VM_BIND_FLAGS = { ASYNC: 1 } as const;

export const VM_BIND_OP_TYPE = { MAP: 0, UNMAP: 0x1000_0000, SYNC_ONLY: 0x2000_0000 } as const;

export const VM_BIND_OP_FLAGS = {
  MAP_READONLY: 1,
  MAP_NOEXEC: 2,
  MAP_UNCACHED: 4,
  MAP_SPARSE: 8,
  TYPE_MASK: 0xf000_0000,
} as const;

export const VM_STATE = { USABLE: 0, UNUSABLE: 1 } as const;

export const BO_CREATE_FLAGS = { NO_MMAP: 1, WB_MMAP: 2 } as const;

export const BO_QUERY_EXTRA_FLAGS = { IS_IMPORTED: 1 } as const;

export const BO_SYNC_TYPE = { CPU_CACHE_FLUSH: 0, CPU_CACHE_FLUSH_AND_INVALIDATE: 1 } as const;

export const GROUP_PRIORITY = { LOW: 0, MEDIUM: 1, HIGH: 2, REALTIME: 3 } as const;

export const GROUP_STATE_FLAGS = { TIMEDOUT: 1, FATAL_FAULT: 2, INNOCENT: 4 } as const;

export const GPU_COHERENCY = { ACE_LITE: 0, ACE: 1, NONE: 31 } as const;

/** CPU_* are values of the CPU_TYPE_MASK bits. */
export const TIMESTAMP_FLAGS = {
  GPU: 1,
  CPU_NONE: 0,
  CPU_MONOTONIC: 2,
  CPU_MONOTONIC_RAW: 4,
  CPU_TYPE_MASK: 0xe,
  GPU_OFFSET: 0x10,
  GPU_CYCLE_COUNT: 0x20,
  FREQ: 0x40,
  DURATION: 0x80,
} as const;

/** Where the user MMIO area starts in the mmap space, by the ABI of the caller. */
export const USER_MMIO_OFFSET = { BITS32: 2 ** 43, BITS64: 2 ** 56 } as const;

/** Byte offset of the flush-id page in that area. */
export const USER_FLUSH_ID_OFFSET = 0;

export const CAP = {
  DUMB_BUFFER: 1,
  PRIME: 5,
  TIMESTAMP_MONOTONIC: 6,
  SYNCOBJ: 19,
  SYNCOBJ_TIMELINE: 20,
} as const;

/** Capabilities of drivers with displays. */
export const KMS_CAPS: readonly number[] = [1, 2, 3, 4, 7, 8, 9, 16, 17, 18, 21];

/** O_CLOEXEC and O_RDWR. */
export const PRIME_FLAGS = { CLOEXEC: 0x8_0000, RDWR: 2 } as const;

export const SYNCOBJ_HANDLE_TO_FD_FLAGS = { EXPORT_SYNC_FILE: 1, TIMELINE: 2 } as const;

export const SYNCOBJ_FD_TO_HANDLE_FLAGS = { IMPORT_SYNC_FILE: 1, TIMELINE: 2 } as const;

export const PRIME_CAP = { IMPORT: 1, EXPORT: 2 } as const;

export const SYNCOBJ_CREATE_FLAGS = { SIGNALED: 1 } as const;

export const SYNCOBJ_WAIT_FLAGS = { ALL: 1, FOR_SUBMIT: 2, AVAILABLE: 4, DEADLINE: 8 } as const;

export const SYNCOBJ_QUERY_FLAGS = { LAST_SUBMITTED: 1 } as const;
