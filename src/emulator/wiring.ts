/**
 * The pins between the parts of the silicon: what each block may ask of the others. Blocks are built against
 * these interfaces and joined in machine.ts, so that each can be tested alone with a few lines of stand-in.
 *
 * Addresses are Numbers below 2^53 (PA 40 bits, VA 48 bits), times are integer nanoseconds of virtual time.
 */
import type { Stateful } from '../base/stateful.ts';
import type { ShaderInspection, ShaderWatch, TaskNote } from './shader/watch.ts';

/** Who goes first when several events fall on the same instant (mcu-hw section 6), lowest first. */
export const ORDER = { HOST: 0, POWER: 1, CACHE: 2, TIMER: 3, CORE: 4, STREAM: 5, MCU: 6 } as const;
export type Order = (typeof ORDER)[keyof typeof ORDER];

/** A part that receives events. `id` is stable across save and load: events are data and name their target by it. */
export interface EventTarget {
  readonly id: string;
  fire(kind: number, payload: number): void;
}

/** The one clock and event queue. */
export interface Clock {
  /** Current virtual time in ns. */
  readonly now: number;
  register(target: EventTarget): void;
  /**
   * Schedules `fire(kind, payload)` of the target at `atNs` (not before now); among events of one instant the
   * lower (order, sub) goes first, then the earlier scheduled. Returns a handle for `cancel`, never 0.
   */
  schedule(atNs: number, order: Order, sub: number, target: string, kind: number, payload: number): number;
  /** Cancels a pending event; unknown or fired handles are ignored. */
  cancel(handle: number): void;
  /** Time of the next pending event, or Infinity. */
  readonly nextAt: number;
}

/** GPU clock domain: cycles <-> ns with the remainder carried and saved, so that no cycle is ever lost. */
export interface ClockDomain {
  readonly hz: number;
  /** GPU cycles elapsed at virtual time `now` of the clock. */
  cycles(): number;
  /** The instant `cycles` GPU cycles after now, in ns, rounded up. */
  after(cycles: number): number;
  /** Whole cycles that fit between now and `atNs`. */
  until(atNs: number): number;
}

/** System RAM: one flat buffer, little-endian. A PA outside it reads 0, ignores writes and reports false/-1. */
export interface Memory {
  readonly base: number;
  readonly size: number;
  readonly ram8: Uint8Array;
  readonly ram32: Int32Array;
  /** The WebAssembly.Memory that holds them, for translated code; without it there is none. */
  readonly wasm?: { readonly buffer: ArrayBuffer };
  /** Byte offset into ram8 of `size` bytes at PA, or -1 when any of them lies outside. */
  offset(pa: number, size: number): number;
  read8(pa: number): number;
  read16(pa: number): number;
  /** Unsigned. */
  read32(pa: number): number;
  write8(pa: number, value: number): void;
  write16(pa: number, value: number): void;
  write32(pa: number, value: number): void;
  /** A copy. */
  readBytes(pa: number, length: number): Uint8Array;
  writeBytes(pa: number, bytes: Uint8Array): void;
  fill(pa: number, length: number, value: number): void;
  /**
   * Asks for direct stores to the 4 KiB page at RAM offset `page * 4096`: sets the page aside for the snapshot
   * when needed and answers true; false while the page holds decoded code (stores must then use `write*`).
   * The permission ends when the `onRevoke` listeners are called.
   */
  openPage(page: number): boolean;
  /** Marks a page as holding decoded code: stores to it are told to the `onCodeWrite` listeners. */
  holdCode(page: number): void;
  /** Called when direct stores to `page` (undefined: any page) are no longer allowed. Returns an undo. */
  onRevoke(listener: (page: number | undefined) => void): () => void;
  /** Called after a store through `write*` to a code page; the mark is gone then. Returns an undo. */
  onCodeWrite(listener: (page: number) => void): () => void;
}

/** Kinds of access as AS_FAULTSTATUS numbers them. */
export const ACCESS = { ATOMIC: 0, EXECUTE: 1, READ: 2, WRITE: 3 } as const;
export type AccessType = (typeof ACCESS)[keyof typeof ACCESS];

/** Units that can fault, as ASF_STATUS.unit numbers them (chosen, mcu-hw section 3). */
export const UNIT = { MCU: 0, CS_FETCH: 2, CS_DATA: 3, COMPUTE: 4, FRAGMENT: 5, TILER: 6, PRF: 7 } as const;
export type Unit = (typeof UNIT)[keyof typeof UNIT];

/** Who accessed: goes into the source id of fault registers. */
export interface Source {
  readonly unit: Unit;
  /** Stream interface number, 0 where there is none. */
  readonly cs: number;
  /** Job context and core, 0 where there is none. */
  readonly ctx: number;
  readonly core: number;
}

/** A failed translation: exception code of spec/faults, access kind, VA. */
export interface TranslationFault {
  code: number;
  access: AccessType;
  /** As a signed 64-bit number: addresses at the top of the 64 bits are negative, so that they stay exact. */
  va: number;
}

/** The GPU MMU as the units inside the GPU use it. */
export interface Mmu {
  /**
   * Byte offset into RAM for an access at `va`, or -1: then `fault` tells why. `size` must not cross a 4 KiB page.
   * For WRITE and ATOMIC the page has been opened, so the caller may store directly until `generation` changes.
   * Goes through the TLB; no allocation.
   */
  ramOffset(as: number, va: number, access: AccessType): number;
  /** Detail of the last failed `ramOffset`; read it at once. */
  readonly fault: TranslationFault;
  /** Latches a fault in the AS registers, MMU_INT and ASF_*; later faults of the AS are lost until re-armed. */
  raise(as: number, fault: TranslationFault, source: Source): void;
  /** Changes whenever cached offsets of that AS may be stale (LOCK, UNLOCK, UPDATE, reset, page revoked). */
  generation(as: number): number;
  /** Told with the AS number (undefined: all) when cached translations must be dropped. Returns an undo. */
  onInvalidate(listener: (as: number | undefined) => void): () => void;
  /** Translation without side effects on counters or TLB, for inspection: PA or -1. */
  probe(as: number, va: number, access: AccessType): number;
}

/** The flush engine shared by GPU_CMD, FLUSH_CACHE2 and CACHE_CMD. */
export interface Caches {
  /** LATEST_FLUSH_ID, 24 bits. */
  readonly flushId: number;
  /** Starts a flush; `fire(kind, payload)` of the target comes when it ends and the flush id has advanced. */
  flush(target: string, kind: number, payload: number): void;
}

/** Shader and tiler power as the iterators need it. */
export interface CorePower {
  /** SHADER_READY, the 64-bit mask as two words. */
  readonly shaderReadyLo: number;
  readonly shaderReadyHi: number;
  readonly tilerReady: boolean;
  /** Told after READY masks changed. Returns an undo. */
  onChange(listener: () => void): () => void;
}

/** Accesses outside the model: counted, logged with their PC, answered by a rule (mcu-hw section 7). */
export interface AccessLog {
  /** `kind` 1 undefined, 2 width, 3 reserved, 4 refused, 5 state. */
  report(kind: number, address: number, write: boolean, bytes: number, value: number): void;
}

/** What the stream hardware may use of the rest. */
export interface CsfHost {
  readonly clock: Clock;
  readonly gpuClock: ClockDomain;
  readonly memory: Memory;
  readonly mmu: Mmu;
  readonly caches: Caches;
  readonly power: CorePower;
  readonly log: AccessLog;
  /** TIME_STAMP: system counter + GPU_TIMESTAMP_OFFSET, and TIME_CYCLES. Numbers below 2^53. */
  timestamp(): number;
  cycles(): number;
  /** Level of an NVIC line of the MCU (2 = CS_PENDING, 3 = EP_EVENT). */
  setLine(line: number, level: boolean): void;
  readonly trace: CsfTrace;
}

/** Observers of the stream hardware; fields are undefined while nobody looks. */
export interface CsfTrace {
  /** Before an instruction executes: interface, address, word. */
  instruction?: ((cs: number, pc: number, lo: number, hi: number) => void) | undefined;
  /** Something worth a row in cs_event. */
  event?: ((cs: number, kind: string, detail: string) => void) | undefined;
  /**
   * Before an instruction executes, also when it is looked at again after a wait. True stops the machine right there,
   * in the middle of an instant (`Csf.cut`); it goes on as if it had not stopped, with a new look at the instruction.
   */
  breakpoint?: ((cs: number, pc: number, lo: number, hi: number) => boolean) | undefined;
  /** Before an instruction of a shader; while it is set, shader cores interpret. */
  shader?: ShaderWatch | undefined;
  /** A task of a shader core begins or ends. */
  task?: ((note: TaskNote) => void) | undefined;
}

/** The stream hardware as the MCU's register bus sees it. Offsets are multiples of 4, accesses are words. */
export interface Csf extends Stateful {
  /** 0x24000..0x24fff of the private block (groups, endpoints, CS_PENDING, CS_KICK); offsets from MCU_REG_BASE. */
  readControl(offset: number): number;
  writeControl(offset: number, value: number): void;
  /** Interface n, offset inside its 4 KiB. */
  readStream(n: number, offset: number): number;
  writeStream(n: number, offset: number, value: number): void;
  /** As the reads, without latching or logging. */
  peekControl(offset: number): number;
  peekStream(n: number, offset: number): number;
  /** True while the machine stands before an instruction of a stream or a shader, in the middle of an event. */
  readonly cut: boolean;
  /** The shader cores as a debugger reads them; undefined where nothing executes shaders. */
  readonly shaders?: ShaderInspection | undefined;
  /** Ends that event. To be called before any other. */
  finishCut(): void;
  /** A debugger sets r`index` of stream n. */
  setRegister(n: number, index: number, value: number): void;
  /** Everything to its state after power-on (soft reset) or MCU boot/disable (all interfaces RESET). */
  reset(): void;
  /** True while any stream is live and not quiet or any job runs: the machine is not idle. */
  readonly busy: boolean;
  /** Counters of the CSF and SHADER blocks of a PRF sample, in the order of mcu-hw section 3. */
  counters(block: 'csf' | 'shader' | 'tiler', index: number): readonly number[];
}
