/**
 * Values as a person types them: `0x10`, `0b101`, `1_000`, `1<<5 | 3`, names of enum values, and for registers
 * names of fields (`RESET_COMPLETED`, `code=RESET reset_mode=1`) over the value it has. Pure.
 */

export interface FieldWords {
  readonly name: string;
  readonly lsb: number;
  readonly width: number;
  readonly enum?: Readonly<Record<string, number>> | undefined;
}

export interface ValueContext {
  /** Width of the value in bits. */
  readonly bits: number;
  /** Names for whole values. */
  readonly names?: Readonly<Record<string, number>> | undefined;
  /** Fields that can be set by name. */
  readonly fields?: readonly FieldWords[];
  /** What fields not named keep. */
  readonly current?: bigint;
}

export type ParsedValue =
  { readonly ok: true; readonly value: bigint } | { readonly ok: false; readonly message: string };

/** Parses a typed value; the message of a failure says what is wrong. */
export function parseValue(text: string, context: ValueContext): ParsedValue {
  try {
    const value = text.includes('=') ? assignments(text, context) : new Expression(text, nameIn(context)).parse();
    const limit = 1n << BigInt(context.bits);
    if (value < 0n || value >= limit) {
      return { ok: false, message: `${show(value)} does not fit ${context.bits} bit${context.bits === 1 ? '' : 's'}` };
    }
    return { ok: true, value };
  } catch (error) {
    if (error instanceof ValueProblem) return { ok: false, message: error.message };
    throw error;
  }
}

class ValueProblem extends Error {}

function show(value: bigint): string {
  return value < 0n ? value.toString() : `0x${value.toString(16)}`;
}

/** Looks a name up: a whole value, a one-bit field (its bit), a wider field (its mask), a value of any field. */
function nameIn(context: ValueContext): (name: string) => bigint | undefined {
  return (name) => {
    const whole = lookUp(context.names, name);
    if (whole !== undefined) return BigInt(whole);
    const field = context.fields?.find((f) => same(f.name, name));
    if (field !== undefined) return mask(field.width) << BigInt(field.lsb);
    for (const f of context.fields ?? []) {
      const value = lookUp(f.enum, name);
      if (value !== undefined) return BigInt(value) << BigInt(f.lsb);
    }
    return undefined;
  };
}

function mask(width: number): bigint {
  return (1n << BigInt(width)) - 1n;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

function lookUp(names: Readonly<Record<string, number>> | undefined, name: string): number | undefined {
  return Object.entries(names ?? {}).find(([key]) => same(key, name))?.[1];
}

/** `field=value` separated by spaces or commas, over the current value. */
function assignments(text: string, context: ValueContext): bigint {
  let value = context.current ?? 0n;
  for (const part of text.split(/[\s,]+(?=[^\s=,]+\s*=)/).filter((p) => p.trim() !== '')) {
    const [name = '', rest = ''] = part.split(/=(.*)/s).map((s) => s.trim().replace(/,$/, ''));
    const field = context.fields?.find((f) => same(f.name, name));
    if (field === undefined) throw new ValueProblem(`no field named ${name}`);
    const inner = new Expression(rest, (n) => {
      const known = lookUp(field.enum, n);
      return known === undefined ? undefined : BigInt(known);
    }).parse();
    if (inner < 0n || inner > mask(field.width)) {
      throw new ValueProblem(`${field.name}: ${show(inner)} does not fit ${field.width} bits`);
    }
    const at = BigInt(field.lsb);
    value = (value & ~(mask(field.width) << at)) | (inner << at);
  }
  return value;
}

const TOKENS = /\s*(0x[0-9a-f_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*|[a-z_][\w.[\]]*|<<|>>|[-+*|&^~()])/iy;
/** Weakest first, as in C. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*']];
const MAX_SHIFT = 64n;

/** Integer expressions by recursive descent. */
class Expression {
  private readonly tokens: string[] = [];
  private at = 0;
  private readonly name: (name: string) => bigint | undefined;

  constructor(text: string, name: (name: string) => bigint | undefined) {
    this.name = name;
    const trimmed = text.trim();
    if (trimmed === '') throw new ValueProblem('type a value');
    const reader = new RegExp(TOKENS);
    while (reader.lastIndex < trimmed.length) {
      const from = reader.lastIndex;
      const token = reader.exec(trimmed)?.[1];
      if (token === undefined) throw new ValueProblem(`cannot read "${trimmed.slice(from)}"`);
      this.tokens.push(token);
    }
  }

  parse(): bigint {
    const value = this.level(0);
    const rest = this.tokens[this.at];
    if (rest !== undefined) throw new ValueProblem(`unexpected "${rest}"`);
    return value;
  }

  private level(n: number): bigint {
    const operators = LEVELS[n];
    if (operators === undefined) return this.unary();
    let value = this.level(n + 1);
    for (let op = this.tokens[this.at]; op !== undefined && operators.includes(op); op = this.tokens[this.at]) {
      this.at++;
      value = apply(op, value, this.level(n + 1));
    }
    return value;
  }

  private unary(): bigint {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new ValueProblem('the value ends too early');
    if (token === '-') return -this.unary();
    if (token === '~') return ~this.unary() & 0xffff_ffff_ffff_ffffn;
    if (token === '(') {
      const value = this.level(0);
      if (this.tokens[this.at++] !== ')') throw new ValueProblem('a parenthesis is not closed');
      return value;
    }
    if (/^\d/.test(token)) return number(token);
    const known = this.name(token);
    if (known === undefined) throw new ValueProblem(`no value named ${token}`);
    return known;
  }
}

function number(token: string): bigint {
  const digits = token.replaceAll('_', '');
  if (/^0[xbo]$/i.test(digits)) throw new ValueProblem(`"${token}" has no digits`);
  return BigInt(digits);
}

function apply(op: string, a: bigint, b: bigint): bigint {
  if (op === '<<' || op === '>>') {
    if (b < 0n || b > MAX_SHIFT) throw new ValueProblem(`a shift by ${b} is out of range`);
    return op === '<<' ? a << b : a >> b;
  }
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  if (op === '*') return a * b;
  if (op === '&') return a & b;
  return op === '|' ? a | b : a ^ b;
}
