/**
 * The language of the console: one command a line, with variables, conditions and loops (docs/console.md). Pure.
 *
 *   let n = GPU_L2_FEATURES >> 16 & 0xff
 *   while GPU_INT_RAWSTAT.RESET_COMPLETED == 0 { advance 10us }
 */

export type Expression =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string; readonly column: number }
  | { readonly kind: 'unary'; readonly op: string; readonly of: Expression }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression };

export type Statement =
  | { readonly kind: 'command'; readonly verb: string; readonly args: readonly Argument[]; readonly line: number }
  | { readonly kind: 'let'; readonly name: string; readonly value: Expression; readonly line: number }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly line: number;
    }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: readonly Statement[]; readonly line: number }
  | { readonly kind: 'repeat'; readonly count: Expression; readonly body: readonly Statement[]; readonly line: number };

/** An argument is a word as it was written, a text, or a value; a command decides what a bare word means. */
export type Argument =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: Expression; readonly word: string | undefined };

/** A line that cannot be read or done. */
export class ConsoleProblem extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(line === 1 ? message : `line ${line}: ${message}`);
    this.line = line;
  }
}

interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'sign' | 'end';
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Blank before it: `poke A -1` has two arguments, `poke A-1` one. */
  readonly apart: boolean;
}

const TOKEN =
  /(?<skip>[ \t\r]+|#[^\n]*)|(?<number>0x[\da-f_]+|0b[01_]+|\d[\d_]*)(?<unit>ns|us|µs|ms|s)?(?![\w.])|(?<name>[A-Za-z_][\w.[\]]*)|"(?<text>[^"\n]*)"|(?<sign><<|>>|==|!=|<=|>=|&&|\|\||[-+*/%&|^~!<>(){}=;\n])/iy;

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
};

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let begin = 0;
  let apart = true;
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new ConsoleProblem(line, `"${text.slice(at, at + 12).trim()}" is not understood`);
    const { skip, number, unit, name, text: quoted, sign } = match.groups ?? {};
    const column = at - begin + 1;
    at += match[0].length;
    if (skip !== undefined) {
      apart = true;
      continue;
    }
    if (number !== undefined) {
      const value = BigInt(number.replaceAll('_', '').toLowerCase()) * (UNITS[unit?.toLowerCase() ?? 'ns'] ?? 1n);
      tokens.push({ kind: 'number', text: value.toString(), line, column, apart });
    } else if (name !== undefined) tokens.push({ kind: 'name', text: name, line, column, apart });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted, line, column, apart });
    else tokens.push({ kind: 'sign', text: sign ?? '', line, column, apart });
    apart = sign === '\n';
    if (sign === '\n') {
      line++;
      begin = at;
    }
  }
  tokens.push({ kind: 'end', text: '', line, column: text.length - begin + 1, apart: true });
  return tokens;
}

/** Loosest first; all of one row bind alike, from the left. */
const BINARY: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Deepest nesting of blocks and parentheses (chosen: far beyond what people write). */
const MAX_DEPTH = 100;

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  program(): Statement[] {
    const list = this.statements();
    if (this.peek().kind !== 'end') throw this.problem(`"${this.peek().text}" is too much`);
    return list;
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '', line: 1, column: 1, apart: true };
  }

  private take(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  private is(sign: string): boolean {
    return this.peek().kind === 'sign' && this.peek().text === sign;
  }

  private expect(sign: string): void {
    if (!this.is(sign)) throw this.problem(`"${sign}" is missing`);
    this.at++;
  }

  private problem(message: string): ConsoleProblem {
    return new ConsoleProblem(this.peek().line, message);
  }

  private statements(): Statement[] {
    const list: Statement[] = [];
    for (;;) {
      while (this.is(';') || this.is('\n')) this.at++;
      if (this.peek().kind === 'end' || this.is('}')) return list;
      list.push(this.statement());
      if (this.peek().kind !== 'end' && !this.is(';') && !this.is('\n') && !this.is('}')) {
        throw this.problem(`"${this.peek().text}" is too much here`);
      }
    }
  }

  private statement(): Statement {
    const head = this.take();
    const { line } = head;
    if (head.kind !== 'name') throw new ConsoleProblem(line, `a line begins with a command, not with "${head.text}"`);
    switch (head.text) {
      case 'let': {
        const name = this.take();
        if (name.kind !== 'name' || !/^[a-z]\w*$/.test(name.text)) {
          throw new ConsoleProblem(line, 'a variable begins with a small letter: let n = 1');
        }
        this.expect('=');
        return { kind: 'let', name: name.text, value: this.expression(), line };
      }
      case 'if': {
        const test = this.expression();
        const body = this.block();
        const otherwise = this.peek().kind === 'name' && this.peek().text === 'else' ? this.otherwise() : [];
        return { kind: 'if', test, body, otherwise, line };
      }
      case 'while':
        return { kind: 'while', test: this.expression(), body: this.block(), line };
      case 'repeat':
        return { kind: 'repeat', count: this.expression(), body: this.block(), line };
      default:
        return { kind: 'command', verb: head.text, args: this.args(), line };
    }
  }

  private otherwise(): Statement[] {
    this.at++;
    return this.peek().kind === 'name' && this.peek().text === 'if' ? [this.statement()] : this.block();
  }

  private block(): Statement[] {
    this.deeper();
    this.expect('{');
    const list = this.statements();
    this.expect('}');
    this.depth--;
    return list;
  }

  private deeper(): void {
    if (++this.depth > MAX_DEPTH) throw this.problem('this is nested too deeply');
  }

  private args(): Argument[] {
    const args: Argument[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === 'end' || (token.kind === 'sign' && [';', '\n', '}'].includes(token.text))) return args;
      if (token.kind === 'text') {
        args.push({ kind: 'text', text: this.take().text });
        continue;
      }
      const next = this.tokens[this.at + 1];
      const value = this.expression(0, true);
      const alone = token.kind === 'name' && this.tokens[this.at] === next;
      args.push({ kind: 'value', value, word: alone ? token.text : undefined });
    }
  }

  /** With `list`, a sign with a blank before and none behind begins the next argument: `poke A -1`. */
  private expression(level = 0, list = false): Expression {
    const signs = BINARY[level];
    if (signs === undefined) return this.unary();
    let left = this.expression(level + 1, list);
    for (;;) {
      const token = this.peek();
      const behind = this.tokens[this.at + 1];
      const begins = list && token.apart && behind?.apart === false && (token.text === '-' || token.text === '+');
      if (token.kind !== 'sign' || !signs.includes(token.text) || begins) return left;
      this.at++;
      left = { kind: 'binary', op: token.text, left, right: this.expression(level + 1, list) };
    }
  }

  private unary(): Expression {
    const token = this.take();
    if (token.kind === 'number') return { kind: 'number', value: BigInt(token.text) };
    if (token.kind === 'name') return { kind: 'name', name: token.text, column: token.column };
    if (token.kind === 'sign' && ['-', '~', '!', '+'].includes(token.text)) {
      this.deeper();
      const of = this.unary();
      this.depth--;
      return { kind: 'unary', op: token.text, of };
    }
    if (token.kind === 'sign' && token.text === '(') {
      this.deeper();
      const inner = this.expression();
      this.expect(')');
      this.depth--;
      return inner;
    }
    throw new ConsoleProblem(token.line, token.kind === 'end' ? 'a value is missing' : `"${token.text}" is no value`);
  }
}

/** Reads a program; ConsoleProblem with the line for what cannot be read. */
export function parseProgram(text: string): readonly Statement[] {
  return new Parser(text).program();
}

/** True while a block is open: Enter goes to the next line instead of running. */
export function isOpen(text: string): boolean {
  const bare = text.replaceAll(/"[^"\n]*"|#[^\n]*/g, '');
  return (bare.match(/\{/g)?.length ?? 0) > (bare.match(/\}/g)?.length ?? 0);
}

/** The value of an operator on whole numbers; comparisons give 1 or 0. RangeError for a division by 0. */
export function operate(op: string, a: bigint, b: bigint): bigint {
  const yes = (holds: boolean) => (holds ? 1n : 0n);
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return a << shift(b);
    case '>>':
      return a >> shift(b);
    case '==':
      return yes(a === b);
    case '!=':
      return yes(a !== b);
    case '<':
      return yes(a < b);
    case '<=':
      return yes(a <= b);
    case '>':
      return yes(a > b);
    default:
      return yes(a >= b);
  }
}

function shift(by: bigint): bigint {
  if (by < 0n || by > 64n) throw new RangeError('a shift is by 0 to 64');
  return by;
}
