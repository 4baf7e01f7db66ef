/**
 * Tokens of one line of command stream text. Assembler, highlighting, completion and formatting all read
 * these, so that the editor never colours what the assembler would read differently.
 */

export type TokenKind = 'name' | 'dot' | 'register' | 'number' | 'punct' | 'comment' | 'bad';

export interface Token {
  readonly kind: TokenKind;
  /** As written; `dot` tokens keep their leading dot. */
  readonly text: string;
  /** 1-based, `end` exclusive. */
  readonly column: number;
  readonly end: number;
}

const PATTERN =
  /(?<space>[ \t\r\f\v\u00a0\ufeff]+)|(?<comment>\/\/[^]*|;[^]*)|(?<dot>\.\w+)|(?<register>[rRdD]\d+(?!\w))|(?<name>[A-Za-z_]\w*)|(?<number>\d\w*)|(?<punct><<|>>|[#,:()[\]{}=+\-*&|^~])|(?<bad>[^])/uy;

/** Tokens of a line (without its line end), comment included as the last one. Never fails: odd characters are `bad`. */
export function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  for (let match = PATTERN.exec(line); match !== null; match = PATTERN.exec(line)) {
    const kind = kindOf(match.groups);
    if (kind !== undefined) {
      tokens.push({ kind, text: match[0], column: match.index + 1, end: match.index + match[0].length + 1 });
    }
    if (PATTERN.lastIndex >= line.length) break;
  }
  return tokens;
}

const KINDS: readonly TokenKind[] = ['comment', 'dot', 'register', 'name', 'number', 'punct', 'bad'];

function kindOf(groups: Record<string, string | undefined> | undefined): TokenKind | undefined {
  return KINDS.find((kind) => groups?.[kind] !== undefined);
}

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
