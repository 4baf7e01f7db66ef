/**
 * A reading position in the tokens of one statement, and the constant expressions of the text syntax:
 * numbers, names, `+ - * << >> & ^ |`, unary `- ~`, parentheses. Values are exact integers.
 */
import type { Token } from './lexer.ts';
import { numberOf } from './lexer.ts';

/** Parentheses and unary signs inside each other (chosen): far above any real expression. */
const MAX_DEPTH = 32;
/** Bits an intermediate value may have (chosen): results are 64 bits at most. */
const MAX_BITS = 128n;
const TOO_LARGE = 1n << MAX_BITS;

export type Report = (at: { readonly column: number; readonly end: number }, rule: string, remedy: string) => void;

/** Names an expression may use, by exact spelling. */
export type Symbols = (name: string) => bigint | undefined;

/** Binary operators from loosest to tightest. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*']];

const APPLY: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '<<': (a, b) => (b < 0n || b > 64n ? undefined : a << b),
  '>>': (a, b) => (b < 0n || b > 64n ? undefined : a >> b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
};

export class TokenCursor {
  private readonly tokens: readonly Token[];
  private readonly lineEnd: number;
  private readonly report: Report;
  private readonly symbols: Symbols;
  private at = 0;

  /** `lineEnd`: the column after the statement, where "something is missing" is reported. */
  constructor(tokens: readonly Token[], lineEnd: number, report: Report, symbols: Symbols) {
    this.tokens = tokens;
    this.lineEnd = lineEnd;
    this.report = report;
    this.symbols = symbols;
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  next(): Token | undefined {
    return this.tokens[this.at++];
  }

  /** Takes the token if it is this punctuation. */
  accept(punct: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'punct' || token.text !== punct) return false;
    this.at += 1;
    return true;
  }

  /** Reports at the next token, or after the last one. Always undefined, to be returned. */
  fail(rule: string, remedy: string): undefined {
    this.report(this.peek() ?? { column: this.lineEnd, end: this.lineEnd + 1 }, rule, remedy);
    return undefined;
  }

  /** Reports at the stretch from `first` to the last token taken. */
  failFrom(first: Token, rule: string, remedy: string): undefined {
    const last = this.tokens[Math.min(this.at, this.tokens.length) - 1] ?? first;
    this.report({ column: first.column, end: Math.max(last.end, first.end) }, rule, remedy);
    return undefined;
  }

  /** Skips to the next comma outside brackets, or to the end: where reading goes on after an error. */
  skipOperand(): void {
    while (!this.done && this.peek()?.text !== ',') this.at += 1;
  }

  /** An expression, or undefined after reporting. */
  expression(level = 0, depth = 0): bigint | undefined {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary(depth);
    let left = this.expression(level + 1, depth);
    for (;;) {
      const token = this.peek();
      if (left === undefined || token?.kind !== 'punct' || !operators.includes(token.text)) return left;
      this.at += 1;
      const right = this.expression(level + 1, depth);
      if (right === undefined) return undefined;
      const value = APPLY[token.text]?.(left, right);
      if (value === undefined) return this.failFrom(token, 'a shift amount lies in 0 to 64', 'use a smaller shift');
      if (value >= TOO_LARGE || value <= -TOO_LARGE) {
        return this.failFrom(token, `a value must stay below 2^${MAX_BITS}`, 'use smaller numbers');
      }
      left = value;
    }
  }

  private unary(depth: number): bigint | undefined {
    if (depth > MAX_DEPTH) return this.fail(`an expression nests at most ${MAX_DEPTH} deep`, 'simplify it');
    if (this.accept('-')) {
      const value = this.unary(depth + 1);
      return value === undefined ? undefined : -value;
    }
    if (this.accept('~')) {
      const value = this.unary(depth + 1);
      return value === undefined ? undefined : ~value;
    }
    if (this.accept('(')) {
      const value = this.expression(0, depth + 1);
      if (value !== undefined && !this.accept(')')) return this.fail('a parenthesis is not closed', 'write )');
      return value;
    }
    return this.primary();
  }

  private primary(): bigint | undefined {
    const token = this.peek();
    if (token?.kind === 'number') {
      const value = numberOf(token.text);
      if (value === undefined) {
        return this.fail(`${clip(token.text)} is not a number of at most 64 bits`, 'write decimal, 0x or 0b digits');
      }
      this.at += 1;
      return value;
    }
    if (token?.kind === 'name') {
      const value = this.symbols(token.text);
      if (value === undefined) {
        return this.fail(`${clip(token.text)} is not defined`, `write a number, or .const ${clip(token.text)} = value`);
      }
      this.at += 1;
      return value;
    }
    return this.fail('a number is expected here', 'write a number, a constant, or an expression of them');
  }
}

/** A piece of input short enough for a message. */
export function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
