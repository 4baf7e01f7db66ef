/**
 * The register file of the execution engine: one flat array of rows, a row being one 32-bit value for each of the 16
 * lanes. Constants, special values, uniforms and intermediate values are rows like registers, so that an operand is
 * nothing but the index of a row.
 */

export const LANES = 16;
/** All lanes active. */
export const ALL_LANES = 0xffff;
export const REGISTERS = 64;
/** Largest number of warps of a work-group. */
export const MAX_WARPS = 64;

/** Special values, one row each; pairs are low word first. */
export const SPECIAL_ROW = {
  ZERO: 0,
  LANE_ID: 1,
  WARP_ID: 3,
  CORE_ID: 5,
  THREAD_LOCAL: 8,
  WORKGROUP_LOCAL: 10,
  RESOURCE_TABLE: 12,
  PROGRAM_COUNTER: 14,
} as const;

export const UNIFORM_ROW = 16;
export const UNIFORM_WORDS = 256;
/** Prepared sources (a pair for each of four) and results that only some lanes keep (a pair). */
export const SOURCE_TEMP_ROW = UNIFORM_ROW + UNIFORM_WORDS;
export const RESULT_TEMP_ROW = SOURCE_TEMP_ROW + 8;
/** Constants of decoded instructions, filled as they come. */
export const CONSTANT_ROW = RESULT_TEMP_ROW + 2;
export const CONSTANT_ROWS = 2048;
export const WARP_ROW = CONSTANT_ROW + CONSTANT_ROWS;
/** Word of the first register of the first warp. */
export const FIRST_WARP_WORD = WARP_ROW * LANES;
/** What translated code shares with the engine: places of lanes, its state on leaving, addresses, loaded words. */
export const PLACE_ROW = WARP_ROW + MAX_WARPS * REGISTERS;
export const STATE_ROW = PLACE_ROW + 1;
export const ADDRESS_ROW = STATE_ROW + 1;
export const DATA_ROW = ADDRESS_ROW + 2;
/** Cached pages (memory.ts) and buffers (buffers.ts). */
export const PAGES_ROW = DATA_ROW + 4;
/** Per kind of access; a page's place is folded from its number, so that buffers a power of two apart do not meet. */
export const PAGES_ENTRIES = 256;
export const PAGES_WORDS = 4 * PAGES_ENTRIES * 3;
export const BUFFERS_ROW = PAGES_ROW + PAGES_WORDS / LANES;
export const BUFFERS_WORDS = 16 * 8;
/** Ids of the items of a work-group (group.ts): for each register that is filled, a row for each warp. */
export const IDS_ROW = BUFFERS_ROW + BUFFERS_WORDS / LANES;
export const FILLED = 8;
export const FILE_ROWS = IDS_ROW + FILLED * MAX_WARPS;

export const FILE_BYTES = FILE_ROWS * LANES * 4;

/** Words of the registers of one warp. */
export const WARP_WORDS = REGISTERS * LANES;

/** The rows as integers and as floats over the same bytes, and what instructions over lanes must know. */
export class LaneFile {
  readonly I: Int32Array;
  readonly F: Float32Array;
  /** Two words at a time, to clear and copy. */
  readonly D: Float64Array;
  /** Lanes that execute now. */
  active = 0;

  /** `buffer`: where the rows are to be, for translated code that shares them. */
  constructor(buffer: ArrayBuffer = new ArrayBuffer(FILE_BYTES)) {
    this.I = new Int32Array(buffer, 0, FILE_ROWS * LANES);
    this.F = new Float32Array(buffer, 0, FILE_ROWS * LANES);
    this.D = new Float64Array(buffer, 0, (FILE_ROWS * LANES) / 2);
    for (let lane = 0; lane < LANES; lane++) this.I[SPECIAL_ROW.LANE_ID * LANES + lane] = lane;
  }

  /** Words of some rows. */
  words(row: number, count: number): Int32Array {
    return this.I.subarray(row * LANES, row * LANES + count);
  }

  /** Sets all lanes of a row. */
  broadcast(row: number, value: number): void {
    const { I } = this;
    // A loop: for so few words the library's function takes longer.
    for (let at = row * LANES; at < (row + 1) * LANES; at++) I[at] = value;
  }
}
