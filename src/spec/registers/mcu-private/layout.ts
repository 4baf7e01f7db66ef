/**
 * Where the private MCU hardware lives and its numbers that are not registers: address map of the core, interrupt
 * lines, virtual time, job contexts. Arm has published none of this; except for the places of the interface
 * section and of the window onto other address spaces, all of it is chosen. docs/registers.md tells the contract.
 */

/** Start of the register view: public registers (read only) with the private ones among them. */
export const MCU_REG_BASE = 0x4000_0000;
export const MCU_REG_SIZE = 0x20_0000;
/** First command-stream interface; interface n = 8 * group + stream. */
export const STREAM_BASE = 0x4100_0000;
export const STREAM_STRIDE = 0x1000;
export const STREAM_COUNT = 64;
export const STREAMS_PER_GROUP = 8;
export const GROUP_COUNT = 8;
/** Window onto other address spaces: slices of 16 MiB. */
export const WINDOW_BASE = 0x0800_0000;
export const WINDOW_SLICE_SIZE = 0x100_0000;
export const WINDOW_COUNT = 8;
/** End of device space; from the last register up to here is undefined. */
export const MCU_DEVICE_END = 0x6000_0000;
/** Parts of the register view that the host sees as 0: [first, end) from MCU_REG_BASE. */
export const PRIVATE_RANGES = [
  [0x3000, 0x4000],
  [0x20000, 0x40000],
] as const;

/** Address of command-stream interface `n`. */
export function streamBase(n: number): number {
  return STREAM_BASE + n * STREAM_STRIDE;
}

/** Interrupt lines of the core, all level-triggered; the watchdog is the NMI. */
export const NVIC_LINE = {
  DOORBELL_GLB: 0,
  DOORBELL: 1,
  CS: 2,
  EP: 3,
  ASF: 4,
  TIMER: 5,
  PWR: 6,
  CACHE: 7,
  PRF: 8,
} as const;

/** Priorities the reference firmware gives its lines. */
export const NVIC_PRIORITY = {
  DOORBELL_GLB: 0x60,
  DOORBELL: 0x60,
  CS: 0x40,
  EP: 0x80,
  ASF: 0x20,
  TIMER: 0x80,
  PWR: 0xa0,
  CACHE: 0xa0,
  PRF: 0xc0,
} as const satisfies Record<keyof typeof NVIC_LINE, number>;

/** GPU cycles from an access to its effect. */
export const MCU_TIMING = {
  /** Register read and write of the core. */
  REG_READ: 8,
  REG_WRITE: 4,
  /** Access through a window. */
  WIN_ACCESS: 24,
  /** MCU_CONTROL to the first instruction. */
  BOOT: 2000,
  /** MCU_STATE or DISABLE to a stopped core. */
  STOP_CORE: 64,
  /** Write of a doorbell page to DB_PENDING. */
  DB: 16,
  /** HOST_IRQ to JOB_INT_RAWSTAT. */
  HOST_IRQ: 16,
  /** Interrupt line to a pending exception. */
  IRQ: 12,
  /** Stream commands in general, and START. */
  CS_COMMAND: 32,
  CS_START: 64,
  /** Sync object write or CS_KICK to the new look of a blocked SYNC_WAIT. */
  SYNC_WAKE: 16,
  /** Linking one chunk. */
  OOM_CHUNK: 64,
  /** Power of shader cores and tilers. */
  PWR_ON: 2000,
  PWR_OFF: 500,
  /** Cache flush, translation flush, counter sample. */
  FLUSH: 1000,
  TLB: 32,
  PRF: 256,
} as const;

/** Classes of jobs, in the order of the job contexts and of all class bitmaps. */
export const JOB_CLASS = { COMPUTE: 0, FRAGMENT: 1, TILER: 2 } as const;
export const JOBS_PER_CLASS = 2;
export const JOB_CONTEXT_COUNT = 6;

/** Entries of deferred operations; the last four are for exception handlers. */
export const DEFER_COUNT = 16;
export const DEFER_HANDLER_FIRST = 12;

/** Call frames: 1..7 of the stream, 8 holds the interrupted instruction, 9..15 of the handler. */
export const FRAME_INTERRUPTED = 8;
export const FRAME_HANDLER_FIRST = 9;

/** Exception type of the tiler's out-of-memory handler. */
export const EXCEPTION_TILER_OOM = 2;

/** Heap context: 32 bytes in memory that only hardware reads and writes. */
export const HEAP_CONTEXT = {
  size: 32,
  freeHead: 0,
  vtStart: 8,
  vtEnd: 12,
  fragEnd: 16,
  freeTail: 24,
} as const;

/** Counter sample: blocks of 256 bytes, each a header (timestamp, block, sample number) and u64 counters. */
export const PRF_SAMPLE = {
  blockSize: 256,
  blocks: ['CSF', 'MEM', 'TILER', 'SHADER0', 'SHADER1', 'SHADER2', 'SHADER3'],
  firstCounter: 16,
  counters: {
    CSF: ['activeCycles', 'instructions', 'memoryWords', 'syncOperations', 'blockedCycles', 'mcuInstructions'],
    MEM: ['reads', 'writes', 'bytesRead', 'bytesWritten', 'walks', 'tlbMisses'],
    TILER: ['activeCycles', 'primitives', 'chunks'],
    SHADER: ['activeCycles', 'instructions', 'warps', 'loads', 'stores', 'tasks'],
  },
} as const;
