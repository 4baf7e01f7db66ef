/**
 * Integer instructions on four lanes: what the interpreter's functions of the same names do (execute-integer.ts,
 * execute-bits.ts, execute-compare.ts, execute-wide.ts). Saturation and other rare forms are left to them.
 */
import { LANES, UNIFORM_ROW } from '../layout.ts';
import type { MicroOp } from '../micro-op.ts';
import { sourceOf, type Quad } from './quad.ts';
import { floatTest, low16, type Template } from './templates-float.ts';
import { i, int, lane, putLane, shuffle, splat, v, W, type Code, type VectorName } from './wasm.ts';

const ZERO = splat(0);
const ONES = splat(-1);

const plain =
  (name: VectorName): Template =>
  (q, op) =>
    op.flag ? undefined : v(name, q.s(0), q.s(1));

/** Which bits a later `and`, `or` or `xor` combines. */
const COMBINE = { AND: 'v128.and', OR: 'v128.or', XOR: 'v128.xor' } as const;
type Combine = keyof typeof COMBINE;

function combined(op: MicroOp, q: Quad, shifted: Code, how: Combine): Code {
  const other = q.constant(2);
  const nothing = other === (how === 'AND' ? -1 : 0);
  const value = nothing ? shifted : v(COMBINE[how], shifted, q.s(2));
  return op.flag ? v('v128.not', value) : value;
}

/** True for a source that is the same in all lanes though not known. */
function isUniform(op: MicroOp, n: number): boolean {
  const [row, mask] = sourceOf(op, n);
  return mask === 0 && row >= UNIFORM_ROW * LANES;
}

const SCALAR = { left: W.shl, right: W.shrU, arithmetic: [0x75] } as const;
const VECTOR = { left: 'i32x4.shl', right: 'i32x4.shr_u', arithmetic: 'i32x4.shr_s' } as const;
const VECTOR_16 = { left: 'i16x8.shl', right: 'i16x8.shr_u', arithmetic: 'i16x8.shr_s' } as const;
type Direction = keyof typeof SCALAR;

const directionOf = (leftwards: boolean, op: MicroOp): Direction =>
  leftwards ? 'left' : op.select === 1 ? 'arithmetic' : 'right';

const shift =
  (leftwards: boolean, how: Combine): Template =>
  (q, op) => {
    const direction = directionOf(leftwards, op);
    const amount = q.constant(1);
    const a = q.s(0);
    if (amount !== undefined) {
      const shifted = (amount & 31) === 0 ? a : v(VECTOR[direction], a, int(amount & 31));
      return combined(op, q, shifted, how);
    }
    const b = q.s(1);
    if (isUniform(op, 1)) return combined(op, q, v(VECTOR[direction], a, lane(0, b)), how);
    let shifted: Code = ZERO;
    for (let l = 0; l < 4; l++) shifted = putLane(l, shifted, i(SCALAR[direction], lane(l, a), lane(l, b)));
    return combined(op, q, shifted, how);
  };

const shift16 =
  (leftwards: boolean, how: Combine): Template =>
  (q, op) => {
    const amount = q.constant(1);
    if (amount === undefined || ((amount ^ (amount >>> 16)) & 15) !== 0) return undefined;
    return combined(op, q, v(VECTOR_16[directionOf(leftwards, op)], q.s(0), int(amount & 15)), how);
  };

function shifts(): Record<string, Template> {
  const table: Record<string, Template> = {};
  for (const how of ['AND', 'OR', 'XOR'] as const) {
    for (const leftwards of [true, false]) {
      const key = `${leftwards ? 'L' : 'R'}SHIFT_${how}`;
      table[`${key}.i32`] = shift(leftwards, how);
      table[`${key}.v2i16`] = shift16(leftwards, how);
    }
  }
  return table;
}

const NAMES = {
  s32: ['i32x4.eq', 'i32x4.gt_s', 'i32x4.ge_s', 'i32x4.ne', 'i32x4.lt_s', 'i32x4.le_s', 'i32x4.ne'],
  u32: ['i32x4.eq', 'i32x4.gt_u', 'i32x4.ge_u', 'i32x4.ne', 'i32x4.lt_u', 'i32x4.le_u', 'i32x4.ne'],
  s16: ['i16x8.eq', 'i16x8.gt_s', 'i16x8.ge_s', 'i16x8.ne', 'i16x8.lt_s', 'i16x8.le_s', 'i16x8.ne'],
  u16: ['i16x8.eq', 'i16x8.gt_u', 'i16x8.ge_u', 'i16x8.ne', 'i16x8.lt_u', 'i16x8.le_u', 'i16x8.ne'],
} as const;
type Element = keyof typeof NAMES;

/** Elements where a condition holds. */
function test(q: Quad, element: Element, condition: number): Code {
  const name = NAMES[element][condition];
  return name === undefined ? ONES : v(name, q.s(0), q.s(1));
}

/** What a true comparison gives: 1, 1.0, all ones, 1. */
const TRUTH_32 = [1, 0x3f80_0000, -1, 1] as const;
const TRUTH_16 = [0x0001_0001, 0x3c00_3c00, -1, 0x0001_0001] as const;

function joined(q: Quad, op: MicroOp, holds: Code, truth: number, how: 'AND' | 'OR'): Code {
  const value = truth === -1 ? holds : v('v128.and', holds, splat(truth));
  const other = q.constant(2);
  return how === 'OR' && other === 0 ? value : v(COMBINE[how], value, q.s(2));
}

const compare =
  (element: Element, how: 'AND' | 'OR'): Template =>
  (q, op) => {
    const truth = (element.endsWith('16') ? TRUTH_16 : TRUTH_32)[op.result];
    return truth === undefined ? undefined : joined(q, op, test(q, element, op.condition), truth, how);
  };

const compareFloat =
  (how: 'AND' | 'OR'): Template =>
  (q, op) => {
    const truth = TRUTH_32[op.result];
    return truth === undefined ? undefined : joined(q, op, floatTest(q, op.condition), truth, how);
  };

const FIRST_STEP = 3;
/** The second step of a 64-bit comparison: the high words decide unless they are equal. */
const multi =
  (element: 's32' | 'u32'): Template =>
  (q, op) => {
    const truth = TRUTH_32[op.result];
    if (truth === undefined) return undefined;
    const holds = test(q, element, op.condition);
    if (op.result === FIRST_STEP) return v('v128.and', holds, splat(1));
    const below = v('i32x4.ne', q.s(2), ZERO);
    const decided = v('v128.bitselect', below, holds, v('i32x4.eq', q.s(0), q.s(1)));
    return v('v128.and', decided, splat(truth));
  };

const select =
  (element: Element): Template =>
  (q, op) =>
    v('v128.bitselect', q.s(2), q.s(3), test(q, element, op.condition));

const MUX_NEG = 0;
const MUX_INT_ZERO = 1;
const MUX_FP_ZERO = 2;

const mux =
  (width: 32 | 16): Template =>
  (q, op) => {
    const [a, b, c] = [q.s(0), q.s(1), q.s(2)];
    const equal = width === 32 ? 'i32x4.eq' : 'i16x8.eq';
    switch (op.select) {
      case MUX_NEG:
        return v('v128.bitselect', a, b, v(width === 32 ? 'i32x4.shr_s' : 'i16x8.shr_s', c, int(width - 1)));
      case MUX_INT_ZERO:
        return v('v128.bitselect', a, b, v(equal, c, ZERO));
      case MUX_FP_ZERO: {
        const size = v('v128.and', c, splat(width === 32 ? 0x7fff_ffff : 0x7fff_7fff));
        return v('v128.bitselect', a, b, v(equal, size, ZERO));
      }
      default:
        return v('v128.bitselect', a, b, c);
    }
  };

const addWide =
  (subtracts: boolean): Template =>
  (q, op) => {
    if (op.flag) return undefined;
    const [a, b, ah, bh] = [q.s(0), q.s(1), q.high(0), q.high(1)];
    return subtracts ? difference(q, a, ah, b, bh) : sum(q, a, ah, b, bh);
  };

/** The mask of a carry is -1, so it is subtracted. */
function sum(q: Quad, a: Code, ah: Code, b: Code, bh: Code): readonly [Code, Code] {
  const low = q.keep(v('i32x4.add', a, b));
  return [low, v('i32x4.sub', v('i32x4.add', ah, bh), v('i32x4.lt_u', low, a))];
}

function difference(q: Quad, a: Code, ah: Code, b: Code, bh: Code): readonly [Code, Code] {
  const low = q.keep(v('i32x4.sub', a, b));
  return [low, v('i32x4.add', v('i32x4.sub', ah, bh), v('i32x4.lt_u', a, b))];
}

const addShifted: Template = (q, op) => {
  const n = op.imm;
  const [a, ah, b, bh] = [q.s(0), q.high(0), q.s(1), q.high(1)];
  if (n === 0) return sum(q, a, ah, b, bh);
  const up = v('v128.or', v('i32x4.shl', bh, int(n)), v('i32x4.shr_u', b, int(32 - n)));
  return sum(q, a, ah, q.keep(v('i32x4.shl', b, int(n))), q.keep(up));
};

const segmentAdd: Template = (q, op) => {
  if (op.flag) return undefined;
  const [a, ah, b, bh] = [q.s(0), q.high(0), q.s(1), q.high(1)];
  return op.select === 1 ? difference(q, a, ah, b, bh) : sum(q, a, ah, b, bh);
};

const EVEN_WORDS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const ODD_WORDS = EVEN_WORDS.map((b) => b + 4);

const multiplyLong: Template = (q) => {
  const [a, b] = [q.s(0), q.s(1)];
  const low = q.keep(v('i64x2.extmul_low_i32x4_u', a, b));
  const high = q.keep(v('i64x2.extmul_high_i32x4_u', a, b));
  return [shuffle(low, high, EVEN_WORDS), shuffle(low, high, ODD_WORDS)];
};

const CLZ = [0x67];

export const INTEGER_TEMPLATES: Readonly<Record<string, Template>> = {
  'MOV.i32': (q) => q.s(0),
  'IADD_IMM.i32': (q, op) => (q.constant(0) === 0 ? splat(op.imm | 0) : v('i32x4.add', q.s(0), splat(op.imm | 0))),
  'IADD_IMM.v2i16': (q, op) => v('i16x8.add', q.s(0), splat(op.imm | 0)),
  'IADD_IMM.v4i8': (q, op) => v('i8x16.add', q.s(0), splat(op.imm | 0)),
  'IADD.u32': plain('i32x4.add'),
  'IADD.s32': plain('i32x4.add'),
  'IADD.v2u16': plain('i16x8.add'),
  'IADD.v2s16': plain('i16x8.add'),
  'IADD.v4u8': plain('i8x16.add'),
  'IADD.v4s8': plain('i8x16.add'),
  'ISUB.u32': plain('i32x4.sub'),
  'ISUB.s32': plain('i32x4.sub'),
  'ISUB.v2u16': plain('i16x8.sub'),
  'ISUB.v2s16': plain('i16x8.sub'),
  'ISUB.v4u8': plain('i8x16.sub'),
  'ISUB.v4s8': plain('i8x16.sub'),
  'IMUL.i32': plain('i32x4.mul'),
  'IMUL.s32': plain('i32x4.mul'),
  'IMUL.v2i16': plain('i16x8.mul'),
  'IMUL.v2s16': plain('i16x8.mul'),
  'IABS.s32': (q) => v('i32x4.abs', q.s(0)),
  'MUX.i32': mux(32),
  'MUX.v2i16': mux(16),
  'MKVEC.v2i16': (q) => v('v128.or', v('v128.and', q.s(0), splat(0xffff)), v('i32x4.shl', q.s(1), int(16))),
  'MKVEC.v2i8': (q) => {
    const low = v('v128.and', q.s(0), splat(0xff));
    const next = v('i32x4.shl', v('v128.and', q.s(1), splat(0xff)), int(8));
    return v('v128.or', v('v128.or', low, next), v('i32x4.shl', q.s(2), int(16)));
  },
  U8_TO_U32: (q) => q.s(0),
  S8_TO_S32: (q) => q.s(0),
  U16_TO_U32: (q) => low16(q.s(0), false),
  S16_TO_S32: (q) => low16(q.s(0), true),
  ...shifts(),
  'NOT_OLD.i32': (q) => v('v128.not', q.s(0)),
  'NOT_OLD.i64': (q) => [v('v128.not', q.s(0)), v('v128.not', q.high(0))],
  'CLZ.u32': (q) => {
    const a = q.s(0);
    let out: Code = ZERO;
    for (let l = 0; l < 4; l++) out = putLane(l, out, i(CLZ, lane(l, a)));
    return out;
  },
  'POPCOUNT.i32': (q) =>
    v('i32x4.extadd_pairwise_i16x8_u', v('i16x8.extadd_pairwise_i8x16_u', v('i8x16.popcnt', q.s(0)))),
  'ICMP_OR.u32': compare('u32', 'OR'),
  'ICMP_AND.u32': compare('u32', 'AND'),
  'ICMP_OR.s32': compare('s32', 'OR'),
  'ICMP_AND.s32': compare('s32', 'AND'),
  'ICMP_MULTI.u32': multi('u32'),
  'ICMP_MULTI.s32': multi('s32'),
  'ICMP_OR.v2u16': compare('u16', 'OR'),
  'ICMP_AND.v2u16': compare('u16', 'AND'),
  'ICMP_OR.v2s16': compare('s16', 'OR'),
  'ICMP_AND.v2s16': compare('s16', 'AND'),
  'FCMP_OR.f32': compareFloat('OR'),
  'FCMP_AND.f32': compareFloat('AND'),
  'CSEL.u32': select('u32'),
  'CSEL.s32': select('s32'),
  'CSEL.f32': (q, op) => v('v128.bitselect', q.s(2), q.s(3), floatTest(q, op.condition)),
  'CSEL.v2u16': select('u16'),
  'CSEL.v2s16': select('s16'),
  'IADD.u64': addWide(false),
  'IADD.s64': addWide(false),
  'ISUB.u64': addWide(true),
  'ISUB.s64': addWide(true),
  'IMULD.u64': multiplyLong,
  'SHADDX.u64': addShifted,
  'SHADDX.s64': addShifted,
  'SEG_ADD.u64': segmentAdd,
};
