/**
 * The way from the engine thread to the session's thread: a ring of fixed-size access records in shared memory
 * and a port for all other rows. One producer, one consumer. The producer waits when the ring is full, so
 * nothing is ever dropped; it publishes in groups, so that an access costs a few stores.
 */
import { ACCESS_WORDS } from './records.ts';

/** Records the ring holds (a power of two): 2 MiB of shared memory. */
export const RING_RECORDS = 1 << 16;
/** The producer publishes its position every so many records, and at each flush. */
export const PUBLISH_EVERY = 256;

/** Control words. */
export const CTRL = {
  /** Records published, modulo 2^32. */
  HEAD: 0,
  /** Records consumed, modulo 2^32. */
  TAIL: 1,
  /** Number of the last flush asked for, and of the last one done. */
  FLUSH_ASKED: 2,
  FLUSH_DONE: 3,
  /** Batches of other rows sent by the producer, and taken by the consumer. */
  SENT: 4,
  TAKEN: 5,
  /** 0 writing, 1 the file cannot be written any more (disk full): rows are counted and dropped from then on. */
  FAILED: 6,
  /** Bumped by the producer whenever the consumer should look. */
  WAKE: 7,
  CLOSE_ASKED: 8,
  CLOSED: 9,
} as const;
export const CTRL_WORDS = 16;

export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly records: SharedArrayBuffer;
}

export function createRingMemory(): RingMemory {
  return {
    control: new SharedArrayBuffer(CTRL_WORDS * 4),
    records: new SharedArrayBuffer(RING_RECORDS * ACCESS_WORDS * 4),
  };
}
