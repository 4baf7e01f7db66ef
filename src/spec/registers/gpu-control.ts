/**
 * GPU control: identification, GPU-level interrupts, commands, faults, time, configuration.
 * Sources: Panthor panthor_gpu_regs.h, Tyr regs.rs; registers only Arm's kbase headers name carry origin `kbase`.
 * Reset values are those of a Mali-G610 MC4 r0p0 in an RK3588.
 */

import { bit, defineBlock, field } from './define.ts';

const FAULT = bit(0, 'bus-level fault, described by GPU_FAULT_STATUS');
const PROTM_FAULT = bit(1, 'fault in protected mode');
const RESET_COMPLETED = bit(8, 'a soft or hard reset ended');
const POWER_CHANGED_SINGLE = bit(9, 'one unit changed its power state');
const POWER_CHANGED_ALL = bit(10, 'no power transition is left');
const CLEAN_CACHES_COMPLETED = bit(17, 'a cache flush ended');
const DOORBELL_MIRROR = bit(18, 'a doorbell waits for a halted MCU');
const MCU_STATUS_CHANGED = bit(19, 'MCU_STATUS has a new value');

const CLEARABLE = {
  FAULT,
  PROTM_FAULT,
  RESET_COMPLETED,
  POWER_CHANGED_SINGLE,
  POWER_CHANGED_ALL,
  CLEAN_CACHES_COMPLETED,
  MCU_STATUS_CHANGED,
} as const;
const SOURCES = { ...CLEARABLE, DOORBELL_MIRROR } as const;

/** What a cache flush does to one level of caches. */
export const FLUSH_MODE = { NONE: 0, CLEAN: 1, INVALIDATE: 2, CLEAN_INVALIDATE: 3 } as const;

/** Kinds of access as fault registers report them. */
export const ACCESS_TYPE = { ATOMIC: 0, EXECUTE: 1, READ: 2, WRITE: 3 } as const;

/** Value of GPU_PWR_KEY that unlocks the override registers. */
export const PWR_KEY_UNLOCK = 0x2968_a819;

const BOOT_LOG = 'RK3588 boot log';
const DUMP = 'G610 dump';

export const GPU_CONTROL = defineBlock('GPU_CONTROL', {
  GPU_ID: {
    offset: 0x0,
    access: 'RO',
    reset: 0xa867_0005,
    resetFrom: BOOT_LOG,
    doc: 'Architecture, product and revision; 0 means that no GPU answers.',
    fields: {
      ver_status: field(0, 4, 'release status'),
      ver_minor: field(4, 8, 'p of rNpM'),
      ver_major: field(12, 4, 'r of rNpM'),
      prod_major: field(16, 4, 'product; names are those of architecture 10', {
        enum: { G710: 2, G510: 3, G310: 4, G610: 7 },
      }),
      arch_rev: field(20, 4, 'architecture revision'),
      arch_minor: field(24, 4, 'architecture minor'),
      arch_major: field(28, 4, 'architecture major; 14 and up use the PWR_CONTROL block'),
    },
  },
  GPU_L2_FEATURES: {
    offset: 0x4,
    access: 'RO',
    reset: 0x0712_0306,
    resetFrom: BOOT_LOG,
    doc: 'Shape of the L2 cache, as binary logarithms.',
    fields: {
      line_size_log2: field(0, 8, 'bytes of a line'),
      associativity_log2: field(8, 8, 'ways'),
      slice_size_log2: field(16, 8, 'bytes of a slice'),
      bus_width_log2: field(24, 8, 'bits of the external bus'),
    },
  },
  GPU_CORE_FEATURES: {
    offset: 0x8,
    access: 'RO',
    doc: 'Variant of the shader core.',
    fields: { core_variant: field(0, 8, 'variant number') },
  },
  GPU_TILER_FEATURES: {
    offset: 0xc,
    access: 'RO',
    reset: 0x809,
    resetFrom: BOOT_LOG,
    doc: 'Limits of the tiler.',
    fields: {
      bin_size_log2: field(0, 6, 'bytes of the smallest bin, as a logarithm'),
      max_levels: field(8, 4, 'levels of the bin hierarchy'),
    },
  },
  GPU_MEM_FEATURES: {
    offset: 0x10,
    access: 'RO',
    reset: 0x301,
    resetFrom: BOOT_LOG,
    doc: 'Coherency groups and L2 slices.',
    fields: {
      coherent_core_group: bit(0, 'cores of a group are coherent'),
      coherent_super_group: bit(1, 'groups are coherent'),
      l2_slices_minus_1: field(8, 4, 'number of L2 slices less one'),
    },
  },
  GPU_MMU_FEATURES: {
    offset: 0x14,
    access: 'RO',
    reset: 0x2830,
    resetFrom: BOOT_LOG,
    doc: 'Address widths of the MMU.',
    fields: { va_bits: field(0, 8, 'bits of a virtual address'), pa_bits: field(8, 8, 'bits of a physical address') },
  },
  GPU_AS_PRESENT: {
    offset: 0x18,
    access: 'RO',
    reset: 0xff,
    resetFrom: BOOT_LOG,
    doc: 'Address space slots that exist.',
    fields: { present: field(0, 32, 'bit n: AS n') },
  },
  GPU_CSF_ID: {
    offset: 0x1c,
    access: 'RO',
    reset: 0x040a_0412,
    resetFrom: DUMP,
    doc: 'Versions of the command-stream front end and its microcontroller.',
    fields: {
      mcu_rev: field(0, 4, 'MCU revision'),
      mcu_minor: field(4, 6, 'MCU minor'),
      mcu_major: field(10, 6, 'MCU major'),
      cshw_rev: field(16, 4, 'command-stream hardware revision'),
      cshw_minor: field(20, 6, 'command-stream hardware minor'),
      cshw_major: field(26, 6, 'command-stream hardware major'),
    },
  },
  GPU_INT_RAWSTAT: {
    offset: 0x20,
    access: 'RW1S',
    doc: 'Interrupt sources before the mask; a written 1 sets a bit, nothing here clears one.',
    fields: SOURCES,
  },
  GPU_INT_CLEAR: {
    offset: 0x24,
    access: 'W1C',
    doc: 'Clears RAWSTAT bits. DOORBELL_MIRROR follows a level and stays.',
    fields: CLEARABLE,
  },
  GPU_INT_MASK: { offset: 0x28, access: 'RW', doc: 'Sources that reach the gpu line.', fields: SOURCES },
  GPU_INT_STAT: {
    offset: 0x2c,
    access: 'RO',
    doc: 'RAWSTAT and MASK; the gpu line is high while this is not 0.',
    fields: SOURCES,
  },
  GPU_CMD: {
    offset: 0x30,
    access: 'WO',
    doc: 'GPU command: a code and a payload that depends on it.',
    fields: {
      code: field(0, 8, 'what to do', {
        enum: {
          NOP: 0,
          RESET: 1,
          TIME: 3,
          FLUSH_CACHES: 4,
          SET_PROTECTED_MODE: 5,
          FINISH_HALT: 6,
          CLEAR_FAULT: 7,
          FLUSH_PA_RANGE: 8,
        },
      }),
      reset_mode: field(8, 4, 'depth of the reset; FAST_RESET keeps power domains on', {
        enum: { FAST_RESET: 0, SOFT_RESET: 1, HARD_RESET: 2 },
        when: { field: 'code', value: 1 },
      }),
      l2_flush: field(8, 4, 'L2 cache', { enum: FLUSH_MODE, when: { field: 'code', value: 4 } }),
      lsc_flush: field(12, 4, 'load/store caches', { enum: FLUSH_MODE, when: { field: 'code', value: 4 } }),
      other_flush: field(16, 4, 'all other caches', { enum: FLUSH_MODE, when: { field: 'code', value: 4 } }),
      time: field(8, 1, 'cycle counter and timestamp propagation', {
        enum: { STOP: 0, START: 1 },
        when: { field: 'code', value: 3 },
        origin: 'kbase',
      }),
    },
  },
  GPU_STATUS: {
    offset: 0x34,
    access: 'RO',
    doc: 'What the GPU is doing.',
    fields: {
      GPU_ACTIVE: bit(0, 'work is running'),
      PWR_ACTIVE: bit(1, 'a power transition is running'),
      PAGE_FAULT: bit(4, 'an address space is faulted'),
      PROTM_ACTIVE: bit(7, 'in protected mode'),
      DBG_ENABLED: bit(8, 'debug access is allowed'),
    },
  },
  GPU_FAULT_STATUS: {
    offset: 0x3c,
    access: 'RO',
    doc: 'First fault outside the address spaces; later ones are lost until GPU_CMD CLEAR_FAULT.',
    fields: {
      exception_type: field(0, 8, 'exception code (spec/faults)', {
        enum: {
          OK: 0,
          GPU_BUS_FAULT: 0x80,
          GPU_SHAREABILITY_FAULT: 0x88,
          SYS_SHAREABILITY_FAULT: 0x89,
          GPU_CACHEABILITY_FAULT: 0x8a,
        },
      }),
      access_type: field(8, 2, 'kind of access', { enum: ACCESS_TYPE }),
      address_valid: bit(10, 'GPU_FAULT_ADDR holds the address'),
      jasid_valid: bit(11, 'jasid is meaningful'),
      jasid: field(12, 4, 'address space of the access'),
      source_id: field(16, 16, 'unit that made the access'),
    },
  },
  GPU_FAULT_ADDR: {
    offset: 0x40,
    width: 64,
    access: 'RO',
    doc: 'Address that belongs to GPU_FAULT_STATUS.',
    fields: { address: field(0, 64, 'address') },
  },
  GPU_L2_CONFIG: {
    offset: 0x48,
    access: 'RW',
    doc: 'L2 settings, taken when the L2 is powered up.',
    fields: {
      pbha_hwu: field(12, 4, 'page-based attributes bits in use', { origin: 'kbase' }),
      cache_size: field(16, 8, 'override of the cache size, as a logarithm'),
      ASN_HASH_ENABLE: bit(24, 'take the hash of GPU_ASN_HASH', { arch: [11] }),
      hash_function: field(24, 8, 'address hash selector', { arch: [10, 10] }),
    },
  },
  GPU_PWR_KEY: {
    offset: 0x50,
    access: 'WO',
    doc: 'Opens the override registers.',
    fields: { key: field(0, 32, 'magic number', { enum: { UNLOCK: PWR_KEY_UNLOCK } }) },
  },
  GPU_PWR_OVERRIDE0: { offset: 0x54, access: 'RW', doc: 'Power behaviour override, word 0; contents not public.' },
  GPU_PWR_OVERRIDE1: { offset: 0x58, access: 'RW', doc: 'Power behaviour override, word 1; contents not public.' },
  GPU_FEATURES: {
    offset: 0x60,
    width: 64,
    access: 'RO',
    arch: [11],
    doc: 'Optional features; 0 on architecture 10.',
    fields: {
      RAY_INTERSECTION: bit(2, 'ray intersection instructions'),
      RAY_TRAVERSAL: bit(5, 'ray traversal unit'),
    },
  },
  GPU_PRFCNT_FEATURES: {
    offset: 0x68,
    access: 'RO',
    origin: 'kbase',
    doc: 'Size of a block of performance counters.',
    fields: { counter_block_size: field(0, 8, 'counters per block') },
  },
  GPU_TIMESTAMP_OFFSET: {
    offset: 0x88,
    width: 64,
    access: 'RW',
    doc: 'Added to the system counter to give GPU_TIMESTAMP.',
    fields: { offset: field(0, 64, 'ticks, modulo 2^64') },
  },
  GPU_CYCLE_COUNT: {
    offset: 0x90,
    width: 64,
    access: 'RO',
    doc: 'Core clock cycles while counting is on; not latched, so read high, low, high.',
    fields: { count: field(0, 64, 'cycles') },
  },
  GPU_TIMESTAMP: {
    offset: 0x98,
    width: 64,
    access: 'RO',
    doc: 'System counter (24 MHz on RK3588) plus offset; not latched, so read high, low, high.',
    fields: { timestamp: field(0, 64, 'ticks') },
  },
  GPU_THREAD_MAX_THREADS: {
    offset: 0xa0,
    access: 'RO',
    reset: 0x800,
    resetFrom: DUMP,
    doc: 'Threads a core can hold.',
    fields: { threads: field(0, 32, 'threads') },
  },
  GPU_THREAD_MAX_WORKGROUP_SIZE: {
    offset: 0xa4,
    access: 'RO',
    reset: 0x400,
    resetFrom: DUMP,
    doc: 'Threads of the largest work-group.',
    fields: { threads: field(0, 32, 'threads') },
  },
  GPU_THREAD_MAX_BARRIER_SIZE: {
    offset: 0xa8,
    access: 'RO',
    reset: 0x400,
    resetFrom: DUMP,
    doc: 'Threads one barrier can hold up.',
    fields: { threads: field(0, 32, 'threads') },
  },
  GPU_THREAD_FEATURES: {
    offset: 0xac,
    access: 'RO',
    reset: 0x0401_0000,
    resetFrom: DUMP,
    doc: 'Register file and task queues of a core.',
    fields: {
      max_registers: field(0, 22, 'registers of a core'),
      implementation_technology: field(22, 2, 'what the GPU is made of', {
        enum: { UNSPECIFIED: 0, SILICON: 1, FPGA: 2, SOFTWARE_MODEL: 3 },
      }),
      max_task_queue: field(24, 8, 'depth of the task queue'),
    },
  },
  GPU_TEXTURE_FEATURES: {
    name: 'GPU_TEXTURE_FEATURES_{n}',
    offset: 0xb0,
    count: 4,
    access: 'RO',
    resets: [0xc1ff_ff9e],
    resetFrom: DUMP,
    doc: 'Compressed texture formats that are supported; only word 0 was seen on hardware.',
    fields: { supported_formats: field(0, 32, 'bit per format') },
  },
  GPU_COMMAND_ARG0: {
    offset: 0xd0,
    width: 64,
    access: 'RW',
    arch: [12],
    origin: 'kbase',
    doc: 'First argument of a GPU command (start of FLUSH_PA_RANGE).',
  },
  GPU_COMMAND_ARG1: {
    offset: 0xd8,
    width: 64,
    access: 'RW',
    arch: [12],
    origin: 'kbase',
    doc: 'Second argument of a GPU command (end of FLUSH_PA_RANGE).',
  },
  GPU_REVID: {
    offset: 0x280,
    access: 'RO',
    doc: 'Revision of this implementation.',
    fields: { revision: field(0, 32, 'revision') },
  },
  GPU_ASN_HASH: {
    name: 'GPU_ASN_HASH_{n}',
    offset: 0x2c0,
    count: 3,
    access: 'RW',
    arch: [11],
    doc: 'Address hash handed over by the platform (MT8196).',
    fields: { hash: field(0, 32, 'word of the hash') },
  },
  GPU_COHERENCY_FEATURES: {
    offset: 0x300,
    access: 'RO',
    resetFrom: DUMP,
    doc: 'Bus protocols that can be chosen.',
    fields: { ACE_LITE: bit(0, 'ACE-Lite'), ACE: bit(1, 'ACE'), NONE: bit(31, 'no coherency') },
  },
  GPU_COHERENCY_PROTOCOL: {
    offset: 0x304,
    access: 'RW',
    doc: 'Protocol in use, as a number; set before L2 power-up.',
    fields: { protocol: field(0, 32, 'protocol', { enum: { ACE_LITE: 0, ACE: 1, NONE: 31 } }) },
  },
  GPU_THREAD_TLS_ALLOC: {
    offset: 0x310,
    access: 'RO',
    reset: 0x800,
    origin: 'kbase',
    doc: 'Threads per core that need thread-local storage.',
    fields: { threads: field(0, 32, 'threads') },
  },
  GPU_SYSC_ALLOC: {
    name: 'GPU_SYSC_ALLOC_{n}',
    offset: 0x340,
    count: 8,
    access: 'RW',
    origin: 'kbase',
    doc: 'Allocation hints for the system cache.',
  },
  CSF_CONFIG: {
    offset: 0xf00,
    access: 'RW',
    origin: 'kbase',
    doc: 'Settings of the command-stream front end.',
    fields: { FORCE_COHERENCY_FEATURES: bit(2, 'claim the coherency features') },
  },
  SHADER_CONFIG: { offset: 0xf04, access: 'RW', origin: 'kbase', doc: 'Shader core settings; contents not public.' },
  TILER_CONFIG: { offset: 0xf08, access: 'RW', origin: 'kbase', doc: 'Tiler settings; contents not public.' },
  L2_MMU_CONFIG: { offset: 0xf0c, access: 'RW', origin: 'kbase', doc: 'L2 and MMU settings; contents not public.' },
});
