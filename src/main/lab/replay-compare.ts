/**
 * Compares what an engine records with the rows of a stored session, in order: register accesses one by one, and the
 * interrupts, events, calls and log lines between them. The first difference is kept with both sides.
 */
import type { Statement } from 'better-sqlite3';
import { hex } from '../../base/bits.ts';
import { INITIATORS, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import { mcuRegisterAt, registerAt, wordName } from '../../spec/registers/lookup.ts';
import type { Recorder } from '../engine/recorder.ts';
import type { SessionReader } from '../session/reader.ts';
import { sqlValue } from '../session/schema.ts';

/** One access as both sides of a comparison give it. */
export interface ComparedAccess {
  readonly seq: number;
  readonly timeNs: number;
  readonly meta: number;
  readonly offset: number;
  readonly value: number;
  readonly oldValue: number;
}

/** A row of another view, its columns as text. */
export interface ComparedRow {
  readonly seq: number;
  readonly [column: string]: number | string;
}

export interface Difference {
  readonly view: string;
  readonly seq: number;
  readonly recorded: ComparedAccess | ComparedRow | undefined;
  readonly replayed: ComparedAccess | ComparedRow | undefined;
  readonly text: string;
}

/** Ends the replay at the first difference. */
export class Parted extends Error {
  readonly difference: Difference;
  constructor(difference: Difference) {
    super(difference.text);
    this.difference = difference;
  }
}

interface AccessRow {
  readonly seq: number;
  readonly time_ns: number;
  readonly meta: number;
  readonly offset: number;
  readonly value: number;
  readonly old_value: number;
}

/** Views whose rows are compared and their columns, the number first. Rows of the engine name them in camel case. */
const COLUMNS = {
  irq: ['irq', 'seq', 'time_ns', 'line', 'raised', 'status'],
  csEvent: ['cs_event', 'seq', 'time_ns', 'group_id', 'queue', 'pc', 'opcode', 'detail'],
  mcuEvent: ['mcu_event', 'seq', 'time_ns', 'kind', 'pc', 'detail'],
  driverLog: ['driver_log', 'seq', 'time_ns', 'level', 'source', 'message'],
  ioctl: ['ioctl', 'seq', 'time_ns', 'client', 'name', 'result', 'args'],
  snapshot: ['snapshot', 'id', 'time_ns', 'branch', 'hash'],
} as const satisfies { readonly [K in RecordKind]?: readonly [string, ...string[]] };

type ComparedKind = keyof typeof COLUMNS;

interface Layout {
  readonly view: string;
  /** Column, and its name in a row of the engine. */
  readonly columns: readonly (readonly [string, string])[];
}

const camel = (column: string): string => column.replaceAll(/_(.)/g, (_, c: string) => c.toUpperCase());
const layout = ([view, ...names]: readonly [string, ...string[]]): Layout => ({
  view,
  columns: names.map((c) => [c, camel(c)] as const),
});
const LAYOUTS: { readonly [K in ComparedKind]: Layout } = {
  irq: layout(COLUMNS.irq),
  csEvent: layout(COLUMNS.csEvent),
  mcuEvent: layout(COLUMNS.mcuEvent),
  driverLog: layout(COLUMNS.driverLog),
  ioctl: layout(COLUMNS.ioctl),
  snapshot: layout(COLUMNS.snapshot),
};

const isCompared = (kind: RecordKind): kind is ComparedKind => Object.hasOwn(COLUMNS, kind);

export interface CompareOptions {
  /** Rows before this time were left out of the session (lab/trim.ts). */
  readonly fromNs: number;
  /** Numbers that the replay is ahead of the recording: one for each input it was given in addition. */
  readonly ahead: number;
  /** Ends the replay by an exception at the first difference; else it goes on. */
  readonly stop: boolean;
}

export class ComparingRecorder implements Recorder {
  /** Accesses, and rows of other views, found equal. */
  compared = 0;
  rows = 0;
  difference: Difference | undefined;
  private readonly accesses: IterableIterator<AccessRow>;
  private readonly others = new Map<ComparedKind, IterableIterator<Record<string, unknown>>>();
  private readonly options: CompareOptions;

  constructor({ db }: SessionReader, options: CompareOptions) {
    this.options = options;
    const iterate = <T>(statement: Statement): IterableIterator<T> => statement.iterate() as IterableIterator<T>;
    this.accesses = iterate(
      db.prepare('SELECT seq, time_ns, meta, offset, value, old_value FROM access_row ORDER BY seq'),
    );
    for (const kind of Object.keys(LAYOUTS) as ComparedKind[]) {
      const { view, columns } = LAYOUTS[kind];
      const list = columns.map(([column]) => column).join(', ');
      this.others.set(kind, iterate(db.prepare(`SELECT ${list} FROM ${view}_row ORDER BY 1`)));
    }
  }

  access(seq: number, timeNs: number, meta: number, offset: number, value: number, oldValue: number): void {
    if (this.difference !== undefined || timeNs < this.options.fromNs) return;
    const number = seq - this.options.ahead;
    const next = this.accesses.next();
    if (next.done !== true) {
      const r = next.value;
      if (
        r.seq === number &&
        r.time_ns === timeNs &&
        r.meta === meta &&
        r.offset === offset &&
        r.value === value >>> 0 &&
        r.old_value === oldValue >>> 0
      ) {
        this.compared++;
        return;
      }
    }
    const replayed = { seq: number, timeNs, meta, offset, value: value >>> 0, oldValue: oldValue >>> 0 };
    this.part(describeAccess(next.done === true ? undefined : accessOf(next.value), replayed));
  }

  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    if (this.difference !== undefined || !isCompared(kind)) return;
    // A trimmed session keeps all its snapshots.
    if (kind !== 'snapshot' && 'timeNs' in row && row.timeNs < this.options.fromNs) return;
    const { view, columns } = LAYOUTS[kind];
    const { ahead } = this.options;
    const cells = row as Readonly<Record<string, unknown>> & typeof row;
    const replayed = Object.fromEntries(
      columns.map(([column, key]) => [column, column === 'seq' ? Number(cells[key]) - ahead : cellOf(cells[key])]),
    );
    const next = this.others.get(kind)?.next();
    const recorded = next === undefined || next.done === true ? undefined : next.value;
    const same = recorded !== undefined && columns.every(([c]) => String(recorded[c]) === String(replayed[c]));
    if (same) this.rows++;
    else this.part(describeRow(view, recorded, replayed));
  }

  flush(): void {}

  /** The session's rows that the replay did not make are a difference too. */
  end(): void {
    if (this.difference !== undefined) return;
    const left = this.accesses.next();
    if (left.done !== true) return this.part(describeAccess(accessOf(left.value), undefined));
    for (const [kind, rows] of this.others) {
      const row = rows.next();
      if (row.done !== true) return this.part(describeRow(LAYOUTS[kind].view, row.value, undefined));
    }
  }

  /** Lets go of the session. */
  close(): void {
    this.accesses.return?.();
    for (const rows of this.others.values()) rows.return?.();
  }

  private part(difference: Difference): void {
    this.difference = difference;
    if (this.options.stop) throw new Parted(difference);
  }
}

/** A value as SQLite gives it back. */
function cellOf(value: unknown): number | string {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return String(sqlValue(value));
  if (typeof value !== 'number') return String(value);
  return Number.isSafeInteger(value) ? value : String(sqlValue(value));
}

function accessOf(r: AccessRow): ComparedAccess {
  return { seq: r.seq, timeNs: r.time_ns, meta: r.meta, offset: r.offset, value: r.value, oldValue: r.old_value };
}

function describeAccess(recorded: ComparedAccess | undefined, replayed: ComparedAccess | undefined): Difference {
  const seq = recorded?.seq ?? replayed?.seq ?? 0;
  const text = `access ${seq}: recorded ${say(recorded)}, replayed ${say(replayed)}`;
  return { view: 'register_access', seq, recorded, replayed, text };
}

function say(a: ComparedAccess | undefined): string {
  if (a === undefined) return 'nothing';
  const at = a.meta & 8 ? mcuRegisterAt(a.offset) : registerAt(a.offset);
  const name = at === undefined ? hex(a.offset) : wordName(at);
  const who = INITIATORS[a.meta & 3] ?? '?';
  return `${who} ${a.meta & 4 ? 'writes' : 'reads'} ${name} = ${hex(a.value)} (before: ${hex(a.oldValue)}) at ${a.timeNs} ns`;
}

type Cells = Readonly<Record<string, unknown>>;

function describeRow(view: string, recorded: Cells | undefined, replayed: Cells | undefined): Difference {
  const rowOf = (cells: Cells | undefined): ComparedRow | undefined => {
    if (cells === undefined) return undefined;
    const entries = Object.entries(cells).map(([k, v]): [string, number | string] => [k, cellOf(v)]);
    return { ...Object.fromEntries(entries), seq: Number(cells['seq'] ?? cells['id']) };
  };
  const [a, b] = [rowOf(recorded), rowOf(replayed)];
  const words = (row: ComparedRow | undefined): string =>
    row === undefined
      ? 'nothing'
      : Object.entries(row)
          .filter(([k]) => k !== 'seq')
          .map(([k, v]) => `${k} ${v}`)
          .join(', ');
  const seq = a?.seq ?? b?.seq ?? 0;
  return { view, seq, recorded: a, replayed: b, text: `${view} ${seq}: recorded ${words(a)}; replayed ${words(b)}` };
}
