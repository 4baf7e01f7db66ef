/**
 * Explicit state: whatever influences the future of the machine can be saved as plain data and loaded back.
 * Saving, loading and running on must give the same state hash as running through (engine law 5).
 */

/** Plain data: what `save` may return. Typed arrays are copied by the saver, never shared. */
export type Plain =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Int32Array
  | Uint32Array
  | readonly Plain[]
  | { readonly [key: string]: Plain };

export type PlainObject = { readonly [key: string]: Plain };

/** A part with state. `load(save())` must change nothing observable. */
export interface Stateful<S extends Plain = Plain> {
  save(): S;
  load(state: S): void;
}

/**
 * A 128-bit hash (two interleaved 64-bit FNV-1a style lanes over 32-bit words, with a final mix) as 32 hex
 * digits. Not cryptographic: it compares states of our own making. Object keys are taken in sorted order.
 */
export function stateHash(state: Plain): string {
  const h = new Hasher();
  feed(h, state);
  return h.digest();
}

class Hasher {
  private a = 0x811c9dc5 | 0;
  private b = 0x9747b28c | 0;
  private c = 0x85ebca6b | 0;
  private d = 0xc2b2ae35 | 0;

  word(w: number): void {
    this.a = Math.imul(this.a ^ w, 0x01000193);
    this.b = Math.imul(((this.b << 13) | (this.b >>> 19)) ^ w, 0xcc9e2d51 | 0);
    this.c = (Math.imul(this.c + w, 0x1b873593) ^ (this.a >>> 15)) | 0;
    this.d = (Math.imul(this.d ^ w, 0x27d4eb2f) + ((this.b << 7) | (this.b >>> 25))) | 0;
  }

  bytes(bytes: Uint8Array): void {
    this.word(bytes.length);
    const whole = bytes.length & ~3;
    let i = 0;
    for (; i < whole; i += 4) {
      this.word(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    }
    for (; i < bytes.length; i++) this.word(bytes[i]!);
  }

  text(s: string): void {
    this.word(s.length);
    for (let i = 0; i < s.length; i++) this.word(s.charCodeAt(i));
  }

  digest(): string {
    const mix = (x: number): string => {
      let v = x;
      v = Math.imul(v ^ (v >>> 16), 0x85ebca6b);
      v = Math.imul(v ^ (v >>> 13), 0xc2b2ae35);
      return ((v ^ (v >>> 16)) >>> 0).toString(16).padStart(8, '0');
    };
    return mix(this.a) + mix(this.b ^ this.a) + mix(this.c ^ this.b) + mix(this.d ^ this.c);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function feed(h: Hasher, value: Plain): void {
  if (value === undefined) return h.word(1);
  if (value === null) return h.word(2);
  switch (typeof value) {
    case 'boolean':
      return h.word(value ? 4 : 3);
    case 'number':
      h.word(5);
      scratch.setFloat64(0, value, true);
      h.word(scratch.getInt32(0, true));
      return h.word(scratch.getInt32(4, true));
    case 'bigint':
      h.word(6);
      return h.text(value.toString(16));
    case 'string':
      h.word(7);
      return h.text(value);
  }
  if (ArrayBuffer.isView(value)) {
    h.word(8);
    return h.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  if (Array.isArray(value)) {
    h.word(9);
    h.word(value.length);
    for (const item of value as readonly Plain[]) feed(h, item);
    return;
  }
  h.word(10);
  const object = value as PlainObject;
  for (const key of Object.keys(object).toSorted()) {
    h.text(key);
    feed(h, object[key]);
  }
}
