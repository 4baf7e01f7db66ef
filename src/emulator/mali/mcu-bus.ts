/**
 * What the MCU core sees: AS 0 of the GPU MMU as plain pages of RAM, and between 0x08000000 and 0x5fffffff the
 * windows, the register view and the command-stream interfaces, word by word. Every access to those moves the
 * clock to the instant of the instruction first and ends the slice after it (engine law 6), and effects
 * come in their true order. Map and rules: spec/registers/mcu-private/layout.ts.
 */
import {
  MCU_CSG,
  MCU_DEVICE_END,
  MCU_PRF,
  MCU_REG_BASE,
  MCU_REG_SIZE,
  MCU_TIMING,
  PRIVATE_RANGES,
  STREAM_BASE,
  STREAM_COUNT,
  STREAM_STRIDE,
  WINDOW_BASE,
  WINDOW_COUNT,
  WINDOW_SLICE_SIZE,
} from '../../spec/registers/mcu-private.ts';
import { BUS_FAULT, BUS_OK, BUS_UNALIGNED, FETCH, LOAD, PAGE_SLOW, STORE, type McuBus } from '../mcu/bus.ts';
import { PAGE_SHIFT } from '../memory.ts';
import { ACCESS, UNIT, type AccessType, type Csf, type Source } from '../wiring.ts';
import type { Chip } from './chip.ts';
import type { McuAccessLog } from './mcu-registers/access-log.ts';
import type { Windows } from './mcu-registers/windows.ts';
import { MCU_AS, type GpuMmu } from './mmu.ts';

const PAGE_MASK = 0xfff;
const WINDOW_END = WINDOW_BASE + WINDOW_COUNT * WINDOW_SLICE_SIZE;
const REG_END = MCU_REG_BASE + MCU_REG_SIZE;
const STREAM_END = STREAM_BASE + STREAM_COUNT * STREAM_STRIDE;
/** The part of the private block that belongs to the stream hardware. */
const CONTROL_FIRST = MCU_CSG.CSG_EP_COMPUTE.offset;
const CONTROL_END = MCU_PRF.PRF_CTRL.offset;

/** Kinds of AccessLog. */
const UNDEFINED = 1;
const WIDTH = 2;

/** Kinds of ACCESS, by value. */
const ACCESS_KINDS = 4;

const MCU_SOURCE: Source = { unit: UNIT.MCU, cs: 0, ctx: 0, core: 0 };
const ACCESS_OF = { [FETCH]: ACCESS.EXECUTE, [LOAD]: ACCESS.READ, [STORE]: ACCESS.WRITE } as const;

/** What the bus asks of the MCU that owns it. */
export interface BusClock {
  /** Moves the clock to the instant of the present instruction. */
  sync(): void;
  /** The core stands still for so many cycles after the present instruction. */
  stall(cycles: number): void;
}

/**
 * Watched memory: pages whose accesses go the slow way, and who is told. Arming it withdraws the core's direct
 * access to those pages; nothing else becomes slower.
 */
export interface MemoryWatch {
  readonly pages: ReadonlySet<number>;
  /** After an access of the MCU to a watched page or to a device. */
  access(write: boolean, address: number, size: number, value: number): void;
}

/** Observer of device accesses. */
export type AccessTap = (write: boolean, address: number, value: number) => void;

export class MaliMcuBus implements McuBus {
  readonly ram8: Uint8Array;
  readonly ram32: Int32Array;
  error = BUS_OK;
  endSlice = false;
  onPagesChanged: (address?: number) => void = () => undefined;
  /** Undefined while nobody looks. */
  tap: AccessTap | undefined;
  private watched: MemoryWatch | undefined;
  /** By kind of access: the page that was translated last, and where it lies in RAM. A cache of the tables alone. */
  private readonly lastPage = new Int32Array(ACCESS_KINDS).fill(-1);
  private readonly lastBase = new Int32Array(ACCESS_KINDS);
  /** MCU register and window accesses so far, by reads and writes, for the counters. */
  readonly traffic = new Float64Array(2);
  private readonly chip: Chip;
  private readonly mmu: GpuMmu;
  private readonly csf: Csf;
  private readonly windows: Windows;
  private readonly log: McuAccessLog;
  private readonly time: BusClock;

  constructor(chip: Chip, mmu: GpuMmu, csf: Csf, windows: Windows, log: McuAccessLog, time: BusClock) {
    this.chip = chip;
    this.mmu = mmu;
    this.csf = csf;
    this.windows = windows;
    this.log = log;
    this.time = time;
    this.ram8 = chip.memory.ram8;
    this.ram32 = chip.memory.ram32;
    mmu.onCoreInvalidate = () => {
      this.lastPage.fill(-1);
      this.onPagesChanged();
    };
    chip.memory.onFirmwareWrite(() => this.onPagesChanged());
  }

  page(address: number, kind: typeof FETCH | typeof LOAD | typeof STORE): number {
    const va = address >>> 0;
    if (isDevice(va) || this.watched?.pages.has(va >>> PAGE_SHIFT) === true) return PAGE_SLOW;
    const { memory } = this.chip;
    if (kind === STORE) {
      const offset = this.mmu.translate(MCU_AS, va, ACCESS.WRITE);
      return offset >= 0 && memory.openForCore(offset >>> PAGE_SHIFT) ? offset & ~PAGE_MASK : PAGE_SLOW;
    }
    const offset = this.mmu.ramOffset(MCU_AS, va, ACCESS_OF[kind]);
    if (offset < 0) return PAGE_SLOW;
    if (kind === FETCH) memory.holdFirmware(offset >>> PAGE_SHIFT);
    return offset & ~PAGE_MASK;
  }

  load(address: number, size: 1 | 2 | 4, kind: typeof FETCH | typeof LOAD): number {
    const va = address >>> 0;
    this.error = BUS_OK;
    if (!isDevice(va)) {
      const value = this.loadMemory(va, size, ACCESS_OF[kind]);
      if (kind === LOAD && this.error === BUS_OK) this.watched?.access(false, va, size, value);
      return value;
    }
    this.time.sync();
    this.endSlice = true;
    if (va < WINDOW_END) return this.loadWindow(va, size, kind);
    if (!this.checkWord(va, size, kind === FETCH, false, 0)) return 0;
    this.time.stall(MCU_TIMING.REG_READ);
    const value = this.readDevice(va);
    this.tap?.(false, va, value);
    this.watched?.access(false, va, size, value);
    this.traffic[0] = this.traffic[0]! + 1;
    return value;
  }

  store(address: number, size: 1 | 2 | 4, value: number): void {
    const va = address >>> 0;
    this.error = BUS_OK;
    if (!isDevice(va)) {
      this.storeMemory(va, size, value);
      if (this.error === BUS_OK) this.watched?.access(true, va, size, value >>> 0);
      return;
    }
    this.time.sync();
    this.endSlice = true;
    if (va < WINDOW_END) {
      this.storeWindow(va, size, value);
      return;
    }
    if (!this.checkWord(va, size, false, true, value)) return;
    this.time.stall(MCU_TIMING.REG_WRITE);
    this.tap?.(true, va, value >>> 0);
    this.traffic[1] = this.traffic[1]! + 1;
    this.writeDevice(va, value);
    this.watched?.access(true, va, size, value >>> 0);
  }

  /** Watches memory, or stops watching. */
  set watch(watch: MemoryWatch | undefined) {
    this.watched = watch;
    this.onPagesChanged();
  }

  /** A word as the core would read it, without any effect: inspection. Undefined when nothing answers. */
  peek(address: number): number | undefined {
    const va = (address & ~3) >>> 0;
    if (isDevice(va) && va >= WINDOW_END) return this.peekDevice(va);
    const pa = isDevice(va) ? this.windows.probe(va) : this.mmu.probe(MCU_AS, va, ACCESS.READ);
    const offset = pa < 0 ? -1 : this.chip.memory.offset(pa, 4);
    return offset < 0 ? undefined : this.ram32[offset >>> 2]! >>> 0;
  }

  /** Device registers take aligned words of data and nothing else. */
  private checkWord(va: number, size: number, fetch: boolean, write: boolean, value: number): boolean {
    if (fetch || size !== 4) {
      this.log.report(WIDTH, va, write, size, value);
      this.error = BUS_FAULT;
      return false;
    }
    if ((va & 3) === 0) return true;
    this.error = BUS_UNALIGNED;
    return false;
  }

  private readDevice(va: number): number {
    if (va < REG_END && va >= MCU_REG_BASE) {
      const offset = va - MCU_REG_BASE;
      if (isControl(offset)) return this.csf.readControl(offset) >>> 0;
      if (this.chip.inner.has(offset)) return this.chip.inner.read(offset);
      if (!isPrivate(offset) && this.chip.host.has(offset)) return this.chip.host.peek(offset);
    } else if (va >= STREAM_BASE && va < STREAM_END) {
      const offset = va - STREAM_BASE;
      return this.csf.readStream(Math.floor(offset / STREAM_STRIDE), offset % STREAM_STRIDE) >>> 0;
    }
    this.log.report(UNDEFINED, va, false, 4, 0);
    const value = this.log.undefinedRead(va);
    if (value === undefined) this.error = BUS_FAULT;
    return value ?? 0;
  }

  private writeDevice(va: number, value: number): void {
    if (va < REG_END && va >= MCU_REG_BASE) {
      const offset = va - MCU_REG_BASE;
      if (isControl(offset)) {
        this.csf.writeControl(offset, value);
        return;
      }
      if (this.chip.inner.has(offset)) {
        this.chip.inner.write(offset, value);
        return;
      }
    } else if (va >= STREAM_BASE && va < STREAM_END) {
      const offset = va - STREAM_BASE;
      this.csf.writeStream(Math.floor(offset / STREAM_STRIDE), offset % STREAM_STRIDE, value);
      return;
    }
    // Public registers are read-only from here.
    this.log.report(UNDEFINED, va, true, 4, value);
    if (!this.log.undefinedWrite(va, value)) this.error = BUS_FAULT;
  }

  private peekDevice(va: number): number | undefined {
    if (va >= MCU_REG_BASE && va < REG_END) {
      const offset = va - MCU_REG_BASE;
      if (isControl(offset)) return this.csf.peekControl(offset) >>> 0;
      if (this.chip.inner.has(offset)) return this.chip.inner.peek(offset);
      return !isPrivate(offset) && this.chip.host.has(offset) ? this.chip.host.peek(offset) : undefined;
    }
    if (va < STREAM_BASE || va >= STREAM_END) return undefined;
    const offset = va - STREAM_BASE;
    return this.csf.peekStream(Math.floor(offset / STREAM_STRIDE), offset % STREAM_STRIDE) >>> 0;
  }

  private loadWindow(va: number, size: number, kind: typeof FETCH | typeof LOAD): number {
    if (kind === FETCH) {
      this.log.report(WIDTH, va, false, size, 0);
      this.error = BUS_FAULT;
      return 0;
    }
    this.time.stall(MCU_TIMING.WIN_ACCESS);
    let value = 0;
    for (let byte = 0; byte < size; byte++) {
      const offset = this.windows.offset(va + byte, ACCESS.READ);
      if (offset >= 0) value |= this.ram8[offset]! << (8 * byte);
      else if (this.windows.trapped) this.error = BUS_FAULT;
      if (offset < 0) return 0;
    }
    this.traffic[0] = this.traffic[0]! + 1;
    this.tap?.(false, va, value >>> 0);
    this.watched?.access(false, va, size, value >>> 0);
    return value >>> 0;
  }

  private storeWindow(va: number, size: number, value: number): void {
    this.time.stall(MCU_TIMING.WIN_ACCESS);
    this.tap?.(true, va, value >>> 0);
    // Ask for all bytes first: a store that fails must leave nothing behind.
    for (let byte = 0; byte < size; byte++) {
      if (this.windows.offset(va + byte, ACCESS.WRITE) >= 0) continue;
      if (this.windows.trapped) this.error = BUS_FAULT;
      return;
    }
    for (let byte = 0; byte < size; byte++) {
      this.ram8[this.windows.offset(va + byte, ACCESS.WRITE)] = value >>> (8 * byte);
    }
    this.traffic[1] = this.traffic[1]! + 1;
    this.watched?.access(true, va, size, value >>> 0);
  }

  /** Byte offset of memory of the core into RAM, or -1 with the MMU's `fault` set. */
  private offsetOf(va: number, access: AccessType): number {
    const page = va >>> PAGE_SHIFT;
    if (this.lastPage[access] === page) return this.lastBase[access]! + (va & PAGE_MASK);
    const offset = this.mmu.translate(MCU_AS, va, access);
    if (offset >= 0) {
      this.lastPage[access] = page;
      this.lastBase[access] = offset & ~PAGE_MASK;
    }
    return offset;
  }

  private loadMemory(va: number, size: number, access: AccessType): number {
    let value = 0;
    for (let byte = 0; byte < size; byte++) {
      const offset = this.offsetOf((va + byte) >>> 0, access);
      if (offset < 0) return this.fail();
      value |= this.ram8[offset]! << (8 * byte);
    }
    return value >>> 0;
  }

  private storeMemory(va: number, size: number, value: number): void {
    const { memory } = this.chip;
    for (let byte = 0; byte < size; byte++) {
      if (this.offsetOf((va + byte) >>> 0, ACCESS.WRITE) < 0) {
        this.fail();
        return;
      }
    }
    for (let byte = 0; byte < size; byte++) {
      const offset = this.offsetOf((va + byte) >>> 0, ACCESS.WRITE);
      memory.write8(memory.base + offset, value >>> (8 * byte));
    }
  }

  /** A fault of AS 0: the core gets a BusFault, the host and the firmware's own registers are told. */
  private fail(): number {
    this.error = BUS_FAULT;
    this.endSlice = true;
    this.time.sync();
    this.mmu.raise(MCU_AS, this.mmu.fault, MCU_SOURCE);
    return 0;
  }
}

/** Windows, registers, interfaces and undefined device space; the interface section lies below. */
function isDevice(va: number): boolean {
  return va >= MCU_REG_BASE ? va < MCU_DEVICE_END : va >= WINDOW_BASE && va < WINDOW_END;
}

function isControl(offset: number): boolean {
  return offset >= CONTROL_FIRST && offset < CONTROL_END;
}

function isPrivate(offset: number): boolean {
  return PRIVATE_RANGES.some(([first, end]) => offset >= first && offset < end);
}
