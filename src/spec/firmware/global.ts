/**
 * The global interface: what the firmware says of itself (GLB_CONTROL, at the start of the shared section), what
 * the host asks of it (GLB_INPUT) and what it answers (GLB_OUTPUT). Offsets count from the start of each block.
 * Access is the host's: RO is written by the firmware, RW by the host. Source: panthor_fw.h, panthor_fw.c; rows
 * marked `kbase` are known from Arm's GPL headers only.
 */
import { bit, defineBlock, field } from '../registers/define.ts';
import { event, level, packVersion, toggle } from './protocol.ts';

/** First version that reads CSG_INPUT.ENDPOINT_REQ2 instead of ENDPOINT_REQ. */
export const VERSION_ENDPOINT_REQ2 = packVersion(4, 0, 0);
/** First version with the STATE field in GLB_REQ instead of HALT and SLEEP. */
export const VERSION_GLB_STATE = packVersion(4, 1, 0);

export const GLB_CONTROL = defineBlock('GLB_CONTROL', {
  VERSION: {
    offset: 0x00,
    access: 'RO',
    doc: 'Interface version; 0 until the firmware has booted',
    fields: { patch: field(0, 16), minor: field(16, 8), major: field(24, 8) },
  },
  FEATURES: {
    offset: 0x04,
    access: 'RO',
    doc: 'What the firmware can do beyond the base protocol',
    fields: {
      compute_suspend: bit(0, 'Preempts compute jobs on suspend', { origin: 'kbase' }),
      fragment_suspend: bit(1, 'Preempts fragment jobs on suspend', { origin: 'kbase' }),
      tiler_suspend: bit(2, 'Preempts tiler jobs on suspend', { origin: 'kbase' }),
      progress_multi_wait: bit(3, 'Several progress waits at a time', { origin: 'kbase' }),
      iter_trace: bit(4, 'Iterator trace buffers', { origin: 'kbase' }),
    },
  },
  INPUT_VA: { offset: 0x08, access: 'RO', doc: 'MCU address of GLB_INPUT, inside the shared section' },
  OUTPUT_VA: { offset: 0x0c, access: 'RO', doc: 'MCU address of GLB_OUTPUT, inside the shared section' },
  GROUP_NUM: {
    offset: 0x10,
    access: 'RO',
    doc: 'CSG slots',
    fields: { count: field(0, 5, '3..31 for panthor') },
  },
  GROUP_STRIDE: { offset: 0x14, access: 'RO', doc: 'Bytes from one CSG_CONTROL to the next' },
  PERFCNT_SIZE: {
    offset: 0x18,
    access: 'RO',
    doc: 'Bytes of a counter sample in units of 256',
    fields: { hardware: field(0, 16, 'Hardware blocks'), firmware: field(16, 16, 'Firmware blocks') },
  },
  INSTR_FEATURES: {
    offset: 0x1c,
    access: 'RO',
    doc: 'Queue instrumentation, valid from 1.1.0 on',
    fields: { offset_update_rate: field(0, 4), event_size_max: field(4, 4) },
  },
});

/** Units of every timer word: ticks of the source per count. */
export const TIMER_UNIT_TICKS = 1024;

const timerFields = {
  timeout: field(0, 31, 'Units of 1024 ticks'),
  source: bit(31, 'What ticks', { enum: { SYSTEM_TIMER: 0, GPU_COUNTER: 1 } }),
} as const;

/** Bits of GLB_REQ and GLB_ACK. */
export const GLB_REQ = {
  HALT: level(0, 'Stop scheduling and stop the core; MCU_STATUS tells when', 1, { until: VERSION_GLB_STATE }),
  CFG_PROGRESS_TIMER: toggle(1, 'Take PROGRESS_TIMER'),
  CFG_ALLOC_EN: toggle(2, 'Take CORE_EN_MASK'),
  CFG_POWEROFF_TIMER: toggle(3, 'Take POWEROFF_TIMER'),
  PROTM_ENTER: toggle(4, 'Enter protected mode'),
  PERFCNT_EN: level(5, 'Counter sampling is set up'),
  PERFCNT_SAMPLE: toggle(6, 'Take one sample now'),
  COUNTER_EN: level(7, 'Keep cycle counter and timestamp visible'),
  PING: toggle(8, 'Answer to show life'),
  FWCFG_UPDATE: toggle(9, 'Read the configuration items again'),
  IDLE_EN: level(10, 'Raise IDLE; IDLE_TIMER is taken when it rises'),
  ITER_TRACE_EN: level(11, 'Iterator trace', 1, { origin: 'kbase' }),
  SLEEP: toggle(12, 'Sleep while keeping state', 1, { until: VERSION_GLB_STATE, origin: 'kbase' }),
  STATE: level(12, 'Wanted state of the firmware', 3, {
    since: VERSION_GLB_STATE,
    enum: { ACTIVE: 0, HALT: 1, SLEEP: 2, SUSPEND: 3 },
  }),
  INACTIVE_COMPUTE: event(20, 'The compute iterator ran dry'),
  INACTIVE_FRAGMENT: event(21, 'The fragment iterator ran dry'),
  INACTIVE_TILER: event(22, 'The tiler iterator ran dry'),
  PROTM_EXIT: event(23, 'Protected mode was left'),
  PERFCNT_THRESHOLD: event(24, 'Half of the sample ring is full'),
  PERFCNT_OVERFLOW: event(25, 'A sample was lost'),
  IDLE: event(26, 'All groups idle for IDLE_TIMER'),
  DBG_CSF: event(30, 'Debug event of the firmware', 1, { origin: 'kbase' }),
  DBG_HOST: event(31, 'Debug event for the host', 1, { origin: 'kbase' }),
} as const;

/** Bits panthor treats as requests and as events. */
export const GLB_REQ_MASK = 0x0000_07ff;
export const GLB_EVT_MASK = 0x07f0_0000;

export const GLB_INPUT = defineBlock('GLB_INPUT', {
  REQ: { offset: 0x00, access: 'RW', doc: 'Requests of the host', fields: GLB_REQ },
  ACK_IRQ_MASK: {
    offset: 0x04,
    access: 'RW',
    doc: 'Bits of GLB_ACK whose change raises JOB_INT bit 31',
    fields: GLB_REQ,
  },
  DOORBELL_REQ: {
    offset: 0x08,
    access: 'RW',
    doc: 'Bit n flipped against DOORBELL_ACK: look at CSG n',
    fields: { csg: field(0, 31) },
  },
  PROGRESS_TIMER: { offset: 0x10, access: 'RW', doc: 'Units of 1024 GPU cycles without progress; 0 off' },
  POWEROFF_TIMER: {
    offset: 0x14,
    access: 'RW',
    doc: 'How long idle shader cores stay powered',
    fields: timerFields,
  },
  CORE_EN_MASK: { offset: 0x18, width: 64, access: 'RW', doc: 'Shader cores the firmware may use' },
  PROTM_COHERENCY: { offset: 0x20, access: 'RW', doc: 'Coherency of protected mode', origin: 'kbase' },
  PERFCNT_AS: {
    offset: 0x24,
    access: 'RW',
    doc: 'Address space of the sample ring',
    fields: { as: field(0, 4) },
  },
  PERFCNT_BASE: { offset: 0x28, width: 64, access: 'RW', doc: 'Address of the sample ring' },
  PERFCNT_EXTRACT: { offset: 0x30, access: 'RW', doc: 'Samples the host has read' },
  PERFCNT_CONFIG: {
    offset: 0x40,
    access: 'RW',
    doc: 'Shape of sampling',
    fields: { size: field(0, 8, 'Samples in the ring'), set_select: field(8, 2, 'Counter set') },
  },
  PERFCNT_CSG_SELECT: { offset: 0x44, access: 'RW', doc: 'CSG whose counters are taken' },
  PERFCNT_FW_ENABLE: { offset: 0x48, access: 'RW', doc: 'Counters of the firmware' },
  PERFCNT_CSG_ENABLE: { offset: 0x4c, access: 'RW', doc: 'Counters of the CSG' },
  PERFCNT_CSF_ENABLE: { offset: 0x50, access: 'RW', doc: 'Counters of the command-stream front end' },
  PERFCNT_SHADER_ENABLE: { offset: 0x54, access: 'RW', doc: 'Counters of the shader cores' },
  PERFCNT_TILER_ENABLE: { offset: 0x58, access: 'RW', doc: 'Counters of the tiler' },
  PERFCNT_MMU_L2_ENABLE: { offset: 0x5c, access: 'RW', doc: 'Counters of the memory system' },
  IDLE_TIMER: {
    offset: 0x80,
    access: 'RW',
    doc: 'How long all groups must be idle before GLB IDLE',
    fields: timerFields,
  },
  IDLE_TIMER_CONFIG: {
    offset: 0x84,
    access: 'RW',
    doc: 'Modifiers of the idle timer of later interfaces',
    fields: { no_modifier: bit(0), sleep_on_idle: bit(9) },
    origin: 'kbase',
  },
  EVICTION_TIMER: {
    offset: 0x90,
    access: 'RW',
    doc: 'Eviction timer of later interfaces',
    fields: timerFields,
    origin: 'kbase',
  },
  EVICTION_TIMER_CONFIG: { offset: 0x94, access: 'RW', doc: 'Modifiers of the eviction timer', origin: 'kbase' },
  FWUTF_ARG: { offset: 0xfe0, access: 'RW', doc: 'Arguments of a unit test', count: 4, stride: 4, origin: 'kbase' },
  DEBUG_ACK_IRQ_MASK: { offset: 0xff8, access: 'RW', doc: 'As ACK_IRQ_MASK for DEBUG_REQ', origin: 'kbase' },
  DEBUG_REQ: { offset: 0xffc, access: 'RW', doc: 'Debug requests', origin: 'kbase' },
});

export const GLB_OUTPUT = defineBlock('GLB_OUTPUT', {
  ACK: { offset: 0x00, access: 'RO', doc: 'Answers to REQ, and events', fields: GLB_REQ },
  DOORBELL_ACK: { offset: 0x08, access: 'RO', doc: 'Answer to DOORBELL_REQ', fields: { csg: field(0, 31) } },
  HALT_STATUS: {
    offset: 0x10,
    access: 'RO',
    doc: 'Why the firmware stopped',
    fields: { status: field(0, 32, '', { enum: { OK: 0, PANIC: 0x4e, WATCHDOG: 0x4f } }) },
  },
  PERFCNT_STATUS: {
    offset: 0x14,
    access: 'RO',
    doc: 'What happened since the last sample',
    fields: {
      failed: bit(0, 'A sample could not be stored'),
      power_on: bit(1, 'Shader cores came on'),
      power_off: bit(2, 'Shader cores went off'),
      protected: bit(3, 'Protected mode was on'),
    },
  },
  PERFCNT_INSERT: { offset: 0x18, access: 'RO', doc: 'Samples written' },
  FWUTF_RESULT: { offset: 0xfe0, access: 'RO', doc: 'Result of a unit test', origin: 'kbase' },
  DEBUG_ACK: { offset: 0xffc, access: 'RO', doc: 'Answers to DEBUG_REQ', origin: 'kbase' },
});

/** Bytes of each block as the driver's range checks count them (rows known from kbase only lie beyond). */
export const GLB_CONTROL_SIZE = 0x20;
export const GLB_INPUT_SIZE = 0x84;
export const GLB_OUTPUT_SIZE = 0x1c;

/** Rates the timer words are computed from; undefined where the machine has no such clock. */
export interface TimerClocks {
  /** Architected system counter, Hz (24 MHz on RK3588). Preferred. */
  readonly systemTimerHz?: number | undefined;
  /** GPU core clock, Hz. */
  readonly gpuHz?: number | undefined;
}

/**
 * A timer word for `us` microseconds (panthor's conv_timeout): counts of 1024 ticks rounded up, clamped to 31
 * bits, with the source in bit 31. Without any clock the longest time of the GPU counter.
 */
export function encodeTimer(us: number, clocks: TimerClocks): number {
  const field = GLB_INPUT.POWEROFF_TIMER;
  const system = clocks.systemTimerHz ?? 0;
  const rate = system > 0 ? system : (clocks.gpuHz ?? 0);
  const source = system > 0 ? 'SYSTEM_TIMER' : 'GPU_COUNTER';
  const max = 0x7fff_ffff;
  const counts = rate > 0 ? Math.min(Math.ceil((us * rate) / (1e6 * TIMER_UNIT_TICKS)), max) : max;
  return field.encode({ timeout: counts, source });
}
