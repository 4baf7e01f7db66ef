/**
 * The role each token of a command stream text plays: the base of highlighting, symbol search and formatting.
 * Works line by line, so that an editor can ask for one line only.
 */
import type { Token } from './lexer.ts';
import { tokenize } from './lexer.ts';

/**
 * label, constant: where a name is defined. symbol: where one is used. invalid: what the language does not have.
 */
export type Role =
  | 'label'
  | 'constant'
  | 'symbol'
  | 'mnemonic'
  | 'modifier'
  | 'directive'
  | 'register'
  | 'number'
  | 'operator'
  | 'string'
  | 'comment'
  | 'invalid';

export interface RoledToken extends Token {
  readonly role: Role;
}

const ROLE_OF_KIND: Readonly<Record<Token['kind'], Role>> = {
  name: 'symbol',
  dot: 'invalid',
  register: 'register',
  number: 'number',
  punct: 'operator',
  string: 'string',
  comment: 'comment',
  bad: 'invalid',
};

/** The tokens of a line with their roles. */
export function lineTokens(line: string): RoledToken[] {
  const tokens = tokenize(line);
  const roled: RoledToken[] = [];
  let start = 0;
  while (tokens[start]?.kind === 'name' && tokens[start + 1]?.text === ':') start += 2;
  let inHead = true;
  for (const [i, token] of tokens.entries()) {
    let role = ROLE_OF_KIND[token.kind];
    if (i < start) role = token.kind === 'name' ? 'label' : 'operator';
    else if (i === start) role = headRole(token);
    else if (token.kind === 'dot' && inHead && roled[start]?.role === 'mnemonic') role = 'modifier';
    else if (i === start + 1 && isConst(tokens[start]) && token.kind === 'name') role = 'constant';
    if (i > start && role !== 'modifier') inHead = false;
    roled.push({ ...token, role });
  }
  return roled;
}

function headRole(token: Token): Role {
  if (token.kind === 'name') return 'mnemonic';
  if (token.kind === 'dot') return 'directive';
  return token.kind === 'comment' ? 'comment' : 'invalid';
}

function isConst(token: Token | undefined): boolean {
  return token?.kind === 'dot' && token.text.toLowerCase() === '.const';
}

/** The token at a 1-based column; between two, the one that begins there. */
export function tokenAt(line: string, column: number): RoledToken | undefined {
  const tokens = lineTokens(line);
  return tokens.find((t) => t.column <= column && column < t.end) ?? tokens.find((t) => t.end === column);
}
