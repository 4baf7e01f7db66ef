/**
 * Text in the syntax of Mesa's Valhall disassembler to words. One instruction, `.word` or label per line; a
 * `label:` may stand before an instruction and be the operand of BRANCHZ. Comments begin with `//` or `;`.
 * The eight bytes that listings show before the text are skipped: the text counts.
 *
 * Nothing here throws for bad text: every problem is reported with its place, and a line with a problem
 * still takes its word (zero), so that later branches stay right.
 */
import { clip } from '../cs/cursor.ts';
import { linesOf, numberOf } from '../cs/lexer.ts';
import type { Problem, Severity } from '../cs/problem.ts';
import { MAX_PROBLEMS, Problems } from '../cs/problem.ts';
import { nearest } from '../../base/nearest.ts';
import { bytesText } from './disassemble.ts';
import type { Modifier, Row } from './isa.ts';
import { ENUM_SPECS, FLOWS } from './isa.ts';
import type { OperandContext, Piece } from './operands.ts';
import { operandReaders } from './operands.ts';
import type { Mnemonic } from './syntax.ts';
import { closestName, findMnemonic, isRequired, modifierTexts, namesWithHead, signature } from './syntax.ts';
import { Word } from './word.ts';

/** Words a text may make (chosen): 2 MiB of code. */
export const MAX_WORDS = 1 << 18;
/** Characters of a text (chosen): room for MAX_WORDS lines of 64 characters. */
export const MAX_TEXT = 1 << 24;
/** Characters of a line (chosen): far above the longest instruction, and a bound for patterns. */
const MAX_LINE = 1 << 16;

export interface Label {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  /** Index of the word it stands at; the number of words for a label at the end. */
  readonly index: number;
}

export interface Assembled {
  /** The words; complete and meant for use only if no problem is an error. */
  readonly words: BigUint64Array;
  /** Per word, its 1-based source line, and the columns of its instruction. */
  readonly lines: Uint32Array;
  readonly columns: Uint32Array;
  readonly endColumns: Uint32Array;
  readonly labels: ReadonlyMap<string, Label>;
  readonly problems: readonly Problem[];
}

/** True when the text made words without an error. */
export function isClean(assembled: Assembled): boolean {
  return !assembled.problems.some((p) => p.severity === 'error');
}

/** Assembles `text`. */
export function assemble(text: string): Assembled {
  return new Assembler().run(text);
}

const BYTES = /^\s*((?:[0-9a-f]{2} ){7}[0-9a-f]{2})(?=\s|$)/i;
const LABEL = /^\s*([A-Za-z_]\w*)\s*:/;
const COMMENT = /\/\/|;/;

interface Statement {
  readonly labels: readonly Piece[];
  /** The eight bytes of a listing, if the line has them. */
  readonly bytes: Piece | undefined;
  /** The instruction or directive, trimmed; undefined if there is none. */
  readonly body: Piece | undefined;
}

/** A line cut into its parts. */
function statementOf(line: string): Statement {
  const comment = line.search(COMMENT);
  const end = comment < 0 ? line.length : comment;
  const labels: Piece[] = [];
  let at = 0;
  const bytes = BYTES.exec(line.slice(0, end));
  if (bytes !== null) at = bytes[0].length;
  for (;;) {
    const match = LABEL.exec(line.slice(at, end));
    if (match === null) break;
    const name = match[1] ?? '';
    labels.push({ text: name, column: at + match[0].indexOf(name) + 1 });
    at += match[0].length;
  }
  const rest = line.slice(at, end);
  const text = rest.trim();
  return {
    labels,
    bytes: bytes === null ? undefined : piece(bytes[1] ?? '', bytes[0].indexOf(bytes[1] ?? '') + 1),
    body: text === '' ? undefined : piece(text, at + rest.length - rest.trimStart().length + 1),
  };
}

const piece = (text: string, column: number): Piece => ({ text, column });

/** The pieces between separators, trimmed, with their columns. */
function split(text: string, column: number, separator: string): Piece[] {
  const pieces: Piece[] = [];
  let at = column;
  for (const part of text.split(separator)) {
    pieces.push(piece(part.trim(), at + part.length - part.trimStart().length));
    at += part.length + 1;
  }
  return pieces;
}

const isData = (body: Piece): boolean => /^\.word(?:\s|$)/i.test(body.text);

class Assembler {
  private readonly problems = new Problems();
  private readonly labels = new Map<string, Label>();
  private readonly pairs: number[] = [];
  private readonly places: number[] = [];
  private line = 0;

  run(text: string): Assembled {
    if (text.length > MAX_TEXT) {
      this.line = 1;
      this.report(piece('', 1), `a text has at most ${MAX_TEXT} characters`, 'split it');
    } else this.assemble(linesOf(text));
    const count = this.pairs.length / 2;
    const pick = (n: number) => Uint32Array.from({ length: count }, (_, i) => this.places[i * 3 + n] ?? 0);
    return {
      words: new BigUint64Array(Uint32Array.from(this.pairs).buffer),
      lines: pick(0),
      columns: pick(1),
      endColumns: pick(2),
      labels: this.labels,
      problems: this.problems.list,
    };
  }

  private readonly report = (at: Piece, rule: string, remedy: string): false => {
    this.add('error', at, rule, remedy);
    return false;
  };

  private add(severity: Severity, at: Piece, rule: string, remedy: string): void {
    const endColumn = at.column + Math.max(1, at.text.length);
    this.problems.add({ severity, line: this.line, column: at.column, endColumn, rule, remedy });
  }

  /** No more problems are listed: looking for the nearest names would only take time. */
  private get isFull(): boolean {
    return this.problems.list.length > MAX_PROBLEMS;
  }

  private assemble(lines: readonly string[]): void {
    const statements: (Statement | undefined)[] = [];
    let index = 0;
    for (const [i, text] of lines.entries()) {
      this.line = i + 1;
      if (text.length > MAX_LINE) this.report(piece('', 1), `a line has at most ${MAX_LINE} characters`, 'split it');
      const statement = text.length > MAX_LINE ? undefined : statementOf(text);
      statements.push(statement);
      if (statement === undefined) continue;
      for (const label of statement.labels) this.define(label, index);
      const { body } = statement;
      if (body !== undefined) index += isData(body) ? body.text.split(',').length : 1;
    }
    for (const [i, statement] of statements.entries()) {
      this.line = i + 1;
      if (statement !== undefined && !this.emit(statement)) return;
    }
  }

  private define(label: Piece, index: number): void {
    const before = this.labels.get(label.text);
    if (before !== undefined) {
      this.report(label, `${clip(label.text)} is defined in line ${before.line} already`, 'choose another name');
      return;
    }
    const endColumn = label.column + label.text.length;
    this.labels.set(label.text, { line: this.line, column: label.column, endColumn, index });
  }

  /** Words of a statement; false when there is no room for more. */
  private emit({ body, bytes }: Statement): boolean {
    if (body === undefined) {
      if (bytes !== undefined)
        this.report(bytes, 'an instruction is missing after the bytes', 'write it, or .word 0x...');
      return true;
    }
    const parts = isData(body) ? split(body.text.slice(5), body.column + 5, ',') : [body];
    for (const part of parts) {
      if (this.pairs.length >= MAX_WORDS * 2) {
        return this.report(part, `a shader has at most ${MAX_WORDS} words`, 'split the text');
      }
      if (isData(body)) this.data(part);
      else this.instruction(body);
    }
    if (bytes !== undefined && parts.length === 1) this.compare(bytes);
    return true;
  }

  private put(lo: number, hi: number, at: Piece): void {
    this.pairs.push(lo >>> 0, hi >>> 0);
    this.places.push(this.line, at.column, at.column + Math.max(1, at.text.length));
  }

  private compare(bytes: Piece): void {
    const [hi = 0, lo = 0] = [this.pairs.at(-1), this.pairs.at(-2)];
    if (bytesText(lo, hi) === bytes.text.toLowerCase()) return;
    this.add('info', bytes, 'the bytes before the text differ from it', 'the text counts; remove the bytes');
  }

  private data(at: Piece): void {
    const value = numberOf(at.text);
    if (value === undefined) this.report(at, 'a word is an unsigned 64-bit number', 'write 0x and up to 16 digits');
    this.put(Number((value ?? 0n) & 0xffff_ffffn), Number((value ?? 0n) >> 32n), at);
  }

  private instruction(body: Piece): void {
    const [head = ''] = /^\S*/.exec(body.text) ?? [];
    const word = new Word();
    const good = this.read(
      piece(head, body.column),
      piece(body.text.slice(head.length), body.column + head.length),
      word,
    );
    this.put(good ? word.lo : 0, good ? word.hi : 0, body);
  }

  private read(head: Piece, operands: Piece, word: Word): boolean {
    const parts = split(head.text, head.column, '.');
    const found = this.mnemonic(parts);
    if (found === undefined) return this.unknown(head);
    const { row } = found.mnemonic;
    word.lo = row.valueLo;
    word.hi = row.valueHi;
    if (row.placeholder) word.put(46, 2, 3);
    const modifiers = this.modifiers(found.mnemonic, parts.slice(found.length), parts[0] ?? head, word);
    return this.operands(row, operands, word) && modifiers;
  }

  /** The longest run of parts that is a mnemonic. */
  private mnemonic(parts: readonly Piece[]): { readonly mnemonic: Mnemonic; readonly length: number } | undefined {
    for (let length = Math.min(parts.length, 3); length > 0; length--) {
      const mnemonic = findMnemonic(
        parts
          .slice(0, length)
          .map((p) => p.text)
          .join('.'),
      );
      if (mnemonic !== undefined) return { mnemonic, length };
    }
    return undefined;
  }

  private unknown(head: Piece): false {
    if (this.isFull) return false;
    const text = head.text.slice(0, 64);
    const typed = namesWithHead(text.split('.')[0] ?? '');
    const near = closestName(text);
    if (typed.length > 0)
      return this.report(head, `${clip(text)} is not an instruction`, `there are ${typed.join(' ')}`);
    const remedy = near === undefined ? 'see docs/shaders.md' : `did you mean ${near}?`;
    return this.report(head, `${clip(text)} is not an instruction`, remedy);
  }

  private modifiers({ row, preset }: Mnemonic, parts: readonly Piece[], head: Piece, word: Word): boolean {
    const given = new Map<Modifier, number>(preset === undefined ? [] : [[preset, 1]]);
    let flow: number | undefined;
    let good = true;
    for (let n = 0; n < parts.length; n++) {
      const part = parts[n] ?? head;
      const text = part.text.toLowerCase();
      // A few names contain a dot, such as 16.32.
      const next = parts[n + 1];
      const pair = next === undefined ? undefined : take(row, `${text}.${next.text.toLowerCase()}`, given);
      if (pair !== undefined) n += 1;
      if (pair !== undefined || take(row, text, given) !== undefined) continue;
      const named = text === '' ? -1 : FLOWS.indexOf(text);
      if (named >= 0 && flow === undefined) flow = named;
      else good = this.badModifier(row, part, named >= 0);
    }
    word.put(59, 4, flow ?? 0);
    for (const m of row.modifiers) {
      const value = given.get(m);
      if (value === undefined && isRequired(m)) {
        const texts = modifierTexts(m).filter((t) => t !== undefined);
        if (good)
          this.report(head, `${row.name} needs its ${m.name}`, `write one of ${texts.map((t) => `.${t}`).join(' ')}`);
        good = false;
      }
      word.put(m.lsb, m.width, value ?? (m.kind === undefined ? 0 : (ENUM_SPECS[m.kind].silent ?? 0)));
    }
    return good;
  }

  private badModifier(row: Row, part: Piece, isFlow: boolean): false {
    if (this.isFull) return false;
    if (isFlow) return this.report(part, 'an instruction has one flow', 'keep one of the two');
    const known = [...row.modifiers.flatMap(modifierTexts), ...FLOWS].filter((t) => t !== undefined);
    if (known.includes(part.text.toLowerCase())) {
      return this.report(part, `.${clip(part.text)} comes on top of another of its kind`, 'keep one of them');
    }
    const near = nearest(part.text.slice(0, 64), known);
    const remedy = near === undefined ? `the form is ${signature(row)}` : `did you mean .${near}?`;
    return this.report(part, `${row.name} has no modifier .${clip(part.text)}`, remedy);
  }

  private operands(row: Row, text: Piece, word: Word): boolean {
    const pieces = text.text.trim() === '' ? [] : split(text.text, text.column, ',');
    const readers = operandReaders(row);
    const index = this.pairs.length / 2;
    const label = (name: string): number | undefined => this.labels.get(name)?.index;
    const context: OperandContext = { row, word, index, label, report: this.report, page: undefined };
    let good = true;
    for (const [n, reader] of readers.entries()) {
      const at = pieces[n];
      if (at === undefined || at.text === '') {
        const end = at ?? piece('', text.column + text.text.length);
        return this.report(end, 'an operand is missing', `the form is ${signature(row)}`);
      }
      good = reader(at, context) && good;
    }
    const extra = pieces[readers.length];
    if (extra !== undefined) {
      return this.report(extra, 'there is more than the instruction takes', `the form is ${signature(row)}`);
    }
    word.put(57, 2, context.page ?? 0);
    return good;
  }
}

/** Gives the text to the first modifier of the row that has it and is not given yet. */
function take(row: Row, text: string, given: Map<Modifier, number>): Modifier | undefined {
  if (text === '') return undefined;
  for (const m of row.modifiers) {
    const value = given.has(m) ? -1 : modifierTexts(m).indexOf(text);
    if (value < 0) continue;
    given.set(m, value);
    return m;
  }
  return undefined;
}
