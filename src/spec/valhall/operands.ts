/**
 * Operands of the text form into a word. An operand is a piece of the line between commas with its column;
 * every refusal goes to `report` with the stretch it is about.
 */
import { nearest } from '../../base/nearest.ts';
import { clip } from '../cs/cursor.ts';
import { constantByte, EMPTY_SET, EMPTY_SET_READ, hasPage } from './disassemble.ts';
import type { Immediate, Row, Source, Staging } from './isa.ts';
import { CONSTANTS, ENUM_SPECS, REGISTERS, SPECIALS } from './isa.ts';
import type { Word } from './word.ts';

/** A piece of a line; `column` is 1-based. */
export interface Piece {
  readonly text: string;
  readonly column: number;
}

export interface OperandContext {
  readonly row: Row;
  readonly word: Word;
  /** Index of the word, for branch targets. */
  readonly index: number;
  readonly label: (name: string) => number | undefined;
  /** Always false, to be returned. */
  readonly report: (at: Piece, rule: string, remedy: string) => false;
  /** The page that the sources so far need. */
  page: number | undefined;
}

/** Reads `piece` as the operand; false after reporting. */
export type OperandReader = (piece: Piece, context: OperandContext) => boolean;

/** The operands of a row in the order of the text. */
export function operandReaders(row: Row): readonly OperandReader[] {
  return [
    ...row.staging.map((s) => (piece: Piece, context: OperandContext) => readStaging(s, piece, context)),
    ...(row.destination ? [readDestination] : []),
    ...row.sources.map((s) => (piece: Piece, context: OperandContext) => readSource(s, piece, context)),
    ...row.immediates.map((i) => (piece: Piece, context: OperandContext) => readImmediate(i, piece, context)),
  ];
}

/** The number of a register text, checked; undefined after reporting. */
function registerNumber(digits: string, at: Piece, context: OperandContext): number | undefined {
  const n = Number(digits);
  if (n < REGISTERS) return n;
  context.report(at, `${clip(at.text)} is not a register`, 'registers are r0 to r63');
  return undefined;
}

function readStaging(s: Staging, piece: Piece, context: OperandContext): boolean {
  const { row, word, report } = context;
  const text = piece.text.toLowerCase();
  const withRead = text === EMPTY_SET_READ;
  if (!withRead && !/^@(?:r\d{1,3}(?:\s*:\s*r\d{1,3})*)?$/.test(text)) {
    return report(piece, 'a register set begins with @', 'write @r4, @r4:r5, or @ for none');
  }
  const numbers: number[] = [];
  for (const [digits] of withRead ? [] : text.matchAll(/\d+/g)) {
    const n = registerNumber(digits, piece, context);
    if (n === undefined) return false;
    if (numbers.length > 0 && n !== (numbers.at(-1) ?? 0) + 1) {
      return report(
        piece,
        'the registers of a set follow each other',
        `write @r${numbers[0]}:r${(numbers[0] ?? 0) + 1}`,
      );
    }
    numbers.push(n);
  }
  const count = numbers.length - s.bias;
  if (count < 0 || count > 7) {
    const range = `${s.bias} to ${7 + s.bias}`;
    return report(piece, `this set has ${range} registers`, `name ${range} registers`);
  }
  if (withRead && (s.flags !== 2 || row.unit !== 'LS')) {
    return report(piece, `${EMPTY_SET_READ} stands only for the missing result of ATOM1_RETURN`, `write ${EMPTY_SET}`);
  }
  word.put(s.lsb, 6, numbers[0] ?? 0);
  word.put(s.countLsb, 3, count);
  if (s.flags !== undefined) word.put(46, 2, withRead ? 3 : s.flags);
  return true;
}

function readDestination(piece: Piece, context: OperandContext): boolean {
  const match = /^r(\d{1,3})(?:\.h([01]))?$/i.exec(piece.text);
  if (match === null) {
    return context.report(piece, `${clip(piece.text)} is not a destination`, 'write r4, or r4.h0 for its low half');
  }
  const n = registerNumber(match[1] ?? '', piece, context);
  if (n === undefined) return false;
  context.word.put(40, 6, n);
  context.word.put(46, 2, match[2] === undefined ? 3 : match[2] === '0' ? 1 : 2);
  return true;
}

function readSource(s: Source, piece: Piece, context: OperandContext): boolean {
  const [head = '', ...mods] = piece.text.split('.');
  const special = /^[a-z_]\w*$/i.test(head) && !/^[ru]\d+$/i.test(head);
  const byte = special ? specialByte(head, mods, piece, context) : plainByte(head, piece, context);
  if (byte === undefined) return false;
  context.word.put(s.lsb, 8, byte.byte);
  if (byte.page !== undefined && hasPage(byte.byte)) {
    if (context.page !== undefined && context.page !== byte.page) {
      return context.report(
        piece,
        `uniforms and special values of one instruction lie in one page; this is in ${byte.page}, another one in ${context.page}`,
        'move one of them to a register first',
      );
    }
    context.page = byte.page;
  }
  return sourceModifiers(s, mods, piece, context);
}

interface SourceByte {
  readonly byte: number;
  readonly page: number | undefined;
}

function plainByte(head: string, piece: Piece, context: OperandContext): SourceByte | undefined {
  const register = /^(\^?)r(\d{1,3})$/i.exec(head);
  if (register !== null) {
    const n = registerNumber(register[2] ?? '', piece, context);
    return n === undefined ? undefined : { byte: (register[1] === '^' ? 0x40 : 0) | n, page: undefined };
  }
  const uniform = /^u(\d{1,4})$/i.exec(head);
  if (uniform !== null) {
    const n = Number(uniform[1]);
    if (n < 256) return { byte: 0x80 | (n & 63), page: n >> 6 };
    context.report(piece, `${clip(head)} is not a uniform`, 'uniform words are u0 to u255');
    return undefined;
  }
  const value = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(head) ? Number(head) : undefined;
  const byte = value === undefined ? undefined : constantByte(value);
  if (byte !== undefined) return { byte, page: undefined };
  if (value === undefined) {
    context.report(piece, `${clip(piece.text)} is not a source`, 'write r4, ^r4, u12, a constant, or a special value');
  } else context.report(piece, `${clip(head)} is not in the constant table`, constantRemedy(value));
  return undefined;
}

/** How to get a constant that the table lacks. */
function constantRemedy(value: number): string {
  for (const entry of CONSTANTS) {
    for (let n = 0; n < 4; n++) {
      if (((entry >>> (n * 8)) & 0xff) === value) {
        return `where bytes can be selected, write 0x${entry.toString(16).toUpperCase()}.b${n}; else load it with IADD_IMM.i32 first`;
      }
    }
  }
  return 'load it with IADD_IMM.i32 rN, 0x0, #value first';
}

/** A special value; takes its word (`.w0` if none is written) out of `mods`. */
function specialByte(head: string, mods: string[], piece: Piece, context: OperandContext): SourceByte | undefined {
  const name = head.toLowerCase();
  for (const [page, entries] of SPECIALS.entries()) {
    const index = entries.indexOf(name);
    if (index < 0) continue;
    const upper = mods[0]?.toLowerCase() === 'w1' ? 1 : 0;
    if (upper === 1 || mods[0]?.toLowerCase() === 'w0') mods.shift();
    return { byte: 0xe0 + index * 2 + upper, page };
  }
  const near = nearest(
    name,
    SPECIALS.flat().filter((n) => n !== undefined),
  );
  const hint = near === undefined ? 'write r4, ^r4, u12, a constant, or a special value' : `did you mean ${near}?`;
  context.report(piece, `${clip(head)} is not a special value`, hint);
  return undefined;
}

function sourceModifiers(s: Source, mods: readonly string[], piece: Piece, context: OperandContext): boolean {
  const { word, report } = context;
  const names = s.select === undefined ? [] : ENUM_SPECS[s.select.kind].names;
  const seen = new Set<string>();
  for (const mod of mods) {
    const text = mod.toLowerCase();
    const bit = text === 'neg' ? s.neg : text === 'abs' ? s.abs : text === 'not' ? s.not : -1;
    const value = names.indexOf(text);
    const kind = bit >= 0 ? text : 'select';
    if (bit < 0 && (value < 0 || text === '')) {
      const known = [...(s.neg < 0 ? [] : ['neg', 'abs']), ...(s.not < 0 ? [] : ['not']), ...names];
      const list = known.filter((n) => n !== undefined && n !== 'none').map((n) => `.${n}`);
      const remedy = list.length === 0 ? 'this source takes none' : `it takes ${list.join(' ')}`;
      return report(piece, `the source has no modifier .${clip(mod)}`, remedy);
    }
    if (seen.has(kind)) return report(piece, `.${clip(mod)} comes on top of another of its kind`, 'keep one of them');
    seen.add(kind);
    if (bit >= 0) word.put(bit, 1, 1);
    else if (s.select !== undefined) word.put(s.select.lsb, s.select.width, value);
  }
  if (s.select === undefined || seen.has('select')) return true;
  const { silent } = ENUM_SPECS[s.select.kind];
  if (silent === undefined) {
    const list = names.filter((n) => n !== undefined).map((n) => `.${n}`);
    return report(piece, 'the source needs a selection', `write one of ${list.join(' ')}`);
  }
  word.put(s.select.lsb, s.select.width, silent);
  return true;
}

function readImmediate(i: Immediate, piece: Piece, context: OperandContext): boolean {
  const { row, word, report } = context;
  const prefix = i.name === 'constant' ? /^#\s*/ : new RegExp(`^${i.name}\\s*:\\s*`, 'i');
  const branch = row.name === 'BRANCHZ';
  const text = piece.text.replace(prefix, '');
  if (text === piece.text && !(branch && /^[a-z_]/i.test(text))) {
    const form = i.name === 'constant' ? '#0x12' : `${i.name}:4`;
    return report(piece, `${i.name} is expected here`, `write it as ${form}`);
  }
  const value = branch ? branchOffset(text, context) : numberIn(text);
  if (value === undefined) {
    return branch
      ? report(piece, `${clip(text)} is neither a number nor a label`, 'write the distance in instructions, or a label')
      : report(piece, `${clip(text)} is not a number`, 'write decimal or 0x digits');
  }
  const min = i.signed || i.name === 'constant' ? -(2 ** (i.width - 1)) : 0;
  const max = i.signed ? 2 ** (i.width - 1) - 1 : 2 ** i.width - 1;
  if (value < min || value > max) return report(piece, `${i.name} lies in ${min} to ${max}`, 'use a value in range');
  word.put(i.lsb, i.width, value | 0);
  return true;
}

function numberIn(text: string): number | undefined {
  return /^-?(?:0x[0-9a-f]{1,12}|\d{1,15})$/i.test(text)
    ? Number(text.replace('-', '')) * (text.startsWith('-') ? -1 : 1)
    : undefined;
}

function branchOffset(text: string, context: OperandContext): number | undefined {
  const label = context.label(text);
  return label === undefined ? numberIn(text) : label - context.index - 1;
}
