import { describe, expect, it } from 'vitest';
import { firstLane, floatOf, halfOf, laneCount, lanesText, registersIn, valueText, warpsText } from './values.ts';

describe('values of lanes', () => {
  it('are shown in each format', () => {
    expect(valueText(0x3f80_0000, 'f32')).toBe('1');
    expect(valueText(0x3dcc_cccd, 'f32')).toBe('0.100000001');
    expect(valueText(0x8000_0000, 'f32')).toBe('-0');
    expect(valueText(0x7fc0_0000, 'f32')).toBe('NaN');
    expect(valueText(0xff80_0000, 'f32')).toBe('-inf');
    expect(valueText(0xffff_ffff, 'i32')).toBe('-1');
    expect(valueText(-1, 'u32')).toBe('4294967295');
    expect(valueText(0xbeef, 'hex')).toBe('0000beef');
    expect(valueText(0xc000_3c00, 'f16')).toBe('1 -2');
    expect(halfOf(0x0001)).toBe(2 ** -24);
    expect(halfOf(0x7bff)).toBe(65504);
    expect(floatOf(0x0000_0001)).toBe(2 ** -149);
  });

  it('give masks as ranges', () => {
    expect(lanesText(0xffff)).toBe('0-15');
    expect(lanesText(0b1000_0000_1000_1111)).toBe('0-3, 7, 15');
    expect(lanesText(0)).toBe('none');
    expect(laneCount(0x8001)).toBe(2);
    expect([0, 1, 0x8000, 0x0110].map(firstLane)).toEqual([0, 0, 15, 4]);
  });

  it('name warps, neighbours together', () => {
    const at = (warp: number, lanes = 16, core = 0) => ({ core, warp, lanes });
    expect(warpsText([at(0, 3), at(1), at(2), at(3), at(5)], false)).toBe('w0/3 w1-3 w5');
    expect(warpsText([at(0), at(0, 16, 2), at(1, 16, 2)], true)).toBe('0:w0 2:w0-1');
    expect(warpsText([], false)).toBe('');
  });

  it('find the registers of a listing', () => {
    expect(registersIn(['IADD.u32 r4, ^r12, u0', 'STORE.i128.slot0 @r4:r5:r6:r7, r0, offset:0'])).toEqual([
      0, 4, 5, 6, 7, 12,
    ]);
  });
});
