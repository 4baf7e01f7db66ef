/**
 * Doorbell pages: 64 KiB each so that each can be mapped into one process. 24 fit into the window of the RK3588.
 * Sources: Panthor panthor_fw_regs.h, Tyr regs.rs.
 */

import { bit, defineBlock } from './define.ts';

export const CSF_DOORBELL = defineBlock('CSF_DOORBELL', {
  CSF_DOORBELL: {
    name: 'CSF_DOORBELL_{n}',
    offset: 0x80000,
    count: 24,
    stride: 0x10000,
    access: 'WO',
    doc: 'Wakes the firmware; page 0 belongs to the global interface.',
    fields: { ring: bit(0, 'write 1 to ring') },
  },
});
