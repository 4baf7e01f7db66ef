/**
 * What the shader core will refuse, and what a programmer very likely did not mean, from the words of one
 * shader. Pure: the same words give the same list. Rules about one instruction are rows of `RULES`; those
 * that follow values along the paths of the shader are in lint-flow.ts.
 */
import { hex64 } from '../../base/bits.ts';
import type { Problem } from '../cs/problem.ts';
import { Problems } from '../cs/problem.ts';
import {
  decode,
  FLOW_END,
  FLOW_RECONVERGE,
  FLOW_WAIT,
  flowOf,
  invalid,
  modifierOf,
  pageOf,
  registerOf,
  REGISTERS,
  reserved,
  signedField,
  slotOf,
  sourceByte,
  specialName,
  stagingBase,
  stagingCount,
} from './isa.ts';
import type { Finding, Instruction } from './findings.ts';
import { error, info, warning } from './findings.ts';
import { flowProblems } from './lint-flow.ts';
import { isWide, usesOf } from './uses.ts';

/** A shader to look at; `assemble` results have this shape. Without places, line n is word n-1. */
export interface LintInput {
  readonly words: BigUint64Array;
  readonly lines?: Uint32Array;
  readonly columns?: Uint32Array;
  readonly endColumns?: Uint32Array;
}

export interface LintOptions {
  /** Registers of a lane as the shader descriptor allocates them: 32 leaves out r16 to r47. */
  readonly registers: 32 | 64;
}

/** Checks a shader. */
export function lint(input: LintInput, options: LintOptions = { registers: 64 }): readonly Problem[] {
  const problems = new Problems();
  const add = (index: number, finding: Finding): void => {
    const column = input.columns?.[index] ?? 1;
    problems.add({
      ...finding,
      line: input.lines?.[index] ?? index + 1,
      column,
      endColumn: input.endColumns?.[index] ?? column + 1,
    });
  };
  const shader = instructions(input.words);
  for (const [index, at] of shader.entries()) {
    if (at === undefined)
      add(index, error('there is no such opcode', 'the shader faults here; check the offset of the words'));
    else for (const rule of RULES) for (const finding of rule(at, options, shader.length)) add(index, finding);
  }
  for (const { index, finding } of flowProblems(shader)) add(index, finding);
  return problems.list.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** The words decoded, without the zero words that pad a binary. */
function instructions(words: BigUint64Array): (Instruction | undefined)[] {
  let length = words.length;
  while (length > 0 && words[length - 1] === 0n) length -= 1;
  return Array.from(words.subarray(0, length), (word, index) => {
    const lo = Number(word & 0xffff_ffffn);
    const hi = Number(word >> 32n);
    const row = decode(lo, hi);
    return row === undefined ? undefined : { index, row, lo, hi, uses: usesOf(row, lo, hi) };
  });
}

type Rule = (at: Instruction, options: LintOptions, length: number) => readonly Finding[];

const NONE: readonly Finding[] = [];

/** Registers of a message's memory access; undefined where the width does not tell. */
function registersNeeded({ row, lo, hi }: Instruction): number | undefined {
  const [head = ''] = row.name.split('.');
  if (head === 'ATOM_RETURN' || head === 'ATOM') {
    return (row.typeSize / 32) * (modifierOf(row, 'compare', lo, hi) === 1 ? 2 : 1);
  }
  if (head === 'LEA_BUFFER') return 2;
  if (head !== 'LOAD' && head !== 'STORE' && head !== 'LD_BUFFER') return undefined;
  const extended = LANE_D0.some(([name, value]) => modifierOf(row, name, lo, hi) === value);
  return extended ? 2 : Math.ceil(row.typeSize / 32);
}
/** Loads that are extended to 64 bits. */
const LANE_D0 = [
  ['load_lane_8_bit', 7],
  ['load_lane_16_bit', 3],
  ['load_lane_32_bit', 1],
] as const;

const BARRIER_SLOT = 7;
/** Slots for everything but the barrier. */
const GENERAL_SLOTS = 3;

const RULES: readonly Rule[] = [
  function encoding({ row, lo, hi }) {
    const bad = invalid(row, lo, hi);
    if (bad !== undefined)
      return [error(`${row.name}: ${bad}`, 'the shader faults here; encode the instruction again')];
    const rest = reserved(row, lo, hi);
    if (rest.lo === 0 && rest.hi === 0) return NONE;
    return [warning(`reserved bits of ${row.name} are set: ${hex64(rest.lo, rest.hi)}`, 'write them as zero')];
  },
  function registerRange({ uses }, { registers }) {
    if (registers === REGISTERS) return NONE;
    const ranges = [...uses.reads, ...uses.writes, ...uses.results];
    const bad = ranges.find(({ first, count }) => first < 48 && first + count > 16);
    if (bad === undefined) return NONE;
    const name = `r${Math.max(bad.first, 16)}`;
    return [error(`${name} does not exist with 32 registers`, 'use r0 to r15 and r48 to r63, or allocate 64')];
  },
  function pairs({ row, lo, hi }) {
    const findings: Finding[] = [];
    for (const s of row.sources) {
      const byte = sourceByte(lo, s.lsb);
      // Constants are extended, all other 64-bit values are aligned pairs.
      if (!isWide(s, lo, hi) || byte % 2 === 0 || (byte >= 0xc0 && byte < 0xe0)) continue;
      const name =
        byte < 0x80
          ? `r${byte & 63}`
          : byte < 0xc0
            ? `u${pageOf(hi) * 64 + (byte & 63)}`
            : `${specialName(byte, pageOf(hi)) ?? 'value'}.w1`;
      findings.push(
        error(`${name} begins no 64-bit value: pairs begin at an even number`, 'name the low word of the pair'),
      );
    }
    if (row.destination && row.typeSize === 64 && registerOf(hi) % 2 !== 0) {
      const name = `r${registerOf(hi)}`;
      findings.push(error(`a 64-bit result cannot begin at ${name}`, 'use an even register'));
    }
    for (const s of row.staging) {
      if (stagingCount(s, lo, hi) < 2 || stagingBase(s, lo, hi) % 2 === 0) continue;
      findings.push(
        error(`a set of several registers cannot begin at r${stagingBase(s, lo, hi)}`, 'begin at an even register'),
      );
    }
    return findings;
  },
  function stagingSize(at) {
    const need = registersNeeded(at);
    if (need === undefined) return NONE;
    const set = at.row.staging.at(-1);
    const count = set === undefined ? 0 : stagingCount(set, at.lo, at.hi);
    if (count === need) return NONE;
    return [warning(`${at.row.name} moves ${need} registers, the set has ${count}`, `name ${need} registers`)];
  },
  function sharedSources({ row, lo }) {
    const codes = new Set(row.sources.map((s) => sourceByte(lo, s.lsb)).filter((b) => b >= 0x80));
    if (codes.size > 2) {
      return [error('more than two different uniforms, constants and special values', 'move one to a register first')];
    }
    const words = [...codes].filter((b) => b < 0xc0 || b >= 0xe0);
    const slots = new Set(words.map((b) => b >> 1));
    if (row.message || slots.size <= 1) return NONE;
    return [
      error('arithmetic reads one 64-bit slot of uniforms or special values', 'move one word to a register first'),
    ];
  },
  function slots({ row, lo, hi }) {
    if (!row.message) return NONE;
    const slot = slotOf(lo, hi);
    if (row.name === 'BARRIER') {
      if (slot !== BARRIER_SLOT) return [error(`BARRIER holds slot 7, not ${slot}`, 'write .slot7')];
      if (flowOf(hi) !== FLOW_WAIT) return [error('nothing waits for the barrier', 'write BARRIER.slot7.wait')];
    } else if (slot >= GENERAL_SLOTS && row.byName['slot'] !== undefined) {
      return [error(`slot ${slot} is not for ${row.name}`, 'use slot 0, 1 or 2')];
    }
    return NONE;
  },
  function branchTarget({ row, lo, hi, index }, _options, length) {
    if (row.name !== 'BRANCHZ') return NONE;
    const to = index + 1 + signedField(lo, hi, 8, 27);
    if (to >= 0 && to < length) return NONE;
    return [error('the branch leaves the shader', 'branch to an instruction of the shader')];
  },
  function divergence({ row, lo, hi }) {
    const divergent = row.name === 'BRANCHZ' && sourceByte(lo, 0) < 0x80;
    const flow = flowOf(hi);
    if (!divergent || flow === FLOW_RECONVERGE || flow === FLOW_END) return NONE;
    return [
      info(
        'lanes may disagree about this branch, and none are chosen again',
        'write .reconverge unless they all agree',
      ),
    ];
  },
];
