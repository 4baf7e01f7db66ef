/** What may be written at a place: mnemonics with their signatures, modifiers, registers, names. */
import { assemble, placeText } from './assemble.ts';
import type { Operand } from './define.ts';
import type { Sources } from './include.ts';
import { NO_SOURCES } from './include.ts';
import type { Arch } from './isa.ts';
import { LIMITS } from './isa.ts';
import { linesOf } from './lexer.ts';
import type { RoledToken } from './language-tokens.ts';
import { lineTokens } from './language-tokens.ts';
import type { Mnemonic } from './syntax.ts';
import { findMnemonic, mnemonics, modifiersOf, operandForm, operandsOf, signature } from './syntax.ts';

export interface Completion {
  readonly kind: 'instruction' | 'modifier' | 'directive' | 'register' | 'label' | 'constant' | 'file';
  /** What replaces the word from `column` (1-based) to the cursor. */
  readonly text: string;
  readonly column: number;
  /** The form, or what the name stands for. */
  readonly detail: string;
  readonly doc: string;
}

const DIRECTIVES: readonly { readonly text: string; readonly detail: string; readonly doc: string }[] = [
  { text: '.const', detail: '.const NAME = value', doc: 'Name a number' },
  { text: '.include', detail: '.include "NAME"', doc: 'Put another text in this place' },
  { text: '.word', detail: '.word value, ...', doc: 'Put 64-bit words as they are' },
];

/** Completions at a place, in the order to show them. The caller filters by what is typed already. */
export function completions(
  text: string,
  line: number,
  column: number,
  arch: Arch,
  sources: Sources = NO_SOURCES,
): Completion[] {
  const before = (linesOf(text)[line - 1] ?? '').slice(0, column - 1);
  const tokens = lineTokens(before);
  const last = tokens.at(-1);
  if (last?.role === 'comment') return [];
  const include = /^\s*\.include\s+("?)([^"]*)$/i.exec(before);
  if (include !== null) return files(sources, column - (include[2] ?? '').length, include[1] !== '"');
  const typing = last !== undefined && last.end === column && last.kind !== 'punct' ? last : undefined;
  const done = typing === undefined ? tokens : tokens.slice(0, -1);
  const start = typing?.column ?? column;
  const head = done.find((t) => t.role === 'mnemonic' || t.role === 'directive');
  if (head === undefined) return typing?.kind === 'dot' ? directives(start) : instructions(arch, start);
  const mnemonic = findMnemonic(head.text, arch);
  if (typing?.role === 'modifier') return mnemonic === undefined ? [] : modifiers(mnemonic, done, start);
  const operand = mnemonic === undefined ? undefined : operandsOf(mnemonic)[operandIndex(done)];
  if (mnemonic === undefined || operand === undefined) {
    return head.role === 'directive' ? names(text, { arch, sources }, start, { labels: true }) : [];
  }
  return operandItems(text, operand, mnemonic, { arch, sources }, start, done);
}

function files({ names: all }: Sources, column: number, quoted: boolean): Completion[] {
  return all.map((name) => ({
    kind: 'file',
    text: quoted ? `"${name}"` : name,
    column,
    detail: 'text to include',
    doc: '',
  }));
}

function instructions(arch: Arch, column: number): Completion[] {
  return Array.from(mnemonics(arch), ([text, mnemonic]) => ({
    kind: 'instruction',
    text,
    column,
    detail: signature(mnemonic),
    doc: mnemonic.pseudo?.doc ?? mnemonic.row.doc,
  }));
}

function directives(column: number): Completion[] {
  return DIRECTIVES.map((d) => ({ kind: 'directive', column, ...d }));
}

/** Modifiers whose field has none yet. */
function modifiers(mnemonic: Mnemonic, tokens: readonly RoledToken[], column: number): Completion[] {
  const written = new Set(tokens.filter((t) => t.role === 'modifier').map((t) => t.text.slice(1).toLowerCase()));
  return modifiersOf(mnemonic)
    .filter((m) => !Object.keys(m.values).some((text) => written.has(text)))
    .flatMap((m) =>
      Object.entries(m.values).map(([text, value]) => ({
        kind: 'modifier',
        text: `.${text}`,
        column,
        detail: `${m.field} = ${value}`,
        doc: m.absent === undefined ? 'one of this field must be written' : '',
      })),
    );
}

/** Which operand the next token belongs to. */
export function operandIndex(tokens: readonly RoledToken[]): number {
  return tokens.filter((t) => t.text === ',').length;
}

/** What a text is assembled with. */
interface Options {
  readonly arch: Arch;
  readonly sources: Sources;
}

function operandItems(
  text: string,
  operand: Operand,
  mnemonic: Mnemonic,
  options: Options,
  column: number,
  done: readonly RoledToken[],
): Completion[] {
  const detail = operandForm(operand, mnemonic.row);
  const { arch } = options;
  if (operand.kind === 'target') return names(text, options, column, { labels: true });
  if (operand.kind === 'registers') return registers('r', arch, column, detail);
  if (operand.kind === 'memory') {
    const open = done.at(-1)?.text === '[';
    return open ? registers('d', arch, column, detail) : names(text, options, column, { labels: false });
  }
  const type = mnemonic.row.byName[operand.field]?.type;
  if (type === 'reg64') return registers('d', arch, column, detail);
  if (type === 'reg32' || type === 'regbase') return registers('r', arch, column, detail);
  return names(text, options, column, { labels: true });
}

function registers(letter: 'r' | 'd', arch: Arch, column: number, detail: string): Completion[] {
  const step = letter === 'd' ? 2 : 1;
  return Array.from({ length: LIMITS[arch].registers / step }, (_, i) => ({
    kind: 'register',
    text: `${letter}${i * step}`,
    column,
    detail,
    doc: '',
  }));
}

function names(text: string, options: Options, column: number, want: { readonly labels: boolean }): Completion[] {
  const { labels, constants } = assemble(text, options);
  const items: Completion[] = Array.from(constants, ([name, c]) => ({
    kind: 'constant',
    text: name,
    column,
    detail: `0x${c.value.toString(16)}`,
    doc: `defined in ${placeText(c)}`,
  }));
  if (!want.labels) return items;
  return [
    ...Array.from(labels, ([name, l]): Completion => ({
      kind: 'label',
      text: name,
      column,
      detail: `byte ${l.index * 8}`,
      doc: `defined in ${placeText(l)}`,
    })),
    ...items,
  ];
}
