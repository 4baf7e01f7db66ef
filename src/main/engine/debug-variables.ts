/**
 * Parameters and locals of a frame as a tree of rows: names and types of the symbol file, values as memory and the
 * frame's registers hold them now. Only what is open is worked out, so that pointers in circles cost nothing. Reading
 * has no side effects.
 */
import { hex } from '../../base/bits.ts';
import { UsageError } from '../../base/errors.ts';
import type { Piece } from '../../formats/dwarf-location.ts';
import type { CType } from '../../formats/dwarf-types.ts';
import { MOST_VARIABLE_ROWS, type VariableRow, type VariableView } from '../../protocol/debug-variables.ts';
import type { Machine } from '../../emulator/machine.ts';
import type { DebugSymbols } from './debug-symbols.ts';
import { callStack } from './debug-views.ts';
import { McuInspector } from './mcu-inspector.ts';
import { isText, valueText } from './variable-text.ts';

/** Elements of an array shown, levels opened in each other, bytes of one text (chosen). */
const MOST_ELEMENTS = 256;
const DEEPEST = 24;
const MOST_TEXT = 64;
const REGISTER_NAMES: Readonly<Record<number, string>> = { 13: 'sp', 14: 'lr', 15: 'pc' };

/** Bytes from an offset on, or why there are none. */
type Reader = (offset: number, length: number) => Uint8Array | string;

/** Something with a value. */
interface Slot {
  readonly name: string;
  readonly type: CType | undefined;
  readonly read: Reader;
  /** Where it begins in memory, if it is there. */
  readonly address: number | undefined;
  readonly where: string;
  /** Why nothing of it is known. */
  readonly lost?: string | undefined;
  readonly bits?: { readonly at: number; readonly count: number } | undefined;
}

interface Registers {
  readonly registers: readonly (number | undefined)[];
}

/** Rows of frame number `frame` of the call stack, the innermost is 0. `open`: paths of rows that are opened. */
export function variableRows(
  machine: Machine,
  symbols: DebugSymbols,
  frame: number,
  open: readonly string[],
): VariableView {
  const info = symbols.loaded;
  if (info === undefined) return { rows: [], problem: 'there is no symbol file' };
  const at = callStack(machine, symbols)[frame];
  if (at === undefined) throw new UsageError(`the call stack has no frame ${frame}`);
  const groups = info.variablesAt(at.pc);
  if (groups.length === 0) return { rows: [], problem: 'the symbol file has no variables of this place' };
  const tree = new Tree(machine, symbols, open);
  const row = info.frameAt(at.pc);
  const cfa = (): number | undefined => {
    const base = row === undefined ? undefined : at.registers[row.cfaRegister];
    return base === undefined ? undefined : (base + (row?.cfaOffset ?? 0)) >>> 0;
  };
  for (const [k, group] of groups.entries()) {
    const { variables } = group;
    tree.group(String(k), group.inlined ? `${group.name} (inlined)` : group.name, variables.length);
    for (const [i, v] of variables.entries()) {
      const pieces = v.pieces({
        register: (n) => at.registers[n],
        cfa,
        memory: (address, length) => tree.memory(address, length),
      });
      tree.add(`${k}.${i}`, 1, v.kind, slotOf(v.name, v.type, pieces, at, tree));
    }
  }
  return { rows: tree.rows };
}

function slotOf(name: string, type: CType | undefined, pieces: readonly Piece[], at: Registers, tree: Tree): Slot {
  const [first] = pieces;
  const address = pieces.length === 1 && first?.place.kind === 'memory' ? first.place.address : undefined;
  const where = pieces
    .map(placeText)
    .filter((text) => text !== '')
    .join(', ');
  const gone = pieces.map(({ place }) => (place.kind === 'lost' ? place.why : undefined));
  const lost = gone.includes(undefined) ? undefined : gone[0];
  return { name, type, address, where, lost, read: (offset, length) => bytesOf(pieces, offset, length, at, tree) };
}

function placeText({ place }: Piece): string {
  if (place.kind === 'memory') return hex(place.address, 8);
  if (place.kind === 'register') return REGISTER_NAMES[place.register] ?? `r${place.register}`;
  return place.kind === 'value' ? 'worked out' : '';
}

function bytesOf(
  pieces: readonly Piece[],
  offset: number,
  length: number,
  at: Registers,
  tree: Tree,
): Uint8Array | string {
  const out = new Uint8Array(length);
  let begin = 0;
  for (const { size, place } of pieces) {
    const end = size === undefined ? Infinity : begin + size;
    const from = Math.max(offset, begin);
    const to = Math.min(offset + length, end);
    if (from < to) {
      const bytes = pieceBytes(place, from - begin, to - from, at, tree);
      if (typeof bytes === 'string') return bytes;
      out.set(bytes, from - offset);
    }
    begin = end;
  }
  return out;
}

function pieceBytes(
  place: Piece['place'],
  offset: number,
  length: number,
  { registers }: Registers,
  tree: Tree,
): Uint8Array | string {
  if (place.kind === 'lost') return place.why;
  if (place.kind === 'memory') {
    return tree.memory((place.address + offset) >>> 0, length) ?? `nothing answers at ${hex(place.address, 8)}`;
  }
  if (place.kind === 'value') {
    const out = new Uint8Array(length);
    out.set(place.bytes.subarray(offset, offset + length));
    return out;
  }
  const out = new Uint8Array(length);
  for (let k = 0; k < length; k++) {
    const value = registers[place.register + ((offset + k) >>> 2)];
    if (value === undefined) return 'optimized out: nobody saved its register';
    out[k] = value >>> (((offset + k) & 3) * 8);
  }
  return out;
}

class Tree {
  readonly rows: VariableRow[] = [];
  private readonly open: ReadonlySet<string>;
  private readonly inspector: McuInspector;
  private readonly symbols: DebugSymbols;

  constructor(machine: Machine, symbols: DebugSymbols, open: readonly string[]) {
    this.inspector = new McuInspector(machine);
    this.symbols = symbols;
    this.open = new Set(open);
  }

  memory(address: number, length: number): Uint8Array | undefined {
    const bytes = this.inspector.read(address, length);
    return bytes.length === length ? bytes : undefined;
  }

  group(path: string, name: string, variables: number): void {
    const value = variables === 0 ? 'no variables' : '';
    this.push({ path, level: 0, kind: 'group', name, type: '', value, where: '', expandable: false, lost: false });
  }

  add(path: string, level: number, kind: VariableRow['kind'], slot: Slot): void {
    const { type, name } = slot;
    const { value, lost } = this.value(slot);
    const parts = lost || level > DEEPEST ? undefined : this.parts(slot);
    const expandable = parts !== undefined;
    const typeName = slot.bits === undefined ? (type?.name ?? '?') : `${type?.name ?? '?'} : ${slot.bits.count}`;
    if (!this.push({ path, level, kind, name, type: typeName, value, where: slot.where, expandable, lost })) return;
    if (parts === undefined || !this.open.has(path)) return;
    for (const [k, part] of parts().entries()) this.add(`${path}.${k}`, level + 1, 'part', part);
  }

  /** False when there are enough rows. */
  private push(row: VariableRow): boolean {
    if (this.rows.length >= MOST_VARIABLE_ROWS) return false;
    this.rows.push(row);
    return true;
  }

  private value({ type, read, bits, lost }: Slot): { value: string; lost: boolean } {
    if (lost !== undefined) return { value: lost, lost: true };
    if (type === undefined || type.size === 0) {
      const known = read(0, 0);
      return typeof known === 'string' ? { value: known, lost: true } : { value: '', lost: false };
    }
    if (type.kind === 'struct') return { value: '{…}', lost: false };
    if (type.kind === 'array') return { value: arrayText(type, read), lost: false };
    const span = bits === undefined ? type.size : Math.ceil((bits.at + bits.count) / 8) - Math.floor(bits.at / 8);
    const bytes = read(bits === undefined ? 0 : Math.floor(bits.at / 8), Math.min(span, MOST_TEXT));
    if (typeof bytes === 'string') return { value: bytes, lost: true };
    const text = valueText(type, bytes, bits === undefined ? undefined : { at: bits.at & 7, count: bits.count });
    return { value: type.kind === 'pointer' ? this.pointerText(type, bytes, text) : text, lost: false };
  }

  /** The name of what a pointer points to, or the text it leads to. */
  private pointerText(type: CType, bytes: Uint8Array, text: string): string {
    const address = wordOf(bytes);
    const target = type.target();
    if (target !== undefined && isText(target) && address !== 0) {
      const letters = this.inspector.read(address, MOST_TEXT);
      return letters.length === 0 ? text : `${text} ${quoted(letters)}`;
    }
    const name = this.symbols.text((address & ~1) >>> 0);
    return name === undefined ? text : `${text} <${name}>`;
  }

  /** What a row leads to; undefined: nothing. */
  private parts({ name, type, read, address }: Slot): (() => Slot[]) | undefined {
    if (type === undefined) return undefined;
    if (type.kind === 'struct') return () => membersOf(type, read, address);
    if (type.kind === 'array' && type.count > 0) return () => elementsOf(type, read, address);
    if (type.kind !== 'pointer') return undefined;
    const target = type.target();
    const bytes = read(0, type.size);
    if (target === undefined || target.size === 0 || typeof bytes === 'string') return undefined;
    const to = wordOf(bytes);
    if (this.memory(to, 1) === undefined) return undefined;
    const from: Reader = (offset, length) =>
      this.memory((to + offset) >>> 0, length) ?? `nothing answers at ${hex((to + offset) >>> 0, 8)}`;
    if (target.kind === 'struct') return () => membersOf(target, from, to);
    return () => [{ name: `*${name}`, type: target, read: from, address: to, where: hex(to, 8) }];
  }
}

function membersOf(type: CType, read: Reader, address: number | undefined): Slot[] {
  return type.members().map(({ name, type: of, offset, bits }) => ({
    name: name === '' ? '(unnamed)' : name,
    type: of,
    bits,
    read: (at, length) => read(offset + at, length),
    ...placed(address, offset + (bits === undefined ? 0 : Math.floor(bits.at / 8))),
  }));
}

function elementsOf(type: CType, read: Reader, address: number | undefined): Slot[] {
  const of = type.target();
  const size = of?.size ?? 0;
  return Array.from({ length: Math.min(type.count, MOST_ELEMENTS) }, (_, k) => ({
    name: `[${k}]`,
    type: of,
    read: (at: number, length: number) => read(k * size + at, length),
    ...placed(address, k * size),
  }));
}

function placed(address: number | undefined, offset: number): Pick<Slot, 'address' | 'where'> {
  if (address === undefined) return { address: undefined, where: '' };
  const at = (address + offset) >>> 0;
  return { address: at, where: hex(at, 8) };
}

function arrayText(type: CType, read: Reader): string {
  const element = type.target();
  const bytes = element !== undefined && isText(element) ? read(0, Math.min(type.size, MOST_TEXT)) : '';
  return typeof bytes === 'string' ? `[${type.count}]` : quoted(bytes);
}

const wordOf = (b: Uint8Array): number =>
  ((b[0] ?? 0) | ((b[1] ?? 0) << 8) | ((b[2] ?? 0) << 16) | ((b[3] ?? 0) << 24)) >>> 0;

function quoted(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = [...(end < 0 ? bytes : bytes.subarray(0, end))]
    .map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0')}`))
    .join('');
  return `"${text}"${end < 0 ? '…' : ''}`;
}
