/**
 * C structs as data: a layout knows each field's place, type and direction, and the types of the decoded object
 * follow from it. 64-bit fields are Numbers; a value that no Number equals (all ones, say) decodes to Infinity,
 * which every range check refuses, and `words` gives its exact halves. Little-endian.
 */
import { TWO32, hi32, lo32 } from '../../base/bits.ts';
import { BadInput, Bug } from '../../base/errors.ts';
import type { Words } from '../registers/define.ts';

/** `usize`, `ptr` and `ulong` are 64 bits wide: 64-bit callers. */
export type Scalar = 'u8' | 'u16' | 'u32' | 's32' | 'u64' | 's64' | 'usize' | 'ptr' | 'ulong';
export type FieldType = Scalar | `${Scalar}[${number}]` | Layout;
/** Who fills the field: caller, kernel, or both. */
export type Direction = 'in' | 'out' | 'inout';
export type FieldInit = readonly [type: FieldType, offset: number, direction: Direction];
export type Fields = Readonly<Record<string, FieldInit>>;

type Value<T extends FieldType> = T extends Scalar ? number : T extends Layout<infer F> ? Decoded<F> : number[];
/** The decoded object; handlers write their results into it. */
export type Decoded<F extends Fields> = { -readonly [K in keyof F]: Value<F[K][0]> };
/** The object a layout decodes to. */
export type Struct<L extends Layout> = L extends Layout<infer F> ? Decoded<F> : never;

const WIDTH: Readonly<Record<Scalar, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  s32: 4,
  u64: 8,
  s64: 8,
  usize: 8,
  ptr: 8,
  ulong: 8,
};

type Plain = number | number[] | { [name: string]: Plain };

/** A field taken apart: `count` scalars, or a nested struct. */
export interface FieldInfo {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly direction: Direction;
  readonly scalar: Scalar | undefined;
  /** Elements of an array, undefined for a single value. */
  readonly count: number | undefined;
  readonly nested: Layout | undefined;
  /** As in the header: `u32`, `u8[3]`, a struct name. */
  readonly type: string;
}

export class Layout<F extends Fields = Fields> {
  readonly name: string;
  readonly size: number;
  /** Shortest form an array of it or a query may have. */
  readonly minSize: number;
  readonly fields: readonly FieldInfo[];
  declare readonly shape: F;

  constructor(name: string, size: number, fields: F, minSize: number) {
    this.name = name;
    this.size = size;
    this.minSize = minSize;
    this.fields = Object.entries(fields).map(([field, [type, offset, direction]]) =>
      describe(field, type, offset, direction),
    );
  }

  /** Field by name; Bug when there is none. */
  field(name: keyof F & string): FieldInfo {
    const field = this.fields.find((f) => f.name === name);
    if (field === undefined) throw new Bug(`${this.name} has no field ${name}`);
    return field;
  }

  /** BadInput when fewer than `size` bytes follow `offset`. */
  decode(bytes: Uint8Array, offset = 0): Decoded<F> {
    if (bytes.length - offset < this.size) {
      throw new BadInput({
        file: this.name,
        offset,
        rule: `${this.size} bytes needed, ${Math.max(0, bytes.length - offset)} given`,
        remedy: 'Give the whole struct, or pad it with zeros.',
      });
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.read(view, offset) as Decoded<F>;
  }

  private read(view: DataView, base: number): { [name: string]: Plain } {
    const out: { [name: string]: Plain } = {};
    for (const f of this.fields) {
      const at = base + f.offset;
      const { scalar, count } = f;
      if (f.nested !== undefined) out[f.name] = f.nested.read(view, at);
      else if (scalar !== undefined) {
        out[f.name] =
          count === undefined
            ? load(view, at, scalar)
            : Array.from({ length: count }, (_, i) => load(view, at + i * WIDTH[scalar], scalar));
      }
    }
    return out;
  }

  /** A new struct of the given fields, the rest 0. RangeError when a value does not fit its field. */
  encode(values: Partial<Decoded<F>>): Uint8Array {
    const bytes = new Uint8Array(this.size);
    this.encodeInto(bytes, 0, values);
    return bytes;
  }

  /**
   * Writes the given fields at `offset`. With `before`, only those that differ from it: bytes that nobody
   * changed, paddings and halves of large values stay as they were.
   */
  encodeInto(bytes: Uint8Array, offset: number, values: Partial<Decoded<F>>, before?: Decoded<F>): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.write(view, offset, values as { [name: string]: Plain }, before as { [name: string]: Plain } | undefined);
  }

  private write(
    view: DataView,
    base: number,
    values: { readonly [name: string]: Plain | undefined },
    before: { readonly [name: string]: Plain } | undefined,
  ): void {
    for (const f of this.fields) {
      const value = values[f.name];
      const old = before?.[f.name];
      if (value === undefined) continue;
      const at = base + f.offset;
      if (typeof value === 'number') {
        if (value !== old && f.scalar !== undefined) store(view, at, f.scalar, value, `${this.name}.${f.name}`);
      } else if (Array.isArray(value)) {
        for (const [i, v] of value.entries()) {
          if (f.scalar === undefined || i >= (f.count ?? 0)) throw new RangeError(`${this.name}.${f.name}: too long`);
          const same = Array.isArray(old) && old[i] === v;
          if (!same) store(view, at + i * WIDTH[f.scalar], f.scalar, v, `${this.name}.${f.name}[${i}]`);
        }
      } else {
        f.nested?.write(view, at, value, typeof old === 'object' && !Array.isArray(old) ? old : undefined);
      }
    }
  }

  /** The two words of a 64-bit field, unsigned. */
  words(bytes: Uint8Array, name: keyof F & string, offset = 0): Words {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = offset + this.field(name).offset;
    return { lo: view.getUint32(at, true), hi: view.getUint32(at + 4, true) };
  }
}

/** Describes a struct: `layout('drm_gem_close', 8, { handle: ['u32', 0, 'in'], ... })`. */
export function layout<const F extends Fields>(name: string, size: number, fields: F, minSize = size): Layout<F> {
  return new Layout(name, size, fields, minSize);
}

function describe(name: string, type: FieldType, offset: number, direction: Direction): FieldInfo {
  const common = { name, offset, direction };
  if (typeof type !== 'string') {
    return { ...common, size: type.size, scalar: undefined, count: undefined, nested: type, type: type.name };
  }
  const bracket = type.indexOf('[');
  const scalar = (bracket < 0 ? type : type.slice(0, bracket)) as Scalar;
  const count = bracket < 0 ? undefined : Number(type.slice(bracket + 1, -1));
  return { ...common, size: WIDTH[scalar] * (count ?? 1), scalar, count, nested: undefined, type };
}

function load(view: DataView, at: number, type: Scalar): number {
  switch (type) {
    case 'u8':
      return view.getUint8(at);
    case 'u16':
      return view.getUint16(at, true);
    case 'u32':
      return view.getUint32(at, true);
    case 's32':
      return view.getInt32(at, true);
    default: {
      const hi = type === 's64' ? view.getInt32(at + 4, true) : view.getUint32(at + 4, true);
      const lo = view.getUint32(at, true);
      const value = hi * TWO32 + lo;
      if (value - hi * TWO32 === lo) return value;
      return value < 0 ? -Infinity : Infinity;
    }
  }
}

/** Smallest value and first value too large, by type. */
function range(type: Scalar): readonly [number, number] {
  switch (type) {
    case 's32':
      return [-(2 ** 31), 2 ** 31];
    case 's64':
      return [-(2 ** 63), 2 ** 63];
    default:
      return [0, 2 ** (WIDTH[type] * 8)];
  }
}

function store(view: DataView, at: number, type: Scalar, value: number, what: string): void {
  const [min, end] = range(type);
  if (!Number.isInteger(value) || value < min || value >= end) {
    throw new RangeError(`${what}: ${value} does not fit ${type}`);
  }
  switch (WIDTH[type]) {
    case 1:
      view.setUint8(at, value);
      break;
    case 2:
      view.setUint16(at, value, true);
      break;
    case 4:
      view.setUint32(at, value >>> 0, true);
      break;
    default:
      view.setUint32(at, lo32(value), true);
      view.setUint32(at + 4, hi32(value), true);
  }
}
