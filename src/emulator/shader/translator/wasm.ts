/**
 * What is needed of the WebAssembly binary format to write a module of a few functions: opcodes, numbers, sections.
 * Code is a list of bytes; an expression leaves one value on the stack. Names follow the specification.
 */

/** Bytes of instructions. */
export type Code = readonly number[];

export const I32 = 0x7f;
export const V128 = 0x7b;

/** Memories of a module: the register file of the shader cores, and RAM. */
export const FILE_MEMORY = 0;
export const RAM_MEMORY = 1;

/** Instructions of one byte. */
export const W = {
  loop: [0x03, 0x40],
  block: [0x02, 0x40],
  if: [0x04, 0x40],
  else: [0x05],
  end: [0x0b],
  return: [0x0f],
  eqz: [0x45],
  eq: [0x46],
  ne: [0x47],
  ltS: [0x48],
  ltU: [0x49],
  gtS: [0x4a],
  gtU: [0x4b],
  geS: [0x4e],
  geU: [0x4f],
  ctz: [0x68],
  popcnt: [0x69],
  add: [0x6a],
  sub: [0x6b],
  mul: [0x6c],
  and: [0x71],
  or: [0x72],
  xor: [0x73],
  shl: [0x74],
  shrU: [0x76],
  select: [0x1b],
} as const satisfies Readonly<Record<string, Code>>;

const SIMD_PREFIX = 0xfd;

/** Vector instructions by their second opcode. */
const VECTOR = {
  'i8x16.swizzle': 0x0e,
  'i32x4.splat': 0x11,
  'f32x4.splat': 0x13,
  'i8x16.eq': 0x23,
  'i16x8.eq': 0x2d,
  'i16x8.ne': 0x2e,
  'i16x8.lt_s': 0x2f,
  'i16x8.lt_u': 0x30,
  'i16x8.gt_s': 0x31,
  'i16x8.gt_u': 0x32,
  'i16x8.le_s': 0x33,
  'i16x8.le_u': 0x34,
  'i16x8.ge_s': 0x35,
  'i16x8.ge_u': 0x36,
  'i32x4.eq': 0x37,
  'i32x4.ne': 0x38,
  'i32x4.lt_s': 0x39,
  'i32x4.lt_u': 0x3a,
  'i32x4.gt_s': 0x3b,
  'i32x4.gt_u': 0x3c,
  'i32x4.le_s': 0x3d,
  'i32x4.le_u': 0x3e,
  'i32x4.ge_s': 0x3f,
  'i32x4.ge_u': 0x40,
  'f32x4.eq': 0x41,
  'f32x4.ne': 0x42,
  'f32x4.lt': 0x43,
  'f32x4.gt': 0x44,
  'f32x4.le': 0x45,
  'f32x4.ge': 0x46,
  'f64x2.eq': 0x47,
  'f64x2.ne': 0x48,
  'v128.not': 0x4d,
  'v128.and': 0x4e,
  'v128.andnot': 0x4f,
  'v128.or': 0x50,
  'v128.xor': 0x51,
  'v128.bitselect': 0x52,
  'v128.any_true': 0x53,
  'f32x4.demote_f64x2_zero': 0x5e,
  'f64x2.promote_low_f32x4': 0x5f,
  'i8x16.popcnt': 0x62,
  'f32x4.ceil': 0x67,
  'f32x4.floor': 0x68,
  'f32x4.trunc': 0x69,
  'f32x4.nearest': 0x6a,
  'i8x16.add': 0x6e,
  'i8x16.sub': 0x71,
  'i16x8.extadd_pairwise_i8x16_u': 0x7d,
  'i32x4.extadd_pairwise_i16x8_u': 0x7f,
  'i16x8.shl': 0x8b,
  'i16x8.shr_s': 0x8c,
  'i16x8.shr_u': 0x8d,
  'i16x8.add': 0x8e,
  'i16x8.sub': 0x91,
  'i16x8.mul': 0x95,
  'i32x4.abs': 0xa0,
  'i32x4.neg': 0xa1,
  'i32x4.bitmask': 0xa4,
  'i32x4.shl': 0xab,
  'i32x4.shr_s': 0xac,
  'i32x4.shr_u': 0xad,
  'i32x4.add': 0xae,
  'i32x4.sub': 0xb1,
  'i32x4.mul': 0xb5,
  'i32x4.min_s': 0xb6,
  'i32x4.min_u': 0xb7,
  'i32x4.max_s': 0xb8,
  'i32x4.max_u': 0xb9,
  'i64x2.shl': 0xcb,
  'i64x2.shr_s': 0xcc,
  'i64x2.shr_u': 0xcd,
  'i64x2.add': 0xce,
  'i64x2.sub': 0xd1,
  'i64x2.extmul_low_i32x4_u': 0xde,
  'i64x2.extmul_high_i32x4_u': 0xdf,
  'f32x4.abs': 0xe0,
  'f32x4.neg': 0xe1,
  'f32x4.sqrt': 0xe3,
  'f32x4.add': 0xe4,
  'f32x4.sub': 0xe5,
  'f32x4.mul': 0xe6,
  'f32x4.div': 0xe7,
  'f32x4.min': 0xe8,
  'f32x4.max': 0xe9,
  'f64x2.sqrt': 0xef,
  'f64x2.add': 0xf0,
  'f64x2.sub': 0xf1,
  'f64x2.mul': 0xf2,
  'f64x2.div': 0xf3,
  'i32x4.trunc_sat_f32x4_s': 0xf8,
  'i32x4.trunc_sat_f32x4_u': 0xf9,
  'f32x4.convert_i32x4_s': 0xfa,
  'f32x4.convert_i32x4_u': 0xfb,
  'f32x4.relaxed_madd': 0x105,
} as const;

export type VectorName = keyof typeof VECTOR;

/** An unsigned number in as few bytes as it takes. */
export function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return out;
}

/** A signed 32-bit number. */
export function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    out.push(last ? low : low | 0x80);
    if (last) return out;
  }
}

/** The same bytes one after the other. */
export function join(...parts: readonly Code[]): number[] {
  const out: number[] = [];
  for (const part of parts) for (const byte of part) out.push(byte);
  return out;
}

export const get = (local: number): number[] => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): number[] => join(value, [0x21, ...unsigned(local)]);
export const tee = (local: number, value: Code): number[] => join(value, [0x22, ...unsigned(local)]);
export const int = (value: number): number[] => [0x41, ...signed(value)];
export const call = (fn: number, ...operands: readonly Code[]): number[] => join(...operands, [0x10, ...unsigned(fn)]);
export const branch = (depth: number): number[] => [0x0c, ...unsigned(depth)];
export const branchIf = (depth: number, test: Code): number[] => join(test, [0x0d, ...unsigned(depth)]);
/** A vector instruction on operands. */
export const v = (name: VectorName, ...operands: readonly Code[]): number[] =>
  join(...operands, [SIMD_PREFIX, ...unsigned(VECTOR[name])]);
/** An integer instruction on operands. */
export const i = (op: Code, ...operands: readonly Code[]): number[] => join(...operands, op);

/** Bytes of four words as a constant. */
export function vector(...words: readonly [number, number, number, number]): number[] {
  const out = [SIMD_PREFIX, 0x0c];
  for (const w of words) out.push(w & 0xff, (w >>> 8) & 0xff, (w >>> 16) & 0xff, w >>> 24);
  return out;
}

/** The same word in all lanes. */
export const splat = (word: number): number[] => vector(word, word, word, word);

/** Bytes chosen from two vectors by number, 0 to 31. */
export const shuffle = (a: Code, b: Code, bytes: readonly number[]): number[] => join(a, b, [SIMD_PREFIX, 0x0d], bytes);

/** A lane of four words as an int32. */
export const lane = (n: number, value: Code): number[] => join(value, [SIMD_PREFIX, 0x1b, n]);
export const putLane = (n: number, into: Code, value: Code): number[] => join(into, value, [SIMD_PREFIX, 0x1c, n]);

const memoryArgument = (memory: number, align: number, offset: number): number[] =>
  memory === 0 ? [align, ...unsigned(offset)] : [align | 0x40, memory, ...unsigned(offset)];

const ALIGN_32 = 2;
const ALIGN_128 = 2;
/** 32-bit and 128-bit accesses at an address plus a constant. */
export const load32 = (memory: number, address: Code, offset = 0): number[] =>
  join(address, [0x28], memoryArgument(memory, ALIGN_32, offset));
export const store32 = (memory: number, address: Code, value: Code, offset = 0): number[] =>
  join(address, value, [0x36], memoryArgument(memory, ALIGN_32, offset));
export const load128 = (memory: number, address: Code, offset = 0): number[] =>
  join(address, [SIMD_PREFIX, 0x00], memoryArgument(memory, ALIGN_128, offset));
export const store128 = (memory: number, address: Code, value: Code, offset = 0): number[] =>
  join(address, value, [SIMD_PREFIX, 0x0b], memoryArgument(memory, ALIGN_128, offset));
/** A word of memory into a lane of a vector. */
export const loadLane = (memory: number, address: Code, into: Code, n: number, offset = 0): number[] =>
  join(address, into, [SIMD_PREFIX, 0x56], memoryArgument(memory, ALIGN_32, offset), [n]);

/** A jump by a number: entry n of the table, or the last. */
export const jumpTable = (index: Code, table: readonly number[], otherwise: number): number[] =>
  join(index, [0x0e, ...unsigned(table.length)], table.flatMap(unsigned), unsigned(otherwise));

export interface FunctionType {
  readonly takes: readonly number[];
  readonly gives: readonly number[];
}

export interface FunctionBody {
  readonly type: FunctionType;
  /** Types of the locals behind the parameters. */
  readonly locals: readonly number[];
  readonly code: Code;
  readonly name?: string;
}

const section = (id: number, content: Code): number[] => join([id], unsigned(content.length), content);
const list = (items: readonly Code[]): number[] => join(unsigned(items.length), ...items);
const text = (s: string): number[] => [...unsigned(s.length), ...Array.from(s, (c) => c.charCodeAt(0))];

/** Locals in runs of one type. */
function runs(locals: readonly number[]): number[] {
  const out: [count: number, type: number][] = [];
  for (const type of locals) {
    const last = out.at(-1);
    if (last !== undefined && last[1] === type) last[0]++;
    else out.push([1, type]);
  }
  return list(out.map(([count, type]) => [...unsigned(count), type]));
}

/**
 * A module that imports the memories `m.file` and `m.ram` and the functions of `m` named, and exports its functions
 * under their names. Imported functions have the first numbers.
 */
export function moduleOf(
  imports: readonly { readonly name: string; readonly type: FunctionType }[],
  functions: readonly FunctionBody[],
): Uint8Array {
  const types = [...imports.map((f) => f.type), ...functions.map((f) => f.type)];
  const memory = [0x02, 0x00, 0x00];
  const bytes = join(
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, list(types.map((t) => join([0x60], list(t.takes.map((x) => [x])), list(t.gives.map((x) => [x])))))),
    section(
      2,
      list([
        ...['file', 'ram'].map((name) => join(text('m'), text(name), memory)),
        ...imports.map((f, n) => join(text('m'), text(f.name), [0x00], unsigned(n))),
      ]),
    ),
    section(3, list(functions.map((_, n) => unsigned(imports.length + n)))),
    section(
      7,
      list(
        functions.flatMap((f, n) =>
          f.name === undefined ? [] : [join(text(f.name), [0x00], unsigned(imports.length + n))],
        ),
      ),
    ),
    section(
      10,
      list(
        functions.map((f) => {
          const body = join(runs(f.locals), f.code, W.end);
          return join(unsigned(body.length), body);
        }),
      ),
    ),
  );
  return Uint8Array.from(bytes);
}
