/** What a debugger shows: the call stack with names, marks of a listing, symbols found, expressions worked out. */
import { TyrError } from '../../base/errors.ts';
import type { Machine } from '../../emulator/machine.ts';
import { compileExpression } from '../../protocol/debug-expression.ts';
import type { AddressMark, FrameView, NamedPlaceView, SymbolEntry } from '../../protocol/debug-views.ts';
import type { McuDebugger } from './debugger.ts';
import type { DebugSymbols, Label, NamedPlace } from './debug-symbols.ts';
import { McuInspector } from './mcu-inspector.ts';
import { exceptionName } from './mcu-names.ts';
import { unwind, type Frame } from './unwind.ts';

/** Frames of the MCU as it stands, the innermost first. `rules` false: as if the symbol file had no unwind rules. */
export function callStack(machine: Machine, symbols: DebugSymbols, rules = true): Frame[] {
  const { core } = machine;
  const inspector = new McuInspector(machine);
  const registers = Array.from({ length: 16 }, (_, r) => core.regs[r]! >>> 0);
  registers[15] = core.pc;
  const info = symbols.loaded;
  return unwind(
    { registers, psp: core.psp >>> 0, ipsr: core.xpsr & 0x1ff },
    {
      word: (address) => inspector.word(address),
      frameAt: (address) => (rules ? info?.frameAt(address) : undefined),
      functionStart: (address) => symbols.functionStart(address),
    },
  );
}

export function frameViews(machine: Machine, symbols: DebugSymbols, rules: boolean): FrameView[] {
  return callStack(machine, symbols, rules).map(({ pc, sp, by, exception }) => {
    const place = symbols.place(pc);
    return {
      pc,
      sp,
      by,
      ...(exception === undefined ? {} : { exception: exceptionName(exception) ?? `exception ${exception}` }),
      ...(place === undefined ? {} : { place: placeView(place) }),
    };
  });
}

export function placeView({ name, offset, file, line, inlined }: NamedPlace): NamedPlaceView {
  return {
    name,
    offset,
    inlined: [...inlined],
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
}

/** What begins in a range: functions, variables and labels, remarks, source lines. */
export function marks(
  symbols: DebugSymbols,
  labels: ReadonlyMap<number, Label>,
  address: number,
  length: number,
): AddressMark[] {
  const found = new Map<number, AddressMark>();
  const at = (where: number): AddressMark => {
    const known = found.get(where);
    if (known !== undefined) return known;
    const made: AddressMark = { address: where };
    found.set(where, made);
    return made;
  };
  const end = address + length;
  const info = symbols.loaded;
  for (const symbol of info?.symbols ?? []) {
    if (symbol.address >= address && symbol.address < end) at(symbol.address).name = symbol.name;
  }
  if (info !== undefined && info.hasLines) {
    let before: { file: number; line: number } | undefined;
    for (let a = address & ~1; a < end; a += 2) {
      const line = info.lineAt(a);
      if (line !== undefined && (line.line !== before?.line || line.file !== before.file)) {
        const mark = at(a);
        mark.file = line.file;
        mark.line = line.line;
        const inlined = info.scopesAt(a).filter((s) => s.inlined);
        if (inlined.length > 0) mark.inlined = inlined.map((s) => s.name);
      }
      before = line;
    }
  }
  for (const label of labels.values()) {
    if (label.address < address || label.address >= end) continue;
    const mark = at(label.address);
    if (label.name !== '') mark.name = label.name;
    if (label.comment !== '') mark.comment = label.comment;
  }
  return [...found.values()].toSorted((a, b) => a.address - b.address);
}

/** Names that contain a text, those that begin with it first. */
export function findSymbols(
  symbols: DebugSymbols,
  labels: ReadonlyMap<number, Label>,
  text: string,
  limit: number,
): SymbolEntry[] {
  const wanted = text.toLowerCase();
  const all: SymbolEntry[] = [
    ...[...labels.values()]
      .filter((l) => l.name !== '')
      .map((l): SymbolEntry => ({ name: l.name, address: l.address, size: 0, kind: 'label' })),
    ...(symbols.loaded?.symbols ?? []),
  ];
  const rank = (s: SymbolEntry): number => s.name.toLowerCase().indexOf(wanted);
  return all
    .filter((s) => rank(s) >= 0)
    .toSorted((a, b) => Number(rank(a) > 0) - Number(rank(b) > 0) || a.name.length - b.name.length)
    .slice(0, limit)
    .map(({ name, address, size, kind }) => ({ name, address, size, kind }));
}

/** Values of expressions as the machine stands, each with its own refusal. */
export function evaluate(d: McuDebugger, expressions: readonly string[]): { value?: number; error?: string }[] {
  const values = d.values();
  return expressions.map((text) => {
    try {
      return { value: compileExpression(text)(values) };
    } catch (error) {
      if (!(error instanceof TyrError)) throw error;
      return { error: error.message };
    }
  });
}
