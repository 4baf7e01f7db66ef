/**
 * The interface of a command-stream group slot. Offsets count from the start of each block; CSG_CONTROL of slot i
 * lies at CSG_CONTROL_BASE + i * GROUP_STRIDE of the shared section, input and output wherever it says. Access is
 * the host's. Source: panthor_fw.h, panthor_sched.c; rows marked `kbase` from Arm's GPL headers only.
 */
import { bit, defineBlock, field } from '../registers/define.ts';
import { event, level, toggle } from './protocol.ts';

export const CSG_CONTROL = defineBlock('CSG_CONTROL', {
  FEATURES: {
    offset: 0x00,
    access: 'RO',
    doc: 'How the slot suspends',
    fields: {
      suspend_type: field(0, 8, '', { origin: 'kbase' }),
      detailed_tracking: bit(8, '', { origin: 'kbase' }),
    },
  },
  INPUT_VA: { offset: 0x04, access: 'RO', doc: 'MCU address of CSG_INPUT, inside the shared section' },
  OUTPUT_VA: { offset: 0x08, access: 'RO', doc: 'MCU address of CSG_OUTPUT, inside the shared section' },
  SUSPEND_SIZE: { offset: 0x0c, access: 'RO', doc: 'Bytes of the suspend buffer; never 0' },
  PROTM_SUSPEND_SIZE: { offset: 0x10, access: 'RO', doc: 'Bytes of the protected suspend buffer; never 0' },
  STREAM_NUM: {
    offset: 0x14,
    access: 'RO',
    doc: 'Command streams of the slot',
    fields: { count: field(0, 6, '8..32 for panthor') },
  },
  STREAM_STRIDE: { offset: 0x18, access: 'RO', doc: 'Bytes from one CS_CONTROL to the next' },
});

/** States a CSG can be asked for. */
export const CSG_STATE = { TERMINATE: 0, START: 1, SUSPEND: 2, RESUME: 3 } as const;

/** Bits of CSG_REQ and CSG_ACK. */
export const CSG_REQ = {
  STATE: level(0, 'Wanted state of the slot', 3, { enum: CSG_STATE }),
  ENDPOINT_CONFIG: toggle(4, 'Take the ALLOW masks and ENDPOINT_REQ'),
  STATUS_UPDATE: toggle(5, 'Refresh the status words of the group and its streams'),
  SYNC_UPDATE: event(28, 'A stream of the group wrote a sync object that the host must look at'),
  IDLE: event(29, 'Every running stream of the group is idle'),
  DOORBELL: event(30, 'Debug', 1, { origin: 'kbase' }),
  PROGRESS_TIMER_EVENT: event(31, 'No progress for the time of PROGRESS_TIMER'),
} as const;

/** Bits panthor treats as requests and as events. */
export const CSG_REQ_MASK = 0x0000_0037;
export const CSG_EVT_MASK = 0xb000_0000;

/** Endpoints and priority, the same layout in ENDPOINT_REQ and the two status words. */
const endpointFields = {
  compute: field(0, 8, 'Compute endpoints'),
  fragment: field(8, 8, 'Fragment endpoints'),
  tiler: field(16, 4, 'Tiler endpoints'),
  exclusive_compute: bit(20, 'Nobody else on these cores'),
  exclusive_fragment: bit(21, 'Nobody else on these cores'),
  priority: field(28, 4, '15 goes first'),
} as const;

export const CSG_INPUT = defineBlock('CSG_INPUT', {
  REQ: { offset: 0x00, access: 'RW', doc: 'Requests of the host', fields: CSG_REQ },
  ACK_IRQ_MASK: {
    offset: 0x04,
    access: 'RW',
    doc: 'Bits of CSG_ACK whose change raises the JOB_INT bit of the slot',
    fields: CSG_REQ,
  },
  DOORBELL_REQ: {
    offset: 0x08,
    access: 'RW',
    doc: 'Bit j flipped against DOORBELL_ACK: look at CS j',
    fields: { cs: field(0, 32) },
  },
  CS_IRQ_ACK: {
    offset: 0x0c,
    access: 'RW',
    doc: 'Bit j set as in CS_IRQ_REQ: events of CS j are being handled',
    fields: { cs: field(0, 32) },
  },
  ALLOW_COMPUTE: { offset: 0x20, width: 64, access: 'RW', doc: 'Cores for compute jobs' },
  ALLOW_FRAGMENT: { offset: 0x28, width: 64, access: 'RW', doc: 'Cores for fragment jobs' },
  ALLOW_OTHER: { offset: 0x30, access: 'RW', doc: 'Tilers' },
  ENDPOINT_REQ: { offset: 0x34, access: 'RW', doc: 'Endpoints wanted and priority', fields: endpointFields },
  ENDPOINT_REQ2: {
    offset: 0x38,
    width: 64,
    access: 'RW',
    doc: 'ENDPOINT_REQ of interfaces from 4.0.0 on',
    fields: {
      ...endpointFields,
      neural: field(32, 8, 'Neural endpoints', { origin: 'kbase' }),
      compute_pri_threshold: field(40, 8, '', { origin: 'kbase' }),
      compute_pri_ratio: field(48, 4, '', { origin: 'kbase' }),
    },
  },
  SUSPEND_BUF: { offset: 0x40, width: 64, access: 'RW', doc: 'Address of the suspend buffer in the MCU VM' },
  PROTM_SUSPEND_BUF: {
    offset: 0x48,
    width: 64,
    access: 'RW',
    doc: 'Address of the protected suspend buffer in the MCU VM',
  },
  CONFIG: {
    offset: 0x50,
    access: 'RW',
    doc: 'Where the group runs',
    fields: {
      as: field(0, 4, 'Address space of its streams and jobs'),
      l2_ring_alloc: bit(8, '', { origin: 'kbase' }),
      l2_other_alloc: bit(16, '', { origin: 'kbase' }),
    },
  },
  ITER_TRACE_CONFIG: { offset: 0x54, access: 'RW', doc: 'Iterator trace' },
  ENDPOINT_TASK_LIMIT: { offset: 0x58, access: 'RW', doc: 'Task limit of later interfaces', origin: 'kbase' },
  DVS_BUF: {
    offset: 0x60,
    width: 64,
    access: 'RW',
    doc: 'Deferred vertex shading buffer of later interfaces',
    fields: { size: field(0, 12), pointer: field(12, 52) },
    origin: 'kbase',
  },
});

export const CSG_OUTPUT = defineBlock('CSG_OUTPUT', {
  ACK: { offset: 0x00, access: 'RO', doc: 'Answers to REQ, and events', fields: CSG_REQ },
  DOORBELL_ACK: { offset: 0x08, access: 'RO', doc: 'Answer to DOORBELL_REQ', fields: { cs: field(0, 32) } },
  CS_IRQ_REQ: {
    offset: 0x0c,
    access: 'RO',
    doc: 'Bit j flipped against CS_IRQ_ACK: CS j has an event',
    fields: { cs: field(0, 32) },
  },
  STATUS_ENDPOINT_CURRENT: { offset: 0x10, access: 'RO', doc: 'Endpoints in use', fields: endpointFields },
  STATUS_ENDPOINT_REQ: { offset: 0x14, access: 'RO', doc: 'Endpoints asked for', fields: endpointFields },
  STATUS_STATE: { offset: 0x18, access: 'RO', doc: 'State of the slot', fields: { idle: bit(0) } },
  RESOURCE_DEP: {
    offset: 0x1c,
    access: 'RO',
    doc: 'Class that made no progress when PROGRESS_TIMER_EVENT came (newer meaning of the word)',
    fields: { iterator: field(0, 32, '', { enum: { COMPUTE: 0, FRAGMENT: 1, TILER: 2 } }) },
    origin: 'kbase',
  },
});

/** Bytes of each block as the driver's range checks count them (rows known from kbase only lie beyond). */
export const CSG_CONTROL_SIZE = 0x1c;
export const CSG_INPUT_SIZE = 0x58;
export const CSG_OUTPUT_SIZE = 0x20;
