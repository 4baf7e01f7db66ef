/**
 * Decisions of this project where public sources are silent about the command-stream hardware, in one place.
 * Latencies that belong to the contract with the firmware are in spec (MCU_TIMING); the numbers here are GPU
 * cycles of the streams themselves. None of them is a fact about silicon.
 */

/** An instruction that touches only its own stream's registers. */
export const COST_LOCAL = 4;
/** Any other instruction, before what it adds below. */
export const COST_SHARED = 8;
/** LOAD_MULTIPLE, STORE_MULTIPLE, STORE_STATE: latency of the access, and each word of it. */
export const COST_MEMORY = 24;
export const COST_WORD = 2;
/** A write or a successful wait on a sync object. */
export const COST_SYNC = 24;
/** RUN_*: sampling the staging registers. */
export const COST_RUN = 32;
/** From the end of a wait to the new look at the blocked instruction. */
export const COST_UNBLOCK = 4;

/**
 * Cycles of local instructions that may run ahead in one slice. What others can see happens at its exact time
 * all the same: an instruction with outside effect begins a slice of its own.
 */
export const QUANTUM = 128;

/** Cycles a task takes on the unit that only pretends to compute. */
export const INSTANT_TASK_CYCLES = 200;

/**
 * Error state: RUN_* and FINISH_TILING count as done at once, and so do LOAD_MULTIPLE and STORE_MULTIPLE. Waits,
 * sync objects, STORE_STATE, heap counters and chunk lists go on, so that waiters and the heap stay consistent.
 */
export const ERROR_SKIPS_RUN = true;
export const ERROR_SKIPS_MEMORY = true;

/** Status word that SYNC_ADD/SET with propagation leaves in the error state. */
export const SYNC_STATUS_ERROR = 1;
/** SYNC_ADD/SET without propagation write this status word; undefined would leave the word alone. */
export const SYNC_STATUS_CLEAR: number | undefined = 0;

/**
 * Loads and stores act at issue, in program order, and are complete when the next instruction issues: their
 * scoreboard entry is never seen busy. Deferred waits take a snapshot: jobs and deferred operations outstanding
 * on the entries at issue, never the operation itself. Scoreboard entries the hardware lacks make an instruction
 * invalid as signal slot or selection, and are ignored in wait masks.
 */
export const SCOREBOARD_ENTRIES = 8;
export const REGISTERS = 96;

/** Nested CALLs above the root frame, and above the first frame of a handler. */
export const MAX_CALLS = 7;

/**
 * Flush ids are compared over half their range: a flush is skipped when the counter is 1 .. FLUSH_ID_HALF ahead
 * of the id. Id 0 always flushes.
 */
export const FLUSH_ID_MASK = 0xff_ffff;
export const FLUSH_ID_HALF = 0x7f_ffff;

/** STORE_STATE of the disjoint count: this machine never loses its counters. */
export const DISJOINT_COUNT = 0;

/** Smallest ring START accepts, in bytes: one instruction. */
export const MIN_RING = 8;

/**
 * RUN_COMPUTE_INDIRECT splits along X into tasks of this many work-groups when the instruction says 0. (RUN_COMPUTE
 * with an increment of 0 is a DATA_INVALID_FAULT.)
 */
export const INDIRECT_DEFAULT_SPLIT = 1;
/** More tasks than this in one job is taken as garbage: DATA_INVALID_FAULT. */
export const MAX_TASKS = 0xffff_ffff;

/** Edge of a tile of RUN_FRAGMENT in pixels, as a shift. */
export const TILE_SHIFT = 5;

/** Cores run one task at a time; the exclusive bits of CSG_EP_LIMIT are kept and shown, and change nothing. */
export const TILER_CORE = 64;
export const CORE_COUNT = 65;
