/**
 * Words to text, in the syntax of Mesa's Valhall disassembler. What the text cannot say (invalid encodings,
 * reserved bits, a constant that has two numbers) becomes a `.word` line, so that assembling the text gives
 * back every word exactly.
 */
import { hex64 } from '../../base/bits.ts';
import type { Modifier, Row, Source, Staging } from './isa.ts';
import {
  bit,
  CONSTANTS,
  decode,
  ENUM_SPECS,
  field,
  flagsOf,
  FLOW_NONE,
  flowOf,
  FLOWS,
  invalid,
  pageOf,
  registerOf,
  reserved,
  signedField,
  SOURCE_CONSTANT,
  SOURCE_LAST_USE,
  SOURCE_UNIFORM,
  sourceByte,
  specialName,
  stagingBase,
  stagingCount,
} from './isa.ts';

export interface Disassembled {
  /** One line, without indentation and without the bytes. */
  readonly text: string;
  /** The instruction the shader core would execute; undefined for an opcode it does not have. */
  readonly row: Row | undefined;
  /** Why the line is a `.word`, if it is. */
  readonly why: string | undefined;
}

/** The empty staging set; the second form has the read flag set besides (compilers emit both). */
export const EMPTY_SET = '@';
export const EMPTY_SET_READ = '@none';

/** One word, as two int32 (or unsigned) halves. */
export function disassembleWord(lo: number, hi: number): Disassembled {
  const row = decode(lo, hi);
  const why = row === undefined ? 'there is no such opcode' : unsayable(row, lo, hi);
  if (row === undefined || why !== undefined) return { text: `.word ${hex64(lo, hi)}`, row, why };
  const operands = operandTexts(row, lo, hi);
  const head = mnemonic(row, lo, hi);
  return { text: operands.length === 0 ? head : `${head} ${operands.join(', ')}`, row, why };
}

/** Text of each word. */
export function disassemble(words: BigUint64Array): string[] {
  return Array.from(words, (word) => disassembleWord(Number(word & 0xffff_ffffn), Number(word >> 32n)).text);
}

/** The word's bytes in memory order, as listings show them before the text. */
export function bytesText(lo: number, hi: number): string {
  const bytes = [0, 8, 16, 24, 32, 40, 48, 56].map((lsb) => field(lo, hi, lsb, 8));
  return bytes.map((b) => b.toString(16).padStart(2, '0')).join(' ');
}

function unsayable(row: Row, lo: number, hi: number): string | undefined {
  const bad = invalid(row, lo, hi);
  if (bad !== undefined) return `${row.name}: ${bad}`;
  const rest = reserved(row, lo, hi);
  if (rest.lo !== 0 || rest.hi !== 0) return `${row.name} with reserved bits ${hex64(rest.lo, rest.hi)}`;
  const bytes = row.sources.map((s) => sourceByte(lo, s.lsb));
  if (pageOf(hi) !== 0 && !bytes.some(hasPage)) return `${row.name} with page ${pageOf(hi)} that nothing uses`;
  const twin = bytes.find((b) => b >= 0xc0 && b < 0xe0 && constantByte(CONSTANTS[b - 0xc0] ?? 0) !== b);
  if (twin !== undefined) return `${row.name} with constant ${twin - 0xc0}, which repeats another one`;
  const empty = row.staging.find((s) => stagingCount(s, lo, hi) === 0 && stagingBase(s, lo, hi) !== 0);
  return empty === undefined ? undefined : `${row.name} with an empty register set that does not begin at r0`;
}

/** Uniforms and special values lie in the page of the instruction. */
export function hasPage(byte: number): boolean {
  return (byte >= 0x80 && byte < 0xc0) || byte >= 0xe0;
}

/** The source byte of a constant, the first if the table has it twice; undefined if it is not in the table. */
export function constantByte(value: number): number | undefined {
  const index = CONSTANTS.indexOf(value);
  return index < 0 ? undefined : 0xc0 + index;
}

function mnemonic(row: Row, lo: number, hi: number): string {
  const flow = flowOf(hi);
  const modifiers = row.modifiers.map((m) => modifierText(m, lo, hi)).join('');
  return row.name + modifiers + (flow === FLOW_NONE ? '' : `.${FLOWS[flow] ?? flow}`);
}

function modifierText(m: Modifier, lo: number, hi: number): string {
  const value = field(lo, hi, m.lsb, m.width);
  if (m.kind === undefined) return value === 0 ? '' : `.${m.name}`;
  const { silent, names } = ENUM_SPECS[m.kind];
  return value === silent ? '' : `.${names[value] ?? value}`;
}

function operandTexts(row: Row, lo: number, hi: number): string[] {
  const texts = row.staging.map((s) => stagingText(s, lo, hi));
  if (row.destination) texts.push(`r${registerOf(hi)}${['', '.h0', '.h1', ''][flagsOf(hi)] ?? ''}`);
  texts.push(...row.sources.map((s) => sourceText(s, lo, hi)));
  for (const i of row.immediates) {
    if (i.signed) texts.push(`${i.name}:${signedField(lo, hi, i.lsb, i.width)}`);
    else texts.push((i.name === 'constant' ? '#' : `${i.name}:`) + upperHex(field(lo, hi, i.lsb, i.width)));
  }
  return texts;
}

function stagingText(s: Staging, lo: number, hi: number): string {
  const base = stagingBase(s, lo, hi);
  const count = stagingCount(s, lo, hi);
  if (count === 0) return s.flags === 2 && flagsOf(hi) === 3 ? EMPTY_SET_READ : EMPTY_SET;
  return `@${Array.from({ length: count }, (_, n) => `r${base + n}`).join(':')}`;
}

function sourceText(s: Source, lo: number, hi: number): string {
  let text = valueText(sourceByte(lo, s.lsb), pageOf(hi));
  if (bit(lo, hi, s.neg) === 1) text += '.neg';
  if (bit(lo, hi, s.abs) === 1) text += '.abs';
  if (s.select !== undefined) {
    const value = field(lo, hi, s.select.lsb, s.select.width);
    const { silent, names } = ENUM_SPECS[s.select.kind];
    if (value !== silent) text += `.${names[value] ?? value}`;
  }
  return bit(lo, hi, s.not) === 1 ? `${text}.not` : text;
}

function valueText(byte: number, page: number): string {
  const value = byte & 63;
  switch (byte >> 6) {
    case SOURCE_LAST_USE:
      return `^r${value}`;
    case SOURCE_UNIFORM:
      return `u${page * 64 + value}`;
    case SOURCE_CONSTANT:
      return value < 32 ? upperHex(CONSTANTS[value] ?? 0) : `${specialName(byte, page) ?? byte}.w${byte & 1}`;
    default:
      return `r${value}`;
  }
}

function upperHex(value: number): string {
  return `0x${value.toString(16).toUpperCase()}`;
}
