/**
 * MMU control: interrupts and the registers of 16 address space slots (8 exist on RK3588). TRANSTAB, MEMATTR and
 * TRANSCFG are shadows that count only after COMMAND UPDATE. Sources: Panthor panthor_mmu_regs.h, Tyr regs.rs,
 * Linux io-pgtable-arm.c. Meaning of the values: spec/page-table and spec/faults.
 */

import { faultEnum } from '../faults.ts';
import { bit, defineBlock, field } from './define.ts';
import { ACCESS_TYPE } from './gpu-control.ts';

/** Room for address space slots in the register window; GPU_AS_PRESENT tells which exist. */
export const AS_COUNT = 16;

const SOURCES = {
  PAGE_FAULT: field(0, 16, 'bit n: AS n faulted'),
  COMMAND_COMPLETED: field(16, 16, 'bit n: AS n finished a command; Linux drivers keep these masked'),
} as const;

const ALLOC_SELECT = { IMPLEMENTATION: 2, EXPLICIT: 3 } as const;
const COHERENCY = { MIDGARD_INNER: 0, CPU_INNER: 1, CPU_INNER_SHADER_COH: 2 } as const;
const MEMORY_TYPE = { SHARED: 0, NON_CACHEABLE: 1, WRITE_BACK: 2, FAULT: 3 } as const;

const allocW = (n: number) => bit(n * 8, 'allocate on write');
const allocR = (n: number) => bit(n * 8 + 1, 'allocate on read');
const allocSel = (n: number) => field(n * 8 + 2, 2, 'whether the allocate bits count', { enum: ALLOC_SELECT });
const coherency = (n: number) => field(n * 8 + 4, 2, 'shareability domain', { enum: COHERENCY });
const memoryType = (n: number) => field(n * 8 + 6, 2, 'cacheability', { enum: MEMORY_TYPE });

const as = { count: AS_COUNT, stride: 0x40 } as const;

export const MMU_CONTROL = defineBlock('MMU_CONTROL', {
  MMU_INT_RAWSTAT: { offset: 0x2000, access: 'RW1S', doc: 'MMU events before the mask.', fields: SOURCES },
  MMU_INT_CLEAR: {
    offset: 0x2004,
    access: 'W1C',
    doc: 'Clears RAWSTAT bits; clearing a page fault lets the slot report the next one.',
    fields: SOURCES,
  },
  MMU_INT_MASK: { offset: 0x2008, access: 'RW', doc: 'Events that reach the mmu line.', fields: SOURCES },
  MMU_INT_STAT: {
    offset: 0x200c,
    access: 'RO',
    doc: 'RAWSTAT and MASK; the mmu line is high while this is not 0.',
    fields: SOURCES,
  },
  AS_TRANSTAB: {
    ...as,
    name: 'AS{n}_TRANSTAB',
    offset: 0x2400,
    width: 64,
    access: 'RW',
    doc: 'Physical address of the root table.',
    fields: { base: field(4, 60, 'address in units of 16 bytes') },
  },
  AS_MEMATTR: {
    ...as,
    name: 'AS{n}_MEMATTR',
    offset: 0x2408,
    width: 64,
    access: 'RW',
    doc: 'Eight memory types, one byte each, chosen by a descriptor through AttrIndx.',
    fields: {
      attr0_alloc_w: allocW(0),
      attr0_alloc_r: allocR(0),
      attr0_alloc_sel: allocSel(0),
      attr0_coherency: coherency(0),
      attr0_memory_type: memoryType(0),
      attr1_alloc_w: allocW(1),
      attr1_alloc_r: allocR(1),
      attr1_alloc_sel: allocSel(1),
      attr1_coherency: coherency(1),
      attr1_memory_type: memoryType(1),
      attr2_alloc_w: allocW(2),
      attr2_alloc_r: allocR(2),
      attr2_alloc_sel: allocSel(2),
      attr2_coherency: coherency(2),
      attr2_memory_type: memoryType(2),
      attr3_alloc_w: allocW(3),
      attr3_alloc_r: allocR(3),
      attr3_alloc_sel: allocSel(3),
      attr3_coherency: coherency(3),
      attr3_memory_type: memoryType(3),
      attr4_alloc_w: allocW(4),
      attr4_alloc_r: allocR(4),
      attr4_alloc_sel: allocSel(4),
      attr4_coherency: coherency(4),
      attr4_memory_type: memoryType(4),
      attr5_alloc_w: allocW(5),
      attr5_alloc_r: allocR(5),
      attr5_alloc_sel: allocSel(5),
      attr5_coherency: coherency(5),
      attr5_memory_type: memoryType(5),
      attr6_alloc_w: allocW(6),
      attr6_alloc_r: allocR(6),
      attr6_alloc_sel: allocSel(6),
      attr6_coherency: coherency(6),
      attr6_memory_type: memoryType(6),
      attr7_alloc_w: allocW(7),
      attr7_alloc_r: allocR(7),
      attr7_alloc_sel: allocSel(7),
      attr7_coherency: coherency(7),
      attr7_memory_type: memoryType(7),
    },
  },
  AS_LOCKADDR: {
    ...as,
    name: 'AS{n}_LOCKADDR',
    offset: 0x2410,
    width: 64,
    access: 'RW',
    doc: 'Region of the LOCK and FLUSH commands.',
    fields: {
      size_log2_minus_1: field(0, 6, 'the region has 2^(n+1) bytes'),
      base: field(12, 52, 'page number; bits below the size are ignored'),
    },
  },
  AS_COMMAND: {
    ...as,
    name: 'AS{n}_COMMAND',
    offset: 0x2418,
    access: 'WO',
    doc: 'Starts an address space command; STATUS shows its end.',
    fields: {
      command: field(0, 8, 'what to do', {
        enum: { NOP: 0, UPDATE: 1, LOCK: 2, UNLOCK: 3, FLUSH_PT: 4, FLUSH_MEM: 5 },
      }),
    },
  },
  AS_FAULTSTATUS: {
    ...as,
    name: 'AS{n}_FAULTSTATUS',
    offset: 0x241c,
    access: 'RO',
    doc: 'First fault of the slot since its interrupt was cleared.',
    fields: {
      exception_type: field(0, 8, 'exception code (spec/faults)', { enum: faultEnum('AS') }),
      access_type: field(8, 2, 'kind of access', { enum: ACCESS_TYPE }),
      decoder_fault: bit(10, 'label of the log line only', { enum: { SLAVE_FAULT: 0, DECODER_FAULT: 1 } }),
      source_id: field(16, 16, 'unit that made the access (spec/faults)'),
    },
  },
  AS_FAULTADDRESS: {
    ...as,
    name: 'AS{n}_FAULTADDRESS',
    offset: 0x2420,
    width: 64,
    access: 'RO',
    doc: 'Virtual address of the fault.',
    fields: { address: field(0, 64, 'virtual address') },
  },
  AS_STATUS: {
    ...as,
    name: 'AS{n}_STATUS',
    offset: 0x2428,
    access: 'RO',
    doc: 'Whether a command is running.',
    fields: { AS_ACTIVE: bit(0, 'command of the host'), AS_ACTIVE_INT: bit(1, 'internal command') },
  },
  AS_TRANSCFG: {
    ...as,
    name: 'AS{n}_TRANSCFG',
    offset: 0x2430,
    width: 64,
    access: 'RW',
    doc: 'How the slot translates.',
    fields: {
      mode: field(0, 4, 'format of the tables', {
        enum: { LEGACY: 0, UNMAPPED: 1, IDENTITY: 2, AARCH64_4K: 6, AARCH64_64K: 8 },
      }),
      ina_bits: field(6, 5, 'input width: 55 less the bits of a VA'),
      outa_bits: field(14, 5, 'output width'),
      sl_concat: bit(22, 'concatenated tables at the start level'),
      ptw_memattr: field(24, 2, 'cacheability of table walks', {
        enum: { INVALID: 0, NON_CACHEABLE: 1, WRITE_BACK: 2 },
      }),
      ptw_sh: field(28, 2, 'shareability of table walks', {
        enum: { NON_SHAREABLE: 0, OUTER_SHAREABLE: 2, INNER_SHAREABLE: 3 },
      }),
      r_allocate: bit(30, 'table walks allocate on read'),
      disable_hier_ap: bit(33, 'table descriptors do not restrict permissions'),
      disable_af_fault: bit(34, 'a clear access flag is no fault'),
      wxn: bit(35, 'what is writable cannot be executed'),
      xreadable: bit(36, 'what can be read can be executed'),
      ptw_pbha: field(60, 4, 'page-based attributes of table walks'),
    },
  },
  AS_FAULTEXTRA: {
    ...as,
    name: 'AS{n}_FAULTEXTRA',
    offset: 0x2438,
    width: 64,
    access: 'RO',
    doc: 'More about the fault; contents not public.',
    fields: { value: field(0, 64, 'unknown') },
  },
});
