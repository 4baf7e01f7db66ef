/**
 * Thumb disassembly in UAL: a row's text template with its operands filled in. Templates hold {operands}; the
 * table below says how each is written. Inside an IT block, which a listing follows, conditions are suffixes and
 * flag-setting 16-bit forms lose their s.
 */
import { decode, isWide, RRX, type Decoded } from './decode.ts';

const REGISTERS = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12', 'sp', 'lr', 'pc'];
const CONDITIONS = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', '', ''];
const SHIFTS = ['lsl', 'lsr', 'asr', 'ror', 'rrx'];
const SPECIAL: Readonly<Record<number, string>> = {
  0: 'apsr',
  1: 'iapsr',
  2: 'eapsr',
  3: 'xpsr',
  5: 'ipsr',
  6: 'epsr',
  7: 'iepsr',
  8: 'msp',
  9: 'psp',
  16: 'primask',
  17: 'basepri',
  18: 'basepri_max',
  19: 'faultmask',
  20: 'control',
};
const MSR_MASK = ['', '_g', '_nzcvq', '_nzcvqg'];
const BARRIERS: Readonly<Record<number, string>> = { 15: 'sy' };

interface Context {
  /** Address of the instruction. */
  readonly pc: number;
  /** Condition suffix in an IT block, '' outside. */
  readonly condition: string;
  readonly inIt: boolean;
}

const register = (n: number): string => REGISTERS[n] ?? '?';
const dec = (v: number): string => `#${v}`;
const hexImm = (v: number): string => `#0x${(v >>> 0).toString(16)}`;
const address = (v: number): string => `0x${(v >>> 0).toString(16)}`;
const sign = (i: Decoded): string => (i.add ? '' : '-');
const aligned = (c: Context): number => (c.pc + 4) & -4;
const width = (n: number): string => `#${n}`;

function list(mask: number): string {
  const names: string[] = [];
  for (let r = 0; r < 16; r++) if ((mask >>> r) & 1) names.push(register(r));
  return `{${names.join(', ')}}`;
}

function shifted(i: Decoded): string {
  if (i.shift === RRX) return ', rrx';
  return i.amount === 0 ? '' : `, ${SHIFTS[i.shift]} #${i.amount}`;
}

function saturationShift(i: Decoded): string {
  if (i.shift === 0 && i.imm === 0) return '';
  return `, ${i.shift === 0 ? 'lsl' : 'asr'} #${i.imm}`;
}

/** The letters of IT after the first: t where the low condition bit repeats, e where it is turned. */
function itSuffix(imm: number): string {
  const first = (imm >>> 4) & 15;
  let mask = imm & 15;
  let letters = '';
  while ((mask & 7) !== 0) {
    letters += mask >>> 3 === (first & 1) ? 't' : 'e';
    mask = (mask << 1) & 15;
  }
  return `${letters} ${CONDITIONS[first] || 'al'}`;
}

const OPERANDS: Readonly<Record<string, (i: Decoded, c: Context) => string>> = {
  d: (i) => register(i.d),
  n: (i) => register(i.n),
  m: (i) => register(i.m),
  a: (i) => register(i.a),
  s: (i, c) => ((c.inIt ? i.setsFlagsInIt : i.setsFlags) ? 's' : ''),
  c: (_, c) => c.condition,
  cond: (i) => CONDITIONS[i.condition] ?? '',
  '#': (i) => dec(i.imm),
  x: (i) => hexImm(i.imm),
  raw: (i) => hexImm(i.word).slice(1),
  'shift#': (i) => dec(i.amount),
  sh: shifted,
  satsh: saturationShift,
  lsl: (i) => (i.extra === 0 ? '' : `, lsl #${i.extra}`),
  rot: (i) => (i.extra === 0 ? '' : `, ror #${i.extra * 8}`),
  sat: (i) => width(i.extra + 1),
  usat: (i) => width(i.extra),
  lsb: (i) => width(i.imm),
  width: (i) => width(i.extra + 1),
  msbwidth: (i) => width(i.extra - i.imm + 1),
  mem: (i) => (i.imm === 0 ? `[${register(i.n)}]` : `[${register(i.n)}, #${i.imm}]`),
  memU: (i) => (i.imm === 0 && i.add ? `[${register(i.n)}]` : `[${register(i.n)}, #${sign(i)}${i.imm}]`),
  memneg: (i) => `[${register(i.n)}, #-${i.imm}]`,
  pre: (i) => `[${register(i.n)}, #${sign(i)}${i.imm}]!`,
  post: (i) => `[${register(i.n)}], #${sign(i)}${i.imm}`,
  list: (i) => list(i.list),
  w: (i) => (i.writeback ? '!' : ''),
  wb: (i) => ((i.list >>> i.n) & 1 ? '' : '!'),
  label: (i, c) => address(c.pc + i.imm),
  lit: (i, c) => address(aligned(c) + (i.add ? i.imm : -i.imm)),
  litneg: (i, c) => address(aligned(c) - i.imm),
  if: (i) => `${i.imm & 2 ? 'i' : ''}${i.imm & 1 ? 'f' : ''}`,
  it: (i) => itSuffix(i.imm),
  spec: (i) =>
    (SPECIAL[i.imm] ?? `sysm_${i.imm}`) + (i.row.key === 'msr' && i.imm < 4 ? (MSR_MASK[i.extra] ?? '') : ''),
  barrier: (i) => BARRIERS[i.imm & 15] ?? `#${i.imm & 15}`,
  cp: (i) => `p${i.extra}, ${hexImm(i.word)}`,
};

/** The text of one instruction at `pc`; `condition` is its code in an IT block, undefined outside. */
export function disassemble(i: Decoded, pc: number, condition?: number): string {
  const inIt = condition !== undefined;
  const context: Context = { pc, inIt, condition: inIt ? (CONDITIONS[condition] ?? '') : '' };
  return i.row.text.replace(/\{([^}]+)\}/g, (_, name: string) => OPERANDS[name]?.(i, context) ?? '');
}

/** One line of a listing. */
export interface Line {
  readonly address: number;
  readonly length: 2 | 4;
  /** The encoding; wide ones have the first halfword in the high half. */
  readonly word: number;
  readonly text: string;
}

/** Disassembles `code` as it would lie at `base`, following IT blocks. A wide instruction cut off ends as data. */
export function listing(code: Uint8Array, base: number): Line[] {
  const lines: Line[] = [];
  let it = 0;
  const half = (at: number): number => code[at]! | ((code[at + 1] ?? 0) << 8);
  for (let at = 0; at + 1 < code.length;) {
    const first = half(at);
    if (isWide(first) && at + 3 >= code.length) {
      lines.push({ address: base + at, length: 2, word: first, text: `.short ${address(first)}` });
      break;
    }
    const i = decode(first, isWide(first) ? half(at + 2) : 0);
    lines.push({
      address: base + at,
      length: i.length,
      word: i.word,
      text: disassemble(i, base + at, (it & 15) === 0 ? undefined : it >>> 4),
    });
    it = (it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f);
    if (i.row.key === 'it') it = i.imm;
    at += i.length;
  }
  return lines;
}
