/**
 * Command stream text to words. One instruction, directive or label per line; `label:` may stand before an
 * instruction. Comments begin with `//` or `;`. Directives: `.const NAME = value`, `.word value, ...`,
 * `.include "NAME"` (include.ts).
 * A label in an expression is its byte offset in the stream; as operand of BRANCH it is a target.
 *
 * Nothing here throws for bad text: every problem is reported with its place, and a line with a problem
 * still takes its word (a NOP), so that later offsets stay right.
 */
import type { Sources, SourceLine } from './include.ts';
import { expand, NO_SOURCES } from './include.ts';
import type { Token } from './lexer.ts';
import { tokenize } from './lexer.ts';
import { clip, TokenCursor } from './cursor.ts';
import type { Arch } from './isa.ts';
import { encodeRow } from './isa.ts';
import type { OperandContext } from './operands.ts';
import { readOperand } from './operands.ts';
import type { Fix, Problem } from './problem.ts';
import { Problems } from './problem.ts';
import type { Mnemonic } from './syntax.ts';
import { archsWith, closest, findMnemonic, mnemonics, modifiersOf, operandsOf, signature } from './syntax.ts';

/** Words a text may make (chosen): 2 MiB of stream. */
export const MAX_WORDS = 1 << 18;
/** Characters of a text (chosen): room for MAX_WORDS lines of 64 characters. */
export const MAX_TEXT = 1 << 24;

/** Where a name was defined. */
export interface Definition {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  /** The included text it stands in; `line` is then the line there. */
  readonly file?: string;
}

export interface Label extends Definition {
  /** Index of the word it stands at; the number of words for a label at the end. */
  readonly index: number;
}

export interface Constant extends Definition {
  readonly value: bigint;
}

export interface Assembled {
  readonly arch: Arch;
  /** The words; complete and meant for use only if no problem is an error. */
  readonly words: BigUint64Array;
  /** Per word, its 1-based source line, and the columns of its instruction. */
  readonly lines: Uint32Array;
  readonly columns: Uint32Array;
  readonly endColumns: Uint32Array;
  /** Per word of an included text, `file:line` there; the three above are then those of the `.include`. */
  readonly origins: ReadonlyMap<number, string>;
  readonly labels: ReadonlyMap<string, Label>;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly problems: readonly Problem[];
}

/** True when the text made words without an error. */
export function isClean(assembled: Assembled): boolean {
  return !assembled.problems.some((p) => p.severity === 'error');
}

/** Assembles `text` for `arch`; `sources`: what it may include. */
export function assemble(text: string, options: { readonly arch: Arch; readonly sources?: Sources }): Assembled {
  return new Assembler(options.arch).run(text, options.sources ?? NO_SOURCES);
}

/** Columns of what an included text is reported at: the line that includes it, however long. */
const WHOLE_LINE = { column: 1, endColumn: 1000 };

/** A line cut into its parts. */
interface Statement {
  readonly labels: readonly Token[];
  /** Tokens after the labels, without the comment. */
  readonly body: readonly Token[];
  /** Column after the last token. */
  readonly end: number;
}

/** Labels, then the rest of a line. */
export function statementOf(line: string): Statement {
  const tokens = tokenize(line);
  if (tokens.at(-1)?.kind === 'comment') tokens.pop();
  let start = 0;
  while (tokens[start]?.kind === 'name' && tokens[start + 1]?.text === ':') start += 2;
  return {
    labels: tokens.slice(0, start).filter((t) => t.kind === 'name'),
    body: tokens.slice(start),
    end: tokens.at(-1)?.end ?? 1,
  };
}

class Assembler {
  private readonly arch: Arch;
  private readonly problems = new Problems();
  private readonly labels = new Map<string, Label>();
  private readonly constants = new Map<string, Constant>();
  private readonly pairs: number[] = [];
  private readonly places: number[] = [];
  private readonly origins = new Map<number, string>();
  /** The line at hand, and where an included one is reported: the columns of the `.include`. */
  private at: SourceLine = { text: '', line: 1, file: undefined, own: 1 };

  constructor(arch: Arch) {
    this.arch = arch;
  }

  run(text: string, sources: Sources): Assembled {
    if (text.length > MAX_TEXT) {
      this.report({ column: 1, end: 2 }, `a text has at most ${MAX_TEXT} characters`, 'split it');
    } else {
      const lines = expand(
        text,
        sources,
        (line) => statementOf(line).body,
        ({ at, column, end, rule, remedy }) => {
          this.at = at;
          this.report({ column, end }, rule, remedy);
        },
      );
      this.define(lines);
      this.emit(lines);
    }
    const count = this.pairs.length / 2;
    const pick = (n: number) => Uint32Array.from({ length: count }, (_, i) => this.places[i * 3 + n] ?? 0);
    return {
      arch: this.arch,
      words: new BigUint64Array(Uint32Array.from(this.pairs).buffer),
      lines: pick(0),
      columns: pick(1),
      endColumns: pick(2),
      origins: this.origins,
      labels: this.labels,
      constants: this.constants,
      problems: this.problems.list,
    };
  }

  private readonly report = (
    at: { readonly column: number; readonly end: number },
    rule: string,
    remedy: string,
    fix?: Fix,
  ): void => {
    const { line, file, own } = this.at;
    const place = { line, column: at.column, endColumn: at.end };
    if (file !== undefined) {
      this.problems.add({ severity: 'error', line, ...WHOLE_LINE, rule: `${file}:${own}: ${rule}`, remedy });
    } else this.problems.add({ severity: 'error', ...place, rule, remedy, ...(fix === undefined ? {} : { fix }) });
  };

  private readonly symbol = (name: string): bigint | undefined => {
    const label = this.labels.get(name);
    return this.constants.get(name)?.value ?? (label === undefined ? undefined : BigInt(label.index) * 8n);
  };

  private cursor(tokens: readonly Token[], end: number): TokenCursor {
    return new TokenCursor(tokens, end, this.report, this.symbol);
  }

  /** First pass: labels, constants, and how many words each line makes. */
  private define(lines: readonly SourceLine[]): void {
    let index = 0;
    for (const line of lines) {
      this.at = line;
      const { labels, body, end } = statementOf(line.text);
      for (const label of labels) {
        if (this.isNew(label)) {
          this.labels.set(label.text, { ...this.definition(label), index });
        }
      }
      const head = body[0];
      if (head === undefined) continue;
      if (isDirective(head, '.const')) this.constant(body.slice(1), end);
      else index += isDirective(head, '.word') ? 1 + body.filter((t) => t.text === ',').length : 1;
    }
  }

  private definition({ column, end: endColumn }: Token): Definition {
    const { file, own } = this.at;
    return { line: own, column, endColumn, ...(file === undefined ? {} : { file }) };
  }

  private isNew(token: Token): boolean {
    const before = this.labels.get(token.text) ?? this.constants.get(token.text);
    if (before === undefined) return true;
    this.report(token, `${clip(token.text)} is defined in ${placeText(before)} already`, 'choose another name');
    return false;
  }

  private constant(tokens: readonly Token[], end: number): void {
    const cursor = this.cursor(tokens, end);
    const name = cursor.peek();
    if (name?.kind !== 'name') {
      cursor.fail('.const takes a name and a value', 'write .const NAME = value; registers are not names');
      return;
    }
    cursor.next();
    if (!cursor.accept('=')) cursor.accept(',');
    cursor.accept('#');
    const value = cursor.expression();
    if (value === undefined) return;
    if (!cursor.done) cursor.fail('nothing may follow the value of a constant', 'remove it');
    if (this.isNew(name)) {
      this.constants.set(name.text, { ...this.definition(name), value });
    }
  }

  /** Second pass: words. */
  private emit(lines: readonly SourceLine[]): void {
    for (const line of lines) {
      this.at = line;
      const { body, end } = statementOf(line.text);
      const head = body[0];
      if (head === undefined || isDirective(head, '.const')) continue;
      if (this.isFull(head)) return;
      if (isDirective(head, '.word')) this.data(body, end);
      else this.instruction(body, end);
    }
  }

  private isFull(at: Token): boolean {
    if (this.pairs.length < MAX_WORDS * 2) return false;
    this.report(at, `a stream has at most ${MAX_WORDS} words`, 'split the text');
    return true;
  }

  private put(lo: number, hi: number, column: number, end: number): void {
    const { line, file, own } = this.at;
    if (file === undefined) this.places.push(line, column, end);
    else {
      this.origins.set(this.pairs.length / 2, `${file}:${own}`);
      this.places.push(line, WHOLE_LINE.column, WHOLE_LINE.endColumn);
    }
    this.pairs.push(lo, hi);
  }

  private data(body: readonly Token[], end: number): void {
    const cursor = this.cursor(body.slice(1), end);
    do {
      const start = cursor.peek();
      if (start !== undefined && this.isFull(start)) return;
      cursor.accept('#');
      const value = cursor.expression();
      const fits = value !== undefined && value >= 0n && value < 1n << 64n;
      if (value !== undefined && !fits && start !== undefined) {
        cursor.failFrom(start, 'a word is an unsigned 64-bit number', 'write 0x and up to 16 digits');
      }
      if (value === undefined) cursor.skipOperand();
      const word = fits ? value : 0n;
      this.put(Number(word & 0xffff_ffffn), Number(word >> 32n), start?.column ?? 1, start?.end ?? 2);
    } while (cursor.accept(','));
    if (!cursor.done) cursor.fail('words are separated by commas', 'write a comma between them');
  }

  private instruction(body: readonly Token[], end: number): void {
    const column = body[0]?.column ?? 1;
    const mnemonic = this.mnemonic(body);
    const values: Record<string, number> = {};
    if (mnemonic !== undefined && this.read(mnemonic, body, end, values)) {
      const { lo, hi } = encodeRow(mnemonic.row, values);
      this.put(lo, hi, column, end);
    } else {
      this.put(0, 0, column, end);
    }
  }

  private mnemonic(body: readonly Token[]): Mnemonic | undefined {
    const head = body[0];
    if (head === undefined) return undefined;
    if (head.kind === 'dot') {
      this.report(head, `${clip(head.text)} is not a directive`, 'the directives are .const, .word and .include');
      return undefined;
    }
    if (head.kind !== 'name') {
      this.report(head, 'a line begins with an instruction, a directive or a label', 'write one, or // for a comment');
      return undefined;
    }
    const found = findMnemonic(head.text, this.arch);
    if (found === undefined) {
      const others = archsWith(head.text);
      const near = closest(head.text, mnemonics(this.arch).keys());
      const name = clip(head.text);
      if (others.length > 0) {
        this.report(head, `architecture ${this.arch} has no ${name}`, `it exists on ${others.join(', ')}`);
      } else {
        const hint = near === undefined ? 'see docs/command-streams.md' : `did you mean ${near}?`;
        this.report(head, `${name} is not an instruction`, hint, near === undefined ? undefined : instead(near));
      }
    }
    return found;
  }

  /** Modifiers and operands into `values`; false if anything was reported. */
  private read(mnemonic: Mnemonic, body: readonly Token[], end: number, values: Record<string, number>): boolean {
    let after = 1;
    while (body[after]?.kind === 'dot') after += 1;
    const goodModifiers = this.modifiers(mnemonic, body.slice(1, after), body[0], values);
    const goodOperands = this.operands(mnemonic, this.cursor(body.slice(after), end), values);
    Object.assign(values, mnemonic.pseudo?.preset);
    return goodModifiers && goodOperands;
  }

  private modifiers(
    mnemonic: Mnemonic,
    tokens: readonly Token[],
    head: Token | undefined,
    values: Record<string, number>,
  ): boolean {
    const known = modifiersOf(mnemonic);
    let good = true;
    for (const token of tokens) {
      const text = token.text.slice(1).toLowerCase();
      const modifier = known.find((m) => Object.hasOwn(m.values, text));
      if (modifier === undefined) {
        good = false;
        const all = known.flatMap((m) => Object.keys(m.values));
        const near = closest(text, all);
        const remedy = near === undefined ? `the form is ${signature(mnemonic)}` : `did you mean .${near}?`;
        const fix = near === undefined ? undefined : instead(`.${near}`);
        this.report(token, `${mnemonic.row.name} has no modifier ${clip(token.text)}`, remedy, fix);
      } else if (Object.hasOwn(values, modifier.field)) {
        good = false;
        this.report(token, `${modifier.field} is given twice`, 'keep one of the modifiers');
      } else {
        values[modifier.field] = modifier.values[text] ?? 0;
      }
    }
    for (const m of known) {
      if (Object.hasOwn(values, m.field)) continue;
      if (m.absent !== undefined) values[m.field] = m.absent;
      else if (good && head !== undefined) {
        good = false;
        const texts = Object.keys(m.values).map((t) => `.${t}`);
        this.report(head, `${mnemonic.row.name} needs its ${m.field} as a modifier`, `write one of ${texts.join(' ')}`);
      }
    }
    return good;
  }

  private operands(mnemonic: Mnemonic, cursor: TokenCursor, values: Record<string, number>): boolean {
    const context: OperandContext = { index: this.pairs.length / 2, label: (name) => this.labels.get(name)?.index };
    const form = `the form is ${signature(mnemonic)}`;
    let good = true;
    for (const [n, operand] of operandsOf(mnemonic).entries()) {
      if (cursor.done && operand.kind === 'field' && operand.optional === true) break;
      if (n > 0 && !cursor.accept(',')) {
        cursor.fail(cursor.done ? 'an operand is missing' : 'operands are separated by commas', form);
        return false;
      }
      if (cursor.done) {
        cursor.fail('an operand is missing', form);
        return false;
      }
      if (!readOperand(operand, mnemonic.row, cursor, values, context)) {
        good = false;
        cursor.skipOperand();
      }
    }
    if (good && !cursor.done) cursor.fail('there is more than the instruction takes', form);
    return good && cursor.done;
  }
}

const instead = (text: string): Fix => ({ title: `Write ${text}`, replace: text });

/** Where a name is defined, for messages. */
export function placeText({ line, file }: Definition): string {
  return file === undefined ? `line ${line}` : `line ${line} of ${file}`;
}

function isDirective(token: Token, name: string): boolean {
  return token.kind === 'dot' && token.text.toLowerCase() === name;
}
