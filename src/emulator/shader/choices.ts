/**
 * Decisions of this project where public sources are silent about the shader core, in one place. Costs are GPU
 * cycles of one core; none of them is a fact about silicon.
 *
 * Also chosen: loads and stores may be misaligned, atomics may not (ADDR_RANGE_FAULT). Loads narrower than a register
 * keep its other bits. Uniforms past the FAU count read 0. All registers are 0 when a work-group starts. Instructions
 * whose function is not public (approximation tables, class bits) are invalid encodings. A branch on which lanes part
 * reconverges even when it does not say so.
 */

/** From the hand-over of a task to its first instruction. */
export const COST_TASK = 64;
/** Starting a work-group, and each warp of it: registers are filled. */
export const COST_GROUP = 16;
export const COST_WARP = 4;
/** One instruction of a warp, by unit: additions and moves, shifts and multiplications, special functions. */
export const COST_ARITHMETIC = 1;
export const COST_SFU = 2;
/** A memory message of a warp, and each 32-bit word a lane moves (added up, divided by the lanes of a line). */
export const COST_MESSAGE = 8;
export const COST_WORD_SHIFT = 2;
/** Waiting at a barrier, for each warp that does. */
export const COST_BARRIER = 8;

/**
 * Instructions of warps that one slice of a task executes before other parts of the machine get their turn. Nearly
 * all tasks end within one slice, so that the work-items of a job take effect in ascending order.
 */
export const SLICE_INSTRUCTIONS = 1 << 18;
/**
 * A task that has executed this many instructions is taken to be endless: from then on each of them costs
 * LONG_FACTOR times as much, so that time-outs of the driver and the firmware come after seconds of wall time.
 */
export const LONG_INSTRUCTIONS = 1 << 22;
export const LONG_FACTOR = 1024;

/** Most work-items in a work-group (THREAD_MAX_WORKGROUP_SIZE of all models). */
export const MAX_GROUP_ITEMS = 1024;

/** Results that are no number: the quiet NaN without payload. */
export const NAN32 = 0x7fc0_0000;
export const NAN16 = 0x7e00;

/**
 * LEA_BUFFER outside its buffer gives an address with this high word; accesses to it are dropped, loads from it
 * give 0. The address space has 48 bits, so no mapping can be meant.
 */
export const DROPPED_HIGH = 0x8000_0000 | 0;
