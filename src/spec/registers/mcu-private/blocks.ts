/**
 * Private registers of the MCU outside the command-stream interfaces, offsets from MCU_REG_BASE: identity, power,
 * caches, address space faults, core state, doorbells, time, windows, endpoints, performance counters. The contract
 * between silicon and firmware; all of it is chosen (public is only that a group at 0x22100 maps other address
 * spaces). Masks do not keep events from latching; any unmasked event raises the line.
 */

import { bit, defineBlock, field } from '../define.ts';
import { ACCESS_TYPE } from '../gpu-control.ts';
import { FAULT_UNIT } from '../../faults.ts';

const chosen = { origin: 'chosen' } as const;
const ro = { ...chosen, access: 'RO' } as const;
const rw = { ...chosen, access: 'RW' } as const;
const wo = { ...chosen, access: 'WO' } as const;
const w1c = { ...chosen, access: 'W1C' } as const;
const ro64 = { ...ro, width: 64 } as const;
const rw64 = { ...rw, width: 64 } as const;

const PWR_SOURCES = { shader: bit(0, 'shader cores are as wanted'), tiler: bit(1, 'tilers are as wanted') } as const;
const CACHE_DONE = { done: bit(0, 'the flush ended') } as const;
const AS_BITS = { as: field(0, 16, 'bit n: AS n') } as const;
const CORES = { core: field(0, 64, 'bit per core') } as const;
const asf = { count: 16, stride: 0x10 } as const;

export const MCU_GPU = defineBlock('MCU_GPU', {
  HW_ID: {
    ...ro,
    offset: 0x3000,
    reset: 0x5459_0100,
    doc: 'Which contract this is.',
    fields: {
      minor: field(0, 8, 'additions'),
      major: field(8, 8, 'incompatible changes'),
      magic: field(16, 16, '"TY"'),
    },
  },
  HW_CFG0: {
    ...ro,
    offset: 0x3004,
    reset: 0x0860_0808,
    doc: 'Shape of the command-stream front end.',
    fields: {
      groups: field(0, 5, 'group slots'),
      streams: field(8, 6, 'streams of a group'),
      cs_regs: field(16, 8, 'registers of a stream'),
      scoreboards: field(24, 8, 'scoreboard entries of a stream'),
    },
  },
  HW_CFG1: {
    ...ro,
    offset: 0x3008,
    reset: 0x1021_0818,
    doc: 'Counts of helpers.',
    fields: {
      doorbells: field(0, 8, 'doorbell pages'),
      windows: field(8, 4, 'window slices'),
      timers: field(12, 8, 'timers'),
      jobs_per_class: field(20, 4, 'job contexts per class and stream'),
      deferred: field(24, 8, 'deferred operations of a stream'),
    },
  },
  HW_CFG2: {
    ...ro,
    offset: 0x300c,
    reset: 0x0007_0807,
    doc: 'Features.',
    fields: {
      compute: bit(0, 'runs compute jobs'),
      fragment: bit(1, 'runs fragment jobs'),
      tiler: bit(2, 'runs tiler jobs'),
      frames: field(8, 4, 'call depth'),
      prf_blocks: field(16, 4, 'counter blocks'),
      protm: bit(31, 'has protected mode'),
    },
  },
  PWR_SHADER_WANT: {
    ...rw64,
    offset: 0x3040,
    doc: 'Shader cores the firmware wants on; the host may want others. A busy core ends its task first.',
    fields: CORES,
  },
  PWR_TILER_WANT: { ...rw64, offset: 0x3048, doc: 'Tilers the firmware wants on.', fields: CORES },
  PWR_EVENT: { ...w1c, offset: 0x3050, doc: 'A wanted set is reached.', fields: PWR_SOURCES },
  PWR_MASK: { ...rw, offset: 0x3054, doc: 'Enables of PWR_EVENT.', fields: PWR_SOURCES },
  CACHE_CMD: {
    ...wo,
    offset: 0x3060,
    doc: 'Starts a flush; its end advances the flush identifier.',
    fields: {
      l2: field(0, 4, 'L2 cache', { enum: { NONE: 0, CLEAN: 1, CLEAN_INV: 3 } }),
      lsc: field(4, 4, 'load/store caches', { enum: { NONE: 0, CLEAN: 1, CLEAN_INV: 3 } }),
      other: field(8, 4, 'all other caches', { enum: { NONE: 0, INV: 2 } }),
    },
  },
  CACHE_EVENT: { ...w1c, offset: 0x3064, doc: 'A flush ended.', fields: CACHE_DONE },
  CACHE_MASK: { ...rw, offset: 0x3068, doc: 'Enable of CACHE_EVENT.', fields: CACHE_DONE },
  CACHE_STATUS: {
    ...ro,
    offset: 0x306c,
    doc: 'Whether a flush runs; a second one is refused.',
    fields: { busy: bit(0, 'a flush runs') },
  },
  TLB_CMD: {
    ...wo,
    offset: 0x3070,
    doc: 'Forgets cached translations. The tables themselves belong to the host.',
    fields: { as: field(0, 4, 'of this address space'), all: bit(31, 'of all of them') },
  },
  ASF_EVENT: {
    ...w1c,
    offset: 0x3080,
    doc: 'Address spaces with a fault; clearing re-arms. The host is told by MMU_INT independently.',
    fields: AS_BITS,
  },
  ASF_MASK: { ...rw, offset: 0x3084, doc: 'Enables of ASF_EVENT.', fields: AS_BITS },
  ASF_STATUS: {
    ...ro,
    ...asf,
    offset: 0x3100,
    doc: 'First fault since re-armed, laid out as AS_FAULTSTATUS with the source id split.',
    fields: {
      exc: field(0, 8, 'exception code'),
      access: field(8, 2, 'kind of access', { enum: ACCESS_TYPE }),
      cs: field(16, 6, 'command-stream interface'),
      unit: field(28, 4, 'unit that made the access', { enum: FAULT_UNIT }),
    },
  },
  ASF_UNIT: {
    ...ro,
    ...asf,
    offset: 0x3104,
    doc: 'Job context and core of the fault.',
    fields: { ctx: field(0, 3, 'job context'), core: field(8, 6, 'core') },
  },
  ASF_ADDR: { ...ro64, ...asf, offset: 0x3108, doc: 'Address of the fault.', fields: { va: field(0, 64, 'VA') } },
});

const DOORBELLS = { db: field(0, 24, 'bit n: page n') } as const;
const TIMERS = { timer: field(0, 16, 'bit n: timer n') } as const;
const timer = { count: 16, stride: 0x10 } as const;

export const MCU_CORE = defineBlock('MCU_CORE', {
  MCU_CAUSE: {
    ...ro,
    offset: 0x20000,
    doc: 'Why the core booted.',
    fields: {
      cause: field(0, 2, 'power-on or soft reset; DISABLE after HALT; DISABLE alone; automatic restart', {
        enum: { COLD: 0, WARM: 1, UNCLEAN: 2, AUTO: 3 },
      }),
      boots: field(16, 16, 'boots so far'),
    },
  },
  MCU_STATE: {
    ...wo,
    offset: 0x20004,
    doc: 'Stops the core; MCU_STATUS shows the value.',
    fields: { state: field(0, 2, 'new state, all others are refused', { enum: { HALT: 2, FATAL: 3 } }) },
  },
  MCU_SCRATCH: {
    ...rw,
    offset: 0x20010,
    count: 4,
    doc: 'Memory that a DISABLE leaves alone; a soft reset zeroes it.',
    fields: { value: field(0, 32, 'anything') },
  },
  LOG_CHAR: {
    ...wo,
    offset: 0x20020,
    doc: 'A character for the log of the bench; the machine does not notice.',
    fields: { ch: field(0, 8, 'character') },
  },
  DBG_STATUS: {
    ...ro,
    offset: 0x20030,
    doc: 'Debugger and last BKPT.',
    fields: {
      attached: bit(0, 'a debugger is there'),
      bkpt: bit(1, 'a BKPT was met'),
      imm: field(8, 8, 'its operand'),
    },
  },
  DBG_PC: { ...ro, offset: 0x20034, doc: 'Where the last BKPT was.', fields: { pc: field(0, 32, 'PC') } },
  UNK_COUNT: {
    ...rw,
    offset: 0x20040,
    doc: 'Accesses that hardware ignored; stops at its maximum, any write zeroes it.',
    fields: { count: field(0, 32, 'accesses') },
  },
  UNK_ADDR: { ...ro, offset: 0x20044, doc: 'Address of the last one.', fields: { addr: field(0, 32, 'address') } },
  UNK_PC: { ...ro, offset: 0x20048, doc: 'Instruction of the last one.', fields: { pc: field(0, 32, 'PC') } },
  UNK_INFO: {
    ...ro,
    offset: 0x2004c,
    doc: 'What was wrong with the last one.',
    fields: {
      write: bit(0, 'it was a store'),
      bytes: field(1, 3, 'its size'),
      kind: field(4, 4, 'reason', {
        enum: { UNDEFINED: 1, WIDTH: 2, RESERVED_BIT: 3, REFUSED: 4, WRONG_STATE: 5 },
      }),
    },
  },
  DB_PENDING: {
    ...w1c,
    width: 64,
    offset: 0x20100,
    doc: 'Doorbell pages that rang, whatever state the core was in.',
    fields: DOORBELLS,
  },
  DB_MASK: { ...rw64, offset: 0x20108, doc: 'Enables of DB_PENDING.', fields: DOORBELLS },
  HOST_IRQ: {
    ...chosen,
    access: 'RW1S',
    offset: 0x20110,
    doc: 'Sets bits of JOB_INT_RAWSTAT and reads them back; only the host clears.',
    fields: { csg: field(0, 31, 'bit n: group slot n'), glb: bit(31, 'global interface') },
  },
  TIME_STAMP: {
    ...ro64,
    offset: 0x20180,
    doc: 'System counter plus GPU_TIMESTAMP_OFFSET.',
    fields: { ticks: field(0, 64, 'ticks of 24 MHz') },
  },
  TIME_CYCLES: {
    ...ro64,
    offset: 0x20188,
    doc: 'GPU cycles since power-on; never stops.',
    fields: { cycles: field(0, 64, 'cycles') },
  },
  TIME_CTRL: {
    ...rw,
    offset: 0x20190,
    doc: 'Counters the host sees.',
    fields: { count_en: bit(0, 'GPU_CYCLE_COUNT and GPU_TIMESTAMP run') },
  },
  TIMER_EVENT: { ...w1c, offset: 0x20198, doc: 'Timers that fired.', fields: TIMERS },
  TIMER_MASK: { ...rw, offset: 0x2019c, doc: 'Enables of TIMER_EVENT.', fields: TIMERS },
  TIMER_CTRL: {
    ...rw,
    ...timer,
    offset: 0x20200,
    doc: 'One-shot timer: fires once its source reaches TIMER_CMP, then switches itself off.',
    fields: {
      en: bit(0, 'armed'),
      src: bit(1, 'what it counts', { enum: { TIMESTAMP: 0, CYCLES: 1 } }),
    },
  },
  TIMER_CMP: {
    ...rw64,
    ...timer,
    offset: 0x20208,
    doc: 'When the timer fires; written while it is off.',
    fields: { at: field(0, 64, 'absolute value of the source') },
  },
  WDOG_LOAD: {
    ...rw,
    offset: 0x20300,
    doc: 'Watchdog period. Expiry is an NMI, a second one without a kick is FATAL; it rests while the core sleeps.',
    fields: { cycles: field(0, 32, 'GPU cycles, 0 for off') },
  },
  WDOG_KICK: { ...wo, offset: 0x20304, doc: 'Reloads the watchdog.', fields: { any: field(0, 32, 'any value') } },
});

const win = { count: 8, stride: 0x20 } as const;

export const MCU_WINDOW = defineBlock('MCU_WINDOW', {
  WIN_CTRL: {
    ...rw,
    ...win,
    offset: 0x22100,
    doc: 'Window slice onto another address space; a write forgets the slice fault.',
    fields: {
      en: bit(0, 'the slice is on'),
      write: bit(1, 'stores are allowed'),
      trap: bit(2, 'a fault is a BusFault of the core too'),
      as: field(4, 4, 'address space'),
    },
  },
  WIN_STATUS: {
    ...ro,
    ...win,
    offset: 0x22104,
    doc: 'First fault of the slice, laid out as AS_FAULTSTATUS; 0 none.',
    fields: {
      exc: field(0, 8, 'exception code'),
      access: field(8, 2, 'kind of access', { enum: ACCESS_TYPE }),
    },
  },
  WIN_BASE: {
    ...rw64,
    ...win,
    offset: 0x22108,
    doc: 'Where the slice begins in that address space.',
    fields: { page: field(12, 36, 'page number') },
  },
  WIN_FADDR: {
    ...ro64,
    ...win,
    offset: 0x22110,
    doc: 'Address of the slice fault.',
    fields: { va: field(0, 64, 'VA') },
  },
});

const csg = { count: 8, stride: 0x100 } as const;
const ENDPOINTS = {
  compute: field(0, 8, 'compute endpoints'),
  fragment: field(8, 8, 'fragment endpoints'),
  tiler: field(16, 4, 'tiler endpoints'),
  excl_compute: bit(20, 'compute endpoints to itself'),
  excl_fragment: bit(21, 'fragment endpoints to itself'),
  prio: field(28, 4, 'priority of the group'),
} as const;
const CLASSES = {
  idle: field(0, 3, 'bit per class: the last job ended'),
  starved: field(4, 3, 'bit per class: jobs but no core that is on'),
} as const;

export const MCU_CSG = defineBlock('MCU_CSG', {
  CSG_EP_COMPUTE: { ...rw64, ...csg, offset: 0x24000, doc: 'Cores for compute jobs of the group.', fields: CORES },
  CSG_EP_FRAGMENT: { ...rw64, ...csg, offset: 0x24008, doc: 'Cores for fragment jobs of the group.', fields: CORES },
  CSG_EP_TILER: { ...rw64, ...csg, offset: 0x24010, doc: 'Tilers for jobs of the group.', fields: CORES },
  CSG_EP_LIMIT: { ...rw, ...csg, offset: 0x24018, doc: 'Most endpoints at a time, and priority.', fields: ENDPOINTS },
  CSG_EP_CURRENT: { ...ro, ...csg, offset: 0x2401c, doc: 'Endpoints in use.', fields: ENDPOINTS },
  CSG_CTRL: {
    ...rw,
    ...csg,
    offset: 0x24020,
    doc: 'Address space of the group, which a stream takes at START, and requests that need no firmware.',
    fields: { as: field(0, 4, 'address space'), auto: field(8, 5, 'resources granted at once, as in CS_RES_REQ') },
  },
  CSG_STATE: {
    ...ro,
    ...csg,
    offset: 0x24024,
    doc: 'State of the group, a bit per stream or class.',
    fields: {
      started: field(0, 8, 'streams that are not STOPPED'),
      quiet: field(8, 8, 'streams with nothing to do'),
      jobs: field(16, 8, 'streams that own jobs'),
      classes: field(24, 3, 'classes with jobs'),
    },
  },
  CSG_TASKS: {
    ...ro,
    ...csg,
    inner: { count: 3, stride: 4 },
    offset: 0x24028,
    doc: 'Tasks that ended, per class.',
    fields: { count: field(0, 32, 'tasks, modulo 2^32') },
  },
  EP_EVENT: { ...w1c, offset: 0x24800, doc: 'News of the classes.', fields: CLASSES },
  EP_MASK: { ...rw, offset: 0x24804, doc: 'Enables of EP_EVENT.', fields: CLASSES },
  EP_ACTIVE: { ...ro, offset: 0x24808, doc: 'Classes with jobs.', fields: { busy: field(0, 3, 'bit per class') } },
  EP_CORES: { ...ro64, offset: 0x24810, doc: 'Cores at work.', fields: CORES },
  CS_PENDING: {
    ...ro64,
    offset: 0x24900,
    doc: 'Interfaces with an enabled event.',
    fields: { cs: field(0, 64, 'bit n: interface n') },
  },
  CS_KICK: {
    ...wo,
    offset: 0x24908,
    doc: 'Makes blocked SYNC_WAITs look again.',
    fields: { group: field(0, 8, 'bit per group') },
  },
});

const PRF_SOURCES = { done: bit(0, 'a sample was written'), fail: bit(1, 'a store of it faulted') } as const;

export const MCU_PRF = defineBlock('MCU_PRF', {
  PRF_CTRL: {
    ...rw,
    offset: 0x25000,
    doc: 'Performance counters on or off.',
    fields: { en: bit(0, 'count'), as: field(4, 4, 'address space of the samples') },
  },
  PRF_CMD: {
    ...wo,
    offset: 0x25004,
    doc: 'Acts on the counters, in the order of the bits.',
    fields: { sample: bit(0, 'write a sample'), clear: bit(1, 'zero the counters') },
  },
  PRF_EVENT: { ...w1c, offset: 0x25008, doc: 'Sample written or failed.', fields: PRF_SOURCES },
  PRF_MASK: { ...rw, offset: 0x2500c, doc: 'Enables of PRF_EVENT.', fields: PRF_SOURCES },
  PRF_DST: {
    ...rw64,
    offset: 0x25010,
    doc: 'Where samples go.',
    fields: { va: field(8, 56, 'VA in units of 256 bytes') },
  },
  PRF_ENABLE: {
    ...rw,
    offset: 0x25018,
    doc: 'Blocks of a sample.',
    fields: { csf: bit(0, 'front end'), mem: bit(1, 'memory system'), tiler: bit(2, 'tiler'), shader: bit(3, 'cores') },
  },
});
