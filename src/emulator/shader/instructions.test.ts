/** Each instruction alone: r2, r3, r4, r5 hold the operands, r0 (and r1) the result. */
import { describe, expect, it } from 'vitest';
import { f, ShaderBench } from './testing.ts';

const bench = new ShaderBench();
const hex = (x: number): string => `0x${(x >>> 0).toString(16).padStart(8, '0')}`;

const NAN = 0x7fc0_0000;
const INF = 0x7f80_0000;
const NINF = 0xff80_0000;
const MINUS_ZERO = 0x8000_0000;
const ANY_NAN = 0x7f80_0001;

type Row = readonly [text: string, operands: readonly number[], result: number];

const INTEGER: readonly Row[] = [
  ['MOV.i32 r0, r2', [0x1234_5678], 0x1234_5678],
  ['IADD.u32 r0, r2, r3', [0xffff_ffff, 2], 1],
  ['IADD.u32.saturate r0, r2, r3', [0xffff_ffff, 2], 0xffff_ffff],
  ['IADD.s32.saturate r0, r2, r3', [0x7fff_ffff, 1], 0x7fff_ffff],
  ['IADD.s32.saturate r0, r2, r3', [0x8000_0000, -1], 0x8000_0000],
  ['IADD.s32 r0, r2.h1, r3.b2', [0x8000_0000, 0x00ff_0000], 0xffff_7fff],
  ['IADD.u32 r0, r2.h1, r3.b2', [0x8000_0000, 0x00ff_0000], 0x0000_80ff],
  ['IADD.v2u16 r0, r2, r3', [0xffff_0001, 0x0001_0001], 0x0000_0002],
  ['IADD.v2u16.saturate r0, r2, r3', [0xffff_0001, 0x0001_0001], 0xffff_0002],
  ['IADD.v2s16.saturate r0, r2, r3', [0x8000_7fff, 0xffff_0001], 0x8000_7fff],
  ['IADD.v2s16 r0, r2.h10, r3', [0x1111_2222, 0], 0x2222_1111],
  ['IADD.v4u8 r0, r2, r3', [0xff01_0203, 0x0101_0101], 0x0002_0304],
  ['IADD.v4s8.saturate r0, r2, r3', [0x7f80_0000, 0x01ff_0000], 0x7f80_0000],
  ['IADD.v4u8 r0, r2.b3210, r3', [0x0403_0201, 0], 0x0102_0304],
  ['ISUB.u32.saturate r0, r2, r3', [1, 2], 0],
  ['ISUB.s32 r0, r2, r3', [1, 2], -1],
  ['ISUB.v2s16 r0, r2, r3', [0x0000_0001, 0x0001_0002], 0xffff_ffff],
  ['IADD_IMM.i32 r0, r2, #0xFFFFFFFF', [5], 4],
  ['IADD_IMM.v2i16 r0, r2, #0x1FFFF', [0x0001_0001], 0x0002_0000],
  ['IADD_IMM.v4i8 r0, r2, #0x010101FF', [0x0000_0001], 0x0101_0100],
  ['IMUL.i32 r0, r2, r3', [0x1_0001, 0x1_0001], 0x0002_0001],
  ['IMUL.s32.saturate r0, r2, r3', [0x4000_0000, -4], 0x8000_0000],
  ['IMUL.v2i16 r0, r2, r3', [0x0003_0100, 0x0005_0100], 0x000f_0000],
  ['HADD.u32 r0, r2, r3', [0xffff_ffff, 0xffff_fffe], 0xffff_fffe],
  ['HADD.u32.rhadd r0, r2, r3', [0xffff_ffff, 0xffff_fffe], 0xffff_ffff],
  ['HADD.s32 r0, r2, r3', [-1, -2], -2],
  ['HADD.v2u16 r0, r2, r3', [0xffff_0001, 0xffff_0002], 0xffff_0001],
  ['IABS.s32 r0, r2', [0x8000_0000], 0x8000_0000],
  ['IABS.s32 r0, r2', [-5], 5],
  ['IABS.v2s16 r0, r2', [0x8000_ffff], 0x8000_0001],
  ['CLZ.u32 r0, r2', [0], 32],
  ['CLZ.u32 r0, r2', [0x0001_0000], 15],
  ['CLZ.v2u16 r0, r2', [0x0001_0000], 0x000f_0010],
  ['CLZ.v4u8 r0, r2', [0xff01_0080], 0x0007_0800],
  ['POPCOUNT.i32 r0, r2', [0xf0f0_0001], 9],
  ['BITREV.i32 r0, r2', [0x8000_0003], 0xc000_0001],
  ['NOT_OLD.i32 r0, r2', [0xf0f0_f0f0], 0x0f0f_0f0f],
  ['MKVEC.v2i16 r0, r2, r3', [0x1111_2222, 0x3333_4444], 0x4444_2222],
  ['MKVEC.v2i16 r0, r2.h11, r3.h00', [0x1111_2222, 0x3333_4444], 0x4444_1111],
  ['MKVEC.v2i8 r0, r2.b1, r3.b2, r4', [0x1122_3344, 0x5566_7788, 0xaaaa_bbbb], 0xbbbb_6633],
  ['MUX.i32 r0, r2, r3, r4', [1, 2, 0], 1],
  ['MUX.i32 r0, r2, r3, r4', [1, 2, 5], 2],
  ['MUX.i32.neg r0, r2, r3, r4', [1, 2, 0x8000_0000], 1],
  ['MUX.i32.fp_zero r0, r2, r3, r4', [1, 2, MINUS_ZERO], 1],
  ['MUX.i32.bit r0, r2, r3, r4', [0xffff_0000, 0x1234_5678, 0x00ff_00ff], 0x12ff_5600],
  ['MUX.v2i16 r0, r2, r3, r4', [0x1111_1111, 0x2222_2222, 0x0000_0001], 0x1111_2222],
  ['IDP.v4s8 r0, r2, r3, r4', [0x01ff_0203, 0x0101_0101, 10], 15],
  ['IDP.v4u8 r0, r2, r3, r4', [0x01ff_0203, 0x0101_0101, 10], 271],
  ['U8_TO_U32 r0, r2.b1', [0x1234_ff78], 0xff],
  ['S8_TO_S32 r0, r2.b1', [0x1234_ff78], -1],
  ['U16_TO_U32 r0, r2.h11', [0xfffe_0001], 0xfffe],
  ['S16_TO_S32 r0, r2.h11', [0xfffe_0001], -2],
  ['V2U8_TO_V2U16 r0, r2.b31', [0xfe34_ff78], 0x00ff_00fe],
  ['V2S8_TO_V2S16 r0, r2.b31', [0xfe34_ff78], 0xffff_fffe],
];

const SHIFTS: readonly Row[] = [
  ['LSHIFT_OR.i32 r0, r2, r3.b00, r4', [1, 33, 8], 10],
  ['LSHIFT_AND.i32 r0, r2, r3.b11, r4', [0xff, 0x0400, 0xf0], 0xf0],
  ['LSHIFT_XOR.i32 r0, r2, r3.b02, r4', [1, 0x0005_0002, 1], 5],
  ['LSHIFT_OR.i32.not_result r0, r2, r3.b00, r4', [1, 0, 0], 0xffff_fffe],
  ['LSHIFT_OR.i32 r0, r2, r3.b00, r4.not', [0, 0, 0xf], 0xffff_fff0],
  ['RSHIFT_OR.i32 r0, r2, r3.b00, r4', [0x8000_0000, 31, 0], 1],
  ['RSHIFT_OR.i32.signed r0, r2, r3.b00, r4', [0x8000_0000, 31, 0], -1],
  ['RSHIFT_AND.i32.signed r0, r2, r3.b00, r4', [0x8000_0000, 28, 0xff], 0xf8],
  ['RSHIFT_XOR.i32 r0, r2, r3.b33, r4', [0x100, 0x0400_0000, 1], 0x11],
  ['LSHIFT_OR.v2i16 r0, r2, r3.b02, r4', [0x0001_0001, 0x0004_0013, 0], 0x0010_0008],
  ['RSHIFT_OR.v2i16.signed r0, r2, r3.b00, r4', [0x8000_4000, 14, 0], 0xfffe_0001],
  ['LSHIFT_OR.v4i8 r0, r2, r3.b00, r4', [0x0101_0181, 9, 0], 0x0202_0202],
  ['RSHIFT_OR.v4i8 r0, r2, r3.b00, r4', [0x8040_2010, 4, 0], 0x0804_0201],
];

const COMPARE: readonly Row[] = [
  ['ICMP_OR.u32.lt.m1 r0, r2, r3, 0x0', [1, 0xffff_ffff], -1],
  ['ICMP_OR.s32.lt.m1 r0, r2, r3, 0x0', [1, 0xffff_ffff], 0],
  ['ICMP_OR.u32.ge.i1 r0, r2, r3, 0x0', [3, 3], 1],
  ['ICMP_OR.u32.gt.f1 r0, r2, r3, 0x0', [4, 3], 0x3f80_0000],
  ['ICMP_AND.u32.ne.m1 r0, r2, r3, r4', [4, 3, 0xf0], 0xf0],
  ['ICMP_OR.u32.eq.m1 r0, r2, r3, r4', [4, 3, 0xf0], 0xf0],
  ['ICMP_OR.v2u16.eq.m1 r0, r2, r3, 0x0', [0x0001_0002, 0x0001_0003], 0xffff_0000],
  ['ICMP_OR.v2s16.lt.f1 r0, r2, r3, 0x0', [0xffff_0001, 0x0000_0000], 0x3c00_0000],
  ['ICMP_OR.v4s8.lt.m1 r0, r2, r3, 0x0', [0xff01_8000, 0], 0xff00_ff00],
  ['ICMP_MULTI.u32.lt.u1 r0, r2, r3, 0x0', [1, 2], 1],
  ['ICMP_MULTI.s32.lt.m1 r0, r2, r3, r4', [5, 5, 1], -1],
  ['ICMP_MULTI.s32.lt.m1 r0, r2, r3, r4', [6, 5, 1], 0],
  ['ICMP_MULTI.s32.lt.m1 r0, r2, r3, r4', [-1, 0, 0], -1],
  ['FCMP_OR.f32.lt.m1 r0, r2, r3, 0x0', [f(-1), f(1)], -1],
  ['FCMP_OR.f32.eq.m1 r0, r2, r3, 0x0', [MINUS_ZERO, 0], -1],
  ['FCMP_OR.f32.ne.m1 r0, r2, r3, 0x0', [NAN, NAN], -1],
  ['FCMP_OR.f32.gtlt.m1 r0, r2, r3, 0x0', [NAN, f(1)], 0],
  ['FCMP_OR.f32.total.m1 r0, r2, r3, 0x0', [NAN, f(1)], 0],
  ['FCMP_OR.f32.total.i1 r0, r2, r3, 0x0', [f(2), f(1)], 1],
  ['FCMP_OR.f32.gt.m1 r0, r2.abs, r3.neg, 0x0', [f(-3), f(2)], -1],
  ['FCMP_AND.f32.gt.f1 r0, r2.h1, r3, r4', [0x4000_0000, f(1), -1], 0x3f80_0000],
  ['FCMP_OR.v2f16.lt.m1 r0, r2, r3, 0x0', [0x7e00_bc00, 0x3c00_0000], 0x0000_ffff],
  ['CSEL.u32.eq r0, r2, r3, r4, r5', [1, 1, 10, 20], 10],
  ['CSEL.u32.lt r0, r2, r3, r4, r5', [0xffff_ffff, 1, 10, 20], 20],
  ['CSEL.s32.lt r0, r2, r3, r4, r5', [0xffff_ffff, 1, 10, 20], 10],
  ['CSEL.f32.gt r0, r2, r3, r4, r5', [NAN, 0, ANY_NAN, 20], 20],
  ['CSEL.f32.ne r0, r2, r3, r4, r5', [NAN, 0, ANY_NAN, 20], ANY_NAN],
  ['CSEL.v2s16.lt r0, r2, r3, r4, r5', [0xffff_0002, 0x0000_0000, 0x1111_2222, 0x3333_4444], 0x1111_4444],
  ['CSEL.v2f16.lt r0, r2, r3, r4, r5', [0xbc00_3c00, 0x0000_0000, 0x1111_2222, 0x3333_4444], 0x1111_4444],
];

const FLOAT: readonly Row[] = [
  ['FADD.f32 r0, r2, r3', [f(1), f(2)], f(3)],
  ['FADD.f32 r0, r2, r3', [0x0000_0001, 0x0000_0001], 0x0000_0002],
  ['FADD.f32 r0, r2, r3', [MINUS_ZERO, 0], 0],
  ['FADD.f32 r0, r2, r3', [MINUS_ZERO, MINUS_ZERO], MINUS_ZERO],
  ['FADD.f32 r0, r2, r3', [INF, NINF], NAN],
  ['FADD.f32 r0, r2, r3', [ANY_NAN, f(1)], NAN],
  ['FADD.f32 r0, r2, r3', [0x7f7f_ffff, 0x7f7f_ffff], INF],
  ['FADD.f32.clamp_0_1 r0, r2, r3', [f(1), f(1)], f(1)],
  ['FADD.f32.clamp_0_1 r0, r2, r3', [NAN, f(1)], 0],
  ['FADD.f32.clamp_m1_1 r0, r2, r3', [NAN, f(1)], f(-1)],
  ['FADD.f32.clamp_0_inf r0, r2, r3', [MINUS_ZERO, MINUS_ZERO], 0],
  ['FADD.f32 r0, r2.neg, r3.abs', [f(1), f(-3)], f(2)],
  ['FADD.f32 r0, r2.h0, r3.neg.h1', [0x0000_3c00, 0x4000_0000], f(-1)],
  ['FADD_IMM.f32 r0, r2, #0x3F800000', [f(2)], f(3)],
  ['FMA.f32 r0, r2, r3, r4', [f(3), f(5), f(-15)], 0],
  ['FMA.f32 r0, r2, r3, 0x0.neg', [f(-0), f(5)], MINUS_ZERO],
  ['FMA.f32 r0, r2, r3, r4', [INF, 0, f(1)], NAN],
  ['FMA.f32 r0, r2, r3, r4', [0x3f80_0001, 0x3f80_0001, f(-1)], 0x3480_0000],
  // A tie that only the tiny addend breaks: a sum rounded to a double first would get it wrong.
  ['FMA.f32 r0, r2, r3, r4', [f(1 + 2 ** -12), f(1 + 2 ** -12), f(2 ** -80)], f(1 + 2 ** -11 + 2 ** -23)],
  ['FMA.f32 r0, r2, r3, r4', [f(1 + 2 ** -12), f(1 + 2 ** -12), f(-(2 ** -80))], f(1 + 2 ** -11)],
  ['FMIN.f32 r0, r2, r3', [NAN, f(5)], f(5)],
  ['FMAX.f32 r0, r2, r3', [f(5), ANY_NAN], f(5)],
  ['FMIN.f32 r0, r2, r3', [0, MINUS_ZERO], MINUS_ZERO],
  ['FMAX.f32 r0, r2, r3', [MINUS_ZERO, 0], 0],
  ['FMIN.f32 r0, r2, r3', [ANY_NAN, ANY_NAN], NAN],
  ['FRCP.f32 r0, r2', [f(3)], f(1 / 3)],
  ['FRCP.f32 r0, r2', [MINUS_ZERO], NINF],
  ['FRCP.f32 r0, r2', [NINF], MINUS_ZERO],
  ['FRSQ.f32 r0, r2', [f(4)], f(0.5)],
  ['FRSQ.f32 r0, r2', [f(-1)], NAN],
  ['FRSQ.f32 r0, r2', [MINUS_ZERO], NINF],
  ['FRSQ.f32 r0, r2', [INF], 0],
  ['FRCP.f16 r0, r2.h11', [0x4000_0000], 0x3800],
  ['FRSQ.f16 r0, r2', [0x4400], 0x3800],
  ['FROUND.f32 r0, r2', [f(2.5)], f(2)],
  ['FROUND.f32 r0, r2', [f(-0.5)], MINUS_ZERO],
  ['FROUND.f32 r0, r2', [f(3.5)], f(4)],
  ['FROUND.f32.rtp r0, r2', [f(-0.5)], MINUS_ZERO],
  ['FROUND.f32.rtn r0, r2', [f(-0.5)], f(-1)],
  ['FROUND.f32.rtz r0, r2', [f(-1.75)], f(-1)],
  ['FROUND.f32 r0, r2', [ANY_NAN], NAN],
  ['LDEXP.f32 r0, r2, r3', [f(1.5), 4], f(24)],
  ['LDEXP.f32 r0, r2, r3', [f(1), -149], 1],
  ['LDEXP.f32 r0, r2, r3', [f(1), -150], 0],
  ['LDEXP.f32.rtp r0, r2, r3', [f(1), -1000], 1],
  ['LDEXP.f32.rtz r0, r2, r3', [f(1), 1000], 0x7f7f_ffff],
  ['LDEXP.f32 r0, r2, r3', [0x0000_0001, 0x7fff_ffff], INF],
  ['FREXPM.f32 r0, r2', [f(12)], f(0.75)],
  ['FREXPE.f32 r0, r2', [f(12)], 4],
  ['FREXPM.f32 r0, r2', [0x0000_0001], f(0.5)],
  ['FREXPE.f32 r0, r2', [0x0000_0001], -148],
  ['FREXPM.f32 r0, r2', [MINUS_ZERO], MINUS_ZERO],
  ['FREXPE.f32 r0, r2', [INF], 0],
  ['FREXPM.f32.log r0, r2', [f(1)], f(1)],
  ['FREXPE.f32.log r0, r2', [f(1)], 0],
  ['FREXPM.f32.log r0, r2', [f(1.75)], f(0.875)],
  ['FREXPM.f32.sqrt r0, r2', [f(8)], f(0.5)],
  ['FREXPE.f32.sqrt r0, r2', [f(8)], 2],
  ['FMA_RSCALE.f32 r0, r2, r3, r4, r5', [f(3), f(5), f(1), 4], f(256)],
  ['FMA_RSCALE.f32.clamp_0_1 r0, r2, r3, r4, r5', [f(3), f(5), f(1), 4], f(1)],
  ['FMA_RSCALE_N.f32 r0, r2, r3, r4, r5', [0, INF, f(1), 1], f(2)],
  ['FMA_RSCALE_LEFT.f32 r0, r2, r3, r4, r5', [f(7), 0, f(1), 1], f(16)],
  ['FMA_RSCALE_SCALE16.f32 r0, r2, r3, r4, r5', [f(1), f(1), 0, 0x0001_ffff], f(0.5)],
  ['FADD_LSCALE.f32 r0, r2, r3', [f(-1), f(5)], f(0.25)],
  ['FEXP.f32 r0, r2, r3', [3 << 24, f(3 * 2 ** 24)], f(8)],
  ['FEXP.f32 r0, r2, r3', [0x7fff_ffff, INF], INF],
  ['FEXP.f32 r0, r2, r3', [0x8000_0000, NINF], 0],
  ['FEXP.f32 r0, r2, r3', [0, NAN], NAN],
  ['FEXP.f32 r0, r2, r3', [0x8000_0000, f(-149 * 2 ** 24)], 1],
  ['FLOGD.f32 r0, r2', [f(1)], f(1 / Math.LN2)],
  ['FLOGD.f32 r0, r2', [0], INF],
  ['FLOGD.f32 r0, r2', [f(-1)], NAN],
  ['FSIN_TABLE.u6 r0, r2', [16], f(1)],
  ['FSIN_TABLE.u6 r0, r2', [48], f(-1)],
  ['FCOS_TABLE.u6 r0, r2', [64], f(1)],
];

const HALF: readonly Row[] = [
  ['FADD.v2f16 r0, r2, r3', [0x3c00_4000, 0x3c00_3c00], 0x4000_4200],
  ['FADD.v2f16 r0, r2, r3', [0x7bff_0001, 0x7bff_0001], 0x7c00_0002],
  ['FADD.v2f16 r0, r2.h10, r3.neg', [0x3c00_4000, 0x3c00_3c00], 0x3c00_0000],
  ['FADD.v2f16.clamp_0_1 r0, r2, r3', [0x3c00_7e00, 0x3c00_3c00], 0x3c00_0000],
  ['FADD_IMM.v2f16 r0, r2, #0x3C004000', [0x3c00_3c00], 0x4000_4200],
  ['FMA.v2f16 r0, r2, r3, r4', [0x3c01_4000, 0x3c01_4200, 0xbc00_3c00], 0x1800_4700],
  ['FMIN.v2f16 r0, r2, r3', [0x7e00_0000, 0x3c00_8000], 0x3c00_8000],
  ['FMAX.v2f16 r0, r2, r3', [0x7e00_0000, 0x3c00_8000], 0x3c00_0000],
  ['LDEXP.v2f16 r0, r2, r3', [0x3c00_3c00, 0xffe8_0001], 0x0001_4000],
  ['FROUND.v2f16 r0, r2', [0x4100_3e00], 0x4000_4000],
  ['F16_TO_F32 r0, r2.h1', [0x0001_0000], 0x3380_0000],
  ['F16_TO_F32 r0, r2.neg.h0', [0x7d00], NAN],
  ['V2F32_TO_V2F16 r0, r2, r3', [f(1), f(65520)], 0x7c00_3c00],
  ['V2F32_TO_V2F16.rtz r0, r2, r3', [f(-1e30), f(65520)], 0x7bff_fbff],
  ['V2F32_TO_V2F16 r0, r2.neg, r3', [f(1), f(2 ** -25)], 0x0000_bc00],
  ['V2F32_TO_V2F16.rtp r0, r2, r3', [f(1), f(2 ** -30)], 0x0001_3c00],
  ['FREXPM.v2f16 r0, r2', [0x4600_0001], 0x3a00_3800],
  ['FREXPE.v2f16 r0, r2', [0x4600_0001], 0x0003_ffe9],
];

const CONVERT: readonly Row[] = [
  ['F32_TO_S32 r0, r2', [f(2.5)], 2],
  ['F32_TO_S32.rtz r0, r2', [f(-2.9)], -2],
  ['F32_TO_S32 r0, r2', [f(1e30)], 0x7fff_ffff],
  ['F32_TO_S32 r0, r2', [f(-1e30)], 0x8000_0000],
  ['F32_TO_S32 r0, r2', [NAN], 0],
  ['F32_TO_U32 r0, r2', [f(-3)], 0],
  ['F32_TO_U32 r0, r2', [f(4e9)], 4_000_000_000],
  ['F32_TO_U32 r0, r2', [INF], 0xffff_ffff],
  ['S32_TO_F32 r0, r2', [0x0100_0001], f(0x100_0000)],
  ['S32_TO_F32.rtp r0, r2', [0x0100_0001], f(0x100_0002)],
  ['S32_TO_F32.rtz r0, r2', [-0x0100_0001], f(-0x100_0000)],
  ['S32_TO_F32 r0, r2.h1', [0x8000_0000], f(-32768)],
  ['U32_TO_F32 r0, r2', [0xffff_ffff], f(2 ** 32)],
  ['U8_TO_F32 r0, r2.b3', [0xff00_0000], f(255)],
  ['S8_TO_F32 r0, r2.b3', [0xff00_0000], f(-1)],
  ['U16_TO_F32 r0, r2.h11', [0xffff_0000], f(65535)],
  ['S16_TO_F32 r0, r2.h11', [0xffff_0000], f(-1)],
  ['V2U16_TO_V2F16 r0, r2', [0xffff_0001], 0x7c00_3c00],
  ['V2S16_TO_V2F16 r0, r2', [0xffff_0001], 0xbc00_3c00],
  ['V2U8_TO_V2F16 r0, r2.b10', [0x0000_ff01], 0x3c00_5bf8],
  ['V2S8_TO_V2F16 r0, r2.b10', [0x0000_ff01], 0x3c00_bc00],
  ['F16_TO_S32 r0, r2.h11', [0xc500_0000], -5],
  ['F16_TO_U32 r0, r2.h11', [0xc500_0000], 0],
  ['V2F16_TO_V2S16 r0, r2', [0xc500_7c00], 0xfffb_7fff],
  ['V2F16_TO_V2U16 r0, r2', [0xc500_7c00], 0x0000_ffff],
];

describe.each([
  ['integers', INTEGER],
  ['shifts', SHIFTS],
  ['comparisons', COMPARE],
  ['binary32', FLOAT],
  ['binary16', HALF],
  ['conversions', CONVERT],
] as const)('Valhall %s', (_name, rows) => {
  it.each(rows.map(([text, operands, result]) => [text, operands.map(hex).join(' '), operands, result] as const))(
    '%s of %s',
    (text, _operands, operands, result) => {
      expect(hex(bench.value(text, ...operands))).toBe(hex(result));
    },
  );
});

/** r2:r3 and r4:r5 hold 64-bit operands, r0:r1 the result. */
const WIDE: readonly (readonly [text: string, operands: readonly bigint[], result: bigint])[] = [
  ['IADD.u64 r0, r2, r4', [0xffff_ffffn, 1n], 0x1_0000_0000n],
  ['IADD.u64.saturate r0, r2, r4', [2n ** 64n - 1n, 1n], 2n ** 64n - 1n],
  ['IADD.s64.saturate r0, r2, r4', [2n ** 63n - 1n, 1n], 2n ** 63n - 1n],
  ['IADD.u64 r0, r2, r4.w0', [1n, 0x5_ffff_ffffn], 0x1_0000_0000n],
  ['IADD.s64 r0, r2, r4.w0', [1n, 0x5_ffff_ffffn], 0n],
  ['IADD.s64 r0, r2, r4.b0', [1n, 0x80n], 0xffff_ffff_ffff_ff81n],
  ['ISUB.u64 r0, r2, r4', [0x1_0000_0000n, 1n], 0xffff_ffffn],
  ['ISUB.u64.saturate r0, r2, r4', [1n, 2n], 0n],
  ['ISUB.s64.saturate r0, r2, r4', [2n ** 63n, 1n], 2n ** 63n],
  ['IMULD.u64 r0, r2, r4', [0xffff_ffffn, 0xffff_ffffn], 0xffff_fffe_0000_0001n],
  ['SHADDX.u64 r0, r2, r4, shift:0x3', [1n, 0x8000_0001n], 0x4_0000_0009n],
  ['SHADDX.s64 r0, r2, r4.w0, shift:0x2', [0x10n, 0xffff_ffffn], 0xcn],
  ['SEG_ADD.u64 r0, r2, r4', [0x10n, 0x20n], 0x30n],
  ['SEG_ADD.u64.neg r0, r2, r4', [0x20n, 0x10n], 0x10n],
  ['SEG_ADD.u64.preserve_null r0, r2, r4', [0n, 0x10n], 0n],
  ['LSHIFT_OR.i64 r0, r2, r6.b00, r4', [1n, 1n], 0x1_0000_0001n],
  ['RSHIFT_OR.i64 r0, r2, r6.b00, 0x0', [0x8000_0000_0000_0000n, 0n], 0x8000_0000n],
  ['RSHIFT_OR.i64.signed r0, r2, r6.b00, 0x0', [0x8000_0000_0000_0000n, 0n], 0xffff_ffff_8000_0000n],
  ['NOT_OLD.i64 r0, r2', [1n, 0n], 0xffff_ffff_ffff_fffen],
];

describe('Valhall 64-bit integers', () => {
  it.each(WIDE)('%s', (text, operands, result) => {
    const words = operands.flatMap((x) => [Number(x & 0xffff_ffffn), Number(x >> 32n)]);
    // r6: a shift amount of 32.
    const low = bench.value(text, ...words, 32);
    expect((BigInt(bench.register(1)) << 32n) | BigInt(low)).toBe(result);
  });
});

describe('write masks', () => {
  it('keep the other half', () => {
    const program = (half: string): string => `MOV.i32 r0, u0\nIADD.v2u16 r0.${half}, u1, 0x0\nNOP.end`;
    bench.run(program('h0'), { uniforms: [0x1111_2222, 0x3333_4444] });
    expect(hex(bench.register(0))).toBe('0x11114444');
    bench.run(program('h1'), { uniforms: [0x1111_2222, 0x3333_4444] });
    expect(hex(bench.register(0))).toBe('0x33332222');
  });
});
