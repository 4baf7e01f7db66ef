/**
 * Entries of .debug_info as trees, one unit at a time and only when somebody asks: what the types and variables of a
 * function are read from. Bounded in number and depth; the trees of a few units are kept.
 */
import { Cursor } from '../base/cursor.ts';
import {
  Budget,
  FORM_IMPLICIT_CONST,
  FORM_RNGLISTX,
  readForm,
  uleb,
  UNIT_REFERENCES,
  type DwarfSections,
  type FormValue,
} from './dwarf-reader.ts';
import { ADDRESS_FORMS, rangesOf, setBase } from './dwarf-scopes.ts';
import { readUnits, tableAt, type AbbreviationTables, type Unit, type UnitHeader } from './dwarf-units.ts';

/** Attribute names (DWARF 5 standard, table 7.5), as far as types and variables have them. */
export const AT = {
  location: 0x02,
  name: 0x03,
  byteSize: 0x0b,
  lowPc: 0x11,
  highPc: 0x12,
  constValue: 0x1c,
  upperBound: 0x2f,
  abstractOrigin: 0x31,
  count: 0x37,
  dataMemberLocation: 0x38,
  declLine: 0x3b,
  declaration: 0x3c,
  encoding: 0x3e,
  frameBase: 0x40,
  specification: 0x47,
  type: 0x49,
  ranges: 0x55,
  artificial: 0x34,
  bitSize: 0x0d,
  bitOffset: 0x0c,
  dataBitOffset: 0x6b,
} as const;

/** Kinds of entries (table 7.3). */
export const TAG = {
  array: 0x01,
  enumeration: 0x04,
  parameter: 0x05,
  lexicalBlock: 0x0b,
  member: 0x0d,
  pointer: 0x0f,
  compileUnit: 0x11,
  structure: 0x13,
  subroutine: 0x15,
  typedef: 0x16,
  union: 0x17,
  inlined: 0x1d,
  subrange: 0x21,
  base: 0x24,
  constant: 0x26,
  enumerator: 0x28,
  subprogram: 0x2e,
  variable: 0x34,
  volatile: 0x35,
  restrict: 0x37,
  atomic: 0x47,
} as const;

export interface Value {
  readonly form: number;
  /** References count from the beginning of the section. */
  readonly value: FormValue;
}

export interface Entry {
  readonly offset: number;
  readonly tag: number;
  readonly unit: Unit;
  readonly attributes: ReadonlyMap<number, Value>;
  readonly children: readonly Entry[];
}

/** Entries of a unit, entries nested in each other, units kept (chosen). */
const MOST_ENTRIES = 250_000;
const DEEPEST = 256;
const MOST_KEPT = 24;

interface Header extends Omit<UnitHeader, 'body'> {
  /** Where its entries begin. */
  readonly body: number;
}

export class Entries {
  private readonly headers: readonly Header[];
  private readonly sections: DwarfSections;
  private readonly what: string;
  private readonly tables: AbbreviationTables = new Map();
  /** By the unit's beginning; the newest last. */
  private readonly kept = new Map<number, ReadonlyMap<number, Entry>>();

  constructor(sections: DwarfSections, budget: Budget, what: string) {
    this.sections = sections;
    this.what = what;
    this.headers = [...readUnits(sections, budget, what)].map((h) => ({ ...h, body: h.body.offset }));
  }

  /** The entry at an offset of the section; undefined where none begins. BadInput for a unit that is too large. */
  at(offset: number): Entry | undefined {
    const header = this.headers.find(({ unit }) => offset >= unit.start && offset < unit.end);
    if (header === undefined) return undefined;
    const { start } = header.unit;
    const entries = this.kept.get(start) ?? this.read(header);
    this.kept.delete(start);
    this.kept.set(start, entries);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value ?? -1);
    return entries.get(offset);
  }

  private read({ unit, body, abbreviations }: Header): ReadonlyMap<number, Entry> {
    const budget = new Budget(this.what);
    const table = tableAt(this.tables, this.sections, abbreviations, budget);
    const c: Cursor = new Cursor(this.sections.info, this.what, body, unit.end);
    const entries = new Map<number, Entry>();
    const open: Entry[][] = [];
    while (c.remaining > 0) {
      budget.spend();
      const at = c.offset;
      const code = uleb(c);
      if (code === 0) {
        open.pop();
        if (open.length === 0) break;
        continue;
      }
      const abbreviation = table.get(code);
      if (abbreviation === undefined) c.refuse(`abbreviation ${code} is not in the unit's table`, undefined, at);
      if (entries.size >= MOST_ENTRIES) c.refuse(`a unit of more than ${MOST_ENTRIES} entries`, undefined, at);
      const attributes = new Map<number, Value>();
      budget.spend(abbreviation.attributes.length);
      for (const { name, form, constant } of abbreviation.attributes) {
        const raw = form === FORM_IMPLICIT_CONST ? constant : readForm(c, form, unit);
        if (typeof raw === 'number') setBase(unit, abbreviation.tag, name, raw);
        const value = typeof raw === 'number' && UNIT_REFERENCES.has(form) ? raw + unit.start : raw;
        attributes.set(name, { form, value });
      }
      const children: Entry[] = [];
      const entry: Entry = { offset: at, tag: abbreviation.tag, unit, attributes, children };
      entries.set(at, entry);
      open.at(-1)?.push(entry);
      if (abbreviation.children) {
        if (open.length >= DEEPEST) c.refuse(`entries nested deeper than ${DEEPEST}`, undefined, at);
        open.push(children);
      } else if (open.length === 0) break;
    }
    return entries;
  }
}

export const numberOf = (entry: Entry, name: number): number | undefined => {
  const value = entry.attributes.get(name)?.value;
  return typeof value === 'number' ? value : undefined;
};

export const textOf = (entry: Entry, name: number): string | undefined => {
  const value = entry.attributes.get(name)?.value;
  return typeof value === 'string' ? value : undefined;
};

/** Whether an address lies in the code of an entry; an entry without ranges is where its parent is. */
export function covers(entry: Entry, address: number, budget: Budget): boolean {
  const { attributes, unit } = entry;
  if (![AT.lowPc, AT.ranges].some((name) => attributes.has(name))) return true;
  const values = new Map([...attributes].map(([name, { value }]) => [name, value] as const));
  const highIsAddress = ADDRESS_FORMS.has(attributes.get(AT.highPc)?.form ?? 0);
  const rangesByIndex = attributes.get(AT.ranges)?.form === FORM_RNGLISTX;
  const ranges = rangesOf({ values, highIsAddress, rangesByIndex }, unit, budget);
  return ranges.some(([from, to]) => address >= from && address < to);
}
