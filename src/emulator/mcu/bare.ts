/**
 * The memory map of QEMU's `mps2-an500` machine as far as plain programs use it: code, SRAM and PSRAM in one
 * flat buffer, nothing else. For `tyr mcu run`, conformance vectors and tests.
 */
import { BUS_FAULT, BUS_OK, PAGE_SLOW, type AccessKind, type McuBus } from './bus.ts';

/** Base address and size of each RAM, laid one after the other in the buffer. */
export const BARE_MAP = [
  { name: 'code', base: 0x0000_0000, size: 4 << 20 },
  { name: 'sram', base: 0x2000_0000, size: 4 << 20 },
  { name: 'psram', base: 0x6000_0000, size: 16 << 20 },
] as const;

/** That machine's NVIC has all eight priority bits. */
export const BARE_PRIORITY_BITS = 8;

/** Heap and stack of programs that ask by semihosting: all of PSRAM, and the upper half of SRAM (chosen). */
export const BARE_HEAP = {
  heapBase: 0x6000_0000,
  heapLimit: 0x6100_0000,
  stackBase: 0x2040_0000,
  stackLimit: 0x2020_0000,
} as const;

const TOTAL = BARE_MAP.reduce((sum, { size }) => sum + size, 0);

export class BareBus implements McuBus {
  readonly ram8: Uint8Array;
  readonly ram32: Int32Array;
  error: number = BUS_OK;
  endSlice = false;
  onPagesChanged: (address?: number) => void = () => undefined;

  constructor() {
    const buffer = new ArrayBuffer(TOTAL);
    this.ram8 = new Uint8Array(buffer);
    this.ram32 = new Int32Array(buffer);
  }

  /** Offset of an address in the buffer, or -1. */
  offset(address: number): number {
    const at = address >>> 0;
    let start = 0;
    for (const { base, size } of BARE_MAP) {
      if (at >= base && at < base + size) return start + at - base;
      start += size;
    }
    return -1;
  }

  page(address: number, _kind: AccessKind): number {
    const at = this.offset(address & ~0xfff);
    return at < 0 ? PAGE_SLOW : at;
  }

  /** Only what is not RAM comes here. */
  load(): number {
    this.error = BUS_FAULT;
    return 0;
  }

  store(): void {
    this.error = BUS_FAULT;
  }

  /** Puts bytes into RAM and makes the core look again. Returns false when they do not fit. */
  write(address: number, bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    const first = this.offset(address);
    const last = this.offset(address + bytes.length - 1);
    if (first < 0 || last - first !== bytes.length - 1) return false;
    this.ram8.set(bytes, first);
    for (let at = address & ~0xfff; at < address + bytes.length; at += 4096) this.onPagesChanged(at);
    return true;
  }
}
