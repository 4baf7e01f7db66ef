/**
 * How a register is described, and what follows from the description: names, field access, encoding with
 * bounded integers, enum names, per-bit access masks. The blocks beside this file are plain data passed
 * through `defineBlock`; everything else (emulator, driver, log, exports, workspace) asks these objects.
 *
 * A value that does not fit its field does not compile when it is a literal (fields up to 8 bits), and is
 * refused with a RangeError when it is computed.
 */

import { bits, withBits } from '../../base/bits.ts';

/**
 * Who may do what: RO read only, RW read/write, WO write only (reads 0), W1C write 1 to clear, RW1S reads and
 * write 1 to set, RC read clears. A field without `access` has its register's.
 */
export type Access = 'RO' | 'RW' | 'WO' | 'W1C' | 'RW1S' | 'RC';

/** Where a fact or value comes from: `fact` from public sources, `chosen` by this project, `kbase` from Arm's GPL headers only. */
export type Origin = 'fact' | 'chosen' | 'kbase';

export interface FieldInit {
  readonly lsb: number;
  readonly width: number;
  readonly access?: Access;
  /** Names of values, as the field's users call them. */
  readonly enum?: Readonly<Record<string, number>>;
  readonly doc?: string;
  /** The field exists only when another field has this value, e.g. payloads of a command code. */
  readonly when?: { readonly field: string; readonly value: number };
  /** Smallest and largest architecture that has it. */
  readonly arch?: ArchRange;
  readonly origin?: Origin;
}

/** First and, where there is one, last architecture major. */
export type ArchRange = readonly [number, number?];

/** What may stand beside position, width and description of a field. */
type FieldExtra = Omit<FieldInit, 'lsb' | 'width' | 'doc'>;

/** Shorthand for a field: `field(8, 4, 'what it is', { enum: {...} })`. */
export function field<const W extends number, const X extends FieldExtra = Record<never, never>>(
  lsb: number,
  width: W,
  doc = '',
  extra?: X,
): { readonly lsb: number; readonly width: W; readonly doc: string } & X {
  return { lsb, width, doc, ...(extra as X) };
}

/** Shorthand for a one-bit field. */
export function bit<const X extends FieldExtra = Record<never, never>>(lsb: number, doc = '', extra?: X) {
  return field<1, X>(lsb, 1, doc, extra);
}

export interface RegisterInit {
  /** Byte offset from the start of the window the block lives in (host MMIO window, MCU view, stream interface). */
  readonly offset: number;
  /** 32 unless stated; a 64-bit register is two words, low first. */
  readonly width?: 32 | 64;
  readonly access: Access;
  /** Value after reset; below 2^53. 0 unless stated. */
  readonly reset?: number;
  /** Arrays whose elements differ: value of each element, `reset` beyond the list. */
  readonly resets?: readonly number[];
  /** Where the reset value was seen on hardware; without it the value is chosen. */
  readonly resetFrom?: 'RK3588 boot log' | 'G610 dump';
  readonly doc: string;
  readonly fields?: Readonly<Record<string, FieldInit>>;
  /** Arrays: number of elements and distance in bytes; the printed name replaces `{n}` or appends the index. */
  readonly count?: number;
  readonly stride?: number;
  readonly name?: string;
  /** A second dimension inside each element (JOB_REG[6][64]). */
  readonly inner?: { readonly count: number; readonly stride: number };
  readonly origin?: Origin;
  /** Smallest and largest architecture that has it. */
  readonly arch?: ArchRange;
  /** Writable only in this state (`STOPPED` in the stream interfaces). */
  readonly writeWhen?: string;
}

type Range<N extends number, A extends number[] = []> = A['length'] extends N
  ? A[number]
  : Range<N, [...A, A['length']]>;
type Literals = {
  1: 0 | 1;
  2: Range<4>;
  3: Range<8>;
  4: Range<16>;
  5: Range<32>;
  6: Range<64>;
  7: Range<128>;
  8: Range<256>;
};
type Fits<F extends FieldInit> = F['width'] extends keyof Literals
  ? Literals[F['width']] | Checked<F['width']> | (F['width'] extends 1 ? boolean : never)
  : number;
type EnumName<F extends FieldInit> =
  F['enum'] extends Readonly<Record<string, number>> ? keyof F['enum'] & string : never;

declare const checked: unique symbol;
/** A computed value that `bounded` has checked; the only non-literal a small field takes. */
export type Checked<W extends number> = number & { readonly [checked]: W };

/** Checks that `value` is an unsigned integer of `width` bits; throws RangeError otherwise. */
export function bounded<W extends number>(width: W, value: number): Checked<W> {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** width) {
    throw new RangeError(`${value} does not fit ${width} bit${width === 1 ? '' : 's'}`);
  }
  return value as Checked<W>;
}

/** What a field takes: a literal that fits, a checked number, an enum name, or (one bit) a boolean. */
export type FieldValue<F extends FieldInit> = Fits<F> | EnumName<F>;

export type FieldValues<I extends RegisterInit> =
  I['fields'] extends Readonly<Record<string, FieldInit>>
    ? { readonly [K in keyof I['fields']]?: FieldValue<I['fields'][K]> }
    : Record<never, never>;

export type FieldName<I extends RegisterInit> =
  I['fields'] extends Readonly<Record<string, FieldInit>> ? keyof I['fields'] & string : never;

/** Two 32-bit words of a 64-bit value, unsigned. */
export interface Words {
  readonly lo: number;
  readonly hi: number;
}

/** `width` ones, unsigned, also for 31 and 32. */
const ones = (width: number) => 2 ** width - 1;

/** A field at its place, with what its register knows. */
export class Field {
  readonly name: string;
  readonly lsb: number;
  readonly width: number;
  readonly access: Access;
  readonly doc: string;
  readonly when: FieldInit['when'];
  readonly arch: ArchRange | undefined;
  readonly origin: Origin | undefined;
  readonly enum: Readonly<Record<string, number>> | undefined;
  private readonly names: ReadonlyMap<number, string>;

  constructor(name: string, init: FieldInit, access: Access) {
    this.name = name;
    this.lsb = init.lsb;
    this.width = init.width;
    this.access = init.access ?? access;
    this.doc = init.doc ?? '';
    this.when = init.when;
    this.arch = init.arch;
    this.origin = init.origin;
    this.enum = init.enum;
    this.names = new Map(Object.entries(init.enum ?? {}).map(([k, v]) => [v, k]));
  }

  /** The field's value in the given words; throws RangeError when it needs more than 53 bits. */
  get(lo: number, hi = 0): number {
    const { lsb, width } = this;
    if (lsb + width <= 32) return bits(lo, lsb, width);
    if (lsb >= 32) return bits(hi, lsb - 32, width);
    const inLow = 32 - lsb;
    const value = bits(hi, 0, width - inLow) * 2 ** inLow + (lo >>> lsb);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${this.name}: value above 2^53`);
    return value;
  }

  /** The words with this field replaced by `value`, which must fit (see `valueOf`). */
  set(words: Words, value: number): Words {
    const { lsb, width } = this;
    if (lsb + width <= 32) return { lo: withBits(words.lo, lsb, width, value), hi: words.hi >>> 0 };
    if (lsb >= 32) return { lo: words.lo >>> 0, hi: withBits(words.hi, lsb - 32, width, value) };
    const inLow = 32 - lsb;
    return {
      lo: withBits(words.lo, lsb, inLow, value % 2 ** inLow),
      hi: withBits(words.hi, 0, width - inLow, Math.floor(value / 2 ** inLow)),
    };
  }

  /** The bits the field covers. */
  get mask(): Words {
    const end = this.lsb + this.width;
    const lo = this.lsb >= 32 ? 0 : ones(Math.min(this.width, 32 - this.lsb)) * 2 ** this.lsb;
    const from = Math.max(this.lsb - 32, 0);
    const hi = end <= 32 ? 0 : ones(end - 32 - from) * 2 ** from;
    return { lo, hi };
  }

  /** The name of an enum value, or undefined. */
  nameOf(value: number): string | undefined {
    return this.names.get(value);
  }

  /** Number for a name, boolean or number; RangeError when it does not fit, with the names it knows. */
  valueOf(value: number | string | boolean): number {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'string') {
      const known = this.enum?.[value];
      if (known === undefined) {
        const names = Object.keys(this.enum ?? {});
        throw new RangeError(
          `${this.name}: no value named ${value}${names.length > 0 ? `; known: ${names.join(', ')}` : ''}`,
        );
      }
      return known;
    }
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** this.width) {
      throw new RangeError(`${this.name}: ${value} does not fit ${this.width} bit${this.width === 1 ? '' : 's'}`);
    }
    return value;
  }
}

/** One dimension of a register array. */
export interface Dimension {
  readonly count: number;
  readonly stride: number;
}

/** One register (or an array of them; `at` gives an element). */
export class Register<I extends RegisterInit = RegisterInit> {
  readonly block: string;
  /** Key in the block's table; the same for all elements of an array. */
  readonly key: string;
  /** Printed name: `AS3_TRANSTAB`, `JOB_REG[2][5]`; of an array as a whole `AS{n}_TRANSTAB`, `JOB_REG`. */
  readonly name: string;
  readonly offset: number;
  readonly width: 32 | 64;
  readonly access: Access;
  readonly reset: number;
  readonly doc: string;
  readonly origin: Origin;
  readonly init: I;
  /** Dimensions not yet indexed: none for a single register or an element. */
  readonly dims: readonly Dimension[];
  /** Indices of this element, outer first. */
  readonly indices: readonly number[];
  readonly fields: readonly Field[];
  private readonly byName: ReadonlyMap<string, Field>;
  private cached: readonly Register<I>[] | undefined;

  constructor(block: string, key: string, init: I, indices: readonly number[] = []) {
    this.block = block;
    this.key = key;
    this.init = init;
    this.width = init.width ?? 32;
    this.indices = indices;
    const dims = dimensions(init);
    this.dims = dims.slice(indices.length);
    this.offset = indices.reduce((at, index, d) => at + index * (dims[d]?.stride ?? 0), init.offset);
    this.name = printedName(init.name ?? key, indices);
    this.access = init.access;
    this.reset = init.resets?.[indices[0] ?? 0] ?? init.reset ?? 0;
    this.doc = init.doc;
    this.origin = init.origin ?? 'fact';
    this.fields = Object.entries(init.fields ?? {}).map(([name, f]) => new Field(name, f, init.access));
    this.byName = new Map(this.fields.map((f) => [f.name, f]));
  }

  get isArray(): boolean {
    return this.dims.length > 0;
  }

  /** Elements of the outer dimension; 1 for a single register. */
  get count(): number {
    return this.dims[0]?.count ?? 1;
  }

  /** Bytes from one element to the next. */
  get stride(): number {
    return this.dims[0]?.stride ?? this.width / 8;
  }

  /** Element of an array, one index per dimension (fewer give the inner array); RangeError outside it. */
  at(index: number, ...rest: readonly number[]): Register<I> {
    const outer = this.dims[0];
    this.cached ??= Array.from(
      { length: outer?.count ?? 0 },
      (_, i) => new Register(this.block, this.key, this.init, [...this.indices, i]),
    );
    const element = this.cached[index];
    if (element === undefined) {
      throw new RangeError(
        outer === undefined
          ? `${this.name} is not an array`
          : `${this.name} has elements 0..${outer.count - 1}, not ${index}`,
      );
    }
    const [next, ...more] = rest;
    return next === undefined ? element : element.at(next, ...more);
  }

  /** All single registers of an array in order of index; the register itself when it is none. */
  elements(): readonly Register<I>[] {
    if (!this.isArray) return [this];
    return Array.from({ length: this.count }, (_, i) => this.at(i).elements()).flat();
  }

  field(name: FieldName<I>): Field {
    const field = this.byName.get(name);
    if (field === undefined) throw new RangeError(`${this.name} has no field ${name}`);
    return field;
  }

  find(name: string): Field | undefined {
    return this.byName.get(name);
  }

  /** A field's value in a register value given as words. */
  get(name: FieldName<I>, lo: number, hi = 0): number {
    return this.field(name).get(lo, hi);
  }

  /** A 32-bit register value with the given fields over `base`. RangeError when one does not fit. */
  encode(values: FieldValues<I>, base = 0): number {
    return this.encode64(values, { lo: base, hi: 0 }).lo;
  }

  /** As `encode` for 64-bit registers. */
  encode64(values: FieldValues<I>, base: Words = { lo: 0, hi: 0 }): Words {
    let words: Words = { lo: base.lo >>> 0, hi: base.hi >>> 0 };
    for (const [name, value] of Object.entries(values) as [FieldName<I>, number | string | boolean | undefined][]) {
      if (value === undefined) continue;
      const target = this.field(name);
      words = target.set(words, target.valueOf(value));
    }
    return words;
  }
}

function dimensions(init: RegisterInit): readonly Dimension[] {
  if (init.count === undefined) return [];
  const outer = { count: init.count, stride: init.stride ?? (init.width === 64 ? 8 : 4) };
  return init.inner === undefined ? [outer] : [outer, init.inner];
}

/** `{n}` takes the first index, every other index is appended in brackets. */
function printedName(base: string, indices: readonly number[]): string {
  const inName = base.includes('{n}') && indices.length > 0;
  const head = inName ? base.replace('{n}', String(indices[0])) : base;
  return indices.slice(inName ? 1 : 0).reduce((name, index) => `${name}[${index}]`, head);
}

/** What types keep of a description: its fields. Places and words are widened, so that like registers are alike. */
export type Shape<I extends RegisterInit> =
  I['fields'] extends Readonly<Record<string, FieldInit>>
    ? Omit<RegisterInit, 'fields'> & { readonly fields: I['fields'] }
    : RegisterInit;

export type Block<B extends Readonly<Record<string, RegisterInit>>> = {
  readonly [K in keyof B]: Register<Shape<B[K]>>;
};

/** Turns a table of descriptions into registers. Keys are the register names. */
export function defineBlock<const B extends Readonly<Record<string, RegisterInit>>>(name: string, table: B): Block<B> {
  return Object.fromEntries(
    Object.entries(table).map(([key, init]) => [key, new Register(name, key, init)]),
  ) as unknown as Block<B>;
}
