/**
 * What the Cortex-M7 core sees outside itself, and nothing more: pages of RAM it may reach directly, a slow
 * path for everything else. The core composes this with its MPU; system space 0xe0000000..0xe00fffff is the
 * core's own and never reaches the bus. Two machines implement it: the GPU's MCU (mali/mcu.ts: windows,
 * register block, AS 0 of the GPU MMU) and the bare `mps2-an500` map of `tyr mcu run`.
 */

/** Kinds of access, also the index of the page tables a core keeps. */
export const FETCH = 0;
export const LOAD = 1;
export const STORE = 2;
export type AccessKind = typeof FETCH | typeof LOAD | typeof STORE;

/** Answers of `page` that are not an offset into RAM. */
export const PAGE_SLOW = -1;

/** Bus errors as the core's fault handling sees them. */
export const BUS_OK = 0;
/** Precise BusFault (IBUSERR for fetches, PRECISERR for data). */
export const BUS_FAULT = 1;
/** UsageFault UNALIGNED: device space takes aligned words only. */
export const BUS_UNALIGNED = 2;

export interface McuBus {
  /** RAM as a whole: the flat buffer of emulator/memory. Words are little-endian, as the host's. */
  readonly ram8: Uint8Array;
  readonly ram32: Int32Array;

  /**
   * Byte offset into RAM of the 4 KiB page that holds `address` for this kind of access, or PAGE_SLOW when each
   * access must go through `load`/`store` (devices, faults, watched or write-protected pages). The core caches the answer until
   * `onPagesChanged` is called. No side effects.
   */
  page(address: number, kind: AccessKind): number;

  /** Slow load of 1, 2 or 4 bytes, zero-extended. Sets `error`. */
  load(address: number, size: 1 | 2 | 4, kind: typeof FETCH | typeof LOAD): number;
  /** Slow store of 1, 2 or 4 bytes. Sets `error`. */
  store(address: number, size: 1 | 2 | 4, value: number): void;
  /** Result of the last `load` or `store`: BUS_OK, BUS_FAULT or BUS_UNALIGNED. */
  error: number;

  /**
   * True when the last slow access touched something shared, so that the core must end its slice right after the
   * instruction (engine law 6). The core clears it.
   */
  endSlice: boolean;

  /** The bus calls this whenever an answer of `page` may have changed; `page` undefined means all of them. */
  onPagesChanged: (address?: number) => void;
}
