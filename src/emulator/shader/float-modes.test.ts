/** Programs with float modes: what is flushed and suppressed, and what is no number and stays. */
import { describe, expect, it } from 'vitest';
import { f, ShaderBench } from './testing.ts';

const bench = new ShaderBench();
const ALWAYS = { flush: 2 };
const ONLY_32 = { flush: 1 };

function value(setup: object, instruction: string, ...operands: number[]): number {
  const moves = operands.map((_, n) => `MOV.i32 r${n + 2}, u${n}`);
  bench.run([...moves, instruction, 'NOP.end'].join('\n'), { ...setup, uniforms: operands });
  return bench.register(0) >>> 0;
}

describe('flushing to zero', () => {
  it.each([
    // Integer results whose bits would be subnormal numbers.
    ['F32_TO_U32.rtz r0, r2', [f(2_148_300_032)], 0x800c_7500],
    ['F32_TO_S32.rtz r0, r2', [f(5)], 5],
    ['F16_TO_S32 r0, r2.h00', [0x4500], 5],
    ['V2F16_TO_V2U16 r0, r2', [0x4500_3c00], 0x0005_0001],
    ['FREXPE.f32 r0, r2', [f(4)], 3],
    ['FCMP_OR.f32.lt.i1 r0, r2, r3, 0x0', [f(1), f(2)], 1],
    // Integers among the operands.
    ['FCMP_OR.f32.lt.m1 r0, r2, r3, r4', [f(2), f(1), 5], 5],
    ['LDEXP.f32 r0, r2, r3', [f(1), 3], f(8)],
    ['FMA_RSCALE.f32 r0, r2, r3, 0x0, r4', [f(3), f(5), 1], f(30)],
    ['CSEL.u32.eq r0, r2, r3, r4, r5', [1, 1, 5, 6], 5],
    // Numbers of another width than the result.
    ['F16_TO_F32 r0, r2.h0', [0x3c00], f(1)],
    ['V2F32_TO_V2F16 r0, r2, r3', [f(1), 0], 0x0000_3c00],
    // Numbers.
    ['FADD.f32 r0, r2, r3', [3, 0], 0],
    ['FADD_IMM.f32 r0, r2, #0x0', [3], 0],
    ['FMAX.f32 r0, r2, r3', [0x8000_0001, f(-1)], 0x8000_0000],
    ['FADD.v2f16 r0, r2, 0x0', [0x3c00_0001], 0x3c00_0000],
  ] as const)('%s', (text, operands, result) => {
    expect(value(ALWAYS, text, ...operands)).toBe(result >>> 0);
  });

  it('of binary32 alone keeps binary16', () => {
    expect(value(ONLY_32, 'FADD.v2f16 r0, r2, 0x0', 0x3c00_0001)).toBe(0x3c00_0001);
    expect(value(ONLY_32, 'F16_TO_F32 r0, r2.h0', 1)).toBe(f(2 ** -24));
    expect(value(ONLY_32, 'FADD.f32 r0, r2, r3', 3, 0)).toBe(0);
  });
});

describe('suppression', () => {
  it('leaves masks and integers alone', () => {
    expect(value({ suppressNan: true }, 'FCMP_OR.f32.lt.m1 r0, r2, r3, 0x0', f(1), f(2))).toBe(0xffff_ffff);
    expect(value({ suppressNan: true }, 'F32_TO_S32 r0, r2', f(-3))).toBe(0xffff_fffd);
    expect(value({ suppressNan: true }, 'FADD.f32 r0, r2, r3', 0x7fc0_0000, 0)).toBe(0);
  });
});
