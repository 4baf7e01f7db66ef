/**
 * The interface between host and CSF firmware as a whole: where its blocks lie, which limits the host checks, and
 * the few encodings both sides share. The blocks themselves are in global.ts, csg.ts, cs.ts and queue-pages.ts.
 * Source: panthor_fw.c (interface parsing), panthor_heap.c (chunks).
 */

export * from './protocol.ts';
export * from './global.ts';
export * from './csg.ts';
export * from './cs.ts';
export * from './queue-pages.ts';

/** MCU address of the shared section, which begins with GLB_CONTROL. */
export const SHARED_BASE = 0x0400_0000;
/** Addresses the driver places its own objects at in the MCU VM (queue pages, suspend buffers). */
export const MCU_AUTO_VA_START = 0x0400_0000;
export const MCU_AUTO_VA_SIZE = 0x0400_0000;

/** Offset of CSG_CONTROL 0 in the shared section. */
export const CSG_CONTROL_BASE = 0x1000;
/** Offset of CS_CONTROL 0 behind its CSG_CONTROL. */
export const CS_CONTROL_BASE = 0x40;

/** Limits panthor refuses beyond (both ends allowed). */
export const GROUP_NUM_MIN = 3;
export const GROUP_NUM_MAX = 31;
export const STREAM_NUM_MIN = 8;
export const STREAM_NUM_MAX = 32;
/** Registers user space must not count on being kept; panthor reports this constant. */
export const UNPRESERVED_CS_REGS = 4;

/** JOB_INT bit of the global interface; bits 0..30 are CSG slots. */
export const JOB_INT_GLOBAL = 31;
/** Doorbell page of the global interface; panthor gives CSG slot n page n + 1. */
export const DOORBELL_GLOBAL = 0;

/** Offset of CSG_CONTROL `csg` in the shared section. */
export function csgControlOffset(csg: number, groupStride: number): number {
  return CSG_CONTROL_BASE + csg * groupStride;
}

/** Offset of CS_CONTROL `cs` of slot `csg` in the shared section. */
export function csControlOffset(csg: number, groupStride: number, cs: number, streamStride: number): number {
  return csgControlOffset(csg, groupStride) + CS_CONTROL_BASE + cs * streamStride;
}

const CHUNK_UNIT = 0x1000;

/**
 * A tiler chunk as list links and HEAP_START/HEAP_END carry it: address bits 63:12 in place, size in pages in
 * bits 11:0. `va` (below 2^53) and `size` are multiples of 4 KiB, size below 16 MiB.
 */
export function encodeChunk(va: number, size: number): number {
  if (va % CHUNK_UNIT !== 0 || size % CHUNK_UNIT !== 0 || size >= CHUNK_UNIT * CHUNK_UNIT) {
    throw new RangeError(`chunk at ${va} of ${size} bytes cannot be encoded`);
  }
  return va + size / CHUNK_UNIT;
}

/** Address and bytes of an encoded chunk. */
export function decodeChunk(link: number): { va: number; size: number } {
  const pages = link % CHUNK_UNIT;
  return { va: link - pages, size: pages * CHUNK_UNIT };
}

/** Bytes of the header at the start of every chunk; its first 8 bytes are the link to the next, 0 at the end. */
export const CHUNK_HEADER_SIZE = 64;
