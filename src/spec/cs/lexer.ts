/**
 * Tokens of one line of command stream text. Assembler, highlighting, completion and formatting all read
 * these, so that the editor never colours what the assembler would read differently.
 */

export type TokenKind = 'name' | 'dot' | 'register' | 'number' | 'punct' | 'string' | 'comment' | 'bad';

export interface Token {
  readonly kind: TokenKind;
  /** As written; `dot` tokens keep their leading dot, `string` tokens their quotes (the second may be missing). */
  readonly text: string;
  /** 1-based, `end` exclusive. */
  readonly column: number;
  readonly end: number;
}

const PATTERN =
  /[ \t\r\f\v\u00a0\ufeff]+|\/\/[^]*|;[^]*|"[^"]*"?|\.\w+|[A-Za-z_]\w*|\d\w*|<<|>>|[#,:()[\]{}=+\-*&|^~]|[^]/uy;
const SPACE = /^[ \t\r\f\v\u00a0\ufeff]/;
const REGISTER = /^[rRdD]\d+$/;
const PUNCT = /^(?:<<|>>|[#,:()[\]{}=+\-*&|^~])$/;

/** Tokens of a line (without its line end), comment included as the last one. Never fails: odd characters are `bad`. */
export function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  for (let column = 1; column <= line.length;) {
    const text = PATTERN.exec(line)?.[0] ?? '';
    if (text === '') break;
    const end = column + text.length;
    if (!SPACE.test(text)) tokens.push({ kind: kindOf(text), text, column, end });
    column = end;
  }
  return tokens;
}

/** The kind of a piece that PATTERN cut out; its first character decides nearly always. */
function kindOf(text: string): TokenKind {
  const first = text.charCodeAt(0);
  if (isDigit(first)) return 'number';
  if (isLetter(first)) return REGISTER.test(text) ? 'register' : 'name';
  if (PUNCT.test(text)) return 'punct';
  if (first === DOT && text.length > 1) return 'dot';
  if (first === QUOTE) return 'string';
  return first === SEMICOLON || text.startsWith('//') ? 'comment' : 'bad';
}

const DOT = 0x2e;
const QUOTE = 0x22;
const SEMICOLON = 0x3b;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;

/** The lines of a text, without their ends. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** Value of a number token: decimal, 0x or 0b, `_` between digits; undefined if malformed or above 64 bits. */
export function numberOf(text: string): bigint | undefined {
  if (!/^(?:0[xX][0-9a-fA-F_]*[0-9a-fA-F]|0[bB][01_]*[01]|\d[\d_]*)$/.test(text) || text.length > 100) return undefined;
  const value = BigInt(text.replaceAll('_', '').toLowerCase());
  return value < 1n << 64n ? value : undefined;
}
