/**
 * What a linked file knows of a program: symbols of the ELF file, lines, functions with what was inlined into them,
 * and unwind rules of its DWARF, behind one set of questions. Parts that a file lacks answer nothing; a damaged part
 * refuses the whole file, so that nothing half-read remains.
 */
import { BadInput } from '../base/errors.ts';
import { readElf, SHF_COMPRESSED, STT_FUNC, STT_OBJECT, type ElfFile } from './elf.ts';
import { FrameTable, type FrameRow } from './dwarf-frame.ts';
import { readLineTables, type LineRow, type SourceFile } from './dwarf-line.ts';
import { Budget, type DwarfSections } from './dwarf-reader.ts';
import { Entries } from './dwarf-entries.ts';
import { readScopes, type Scope } from './dwarf-scopes.ts';
import { variablesAt, type VariableGroup } from './dwarf-variables.ts';

/** Largest file taken, in bytes (chosen: firmware with all its debug information is a few MB). */
export const MAX_SYMBOL_FILE = 64 << 20;

export interface NamedAddress {
  readonly name: string;
  /** Functions without the Thumb bit. */
  readonly address: number;
  /** Bytes; 0 when the file does not say. */
  readonly size: number;
  readonly kind: 'function' | 'object';
}

export interface LinePlace {
  readonly file: number;
  readonly line: number;
}

const KINDS: Readonly<Record<number, NamedAddress['kind']>> = { [STT_OBJECT]: 'object', [STT_FUNC]: 'function' };
const SHF_ALLOC = 2;
const SHT_PROGBITS = 1;

export class DebugInfo {
  readonly files: readonly SourceFile[];
  /** By address, functions before objects. */
  readonly symbols: readonly NamedAddress[];
  readonly frames: FrameTable;
  readonly elf: ElfFile;
  private readonly rows: readonly LineRow[];
  private readonly scopes: readonly Scope[];
  private readonly entries: Entries;
  private readonly what: string;
  /** Answers of `linesWithCode`: a window asks again and again. */
  private readonly lines = new Map<number, { readonly line: number; readonly address: number }[]>();
  private readonly byName: ReadonlyMap<string, NamedAddress>;

  /** Reads an ELF file. BadInput when it, or its debug information, is damaged or too large. */
  constructor(bytes: Uint8Array, what = 'symbol file') {
    if (bytes.length > MAX_SYMBOL_FILE) {
      throw new BadInput({
        file: what,
        offset: MAX_SYMBOL_FILE,
        rule: `a symbol file has at most ${MAX_SYMBOL_FILE >> 20} MiB, this one ${Math.ceil(bytes.length / (1 << 20))}`,
        remedy: 'Keep the debug sections alone (objcopy --only-keep-debug).',
      });
    }
    this.elf = readElf(bytes, what);
    const sections = dwarfSections(this.elf, what);
    const budget = new Budget(what);
    const lines = readLineTables(sections, budget, `${what}, .debug_line`);
    this.files = lines.files;
    this.rows = lines.rows;
    this.scopes = readScopes(sections, budget, `${what}, .debug_info`);
    this.entries = new Entries(sections, budget, `${what}, .debug_info`);
    this.what = what;
    this.frames = FrameTable.read(sections.frame, budget, `${what}, .debug_frame`);
    this.symbols = namesOf(this.elf);
    this.byName = new Map(this.symbols.map((s) => [s.name, s]));
  }

  get hasLines(): boolean {
    return this.rows.length > 0;
  }

  symbol(name: string): NamedAddress | undefined {
    return this.byName.get(name);
  }

  /** The function or object an address lies in. */
  symbolAt(address: number): NamedAddress | undefined {
    const { symbols } = this;
    let k = after(symbols.length, (i) => symbols[i]!.address <= address);
    for (let back = 0; k > 0 && back < 4; back++) {
      const symbol = symbols[--k]!;
      if (address < symbol.address + symbol.size || (symbol.size === 0 && symbol.kind === 'function')) return symbol;
    }
    return undefined;
  }

  /** The source line of an address. */
  lineAt(address: number): LinePlace | undefined {
    const { rows } = this;
    const k = after(rows.length, (i) => rows[i]!.address <= address);
    const row = rows[k - 1];
    if (row === undefined || row.end || row.line === 0) return undefined;
    return { file: row.file, line: row.line };
  }

  /**
   * Where to stop for a line: the first address of each run of its code. When the line has none, the next one of the
   * file that has (`line` says which). Undefined when nothing follows.
   */
  addressesOf(
    file: number,
    line: number,
  ): { readonly line: number; readonly addresses: readonly number[] } | undefined {
    let best = Infinity;
    for (const row of this.rows) {
      if (row.file === file && !row.end && row.statement && row.line >= line && row.line < best) best = row.line;
    }
    if (best === Infinity) return undefined;
    const addresses: number[] = [];
    let inside = false;
    for (const row of this.rows) {
      const same = !row.end && row.file === file && row.line === best;
      if (same && row.statement && !inside) addresses.push(row.address);
      if (same) inside = true;
      else if (row.statement || row.end) inside = false;
    }
    return { line: best, addresses: [...new Set(addresses)] };
  }

  /** Lines of a file that have code, with the first address of each. */
  linesWithCode(file: number): { readonly line: number; readonly address: number }[] {
    const known = this.lines.get(file);
    if (known !== undefined) return known;
    const first = new Map<number, number>();
    for (const row of this.rows) {
      if (row.file !== file || row.end || !row.statement || row.line === 0) continue;
      if (!first.has(row.line)) first.set(row.line, row.address);
    }
    const made = [...first].map(([line, address]) => ({ line, address })).toSorted((a, b) => a.line - b.line);
    this.lines.set(file, made);
    return made;
  }

  /** The function at an address and what is inlined there, the innermost last. */
  scopesAt(address: number): readonly Scope[] {
    return this.scopes
      .filter((s) => s.ranges.some(([from, to]) => address >= from && address < to))
      .toSorted((a, b) => a.depth - b.depth);
  }

  /**
   * Parameters and locals in scope at an address: of the function, then of what is inlined there. BadInput when the
   * part of the file that says so is damaged or too large.
   */
  variablesAt(address: number): readonly VariableGroup[] {
    const outermost = this.scopesAt(address).findLast((s) => !s.inlined);
    return outermost === undefined ? [] : variablesAt(this.entries, outermost.entry, address, this.what);
  }

  frameAt(address: number): FrameRow | undefined {
    return this.frames.rowAt(address);
  }

  /** Read-only code and data of the file as it is to lie in memory, to compare with what does. */
  get contents(): readonly { readonly address: number; readonly data: Uint8Array }[] {
    const WRITE = 1;
    return this.elf.sections
      .filter((s) => s.type === SHT_PROGBITS && (s.flags & SHF_ALLOC) !== 0 && (s.flags & WRITE) === 0)
      .map((s) => ({ address: s.addr, data: s.data }));
  }
}

/** The first index at which `before` is false; it is true up to there. */
function after(length: number, before: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function namesOf(elf: ElfFile): NamedAddress[] {
  return elf.symbols
    .flatMap((s): NamedAddress[] => {
      const kind = KINDS[s.type];
      if (kind === undefined || s.name === '' || s.section === 0) return [];
      return [{ name: s.name, address: kind === 'function' ? s.value - (s.value & 1) : s.value, size: s.size, kind }];
    })
    .toSorted((a, b) => a.address - b.address || (a.name < b.name ? -1 : 1));
}

function dwarfSections(elf: ElfFile, what: string): DwarfSections {
  const find = (name: string): Uint8Array => {
    const section = elf.sections.find((s) => s.name === name);
    if (section === undefined) return new Uint8Array(0);
    if ((section.flags & SHF_COMPRESSED) !== 0) {
      throw new BadInput({
        file: what,
        offset: section.offset,
        rule: `${name} is compressed`,
        remedy: 'Unpack it (objcopy --decompress-debug-sections).',
      });
    }
    return section.data;
  };
  return {
    info: find('.debug_info'),
    abbrev: find('.debug_abbrev'),
    line: find('.debug_line'),
    str: find('.debug_str'),
    lineStr: find('.debug_line_str'),
    strOffsets: find('.debug_str_offsets'),
    addr: find('.debug_addr'),
    ranges: find('.debug_ranges'),
    rngLists: find('.debug_rnglists'),
    frame: find('.debug_frame'),
    loc: find('.debug_loc'),
    locLists: find('.debug_loclists'),
  };
}
