/**
 * Instructions that look at other lanes: CLPER reads a value of another lane, WMASK gathers a condition. Lanes that do
 * not execute take no part. The operations `accumulate` and `shift` of CLPER are not public; they read the lane whose
 * number the second source gives, as the plain form does (chosen).
 */
import type { AluFunction, AluTable } from './execute.ts';
import { LANES } from './layout.ts';

const XOR = 1;
/** Position of the operation beside the subgroup size in `MicroOp.select`. */
const OPERATION_SHIFT = 4;
const SIZE_MASK = 0xf;

/** What lanes without a partner get, by the number in the instruction (words; pairs repeat or extend them). */
const INACTIVE: readonly number[] = [
  0x0000_0000, // zero
  0xffff_ffff, // largest unsigned
  0x0000_0001, // 1
  0x0001_0001, // 1 in both halves
  0x8000_0000, // smallest signed
  0x7fff_ffff, // largest signed
  0x8000_8000,
  0x7fff_7fff,
  0x8080_8080,
  0x7f7f_7f7f,
  0x3f80_0000, // 1.0
  0x3c00_3c00,
  0xff80_0000, // -infinity
  0x7f80_0000, // +infinity
  0xfc00_fc00,
  0x7c00_7c00,
];

const scratch = new Int32Array(2 * LANES);

/** Lane that lane `l` reads, or -1. `size` is that of the subgroup, `number` the second source. */
function partner(l: number, number: number, size: number, operation: number, active: number): number {
  const own = l & (size - 1);
  const target = operation === XOR ? own ^ number : number;
  if (target < 0 || target >= size) return -1;
  const lane = (l & ~(size - 1)) | target;
  return (active >>> lane) & 1 ? lane : -1;
}

const clper =
  (rows: 1 | 2): AluFunction =>
  ({ I, active }, op, d, a, b) => {
    const size = 2 << (op.select & SIZE_MASK);
    const operation = op.select >>> OPERATION_SHIFT;
    const otherwise = INACTIVE[op.inactive]! | 0;
    for (let l = 0; l < LANES; l++) {
      const from = partner(l, I[b + l]!, size, operation, active);
      scratch[l] = from < 0 ? otherwise : I[a + from]!;
      if (rows === 2) scratch[LANES + l] = from < 0 ? (op.inactive === 0 ? 0 : otherwise) : I[a + LANES + from]!;
    }
    for (let i = 0; i < rows * LANES; i++) I[d + i] = scratch[i]!;
  };

const wmask: AluFunction = ({ I, active }, op, d, a) => {
  const size = 2 << (op.select & SIZE_MASK);
  for (let first = 0; first < LANES; first += size) {
    let mask = 0;
    for (let l = first; l < first + size; l++) {
      if ((active >>> l) & 1 && I[a + l] !== 0) mask |= 1 << (l - first);
    }
    scratch.fill(mask, first, first + size);
  }
  for (let l = 0; l < LANES; l++) I[d + l] = scratch[l]!;
};

export const CROSS_LANE: AluTable = {
  'CLPER.i32': clper(1),
  'CLPER.v2u16': clper(1),
  'CLPER.v4u8': clper(1),
  'CLPER.s32': clper(1),
  'CLPER.v2s16': clper(1),
  'CLPER.v4s8': clper(1),
  'CLPER.u64': clper(2),
  'CLPER.s64': clper(2),
  WMASK: wmask,
};
