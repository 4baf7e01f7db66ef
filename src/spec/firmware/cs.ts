/**
 * The interface of one command stream of a group slot. Offsets count from the start of each block; CS_CONTROL j
 * lies CS_CONTROL_BASE + j * STREAM_STRIDE behind the CSG_CONTROL of its slot. Access is the host's. Source:
 * panthor_fw.h, panthor_sched.c, panthor_heap.c; rows marked `kbase` from Arm's GPL headers only.
 */
import { bit, defineBlock, field } from '../registers/define.ts';
import { event, level, toggle } from './protocol.ts';

export const CS_CONTROL = defineBlock('CS_CONTROL', {
  FEATURES: {
    offset: 0x00,
    access: 'RO',
    doc: 'What the stream hardware has',
    fields: {
      work_regs: field(0, 8, 'Work registers minus one'),
      scoreboards: field(8, 8, 'Scoreboard entries'),
      compute: bit(16, 'Runs compute jobs'),
      fragment: bit(17, 'Runs fragment jobs'),
      tiler: bit(18, 'Runs tiler jobs'),
    },
  },
  INPUT_VA: { offset: 0x04, access: 'RO', doc: 'MCU address of CS_INPUT, inside the shared section' },
  OUTPUT_VA: { offset: 0x08, access: 'RO', doc: 'MCU address of CS_OUTPUT, inside the shared section' },
});

/** States a CS can be asked for. */
export const CS_STATE = { STOP: 0, START: 1 } as const;

/** Bits of CS_REQ and CS_ACK. */
export const CS_REQ = {
  STATE: level(0, 'Wanted state of the stream', 3, { enum: CS_STATE }),
  EXTRACT_EVENT: toggle(4, 'Tell when the extract cursor moves'),
  IDLE_SYNC_WAIT: level(8, 'A stream blocked in SYNC_WAIT counts as idle'),
  IDLE_PROTM_PENDING: level(9, 'A stream that waits for protected mode counts as idle'),
  IDLE_EMPTY: level(10, 'A stream with an empty ring counts as idle'),
  IDLE_RESOURCE_REQ: level(11, 'A stream that waits for resources counts as idle'),
  IDLE_SHARED_SB_DEC: level(12, 'A stream that waits for a shared scoreboard counts as idle', 1, {
    arch: [11],
    origin: 'kbase',
  }),
  TILER_OOM: event(26, 'The tiler heap ran out of chunks'),
  PROTM_PENDING: event(27, 'The stream asks for protected mode'),
  FATAL: event(30, 'The stream stopped for good'),
  FAULT: event(31, 'A job or instruction failed; the stream goes on'),
} as const;

/** Bits panthor treats as requests and as events. */
export const CS_REQ_MASK = 0x0000_0f17;
export const CS_EVT_MASK = 0xcc00_0000;

export const CS_INPUT = defineBlock('CS_INPUT', {
  REQ: { offset: 0x00, access: 'RW', doc: 'Requests of the host', fields: CS_REQ },
  CONFIG: {
    offset: 0x04,
    access: 'RW',
    doc: 'Place of the stream in its group',
    fields: {
      priority: field(0, 4, 'In the group; 15 goes first'),
      doorbell: field(8, 8, 'Number of its user doorbell page'),
    },
  },
  ACK_IRQ_MASK: {
    offset: 0x0c,
    access: 'RW',
    doc: 'Bits of CS_ACK whose change flips CS_IRQ_REQ',
    fields: CS_REQ,
  },
  RINGBUF_BASE: { offset: 0x10, width: 64, access: 'RW', doc: 'Ring buffer, in the VM of the group' },
  RINGBUF_SIZE: { offset: 0x18, access: 'RW', doc: 'Bytes, a power of two' },
  HEAP_START: { offset: 0x20, width: 64, access: 'RW', doc: 'First new tiler chunk, encoded; 0 none' },
  HEAP_END: { offset: 0x28, width: 64, access: 'RW', doc: 'Last new tiler chunk, encoded; 0 none' },
  RINGBUF_INPUT: { offset: 0x30, width: 64, access: 'RW', doc: 'Address of QUEUE_INPUT in the MCU VM' },
  RINGBUF_OUTPUT: { offset: 0x38, width: 64, access: 'RW', doc: 'Address of QUEUE_OUTPUT in the MCU VM' },
  INSTR_CONFIG: {
    offset: 0x40,
    access: 'RW',
    doc: 'Instrumentation of the stream',
    fields: { as: field(0, 4), event_size: field(4, 4), event_state: field(16, 8) },
  },
  INSTRBUF_SIZE: { offset: 0x44, access: 'RW', doc: 'Bytes of the instrumentation buffer' },
  INSTRBUF_BASE: { offset: 0x48, width: 64, access: 'RW', doc: 'Instrumentation buffer' },
  INSTRBUF_OFFSET_PTR: { offset: 0x50, width: 64, access: 'RW', doc: 'Where its write offset is stored' },
});

const faultFields = {
  exception: field(0, 8, 'Exception code (spec/faults)'),
  data: field(8, 24, 'Who failed: source id'),
} as const;

/** Why a stream does not advance, as STATUS_BLOCKED_REASON says it. */
export const CS_BLOCKED_REASON = {
  UNBLOCKED: 0,
  SB_WAIT: 1,
  PROGRESS_WAIT: 2,
  SYNC_WAIT: 3,
  DEFERRED: 4,
  RESOURCE: 5,
  FLUSH: 6,
} as const;

export const CS_OUTPUT = defineBlock('CS_OUTPUT', {
  ACK: { offset: 0x00, access: 'RO', doc: 'Answers to REQ, and events', fields: CS_REQ },
  STATUS_CMD_PTR: { offset: 0x40, width: 64, access: 'RO', doc: 'Address of the current instruction' },
  STATUS_WAIT: {
    offset: 0x48,
    access: 'RO',
    doc: 'What the stream waits for',
    fields: {
      sb_mask: field(0, 16, 'Scoreboard entries'),
      sb_source: field(16, 4, 'Who waits for them', { enum: { NONE: 0, WAIT: 8 } }),
      sync_condition: field(24, 4, '', { enum: { LE: 0, GT: 1, GE: 5 } }),
      progress_wait: bit(28),
      protm_pend: bit(29),
      sync_64bit: bit(30),
      sync_wait: bit(31),
    },
  },
  STATUS_REQ_RESOURCE: {
    offset: 0x4c,
    access: 'RO',
    doc: 'Iterators asked for and granted',
    fields: {
      compute: bit(0),
      fragment: bit(1),
      tiler: bit(2),
      idvs: bit(3),
      compute_granted: bit(16),
      fragment_granted: bit(17),
      tiler_granted: bit(18),
      idvs_granted: bit(19),
    },
  },
  STATUS_WAIT_SYNC_POINTER: { offset: 0x50, width: 64, access: 'RO', doc: 'Sync object waited for' },
  STATUS_WAIT_SYNC_VALUE: { offset: 0x58, access: 'RO', doc: 'Value waited for, low word' },
  STATUS_SCOREBOARDS: {
    offset: 0x5c,
    access: 'RO',
    doc: 'Scoreboard entries that are not zero',
    fields: { nonzero: field(0, 16) },
  },
  STATUS_BLOCKED_REASON: {
    offset: 0x60,
    access: 'RO',
    doc: 'Why the stream does not advance',
    fields: { reason: field(0, 4, '', { enum: CS_BLOCKED_REASON }) },
  },
  STATUS_WAIT_SYNC_VALUE_HI: { offset: 0x64, access: 'RO', doc: 'Value waited for, high word' },
  FAULT: { offset: 0x80, access: 'RO', doc: 'What the FAULT event is about', fields: faultFields },
  FATAL: { offset: 0x84, access: 'RO', doc: 'What the FATAL event is about', fields: faultFields },
  FAULT_INFO: { offset: 0x88, width: 64, access: 'RO', doc: 'Address or word that goes with FAULT' },
  FATAL_INFO: { offset: 0x90, width: 64, access: 'RO', doc: 'Address or word that goes with FATAL' },
  HEAP_VT_START: { offset: 0xc0, access: 'RO', doc: 'Render passes whose tiling has begun' },
  HEAP_VT_END: { offset: 0xc4, access: 'RO', doc: 'Render passes whose tiling has ended' },
  HEAP_FRAG_END: { offset: 0xcc, access: 'RO', doc: 'Render passes whose fragment work has ended' },
  HEAP_ADDRESS: { offset: 0xd0, width: 64, access: 'RO', doc: 'Heap context that ran out' },
});

/** Bytes of each block as the driver's range checks count them. */
export const CS_CONTROL_SIZE = 0x0c;
export const CS_INPUT_SIZE = 0x58;
export const CS_OUTPUT_SIZE = 0xd8;
