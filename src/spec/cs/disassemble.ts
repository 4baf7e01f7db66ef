/**
 * Words to canonical text. What the text form cannot say (unknown opcodes, reserved bits, reserved enum
 * values) becomes a `.word` line, so that assembling the text gives back every word exactly.
 */
import { hex, hex64 } from '../../base/bits.ts';
import type { Modifier, Operand } from './define.ts';
import type { Arch, Row } from './isa.ts';
import { decode, field, reserved } from './isa.ts';

/** Runs of at least this many registers print as a range (chosen). */
const RANGE_FROM = 5;

export interface Disassembled {
  /** One line, without indentation. */
  readonly text: string;
  /** The instruction the queue would execute; undefined for an opcode it does not have. */
  readonly row: Row | undefined;
  /** Why the line is a `.word`, if it is. */
  readonly why: string | undefined;
}

/** One word, as two int32 (or unsigned) halves. */
export function disassembleWord(lo: number, hi: number, arch: Arch): Disassembled {
  const row = decode(lo, hi, arch);
  const why = row === undefined ? `architecture ${arch} has no such opcode` : unsayable(row, lo, hi);
  if (row === undefined || why !== undefined) return { text: `.word ${hex64(lo, hi)}`, row, why };
  const mnemonic = row.name + row.modifiers.map((m) => modifierText(m, row, lo, hi) ?? '').join('');
  const operands = operandTexts(row, lo, hi);
  return { text: operands.length === 0 ? mnemonic : `${mnemonic} ${operands.join(', ')}`, row, why };
}

/** Canonical text of each word. */
export function disassemble(words: BigUint64Array, arch: Arch): string[] {
  return Array.from(words, (word) => disassembleWord(Number(word & 0xffff_ffffn), Number(word >> 32n), arch).text);
}

function unsayable(row: Row, lo: number, hi: number): string | undefined {
  const rest = reserved(row, lo, hi);
  if (rest.lo !== 0 || rest.hi !== 0) return `${row.name} with reserved bits ${hex64(rest.lo, rest.hi)}`;
  const bad = row.modifiers.find((m) => modifierText(m, row, lo, hi) === undefined);
  if (bad === undefined) return undefined;
  return `${row.name} with reserved ${bad.field} ${fieldNamed(row, bad.field, lo, hi)}`;
}

function fieldNamed(row: Row, name: string, lo: number, hi: number): number {
  const f = row.byName[name];
  return f === undefined ? 0 : field(lo, hi, f);
}

/** `.text`, empty for a silent value, undefined for a value without a text. */
function modifierText(m: Modifier, row: Row, lo: number, hi: number): string | undefined {
  const value = fieldNamed(row, m.field, lo, hi);
  if (value === m.absent && !m.always) return '';
  const text = Object.entries(m.values).find(([, v]) => v === value)?.[0];
  return text === undefined ? undefined : `.${text}`;
}

function operandTexts(row: Row, lo: number, hi: number): string[] {
  const texts: string[] = [];
  for (const operand of row.operands) {
    if (operand.kind === 'field' && operand.optional === true && !shown(operand, row, lo, hi)) continue;
    texts.push(operandText(operand, row, lo, hi));
  }
  return texts;
}

function shown(operand: Extract<Operand, { kind: 'field' }>, row: Row, lo: number, hi: number): boolean {
  const forced = operand.showIf !== undefined && fieldNamed(row, operand.showIf, lo, hi) !== 0;
  return forced || fieldNamed(row, operand.field, lo, hi) !== 0;
}

function operandText(operand: Operand, row: Row, lo: number, hi: number): string {
  const value = (name: string) => fieldNamed(row, name, lo, hi);
  switch (operand.kind) {
    case 'field':
      return fieldText(row, operand.field, value(operand.field));
    case 'target':
      return `#${value(operand.field)}`;
    case 'registers':
      return registerSet(value(operand.base), value(operand.mask));
    case 'memory': {
      const offset = operand.offset === undefined ? 0 : value(operand.offset);
      const tail = offset === 0 ? '' : offset < 0 ? ` - ${-offset}` : ` + ${offset}`;
      return `[d${value(operand.address)}${tail}]`;
    }
  }
}

function fieldText(row: Row, name: string, value: number): string {
  const f = row.byName[name];
  switch (f?.type) {
    case 'reg32':
    case 'regbase':
      return `r${value}`;
    case 'reg64':
      return `d${value}`;
    case 'hex':
    case 'mask':
      return `#${hex(value)}`;
    default:
      return `#${value * (f?.scale ?? 1)}`;
  }
}

/** The registers base + i of a mask as `rA:rB`, long runs as `rA-rB`; `rBase{mask}` if the base is not in it. */
export function registerSet(base: number, mask: number): string {
  const top = 31 - Math.clz32(mask);
  if ((mask & 1) === 0 || base + top > 255) return `r${base}{${hex(mask)}}`;
  const parts: string[] = [];
  for (let i = 0; i <= top; i++) {
    if ((mask & (1 << i)) === 0) continue;
    let end = i;
    while ((mask & (2 << end)) !== 0) end += 1;
    if (end - i + 1 >= RANGE_FROM) parts.push(`r${base + i}-r${base + end}`);
    else for (let n = i; n <= end; n++) parts.push(`r${base + n}`);
    i = end;
  }
  return parts.join(':');
}
