/**
 * Expressions of a debugger, as C has them, over unsigned 32-bit numbers: registers (`r0`, `sp`, `pc`, ...), memory
 * (`[sp + 4]` a word, `u8[...]`, `u16[...]`), names of functions, variables and labels (their address), and what the
 * stop gives (`value`, `address`, `hits`, `exception`). Compiled once, evaluated at each hit. Checked by the window
 * while a person types and by the engine that uses it.
 */
import { UsageError } from '../base/errors.ts';
import { MCU_REGISTERS } from './mcu-registers.ts';

/** Where an expression gets its values. */
export interface ExpressionValues {
  register(name: (typeof MCU_REGISTERS)[number]): number;
  /** `size` bytes at an address, little-endian; 0 where nothing answers. */
  memory(address: number, size: 1 | 2 | 4): number;
  /** Address of a function, variable or label; undefined when there is none of that name. */
  symbol(name: string): number | undefined;
  /** What the stop gives, by name; undefined for what it does not have. */
  fact(name: string): number | undefined;
}

export type Expression = (values: ExpressionValues) => number;

/** Characters of an expression, and brackets inside each other. */
export const MAX_EXPRESSION = 500;
const DEEPEST = 64;

const FACTS: ReadonlySet<string> = new Set(['value', 'address', 'hits', 'exception', 'instructions', 'time']);
const REGISTERS: ReadonlySet<string> = new Set(MCU_REGISTERS);
const SIZES: Readonly<Record<string, 1 | 2 | 4>> = { u8: 1, u16: 2, u32: 4 };

type Operator = (a: number, b: number) => number;
const divide = (b: number, body: () => number): number => (b === 0 ? 0 : body());

/** Binary operators by how tightly they bind, the loosest first. Division by 0 gives 0, as on the core. */
const LEVELS: readonly Readonly<Record<string, Operator>>[] = [
  { '||': (a, b) => Number(a !== 0 || b !== 0) },
  { '&&': (a, b) => Number(a !== 0 && b !== 0) },
  { '|': (a, b) => (a | b) >>> 0 },
  { '^': (a, b) => (a ^ b) >>> 0 },
  { '&': (a, b) => (a & b) >>> 0 },
  { '==': (a, b) => Number(a === b), '!=': (a, b) => Number(a !== b), '=': (a, b) => Number(a === b) },
  {
    '<=': (a, b) => Number(a <= b),
    '>=': (a, b) => Number(a >= b),
    '<': (a, b) => Number(a < b),
    '>': (a, b) => Number(a > b),
  },
  { '<<': (a, b) => (b > 31 ? 0 : (a << b) >>> 0), '>>': (a, b) => (b > 31 ? 0 : a >>> b) },
  { '+': (a, b) => (a + b) >>> 0, '-': (a, b) => (a - b) >>> 0 },
  {
    '*': (a, b) => Math.imul(a, b) >>> 0,
    '/': (a, b) => divide(b, () => Math.floor(a / b)),
    '%': (a, b) => divide(b, () => a % b),
  },
];

const TOKEN =
  /\s*(0x[0-9a-f_]+|0b[01_]+|\d[\d_]*|[\p{L}_.$][\p{L}\p{N}_.$]*|\|\||&&|[=!<>]=|<<|>>|[-+*/%&|^~!<>=()[\]])/iuy;

class Parser {
  private readonly tokens: { readonly text: string; readonly at: number }[] = [];
  private readonly text: string;
  private next = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    TOKEN.lastIndex = 0;
    for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text);
      if (match === null) this.refuse(`"${text.slice(at).trim().slice(0, 8)}" is not understood`);
      this.tokens.push({ text: match[1]!, at });
    }
  }

  all(): Expression {
    if (this.tokens.length === 0) this.refuse('it is empty');
    const expression = this.binary(0);
    if (this.peek !== undefined) this.refuse(`"${this.peek}" does not belong there`);
    return expression;
  }

  private get peek(): string | undefined {
    return this.tokens[this.next]?.text;
  }

  private refuse(why: string): never {
    throw new UsageError(`the expression "${this.text.slice(0, 60)}": ${why}`);
  }

  private expect(token: string): void {
    if (this.peek !== token) this.refuse(`a ${token} is missing`);
    this.next++;
  }

  private binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const token = this.peek ?? '';
      if (!Object.hasOwn(operators, token)) return left;
      const operator = operators[token]!;
      this.next++;
      const [a, b] = [left, this.binary(level + 1)];
      left = (v) => operator(a(v), b(v));
    }
  }

  private unary(): Expression {
    if (++this.depth > DEEPEST) this.refuse('it is nested too deeply');
    try {
      const token = this.peek;
      if (token === '-' || token === '~' || token === '!' || token === '*' || token === '&') {
        this.next++;
        const of = this.unary();
        switch (token) {
          case '-':
            return (v) => -of(v) >>> 0;
          case '~':
            return (v) => ~of(v) >>> 0;
          case '!':
            return (v) => Number(of(v) === 0);
          case '&':
            return of;
          default:
            return (v) => v.memory(of(v), 4);
        }
      }
      return this.primary();
    } finally {
      this.depth--;
    }
  }

  private primary(): Expression {
    const token = this.peek;
    if (token === undefined) this.refuse('something is missing at its end');
    this.next++;
    if (token === '(') {
      const inner = this.binary(0);
      this.expect(')');
      return inner;
    }
    if (token === '[') return this.memory(4);
    if (/^\d/.test(token)) {
      const value = Number(token.replaceAll('_', ''));
      if (!(value <= 0xffff_ffff)) this.refuse(`${token} has more than 32 bits`);
      return () => value;
    }
    const size = SIZES[token];
    if (size !== undefined && this.peek === '[') {
      this.next++;
      return this.memory(size);
    }
    const lower = token.toLowerCase();
    if (REGISTERS.has(lower)) return (v) => v.register(lower as (typeof MCU_REGISTERS)[number]);
    if (FACTS.has(token)) return (v) => v.fact(token) ?? 0;
    if (!/^[\p{L}_.$]/u.test(token)) this.refuse(`"${token}" does not belong there`);
    return (v) => {
      const address = v.symbol(token);
      if (address === undefined) throw new UsageError(`there is no register, variable or label "${token}"`);
      return address;
    };
  }

  private memory(size: 1 | 2 | 4): Expression {
    const address = this.binary(0);
    this.expect(']');
    return (v) => v.memory(address(v), size);
  }
}

/** Compiles an expression. UsageError when it is none; evaluating one throws it for a name that nobody knows. */
export function compileExpression(text: string): Expression {
  if (text.length > MAX_EXPRESSION) throw new UsageError(`an expression has at most ${MAX_EXPRESSION} characters`);
  return new Parser(text).all();
}

/** Why a text is no expression; undefined when it is one. */
export function expressionProblem(text: string): string | undefined {
  try {
    compileExpression(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
