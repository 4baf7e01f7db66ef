/**
 * A table that draws only the rows in view. Rows are asked for by index, so that a list in memory and pages of the
 * session's log look the same. Columns can be sorted and resized; the selection is copied as TSV (Ctrl+C) or Markdown
 * (Ctrl+Shift+C). The line below says how much of how much is shown.
 */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { countText } from '../lib/format.ts';
import { ResizeHandle } from './resize-handle.tsx';
import { useRowHeight } from './row-height.ts';
import { toMarkdown, toTsv } from './table-text.ts';
import { useRows } from './use-rows.ts';

export interface Column<R> {
  readonly id: string;
  readonly title: string;
  /** Pixels at first; people change it. */
  readonly width: number;
  readonly align?: 'left' | 'right';
  readonly mono?: boolean;
  readonly sortable?: boolean;
  /** The cell as text: what is copied, and what is shown unless `render` is given. */
  readonly text: (row: R) => string;
  readonly render?: (row: R) => ReactNode;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export interface VirtualTableProps<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly count: number;
  /** Row at an index; undefined while it is on its way. */
  readonly rowAt: (index: number) => R | undefined;
  readonly keyOf: (row: R, index: number) => string | number;
  readonly selected: number | undefined;
  readonly onSelect: (index: number, row: R | undefined) => void;
  readonly onActivate?: (index: number, row: R | undefined) => void;
  readonly onKey?: (event: KeyboardEvent) => void;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  /** Told which rows are in view, to load their pages. */
  readonly onVisible?: (first: number, last: number) => void;
  /** Rows there are without the filter; the footer says "n of m". */
  readonly total?: number;
  /** Counting still goes on. */
  readonly counting?: boolean;
  /** Keeps the last row in view while rows are added, until the person scrolls up. */
  readonly follow?: boolean;
  readonly rowClass?: (row: R) => string;
  /** Shown instead of the rows when there is none. */
  readonly empty?: ReactNode;
  /** More words in the footer. */
  readonly footer?: ReactNode;
}

const MIN_WIDTH = 32;
/** Most rows one copy takes (chosen). */
const MAX_COPY = 10_000;

export function VirtualTable<R>(props: VirtualTableProps<R>) {
  const { label, columns, count, rowAt, keyOf, selected, onSelect, onActivate, onKey, onVisible, follow } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({});
  const [anchor, setAnchor] = useState<number>();
  const rowHeight = useRowHeight();
  const rows = useRows(scroller, count, rowHeight, rowHeight);
  const { first, last, show } = rows;
  const atEnd = useRef(true);
  useEffect(() => onVisible?.(first, last), [first, last, onVisible]);
  useEffect(() => {
    if (follow === true && atEnd.current && count > 0) show(count - 1);
  }, [count, follow, show]);
  useEffect(() => {
    atEnd.current = rows.atEnd;
  });
  const scrolledTo = useRef<number>(undefined);
  useEffect(() => {
    if (selected === scrolledTo.current) return;
    scrolledTo.current = selected;
    if (selected !== undefined && selected < count) show(selected);
  }, [selected, count, show]);

  const widthOf = (c: Column<R>) => widths[c.id] ?? c.width;
  const template = columns.map((c) => `${widthOf(c)}px`).join(' ');
  const total = columns.reduce((sum, c) => sum + widthOf(c), 0);
  const at = selected ?? -1;
  const [from, to] = anchor === undefined ? [at, at] : [Math.min(anchor, at), Math.max(anchor, at)];

  const go = (index: number, extend: boolean) => {
    const next = Math.max(0, Math.min(count - 1, index));
    if (count === 0) return;
    setAnchor(extend ? (anchor ?? at) : undefined);
    onSelect(next, rowAt(next));
  };
  const copy = (markdown: boolean) => {
    const head = columns.map((c) => c.title);
    const cells: string[][] = [];
    for (let i = Math.max(0, from); i <= Math.min(to, count - 1) && cells.length < MAX_COPY; i++) {
      const row = rowAt(i);
      if (row !== undefined) cells.push(columns.map((c) => c.text(row)));
    }
    void navigator.clipboard.writeText(markdown ? toMarkdown(head, cells) : toTsv(head, cells));
  };
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: rows.page,
    PageUp: -rows.page,
    Home: -Infinity,
    End: Infinity,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    onKey?.(event);
    if (event.defaultPrevented || event.altKey) return;
    const mod = event.ctrlKey || event.metaKey;
    const step = steps[event.key];
    if (step !== undefined && !mod) go(at + step, event.shiftKey);
    else if (event.key === 'Enter' && !mod && at >= 0) onActivate?.(at, rowAt(at));
    else if (event.key.toLowerCase() === 'c' && mod && at >= 0) copy(event.shiftKey);
    else return;
    event.preventDefault();
  };
  const { sort, onSort } = props;
  const sortBy = (c: Column<R>) =>
    onSort?.({ column: c.id, descending: sort?.column === c.id ? !sort.descending : false });

  return (
    <div className="table-box">
      <div
        className="table"
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={count + 1}
        aria-colcount={columns.length}
        aria-multiselectable
        tabIndex={0}
        data-autofocus
        aria-activedescendant={at >= first && at <= last ? `${id}-${at}` : undefined}
        onKeyDown={onKeyDown}
      >
        <div
          role="row"
          aria-rowindex={1}
          className="table-head"
          style={{ gridTemplateColumns: template, width: total }}
        >
          {columns.map((c) => {
            const sorted = sort?.column === c.id;
            return (
              <div
                key={c.id}
                role="columnheader"
                className={c.align === 'right' ? 'cell cell-right' : 'cell'}
                aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
              >
                {c.sortable === true && onSort !== undefined ? (
                  <button type="button" className="sort" onClick={() => sortBy(c)} title={`Sort by ${c.title}`}>
                    {c.title}
                    {sorted &&
                      (sort.descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
                  </button>
                ) : (
                  c.title
                )}
                <ResizeHandle
                  width={widthOf(c)}
                  onWidth={(w) => setWidths((old) => ({ ...old, [c.id]: Math.max(MIN_WIDTH, w) }))}
                />
              </div>
            );
          })}
        </div>
        <div role="rowgroup" style={{ height: rows.height, width: total, position: 'relative' }}>
          {Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i).map((index) => {
            const row = rowAt(index);
            const chosen = index >= from && index <= to;
            const extra = row === undefined ? '' : (props.rowClass?.(row) ?? '');
            return (
              <div
                key={row === undefined ? `at ${index}` : keyOf(row, index)}
                id={`${id}-${index}`}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={chosen}
                className={`table-row ${extra}`}
                style={{ transform: `translateY(${rows.placeOf(index)}px)`, gridTemplateColumns: template }}
                onClick={(e) => go(index, e.shiftKey)}
                onDoubleClick={() => onActivate?.(index, row)}
              >
                {columns.map((c) => (
                  <div
                    key={c.id}
                    role="gridcell"
                    className={`cell${c.mono === true ? ' mono' : ''}${c.align === 'right' ? ' cell-right' : ''}`}
                  >
                    {row === undefined ? '…' : (c.render?.(row) ?? c.text(row))}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {count === 0 && props.empty !== undefined && (
        <div className="table-empty">{props.counting === true ? 'Looking…' : props.empty}</div>
      )}
      <div className="list-footer">
        <span role="status">{amount(count, props.total, props.counting === true)}</span>
        {to > from && <span>{countText(to - from + 1)} selected</span>}
        <span className="spring" />
        {props.footer}
      </div>
    </div>
  );
}

/** "1,204", "14 of 1,204", with "counting" while it goes on. */
export function amount(count: number, total: number | undefined, counting: boolean): string {
  const shown =
    total === undefined || total === count ? countText(count) : `${countText(count)} of ${countText(total)}`;
  return counting ? `${shown}, counting…` : shown;
}
