/**
 * Integer instructions against models written from the meaning of the operation alone: one function on whole numbers
 * of any width, applied lane by lane. Operands are random, with the corners of each width among them.
 */
import { describe, expect, it } from 'vitest';
import { ShaderBench } from './testing.ts';

const bench = new ShaderBench();
const ROUNDS = 40;

/** A lane's value and what is known about its width. */
interface Lane {
  readonly bits: bigint;
  readonly signed: boolean;
}
type Model = (lane: Lane, a: bigint, b: bigint, c: bigint) => bigint;

const lowest = ({ bits, signed }: Lane): bigint => (signed ? -(1n << (bits - 1n)) : 0n);
const highest = ({ bits, signed }: Lane): bigint => (1n << (signed ? bits - 1n : bits)) - 1n;
const saturated = (lane: Lane, x: bigint): bigint =>
  x < lowest(lane) ? lowest(lane) : x > highest(lane) ? highest(lane) : x;
const ones = ({ bits }: Lane): bigint => (1n << bits) - 1n;

function leadingZeros({ bits }: Lane, a: bigint): bigint {
  return bits - BigInt(a === 0n ? 0 : a.toString(2).length);
}

/** Halves round down, with rhadd up. */
const half = (x: bigint): bigint => x >> 1n;

const BINARY: Readonly<Record<string, Model>> = {
  IADD: (_, a, b) => a + b,
  ISUB: (_, a, b) => a - b,
  'IADD.saturate': (lane, a, b) => saturated(lane, a + b),
  'ISUB.saturate': (lane, a, b) => saturated(lane, a - b),
  HADD: (_, a, b) => half(a + b),
  'HADD.rhadd': (_, a, b) => half(a + b + 1n),
};

const SHAPES: Readonly<Record<string, { readonly lanes: number; readonly lane: Lane }>> = {
  u32: { lanes: 1, lane: { bits: 32n, signed: false } },
  s32: { lanes: 1, lane: { bits: 32n, signed: true } },
  v2u16: { lanes: 2, lane: { bits: 16n, signed: false } },
  v2s16: { lanes: 2, lane: { bits: 16n, signed: true } },
  v4u8: { lanes: 4, lane: { bits: 8n, signed: false } },
  v4s8: { lanes: 4, lane: { bits: 8n, signed: true } },
};

const CONDITIONS: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

/** Applies a model to the lanes of three words. */
function modelled(model: Model, shape: string, operands: readonly number[]): number {
  const { lanes, lane } = SHAPES[shape]!;
  let out = 0n;
  for (let i = 0n; i < BigInt(lanes); i++) {
    const at = i * lane.bits;
    const [a = 0n, b = 0n, c = 0n] = operands.map((word) => {
      const raw = (BigInt(word >>> 0) >> at) & ones(lane);
      return lane.signed ? BigInt.asIntN(Number(lane.bits), raw) : raw;
    });
    out |= (model(lane, a, b, c) & ones(lane)) << at;
  }
  return Number(out);
}

let state = 0x2545_f491;
function word(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  const corners = [0, 0xffff_ffff, 0x8000_0000, 0x7fff_ffff, 0x8000_7fff, 0x7f80_ff00, 0x0001_0001, 0x8080_8080];
  return (state & 7) === 0 ? corners[(state >>> 8) & 7]! : state >>> 0;
}

function check(text: string, model: Model, shape: string, operands = 2): void {
  for (let round = 0; round < ROUNDS; round++) {
    const values = Array.from({ length: operands }, word);
    if ((round & 3) === 1 && operands > 1) values[1] = values[0]!;
    const got = bench.value(text, ...values) >>> 0;
    expect([text, ...values, got]).toEqual([text, ...values, modelled(model, shape, values)]);
  }
}

describe('integer instructions and their models', () => {
  const binary = Object.entries(BINARY).flatMap(([name, model]) => {
    const [operation = '', modifier] = name.split('.');
    return Object.keys(SHAPES).map((shape) => {
      const text = `${operation}.${shape}${modifier === undefined ? '' : `.${modifier}`} r0, r2, r3`;
      return { text, shape, model };
    });
  });
  it.each(binary)('$text', ({ text, shape, model }) => check(text, model, shape));

  const compare = Object.keys(SHAPES).flatMap((shape) =>
    Object.entries(CONDITIONS).flatMap(([condition, holds]) =>
      (['OR', 'AND'] as const).map((join) => ({ shape, holds, join, text: `ICMP_${join}.${shape}.${condition}.m1` })),
    ),
  );
  it.each(compare)('$text', ({ text, shape, holds, join }) => {
    const result: Model = (lane, a, b, c) => {
      const mask = holds(a, b) ? ones(lane) : 0n;
      return join === 'OR' ? mask | c : mask & c;
    };
    check(`${text} r0, r2, r3, r4`, result, shape, 3);
  });

  it.each(['u32', 'v2u16', 'v4u8'])('CLZ.%s', (shape) => check(`CLZ.${shape} r0, r2`, leadingZeros, shape, 1));

  const shifts = (
    [
      ['i32', 'u32'],
      ['v2i16', 'v2u16'],
      ['v4i8', 'v4u8'],
    ] as const
  ).flatMap(([type, shape]) =>
    (['AND', 'OR', 'XOR'] as const).flatMap((join) =>
      (['L', 'R'] as const).map((way) => ({
        text: `${way}SHIFT_${join}.${type} r0, r2, r3.b00, r4`,
        shape,
        join,
        way,
      })),
    ),
  );
  it.each(shifts)('$text', ({ text, shape, join, way }) => {
    for (let round = 0; round < ROUNDS; round++) {
      const [a, c] = [word(), word()];
      const amount = word() & 0xff;
      const model: Model = (lane, x, y) => {
        const by = BigInt(amount) & (lane.bits - 1n);
        const shifted = way === 'L' ? x << by : x >> by;
        return join === 'AND' ? shifted & y : join === 'OR' ? shifted | y : shifted ^ y;
      };
      expect([text, a, amount, c, bench.value(text, a, amount, c) >>> 0]).toEqual([
        text,
        a,
        amount,
        c,
        modelled(model, shape, [a, c]),
      ]);
    }
  });

  it.each(['v4s8', 'v4u8'])('IDP.%s', (shape) => {
    for (let round = 0; round < ROUNDS; round++) {
      const [a, b, c] = [word(), word(), word()];
      let sum = BigInt(c);
      for (let i = 0n; i < 4n; i++) {
        const lane = (x: number): bigint => {
          const raw = (BigInt(x) >> (8n * i)) & 0xffn;
          return shape === 'v4s8' ? BigInt.asIntN(8, raw) : raw;
        };
        sum += lane(a) * lane(b);
      }
      const text = `IDP.${shape} r0, r2, r3, r4`;
      expect([text, a, b, c, bench.value(text, a, b, c) >>> 0]).toEqual([
        text,
        a,
        b,
        c,
        Number(BigInt.asUintN(32, sum)),
      ]);
    }
  });
});
