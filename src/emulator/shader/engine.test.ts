/** Programs: memory, divergence, barriers, lanes, faults, slices. */
import { describe, expect, it } from 'vitest';
import { FAULT } from '../../spec/faults.ts';
import { ACCESS } from '../wiring.ts';
import { RUN } from './engine.ts';
import { loadTask, saveTask } from './task.ts';
import { AS, CODE, DATA, f, fromBits, ShaderBench, TABLE, wordsOf } from './testing.ts';

const LOCAL_ID = 1 << 7;
const GROUP_ID_X = 1 << 9;
const ALL_IDS = 0x7f80;

/** r4:r5 = DATA + 4 * local x. */
const ADDRESS = `
  U16_TO_U32 r0, r55.h00
  LSHIFT_OR.i32 r4, r0, 0x3020100.b2, 0x0
  IADD.u32 r4, r4, u0
  MOV.i32 r5, 0x0
`.replaceAll('0x3020100.b2,', '0x3020100.b22,');

const words = (b: ShaderBench, at: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => b.bench.word(at + 4 * n));

describe('loads and stores', () => {
  const bench = new ShaderBench();
  bench.bench.poke(DATA, 0x8182_8384, 0x1122_3344, 0x5566_7788, 0x99aa_bbcc, 0xdead_beef);
  const load = (text: string, offset = 0): number[] => {
    const setup = { uniforms: [DATA + offset, 0, 0xaaaa_aaaa] };
    const status = bench.run(
      `MOV.i32 r8, u2\nMOV.i32 r9, u2\nMOV.i32 r10, u2\nMOV.i32 r11, u2\n${text}\nNOP.end`,
      setup,
    );
    expect(status).toBe(RUN.DONE);
    return [8, 9, 10, 11].map((n) => bench.register(n));
  };

  it.each([
    ['LOAD.i8.slot0 @r8, u0, offset:0', [0xaaaa_aa84, 0xaaaa_aaaa]],
    ['LOAD.i8.b2.slot0 @r8, u0, offset:1', [0xaa83_aaaa, 0xaaaa_aaaa]],
    ['LOAD.i8.h1.slot0 @r8, u0, offset:0', [0xff84_aaaa, 0xaaaa_aaaa]],
    ['LOAD.i8.h1.unsigned.slot0 @r8, u0, offset:0', [0x0084_aaaa, 0xaaaa_aaaa]],
    ['LOAD.i8.w0.slot0 @r8, u0, offset:3', [0xffff_ff81, 0xaaaa_aaaa]],
    ['LOAD.i8.d0.slot0 @r8:r9, u0, offset:3', [0xffff_ff81, 0xffff_ffff]],
    ['LOAD.i16.slot0 @r8, u0, offset:2', [0xaaaa_8182, 0xaaaa_aaaa]],
    ['LOAD.i16.w0.unsigned.slot0 @r8, u0, offset:2', [0x0000_8182, 0xaaaa_aaaa]],
    ['LOAD.i24.slot0 @r8, u0, offset:0', [0x0082_8384, 0xaaaa_aaaa]],
    ['LOAD.i32.slot0 @r8, u0, offset:1', [0x4481_8283, 0xaaaa_aaaa]],
    ['LOAD.i32.d0.slot0 @r8:r9, u0, offset:0', [0x8182_8384, 0xffff_ffff]],
    ['LOAD.i48.slot0 @r8:r9, u0, offset:4', [0x1122_3344, 0x0000_7788]],
    ['LOAD.i64.slot0 @r8:r9, u0, offset:4', [0x1122_3344, 0x5566_7788]],
    ['LOAD.i96.slot0 @r8:r9:r10, u0, offset:4', [0x1122_3344, 0x5566_7788, 0x99aa_bbcc]],
    ['LOAD.i128.slot0 @r8:r9:r10:r11, u0, offset:4', [0x1122_3344, 0x5566_7788, 0x99aa_bbcc, 0xdead_beef]],
  ] as const)('%s', (text, wanted) => {
    expect(load(text, 0).slice(0, wanted.length)).toEqual(wanted);
  });

  it('take negative offsets', () => {
    expect(load('LOAD.i32.slot0 @r8, u0, offset:-4', 16)[0]).toBe(0x99aa_bbcc);
  });

  it('carry the offset into the high word of the address', () => {
    bench.bench.poke(0x1_0000_0000, 0x77);
    bench.run('LOAD.i32.slot0 @r8, u0, offset:8\nNOP.end', { uniforms: [0xffff_fff8, 0] });
    expect(bench.register(8)).toBe(0x77);
    bench.run('LOAD.i32.slot0 @r8, u0, offset:-8\nNOP.end', { uniforms: [8, 1] });
    expect(bench.register(8)).toBe(0x77);
  });

  it.each([
    ['i8', [0xffff_ff78, 0xffff_ffff]],
    ['i16', [0xffff_5678, 0xffff_ffff]],
    ['i24', [0xff34_5678, 0xffff_ffff]],
    ['i32', [0x1234_5678, 0xffff_ffff]],
    ['i48', [0x1234_5678, 0xffff_def0]],
    ['i64', [0x1234_5678, 0x9abc_def0]],
  ] as const)('STORE.%s stores so many bytes', (width, wanted) => {
    const set = { i48: '@r8:r9', i64: '@r8:r9' }[width as string] ?? '@r8';
    bench.bench.poke(DATA + 64, 0xffff_ffff, 0xffff_ffff);
    const text = `MOV.i32 r8, u2\nMOV.i32 r9, u3\nSTORE.${width}.slot0 ${set}, u0, offset:0\nNOP.end`;
    bench.run(text, { uniforms: [DATA + 64, 0, 0x1234_5678, 0x9abc_def0] });
    expect(words(bench, DATA + 64, 2)).toEqual(wanted);
  });

  it('may cross pages', () => {
    bench.run('MOV.i32 r8, u2\nMOV.i32 r9, u3\nSTORE.i64.slot0 @r8:r9, u0, offset:0\nNOP.end', {
      uniforms: [DATA + 0xffd, 0, 0x4433_2211, 0x8877_6655],
    });
    expect(words(bench, DATA + 0xffc, 3)).toEqual([0x3322_1100, 0x7766_5544, 0x0000_0088]);
    bench.run('LOAD.i64.slot0 @r8:r9, u0, offset:0\nNOP.end', { uniforms: [DATA + 0xffd, 0] });
    expect([bench.register(8), bench.register(9)]).toEqual([0x4433_2211, 0x8877_6655]);
  });
});

describe('atomics', () => {
  const bench = new ShaderBench();
  const atom = (text: string, memory: readonly number[], operands: readonly number[]): number[] => {
    bench.bench.poke(DATA, ...memory);
    const moves = operands.map((_, n) => `MOV.i32 r${8 + n}, u${2 + n}\n`).join('');
    expect(bench.run(`${moves}${text}\nNOP.end`, { uniforms: [DATA, 0, ...operands] })).toBe(RUN.DONE);
    return [...words(bench, DATA, memory.length), bench.register(0)];
  };

  it.each([
    ['aadd', 5, 7, 12],
    ['aadd', 0xffff_ffff, 2, 1],
    ['asmin', 5, -1, 0xffff_ffff],
    ['asmax', 5, -1, 5],
    ['aumin', 5, -1, 5],
    ['aumax', 5, -1, 0xffff_ffff],
    ['aand', 0xff, 0x0f, 0x0f],
    ['aor', 0xf0, 0x0f, 0xff],
    ['axor', 0xff, 0x0f, 0xf0],
    ['axchg', 1, 2, 2],
  ] as const)('%s of %d and %d', (name, before, operand, after) => {
    const text = `ATOM_RETURN.i32.slot0.${name} @r0, @r8, u0, offset:0x0`;
    expect(atom(text, [before >>> 0], [operand])).toEqual([after >>> 0, before >>> 0]);
    expect(atom(`ATOM.i32.slot0.${name} @r8, u0, offset:0x0`, [before >>> 0], [operand])[0]).toBe(after >>> 0);
  });

  it('exchanges on a match only', () => {
    const text = 'ATOM_RETURN.i32.slot0.compare.axchg @r0, @r8:r9, u0, offset:0x0';
    expect(atom(text, [5], [9, 5])).toEqual([9, 5]);
    expect(atom(text, [5], [9, 6])).toEqual([5, 5]);
  });

  it('works on pairs', () => {
    const text = (name: string): string => `ATOM_RETURN.i64.slot0.${name} @r0:r1, @r8:r9, u0, offset:0x0`;
    expect(atom(text('aadd'), [0xffff_ffff, 0], [1, 0])).toEqual([0, 1, 0xffff_ffff]);
    expect(atom(text('asmin'), [0, 0], [0, 0x8000_0000])).toEqual([0, 0x8000_0000, 0]);
    expect(atom(text('aumin'), [0, 0], [0, 0x8000_0000])).toEqual([0, 0, 0]);
    expect(atom(text('aumax'), [5, 1], [6, 1])).toEqual([6, 1, 5]);
  });

  it('counts with the constant', () => {
    const text = (name: string): string => `ATOM1_RETURN.i32.slot0.${name} @r0, u0, offset:0x0`;
    expect(atom(text('ainc'), [7], [])).toEqual([8, 7]);
    expect(atom(text('adec'), [0], [])).toEqual([0xffff_ffff, 0]);
    expect(atom(text('aor1'), [6], [])).toEqual([7, 6]);
  });

  it('serves lanes in ascending order', () => {
    bench.bench.poke(DATA, 0);
    bench.run(`U16_TO_U32 r8, r55.h00\nATOM_RETURN.i32.slot0.axchg @r0, @r8, u0, offset:0x0\nNOP.end`, {
      uniforms: [DATA, 0],
      preload: LOCAL_ID,
      sizeX: 40,
    });
    const old = Array.from({ length: 40 }, (_, n) => bench.register(0, n % 16, n >> 4));
    expect(old).toEqual([0, ...Array.from({ length: 39 }, (_, n) => n)]);
  });

  it('must be aligned', () => {
    expect(bench.run('ATOM.i32.slot0.aadd @r8, u0, offset:0x2\nNOP.end', { uniforms: [DATA, 0] })).toBe(RUN.FAULT);
    expect(bench.engine.memory.fault).toMatchObject({ code: FAULT.ADDR_RANGE_FAULT, info: DATA + 2 });
  });
});

describe('buffers', () => {
  const bench = new ShaderBench();
  // Table 0: two descriptors, the second of another type; table 1: nothing.
  bench.bench.poke(TABLE, TABLE + 0x100, 0, 64, 0, 0, 0, 0, 0);
  bench.bench.poke(TABLE + 0x100, 9, 16, DATA + 8, 0, 0, 0, 0, 0);
  bench.bench.poke(TABLE + 0x120, 1, 16, DATA, 0, 0, 0, 0, 0);
  bench.bench.poke(DATA, 1, 2, 3, 4, 5, 6, 7, 8);
  const table = { tableLo: TABLE | 2, tableHi: 0 };
  const load = (offset: number, handle: number): number => {
    bench.run('LD_BUFFER.i32.slot0 @r0, u0, u1\nNOP.end', { ...table, uniforms: [offset, handle] });
    return bench.register(0);
  };

  it('are found by table and index, and end where they end', () => {
    expect([load(0, 0), load(12, 0), load(13, 0), load(16, 0), load(-4, 0)]).toEqual([3, 6, 0, 0, 0]);
    bench.bench.poke(DATA + 20, 0x0605_0403);
    expect(load(13, 0)).toBe(0x06_0504);
  });

  it('that are none are empty', () => {
    expect([load(0, 1), load(0, 2), load(0, 0x0100_0000), load(0, 0x0200_0000), load(0, 0x3d00_0000)]).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });

  it('of table 62 are the entries themselves', () => {
    expect([load(4, 0x3e00_0000), load(0x28, 0x3e00_0000), load(64, 0x3e00_0000)]).toEqual([16, DATA, 0]);
  });

  it('give addresses; those outside drop what is done with them', () => {
    const text = `LEA_BUFFER.slot0 @r4:r5, u0, u1
      MOV.i32 r8, u2
      STORE.i32.slot0 @r8, r4, offset:0
      LOAD.i32.slot0 @r0, r4, offset:0
      ATOM_RETURN.i32.slot0.aadd @r1, @r8, r4, offset:0x0
      NOP.end`;
    expect(bench.run(text, { ...table, uniforms: [4, 0, 99] })).toBe(RUN.DONE);
    expect([bench.register(0), bench.register(1), bench.bench.word(DATA + 12)]).toEqual([99, 99, 198]);
    expect(bench.run(text, { ...table, uniforms: [16, 0, 99] })).toBe(RUN.DONE);
    expect([bench.register(0), bench.register(1), bench.bench.word(DATA + 24)]).toEqual([0, 0, 7]);
  });
});

describe('lanes', () => {
  const bench = new ShaderBench();
  const ids = { preload: LOCAL_ID, sizeX: 12 };
  const row = (n: number, count = 12): number[] => Array.from({ length: count }, (_, l) => bench.register(n, l));

  it('have ids', () => {
    bench.run('NOP.end', { preload: ALL_IDS, sizeX: 3, sizeY: 2, sizeZ: 2, offsetX: 100, groups: 3 });
    const item = (l: number): number[] => [55, 56, 57, 58, 59, 60, 61, 62].map((n) => bench.register(n, l));
    expect(item(11)).toEqual([2 | (1 << 16), 1, 2, 0, 0, 108, 1, 1]);
    expect(bench.register(60, 0)).toBe(106);
  });

  it('go their own ways and meet again', () => {
    // Sum of 0..l for each lane, then 1000 for all.
    const text = `
      U16_TO_U32 r0, r55.h00
      MOV.i32 r1, 0x0
    loop:
      IADD.u32.reconverge r1, r1, r0
      ICMP_OR.u32.eq.m1 r2, r0, 0x0, 0x0
      IADD_IMM.i32 r0, r0, #0xFFFFFFFF
      BRANCHZ.eq.reconverge r2.h0, loop
      IADD_IMM.i32.reconverge r1, r1, #0x3E8
      NOP.end`;
    expect(bench.run(text, ids)).toBe(RUN.DONE);
    expect(row(1)).toEqual(Array.from({ length: 12 }, (_, l) => 1000 + (l * (l + 1)) / 2));
  });

  it('meet behind a loop that they leave by a branch without the mark', () => {
    // Each turn the lowest lane leaves; what follows counts who is there.
    const text = `
    loop:
      WMASK r1, 0xFFFFFFFF
      ISUB.s32 r2, 0x0, r1
      LSHIFT_AND.i32 r1, r1, 0x0.b00, r2
      CLZ.u32 r1, r1
      ISUB.u32 r1, 0x1F1E1D1C.b3, r1
      ICMP_OR.u32.eq.m1 r2, lane_id.w0, r1, 0x0
      BRANCHZ.eq.reconverge r2.h0, again
      MOV.i32 r4, r1
      BRANCHZ.eq 0x0, out
    again:
      BRANCHZ.eq.reconverge 0x0, loop
    out:
      WMASK r3, 0xFFFFFFFF
      NOP.end`;
    expect(bench.run(text, ids)).toBe(RUN.DONE);
    expect(row(3)).toEqual(Array.from({ length: 12 }, () => 0xfff));
    expect(row(4)).toEqual(Array.from({ length: 12 }, (_, l) => l));
  });

  it('end one by one', () => {
    const text = `${ADDRESS}
      ICMP_OR.u32.lt.m1 r2, r0, 0x7060504.b1, 0x0
      BRANCHZ.eq.reconverge r2.h0, rest
      MOV.i32 r3, u1
      STORE.i32.slot0.end @r3, r4, offset:0
    rest:
      MOV.i32 r3, u2
      STORE.i32.slot0.end @r3, r4, offset:0`;
    bench.run(text, { ...ids, uniforms: [DATA, 1, 2] });
    expect(words(bench, DATA, 12)).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]);
  });

  it('see each other', () => {
    bench.run(
      `U16_TO_U32 r0, r55.h00
       IADD_IMM.i32 r1, r0, #0x1
       CLPER.i32.subgroup4.xor r2, r0, r1
       MOV.i32 r3, 0x3020100
       CLPER.i32.subgroup16 r4, r0, r3.b2
       CLPER.i32.subgroup16.smin r5, r0, r3.b3
       ICMP_OR.u32.gt.i1 r6, r0, r3.b2, 0x0
       WMASK.subgroup8 r7, r6
       WMASK r8, r6
       NOP.end`,
      ids,
    );
    expect(row(4)).toEqual(Array.from({ length: 12 }, () => 2));
    expect(row(5)).toEqual(Array.from({ length: 12 }, () => 3));
    expect(row(7)).toEqual([...Array.from({ length: 8 }, () => 0xf8), ...Array.from({ length: 4 }, () => 0xf)]);
    expect(row(8)).toEqual(Array.from({ length: 12 }, () => 0xff8));
    // Own lane number xor (lane + 1), inside four; nothing where that leaves the four.
    expect(row(2, 4)).toEqual([1, 3, 1, 0]);
  });

  it('outside the active set take no part', () => {
    bench.run(
      `U16_TO_U32 r0, r55.h00
       MOV.i32 r1, 0x3020100
       ICMP_OR.u32.lt.m1 r2, r0, r1.b3, 0x0
       BRANCHZ.eq.reconverge r2.h0, out
       WMASK r3, 0x3020100
       CLPER.i32.subgroup16.umax r4, r0, 0x7060504.b0
       out:
       NOP.reconverge
       NOP.end`,
      ids,
    );
    expect(row(3)).toEqual([7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(row(4, 4)).toEqual([0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0]);
  });
});

describe('work-groups', () => {
  const bench = new ShaderBench();

  it('wait at barriers for all their lanes', () => {
    // Each of 40 items stores its id, waits, reads that of its mirror image.
    const text = `${ADDRESS}
      STORE.i32.slot0.wait0 @r0, r4, offset:0
      BARRIER.slot7.wait
      ISUB.u32 r1, u1, r0
      LSHIFT_OR.i32 r4, r1, 0x3020100.b22, 0x0
      IADD.u32 r4, r4, u0
      LOAD.i32.slot0.wait0 @r6, r4, offset:0
      BARRIER.slot7.wait
      ISUB.u32 r7, r6, r0
      NOP.end`;
    bench.run(text, { uniforms: [DATA, 39], preload: LOCAL_ID, sizeX: 40 });
    const mirrored = Array.from({ length: 40 }, (_, n) => bench.register(6, n % 16, n >> 4));
    expect(mirrored).toEqual(Array.from({ length: 40 }, (_, n) => 39 - n));
  });

  it('do not wait for lanes that ended', () => {
    const text = `
      U16_TO_U32 r0, r55.h00
      BRANCHZ.reconverge r0.h0, away
      BARRIER.slot7.wait
      MOV.i32 r1, u0
      NOP.end
    away:
      NOP.end`;
    expect(bench.run(text, { uniforms: [5], preload: LOCAL_ID, sizeX: 20 })).toBe(RUN.DONE);
    expect(bench.register(1)).toBe(5);
  });

  it('have memory of their own, and their items stacks', () => {
    const local = { wlsBase: DATA, wlsSize: 256, wlsInstances: 2, tlsBase: DATA + 0x1000, tlsSize: 32 };
    bench.run('MOV.i32 r0, workgroup_local_pointer.w0\nMOV.i32 r1, thread_local_pointer.w0\nNOP.end', {
      ...local,
      sizeX: 20,
    });
    expect(bench.register(0)).toBe(DATA);
    expect([bench.register(1, 0), bench.register(1, 3, 1)]).toEqual([DATA + 0x1000, DATA + 0x1000 + 19 * 32]);
  });

  it('run in slices as they run at once', () => {
    const text = `${ADDRESS}
      IADD.u32 r1, r57, 0x7060504.b0
    loop:
      ATOM.i32.slot0.aadd @r0, r4, offset:0x0
      IADD_IMM.i32 r1, r1, #0xFFFFFFFF
      BRANCHZ.reconverge r1.h0, loop
      BARRIER.slot7.wait
      NOP.end`;
    const setup = { uniforms: [DATA], preload: LOCAL_ID | GROUP_ID_X, sizeX: 40, groups: 3 };
    const whole = new ShaderBench();
    expect(whole.run(text, setup)).toBe(RUN.DONE);
    const parts = new ShaderBench();
    let status = parts.run(text, { ...setup, budget: 7 });
    let slices = 1;
    while (status === RUN.MORE) {
      // Through plain data and a new engine each time, as a snapshot would.
      parts.task = loadTask(structuredClone(saveTask(parts.task!)));
      parts.engine.reset();
      status = parts.resume(7);
      slices++;
    }
    expect(slices).toBeGreaterThan(20);
    expect(words(parts, DATA, 40)).toEqual(words(whole, DATA, 40));
    expect(parts.task?.executed).toBe(whole.task?.executed);
  });
});

describe('faults', () => {
  const fault = (program: string | bigint[], setup = {}): object => {
    const bench = new ShaderBench();
    expect(bench.run(program, setup)).toBe(RUN.FAULT);
    return { ...bench.engine.memory.fault };
  };

  it('of memory name the access and the address', () => {
    const bad = { uniforms: [0x5000_0000, 0] };
    const mmu = { code: FAULT.TRANSLATION_FAULT_3, mmu: true, va: 0x5000_0004 };
    expect(fault('LOAD.i32.slot0 @r0, u0, offset:4\nNOP.end', bad)).toMatchObject({ ...mmu, access: ACCESS.READ });
    expect(fault('STORE.i32.slot0 @r0, u0, offset:4\nNOP.end', bad)).toMatchObject({ ...mmu, access: ACCESS.WRITE });
    expect(fault('ATOM.i32.slot0.aadd @r0, u0, offset:0x4\nNOP.end', bad)).toMatchObject({
      ...mmu,
      access: ACCESS.ATOMIC,
    });
    expect(fault('LOAD.i32.slot0 @r0, u0, offset:0\nNOP.end', { uniforms: [0, 0x1_0000] })).toMatchObject({
      code: FAULT.ADDR_SIZE_FAULT_IN,
    });
  });

  it('of code: no instruction, no page, no place', () => {
    expect(fault([0n])).toMatchObject({ code: FAULT.INSTR_INVALID_ENC, info: CODE, mmu: false });
    expect(fault([0x8000_c000_0000_0000n])).toMatchObject({ code: FAULT.INSTR_INVALID_ENC });
    expect(fault(wordsOf('NOP\nMOV.i32 r0, r1').concat(0n))).toMatchObject({ info: CODE + 16 });
    expect(fault('NOP', { code: 0x6000_0000 })).toMatchObject({ mmu: true, access: ACCESS.EXECUTE, va: 0x6000_0000 });
    expect(fault('NOP', { code: CODE + 4 })).toMatchObject({ code: FAULT.INSTR_INVALID_PC, info: CODE + 4 });
    expect(fault('BRANCHZ.eq 0x0, offset:-67108864')).toMatchObject({ code: FAULT.INSTR_INVALID_PC });
  });

  it('of barriers on slots that are not theirs', () => {
    const [barrier] = wordsOf('BARRIER.slot7.wait');
    expect(fault([barrier! & ~(7n << 30n)])).toMatchObject({ code: FAULT.INSTR_BARRIER_FAULT, info: CODE });
  });

  it('of registers that do not make a pair, or do not exist', () => {
    const [load] = wordsOf('LOAD.i128.slot0 @r60:r61:r62:r63, r0, offset:0');
    expect(fault([load! + (2n << 40n)])).toMatchObject({ code: FAULT.INSTR_INVALID_ENC });
    const [add] = wordsOf('IADD.u64 r0, r2, r4');
    expect(fault([add! + 1n])).toMatchObject({ code: FAULT.INSTR_INVALID_ENC });
  });
});

describe('sequences of compilers', () => {
  const bench = new ShaderBench();
  const run = (text: string, x: number): number => {
    expect(bench.run(`${text}\nNOP.end`, { uniforms: [f(x), f(1), 0x18] })).toBe(RUN.DONE);
    return fromBits(bench.register(0));
  };

  it.each([-140, -126.5, -1, -0.3, 0, 0.5, 1, 3.7, 100.25, 127.9])('exp2 of %d', (x) => {
    const text = `FMA_RSCALE.f32 r2, u0, 0x3F800000, 0x0.neg, r4
      F32_TO_S32 r3, r2
      FEXP.f32 r0, r3, r2`;
    const result = run(`MOV.i32 r4, u2\n${text}`, x);
    expect(result / Math.fround(2 ** x)).toBeCloseTo(1, x < -126 ? 2 : 5);
  });

  it.each([1e-40, 1e-10, 0.3, 0.75, 1, 1.5, 2, 1000, 3e38])('log2 of %d', (x) => {
    const text = `FREXPE.f32.log r2, u0
      S32_TO_F32 r2, r2
      MOV.i32 r5, u0
      FADD_LSCALE.f32 r3, 0x3F800000.neg, r5
      FLOGD.f32 r4, r5
      FMA.f32 r0, r4, r3, r2`;
    expect(run(text, x)).toBeCloseTo(Math.log2(Math.fround(x)), 4);
    expect([run(text, 0), run(text, Infinity), run(text, -1)]).toEqual([-Infinity, Infinity, NaN]);
  });

  it.each([0, 0.25, 2, 3, 1e10])('square root and quotient of %d', (x) => {
    expect(run('FRSQ.f32 r1, u0\nFRCP.f32 r0, r1', x)).toBeCloseTo(Math.sqrt(x), 2);
  });
});

describe('float modes', () => {
  it('flush and suppress', () => {
    const bench = new ShaderBench();
    const run = (setup: object, ...uniforms: number[]): number => {
      bench.run('FADD.f32 r0, u0, u1\nNOP.end', { ...setup, uniforms });
      return bench.register(0);
    };
    expect(run({}, 3, 0)).toBe(3);
    expect(run({ flush: 2 }, 3, 0x8000_0000)).toBe(0);
    expect(run({ flush: 2 }, 0x0080_0001, 0x8080_0000)).toBe(0);
    expect(run({ suppressNan: true }, 0x7fc0_0000, 0)).toBe(0);
    expect(run({ suppressInf: true }, 0x7f7f_ffff, 0x7f7f_ffff)).toBe(0x7f7f_ffff);
    expect(run({ flush: 1 }, f(1), f(2))).toBe(f(3));
  });
});

describe('code', () => {
  it('that is written while it is held is decoded anew', () => {
    const bench = new ShaderBench();
    bench.run('MOV.i32 r0, u0\nNOP.end', { uniforms: [1, 2] });
    bench.run('MOV.i32 r0, u1\nNOP.end', { uniforms: [1, 2] });
    expect(bench.register(0)).toBe(2);
  });

  it('is found in the address space of the task', () => {
    const bench = new ShaderBench();
    bench.run('NOP.end');
    expect(bench.bench.mmu.probe(AS, CODE, ACCESS.READ)).toBeGreaterThan(0);
  });
});
