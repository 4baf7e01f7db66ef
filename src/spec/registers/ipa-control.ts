/**
 * Counters for a power model on the host ("intelligent power allocation"). Known from kbase headers only; no Linux
 * driver we follow touches them, and their base address is not confirmed by another source.
 */

import { defineBlock } from './define.ts';

const kbase = { origin: 'kbase' } as const;
const select = { ...kbase, width: 64, access: 'RW' } as const;
const value = { ...kbase, width: 64, access: 'RO', count: 8 } as const;

export const IPA_CONTROL = defineBlock('IPA_CONTROL', {
  IPA_COMMAND: { ...kbase, offset: 0x40000, access: 'WO', doc: 'Starts, samples or resets the counters.' },
  IPA_STATUS: { ...kbase, offset: 0x40004, access: 'RO', doc: 'Progress of the last command.' },
  IPA_TIMER: { ...kbase, offset: 0x40008, access: 'RW', doc: 'Interval between automatic samples.' },
  IPA_SELECT_CSHW: { ...select, offset: 0x40010, doc: 'Front-end events to count.' },
  IPA_SELECT_MEMSYS: { ...select, offset: 0x40018, doc: 'Memory system events to count.' },
  IPA_SELECT_TILER: { ...select, offset: 0x40020, doc: 'Tiler events to count.' },
  IPA_SELECT_SHADER: { ...select, offset: 0x40028, doc: 'Shader core events to count.' },
  IPA_VALUE_CSHW: { ...value, name: 'IPA_VALUE_CSHW_{n}', offset: 0x40100, doc: 'Sum of a front-end event.' },
  IPA_VALUE_MEMSYS: { ...value, name: 'IPA_VALUE_MEMSYS_{n}', offset: 0x40140, doc: 'Sum of a memory system event.' },
  IPA_VALUE_TILER: { ...value, name: 'IPA_VALUE_TILER_{n}', offset: 0x40180, doc: 'Sum of a tiler event.' },
  IPA_VALUE_SHADER: { ...value, name: 'IPA_VALUE_SHADER_{n}', offset: 0x401c0, doc: 'Sum of a shader core event.' },
});
