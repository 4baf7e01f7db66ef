/**
 * The names a debugger knows: of the symbol file (ELF and DWARF, given as bytes), and a person's own labels and
 * comments, which are part of the history and win over the file's. Not state of the machine.
 */
import { UsageError } from '../../base/errors.ts';
import { DebugInfo } from '../../formats/debug-info.ts';
import type { SourceFile } from '../../formats/dwarf-line.ts';

/** A name and a remark of a person for an address; empty texts are none. */
export interface Label {
  readonly address: number;
  readonly name: string;
  readonly comment: string;
}

/** A place in words: function and how far into it, source line. */
export interface NamedPlace {
  readonly name: string;
  /** Bytes from the beginning of what is named. */
  readonly offset: number;
  readonly file: number | undefined;
  readonly line: number | undefined;
  /** Names of inlined functions around the place, outermost first. */
  readonly inlined: readonly string[];
}

/** How far behind a label its name is still used (chosen). */
const LABEL_REACH = 0x1000;
/** Bytes of read-only contents compared with memory (chosen). */
const MOST_COMPARED = 1 << 20;

export class DebugSymbols {
  private info: DebugInfo | undefined;
  private file = '';
  private readonly labels: () => ReadonlyMap<number, Label>;

  /** `labels`: those of the history as it is now. */
  constructor(labels: () => ReadonlyMap<number, Label>) {
    this.labels = labels;
  }

  /** Takes a symbol file; undefined lets go of it. BadInput leaves what was there. */
  load(bytes: Uint8Array | undefined, name: string): void {
    this.info = bytes === undefined ? undefined : new DebugInfo(bytes, name);
    this.file = bytes === undefined ? '' : name;
  }

  get loaded(): DebugInfo | undefined {
    return this.info;
  }

  get fileName(): string {
    return this.file;
  }

  /** Whether memory holds what the file says; undefined where nothing can be compared. */
  matches(read: (address: number, length: number) => Uint8Array): boolean | undefined {
    let compared = 0;
    for (const { address, data } of this.info?.contents ?? []) {
      const length = Math.min(data.length, MOST_COMPARED - compared);
      const memory = read(address, length);
      if (memory.length < length) continue;
      for (let k = 0; k < length; k++) if (memory[k] !== data[k]) return false;
      compared += length;
    }
    return compared === 0 ? undefined : true;
  }

  sourceFile(file: number): SourceFile {
    const found = this.info?.files[file];
    if (found === undefined) throw new UsageError(`the symbol file names no source file ${file}`);
    return found;
  }

  /** Address of a function, variable or label. */
  address(name: string): number | undefined {
    for (const label of this.labels().values()) if (label.name === name) return label.address;
    return this.info?.symbol(name)?.address;
  }

  /** First instruction of the function an address is in. */
  functionStart(address: number): number | undefined {
    const symbol = this.info?.symbolAt(address);
    return symbol?.kind === 'function' ? symbol.address : undefined;
  }

  place(address: number): NamedPlace | undefined {
    const label = this.labelFor(address);
    const symbol = this.info?.symbolAt(address);
    const best = label !== undefined && (symbol === undefined || label.address >= symbol.address) ? label : symbol;
    const line = this.info?.lineAt(address);
    if (best === undefined && line === undefined) return undefined;
    const inlined = (this.info?.scopesAt(address) ?? []).filter((s) => s.inlined).map((s) => s.name);
    return {
      name: best?.name ?? '',
      offset: best === undefined ? 0 : address - best.address,
      file: line?.file,
      line: line?.line,
      inlined,
    };
  }

  /** `main_loop+0x1c`; undefined when nothing is known. */
  text(address: number): string | undefined {
    const place = this.place(address);
    if (place === undefined || place.name === '') return undefined;
    return place.offset === 0 ? place.name : `${place.name}+0x${place.offset.toString(16)}`;
  }

  private labelFor(address: number): Label | undefined {
    let best: Label | undefined;
    for (const label of this.labels().values()) {
      if (label.name === '' || label.address > address || address - label.address >= LABEL_REACH) continue;
      if (best === undefined || label.address > best.address) best = label;
    }
    return best;
  }
}
