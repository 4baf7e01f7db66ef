/**
 * Reading operands: one function per kind of the table, each puts the values of its fields into `values` or
 * reports what is wrong and where.
 */
import type { TokenCursor } from './cursor.ts';
import { clip } from './cursor.ts';
import type { Field, Operand } from './define.ts';
import type { Row } from './isa.ts';
import { LIMITS, rangeOf } from './isa.ts';
import type { Token } from './lexer.ts';
import { operandForm } from './syntax.ts';

/** Registers the 8-bit fields can name; the queue may have fewer (lint says so). */
const NAMEABLE = 256;
/** Registers one LOAD_MULTIPLE or STORE_MULTIPLE spans: bits of its mask. */
const SET_SPAN = 16;

/** What operands need from the program around them. */
export interface OperandContext {
  /** Index of this instruction, in words. */
  readonly index: number;
  /** Index of the word a label stands at. */
  readonly label: (name: string) => number | undefined;
}

/** Reads one operand. True when all its fields were set; false after a report. */
export function readOperand(
  operand: Operand,
  row: Row,
  cursor: TokenCursor,
  values: Record<string, number>,
  context: OperandContext,
): boolean {
  switch (operand.kind) {
    case 'field': {
      const f = row.byName[operand.field];
      return f !== undefined && set(values, f.name, readField(f, cursor));
    }
    case 'memory':
      return readMemory(operand, row, cursor, values);
    case 'registers':
      return readRegisters(operand, cursor, values);
    case 'target':
      return readTarget(operand, row, cursor, values, context);
  }
}

function set(values: Record<string, number>, name: string, value: number | undefined): boolean {
  if (value === undefined) return false;
  values[name] = value;
  return true;
}

function readField(f: Field, cursor: TokenCursor): number | undefined {
  if (f.type === 'reg32' || f.type === 'regbase') return readRegister('r', f.name, cursor);
  if (f.type === 'reg64') return readRegister('d', f.name, cursor);
  return readImmediate(f, cursor);
}

/** Number of a register token, or undefined when it is above 255. */
function registerNumber(token: Token): number | undefined {
  const n = Number(token.text.slice(1));
  return n < NAMEABLE ? n : undefined;
}

function readRegister(letter: 'r' | 'd', what: string, cursor: TokenCursor): number | undefined {
  const token = cursor.peek();
  if (token?.kind !== 'register') {
    const last = (registers: number): string => `${letter}${registers - (letter === 'r' ? 1 : 2)}`;
    const [first, later] = [last(LIMITS[10].registers), last(LIMITS[12].registers)];
    return cursor.fail(`${what} is a register`, `write ${letter}0 to ${first} (${later} from v12 on)`);
  }
  if (token.text.charAt(0).toLowerCase() !== letter) {
    return letter === 'd'
      ? cursor.fail(`${what} is a 64-bit register pair`, `write d${token.text.slice(1)}`)
      : cursor.fail(`${what} is a 32-bit register`, `write r${token.text.slice(1)}`);
  }
  const n = registerNumber(token);
  if (n === undefined) return cursor.fail(`${clip(token.text)} is above register 255`, 'use a register that exists');
  cursor.next();
  return n;
}

function readImmediate(f: Field, cursor: TokenCursor): number | undefined {
  const first = cursor.peek();
  if (!cursor.accept('#')) return cursor.fail(`${f.name} is an immediate`, 'write # and a number, such as #0x10');
  const value = cursor.expression();
  return value === undefined || first === undefined ? undefined : fit(f, value, first, cursor);
}

/** The field value for a number of the text; reports what does not fit. */
function fit(f: Field, value: bigint, first: Token, cursor: TokenCursor): number | undefined {
  const { min, max } = rangeOf(f);
  const scale = BigInt(f.scale);
  if (value % scale !== 0n) {
    return cursor.failFrom(first, `${f.name} is a multiple of ${f.scale}`, `write a multiple of ${f.scale}`);
  }
  const scaled = value / scale;
  // A full 32-bit word may be written with its sign: the bits are the same.
  if (f.type !== 'int' && f.width === 32 && scaled < 0n && scaled >= -0x8000_0000n) return Number(scaled) >>> 0;
  if (scaled >= BigInt(min) && scaled <= BigInt(max)) return Number(scaled);
  const wrapped = BigInt.asIntN(f.width, scaled);
  const hint =
    f.type === 'int' && scaled > 0n && scaled < 1n << BigInt(f.width)
      ? `; the same bits are ${wrapped * scale} (the field is signed)`
      : '';
  return cursor.failFrom(
    first,
    `${f.name} lies in ${min * f.scale} to ${max * f.scale}`,
    `use a number in that range${hint}`,
  );
}

function readMemory(
  operand: Extract<Operand, { kind: 'memory' }>,
  row: Row,
  cursor: TokenCursor,
  values: Record<string, number>,
): boolean {
  const first = cursor.peek();
  if (first === undefined || !cursor.accept('[')) {
    cursor.fail('a memory operand is expected here', `write ${operandForm(operand, row)}`);
    return false;
  }
  if (!set(values, operand.address, readRegister('d', operand.address, cursor))) return false;
  const sign = cursor.peek();
  if (sign !== undefined && (cursor.accept('+') || cursor.accept('-'))) {
    cursor.accept('#');
    const start = cursor.peek();
    const value = cursor.expression();
    const f = operand.offset === undefined ? undefined : row.byName[operand.offset];
    if (value === undefined || start === undefined) return false;
    if (f === undefined) {
      cursor.failFrom(sign, `${row.name} takes no offset`, 'add it to the address register before');
      return false;
    }
    if (!set(values, f.name, fit(f, sign.text === '-' ? -value : value, start, cursor))) return false;
  }
  if (cursor.accept(']')) return true;
  cursor.fail('the memory operand is not closed', 'write ]');
  return false;
}

/** `rA:rB`, ranges `rA-rB`, pairs `dN`, or `rBase{mask}` for sets without their base. */
function readRegisters(
  operand: Extract<Operand, { kind: 'registers' }>,
  cursor: TokenCursor,
  values: Record<string, number>,
): boolean {
  const first = cursor.peek();
  if (first?.kind !== 'register') {
    cursor.fail('a set of registers is expected here', 'write r66, r66:r67 or r66-r69');
    return false;
  }
  const base = registerNumber(first);
  if (base !== undefined && cursor.peek(1)?.text === '{') return readExplicitSet(operand, base, cursor, values);
  let last = -1;
  let bits = 0;
  do {
    const start = cursor.peek();
    const span = readSpan(cursor);
    if (span === undefined || start === undefined || base === undefined) return false;
    if (span.from <= last) {
      cursor.failFrom(
        start,
        'registers of a set come in ascending order, each once',
        'sort them: memory order is register order',
      );
      return false;
    }
    if (span.to - base >= SET_SPAN) {
      cursor.failFrom(start, `a set spans at most ${SET_SPAN} registers from its first`, 'use two instructions');
      return false;
    }
    for (let n = span.from; n <= span.to; n++) bits |= 1 << (n - base);
    last = span.to;
  } while (cursor.accept(':'));
  values[operand.base] = base ?? 0;
  values[operand.mask] = bits;
  return true;
}

function readExplicitSet(
  operand: Extract<Operand, { kind: 'registers' }>,
  base: number,
  cursor: TokenCursor,
  values: Record<string, number>,
): boolean {
  cursor.next();
  cursor.next();
  const start = cursor.peek();
  const bits = cursor.expression();
  if (bits === undefined || start === undefined) return false;
  if (bits < 0n || bits >> BigInt(SET_SPAN) !== 0n) {
    cursor.failFrom(start, `a register mask has ${SET_SPAN} bits`, 'write 0x0 to 0xffff');
    return false;
  }
  if (!cursor.accept('}')) {
    cursor.fail('the register mask is not closed', 'write }');
    return false;
  }
  values[operand.base] = base;
  values[operand.mask] = Number(bits);
  return true;
}

/** One element of a set: `rN`, `dN` or `rA-rB`. */
function readSpan(cursor: TokenCursor): { readonly from: number; readonly to: number } | undefined {
  const token = cursor.peek();
  if (token?.kind !== 'register') return cursor.fail('a register is expected here', 'write rN');
  const from = registerNumber(token);
  const wide = token.text.charAt(0).toLowerCase() === 'd';
  if (from === undefined || from + (wide ? 1 : 0) >= NAMEABLE) {
    return cursor.fail(`${clip(token.text)} is above register 255`, 'use a register that exists');
  }
  cursor.next();
  if (wide || !cursor.accept('-')) return { from, to: from + (wide ? 1 : 0) };
  const end = readRegister('r', 'the end of the range', cursor);
  if (end === undefined) return undefined;
  if (end >= from) return { from, to: end };
  return cursor.failFrom(token, 'a range goes from the lower to the higher register', `write r${end}-r${from}`);
}

function readTarget(
  operand: Extract<Operand, { kind: 'target' }>,
  row: Row,
  cursor: TokenCursor,
  values: Record<string, number>,
  context: OperandContext,
): boolean {
  const f = row.byName[operand.field];
  const token = cursor.peek();
  if (f === undefined) return false;
  if (token?.kind !== 'name') return set(values, f.name, readImmediate(f, cursor));
  const index = context.label(token.text);
  if (index === undefined) {
    cursor.fail(`there is no label ${clip(token.text)}`, `write ${clip(token.text)}: before the instruction to go to`);
    return false;
  }
  cursor.next();
  const offset = index - (context.index + 1);
  const { min, max } = rangeOf(f);
  if (offset >= min && offset <= max) return set(values, f.name, offset);
  cursor.failFrom(
    token,
    `a branch reaches ${min} to ${max} instructions, not ${offset}`,
    'use JUMP, or a closer label',
  );
  return false;
}
