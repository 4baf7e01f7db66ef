/**
 * Both engines side by side on random code: registers, flags, memory, counts and everything saved must be the same
 * at random cut points. Programs have loops, memory accesses, IT blocks, calls, interrupts and stores into code.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateHash } from '../../../base/stateful.ts';
import type { Core, CoreEngine } from '../core.ts';
import type { BareBus } from '../bare.ts';
import { machine, PROGRAM, STACK } from '../testing.ts';

const DATA = 0x2000_1000;
/** The handler of all faults: goes on behind the instruction, inside the program, with new pointers in r5..r7. */
const HANDLER_AT = 0x900;
const HANDLER = '0698023040f2fe11084000f580500690024e034f4ff482557047000080110020c0110020';
/** One instruction of a template: letters stand for random bits, as in the instruction table. */
const TEMPLATES = [
  '00000iiiiimmmddd', // lsls
  '00001iiiiimmmddd',
  '00010iiiiimmmddd',
  '0001100mmmnnnddd', // adds
  '0001101mmmnnnddd',
  '00100dddiiiiiiii', // movs
  '00101dddiiiiiiii', // cmp
  '00110dddiiiiiiii',
  '00111dddiiiiiiii',
  '010000iiiimmmddd', // data processing
  '010001000mmmmddd', // add high
  '010001010mmmmnnn', // cmp high
  '010001100mmmmddd', // mov high
  '0101iii110nnnddd', // load, store by register r6
  '011iiiiiii111ddd', // load, store from r7
  '1000iiiiii111ddd',
  '1001idddiiiiiiii', // SP
  '10110010iimmmddd', // extensions
  '1011101000mmmddd',
  '101101000000rrrr', // push, pop of r0..r3
  '101111000000rrrr',
  '11000110rrrrrrrr', // stm, ldm of r6
  '11001110rrrrrrrr',
] as const;
const WIDE = [
  '11101010iiiSnnnn0jjjddddjjyymmmm', // and orr eor ... with a shift
  '111010110i0Snnnn0jjjddddjjyymmmm',
  '11101011101Snnnn0jjjddddjjyymmmm', // sub
  '11110i00iiiSnnnn0jjjddddjjjjjjjj',
  '111100100100iiii0jjjddddjjjjjjjj', // movw
  '111110110000nnnnaaaadddd000immmm', // mla, mls
  '111110111i10nnnnddddaaaa0000mmmm', // long multiplies
  '1111101110i1nnnn1111dddd1111mmmm', // divides
  '111110100ii0nnnn1111dddd0000mmmm', // shifts by register
  '11111000ii1000001ddd000jjjjjjjjj', // loads and stores around r0 .. may fault
  '111110001iij0111ddddjjjjjjjjjjjj', // r7
  '111110000iij0111dddd1jj1jjjjjjjj',
  '1110100111i10111ddddaaaajjjjjjjj', // ldrd, strd
  '111100110100nnnn0jjjddddjj0hhhhh', // bit fields
  '111100111100nnnn0jjjddddjj0hhhhh',
  '111110101011mmmm1111dddd1000mmmm', // clz
  '1111101010i0nnnn1111dddd0jjjmmmm', // parallel
] as const;
const CONDITIONAL_BRANCH = 0xd000;

/** A stream of random bits; deterministic from a seed. */
function bits(seed: number): (n: number) => number {
  let x = seed | 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 4) % n;
  };
}

function fill(template: string, random: (n: number) => number): number {
  let v = 0;
  for (const c of template) v = v * 2 + (c === '0' || c === '1' ? Number(c) : random(2));
  return v;
}

/** Halfwords of a program: mostly sensible instructions, loops backwards, skips, IT blocks, calls, self-modification. */
function program(seed: number, length: number): Uint16Array {
  const random = bits(seed);
  const out: number[] = [];
  const one = (): void => {
    const wide = random(3) === 0;
    const list = wide ? WIDE : TEMPLATES;
    let v = fill(list[random(list.length)]!, random);
    // Registers 13 and 15 seldom: they end the program soon.
    if (!wide && (v & 0xff87) === 0x4485) v ^= 1;
    if (wide) out.push(Math.floor(v / 0x10000), v & 0xffff);
    else out.push(v);
  };
  while (out.length < length) {
    const kind = random(24);
    if (kind < 3) {
      const back = Math.min(out.length, 2 + random(30));
      out.push(CONDITIONAL_BRANCH | (random(14) << 8) | ((-back - 2) & 0xff));
    } else if (kind < 5) out.push(CONDITIONAL_BRANCH | (random(14) << 8) | random(6));
    else if (kind === 5) {
      const condition = random(14);
      const mask = 1 + random(15);
      out.push(0xbf00 | (condition << 4) | mask);
      const n = 4 - (31 - Math.clz32(mask & -mask));
      for (let k = 0; k < n; k++) out.push(fill(TEMPLATES[random(16)]!, random));
    } else if (kind === 6)
      out.push(0xb100 | (random(2) << 11) | (random(6) << 3) | random(8)); // cbz, cbnz
    else if (kind === 7)
      out.push(0xf000, 0xf800 | random(12)); // bl forwards
    else if (kind === 8 && random(3) === 0)
      out.push(0x4770); // bx lr
    else if (kind === 9 && random(4) === 0)
      out.push(0x802b | (random(8) << 6)); // strh r3, [r5]: r5 points at code
    else if (kind === 10)
      out.push(0x3d01 | random(2)); // r5 moves
    else if (kind === 11)
      out.push([0xb672, 0xb662, 0xbf20, 0xdf00, 0xf3ef][random(4)]!); // cpsid, cpsie, wfe, svc
    else one();
  }
  return Uint16Array.from(out);
}

interface Bench {
  readonly core: Core;
  readonly bus: BareBus;
}

function bench(engine: CoreEngine, hot: number): Bench {
  const toFault = HANDLER_AT - PROGRAM;
  const handlers = { 3: toFault, 4: toFault, 5: toFault, 6: toFault, 11: 0x50, 15: 0x58, 16: 0x60 };
  const it = machine('', handlers, { engine, translateAfter: hot });
  it.bus.write(HANDLER_AT, Uint8Array.from(Buffer.from(HANDLER, 'hex')));
  return it;
}

/** The same machine with another program and clean data. */
function restart({ core, bus }: Bench, code: Uint8Array): void {
  bus.ram8.fill(0, PROGRAM, 0x8000);
  bus.ram8.fill(0, bus.offset(0x2000_0000), bus.offset(0x2002_0000));
  core.translator?.clear();
  bus.onPagesChanged();
  bus.write(PROGRAM, code);
  core.setIrq(0, false);
  begin(core);
  core.instructions = 0;
}

function begin(core: Core): void {
  core.reset(STACK, PROGRAM | 1);
  core.nvic.enabled[16] = 1;
  core.nvic.priority[16] = 0x80;
  const { regs } = core;
  for (let r = 0; r < 13; r++) regs[r] = DATA + 64 * r;
  regs[0] = 3;
  regs[1] = -1;
  regs[2] = 0x7fff_ffff;
  regs[5] = PROGRAM + 64;
}

/** Runs until `instructions` have been executed or nothing moves. */
function runTo({ core }: Bench, instructions: number): void {
  while (core.instructions < instructions && core.run(instructions - core.instructions) > 0);
}

const hash = ({ core, bus }: Bench): string =>
  stateHash({
    core: core.save(),
    code: bus.ram8.subarray(0, 0x4000),
    data: bus.ram8.subarray(bus.offset(0x2000_0000), bus.offset(0x2001_0000)),
  });

function same(a: Bench, b: Bench): void {
  expect([...b.core.regs].map((r) => r >>> 0)).toEqual([...a.core.regs].map((r) => r >>> 0));
  expect([b.core.xpsr, b.core.instructions, b.core.now()]).toEqual([a.core.xpsr, a.core.instructions, a.core.now()]);
  expect(hash(b)).toBe(hash(a));
}

const seeds = fc.integer({ min: 1, max: 0x7fff_ffff });
const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 2, maxLength: 6 });

describe('the translator against the interpreter', () => {
  it.each([
    ['everything translated at once', 0, 21],
    ['what is a little hot', 3, 22],
  ])(
    '%s, cut at random, with interrupts and changes',
    (_, hot, seed) => {
      let executed = 0;
      const one = bench('interpreter', 0);
      const other = bench('translator', hot);
      fc.assert(
        fc.property(seeds, cuts, fc.boolean(), (programSeed, steps, systick) => {
          const code = new Uint8Array(program(programSeed, 200).buffer);
          for (const b of [one, other]) restart(b, code);
          const random = bits(programSeed ^ 0x5a5a);
          for (const b of [one, other]) {
            if (!systick) continue;
            b.core.storeAs(0xe000_e014 | 0, 4, 90 + (programSeed & 63), false);
            b.core.storeAs(0xe000_e010 | 0, 4, 7, false);
          }
          let at = 0;
          for (const step of steps) {
            at += step;
            runTo(one, at);
            runTo(other, at);
            same(one, other);
            if (one.core.lockup) for (const b of [one, other]) begin(b.core);
            const kind = random(6);
            const address = PROGRAM + 2 * random(200);
            const halfword = fill(TEMPLATES[random(TEMPLATES.length)]!, random);
            for (const b of [one, other]) {
              if (kind === 0) b.core.setIrq(0, true);
              else if (kind === 1) b.core.setIrq(0, false);
              else if (kind === 2) b.bus.write(address, Uint8Array.of(halfword & 0xff, halfword >>> 8));
              else if (kind === 3) b.core.load(structuredClone(b.core.save()));
              else if (kind === 4) b.core.regs[halfword % 13] = DATA + halfword;
            }
          }
          executed += other.core.instructions;
        }),
        { seed, numRuns: 150 },
      );
      const translated = other.core.translator!.madeInstructions;
      expect(translated).toBeGreaterThan(2000);
      expect(executed).toBeGreaterThan(20_000);
    },
    120_000,
  );
});
