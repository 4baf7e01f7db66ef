/**
 * Mapped registers (Rust: kernel::io::mem::IoMem). Registers are the objects of spec/registers; raw offsets are
 * for dumps only. An access outside the mapping is a bug of ours, never of the outside world.
 */
import { TWO32, hex, hi32, lo32 } from '../../base/bits.ts';
import { Bug } from '../../base/errors.ts';
import type { FieldName, FieldValues, Register, RegisterInit, Words } from '../../spec/registers/define.ts';
import type { Kernel } from './kernel.ts';
import type { IoWindow } from './platform.ts';

/** How often a torn 64-bit counter is read again before the driver gives up; the high word moves once in minutes. */
const COUNTER_RETRIES = 8;

export class IoMem<Size extends number = number> {
  readonly size: Size;
  readonly physBase: number;
  private readonly kernel: Kernel;
  private readonly window: IoWindow;
  private revoked = false;

  constructor(kernel: Kernel, window: IoWindow, size: Size) {
    if (window.size < size) throw new Bug(`mapping of ${hex(window.size)} bytes where ${hex(size)} are needed`);
    this.kernel = kernel;
    this.window = window;
    this.size = size;
    this.physBase = window.physBase;
  }

  /** Ends all access (Devres); later accesses are bugs. */
  revoke(): void {
    this.revoked = true;
  }

  private check(offset: number, what: string): void {
    if (this.revoked) throw new Bug(`${what} after the device was unbound`);
    if (offset < 0 || offset + 4 > this.size || offset % 4 !== 0) {
      throw new Bug(`${what} at ${hex(offset)}, outside the mapping of ${hex(this.size)} bytes or unaligned`);
    }
  }

  /** A 32-bit word by offset, unsigned. */
  readRaw(offset: number, what = 'read'): number {
    this.check(offset, what);
    this.kernel.service(what);
    return this.window.read32(offset) >>> 0;
  }

  writeRaw(offset: number, value: number, what = 'write'): void {
    this.check(offset, what);
    this.kernel.service(what);
    this.window.write32(offset, value >>> 0);
  }

  /** A 32-bit register, or the low word of a 64-bit one. */
  read<I extends RegisterInit>(reg: Register<I>): number {
    return this.readRaw(reg.offset, reg.name);
  }

  write<I extends RegisterInit>(reg: Register<I>, value: number): void {
    this.writeRaw(reg.offset, value, reg.name);
  }

  /** One field of a 32-bit register. */
  field<I extends RegisterInit>(reg: Register<I>, name: FieldName<I>): number {
    return reg.get(name, this.read(reg));
  }

  /** Writes a register made of fields; the rest is 0. */
  writeFields<I extends RegisterInit>(reg: Register<I>, values: FieldValues<I>): void {
    this.write(reg, reg.encode(values));
  }

  /** Read, replace fields, write. */
  update<I extends RegisterInit>(reg: Register<I>, values: FieldValues<I>): void {
    this.write(reg, reg.encode(values, this.read(reg)));
  }

  /** Low word first, as the driver reads 64-bit registers that do not move. */
  read64<I extends RegisterInit>(reg: Register<I>): Words {
    const lo = this.readRaw(reg.offset, reg.name);
    const hi = this.readRaw(reg.offset + 4, reg.name);
    return { lo, hi };
  }

  /** Low word first. A Number must be below 2^53. */
  write64<I extends RegisterInit>(reg: Register<I>, value: Words | number): void {
    const words = typeof value === 'number' ? { lo: lo32(value), hi: hi32(value) } : value;
    this.writeRaw(reg.offset, words.lo, reg.name);
    this.writeRaw(reg.offset + 4, words.hi, reg.name);
  }

  /** A moving 64-bit counter: high, low, high, again while the high word moved. Below 2^53. */
  readCounter64<I extends RegisterInit>(reg: Register<I>): number {
    for (let i = 0; i < COUNTER_RETRIES; i++) {
      const before = this.readRaw(reg.offset + 4, reg.name);
      const lo = this.readRaw(reg.offset, reg.name);
      const hi = this.readRaw(reg.offset + 4, reg.name);
      if (hi === before) return hi * TWO32 + lo;
    }
    throw new Bug(`${reg.name}: high word moved at each of ${COUNTER_RETRIES} reads`);
  }
}
