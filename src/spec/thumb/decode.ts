/**
 * The Thumb decoder: bits to a table row and its operands. 16-bit encodings go through a table of 65536 rows
 * filled as they are met, 32-bit ones through 512 buckets by the middle bits of the first halfword.
 * What no row takes, and UNPREDICTABLE uses of r15, decode as `undefined` (UsageFault UNDEFINSTR).
 */
import { FAMILIES } from './families.ts';
import { fieldOf, row, type ImmKind, type Row } from './row.ts';
import { ROWS16 } from './rows16.ts';
import { ROWS32 } from './rows32.ts';

/** Every encoding, most specific first within a length. */
export const ROWS: readonly Row[] = [...ROWS16, ...FAMILIES, ...ROWS32];

const UNDEFINED16 = row('iiiiiiiiiiiiiiii', 'undefined', '.short {raw}');
const UNDEFINED32 = row('iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii', 'undefined', '.word {raw}');

/** Shift types as encoded, and rrx as the fifth. */
export const LSL = 0;
export const LSR = 1;
export const ASR = 2;
export const ROR = 3;
export const RRX = 4;

/** An instruction with its operands. Registers that the encoding lacks are 0. */
export interface Decoded {
  readonly row: Row;
  /** 32-bit encodings: first halfword in the high half. */
  readonly word: number;
  readonly length: 2 | 4;
  readonly d: number;
  readonly n: number;
  readonly m: number;
  readonly a: number;
  /** Immediate after expansion (int32); branches: offset from the instruction's address. */
  readonly imm: number;
  /** Carry out of a modified immediate: 0, 1, or -1 for unchanged. */
  readonly carry: number;
  /** Shift type and amount of forms that have one. */
  readonly shift: number;
  readonly amount: number;
  readonly extra: number;
  readonly list: number;
  readonly condition: number;
  readonly add: boolean;
  readonly writeback: boolean;
  /** Whether the flags are written, outside and inside an IT block. */
  readonly setsFlags: boolean;
  readonly setsFlagsInIt: boolean;
}

/** True when `halfword` begins a 32-bit instruction. */
export function isWide(halfword: number): boolean {
  return (halfword & 0xffff) >>> 11 >= 0x1d;
}

const MISSING = 0xffff;
const narrow = new Uint16Array(65536).fill(MISSING);
const ROWS_WIDE = ROWS.filter((r) => r.length === 4);
const ROWS_NARROW = ROWS.filter((r) => r.length === 2);
const buckets: (readonly Row[] | undefined)[] = [];
/** The bits of the first halfword that choose a bucket: 12..4. */
const BUCKET_MASK = 0x1ff0_0000;

function find16(halfword: number): Row {
  let index = narrow[halfword]!;
  if (index === MISSING) {
    index = ROWS_NARROW.findIndex((r) => (halfword & r.mask) >>> 0 === r.value);
    if (index < 0) index = ROWS_NARROW.length;
    narrow[halfword] = index;
  }
  return ROWS_NARROW[index] ?? UNDEFINED16;
}

function find32(word: number): Row {
  const at = (word & BUCKET_MASK) >>> 20;
  const bucket = (buckets[at] ??= ROWS_WIDE.filter((r) => ((word ^ r.value) & r.mask & BUCKET_MASK) === 0));
  for (const r of bucket) if (((word & r.mask) ^ r.value) === 0) return r;
  return UNDEFINED32;
}

const signed = (value: number, width: number): number => (value << (32 - width)) >> (32 - width);

/** ThumbExpandImm_C: the value, and the carry or -1. */
export function expandImmediate(imm12: number): readonly [number, number] {
  const byte = imm12 & 0xff;
  if ((imm12 & 0xc00) === 0) {
    const forms = [
      byte,
      byte | (byte << 16),
      (byte << 8) | (byte << 24),
      byte | (byte << 8) | (byte << 16) | (byte << 24),
    ];
    return [forms[(imm12 >> 8) & 3] ?? byte, -1];
  }
  const base = 0x80 | (imm12 & 0x7f);
  const rotation = imm12 >>> 7;
  const value = (base >>> rotation) | (base << (32 - rotation));
  return [value, value < 0 ? 1 : 0];
}

/** I1:I2 of the long branches: NOT(J XOR S). */
function longBranch(word: number): number {
  const s = (word >>> 26) & 1;
  const i1 = ~((word >>> 13) ^ s) & 1;
  const i2 = ~((word >>> 11) ^ s) & 1;
  const high = (s << 23) | (i1 << 22) | (i2 << 21);
  return signed(high | (((word >>> 16) & 0x3ff) << 11) | (word & 0x7ff), 24) * 2;
}

/** Branch offsets count from the instruction, so PC's lead of 4 is in. */
const IMMEDIATES: Readonly<Record<ImmKind, (raw: number, word: number) => number>> = {
  raw: (raw) => raw,
  x2: (raw) => raw * 2,
  x4: (raw) => raw * 4,
  expand: (raw) => expandImmediate(raw)[0],
  shift: (raw) => raw,
  b8: (raw) => signed(raw, 8) * 2 + 4,
  b11: (raw) => signed(raw, 11) * 2 + 4,
  b19: (_, w) => {
    const high = (((w >>> 26) & 1) << 19) | (((w >>> 11) & 1) << 18) | (((w >>> 13) & 1) << 17);
    return signed(high | (((w >>> 16) & 0x3f) << 11) | (w & 0x7ff), 20) * 2 + 4;
  },
  b24: (_, w) => longBranch(w) + 4,
  cb: (raw) => raw * 2 + 4,
  mov16: (raw, w) => (((w >>> 16) & 15) << 12) | raw,
};

/** Decodes one instruction; `second` is the following halfword, used when the first begins a wide one. */
export function decode(first: number, second: number): Decoded {
  const wide = isWide(first);
  const word = wide ? ((first << 16) | (second & 0xffff)) >>> 0 : first & 0xffff;
  let r = wide ? find32(word | 0) : find16(word);
  let out = operands(r, word);
  if (usesPcWrongly(r, out)) {
    r = wide ? UNDEFINED32 : UNDEFINED16;
    out = operands(r, word);
  }
  return out;
}

function operands(r: Row, word: number): Decoded {
  const f = r.fields;
  const get = (letter: string): number => fieldOf(r, word, letter);
  const x = f['x'] === undefined ? undefined : get('x');
  const register = (letter: 'd' | 'n' | 'm' | 'a'): number => x ?? get(letter);
  const kind = r.imm ?? 'raw';
  const raw = get('i');
  let shift = r.fixed?.y ?? get('y');
  let amount = 0;
  if (kind === 'shift') {
    amount = raw;
    if (amount === 0 && (shift === LSR || shift === ASR)) amount = 32;
    else if (amount === 0 && shift === ROR) [shift, amount] = [RRX, 1];
  }
  const flags = r.flags ?? 'never';
  const byBit = flags === 'S' && get('S') === 1;
  return {
    row: r,
    word,
    length: r.length,
    d: r.fixed?.d ?? (f['t'] !== undefined ? get('t') : register('d')),
    n: r.fixed?.n ?? register('n'),
    m: r.fixed?.m ?? get('m'),
    a: r.fixed?.a ?? get('a'),
    imm: IMMEDIATES[kind](raw, word) | 0,
    carry: kind === 'expand' ? expandImmediate(raw)[1] : -1,
    shift,
    amount,
    extra: get('h'),
    list: listOf(r, word),
    condition: f['c'] === undefined ? 14 : get('c'),
    add: f['U'] === undefined || get('U') === 1,
    writeback: get('W') === 1,
    setsFlags: flags === 'always' || flags === 'outsideIt' || byBit,
    setsFlagsInIt: flags === 'always' || byBit,
  };
}

/** Register lists: 16-bit PUSH and POP keep LR and PC in bit 8; wide lists stand in the low halfword as they are. */
function listOf(r: Row, word: number): number {
  if (r.fields['r'] === undefined) return 0;
  if (r.length === 4) return word & 0xffff;
  const low = word & 0xff;
  if (r.key === 'push') return low | ((word & 0x100) << 6);
  if (r.key === 'pop') return low | ((word & 0x100) << 7);
  return low;
}

function usesPcWrongly(r: Row, i: Decoded): boolean {
  const allowed = r.pc ?? '';
  const bad = (letters: string, value: number, allow: string): boolean =>
    value === 15 && [...letters].some((l) => r.fields[l] !== undefined) && !allowed.includes(allow);
  return bad('dtx', i.d, 'd') || bad('nx', i.n, 'n') || bad('m', i.m, 'm') || bad('a', i.a, 'a');
}
