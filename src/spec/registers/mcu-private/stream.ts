/**
 * One command-stream interface; offsets from its start (see `streamBase`). There are 64, bound for ever to stream
 * n & 7 of group slot n >> 3. Registers with `writeWhen: STOPPED` belong to hardware while the stream runs; together
 * they are the state that suspend saves and resume loads. All of it is chosen.
 */

import { bit, defineBlock, field } from '../define.ts';

/** Commands of CS_CMD. */
export const CS_CMD = { RESET: 1, START: 2, STOP: 3, PREEMPT: 4, EXCEPTION: 5, OOM_RETRY: 6 } as const;

/** States of a stream; RUNNING, BLOCKED and EMPTY are live. */
export const CS_STATE = { STOPPED: 0, RUNNING: 1, BLOCKED: 2, EMPTY: 3, FATAL: 4 } as const;

/** Why a stream is blocked; up to FLUSH the values of the public status_blocked_reason. */
export const CS_REASON = {
  UNBLOCKED: 0,
  SB_WAIT: 1,
  PROGRESS_WAIT: 2,
  SYNC_WAIT: 3,
  DEFERRED: 4,
  RESOURCE: 5,
  FLUSH: 6,
  FAULT_HOLD: 7,
  TRACE_HOLD: 8,
  PROTM: 9,
} as const;

/** Bit numbers of CS_EVENT and CS_MASK. */
export const CS_EVENT_BIT = {
  QUIET: 0,
  BUSY: 1,
  SYNC_BLOCKED: 2,
  RESOURCE: 3,
  SYNC_UPDATE: 4,
  FAULT: 5,
  FATAL: 6,
  TILER_OOM: 7,
  EXC_DONE: 8,
  PROGRESS: 9,
  TRACE: 10,
  PROTM: 11,
  CMD_DONE: 12,
  EXTRACT: 13,
  HEAP_FREE: 14,
  JOB_DONE: 15,
} as const;

/** States of a job context. */
export const JOB_STATE = { FREE: 0, QUEUED: 1, RUNNING: 2, PREEMPTED: 3, OOM_WAIT: 4, FAULTED: 5 } as const;

const EVENTS = {
  QUIET: bit(CS_EVENT_BIT.QUIET, 'nothing to do and nothing under way'),
  BUSY: bit(CS_EVENT_BIT.BUSY, 'no longer quiet'),
  SYNC_BLOCKED: bit(CS_EVENT_BIT.SYNC_BLOCKED, 'a SYNC_WAIT blocked'),
  RESOURCE: bit(CS_EVENT_BIT.RESOURCE, 'a resource request waits for a grant'),
  SYNC_UPDATE: bit(CS_EVENT_BIT.SYNC_UPDATE, 'a system-scope sync object was written'),
  FAULT: bit(CS_EVENT_BIT.FAULT, 'fault latched in CS_FAULT'),
  FATAL: bit(CS_EVENT_BIT.FATAL, 'fatal error latched in CS_FATAL'),
  TILER_OOM: bit(CS_EVENT_BIT.TILER_OOM, 'a tiler job needs a heap chunk'),
  EXC_DONE: bit(CS_EVENT_BIT.EXC_DONE, 'an exception handler ended'),
  PROGRESS: bit(CS_EVENT_BIT.PROGRESS, 'a progress counter was written'),
  TRACE: bit(CS_EVENT_BIT.TRACE, 'a TRACE_POINT holds the stream'),
  PROTM: bit(CS_EVENT_BIT.PROTM, 'protected mode is asked for'),
  CMD_DONE: bit(CS_EVENT_BIT.CMD_DONE, 'a command ended'),
  EXTRACT: bit(CS_EVENT_BIT.EXTRACT, 'CS_EXTRACT entered a new 64-byte line'),
  HEAP_FREE: bit(CS_EVENT_BIT.HEAP_FREE, 'heap chunks were given back'),
  JOB_DONE: bit(CS_EVENT_BIT.JOB_DONE, 'a job ended'),
} as const;

const chosen = { origin: 'chosen' } as const;
const ro = { ...chosen, access: 'RO' } as const;
const rw = { ...chosen, access: 'RW' } as const;
const ro64 = { ...ro, width: 64 } as const;
const rw64 = { ...rw, width: 64 } as const;
/** Hardware's while the stream runs. */
const state = { ...rw, writeWhen: 'STOPPED' } as const;
const state64 = { ...state, width: 64 } as const;

const VA = { va: field(0, 64, 'virtual address') } as const;
const BYTES = { bytes: field(0, 64, 'bytes since the ring was set up') } as const;
const COUNT = { count: field(0, 32, 'counter') } as const;
const VALUE32 = { value: field(0, 32, 'value') } as const;
const VALUE = { value: field(0, 64, 'value') } as const;
const LINK = { link: field(0, 64, 'chunk, encoded as heap links are') } as const;
const INFO = { info: field(0, 64, 'see spec/faults') } as const;
const WORD = { word: field(0, 64, 'instruction') } as const;
const TASK = { task: field(0, 64, 'task') } as const;
const EXCEPTION = { exc: field(0, 8, 'exception code'), data: field(8, 24, 'source id') } as const;

const exc = { count: 4, stride: 0x10 } as const;
const frame = { count: 16, stride: 0x10 } as const;
const defer = { count: 16, stride: 0x20 } as const;
const job = { count: 6, stride: 0x140 } as const;

export const MCU_CS = defineBlock('MCU_CS', {
  CS_CMD: {
    ...chosen,
    access: 'WO',
    offset: 0x0,
    doc: 'Command to the stream.',
    fields: { cmd: field(0, 4, 'what to do', { enum: CS_CMD }), type: field(8, 8, 'type of an EXCEPTION') },
  },
  CS_STATUS: {
    ...ro,
    offset: 0x4,
    doc: 'State of the stream.',
    fields: {
      state: field(0, 4, 'state', { enum: CS_STATE }),
      reason: field(4, 4, 'why it is blocked', { enum: CS_REASON }),
      handler: bit(8, 'in an exception handler'),
      error: bit(9, 'in the error state'),
      busy: bit(10, 'a command is running'),
      refused: bit(11, 'the last command was refused'),
      jobs: field(16, 6, 'job contexts in use'),
      defer: field(24, 5, 'deferred operations'),
    },
  },
  CS_EVENT: { ...chosen, access: 'W1C', offset: 0x8, doc: 'News of the stream.', fields: EVENTS },
  CS_MASK: { ...rw, offset: 0xc, doc: 'Enables of CS_EVENT.', fields: EVENTS },
  CS_PRIO: { ...rw, offset: 0x10, doc: 'Priority in the group.', fields: { prio: field(0, 4, '15 first') } },
  CS_ID: {
    ...ro,
    offset: 0x14,
    doc: 'Which interface this is.',
    fields: { stream: field(0, 5, 'stream of the group'), group: field(8, 5, 'group slot') },
  },
  CS_RING_BASE: { ...state64, offset: 0x18, doc: 'Ring buffer.', fields: VA },
  CS_RING_SIZE: {
    ...state,
    offset: 0x20,
    doc: 'Size of the ring buffer; START refuses all but powers of two with a fatal CS_CONFIG_FAULT.',
    fields: { bytes: field(0, 32, 'bytes') },
  },
  CS_ERROR: {
    ...state,
    offset: 0x24,
    doc: 'Error state of the stream; ERROR_BARRIER leaves it.',
    fields: { exc: field(0, 8, 'exception code, 0 for none') },
  },
  CS_INSERT: {
    ...rw64,
    offset: 0x28,
    doc: 'End of the ring contents; acts at the write of the high word.',
    fields: BYTES,
  },
  CS_EXTRACT: { ...state64, offset: 0x30, doc: 'Ring contents retired; a CALL counts when it returns.', fields: BYTES },
  CS_RES_REQ: {
    ...state,
    offset: 0x38,
    doc: 'Resources the stream asks for.',
    fields: {
      compute: bit(0, 'compute'),
      fragment: bit(1, 'fragment'),
      tiler: bit(2, 'tiler'),
      idvs: bit(3, 'tiler through IDVS'),
      rt: bit(4, 'ray tracing'),
    },
  },
  CS_RES_GRANT: {
    ...rw,
    offset: 0x3c,
    doc: 'Resources the firmware grants; bits no longer asked for drop out.',
    fields: { bits: field(0, 5, 'as CS_RES_REQ') },
  },
  CS_PC: { ...state64, offset: 0x40, doc: 'Instruction to execute.', fields: VA },
  CS_END: { ...state64, offset: 0x48, doc: 'End of the current frame; the ring has none.', fields: VA },
  CS_DEPTH: {
    ...state,
    offset: 0x50,
    doc: 'Call depth.',
    fields: {
      depth: field(0, 4, 'frames above the root'),
      int_depth: field(4, 4, 'the same of the interrupted stream'),
      handler: bit(8, 'in an exception handler'),
      type: field(12, 2, 'its type'),
    },
  },
  CS_SB_SEL: {
    ...state,
    offset: 0x54,
    doc: 'Scoreboard entries that operations use.',
    fields: {
      ep: field(0, 4, 'endpoint jobs'),
      other: field(4, 4, 'other operations'),
      deferred: field(8, 4, 'deferred operations'),
    },
  },
  CS_SB_BUSY: {
    ...ro,
    offset: 0x58,
    doc: 'Scoreboard entries in use.',
    fields: { entry: field(0, 16, 'bit per entry') },
  },
  CS_SB_MASKS: {
    ...state,
    offset: 0x5c,
    doc: 'Scoreboard masks of architecture 11 and up; reads 0 here.',
    fields: { stream: field(0, 16, 'of the stream'), wait: field(16, 16, 'of waits') },
  },
  CS_WAIT: {
    ...ro,
    offset: 0x60,
    doc: 'What a blocked stream waits for, laid out as status_wait.',
    fields: {
      sb_mask: field(0, 16, 'scoreboard entries'),
      sb_source: field(16, 4, 'kind of scoreboard wait', { enum: { NONE: 0, WAIT: 8 } }),
      cond: field(24, 4, 'condition of a sync wait', { enum: { LE: 0, GT: 1 } }),
      progress: bit(28, 'waits for progress'),
      protm: bit(29, 'waits for protected mode'),
      sync64: bit(30, 'waits for a 64-bit sync object'),
      sync: bit(31, 'waits for a sync object'),
    },
  },
  CS_WAIT_ADDR: { ...ro64, offset: 0x68, doc: 'Sync object of the wait.', fields: VA },
  CS_WAIT_VALUE: { ...ro64, offset: 0x70, doc: 'Value the wait compares with.', fields: VALUE },
  CS_PROGRESS: { ...state64, offset: 0x78, doc: 'Progress counter of the stream.', fields: VALUE },
  CS_HEAP: { ...state64, offset: 0x80, doc: 'Heap context last set.', fields: VA },
  CS_OOM_HEAP: { ...ro64, offset: 0x88, doc: 'Heap context that ran out.', fields: VA },
  CS_OOM_VT_START: { ...ro, offset: 0x90, doc: 'Render passes begun on it.', fields: COUNT },
  CS_OOM_VT_END: { ...ro, offset: 0x94, doc: 'Render passes tiled on it.', fields: COUNT },
  CS_OOM_FRAG_END: { ...ro, offset: 0x98, doc: 'Render passes finished on it.', fields: COUNT },
  CS_HEAP_FIRST: { ...rw64, offset: 0xa0, doc: 'First chunk OOM_RETRY links; 0 for none.', fields: LINK },
  CS_HEAP_LAST: { ...rw64, offset: 0xa8, doc: 'Last chunk OOM_RETRY links.', fields: LINK },
  CS_FAULT: { ...ro, offset: 0xb0, doc: 'Fault, kept until its event is cleared.', fields: EXCEPTION },
  CS_FATAL: { ...ro, offset: 0xb4, doc: 'Fatal error, kept until RESET.', fields: EXCEPTION },
  CS_FAULT_INFO: { ...ro64, offset: 0xb8, doc: 'Address of the fault: data, shader or descriptor.', fields: INFO },
  CS_FATAL_INFO: {
    ...ro64,
    offset: 0xc0,
    doc: 'Instruction of the fatal error, or address of a bus fault.',
    fields: INFO,
  },
  CS_FAULT_EXTRACT: { ...ro64, offset: 0xc8, doc: 'CS_EXTRACT when the faulting operation was issued.', fields: BYTES },
  CS_TRACE: {
    ...ro,
    offset: 0xd0,
    doc: 'Registers a TRACE_POINT shows.',
    fields: { base: field(0, 8, 'first register'), count: field(8, 8, 'registers') },
  },
  CS_INSTRS: {
    ...ro64,
    offset: 0xd8,
    doc: 'Instructions the stream has completed; RESET zeroes it.',
    fields: { count: field(0, 64, 'instructions') },
  },
  CS_EXC_ADDR: {
    ...state64,
    ...exc,
    offset: 0xe0,
    doc: 'Exception handler by type; 2 is tiler out of memory.',
    fields: VA,
  },
  CS_EXC_LEN: {
    ...state,
    ...exc,
    offset: 0xe8,
    doc: 'Length of the handler; 0 for none.',
    fields: { bytes: field(0, 32, 'bytes') },
  },
  CS_FRAME_IP: {
    ...state64,
    ...frame,
    offset: 0x140,
    doc: 'Return address: 1..7 of the stream, 8 where it was interrupted, 9..15 of the handler.',
    fields: VA,
  },
  CS_FRAME_END: { ...state64, ...frame, offset: 0x148, doc: 'End of the frame returned to.', fields: VA },
  CS_SB: {
    ...ro,
    offset: 0x240,
    count: 16,
    stride: 4,
    doc: 'Scoreboard entry: jobs, deferred and memory operations it counts.',
    fields: COUNT,
  },
  CS_REG: { ...state, offset: 0x400, count: 96, stride: 4, doc: 'Stream registers r0 to r95.', fields: VALUE32 },
  DEFER_INSTR: { ...state64, ...defer, offset: 0x600, doc: 'Deferred operation.', fields: WORD },
  DEFER_ADDR: { ...state64, ...defer, offset: 0x608, doc: 'Its address, flush id or first chunk.', fields: VALUE },
  DEFER_DATA: { ...state64, ...defer, offset: 0x610, doc: 'Its data or last chunk.', fields: VALUE },
  DEFER_DEPS: {
    ...state,
    ...defer,
    offset: 0x618,
    doc: 'What it still waits for.',
    fields: { job: field(0, 6, 'job contexts'), defer: field(16, 16, 'deferred operations') },
  },
  DEFER_CTRL: {
    ...state,
    ...defer,
    offset: 0x61c,
    doc: 'Place of the operation; entries 12..15 are for handlers.',
    fields: {
      valid: bit(0, 'in use'),
      slot: field(4, 4, 'scoreboard entry'),
      seq: field(16, 16, 'order of issue, counted with JOB_SEQ'),
    },
  },
  JOB_CTRL: {
    ...state,
    ...job,
    offset: 0x800,
    doc: 'Job context 2 * class + {0, 1}.',
    fields: {
      valid: bit(0, 'in use'),
      op: field(4, 8, 'opcode'),
      slot: field(12, 4, 'scoreboard entry'),
      state: field(16, 4, 'state', { enum: JOB_STATE }),
    },
  },
  JOB_SEQ: {
    ...state,
    ...job,
    offset: 0x804,
    doc: 'Order of issue.',
    fields: { seq: field(0, 32, 'sequence number') },
  },
  JOB_INSTR: { ...state64, ...job, offset: 0x808, doc: 'Instruction of the job.', fields: WORD },
  JOB_NEXT: { ...state64, ...job, offset: 0x810, doc: 'First task not begun.', fields: TASK },
  JOB_TOTAL: { ...state64, ...job, offset: 0x818, doc: 'Number of tasks.', fields: TASK },
  JOB_EXTRACT: { ...state64, ...job, offset: 0x820, doc: 'CS_EXTRACT at issue.', fields: BYTES },
  JOB_HEAP: { ...state64, ...job, offset: 0x828, doc: 'CS_HEAP at issue.', fields: VA },
  JOB_AUX: {
    ...state64,
    ...job,
    offset: 0x830,
    doc: 'Draw descriptor or draw id; the fault word once FAULTED.',
    fields: VALUE,
  },
  JOB_INFO: { ...state64, ...job, offset: 0x838, doc: 'Fault information once FAULTED.', fields: VALUE },
  JOB_REG: {
    ...state,
    ...job,
    inner: { count: 64, stride: 4 },
    offset: 0x840,
    doc: 'Stream registers r0 to r63 at issue.',
    fields: VALUE32,
  },
});
