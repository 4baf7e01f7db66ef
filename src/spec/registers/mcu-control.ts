/**
 * Start and stop of the firmware's microcontroller as the host sees it. Sources: Panthor panthor_fw_regs.h,
 * Tyr regs.rs.
 */

import { bit, defineBlock, field } from './define.ts';

export const MCU_CONTROL = defineBlock('MCU_CONTROL', {
  MCU_CONTROL: {
    offset: 0x700,
    access: 'RW',
    doc: 'State the host asks of the MCU.',
    fields: {
      req: field(0, 2, 'AUTO boots now and again by itself after a fast reset', {
        enum: { DISABLE: 0, ENABLE: 1, AUTO: 2 },
      }),
      DOORBELL_DISABLE: bit(31, 'doorbells do not reach the MCU', { origin: 'kbase' }),
    },
  },
  MCU_STATUS: {
    offset: 0x704,
    access: 'RO',
    doc: 'State the MCU is in.',
    fields: {
      value: field(0, 2, 'state', { enum: { DISABLED: 0, ENABLED: 1, HALT: 2, FATAL: 3 } }),
    },
  },
});
