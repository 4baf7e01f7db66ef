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
/** Up to here numbers are taken apart by shifts. */
const INT31 = 0x7fff_ffff;
/** Up to this many bytes are copied one by one, of texts while they are ASCII: faster than to set or encode them. */
const SHORT = 64;
const MORE = 0x80;

const utf8 = new TextEncoder();

export class ProtoWriter {
  private buffer = new Uint8Array(FIRST_BYTES);
  private length = 0;

  /** The bytes so far; valid until the next write. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** How many bytes there are. */
  get size(): number {
    return this.length;
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
    const size = value.length;
    if (size > SHORT) return this.data(field, utf8.encode(value));
    const start = this.length;
    this.varint(field * 8 + BYTES);
    this.varint(size);
    this.room(size);
    const { buffer, length } = this;
    for (let i = 0; i < size; i++) {
      const code = value.charCodeAt(i);
      if (code > LOW7) {
        this.length = start;
        return this.data(field, utf8.encode(value));
      }
      buffer[length + i] = code;
    }
    this.length = length + size;
    return this;
  }

  message(field: number, value: ProtoWriter): this {
    const { size } = value;
    if (size > SHORT) return this.data(field, value.bytes);
    this.varint(field * 8 + BYTES);
    this.varint(size);
    this.room(size);
    const { buffer, length } = this;
    for (let i = 0; i < size; i++) buffer[length + i] = value.buffer[i]!;
    this.length = length + size;
    return this;
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
    while (rest > INT31) {
      this.buffer[this.length++] = (rest % MORE) | MORE;
      rest = Math.floor(rest / MORE);
    }
    while (rest >= MORE) {
      this.buffer[this.length++] = (rest & LOW7) | MORE;
      rest >>>= 7;
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
