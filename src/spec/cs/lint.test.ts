import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import examples from './fixtures/examples.json' with { type: 'json' };
import type { Arch } from './isa.ts';
import { ARCHS } from './isa.ts';
import { lint } from './lint.ts';

/** `line severity: rule` of everything lint says about a text that assembles. */
function said(text: string | readonly string[], arch: Arch = 10): string[] {
  const result = assemble(typeof text === 'string' ? text : text.join('\n'), { arch });
  expect(result.problems).toEqual([]);
  return lint(result).map((p) => `${p.line} ${p.severity}: ${p.rule}`);
}

describe('lint', () => {
  it.each(examples)('has nothing to say about $name', ({ arch, text }) => {
    expect(
      said(
        text,
        ARCHS.find((a) => a === arch),
      ),
    ).toEqual([]);
  });

  it.each([
    ['MOVE48 d3, #0', 'error: d3 is not a register pair: pairs begin at an even register'],
    ['MOVE32 r96, #0', 'error: r96 does not exist: the queue has 96 registers'],
    ['LOAD_MULTIPLE r94-r97, [d0]', 'error: r97 does not exist: the queue has 96 registers'],
    ['LOAD_MULTIPLE r4{0x0}, [d0]', 'warning: the register set is empty'],
    [
      'SYNC_ADD64.csg [d2], d4, #0x2, #1',
      'error: the wait mask contains the signalled entry 1: it would wait for itself forever',
    ],
    ['SYNC_ADD64.csg [d2], d4, #0x0, #1', 'warning: with wait mask 0 the signalled entry is ignored'],
    ['SET_SB_ENTRY #8, #0', 'error: scoreboard entry 8 does not exist: the queue has 8'],
    ['STORE_STATE.timestamp [d2], #0x100, #0', 'error: scoreboard entry 8 does not exist: the queue has 8'],
    ['BRANCH.always r0, #1', 'error: the branch leaves the stream'],
    ['BRANCH.always r0, #-2', 'error: the branch leaves the stream'],
    ['SYNC_WAIT32.eq [d2], r4', 'error: SYNC_WAIT compares with le or gt only'],
    ['RUN_COMPUTE.x #0', 'error: a task needs at least one workgroup'],
    ['WAIT #0', 'warning: WAIT with mask 0 waits for nothing'],
    ['.word 0xff00000000000000', 'error: architecture 10 has no such opcode'],
    ['.word 0x0200010000000000', 'warning: reserved bits of MOVE32 are set'],
    ['.word 0x1600000070000000', 'error: 7 is a reserved value of condition'],
    ['WAIT #0x2', 'info: nothing in this stream signals entries 0x2'],
  ])('%s', (text, expected) => {
    expect(said(text)).toEqual([`1 ${expected}`]);
  });

  it.each([
    [
      'MOVE48 d64, #0x1002\nLOAD_MULTIPLE r4, [d64]',
      'error: LOAD_MULTIPLE needs an address that is a multiple of 4; d64 ends in 0x2',
    ],
    [
      'MOVE48 d64, #0x1000\nSTORE_MULTIPLE [d64 + 6], r4',
      'error: STORE_MULTIPLE needs an address that is a multiple of 4; d64 + 6 ends in 0x6',
    ],
    [
      'MOVE48 d64, #0x1000\nADD_IMM64 d66, d64, #-4\nSYNC_ADD64.csg [d66], d4, #0, #0',
      'error: SYNC_ADD64 needs an address that is a multiple of 8; d66 ends in 0xc',
    ],
    [
      'MOVE32 r65, #0\nMOVE32 r64, #12\nMOVE32 r66, #8\nCALL d64, r66',
      'error: CALL needs an address that is a multiple of 8; d64 ends in 0xc',
    ],
    [
      'MOVE48 d64, #0x1000\nMOVE32 r66, #12\nJUMP d64, r66',
      'error: JUMP executes whole instructions: 12 bytes are no multiple of 8',
    ],
    ['MOVE32 r4, #-1\nSYNC_WAIT32.gt [d2], r4', 'error: no value is above 0xffffffff: the wait can never end'],
    ['BRANCH.always r0, #-1', 'warning: the branch leads to itself: the stream never ends'],
  ])('%s', (text, expected) => {
    expect(said(text)).toEqual([`${text.split('\n').length} ${expected}`]);
  });

  it('claims nothing of values it cannot know', () => {
    expect(said('LOAD_MULTIPLE r4, [d64]')).toEqual([]);
    expect(said('MOVE48 d64, #0x1002\nCALL d92, r94\nLOAD_MULTIPLE r4, [d64]')).toEqual([]);
    expect(said('MOVE48 d64, #0x1002\nBRANCH.gt r1, over\nMOVE48 d64, #0x1000\nover: LOAD_MULTIPLE r4, [d64]')).toEqual(
      [],
    );
    expect(
      said('MOVE48 d64, #0x1001\ntop: ADD_IMM64 d64, d64, #1\nSTORE_MULTIPLE [d64], r4\nBRANCH.gt r1, top\nWAIT #0x1'),
    ).toEqual([]);
    expect(said('MOVE32 r4, #-1\nSYNC_WAIT32.le [d2], r4')).toEqual([]);
  });

  it('takes the limits of the queue', () => {
    const words = assemble('MOVE32 r70, #0', { arch: 10 });
    const limits = { registers: 64, scoreboards: 4, callFrames: 8, kernelRegisters: 4 };
    expect(lint(words, limits).map((p) => p.rule)).toEqual(['r70 does not exist: the queue has 64 registers']);
    expect(said('MOVE32 r100, #0', 12)).toEqual([]);
  });

  it('finds a loaded register read, written or stored before its wait', () => {
    const load = 'LOAD_MULTIPLE r4:r6, [d66]';
    const rule = 'r6 is read while a load into it may be outstanding';
    expect(said([load, 'ADD_IMM32 r7, r6, #1'])).toEqual([`2 warning: ${rule}`]);
    expect(said([load, 'ADD_IMM32 r7, r5, #1'])).toEqual([]);
    expect(said([load, 'WAIT #0x1', 'ADD_IMM32 r7, r6, #1'])).toEqual([]);
    expect(said([load, 'SET_SB_ENTRY #2, #3', 'WAIT #0x8', 'STORE_MULTIPLE [d66], r6'])).toEqual([
      `4 warning: ${rule}`,
    ]);
    expect(said([load, 'MOVE32 r6, #1'])).toEqual(['2 warning: r6 is written while a load into it may be outstanding']);
    expect(said([load, 'CALL d92, r94', 'ADD_IMM32 r7, r6, #1'])).toEqual([]);
  });

  it('knows staging registers and selects', () => {
    const load = (r: string) => [`LOAD_MULTIPLE ${r}, [d66]`, 'RUN_COMPUTE.x.srt1 #1'];
    expect(said(load('r37'))).toEqual(['2 warning: r37 is read while a load into it may be outstanding']);
    expect(said(load('d2'))).toEqual(['2 warning: r2 is read while a load into it may be outstanding']);
    expect(said(load('d0'))).toEqual([]);
  });

  it('finds store data overwritten, not the sampled address', () => {
    const store = 'STORE_MULTIPLE [d64], r66';
    expect(said([store, 'MOVE32 r66, #1'])).toEqual([
      '2 warning: r66 is overwritten while a store of it may be outstanding',
    ]);
    expect(said([store, 'ADD_IMM64 d64, d64, #4'])).toEqual([]);
    expect(said([store, 'WAIT #0x1', 'MOVE32 r66, #1'])).toEqual([]);
  });

  it('follows branches, back and forth', () => {
    const loop = ['top: ADD_IMM32 r7, r6, #1', 'LOAD_MULTIPLE r6, [d66]', 'BRANCH.gt r7, top', 'WAIT #0x1'];
    expect(said(loop)).toEqual(['1 warning: r6 is read while a load into it may be outstanding']);
    const skip = ['LOAD_MULTIPLE r6, [d66]', 'BRANCH.le r7, over', 'WAIT #0x1', 'over: ADD_IMM32 r8, r6, #1'];
    expect(said(skip)).toEqual(['4 warning: r6 is read while a load into it may be outstanding']);
    const around = ['LOAD_MULTIPLE r6, [d66]', 'BRANCH.always r6, over', 'ADD_IMM32 r8, r6, #1', 'over: WAIT #0x1'];
    expect(said(around)).toEqual([]);
  });

  it('says nothing where registers choose the entries (11 and later)', () => {
    const text = ['NEXT_SB_ENTRY.other r70', 'LOAD_MULTIPLE r6, [d66]', 'WAIT.indirect #0', 'ADD_IMM32 r7, r6, #1'];
    expect(said(text, 11)).toEqual([]);
    const fixed = ['SET_STATE_IMM32.sb_sel_other #9', 'LOAD_MULTIPLE r6, [d66]', 'WAIT #0x1', 'ADD_IMM32 r7, r6, #1'];
    expect(said(fixed, 11)).toEqual(['4 warning: r6 is read while a load into it may be outstanding']);
  });

  it('never throws, whatever the words, and stays bounded', () => {
    const opcodes = fc.integer({ min: 0, max: 60 });
    const words = fc.array(
      fc.tuple(opcodes, fc.bigInt({ min: 0n, max: (1n << 56n) - 1n })).map(([op, low]) => (BigInt(op) << 56n) | low),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(words, fc.constantFrom(...ARCHS), (list, arch) => {
        for (const p of lint({ arch, words: BigUint64Array.from(list) })) {
          expect(p.line).toBeLessThanOrEqual(list.length);
        }
      }),
      { seed: 21, numRuns: 300 },
    );
    const tangle = Array.from({ length: 3000 }, (_, i) =>
      i % 2 === 0 ? `LOAD_MULTIPLE r${i % 80}, [d66]` : `BRANCH.le r90, #${((i * 7919) % 1000) - Math.min(i, 500)}`,
    );
    expect(lint(assemble(tangle.join('\n'), { arch: 10 })).length).toBeLessThanOrEqual(501);
  });
});
