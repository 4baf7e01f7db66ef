/**
 * Decoded instructions: everything about a word that does not change from one execution to the next, in fields of one
 * shape. A word that is no instruction, or one whose function is not known, becomes an operation that faults.
 */
import {
  decode,
  field,
  FLOW_END,
  FLOW_RECONVERGE,
  flagsOf,
  flowOf,
  invalid,
  modifierOf,
  registerOf,
  signedField,
  slotOf,
  stagingBase,
  stagingCount,
  type Row,
} from '../../spec/valhall/isa.ts';
import { COST_ARITHMETIC, COST_MESSAGE, COST_SFU } from './choices.ts';
import { ALU, type AluFunction } from './execute.ts';
import { LANES, REGISTERS } from './layout.ts';
import { MESSAGES, type MessageFunction } from './messages.ts';
import { operandOf, type ConstantPool, type Operand, type Prep } from './sources.ts';

/** What an operation does. */
export const KIND = { ALU: 0, MESSAGE: 1, BRANCH: 2, BARRIER: 3, NOTHING: 4, INVALID: 5 } as const;

export interface MicroOp {
  readonly name: string;
  readonly kind: number;
  readonly alu: AluFunction;
  readonly message: MessageFunction;
  /** Lanes move on together after it (reconverge) or end. */
  readonly turn: boolean;
  readonly end: boolean;
  readonly cost: number;
  /** Destination or staging register as a word offset in the warp, -1 none; halves written; a pair. */
  readonly dst: number;
  readonly halves: number;
  readonly wide: boolean;
  /** Staging registers: first and number of the set that is written, and of the set that is read. */
  readonly out: number;
  readonly outCount: number;
  readonly in: number;
  readonly inCount: number;
  /** Sources as word offsets, relative to the warp where the mask is -1; what is done to them. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly e: number;
  readonly am: number;
  readonly bm: number;
  readonly cm: number;
  readonly em: number;
  readonly pa: Prep | undefined;
  readonly pb: Prep | undefined;
  readonly pc: Prep | undefined;
  readonly pe: Prep | undefined;
  /** No source needs anything, all of a register is written. */
  readonly plain: boolean;
  readonly counter: boolean;
  /** Size of the numbers among the sources (32, 16), or 0 when there are none: for float modes. */
  readonly float: number;
  /** Which sources are numbers: bit n for source n. */
  readonly floatSources: number;
  /** Size of the numbers in the result; 0 for integers, masks and selections. */
  readonly floatResult: number;
  /** Modifiers by their usual places; 0 where there are none. */
  readonly clamp: number;
  readonly round: number;
  readonly condition: number;
  readonly result: number;
  readonly flag: boolean;
  readonly select: number;
  readonly inactive: number;
  readonly lane: number;
  readonly unsigned: boolean;
  /** A message that loads (1), stores (2), or both, for the counters. */
  readonly access: number;
  readonly imm: number;
  readonly lo: number;
  readonly hi: number;
}

const nothing = (): void => undefined;

const CONTROL: Readonly<Record<string, number>> = {
  NOP: KIND.NOTHING,
  BRANCHZ: KIND.BRANCH,
  BRANCHZI: KIND.BRANCH,
  BARRIER: KIND.BARRIER,
};

/** Names of flags that change what an instruction computes; no instruction has two of them. */
const FLAGS = ['saturate', 'rhadd', 'not_result', 'compare', 'eq', 'preserve_null'] as const;
const LOAD_LANES = /^load_lane_/;

/** Length of the register set a message may name. */
const fits = (first: number, count: number): boolean => first + count <= REGISTERS;

function kindOf(row: Row): number {
  const control = Object.hasOwn(CONTROL, row.name) ? CONTROL[row.name] : undefined;
  if (control !== undefined) return control;
  if (Object.hasOwn(ALU, row.name)) return KIND.ALU;
  return Object.hasOwn(MESSAGES, row.name) ? KIND.MESSAGE : KIND.INVALID;
}

function costOf(row: Row): number {
  if (row.message) return COST_MESSAGE;
  return row.unit === 'SFU' ? COST_SFU : COST_ARITHMETIC;
}

const NO_OPERAND: Operand = { register: false, row: 0, prep: undefined, counter: false };

/** Selections move bits; conversions to integers, exponents, comparisons and classes give no numbers. */
const NO_NUMBERS = /^CSEL/;
const NO_NUMBER_RESULT = /^(V?2?F(16|32)_TO_V?2?[SU]|FREXPE|FCMP|FPCLASS|DISCARD)/;

/** The sources that are numbers, a bit each. FADD_IMM.f32 takes no modifiers of one, but adds it. */
function floatSourcesOf(row: Row): number {
  if (row.name === 'FADD_IMM.f32') return 1;
  return row.sources.reduce((bits, s, n) => bits | (s.float ? 1 << n : 0), 0);
}

/** Size of the sources that are numbers, which flushing applies to. */
function floatOf(row: Row): number {
  if (floatSourcesOf(row) === 0 || NO_NUMBERS.test(row.name)) return 0;
  if (row.name.startsWith('F16_TO_')) return 16;
  return row.typeSize === 16 && row.name !== 'V2F32_TO_V2F16' ? 16 : 32;
}

/** Size of the numbers of the result, which flushing and suppression apply to. */
function floatResultOf(row: Row): number {
  return floatOf(row) === 0 || NO_NUMBER_RESULT.test(row.name) ? 0 : row.typeSize;
}

/** Decodes a word; never fails. */
export function lower(lo: number, hi: number, pool: ConstantPool): MicroOp {
  const row = decode(lo, hi);
  if (row === undefined) return bad('?', lo, hi);
  const kind = kindOf(row);
  if (kind === KIND.INVALID || invalid(row, lo, hi) !== undefined) return bad(row.name, lo, hi);
  const operands: Operand[] = [];
  for (const source of row.sources) {
    const operand = operandOf(row, source, lo, hi, pool);
    if (operand === undefined) return bad(row.name, lo, hi);
    operands.push(operand);
  }
  const [a = NO_OPERAND, b = NO_OPERAND, c = NO_OPERAND, e = NO_OPERAND] = operands;
  const wide = row.destination && row.typeSize === 64;
  const register = registerOf(hi);
  if (wide && (register & 1) === 1) return bad(row.name, lo, hi);
  const written = row.staging.find((s) => s.access === 'write');
  const read = row.staging.find((s) => s.access === 'read');
  const out = written === undefined ? 0 : stagingBase(written, lo, hi);
  const outCount = written === undefined ? 0 : stagingCount(written, lo, hi);
  const inFirst = read === undefined ? 0 : stagingBase(read, lo, hi);
  const inCount = read === undefined ? 0 : stagingCount(read, lo, hi);
  if (!fits(out, outCount) || !fits(inFirst, inCount)) return bad(row.name, lo, hi);
  const modifier = (name: string): number => modifierOf(row, name, lo, hi) ?? 0;
  const flow = flowOf(hi);
  const immediate = row.immediates.find((i) => ['constant', 'offset', 'shift'].includes(i.name));
  const loadLane = row.modifiers.find((m) => LOAD_LANES.test(m.name));
  const preps = operands.some((o) => o.prep !== undefined || o.counter);
  return {
    name: row.name,
    kind,
    alu: ALU[row.name] ?? nothing,
    message: MESSAGES[row.name] ?? nothing,
    turn: flow === FLOW_RECONVERGE || flow === FLOW_END,
    end: flow === FLOW_END,
    cost: costOf(row),
    dst: row.destination ? register * LANES : -1,
    halves: row.destination ? flagsOf(hi) : 3,
    wide,
    out: out * LANES,
    outCount,
    in: inFirst * LANES,
    inCount,
    a: a.row * LANES,
    b: b.row * LANES,
    c: c.row * LANES,
    e: e.row * LANES,
    am: a.register ? -1 : 0,
    bm: b.register ? -1 : 0,
    cm: c.register ? -1 : 0,
    em: e.register ? -1 : 0,
    pa: a.prep,
    pb: b.prep,
    pc: c.prep,
    pe: e.prep,
    plain: !preps && (!row.destination || flagsOf(hi) === 3),
    counter: operands.some((o) => o.counter),
    float: floatOf(row),
    floatSources: floatSourcesOf(row),
    floatResult: floatResultOf(row),
    clamp: modifier('clamp'),
    round: modifier('round_mode'),
    condition: modifier('condition'),
    result: modifier('result_type'),
    flag: FLAGS.some((name) => modifier(name) === 1),
    select: selectOf(row, lo, hi),
    inactive: modifier('inactive_result'),
    lane: loadLane === undefined ? 0 : field(lo, hi, loadLane.lsb, loadLane.width),
    unsigned: modifier('unsigned') === 1,
    access: accessOf(row.name),
    imm: immediate === undefined ? 0 : (immediate.signed ? signedField : field)(lo, hi, immediate.lsb, immediate.width),
    lo,
    hi,
  };
}

/** The remaining modifier of instructions that have one more: kind of split, selection, operation, subgroup. */
function selectOf(row: Row, lo: number, hi: number): number {
  const of = (name: string): number | undefined => modifierOf(row, name, lo, hi);
  if (row.name.startsWith('FREXP')) return (of('log') ?? 0) === 1 ? 1 : (of('sqrt') ?? 0) * 2;
  if (row.name.startsWith('BRANCH')) return field(lo, hi, 37, 3) | ((of('absolute') ?? 0) << 3);
  if (row.name === 'BARRIER') return slotOf(lo, hi);
  if (row.name.startsWith('CLPER')) return (of('subgroup_size') ?? 0) | ((of('lane_operation') ?? 0) << 4);
  if (row.name.startsWith('SEG_ADD')) return of('neg') ?? 0;
  return (
    of('mux') ?? of('signed') ?? of('atomic_operation') ?? of('atomic_operation_with_1') ?? of('subgroup_size') ?? 0
  );
}

const LOADS = 1;
const STORES = 2;

function accessOf(name: string): number {
  if (name.startsWith('ATOM')) return LOADS | STORES;
  if (name.startsWith('ST')) return STORES;
  return name.startsWith('LD') || name.startsWith('LOAD') || name.startsWith('TEX') ? LOADS : 0;
}

function bad(name: string, lo: number, hi: number): MicroOp {
  return { ...TEMPLATE, name, lo, hi };
}

const TEMPLATE: MicroOp = {
  name: '?',
  kind: KIND.INVALID,
  alu: nothing,
  message: nothing,
  turn: false,
  end: false,
  cost: COST_ARITHMETIC,
  dst: -1,
  halves: 3,
  wide: false,
  out: 0,
  outCount: 0,
  in: 0,
  inCount: 0,
  a: 0,
  b: 0,
  c: 0,
  e: 0,
  am: 0,
  bm: 0,
  cm: 0,
  em: 0,
  pa: undefined,
  pb: undefined,
  pc: undefined,
  pe: undefined,
  plain: true,
  counter: false,
  float: 0,
  floatSources: 0,
  floatResult: 0,
  clamp: 0,
  round: 0,
  condition: 0,
  result: 0,
  flag: false,
  select: 0,
  inactive: 0,
  lane: 0,
  unsigned: false,
  access: 0,
  imm: 0,
  lo: 0,
  hi: 0,
};
