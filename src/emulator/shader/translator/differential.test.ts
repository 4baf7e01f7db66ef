/**
 * The translator against the interpreter: the same program, the same start; registers, memory, faults, places of
 * lanes, cycles and counts must be the same at every end of a slice.
 */
import { array, assert, bigInt, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disassemble } from '../../../spec/valhall/disassemble.ts';
import { ROWS, rowNamed } from '../../../spec/valhall/isa.ts';
import { ACCESS } from '../../wiring.ts';
import { RUN } from '../engine.ts';
import { LaneFile, LANES, WARP_ROW, WARP_WORDS } from '../layout.ts';
import { KIND, lower } from '../micro-op.ts';
import { ConstantPool } from '../sources.ts';
import { loadTask, saveTask, warpsOf } from '../task.ts';
import { AS, CODE, DATA, ShaderBench, TABLE, wordsOf, type Setup } from '../testing.ts';
import { ProgramText, TEXT_UNIFORMS } from './program-text.ts';
import { INTEGER_TEMPLATES } from './templates-integer.ts';
import { floatTemplates } from './templates-float.ts';

const END = 0x7800_c000_0000_0000n;
const PAGE = 4096;

/** Numbers at which instructions tend to differ. */
const EDGES = [
  0, 1, -1, 2, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0x8000, 0xffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc0_0001,
  0x7f80_0001, 0x3f80_0000, 0xbf80_0000, 0x3f00_0000, 0x4b00_0001, 0x007f_ffff, 0x0000_0001, 0x8000_0001, 0x3f80_0001,
  0x4f00_0000, 0xcf00_0000, 0x7bff, 0x7c00, 0x0001_fc01, 0x3c00_3c00, 0x1234_5678, 0xfedc_ba98, 0x4049_0fdb,
  0x3ff0_0000,
];

/** What a run left: everything that must not depend on the engine. */
interface Left {
  readonly text: string;
  readonly registers: Int32Array;
  readonly data: Int32Array;
}

function leftBy(bench: ShaderBench, status: number): Left {
  const { engine, task } = bench;
  const first = WARP_ROW * LANES;
  const words = warpsOf(task!.environment) * WARP_WORDS;
  const { registers: _kept, environment: _same, ...rest } = saveTask(task!);
  const plain = JSON.stringify({
    status,
    cycles: engine.cycles,
    counts: [...engine.counts],
    task: rest,
    fault: status === RUN.FAULT ? engine.memory.fault : 0,
  });
  return { text: plain, registers: engine.file.I.slice(first, first + words), data: dataOf(bench) };
}

function dataOf({ bench }: ShaderBench): Int32Array {
  const data = new Int32Array(0x1000);
  for (let at = 0; at < 0x4000; at += PAGE) {
    const pa = bench.mmu.probe(AS, DATA + at, ACCESS.READ);
    const from = bench.ram.offset(pa, PAGE) >>> 2;
    data.set(bench.ram.ram32.subarray(from, from + PAGE / 4), at / 4);
  }
  return data;
}

function putData({ bench }: ShaderBench, data: Int32Array): void {
  for (let at = 0; at < 0x4000; at += PAGE) {
    const pa = bench.mmu.probe(AS, DATA + at, ACCESS.READ);
    bench.ram.writeBytes(pa, new Uint8Array(data.slice(at / 4, (at + PAGE) / 4).buffer));
  }
}

/** The first word that differs, as text. */
function difference(a: Int32Array, b: Int32Array, what: (n: number) => string): string | undefined {
  const n = a.findIndex((word, k) => word !== b[k]);
  return n < 0 ? undefined : `${what(n)}: interpreter ${hex(a[n]!)}, translator ${hex(b[n]!)}`;
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

function compare(a: Left, b: Left): void {
  const at = Array.from(a.text).findIndex((c, n) => c !== b.text[n]);
  if (at >= 0)
    throw new Error(`interpreter ...${a.text.slice(at - 80, at + 40)}, translator ${b.text.slice(at, at + 40)}`);
  const register = (n: number): string => `warp ${n >> 10} r${(n >> 4) & 63} lane ${n & 15}`;
  const found = difference(a.registers, b.registers, register) ?? difference(a.data, b.data, (n) => `data word ${n}`);
  expect(found).toBeUndefined();
}

const interpreter = new ShaderBench();
const translator = new ShaderBench('translator');

/** Data both benches begin with. */
function prepare(bench: ShaderBench): void {
  const words = Uint32Array.from({ length: 0x1000 }, (_, n) => EDGES[n % EDGES.length]! ^ (n >> 6));
  for (let at = 0; at < 0x4000; at += PAGE) {
    const pa = bench.bench.mmu.probe(AS, DATA + at, ACCESS.READ);
    bench.bench.ram.writeBytes(pa, new Uint8Array(words.buffer, at, PAGE));
  }
  // Table 0: a buffer of 0x3000 bytes; table 1: one of 10 bytes.
  const pa = bench.bench.mmu.probe(AS, TABLE, ACCESS.READ);
  const put = (at: number, ...values: number[]): void =>
    values.forEach((w, n) => bench.bench.ram.write32(pa + at + 4 * n, w));
  put(0, TABLE + 0x100, 0, 0x40, 0, TABLE + 0x100, 0, 0x40, 0);
  put(0x100, 0x9, 0x3000, DATA, 0, 0, 0, 0, 0, 0x9, 10, DATA + 0x20, 0, 0, 0, 0, 0);
}

const SETUP: Setup = {
  preload: 0xff80,
  sizeX: 20,
  sizeY: 2,
  groups: 2,
  tableLo: TABLE | 4,
  uniforms: [DATA, 0, 1, -1, 0x7fc0_0000, DATA + 0x800, 0, 3, 0x3f80_0000, 7],
  wlsBase: DATA + 0x1000,
  wlsSize: 256,
  wlsInstances: 1,
};

/** Runs on both engines, slice by slice, and compares. */
function same(program: string | readonly bigint[], setup: Setup = {}, slices = 4): void {
  const all = { ...SETUP, ...setup };
  const words = typeof program === 'string' ? wordsOf(program) : program;
  const budget = all.budget ?? 3000;
  const [before = [], after = []] = [interpreter, translator].map((bench) => {
    prepare(bench);
    let status = bench.run(words, { ...all, budget });
    const out = [leftBy(bench, status)];
    for (let n = 1; n < slices && status === RUN.MORE; n++) {
      status = bench.resume(budget);
      out.push(leftBy(bench, status));
    }
    lastStatus = status;
    return out;
  });
  const listing = (): string => disassemble(BigUint64Array.from(words)).join('\n');
  try {
    expect(after.length).toBe(before.length);
    before.forEach((left, n) => compare(left, after[n]!));
  } catch (error) {
    throw new Error(`${String(error)}\n${listing()}`, { cause: error });
  }
}

const big = (lo: number, hi: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);

/** Puts edge numbers, different ones in each lane, into r0 to r31. */
const fill = (): string[] => {
  const lines = ['MOV.i32 r40, u0', 'MOV.i32 r41, u1', 'LSHIFT_OR.i32 r42, lane_id, 0x3020100.b22, 0x0'];
  lines.push('IADD.u32 r40, r40, r42');
  for (let n = 0; n < 32; n += 1) lines.push(`LOAD.i32.unsigned.slot0 @r${n}, r40, offset:${n * 68}`);
  return lines;
};
const fillWords = wordsOf([...fill(), 'NOP.wait0'].join('\n'));

const pool = new ConstantPool(new LaneFile());
const MIX = 6364136223846793005n;

/** A valid word of an instruction with random other bits; a tame one reads the registers that `fill` has set. */
function randomWord(row: (typeof ROWS)[number], seed: bigint, tame: boolean): bigint {
  const mask = big(row.maskLo, row.maskHi);
  let noise = seed;
  let candidate = 0n;
  for (let attempt = 0; attempt < 60; attempt++) {
    noise = BigInt.asUintN(64, noise * MIX + 1442695040888963407n);
    // Both halves are written mostly, marker bits are set; no flow.
    let random = ((noise >> 9n) ^ (noise << 31n)) & ~(0x1fn << 59n);
    if ((seed & 7n) !== 0n) random |= 0xc0n << 40n;
    if (tame) for (const s of row.sources) random &= ~(0x20n << BigInt(s.lsb));
    if (attempt > 20) random &= ~(3n << 57n);
    candidate = BigInt.asUintN(64, (random & ~mask) | big(row.valueLo, row.valueHi));
    if (pool.full) pool.clear();
    const op = lower(Number(candidate & 0xffff_ffffn) | 0, Number(candidate >> 32n) | 0, pool);
    if (op.kind !== KIND.INVALID) break;
  }
  return candidate;
}

/** Programs that end badly, or never: text, setup, how the last slice ends. */
const HARD: Readonly<Record<string, readonly [text: string, setup: Setup, status: number]>> = {
  'that never end': ['loop: BRANCHZ.eq.reconverge 0x0, loop\nNOP.end', { budget: 777 }, RUN.MORE],
  'that never end while they compute': [
    'loop: IADD_IMM.i32 r0, r0, #0x1\nFADD.f32 r1, r1, r60\nBRANCHZ.eq.reconverge 0x0, loop\nNOP.end',
    { budget: 500 },
    RUN.MORE,
  ],
  'that some lanes never leave': [
    'loop: IADD_IMM.i32 r0, r0, #0x1\nICMP_OR.u32.lt.m1 r1, r0, r60, 0x0\nBRANCHZ.reconverge r60, loop\nNOP.end',
    { budget: 1000 },
    RUN.MORE,
  ],
  'whose lanes wait at different barriers': [
    `MOV.i32 r0, u2
     LSHIFT_AND.i32 r0, lane_id.w0, 0x0.b00, r0
     BRANCHZ.eq.reconverge r0, other
     IADD_IMM.i32 r1, 0x0, #0x5
     BARRIER.slot7.wait
     BRANCHZ.eq 0x0, end
other: IADD_IMM.i32 r1, 0x0, #0x6
     BARRIER.slot7.wait
end: IADD_IMM.i32.reconverge r2, r1, #0x1
     NOP.end`,
    { sizeX: 40, sizeY: 1 },
    RUN.DONE,
  ],
  'with a barrier that lanes have ended before': [
    'ICMP_OR.u32.lt.m1 r0, r60, u7, 0x0\nBRANCHZ.reconverge r0, on\nNOP.end\non: BARRIER.slot7.wait\nNOP.end',
    {},
    RUN.DONE,
  ],
  'with a barrier on another slot': ['NOP\nBARRIER.slot2.wait\nNOP.end', {}, RUN.FAULT],
  'with a misaligned load and store': [
    `MOV.i32 r4, u0\nMOV.i32 r5, u1\nIADD_IMM.i32 r4, r4, #0xFFD
     LOAD.i32.unsigned.slot0 @r2, r4, offset:0\nSTORE.i32.slot0 @r2, r4, offset:6\nNOP.end`,
    {},
    RUN.DONE,
  ],
  'with a misaligned atomic': [
    'MOV.i32 r4, u0\nMOV.i32 r5, u1\nIADD_IMM.i32 r4, r4, #0x2\nATOM1_RETURN.i32.slot0.ainc @r2, r4, offset:0x0\nNOP.end',
    {},
    RUN.FAULT,
  ],
  'whose twelfth lane leaves the mapping': [
    `LSHIFT_OR.i32 r4, lane_id.w0, 0x3020100.b22, 0x0\nMOV.i32 r5, u1\nIADD.u32 r4, r4, u0
     STORE.i32.slot0 @r60, r4, offset:16340\nNOP.end`,
    {},
    RUN.FAULT,
  ],
  'whose load leaves the mapping in some lanes only': [
    `LSHIFT_OR.i32 r4, r60, 0x7060504.b22, 0x0\nMOV.i32 r5, u1\nIADD.u32 r4, r4, u0
     LOAD.i128.unsigned.slot0 @r8:r9:r10:r11, r4, offset:16000\nNOP.end`,
    { sizeX: 40, sizeY: 1 },
    RUN.FAULT,
  ],
};
let lastStatus: number = RUN.DONE;

/** Uniforms of random texts, the words of one with its registers filled. */
const TEXT = [DATA, 0, 1, -1, 0x7fc0_0000, DATA + 0x800, 0, 3, 0x3f80_0000, 7, ...TEXT_UNIFORMS];
const textWords = (seed: number): bigint[] => [
  ...fillWords,
  ...wordsOf('IADD_IMM.i32 r23, 0x0, #0x1000000'),
  ...wordsOf(new ProgramText(seed).make()),
];

const word = bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('translated programs', () => {
  it('are translated', () => {
    const before = translator.engine.translator!.made;
    same('IADD_IMM.i32 r0, r60, #0x3\nNOP.end');
    expect(translator.engine.translator!.made).toBe(before + 1);
  });

  for (const name of [...Object.keys(INTEGER_TEMPLATES), ...Object.keys(floatTemplates('steps'))]) {
    it(`${name} gives what the interpreter gives`, () => {
      const row = rowNamed(name)!;
      assert(
        property(array(word, { minLength: 12, maxLength: 12 }), (noise) => {
          same([...fillWords, ...noise.map((n, k) => randomWord(row, n, k % 3 !== 0)), END], {
            sizeX: 16,
            sizeY: 1,
            groups: 1,
          });
        }),
        { seed: 11, numRuns: 5 },
      );
    });
  }

  it('of random instructions do what the interpreter does', () => {
    assert(
      property(
        array(constantFrom(...ROWS), { minLength: 1, maxLength: 24 }),
        array(word, { minLength: 24, maxLength: 24 }),
        integer({ min: 0, max: 7 }),
        (rows, noise, flush) => {
          const words = rows.map((row, k) => randomWord(row, noise[k]!, true));
          same([...fillWords, ...words, END], { flush: flush & 3, suppressNan: (flush & 4) !== 0, budget: 150 });
        },
      ),
      { seed: 12, numRuns: 120 },
    );
  });

  it('of loops, branches, memory, atomics and barriers do what the interpreter does', () => {
    assert(
      property(integer({ min: 1, max: 2 ** 31 }), integer({ min: 40, max: 700 }), (seed, budget) => {
        same(textWords(seed), { budget, uniforms: TEXT }, 12);
      }),
      { seed: 14, numRuns: 100 },
    );
  });

  it('go on in the other engine from any end of a slice', () => {
    assert(
      property(integer({ min: 1, max: 2 ** 31 }), integer({ min: 60, max: 400 }), (seed, budget) => {
        const words = textWords(seed);
        const setup = { ...SETUP, uniforms: TEXT, budget };
        prepare(interpreter);
        const plain: Left[] = [leftBy(interpreter, interpreter.run(words, setup))];
        for (let n = 0; n < 20; n++) plain.push(leftBy(interpreter, interpreter.resume(budget)));
        // The same task, now here and now there.
        const benches = [translator, interpreter];
        for (const bench of benches) prepare(bench);
        let status = translator.run(words, setup);
        compare(plain[0]!, leftBy(translator, status));
        for (let n = 0; status === RUN.MORE && n < 20; n++) {
          const [from, to] = [benches[n & 1]!, benches[(n + 1) & 1]!];
          to.task = loadTask(structuredClone(saveTask(from.task!)));
          putData(to, dataOf(from));
          to.engine.reset();
          status = to.resume(budget);
          compare(plain[n + 1]!, leftBy(to, status));
        }
      }),
      { seed: 15, numRuns: 25 },
    );
  });

  it.each(Object.entries(HARD))('%s', (_what, [text, setup, status]) => {
    same(text, setup, 6);
    expect(translator.engine.translator!.ready).toBe(true);
    expect(lastStatus).toBe(status);
  });

  it('that change themselves', () => {
    // The loop's second instruction becomes another while it runs: r3 counts by 1, then by 16.
    const setup = { uniforms: [CODE, 0, 0x10], sizeX: 16, sizeY: 1, groups: 2 };
    const program = `
      MOV.i32 r0, u0
      MOV.i32 r1, u1
      IADD_IMM.i32 r2, 0x0, #0x4
loop: IADD_IMM.i32 r3, r3, #0x1
      MOV.i32 r4, u2
      STORE.i8.slot0 @r4, r0, offset:25
      IADD_IMM.i32 r2, r2, #0xFFFFFFFF
      BRANCHZ.reconverge r2, loop
      NOP.end`;
    same(program, setup);
    expect(translator.register(3)).toBe(interpreter.register(3));
  });

  it('of random words do what the interpreter does', () => {
    assert(
      property(array(word, { maxLength: 20 }), (words) => same([...words, END], { budget: 100 })),
      { seed: 13, numRuns: 60 },
    );
  });
});
