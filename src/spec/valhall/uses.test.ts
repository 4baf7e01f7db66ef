import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import { decode, FLOWS } from './isa.ts';
import type { Range, Uses } from './uses.ts';
import { usesOf, waitsOf } from './uses.ts';

function uses(text: string): Uses {
  const word = assemble(text).words[0] ?? 0n;
  const [lo, hi] = [Number(word & 0xffff_ffffn), Number(word >> 32n)];
  const row = decode(lo, hi);
  if (row === undefined) throw new Error(`no instruction: ${text}`);
  return usesOf(row, lo, hi);
}

const registers = (ranges: readonly Range[]): number[] =>
  ranges.flatMap(({ first, count }) => Array.from({ length: count }, (_, n) => first + n));

describe('registers of a word', () => {
  it.each([
    ['FMA.f32.wait1 r5, ^r6, r7, 0x0', [6, 7], [6], [5], [], undefined, 2],
    ['LOAD.i128.slot1.wait02 @r12:r13:r14:r15, ^r6, offset:0', [6, 7], [6, 7], [], [12, 13, 14, 15], 1, 5],
    ['STORE.i64.slot0 @r8:r9, u2, offset:0', [8, 9], [], [], [], 0, 0],
    ['ATOM_RETURN.i32.slot2.compare.axchg @r4, @r6:r7, r8, offset:0x0', [8, 9, 6, 7], [], [], [4], 2, 0],
    ['ATOM1_RETURN.i32.slot2.ainc @, r8, offset:0x0', [8, 9], [], [], [], 2, 0],
    ['SHADDX.u64 r6, r4, ^r9.w0, shift:0x3', [4, 5, 9], [9], [6, 7], [], undefined, 0],
    ['IADD.u64 r6, r4, r8', [4, 5, 8, 9], [], [6, 7], [], undefined, 0],
    ['MOV.i32 r0, lane_id', [], [], [0], [], undefined, 0],
    ['BARRIER.slot7.wait', [], [], [], [], 7, 0xc7],
    ['BRANCHZ.reconverge ^r3.h0, offset:0', [3], [3], [], [], undefined, 0],
  ])('%s', (text, reads, lastUses, writes, results, slot, waits) => {
    const found = uses(text);
    expect(registers(found.reads)).toEqual(reads);
    expect(registers(found.lastUses)).toEqual(lastUses);
    expect(registers(found.writes)).toEqual(writes);
    expect(registers(found.results)).toEqual(results);
    expect([found.slot, found.waits]).toEqual([slot, waits]);
  });

  it('waits for the slots that the flow names', () => {
    for (const [flow, name] of FLOWS.entries()) {
      const digits = name === 'wait' ? '01267' : (/^wait(\d+)$/.exec(name ?? '')?.[1] ?? '');
      const slots = Array.from(digits, Number).reduce((sum, n) => sum | (1 << n), 0);
      expect(waitsOf(flow), name).toBe(slots);
    }
  });
});
