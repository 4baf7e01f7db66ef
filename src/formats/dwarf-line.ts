/**
 * Line tables (.debug_line) of DWARF 2 to 5: which source line an address belongs to. A table is a program for a
 * small machine; it runs within the budget of the file and never past its unit. Source: DWARF 5 standard, 6.2.
 */
import { Cursor } from '../base/cursor.ts';
import {
  readForm,
  sleb,
  uleb,
  unitAt,
  versionAt,
  type Budget,
  type DwarfSections,
  type FormContext,
} from './dwarf-reader.ts';

/** A source file as the compiler names it: `directory` may be empty, or relative to where it was started. */
export interface SourceFile {
  readonly name: string;
  readonly directory: string;
}

/** An address where a line begins. `end`: the first address behind a piece of code. */
export interface LineRow {
  readonly address: number;
  /** Index into `files`. */
  readonly file: number;
  readonly line: number;
  /** A good place to stop for this line. */
  readonly statement: boolean;
  readonly end: boolean;
}

export interface LineTables {
  readonly files: readonly SourceFile[];
  /** By address; within one address in the order of the program. */
  readonly rows: readonly LineRow[];
}

/** Rows taken of one file (chosen). */
const MOST_ROWS = 1_000_000;
const MOST_FILES = 65_536;

const CONTENT = { path: 1, directory: 2 } as const;
const STANDARD = {
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  negateStatement: 6,
  constAddPc: 8,
  fixedAdvancePc: 9,
} as const;
const EXTENDED = { endSequence: 1, setAddress: 2 } as const;

interface Header {
  readonly minimum: number;
  readonly defaultStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly lengths: readonly number[];
  /** Index of the program's file numbers in `Collector.files`. */
  readonly fileIndex: readonly number[];
  /** What the program's first file number is: 1 before DWARF 5, then 0. */
  readonly firstFile: number;
}

class Collector {
  readonly files: SourceFile[] = [];
  readonly rows: LineRow[] = [];
  private readonly known = new Map<string, number>();

  /** The number of a file; the same for the same name in every unit. */
  file(name: string, directory: string, c: Cursor): number {
    const key = `${directory}\0${name}`;
    const found = this.known.get(key);
    if (found !== undefined) return found;
    if (this.files.length >= MOST_FILES) c.refuse(`more than ${MOST_FILES} source files`);
    this.known.set(key, this.files.length);
    return this.files.push({ name, directory }) - 1;
  }

  row(row: LineRow, c: Cursor): void {
    if (this.rows.length >= MOST_ROWS) c.refuse(`more than ${MOST_ROWS} line entries`, 'Strip the file.');
    this.rows.push(row);
  }
}

/** Reads all line tables. BadInput with the offset in the section and the rule. */
export function readLineTables(sections: DwarfSections, budget: Budget, what = '.debug_line'): LineTables {
  const c = new Cursor(sections.line, what);
  const into = new Collector();
  while (c.remaining > 0) {
    const unit = unitAt(c);
    runProgram(unit, readHeader(unit, sections, into, budget), into, budget);
  }
  const order = into.rows.map((_, k) => k);
  const { rows } = into;
  order.sort((a, b) => rows[a]!.address - rows[b]!.address || Number(rows[b]!.end) - Number(rows[a]!.end) || a - b);
  return { files: into.files, rows: order.map((k) => rows[k]!) };
}

function readHeader(c: Cursor, sections: DwarfSections, into: Collector, budget: Budget): Header {
  const version = versionAt(c);
  let addressSize = 4;
  if (version >= 5) {
    addressSize = c.u8();
    c.skip(1);
  }
  const headerLength = c.u32();
  const programAt = c.offset + headerLength;
  const minimum = c.u8();
  if (version >= 4) c.skip(1);
  const defaultStatement = c.u8() !== 0;
  const lineBase = (c.u8() << 24) >> 24;
  const lineRange = c.u8();
  if (lineRange === 0) c.refuse('a line range of 0');
  const opcodeBase = c.u8();
  if (opcodeBase === 0) c.refuse('an opcode base of 0');
  const lengths = Array.from({ length: opcodeBase - 1 }, () => c.u8());
  const context: FormContext = { version, addressSize, sections, strOffsetsBase: 0, addrBase: 0 };
  const fileIndex = version >= 5 ? filesOf5(c, context, into, budget) : filesOf4(c, into, budget);
  c.seek(programAt);
  return {
    minimum,
    defaultStatement,
    lineBase,
    lineRange,
    opcodeBase,
    lengths,
    fileIndex,
    firstFile: version >= 5 ? 0 : 1,
  };
}

/** Directories and files before DWARF 5: lists that end with an empty name. */
function filesOf4(c: Cursor, into: Collector, budget: Budget): number[] {
  const directories = [''];
  for (let name = c.text(); name !== ''; name = c.text()) {
    budget.spend();
    directories.push(name);
  }
  const files: number[] = [];
  for (let name = c.text(); name !== ''; name = c.text()) {
    budget.spend();
    const directory = directories[uleb(c)] ?? '';
    uleb(c);
    uleb(c);
    files.push(into.file(name, directory, c));
  }
  return files;
}

/** Directories and files of DWARF 5: tables that say how their entries are written. */
function filesOf5(c: Cursor, context: FormContext, into: Collector, budget: Budget): number[] {
  const directories = entries(c, context, budget).map((e) => e.path);
  return entries(c, context, budget).map((e) => {
    const directory = directories[e.directory] ?? '';
    const [first = ''] = directories;
    const relative = e.directory !== 0 && !directory.startsWith('/') && first !== '' && first !== '.';
    return into.file(e.path, relative ? `${first}/${directory}` : directory, c);
  });
}

function entries(c: Cursor, context: FormContext, budget: Budget): { path: string; directory: number }[] {
  const format = Array.from({ length: c.u8() }, () => ({ content: uleb(c), form: uleb(c) }));
  const count = uleb(c);
  if (count > MOST_FILES) c.refuse(`${count} source files, at most ${MOST_FILES} are taken`);
  if (format.length === 0 && count > 0) c.refuse('entries without a format');
  return Array.from({ length: count }, () => {
    budget.spend();
    const entry = { path: '', directory: 0 };
    for (const { content, form } of format) {
      const value = readForm(c, form, context);
      if (content === CONTENT.path && typeof value === 'string') entry.path = value;
      else if (content === CONTENT.directory && typeof value === 'number') entry.directory = value;
    }
    return entry;
  });
}

function runProgram(c: Cursor, h: Header, into: Collector, budget: Budget): void {
  let address = 0;
  let file = 1;
  let line = 1;
  let statement = h.defaultStatement;
  const emit = (end: boolean): void => {
    const index = h.fileIndex[file - h.firstFile];
    if (index === undefined && !end) return;
    into.row({ address, file: index ?? 0, line, statement, end }, c);
  };
  const advance = (operations: number): void => void (address = (address + operations * h.minimum) >>> 0);
  while (c.remaining > 0) {
    budget.spend();
    const opcode = c.u8();
    if (opcode >= h.opcodeBase) {
      const adjusted = opcode - h.opcodeBase;
      advance(Math.floor(adjusted / h.lineRange));
      line += h.lineBase + (adjusted % h.lineRange);
      emit(false);
      continue;
    }
    switch (opcode) {
      case 0: {
        const body = c.sub(uleb(c));
        const kind = body.remaining === 0 ? 0 : body.u8();
        if (kind === EXTENDED.endSequence) {
          emit(true);
          [address, file, line, statement] = [0, 1, 1, h.defaultStatement];
        } else if (kind === EXTENDED.setAddress) address = body.u32();
        break;
      }
      case STANDARD.copy:
        emit(false);
        break;
      case STANDARD.advancePc:
        advance(uleb(c));
        break;
      case STANDARD.advanceLine:
        line += sleb(c);
        break;
      case STANDARD.setFile:
        file = uleb(c);
        break;
      case STANDARD.setColumn:
        uleb(c);
        break;
      case STANDARD.negateStatement:
        statement = !statement;
        break;
      case STANDARD.constAddPc:
        advance(Math.floor((255 - h.opcodeBase) / h.lineRange));
        break;
      case STANDARD.fixedAdvancePc:
        address = (address + c.u16()) >>> 0;
        break;
      default:
        for (let k = 0; k < (h.lengths[opcode - 1] ?? 0); k++) uleb(c);
    }
  }
}
