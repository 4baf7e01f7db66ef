/**
 * How a register is described, and what follows from the description: names, field access, encoding with
 * bounded integers, enum names, per-bit access masks. The blocks beside this file are plain data passed
 * through `defineBlock`; everything else (emulator, driver, log, exports, workspace) asks these objects.
 *
 * A value that does not fit its field does not compile when it is a literal (fields up to 8 bits), and is
 * refused with a RangeError when it is computed.
 */

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
}

export interface RegisterInit {
  /** Byte offset from the start of the window the block lives in (host MMIO window, MCU view, stream interface). */
  readonly offset: number;
  /** 32 unless stated; a 64-bit register is two words, low first. */
  readonly width?: 32 | 64;
  readonly access: Access;
  /** Value after reset; below 2^53. 0 unless stated. */
  readonly reset?: number;
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
  readonly arch?: readonly [number, number?];
  /** Writable only in this state (`STOPPED` in the stream interfaces). */
  readonly writeWhen?: string;
}

declare const bound: unique symbol;
/** A number checked to fit `W` bits. */
export type Bounded<W extends number> = number & { readonly [bound]?: W };

type Range<N extends number, A extends number[] = []> = A['length'] extends N ? A[number] : Range<N, [...A, A['length']]>;
type Literals = { 1: 0 | 1; 2: Range<4>; 3: Range<8>; 4: Range<16>; 5: Range<32>; 6: Range<64>; 7: Range<128>; 8: Range<256> };
type Fits<F extends FieldInit> = F['width'] extends keyof Literals
  ? Literals[F['width']] | Checked<F['width']> | (F['width'] extends 1 ? boolean : never)
  : number;
type EnumName<F extends FieldInit> = F['enum'] extends Readonly<Record<string, number>> ? keyof F['enum'] & string : never;

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
  I['fields'] extends Readonly<Record<string, FieldInit>> ? { readonly [K in keyof I['fields']]?: FieldValue<I['fields'][K]> } : Record<never, never>;

export type FieldName<I extends RegisterInit> = I['fields'] extends Readonly<Record<string, FieldInit>> ? keyof I['fields'] & string : never;

/** Two 32-bit words of a 64-bit value, unsigned. */
export interface Words {
  readonly lo: number;
  readonly hi: number;
}

/** A field at its place, with what its register knows. */
export class Field {
  readonly name: string;
  readonly lsb: number;
  readonly width: number;
  readonly access: Access;
  readonly doc: string;
  readonly when: FieldInit['when'];
  readonly enum: Readonly<Record<string, number>> | undefined;
  private readonly names: ReadonlyMap<number, string>;

  constructor(name: string, init: FieldInit, access: Access) {
    this.name = name;
    this.lsb = init.lsb;
    this.width = init.width;
    this.access = init.access ?? access;
    this.doc = init.doc ?? '';
    this.when = init.when;
    this.enum = init.enum;
    this.names = new Map(Object.entries(init.enum ?? {}).map(([k, v]) => [v, k]));
  }

  /** The field's value in the given words; throws RangeError when it needs more than 53 bits. */
  get(lo: number, hi = 0): number {
    const value = (BigInt(hi >>> 0) * 4294967296n + BigInt(lo >>> 0)) >> BigInt(this.lsb);
    const cut = Number(BigInt.asUintN(this.width, value));
    if (!Number.isSafeInteger(cut)) throw new RangeError(`${this.name}: value above 2^53`);
    return cut;
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
        throw new RangeError(`${this.name}: no value named ${value}${names.length > 0 ? `; known: ${names.join(', ')}` : ''}`);
      }
      return known;
    }
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** this.width) {
      throw new RangeError(`${this.name}: ${value} does not fit ${this.width} bit${this.width === 1 ? '' : 's'}`);
    }
    return value;
  }
}

/** One register (or an array of them; `at` gives an element). */
export class Register<I extends RegisterInit = RegisterInit> {
  readonly block: string;
  /** Name of element 0 for arrays made by `at`; the base name for the array itself. */
  readonly name: string;
  readonly offset: number;
  readonly width: 32 | 64;
  readonly access: Access;
  readonly reset: number;
  readonly doc: string;
  readonly origin: Origin;
  readonly init: I;
  readonly count: number;
  readonly stride: number;
  readonly fields: readonly Field[];
  private readonly byName: ReadonlyMap<string, Field>;

  constructor(block: string, key: string, init: I, index?: number) {
    this.block = block;
    this.init = init;
    const base = init.name ?? key;
    this.name = index === undefined ? base : base.includes('{n}') ? base.replace('{n}', String(index)) : `${base}[${index}]`;
    this.count = index === undefined ? (init.count ?? 1) : 1;
    this.stride = init.stride ?? (init.width === 64 ? 8 : 4);
    this.offset = init.offset + (index ?? 0) * this.stride;
    this.width = init.width ?? 32;
    this.access = init.access;
    this.reset = init.reset ?? 0;
    this.doc = init.doc;
    this.origin = init.origin ?? 'fact';
    this.fields = Object.entries(init.fields ?? {}).map(([name, f]) => new Field(name, f, init.access));
    this.byName = new Map(this.fields.map((f) => [f.name, f]));
  }

  get isArray(): boolean {
    return this.init.count !== undefined;
  }

  /** Element `index` of an array; RangeError outside it. */
  at(index: number): Register<I> {
    const count = this.init.count ?? 1;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`${this.name} has elements 0..${count - 1}, not ${index}`);
    }
    let cached = elements.get(this) as Register<I>[] | undefined;
    if (cached === undefined) {
      cached = Array.from({ length: count }, (_, i) => new Register(this.block, this.name, this.init, i));
      elements.set(this, cached);
    }
    return cached[index]!;
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
    let word = BigInt(base.hi >>> 0) * 4294967296n + BigInt(base.lo >>> 0);
    for (const [name, value] of Object.entries(values) as [FieldName<I>, number | string | boolean | undefined][]) {
      if (value === undefined) continue;
      const field = this.field(name);
      const mask = ((1n << BigInt(field.width)) - 1n) << BigInt(field.lsb);
      word = (word & ~mask) | (BigInt(field.valueOf(value)) << BigInt(field.lsb));
    }
    return { lo: Number(word & 0xffffffffn), hi: Number(word >> 32n) };
  }
}

const elements = new WeakMap<Register<RegisterInit>, Register<RegisterInit>[]>();

export type Block<B extends Readonly<Record<string, RegisterInit>>> = { readonly [K in keyof B]: Register<B[K]> };

/** Turns a table of descriptions into registers. Keys are the register names. */
export function defineBlock<const B extends Readonly<Record<string, RegisterInit>>>(name: string, table: B): Block<B> {
  return Object.fromEntries(Object.entries(table).map(([key, init]) => [key, new Register(name, key, init)])) as unknown as Block<B>;
}
