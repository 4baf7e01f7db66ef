/**
 * Named values of command stream fields, as numbers. Names follow Mesa's genxml tables; the text syntax uses
 * them in lower case. Values without a name are reserved: the disassembler prints such words as `.word`.
 */

/** Signed comparison of a 32-bit register with zero (BRANCH); SYNC_WAIT takes LE and GT only, unsigned. */
export const Condition = { LE: 0, GT: 1, EQ: 2, NE: 3, LT: 4, GE: 5, ALWAYS: 6 } as const;

/** What STORE_STATE writes, always 8 bytes. */
export const State = { TIMESTAMP: 0, CYCLE_COUNT: 1, DISJOINT_COUNT: 2, ERROR_STATUS: 3 } as const;

/** Which heap counter HEAP_OPERATION bumps. */
export const HeapOperation = { VT_START: 0, VT_END: 1, FRAG_END: 3 } as const;

/** FLUSH_CACHE2, for the L2 and the load/store cache. */
export const FlushMode = { NONE: 0, CLEAN: 1, CLEAN_INVALIDATE: 3 } as const;

/** FLUSH_CACHE2, for the read-only caches. */
export const OtherFlushMode = { NONE: 0, INVALIDATE: 2 } as const;

/** Who hears of a sync object: SYSTEM also raises the event to the host. */
export const SyncScope = { SYSTEM: 0, CSG: 2 } as const;

/** What SYNC_WAIT does with a non-zero status word: take the fault over, or ignore it. */
export const ErrorReject = { INHERIT: 0, REJECT: 1 } as const;

export const ExceptionType = { TILER_OOM: 2 } as const;

export const TaskAxis = { X: 0, Y: 1, Z: 2 } as const;

export const TileRenderOrder = {
  Z_ORDER: 0,
  HORIZONTAL: 1,
  VERTICAL: 2,
  REVERSE_HORIZONTAL: 5,
  REVERSE_VERTICAL: 6,
} as const;

/** v11+: INDIRECT takes the mask from the state SB_MASK_WAIT. */
export const WaitMode = { IMMEDIATE: 0, INDIRECT: 1 } as const;

/** v11+: INDIRECT takes the mask from SB_MASK_WAIT and the entry from SB_SEL_DEFERRED. */
export const DeferMode = { IMMEDIATE: 0, INDIRECT: 1 } as const;

/** v12+: which pipeline stage a run belongs to. */
export const PipelineStage = {
  INTERNAL: 0,
  COMPUTE: 1,
  VERTEX: 2,
  TESS_CONTROL: 3,
  TESS_EVAL: 4,
  GEOMETRY: 5,
} as const;

export const ShadingMode = { EARLY: 0, DEFERRED: 1 } as const;

/** Truth table of LOGIC_OP32: bit 0 a&b, bit 1 a&~b, bit 2 ~a&b, bit 3 ~a&~b. */
export const LogicOp = {
  CLEAR: 0,
  AND: 1,
  AND_A_NB: 2,
  MOV_A: 3,
  AND_NA_B: 4,
  MOV_B: 5,
  XOR: 6,
  OR: 7,
  NOR: 8,
  XNOR: 9,
  NOT_B: 10,
  OR_A_NB: 11,
  NOT_A: 12,
  OR_NA_B: 13,
  NAND: 14,
  SET: 15,
} as const;

/** INDEX replaces the second source by one bit, 1 << source. */
export const LogicIndex = { DIRECT: 0, INDEX: 1 } as const;

/** v11+: the selection NEXT_SB_ENTRY changes. */
export const ScoreboardType = { NO_CHANGE: 0, ENDPOINT: 1, OTHER: 2, DEFERRED: 3 } as const;

export const NextSbFormat = { INDEX: 0, MASK: 1 } as const;

/** v11+: scoreboard state of a queue, written by SET_STATE and SET_STATE_IMM32. */
export const SetStateType = {
  SB_SEL_ENDPOINT: 0,
  SB_SEL_OTHER: 1,
  SB_SEL_DEFERRED: 2,
  SB_MASK_STREAM: 8,
  SB_MASK_WAIT: 9,
} as const;
