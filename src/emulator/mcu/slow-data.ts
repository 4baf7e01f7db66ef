/**
 * Data processing that the hot loop leaves out: shifted operands with flags, odd shifts, divides, saturation,
 * and the DSP extension. One handler per semantics key of the instruction table. Source: ARMv7-M ARM, A7.7.
 */
import { ASR, LSL, LSR, ROR, type Decoded } from '../../spec/thumb/decode.ts';
import type { Core, Handler } from './core.ts';
import { CARRY, GE, N_RESULT, SATURATED, V_RESULT, Z_RESULT } from './state.ts';

/** Upper word of an unsigned 32 by 32 bit product. */
export function mulHighUnsigned(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const low = al * bh + (middle % 0x10000);
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(low / 0x10000)) | 0;
}

/** Upper word of a signed 32 by 32 bit product. */
export function mulHighSigned(a: number, b: number): number {
  return (mulHighUnsigned(a, b) - ((a >> 31) & b) - ((b >> 31) & a)) | 0;
}

/** Shift_C: the shifted value and the carry out. */
function shiftWithCarry(value: number, type: number, amount: number, carry: number): readonly [number, number] {
  if (type > ROR) return [(value >>> 1) | (carry << 31), value & 1];
  if (amount === 0) return [value, carry];
  const last = (n: number): number => (value >>> n) & 1;
  switch (type) {
    case LSL:
      if (amount > 32) return [0, 0];
      return [amount === 32 ? 0 : value << amount, last(32 - amount)];
    case LSR:
      if (amount > 32) return [0, 0];
      return [amount === 32 ? 0 : (value >>> amount) | 0, last(amount - 1)];
    case ASR:
      if (amount > 31) return [value >> 31, last(31)];
      return [value >> amount, last(amount - 1)];
    default: {
      const by = amount & 31;
      const turned = by === 0 ? value : (value >>> by) | (value << (32 - by));
      return [turned, turned < 0 ? 1 : 0];
    }
  }
}

/** Adds with carry and keeps the flags when asked. */
function addWithCarry(S: Int32Array, a: number, b: number, carry: number, sets: boolean): number {
  const x = (a + b + carry) | 0;
  if (sets) {
    S[CARRY] = (a >>> 0) + (b >>> 0) + carry > 0xffffffff ? 1 : 0;
    S[V_RESULT] = (a ^ x) & (b ^ x);
    S[N_RESULT] = S[Z_RESULT] = x;
  }
  return x;
}

const LOGICAL: Readonly<Record<string, (n: number, b: number) => number>> = {
  and: (n, b) => n & b,
  tst: (n, b) => n & b,
  bic: (n, b) => n & ~b,
  orr: (n, b) => n | b,
  orn: (n, b) => n | ~b,
  eor: (n, b) => n ^ b,
  teq: (n, b) => n ^ b,
  mov: (_, b) => b,
  mvn: (_, b) => ~b,
};
const SUMS: Readonly<Record<string, (n: number, b: number, c: number) => readonly [number, number, number]>> = {
  add: (n, b) => [n, b, 0],
  cmn: (n, b) => [n, b, 0],
  adc: (n, b, c) => [n, b, c],
  sub: (n, b) => [n, ~b, 1],
  cmp: (n, b) => [n, ~b, 1],
  sbc: (n, b, c) => [n, ~b, c],
  rsb: (n, b) => [b, ~n, 1],
};
const TESTS = new Set(['tst', 'teq', 'cmp', 'cmn']);

/** Any data processing operation with a shifted register. */
function dataProcessing(name: string): Handler {
  const logical = LOGICAL[name];
  const sum = SUMS[name];
  const writes = !TESTS.has(name);
  return ({ S }, i, sets) => {
    const n = S[i.n]!;
    const [b, carry] = shiftWithCarry(S[i.m]!, i.shift, i.amount, S[CARRY]!);
    let x = 0;
    if (logical !== undefined) {
      x = logical(n, b);
      if (sets) {
        S[CARRY] = carry;
        S[N_RESULT] = S[Z_RESULT] = x;
      }
    } else if (sum !== undefined) x = addWithCarry(S, ...sum(n, b, S[CARRY]!), sets);
    if (writes) S[i.d] = x;
  };
}

/** Register shifts by a register: the amount is the low byte of Rm. */
function registerShift(type: number): Handler {
  return ({ S }, i, sets) => {
    const [x, carry] = shiftWithCarry(S[i.n]!, type, S[i.m]! & 0xff, S[CARRY]!);
    S[i.d] = x;
    if (sets) {
      S[CARRY] = carry;
      S[N_RESULT] = S[Z_RESULT] = x;
    }
  };
}

/** Clamps to [low, high] and sets Q when that changed the value. */
function saturate(S: Int32Array, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  S[SATURATED] = 1;
  return value < low ? low : high;
}
const signedRange = (bits: number): readonly [number, number] => [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
const saturate32 = (S: Int32Array, value: number): number => saturate(S, value, -0x80000000, 0x7fffffff);

/** SSAT and USAT: the one bit of y chooses LSL or ASR; ASR #0 means ASR #32 does not occur (it is SSAT16). */
function saturating(signed: boolean): Handler {
  return ({ S }, i) => {
    const value = i.shift === 0 ? S[i.n]! << i.imm : S[i.n]! >> i.imm;
    S[i.d] = signed ? saturate(S, value, ...signedRange(i.extra + 1)) : saturate(S, value, 0, 2 ** i.extra - 1);
  };
}

const low = (v: number): number => (v << 16) >> 16;
const high = (v: number): number => v >> 16;
const pack = (lo: number, hi: number): number => (lo & 0xffff) | (hi << 16);
const rotate = (v: number, quarters: number): number =>
  quarters === 0 ? v : (v >>> (quarters * 8)) | (v << (32 - quarters * 8));

function saturating16(signed: boolean): Handler {
  return ({ S }, i) => {
    const [min, max] = signed ? signedRange(i.extra + 1) : ([0, 2 ** i.extra - 1] as const);
    const lo = saturate(S, low(S[i.n]!), min, max);
    S[i.d] = pack(lo, saturate(S, high(S[i.n]!), min, max));
  };
}

/** QADD and its kin: Rm op Rn, the second doubled (with saturation) first. */
function saturatingAdd(sign: 1 | -1, doubles: boolean): Handler {
  return ({ S }, i) => {
    const n = doubles ? saturate32(S, 2 * S[i.n]!) : S[i.n]!;
    S[i.d] = saturate32(S, S[i.m]! + sign * n);
  };
}

/** Extensions by width, with or without an addend. b16 works on two bytes at once. */
function extension(signed: boolean, width: 8 | 16, adds: boolean): Handler {
  const by = 32 - width;
  return ({ S }, i) => {
    const v = rotate(S[i.m]!, i.extra);
    const x = signed ? (v << by) >> by : (v << by) >>> by;
    S[i.d] = adds ? S[i.n]! + x : x;
  };
}
function extension16(signed: boolean, adds: boolean): Handler {
  const byte = (v: number): number => (signed ? (v << 24) >> 24 : v & 0xff);
  return ({ S }, i) => {
    const v = rotate(S[i.m]!, i.extra);
    const n = adds ? S[i.n]! : 0;
    S[i.d] = pack(low(n) + byte(v), high(n) + byte(v >>> 16));
  };
}

/** Adds a value of at most 2^53 in size to the 64-bit accumulator Ra:Rd. */
function accumulate(S: Int32Array, i: Decoded, lo: number, hi: number): void {
  const sum = (S[i.d]! >>> 0) + (lo >>> 0);
  S[i.a] = S[i.a]! + hi + (sum > 0xffffffff ? 1 : 0);
  S[i.d] = sum;
}
const accumulateNumber = (S: Int32Array, i: Decoded, v: number): void =>
  accumulate(S, i, v | 0, Math.floor(v / 0x1_0000_0000));

/** Ra + value, with Q on signed overflow but no saturation. */
function addQ(S: Int32Array, a: number, value: number): number {
  const sum = a + value;
  if (sum !== (sum | 0)) S[SATURATED] = 1;
  return sum | 0;
}

const half = (v: number, which: string | undefined): number => (which === 't' ? high(v) : low(v));

/** All of parallel addition and subtraction: prefix s q sh u uq uh, kind add16 asx sax sub16 add8 sub8. */
function parallel(prefix: string, kind: string): Handler {
  const width = kind.endsWith('8') ? 8 : 16;
  const count = 32 / width;
  const signed = !prefix.startsWith('u');
  const mask = 2 ** width - 1;
  const [min, max] = signed ? signedRange(width) : ([0, mask] as const);
  const up = 32 - width;
  const crossed = kind === 'asx' || kind === 'sax';
  /** The operation of a lane: asx subtracts below and adds above, sax the other way round. */
  const subtracts = (lane: number): boolean =>
    kind.startsWith('sub') || (kind === 'asx' && lane === 0) || (kind === 'sax' && lane === 1);
  return ({ S }, i) => {
    const n = S[i.n]!;
    const m = S[i.m]!;
    const lane = (v: number, k: number): number => {
      const top = v << (up - k * width);
      return signed ? top >> up : top >>> up;
    };
    let result = 0;
    let ge = 0;
    for (let k = 0; k < count; k++) {
      const b = lane(m, crossed ? 1 - k : k);
      const minus = subtracts(k);
      let v = minus ? lane(n, k) - b : lane(n, k) + b;
      if (prefix === 's' ? v >= 0 : minus ? v >= 0 : v > mask) ge |= width === 8 ? 1 << k : 3 << (2 * k);
      if (prefix.endsWith('h')) v >>= 1;
      else if (prefix.includes('q')) v = v < min ? min : v > max ? max : v;
      result |= (v & mask) << (k * width);
    }
    S[i.d] = result;
    if (prefix === 's' || prefix === 'u') S[GE] = ge;
  };
}

function absoluteDifferences(n: number, m: number): number {
  let sum = 0;
  for (let k = 0; k < 32; k += 8) sum += Math.abs(((n >>> k) & 0xff) - ((m >>> k) & 0xff));
  return sum;
}

/** Dual multiplies: the two products, the second operand's halves exchanged when crossed. */
function products(S: Int32Array, i: Decoded, crossed: boolean): readonly [number, number] {
  const n = S[i.n]!;
  const m = crossed ? rotate(S[i.m]!, 2) : S[i.m]!;
  return [low(n) * low(m), high(n) * high(m)];
}

/** The rounded or plain upper word of Ra:0 plus or minus the product. */
function mostSignificant(sign: 1 | -1, rounds: boolean, adds: boolean): Handler {
  return ({ S }, i) => {
    const n = S[i.n]!;
    const m = S[i.m]!;
    const lo = Math.imul(n, m);
    const hi = mulHighSigned(n, m);
    const base = adds ? S[i.a]! : 0;
    let x = sign > 0 ? base + hi : base - hi - (lo !== 0 ? 1 : 0);
    const rest = sign > 0 ? lo : -lo | 0;
    if (rounds && rest < 0) x++;
    S[i.d] = x;
  };
}

function divide(signed: boolean): Handler {
  return (core: Core, i) => {
    const { S } = core;
    const n = S[i.n]!;
    const m = S[i.m]!;
    if (m === 0) {
      if (core.divideByZero()) return;
      S[i.d] = 0;
    } else S[i.d] = signed ? (n / m) | 0 : ((n >>> 0) / (m >>> 0)) | 0;
  };
}

function reverseBits(v: number): number {
  let x = ((v >>> 1) & 0x55555555) | ((v & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return (x >>> 16) | (x << 16);
}

export const DATA_HANDLERS = new Map<string, Handler>();
const on = (key: string, handler: Handler): void => void DATA_HANDLERS.set(key, handler);

for (const name of [...Object.keys(LOGICAL), ...Object.keys(SUMS)]) on(`${name}.sh`, dataProcessing(name));
for (const [type, name] of ['lsl', 'lsr', 'asr', 'ror'].entries()) {
  on(`${name}.i`, dataProcessing('mov'));
  on(`${name}.rr`, registerShift(type));
}
on('udiv', divide(false));
on('sdiv', divide(true));
on('rbit', ({ S }, i) => void (S[i.d] = reverseBits(S[i.m]!)));
on('rev16', ({ S }, i) => {
  const v = S[i.m]!;
  S[i.d] = ((v & 0x00ff00ff) << 8) | ((v >>> 8) & 0x00ff00ff);
});
on('revsh', ({ S }, i) => {
  const v = S[i.m]!;
  S[i.d] = ((v << 24) >> 16) | ((v >>> 8) & 0xff);
});
on('ssat', saturating(true));
on('usat', saturating(false));
on('ssat16', saturating16(true));
on('usat16', saturating16(false));
on('qadd', saturatingAdd(1, false));
on('qsub', saturatingAdd(-1, false));
on('qdadd', saturatingAdd(1, true));
on('qdsub', saturatingAdd(-1, true));
for (const [signed, letter] of [
  [true, 's'],
  [false, 'u'],
] as const) {
  for (const [adds, middle] of [
    [false, 'xt'],
    [true, 'xta'],
  ] as const) {
    on(`${letter}${middle}b`, extension(signed, 8, adds));
    on(`${letter}${middle}h`, extension(signed, 16, adds));
    on(`${letter}${middle}b16`, extension16(signed, adds));
  }
}
on('smlal', ({ S }, i) => accumulate(S, i, Math.imul(S[i.n]!, S[i.m]!), mulHighSigned(S[i.n]!, S[i.m]!)));
on('umlal', ({ S }, i) => accumulate(S, i, Math.imul(S[i.n]!, S[i.m]!), mulHighUnsigned(S[i.n]!, S[i.m]!)));
on('umaal', ({ S }, i) => {
  const lo = (Math.imul(S[i.n]!, S[i.m]!) >>> 0) + (S[i.d]! >>> 0) + (S[i.a]! >>> 0);
  S[i.a] = mulHighUnsigned(S[i.n]!, S[i.m]!) + Math.floor(lo / 0x1_0000_0000);
  S[i.d] = lo;
});
for (const x of ['bb', 'bt', 'tb', 'tt']) {
  const product = (S: Int32Array, i: Decoded): number => half(S[i.n]!, x[0]) * half(S[i.m]!, x[1]);
  on(`smul${x}`, ({ S }, i) => void (S[i.d] = product(S, i)));
  on(`smla${x}`, ({ S }, i) => void (S[i.d] = addQ(S, S[i.a]!, product(S, i))));
  on(`smlal${x}`, ({ S }, i) => accumulateNumber(S, i, product(S, i)));
}
for (const x of ['b', 't']) {
  const product = (S: Int32Array, i: Decoded): number => Math.floor((S[i.n]! * half(S[i.m]!, x)) / 0x10000);
  on(`smulw${x}`, ({ S }, i) => void (S[i.d] = product(S, i)));
  on(`smlaw${x}`, ({ S }, i) => void (S[i.d] = addQ(S, S[i.a]!, product(S, i))));
}
for (const [crossed, x] of [
  [false, ''],
  [true, 'x'],
] as const) {
  for (const [sign, s] of [
    [1, 'a'],
    [-1, 's'],
  ] as const) {
    const sum = (S: Int32Array, i: Decoded): number => {
      const [a, b] = products(S, i, crossed);
      return a + sign * b;
    };
    // The sum of two products overflows only for SMUAD of four times -32768; SMUSD never sets Q.
    on(`smu${s}d${x}`, ({ S }, i) => void (S[i.d] = addQ(S, 0, sum(S, i))));
    on(`sml${s}d${x}`, ({ S }, i) => void (S[i.d] = addQ(S, S[i.a]!, sum(S, i))));
    on(`sml${s}ld${x}`, ({ S }, i) => accumulateNumber(S, i, sum(S, i)));
  }
}
on('smmul', mostSignificant(1, false, false));
on('smmulr', mostSignificant(1, true, false));
on('smmla', mostSignificant(1, false, true));
on('smmlar', mostSignificant(1, true, true));
on('smmls', mostSignificant(-1, false, true));
on('smmlsr', mostSignificant(-1, true, true));
on('usad8', ({ S }, i) => void (S[i.d] = absoluteDifferences(S[i.n]!, S[i.m]!)));
on('usada8', ({ S }, i) => void (S[i.d] = S[i.a]! + absoluteDifferences(S[i.n]!, S[i.m]!)));
for (const prefix of ['s', 'q', 'sh', 'u', 'uq', 'uh']) {
  for (const kind of ['add8', 'add16', 'asx', 'sax', 'sub8', 'sub16']) on(prefix + kind, parallel(prefix, kind));
}
on('sel', ({ S }, i) => {
  let mask = 0;
  for (let k = 0; k < 4; k++) if ((S[GE]! >>> k) & 1) mask |= 0xff << (8 * k);
  S[i.d] = (S[i.n]! & mask) | (S[i.m]! & ~mask);
});
on('pkhbt', ({ S }, i) => {
  S[i.d] = (S[i.n]! & 0xffff) | ((S[i.m]! << i.amount) & ~0xffff);
});
on('pkhtb', ({ S }, i) => {
  S[i.d] = (S[i.n]! & ~0xffff) | ((S[i.m]! >> Math.min(i.amount, 31)) & 0xffff);
});
