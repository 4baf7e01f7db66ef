/**
 * Units of .debug_info: their headers, and the abbreviations that say how their entries are written. Source: DWARF 5
 * standard, 7.5.
 */
import { Cursor } from '../base/cursor.ts';
import {
  FORM_IMPLICIT_CONST,
  sleb,
  uleb,
  unitAt,
  versionAt,
  type Budget,
  type DwarfSections,
  type FormContext,
} from './dwarf-reader.ts';

const UNIT_COMPILE = 1;
const UNIT_PARTIAL = 3;
/** Chosen. */
const MOST_ABBREVIATIONS = 65_536;
const MOST_ATTRIBUTES = 1024;

export interface Attribute {
  readonly name: number;
  readonly form: number;
  readonly constant: number;
}

export interface Abbreviation {
  readonly tag: number;
  readonly children: boolean;
  readonly attributes: readonly Attribute[];
}

export interface Unit extends FormContext {
  readonly start: number;
  /** First offset behind it. */
  readonly end: number;
  rngListsBase: number;
  locListsBase: number;
  low: number;
}

export interface UnitHeader {
  readonly unit: Unit;
  /** Its entries. */
  readonly body: Cursor;
  /** Where its abbreviations begin in .debug_abbrev. */
  readonly abbreviations: number;
}

/** Compile and partial units in the order of the file; those of other kinds are passed over. */
export function* readUnits(sections: DwarfSections, budget: Budget, what: string): Generator<UnitHeader> {
  const c = new Cursor(sections.info, what);
  while (c.remaining > 0) {
    budget.spend();
    const start = c.offset;
    const body = unitAt(c);
    const version = versionAt(body);
    const type = version >= 5 ? body.u8() : UNIT_COMPILE;
    let addressSize = version >= 5 ? body.u8() : 0;
    const abbreviations = body.u32();
    if (version < 5) addressSize = body.u8();
    if (type !== UNIT_COMPILE && type !== UNIT_PARTIAL) continue;
    const unit: Unit = {
      version,
      addressSize,
      sections,
      start,
      end: c.offset,
      strOffsetsBase: 8,
      addrBase: 8,
      rngListsBase: 12,
      locListsBase: 12,
      low: 0,
    };
    yield { unit, body, abbreviations };
  }
}

export type AbbreviationTables = Map<number, ReadonlyMap<number, Abbreviation>>;

/** The abbreviations at an offset; read once. */
export function tableAt(
  tables: AbbreviationTables,
  sections: DwarfSections,
  at: number,
  budget: Budget,
): ReadonlyMap<number, Abbreviation> {
  let table = tables.get(at);
  if (table === undefined) {
    table = readAbbreviations(sections.abbrev, at, budget);
    tables.set(at, table);
  }
  return table;
}

function readAbbreviations(section: Uint8Array, at: number, budget: Budget): Map<number, Abbreviation> {
  const c = new Cursor(section, '.debug_abbrev');
  c.seek(at);
  const table = new Map<number, Abbreviation>();
  for (let code = uleb(c); code !== 0; code = uleb(c)) {
    if (table.size >= MOST_ABBREVIATIONS) c.refuse(`more than ${MOST_ABBREVIATIONS} abbreviations`);
    const tag = uleb(c);
    const children = c.u8() !== 0;
    const attributes: Attribute[] = [];
    for (;;) {
      budget.spend();
      const name = uleb(c);
      const form = uleb(c);
      const constant = form === FORM_IMPLICIT_CONST ? sleb(c) : 0;
      if (name === 0 && form === 0) break;
      if (attributes.length >= MOST_ATTRIBUTES) c.refuse(`more than ${MOST_ATTRIBUTES} attributes of one entry`);
      attributes.push({ name, form, constant });
    }
    table.set(code, { tag, children, attributes });
  }
  return table;
}
