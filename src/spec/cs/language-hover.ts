/** What a reader wants to know about the thing at a place: an instruction and its encoding, a register, a name. */
import { hex, hex64 } from '../../base/bits.ts';
import { assemble, placeText } from './assemble.ts';
import type { Entry, Execution } from './define.ts';
import type { Sources } from './include.ts';
import { NO_SOURCES } from './include.ts';
import type { Arch, Row } from './isa.ts';
import { decode, field, LIMITS } from './isa.ts';
import { linesOf } from './lexer.ts';
import { lineTokens, tokenAt } from './language-tokens.ts';
import type { Range } from './language-symbols.ts';
import { STAGING } from './staging.ts';
import { findMnemonic, signature } from './syntax.ts';

/** One stretch of bits of an instruction word. */
export interface Bits {
  readonly name: string;
  readonly msb: number;
  readonly lsb: number;
  /** In the word at hand; undefined without one. */
  readonly value: number | undefined;
}

export interface Hover {
  readonly range: Range;
  /** First line: a signature, a register, a name. */
  readonly title: string;
  /** Plain sentences and facts, one per element. */
  readonly lines: readonly string[];
  /** The word's layout from bit 63 down, for instructions. */
  readonly layout: readonly Bits[];
}

const EXECUTION: Readonly<Record<Execution, string>> = {
  sync: 'completes before the next instruction issues',
  async: 'asynchronous',
  deferred: 'in order if wait_mask is 0, otherwise deferred until the mask is idle',
};
const ENTRY: Readonly<Record<Entry, string>> = {
  none: '',
  endpoint: '; holds the endpoint scoreboard entry',
  other: '; holds the scoreboard entry of loads and stores',
  signal: '; holds the entry signal_slot',
};

/** The layout of an instruction from bit 63 down to 0, gaps as `reserved`; with values if a word is given. */
export function layout(row: Row, word?: { readonly lo: number; readonly hi: number }): Bits[] {
  const known: Bits[] = [
    { name: 'opcode', lsb: 56, msb: 63, value: row.opcode },
    ...(row.sub === undefined
      ? []
      : [{ name: 'sub_opcode', lsb: row.sub.lsb, msb: row.sub.lsb + 7, value: row.sub.value }]),
    ...row.fields.map((f) => ({
      name: f.name,
      lsb: f.lsb,
      msb: f.lsb + f.width - 1,
      value: word === undefined ? undefined : field(word.lo, word.hi, f),
    })),
  ].toSorted((a, b) => b.lsb - a.lsb);
  const all: Bits[] = [];
  let top = 63;
  for (const bits of known) {
    if (bits.msb < top) all.push({ name: 'reserved', msb: top, lsb: bits.msb + 1, value: undefined });
    all.push(bits);
    top = bits.lsb - 1;
  }
  if (top >= 0) all.push({ name: 'reserved', msb: top, lsb: 0, value: undefined });
  return all;
}

/** The layout as lines of text: `63:56 opcode = 0x14`. */
export function diagram(bits: readonly Bits[]): string {
  return bits
    .map(({ name, msb, lsb, value }) => {
      const place = msb === lsb ? `${msb}` : `${msb}:${lsb}`;
      const tail = value === undefined ? '' : ` = ${value < 0 ? value : hex(value)}`;
      return `${place.padStart(5)} ${name}${tail}`;
    })
    .join('\n');
}

/** What is at a place of a text, if anything is known about it. */
export function hover(
  text: string,
  line: number,
  column: number,
  arch: Arch,
  sources: Sources = NO_SOURCES,
): Hover | undefined {
  const content = linesOf(text)[line - 1] ?? '';
  const token = tokenAt(content, column);
  if (token === undefined) return undefined;
  const range = { line, column: token.column, endColumn: token.end };
  switch (token.role) {
    case 'mnemonic':
    case 'modifier': {
      const head = lineTokens(content).find((t) => t.role === 'mnemonic');
      return head === undefined ? undefined : instructionHover(text, line, head.text, range, { arch, sources });
    }
    case 'register':
      return { range, title: token.text.toLowerCase(), lines: registerLines(token.text, arch), layout: [] };
    case 'label':
    case 'constant':
    case 'symbol':
      return symbolHover(text, token.text, range, { arch, sources });
    default:
      return undefined;
  }
}

/** What a text is assembled with. */
interface Options {
  readonly arch: Arch;
  readonly sources: Sources;
}

function instructionHover(text: string, line: number, name: string, range: Range, options: Options): Hover | undefined {
  const { arch } = options;
  const mnemonic = findMnemonic(name, arch);
  if (mnemonic === undefined) return undefined;
  const { row, pseudo } = mnemonic;
  const { words, lines, problems } = assemble(text, options);
  const word = words[lines.indexOf(line)];
  const sound = word !== undefined && !problems.some((p) => p.line === line);
  const halves = sound ? { lo: Number(word & 0xffff_ffffn), hi: Number(word >> 32n) } : undefined;
  const fits = halves !== undefined && decode(halves.lo, halves.hi, arch) === row;
  return {
    range,
    title: signature(mnemonic),
    lines: [
      pseudo === undefined ? row.doc : `${pseudo.doc}: short for ${pseudo.of}`,
      ...(row.does === '' ? [] : [row.does]),
      EXECUTION[row.execution] + ENTRY[row.entry],
      ...(row.staging === undefined ? [] : [`reads the ${row.staging} staging registers`]),
      ...(fits ? [hex64(halves.lo, halves.hi)] : []),
    ],
    layout: layout(row, fits ? halves : undefined),
  };
}

/** What the staging tables and the kernel use a register for. */
function registerLines(text: string, arch: Arch): string[] {
  const n = Number(text.slice(1));
  const width = /^d/i.test(text) ? 2 : 1;
  const { registers, kernelRegisters } = LIMITS[arch];
  if (n + width > registers) return [`the queue has r0 to r${registers - 1} only`];
  const lines = [width === 2 ? `64-bit pair: r${n} low, r${n + 1} high` : '32-bit register'];
  for (const [table, entries] of Object.entries(STAGING)) {
    if ((table === 'IDVS2') !== arch >= 12 && table.startsWith('IDVS')) continue;
    for (const e of entries) {
      if (e.since > arch || e.register >= n + width || e.register + e.size <= n) continue;
      lines.push(`${table}: ${e.name}${e.select === undefined ? '' : ` (with ${e.select} 0)`}`);
    }
  }
  if (n + width > registers - kernelRegisters) lines.push('the kernel changes it around every job');
  return lines;
}

function symbolHover(text: string, name: string, range: Range, options: Options): Hover | undefined {
  const { labels, constants } = assemble(text, options);
  const constant = constants.get(name);
  const label = labels.get(name);
  if (constant !== undefined) {
    const lines = [`${constant.value} = 0x${constant.value.toString(16)}`, `defined in ${placeText(constant)}`];
    return { range, title: `.const ${name}`, lines, layout: [] };
  }
  if (label === undefined) return undefined;
  const lines = [`word ${label.index}, byte ${hex(label.index * 8)}`, `defined in ${placeText(label)}`];
  return { range, title: `${name}:`, lines, layout: [] };
}
