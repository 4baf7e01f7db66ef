/**
 * The one page user space may read: the identifier of the latest cache flush. Sources: Panthor
 * panthor_fw_regs.h, panthor_drv.c (which bits GROUP_SUBMIT refuses), kbase headers.
 */

import { defineBlock, field } from './define.ts';

/**
 * Chosen: the identifier counts in 24 bits and goes from this value to 1, because GROUP_SUBMIT refuses an
 * identifier with any of bits 30:24 and takes 0 for "always flush".
 */
export const FLUSH_ID_MAX = 0xff_ffff;

export const CSF_USER = defineBlock('CSF_USER', {
  CSF_GPU_LATEST_FLUSH_ID: {
    offset: 0x10000,
    access: 'RO',
    reset: 1,
    doc: 'Identifier of the latest clean and invalidate of all caches.',
    fields: { flush_id: field(0, 32, 'never 0; bits 31:24 stay 0') },
  },
});

/** Identifier after `id`. */
export function nextFlushId(id: number): number {
  return id >= FLUSH_ID_MAX ? 1 : id + 1;
}
