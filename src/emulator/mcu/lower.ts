/**
 * From a decoded instruction to an entry of the code cache. Each semantics key that the hot loop knows has a
 * row here; whatever has none, or a form the loop does not do (odd shifts, Rt = PC, base in the list), becomes
 * the `slow` operation and runs in slow-*.ts.
 */
import { popcount32 } from '../../base/bits.ts';
import type { Decoded } from '../../spec/thumb/decode.ts';
import { OPERATIONS } from './interpreter-text.ts';

/** What a key becomes: the loop's operation, its immediate and auxiliary words, and registers that differ. */
interface Lowered {
  readonly op: string;
  readonly imm?: number;
  readonly aux?: number;
  readonly d?: number;
  readonly n?: number;
}

/** pc: address of the instruction; s: whether it sets flags here. Undefined: execute slowly. */
type Rule = (i: Decoded, pc: number, s: string) => Lowered | undefined;

const SHIFT_NAMES = ['lsl', 'lsr', 'asr', 'ror'];
const PAGE = -4096;
/** Entry words per byte of code: a branch inside the page moves by offset * 2. */
const WORDS_PER_BYTE = 2;

const rules = new Map<string, Rule>();
const rule = (keys: string, make: Rule): void => {
  for (const key of keys.split(' ')) rules.set(key, make);
};

const operation = (i: Decoded): string => i.row.key.slice(0, i.row.key.indexOf('.'));

rule('add.i sub.i rsb.i adc.i sbc.i', (i, _, s) => ({ op: `${operation(i)}${s}.i`, imm: i.imm }));
rule('add.r', (i, pc, s) => (i.m === 15 ? { op: 'add.i', imm: pc + 4 } : { op: `add${s}.r` }));
rule('sub.r adc.r sbc.r and.r eor.r orr.r bic.r mvn.r', (i, _, s) => ({ op: `${operation(i)}${s}.r` }));
rule('cmp.i cmn.i', (i) => ({ op: i.row.key, imm: i.imm }));
rule('cmp.r cmn.r tst.r teq.r', (i) => ({ op: i.row.key }));
rule('and.i orr.i eor.i mov.i', (i, _, s) => ({ op: `${operation(i)}${s}.i`, imm: i.imm, aux: i.carry }));
rule('bic.i', (i, _, s) => ({ op: `and${s}.i`, imm: ~i.imm, aux: i.carry }));
rule('orn.i', (i, _, s) => ({ op: `orr${s}.i`, imm: ~i.imm, aux: i.carry }));
rule('mvn.i', (i, _, s) => ({ op: `mov${s}.i`, imm: ~i.imm, aux: i.carry }));
rule('tst.i teq.i', (i) => ({ op: i.row.key, imm: i.imm, aux: i.carry }));
rule('mov.r', (i, pc, s) => (i.m === 15 ? { op: 'mov.i', imm: pc + 4, aux: -1 } : { op: `mov${s}.r` }));
rule('movt', (i) => ({ op: 'movt', imm: i.imm << 16 }));
rule('adr.add', (i, pc) => ({ op: 'mov.i', imm: ((pc + 4) & -4) + i.imm, aux: -1 }));
rule('adr.sub', (i, pc) => ({ op: 'mov.i', imm: ((pc + 4) & -4) - i.imm, aux: -1 }));

/** Shifted operands: amount 0 is the plain form; what else the loop lacks goes slow. */
rule(
  ['add', 'sub', 'rsb', 'and', 'orr', 'eor', 'bic', 'adc', 'sbc', 'cmp', 'cmn', 'tst', 'teq', 'mvn', 'orn']
    .map((name) => `${name}.sh`)
    .join(' '),
  (i, _, s) => {
    const name = operation(i);
    const test = /^(cmp|cmn|tst|teq)$/.test(name);
    if (i.amount === 0) return known(`${name}${test ? '' : s}.r`);
    const shift = i.amount < 32 ? SHIFT_NAMES[i.shift] : undefined;
    return shift === undefined ? undefined : known(`${name}${test ? '' : s}.${shift}`, i.amount);
  },
);
rule('mov.sh', (_, __, s) => ({ op: `rrx${s}` }));
rule('lsl.i lsr.i asr.i ror.i', (i, _, s) => (i.amount > 31 ? undefined : known(`${operation(i)}${s}.i`, i.amount)));
rule('lsl.rr lsr.rr asr.rr', (i, _, s) => ({ op: `${operation(i)}${s}.rr` }));
rule('mul', (_, __, s) => ({ op: `mul${s}` }));
rule('mla mls umull smull clz rev nop smulbb smulbt smultb smultt smlabb smlabt smlatb smlatt', (i) => ({
  op: i.row.key,
}));
rule('dsb isb', () => ({ op: 'nop' }));
rule('uxtb uxth sxtb sxth', (i) => (i.extra === 0 ? { op: i.row.key } : undefined));
rule('ubfx', (i) => ({ op: 'ubfx', imm: i.imm, aux: i.extra === 31 ? -1 : (1 << (i.extra + 1)) - 1 }));
rule('sbfx', (i) => {
  const left = 31 - i.imm - i.extra;
  return left < 0 ? undefined : { op: 'sbfx', imm: left, aux: 31 - i.extra };
});
rule('bfi', (i) => (i.extra < i.imm ? undefined : { op: 'bfi', imm: i.imm, aux: fieldMask(i.imm, i.extra) }));
rule('bfc', (i) => (i.extra < i.imm ? undefined : { op: 'and.i', n: i.d, imm: ~fieldMask(i.imm, i.extra), aux: -1 }));

const MEMORY = 'ldr ldrb ldrh ldrsb ldrsh str strb strh'.split(' ');
const forms = (suffix: string): string => MEMORY.map((name) => name + suffix).join(' ');
const signedOffset = (i: Decoded): number => (i.add ? i.imm : -i.imm);
/** Rt = PC goes slow, but for the one form that compilers use for tables and vectors. */
rule(forms('.i'), (i) => (i.d === 15 ? { op: 'ldrPc.i', imm: i.imm } : { op: i.row.key, imm: i.imm }));
rule(forms('.n'), (i) => (i.d === 15 ? undefined : { op: `${operation(i)}.i`, imm: -i.imm }));
rule(forms('.r'), (i) => (i.d === 15 ? undefined : { op: i.row.key, aux: i.extra }));
rule(`${forms('.pre')} ${forms('.post')}`, (i) => (i.d === 15 ? undefined : { op: i.row.key, imm: signedOffset(i) }));
rule('ldr.lit', (i, pc) => (i.d === 15 ? undefined : { op: 'ldr.lit', imm: ((pc + 4) & -4) + signedOffset(i) }));
rule('ldrd.i strd.i', (i) => ({ op: i.row.key, imm: signedOffset(i) }));

/** Lists: bytes in the low half of AUX, write-back above. */
function multiple(op: string, i: Decoded, base: number, writeback: boolean): Lowered | undefined {
  const load = op === 'ldm';
  const bytes = popcount32(i.list) * 4;
  if (bytes === 0 || (i.list & 0x2000) !== 0 || (load && ((i.list >>> base) & 1) !== 0)) return undefined;
  const toPc = load && (i.list & 0x8000) !== 0;
  return { op: toPc ? 'ldmPc' : op, n: base, imm: i.list & 0x7fff, aux: bytes | (writeback ? 0x10000 : 0) };
}
rule('pop', (i) => multiple('ldm', i, 13, true));
rule('push', (i) => multiple('stmdb', i, 13, true));
rule('ldmia16', (i) => multiple('ldm', i, i.n, true));
rule('ldm', (i) => multiple('ldm', i, i.n, i.writeback));
rule('stmia', (i) => multiple('stm', i, i.n, true));
rule('stm', (i) => multiple('stm', i, i.n, i.writeback));
rule('stmdb', (i) => multiple('stmdb', i, i.n, i.writeback));

/** A branch that stays in its page moves the entry pointer, another one looks its page up. */
function branch(near: string, far: string, i: Decoded, pc: number, d = 0): Lowered {
  const target = (pc + i.imm) | 0;
  if (((target ^ pc) & PAGE) === 0) return { op: near, imm: i.imm * WORDS_PER_BYTE };
  return { op: far, imm: target, d };
}
rule('bcc', (i, pc) => branch(`bcc.${i.condition}`, 'bccFar', i, pc, i.condition));
rule('b', (i, pc) => branch('b', 'bFar', i, pc));
rule('cbz', (i, pc) => branch('cbz', 'cbzFar', i, pc));
rule('cbnz', (i, pc) => branch('cbnz', 'cbnzFar', i, pc));
rule('bl', (i, pc) => ({ op: 'bl', imm: pc + i.imm, aux: (pc + 4) | 1 }));
rule('bx', () => ({ op: 'bx' }));
rule('blx', (_, pc) => ({ op: 'blx', imm: (pc + 2) | 1 }));
rule('mov.pc', () => ({ op: 'movPc' }));
rule('add.pc', (_, pc) => ({ op: 'addPc', imm: pc + 4 }));
rule('tbb', (i, pc) => (i.n === 15 ? { op: 'tbbPc', imm: pc + 4 } : undefined));
rule('tbh', (i, pc) => (i.n === 15 ? { op: 'tbhPc', imm: pc + 4 } : undefined));
rule('it', (i) => ({ op: 'it', imm: i.imm }));

function fieldMask(lsb: number, msb: number): number {
  const width = msb - lsb + 1;
  return (width === 32 ? -1 : (1 << width) - 1) << lsb;
}

/** The operation if the loop has it. */
function known(op: string, aux = 0): Lowered | undefined {
  return OPERATIONS.has(op) ? { op, aux } : undefined;
}

const SLOW = OPERATIONS.get('slow') ?? 0;
const SP_WRITE = OPERATIONS.get('spWrite') ?? 0;

/** An instruction as the engines execute it: the operation of the hot loop, or `slow`. */
export interface Operation {
  /** A name of OPERATIONS. */
  readonly op: string;
  readonly imm: number;
  readonly aux: number;
  readonly d: number;
  readonly n: number;
  /** It may leave low bits in SP, which are cleared after it. */
  readonly spWrite: boolean;
}

/** Lowers one instruction at pc. */
export function operationOf(i: Decoded, pc: number, inIt: boolean): Operation {
  const l = rules.get(i.row.key)?.(i, pc, (inIt ? i.setsFlagsInIt : i.setsFlags) ? 's' : '');
  const d = l?.d ?? i.d;
  const n = l?.n ?? i.n;
  const spWrite = l !== undefined && l.op !== 'slow' && writesSp(l, i, d, n);
  // A multiple or a double that writes SP has no form of its own for that.
  const op = l === undefined || (spWrite && isMultiple(l.op)) ? 'slow' : l.op;
  return { op, imm: l?.imm ?? 0, aux: l?.aux ?? 0, d, n, spWrite: spWrite && op !== 'slow' };
}

const isMultiple = (op: string): boolean => /^(ldm|stm|ldrd|strd)/.test(op);

/**
 * Writes the entry of an instruction at E[e .. e+3]. `slowIndex` interns it for slow execution.
 * Every operation that may also be executed slowly (multiples that leave their page) keeps that index in word 3.
 */
export function lower(E: Int32Array, e: number, i: Decoded, pc: number, inIt: boolean, slowIndex: () => number): void {
  const l = operationOf(i, pc, inIt);
  const op = OPERATIONS.get(l.op) ?? SLOW;
  E[e + 1] = l.imm;
  E[e + 2] = l.aux;
  if (l.spWrite) E[e + 3] = op;
  else if (op === SLOW || isMultiple(l.op)) E[e + 3] = slowIndex();
  const registers = (l.d << 8) | (l.n << 12) | (i.m << 16) | (i.a << 20);
  E[e] = (l.spWrite ? SP_WRITE : op) | registers | ((i.length * WORDS_PER_BYTE) << 24);
}

/** The long forms of near branches, which the loop counts. */
const LONG = new Map<number, { op: number; condition: number }>();
for (let condition = 0; condition < 14; condition++) {
  LONG.set(OPERATIONS.get(`bcc.${condition}`) ?? 0, { op: OPERATIONS.get('bccFar') ?? 0, condition });
}
for (const name of ['b', 'cbz', 'cbnz']) {
  LONG.set(OPERATIONS.get(name) ?? 0, { op: OPERATIONS.get(`${name}Far`) ?? 0, condition: 0 });
}

/** Turns an entry that is a branch backwards within its page into the form that counts how often it is taken. */
export function countBackward(E: Int32Array, e: number, pc: number): void {
  const w = E[e]!;
  const long = LONG.get(w & 0xff);
  if (long === undefined || E[e + 1]! >= 0) return;
  E[e] = (w & ~0xfff) | long.op | (long.condition << 8);
  E[e + 1] = pc + E[e + 1]! / WORDS_PER_BYTE;
}

/** Whether SP may get low bits: any write of it that is not a multiple of 4 added to itself. */
function writesSp(l: Lowered, i: Decoded, d: number, n: number): boolean {
  if (/^(ldm|stm)/.test(l.op)) return false;
  if (/^(add|sub)s?\.i$/.test(l.op) && d === 13 && n === 13) return ((l.imm ?? 0) & 3) !== 0;
  return d === 13 || i.a === 13 || (n === 13 && /\.(pre|post)$/.test(l.op));
}
