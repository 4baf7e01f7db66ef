import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, isClean } from './assemble.ts';
import { lint } from './lint.ts';
import { ROWS } from './isa.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);
const binaries = readdirSync(FIXTURES).filter((n) => n.endsWith('.bin'));

/** `line severity rule` of each finding about a text that assembles. */
function about(text: string, registers: 32 | 64 = 64): string[] {
  const assembled = assemble(text);
  if (!isClean(assembled)) throw new Error(JSON.stringify(assembled.problems));
  return lint(assembled, { registers }).map((p) => `${p.line} ${p.severity} ${p.rule}`);
}

describe('Valhall lint', () => {
  it.each(binaries)('has nothing to say about what a compiler made: %s', (name) => {
    const bytes = readFileSync(new URL(name, FIXTURES));
    expect(lint({ words: new BigUint64Array(Uint8Array.from(bytes).buffer) }, { registers: 32 })).toEqual([]);
  });

  it.each([
    [
      'a result read too early',
      'LOAD.i32.slot1 @r0, u0, offset:0\nMOV.i32.end r2, r0',
      '2 error r0 is read before the message in slot 1 has filled it',
    ],
    [
      'a wait for another slot',
      'LOAD.i32.slot1.wait02 @r0, u0, offset:0\nMOV.i32.end r2, r0',
      '2 error r0 is read before the message in slot 1 has filled it',
    ],
    [
      'a result overwritten',
      'LOAD.i64.slot0 @r0:r1, u0, offset:0\nMOV.i32.end r1, 0x0',
      '2 error r1 is overwritten before the message in slot 0 has filled it',
    ],
    [
      'a message result overwritten by another message',
      'LOAD.i32.slot0 @r0, u0, offset:0\nLOAD.i32.slot1.end @r0, u0, offset:0',
      '2 error r0 is overwritten before the message in slot 0 has filled it',
    ],
    [
      'a wait missing on one path',
      'LOAD.i32.slot2 @r0, u0, offset:0\nBRANCHZ.reconverge r60, skip\nNOP.wait2\nskip: MOV.i32.end r2, r0',
      '4 error r0 is read before the message in slot 2 has filled it',
    ],
    [
      'a wait missing around a loop',
      'MOV.i32 r0, 0x0\nback: MOV.i32 r2, r0\nLOAD.i32.slot0 @r0, u0, offset:0\nBRANCHZ.reconverge r60, back\nNOP.end',
      '2 error r0 is read before the message in slot 0 has filled it',
    ],
    [
      'store data not there yet',
      'LOAD.i32.slot0 @r0, u0, offset:0\nSTORE.i32.slot1.end @r0, u0, offset:0',
      '2 error r0 is read before the message in slot 0 has filled it',
    ],
    ['a use after the last use', 'MOV.i32 r1, ^r60\nMOV.i32.end r1, r60', '2 warning r60 is read after its last use'],
    ['a register nobody wrote', 'MOV.i32.end r1, r0', '1 info r0 is read, and on some path nothing wrote it'],
    ['no end', 'NOP\nNOP', '2 error control runs past the last instruction'],
    [
      'a conditional branch as the end',
      'NOP\nBRANCHZ.reconverge r60, offset:-2',
      '2 error control runs past the last instruction',
    ],
    ['code that is not reached', 'BRANCHZ.eq 0x0, out\nNOP\nNOP\nout: NOP.end', '2 info no path leads here'],
    ['a branch out of the shader', 'BRANCHZ.eq 0x0, offset:7\nNOP.end', '1 error the branch leaves the shader'],
    [
      'a divergent branch without reconverge',
      'BRANCHZ r60, offset:0\nNOP.end',
      '1 info lanes may disagree about this branch, and none are chosen again',
    ],
    [
      'an odd address pair',
      'STORE.i32.slot0.end @r60, r61, offset:0',
      '1 error r61 begins no 64-bit value: pairs begin at an even number',
    ],
    [
      'an odd uniform pair',
      'STORE.i32.slot0.end @r60, u67, offset:0',
      '1 error u67 begins no 64-bit value: pairs begin at an even number',
    ],
    [
      'an odd set',
      'STORE.i64.slot0.end @r61:r62, u0, offset:0',
      '1 error a set of several registers cannot begin at r61',
    ],
    ['an odd 64-bit result', 'IADD.u64.end r1, r60, r62', '1 error a 64-bit result cannot begin at r1'],
    [
      'a set of the wrong size',
      'STORE.i64.slot0.end @r60, u0, offset:0',
      '1 warning STORE.i64 moves 2 registers, the set has 1',
    ],
    [
      'three shared sources',
      'FMA.f32.end r0, u0, 0x3F800000, 0x0',
      '1 error more than two different uniforms, constants and special values',
    ],
    [
      'two uniform slots',
      'IADD.u32.end r0, u1, u2',
      '1 error arithmetic reads one 64-bit slot of uniforms or special values',
    ],
    ['slot 7', 'LOAD.i32.slot7.end @r0, u0, offset:0', '1 error slot 7 is not for LOAD.i32'],
    ['a barrier in slot 0', 'BARRIER.slot0.wait\nNOP.end', '1 error BARRIER holds slot 7, not 0'],
    ['a barrier that nobody waits for', 'BARRIER.slot7\nNOP.end', '1 error nothing waits for the barrier'],
    ['no instruction', '.word 0x01ffc00000000000\nNOP.end', '1 error there is no such opcode'],
    ['an invalid encoding', '.word 0x8000c00000000000\nNOP.end', '1 error NOP: bit 63 is set'],
    [
      'reserved bits',
      '.word 0x0000c00000000001\nNOP.end',
      '1 warning reserved bits of NOP are set: 0x0000000000000001',
    ],
  ])('finds %s', (_what, text, finding) => {
    expect(about(text)).toContain(finding);
  });

  it.each([
    ['waits on the same instruction', 'LOAD.i32.slot1.wait1 @r0, u0, offset:0\nMOV.i32.end r2, r0'],
    ['store data overwritten, which hardware prevents', 'STORE.i32.slot0 @r60, u0, offset:0\nMOV.i32.end r60, 0x0'],
    ['both words of a uniform', 'IADD.u32.end r0, u2, u3'],
    ['a part of a 64-bit source', 'SHADDX.u64.end r6, u4, r61.w0, shift:0x3'],
    ['padding', 'NOP.end\n.word 0, 0, 0'],
    ['an atomic without result', 'ATOM1_RETURN.i32.slot2.ainc.end @, u0, offset:0x0'],
    ['nothing', ''],
  ])('lets pass %s', (_what, text) => {
    expect(about(text)).toEqual([]);
  });

  it('knows the small register file', () => {
    expect(about('MOV.i32.end r16, 0x0', 32)).toEqual(['1 error r16 does not exist with 32 registers']);
    expect(about('MOV.i32.end r47, 0x0', 32)).toEqual(['1 error r47 does not exist with 32 registers']);
    expect(about('LOAD.i128.slot0.end @r14:r15:r16:r17, u0, offset:0', 32)).toContain(
      '1 error r16 does not exist with 32 registers',
    );
    expect(about('MOV.i32 r15, 0x0\nMOV.i32.end r48, 0x0', 32)).toEqual([]);
  });

  it('tells the place of the instruction', () => {
    const [problem] = lint(assemble('\n  x: NOP // last'));
    expect(problem).toMatchObject({ line: 2, column: 6, endColumn: 9 });
  });

  it('looks at any words without throwing, and the same way twice', () => {
    const word = fc.tuple(fc.nat(ROWS.length - 1), fc.bigInt(0n, (1n << 64n) - 1n)).map(([id, noise]) => {
      const row = ROWS[id];
      if (row === undefined || noise % 7n === 0n) return noise;
      return (BigInt(row.valueHi >>> 0) << 32n) | BigInt(row.valueLo >>> 0) | (noise & 0x7800_cfff_00ff_ffffn);
    });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (list) => {
        const words = BigUint64Array.from(list);
        const first = lint({ words });
        expect(lint({ words })).toEqual(first);
        for (const p of first) expect(p.line).toBeLessThanOrEqual(list.length);
      }),
      { seed: 16, numRuns: 500 },
    );
  });
});
