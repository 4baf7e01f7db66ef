/**
 * Functions and inlined calls (.debug_info): names, address ranges, and from which line something was inlined. Types,
 * variables and everything else is passed over. Trees are walked with a list, references are followed a few steps
 * only, so that cycles end. Source: DWARF 5 standard, chapters 3 and 7.5.
 */
import { Cursor } from '../base/cursor.ts';
import {
  FORM_IMPLICIT_CONST,
  FORM_RNGLISTX,
  readForm,
  uleb,
  UNIT_REFERENCES,
  type Budget,
  type DwarfSections,
  type FormValue,
} from './dwarf-reader.ts';
import { readUnits, tableAt, type Abbreviation, type AbbreviationTables, type Unit } from './dwarf-units.ts';

/** A function, or a copy of one inlined into another. */
export interface Scope {
  readonly name: string;
  readonly inlined: boolean;
  /** Pairs of first address and first address behind. */
  readonly ranges: readonly (readonly [number, number])[];
  /** How many functions it lies in. */
  readonly depth: number;
  /** Where its entry stands in .debug_info. */
  readonly entry: number;
  /** Inlined: the line of the call. */
  readonly callLine: number | undefined;
}

const TAG = { subprogram: 0x2e, inlined: 0x1d, compileUnit: 0x11 } as const;
const AT = {
  name: 0x03,
  lowPc: 0x11,
  highPc: 0x12,
  abstractOrigin: 0x31,
  specification: 0x47,
  linkageName: 0x6e,
  ranges: 0x55,
  callLine: 0x59,
  strOffsetsBase: 0x72,
  addrBase: 0x73,
  rngListsBase: 0x74,
  locListsBase: 0x8c,
} as const;
const FORM_ADDR = 0x01;
export const ADDRESS_FORMS: ReadonlySet<number> = new Set([FORM_ADDR, 0x1b, 0x29, 0x2a, 0x2b, 0x2c]);
/** Entries nested in each other, ranges of one function, references followed (chosen). */
const DEEPEST = 256;
const MOST_RANGES = 4096;
const MOST_HOPS = 8;
const MOST_SCOPES = 200_000;

/** What is kept of an entry that may be a function. */
export interface Entry {
  readonly values: ReadonlyMap<number, FormValue>;
  readonly highIsAddress: boolean;
  readonly rangesByIndex: boolean;
}

interface Named {
  readonly name: string | undefined;
  readonly origin: number | undefined;
}

interface Found {
  readonly entry: Named;
  readonly scope: Omit<Scope, 'name'>;
}

/** Reads all functions with code. BadInput with the offset in the section and the rule. */
export function readScopes(sections: DwarfSections, budget: Budget, what = '.debug_info'): Scope[] {
  const names = new Map<number, Named>();
  const found: Found[] = [];
  const tables: AbbreviationTables = new Map();
  for (const { unit, body, abbreviations } of readUnits(sections, budget, what)) {
    const table = tableAt(tables, sections, abbreviations, budget);
    walk(body, unit, table, names, found, budget);
  }
  return found.map(({ entry, scope }) => ({ name: nameOf(entry, names), ...scope }));
}

function walk(
  c: Cursor,
  unit: Unit,
  table: ReadonlyMap<number, Abbreviation>,
  names: Map<number, Named>,
  found: Found[],
  budget: Budget,
): void {
  /** For each open entry: whether it is a function or an inlined call. */
  const open: boolean[] = [];
  while (c.remaining > 0) {
    budget.spend();
    const at = c.offset;
    const code = uleb(c);
    if (code === 0) {
      open.pop();
      if (open.length === 0) return;
      continue;
    }
    const abbreviation = table.get(code);
    if (abbreviation === undefined) c.refuse(`abbreviation ${code} is not in the unit's table`, undefined, at);
    const { tag } = abbreviation;
    const isFunction = tag === TAG.subprogram || tag === TAG.inlined;
    const entry = readEntry(c, abbreviation, unit, isFunction || tag === TAG.compileUnit, budget);
    if (isFunction) {
      const named = namedOf(entry);
      names.set(at, named);
      const ranges = rangesOf(entry, unit, budget);
      if (ranges.length > 0) {
        if (found.length >= MOST_SCOPES) c.refuse(`more than ${MOST_SCOPES} functions`);
        const depth = open.filter(Boolean).length;
        const callLine = number(entry.values.get(AT.callLine));
        found.push({ entry: named, scope: { entry: at, inlined: tag === TAG.inlined, ranges, depth, callLine } });
      }
    }
    if (abbreviation.children) {
      if (open.length >= DEEPEST) c.refuse(`entries nested deeper than ${DEEPEST}`, undefined, at);
      open.push(isFunction);
    } else if (open.length === 0) return;
  }
}

const KEPT: ReadonlySet<number> = new Set(Object.values(AT));

function readEntry(c: Cursor, a: Abbreviation, unit: Unit, keep: boolean, budget: Budget): Entry {
  const values = new Map<number, FormValue>();
  let highIsAddress = false;
  let rangesByIndex = false;
  budget.spend(a.attributes.length);
  for (const { name, form, constant } of a.attributes) {
    const raw = form === FORM_IMPLICIT_CONST ? constant : readForm(c, form, unit);
    if (!keep || !KEPT.has(name)) continue;
    const value = typeof raw === 'number' && UNIT_REFERENCES.has(form) && isReference(name) ? raw + unit.start : raw;
    values.set(name, value);
    if (name === AT.highPc) highIsAddress = ADDRESS_FORMS.has(form);
    if (name === AT.ranges) rangesByIndex = form === FORM_RNGLISTX;
    if (typeof raw === 'number') setBase(unit, a.tag, name, raw);
  }
  return { values, highIsAddress, rangesByIndex };
}

const isReference = (name: number): boolean => name === AT.abstractOrigin || name === AT.specification;

/** Takes down what a unit's own entry says of the other sections. */
export function setBase(unit: Unit, tag: number, name: number, value: number): void {
  if (tag !== TAG.compileUnit) return;
  if (name === AT.strOffsetsBase) unit.strOffsetsBase = value;
  else if (name === AT.addrBase) unit.addrBase = value;
  else if (name === AT.rngListsBase) unit.rngListsBase = value;
  else if (name === AT.locListsBase) unit.locListsBase = value;
  else if (name === AT.lowPc) unit.low = value;
}

const number = (value: FormValue): number | undefined => (typeof value === 'number' ? value : undefined);

function namedOf({ values }: Entry): Named {
  const name = values.get(AT.name) ?? values.get(AT.linkageName);
  return {
    name: typeof name === 'string' && name !== '' ? name : undefined,
    origin: number(values.get(AT.abstractOrigin)) ?? number(values.get(AT.specification)),
  };
}

/** The name of a function, or of what it is a copy of. */
function nameOf(entry: Named, names: ReadonlyMap<number, Named>): string {
  let at: Named | undefined = entry;
  for (let hop = 0; hop < MOST_HOPS && at !== undefined; hop++) {
    if (at.name !== undefined) return at.name;
    at = at.origin === undefined ? undefined : names.get(at.origin);
  }
  return '';
}

/** Where the code of an entry is: pairs of first address and first address behind. */
export function rangesOf(
  { values, highIsAddress, rangesByIndex }: Entry,
  unit: Unit,
  budget: Budget,
): [number, number][] {
  const low = number(values.get(AT.lowPc));
  const high = number(values.get(AT.highPc));
  if (low !== undefined && high !== undefined) {
    const end = highIsAddress ? high : low + high;
    return end > low ? [[low, end]] : [];
  }
  const list = number(values.get(AT.ranges));
  if (list === undefined) return [];
  return unit.version >= 5 ? ranges5(list, rangesByIndex, unit, budget) : ranges4(list, unit, budget);
}

/** .debug_ranges: pairs of words until 0, 0. */
function ranges4(at: number, unit: Unit, budget: Budget): [number, number][] {
  const c = new Cursor(unit.sections.ranges, '.debug_ranges');
  c.seek(at);
  const out: [number, number][] = [];
  let base = unit.low;
  while (out.length < MOST_RANGES) {
    budget.spend();
    const from = c.u32();
    const to = c.u32();
    if (from === 0 && to === 0) break;
    if (from === 0xffff_ffff) base = to;
    else if (to > from) out.push([base + from, base + to]);
  }
  return out;
}

const RLE = {
  end: 0,
  baseX: 1,
  startXEndX: 2,
  startXLength: 3,
  offsetPair: 4,
  base: 5,
  startEnd: 6,
  startLength: 7,
} as const;

/** .debug_rnglists. */
function ranges5(at: number, byIndex: boolean, unit: Unit, budget: Budget): [number, number][] {
  const c = new Cursor(unit.sections.rngLists, '.debug_rnglists');
  if (byIndex) {
    c.seek(unit.rngListsBase + at * 4);
    c.seek(unit.rngListsBase + c.u32());
  } else c.seek(at);
  const address = (index: number): number => {
    const table = new Cursor(unit.sections.addr, '.debug_addr');
    table.seek(unit.addrBase + index * 4);
    return table.u32();
  };
  const out: [number, number][] = [];
  let base = unit.low;
  while (out.length < MOST_RANGES) {
    budget.spend();
    const kind = c.u8();
    if (kind === RLE.end) break;
    let from = 0;
    let to = 0;
    if (kind === RLE.base) base = c.u32();
    else if (kind === RLE.baseX) base = address(uleb(c));
    else if (kind === RLE.offsetPair) [from, to] = [base + uleb(c), base + uleb(c)];
    else if (kind === RLE.startEnd) [from, to] = [c.u32(), c.u32()];
    else if (kind === RLE.startXEndX) [from, to] = [address(uleb(c)), address(uleb(c))];
    else if (kind === RLE.startLength) {
      from = c.u32();
      to = from + uleb(c);
    } else if (kind === RLE.startXLength) {
      from = address(uleb(c));
      to = from + uleb(c);
    } else c.refuse(`a range of kind ${kind}`);
    if (to > from) out.push([from, to]);
  }
  return out;
}
