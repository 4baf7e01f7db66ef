/**
 * Interrupts from the firmware: one bit per command-stream group slot and one for the global interface. The MCU
 * sets the bits through its HOST_IRQ register. Sources: Panthor panthor_fw_regs.h, Tyr regs.rs.
 */

import { bit, defineBlock, field } from './define.ts';

const SOURCES = {
  CSG: field(0, 31, 'bit n: group slot n has news'),
  GLOBAL_IF: bit(31, 'the global interface has news'),
} as const;

export const JOB_CONTROL = defineBlock('JOB_CONTROL', {
  JOB_INT_RAWSTAT: {
    offset: 0x1000,
    access: 'RW1S',
    doc: 'Firmware events before the mask; a host write of 1 sets a bit as well.',
    fields: SOURCES,
  },
  JOB_INT_CLEAR: { offset: 0x1004, access: 'W1C', doc: 'Clears RAWSTAT bits.', fields: SOURCES },
  JOB_INT_MASK: { offset: 0x1008, access: 'RW', doc: 'Events that reach the job line.', fields: SOURCES },
  JOB_INT_STAT: {
    offset: 0x100c,
    access: 'RO',
    doc: 'RAWSTAT and MASK; the job line is high while this is not 0.',
    fields: SOURCES,
  },
});
