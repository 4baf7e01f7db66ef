/**
 * The two pages behind every queue: cursors the host writes (QUEUE_INPUT) and cursors the firmware writes
 * (QUEUE_OUTPUT, one page further). Both live in the MCU VM, uncached. A cursor counts bytes in 64
 * bits and never wraps at the ring's end: its place there is the remainder by the ring's size. Source: panthor_sched.c, panthor_fw.h.
 */
import { bit, defineBlock } from '../registers/define.ts';

export const QUEUE_INPUT = defineBlock('QUEUE_INPUT', {
  INSERT: { offset: 0x0, width: 64, access: 'RW', doc: 'Bytes ever written to the ring' },
  EXTRACT: { offset: 0x8, width: 64, access: 'RW', doc: 'Where reading begins at CS START' },
});

export const QUEUE_OUTPUT = defineBlock('QUEUE_OUTPUT', {
  EXTRACT: { offset: 0x0, width: 64, access: 'RO', doc: 'Bytes ever consumed' },
  ACTIVE: { offset: 0x8, access: 'RO', doc: 'Life of the stream', fields: { running: bit(0) } },
});

/** QUEUE_OUTPUT lies this far behind QUEUE_INPUT in panthor's 8 KiB buffer object. */
export const QUEUE_OUTPUT_OFFSET = 0x1000;
/** Bytes of both pages. */
export const QUEUE_PAGES_SIZE = 0x2000;
/** Bytes of an instruction, and the step in which panthor moves INSERT. */
export const CS_INSTRUCTION_SIZE = 8;
export const RING_STEP = 64;
