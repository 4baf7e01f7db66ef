/**
 * A writer of protocol buffers: the wire format of fields, nothing of schemas. A message is filled field by field
 * into one growing buffer; a nested message is written apart and copied in with its length.
 *
 * Source: the public description of the protocol buffers encoding (varint, fixed64, length-delimited).
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIRST_BYTES = 256;
const LOW7 = 0x7f;
const MORE = 0x80;

const utf8 = new TextEncoder();

export class ProtoWriter {
  private buffer = new Uint8Array(FIRST_BYTES);
  private length = 0;

  /** The bytes so far; valid until the next write. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** Forgets what was written and keeps the room. */
  clear(): this {
    this.length = 0;
    return this;
  }

  /** An integer below 2^53, not negative. */
  uint(field: number, value: number): this {
    this.varint(field * 8 + VARINT);
    this.varint(value);
    return this;
  }

  /** An int64 as the format has it: negative numbers take ten bytes. */
  int(field: number, value: number): this {
    if (value >= 0) return this.uint(field, value);
    this.varint(field * 8 + VARINT);
    let rest = BigInt.asUintN(64, BigInt(value));
    this.room(10);
    while (rest > 0x7fn) {
      this.buffer[this.length++] = Number(rest & 0x7fn) | MORE;
      rest >>= 7n;
    }
    this.buffer[this.length++] = Number(rest);
    return this;
  }

  /** Eight bytes, little-endian; `value` below 2^53. */
  fixed64(field: number, value: number): this {
    this.varint(field * 8 + FIXED64);
    this.room(8);
    const view = new DataView(this.buffer.buffer, this.length, 8);
    view.setUint32(0, value % 2 ** 32, true);
    view.setUint32(4, Math.floor(value / 2 ** 32), true);
    this.length += 8;
    return this;
  }

  text(field: number, value: string): this {
    return this.data(field, utf8.encode(value));
  }

  message(field: number, value: ProtoWriter): this {
    return this.data(field, value.bytes);
  }

  data(field: number, bytes: Uint8Array): this {
    this.varint(field * 8 + BYTES);
    this.varint(bytes.length);
    this.room(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  private varint(value: number): void {
    this.room(10);
    let rest = value;
    while (rest >= MORE) {
      this.buffer[this.length++] = (rest % MORE) | MORE;
      rest = Math.floor(rest / MORE);
    }
    this.buffer[this.length++] = rest & LOW7;
  }

  private room(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}
