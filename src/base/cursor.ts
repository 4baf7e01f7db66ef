/**
 * A bounds-checked little-endian reader over bytes from outside. What it refuses, it refuses with offset and reason.
 */
import { BadInput } from './errors.ts';
import { join64 } from './bits.ts';

export class Cursor {
  readonly bytes: Uint8Array;
  /** What the bytes claim to be; used in messages. */
  readonly what: string;
  private readonly view: DataView;
  private at: number;
  private readonly end: number;

  /** Reads `bytes[start, end)`; offsets in messages count from the start of `bytes`. */
  constructor(bytes: Uint8Array, what: string, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.what = what;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
    this.end = end;
    if (start > end || end > bytes.length) this.refuse(`range ${start}..${end} lies outside ${bytes.length} bytes`);
  }

  get offset(): number {
    return this.at;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  /** Throws BadInput at the current offset. */
  refuse(rule: string, remedy = 'The file is damaged or of another kind.', offset = this.at): never {
    throw new BadInput({ file: this.what, offset, rule, remedy });
  }

  private take(size: number): number {
    if (size > this.end - this.at) this.refuse(`${size} more bytes expected, ${this.end - this.at} left`);
    const at = this.at;
    this.at += size;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }
  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  /** A u64 as a Number; refuses values of 2^53 and above. */
  u64(): number {
    const at = this.take(8);
    const lo = this.view.getUint32(at, true);
    const hi = this.view.getUint32(at + 4, true);
    if (hi >= 0x20_0000) this.refuse('64-bit value above 2^53', 'Such sizes and addresses are not possible here.', at);
    return join64(lo, hi);
  }
  skip(size: number): void {
    this.take(size);
  }
  seek(offset: number): void {
    if (offset < 0 || offset > this.end) this.refuse(`offset ${offset} lies outside the ${this.end} bytes`);
    this.at = offset;
  }
  /** A view (not a copy) of the next `size` bytes. */
  take8(size: number): Uint8Array {
    const at = this.take(size);
    return this.bytes.subarray(at, at + size);
  }
  /** A cursor over the next `size` bytes. */
  sub(size: number, what = this.what): Cursor {
    const at = this.take(size);
    return new Cursor(this.bytes, what, at, at + size);
  }
  /** NUL-terminated or all remaining bytes, as Latin-1. */
  text(): string {
    let s = '';
    while (this.at < this.end) {
      const c = this.view.getUint8(this.at++);
      if (c === 0) break;
      s += String.fromCharCode(c);
    }
    return s;
  }
}
