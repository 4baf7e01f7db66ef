/**
 * Rows of a view of the session by index, loaded in pages as they come into view. A list of a million rows costs the
 * pages that were looked at last. Rows already recorded never change, so that a page once full is never asked for
 * again; only the total and the last page grow.
 */
import type { Client } from '../../../protocol/client.ts';
import type { Cell, LogFilter, LogView } from '../../../protocol/window.ts';
import { Emitter } from '../../lib/emitter.ts';
import { messageOf } from '../../lib/errors.ts';

/** Rows of a page, and pages kept (both chosen: some screens, some megabytes). */
export const PAGE_ROWS = 200;
const KEPT_PAGES = 60;

/** A row by column names. */
export type LogRow = Readonly<Record<string, Cell>>;

export interface LogQuestion {
  readonly session: string;
  readonly view: LogView;
  readonly filter: LogFilter;
}

/** What a list shows besides its rows. */
export interface LogShown {
  readonly total: number;
  /** False while counting goes on. */
  readonly complete: boolean;
  readonly error: string | undefined;
  /** The row a person is at. */
  readonly selected: number | undefined;
}

const NOTHING: LogShown = { total: 0, complete: false, error: undefined, selected: undefined };

export class LogSource {
  private readonly client: Pick<Client, 'call'>;
  private readonly emitter = new Emitter();
  /** Least recently used first. */
  private readonly pages = new Map<number, readonly LogRow[]>();
  /** Pages on their way. */
  private asked = new Set<number>();
  private shown = NOTHING;
  private question: LogQuestion | undefined;
  private key = '';
  private version = -1;
  private first = 0;
  private last = -1;

  constructor(client: Pick<Client, 'call'>) {
    this.client = client;
  }

  readonly subscribe = this.emitter.subscribe;
  /** A new object with every change, of the rows too. */
  readonly state = (): LogShown => this.shown;

  /** Row at an index; undefined while it is on its way. */
  readonly rowAt = (index: number): LogRow | undefined => {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  };

  /** Says which rows are in view; their pages are loaded. */
  readonly visible = (first: number, last: number): void => {
    this.first = first;
    this.last = last;
    this.load();
  };

  readonly select = (index: number | undefined): void => this.change({ selected: index });

  /** States what is wanted, and how often the machine has changed. Another question begins a new list. */
  want(question: LogQuestion | undefined, version: number): void {
    const key = JSON.stringify(question);
    if (key !== this.key) {
      this.key = key;
      this.question = question;
      this.pages.clear();
      this.asked = new Set();
      if (question !== undefined) this.change(NOTHING);
    } else if (version === this.version) return;
    this.version = version;
    this.ask(Math.floor(this.shown.total / PAGE_ROWS));
  }

  /** Selects the first row at or after a value of a growing column; false when there is none. */
  async goTo(column: string, value: number): Promise<boolean> {
    if (this.question === undefined) return false;
    const { session, view, filter } = this.question;
    const { key } = this;
    const find = { fields: [{ name: column, op: '>=' as const, value }] };
    const { offset } = await this.client.call('log.find', { session, view, filter, find });
    if (offset !== undefined && key === this.key) this.change({ selected: offset });
    return offset !== undefined;
  }

  private load(): void {
    for (let p = Math.floor(this.first / PAGE_ROWS); p <= Math.floor(Math.max(this.last, 0) / PAGE_ROWS); p++) {
      const page = this.pages.get(p);
      if (page === undefined) this.ask(p);
      else {
        this.pages.delete(p);
        this.pages.set(p, page);
        const full = Math.min(PAGE_ROWS, this.shown.total - p * PAGE_ROWS);
        if (page.length < full) this.ask(p);
      }
    }
  }

  private ask(page: number): void {
    const { question, key, asked } = this;
    if (question === undefined || asked.has(page)) return;
    asked.add(page);
    this.client.call('log.query', { ...question, offset: page * PAGE_ROWS, limit: PAGE_ROWS }).then(
      ({ total, complete, columns, rows }) => {
        asked.delete(page);
        if (key !== this.key) return;
        this.keep(
          page,
          rows.map((row) => Object.fromEntries(columns.map((c, i) => [c, row[i] ?? null]))),
        );
        this.change({ total, complete, error: undefined });
        this.load();
        if (!complete) this.ask(page);
      },
      (error: unknown) => {
        asked.delete(page);
        // Nothing more comes by itself.
        if (key === this.key) this.change({ complete: true, error: messageOf(error) });
      },
    );
  }

  private keep(page: number, rows: readonly LogRow[]): void {
    this.pages.delete(page);
    this.pages.set(page, rows);
    for (const old of this.pages.keys()) {
      if (this.pages.size <= KEPT_PAGES) break;
      this.pages.delete(old);
    }
  }

  private change(change: Partial<LogShown>): void {
    this.shown = { ...this.shown, ...change };
    this.emitter.emit();
  }
}
