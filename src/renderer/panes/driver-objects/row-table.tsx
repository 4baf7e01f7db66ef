/** A list of objects with what is known of the chosen one below it: sorting, selection by key, and details. */
import { useMemo, useState, type ReactNode } from 'react';
import { countText } from '../../lib/format.ts';
import { VirtualTable, type Column, type Sort } from '../../components/virtual-table.tsx';

export interface RowTableProps<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  /** Undefined while the answer is on its way. */
  readonly rows: readonly R[] | undefined;
  readonly keyOf: (row: R) => string;
  /** Key of the chosen row; it stays chosen while the list changes around it. */
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
  readonly empty: string;
  readonly error?: string | undefined;
  readonly renderDetail?: (row: R) => ReactNode;
  readonly onActivate?: (row: R) => void;
}

const compare = new Intl.Collator('en', { numeric: true }).compare;

export function RowTable<R>(props: RowTableProps<R>) {
  const { columns, keyOf, chosen, renderDetail, onActivate } = props;
  const [sort, setSort] = useState<Sort>();
  const rows = useMemo(() => {
    const column = columns.find((c) => c.id === sort?.column);
    const all = props.rows ?? [];
    if (column === undefined) return all;
    const sign = sort?.descending === true ? -1 : 1;
    return all.toSorted((a, b) => sign * compare(column.text(a), column.text(b)));
  }, [props.rows, columns, sort]);
  const at = rows.findIndex((r) => keyOf(r) === chosen);
  const row = rows[at];
  return (
    <div className="objects-split">
      {props.error !== undefined && <p className="problem">{props.error}</p>}
      <VirtualTable
        label={props.label}
        columns={columns}
        count={rows.length}
        rowAt={(i) => rows[i]}
        keyOf={keyOf}
        selected={at < 0 ? undefined : at}
        onSelect={(_, r) => {
          if (r !== undefined) props.onChoose(keyOf(r));
        }}
        onActivate={(_, r) => {
          if (r !== undefined) onActivate?.(r);
        }}
        sort={sort}
        onSort={setSort}
        empty={props.rows === undefined ? 'Asking…' : props.empty}
      />
      {row !== undefined && renderDetail !== undefined && (
        <section className="objects-detail" aria-label={`Details of ${props.label}`} tabIndex={0}>
          {renderDetail(row)}
        </section>
      )}
    </div>
  );
}

/** Rows of details drawn at most (chosen): longer lists say how many there are. */
const MOST = 300;

/** A small table of details. */
export function Parts<R>(props: {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly renderCells: (row: R) => readonly ReactNode[];
}) {
  const { caption, heads, rows, keyOf, renderCells } = props;
  if (rows.length === 0) return <p className="dim">{`${caption}: none`}</p>;
  return (
    <table className="objects-parts">
      <caption>{rows.length > MOST ? `${caption}: the first ${MOST} of ${countText(rows.length)}` : caption}</caption>
      <thead>
        <tr>
          {heads.map((h) => (
            <th key={h} scope="col">
              {h}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MOST).map((r) => (
          <tr key={keyOf(r)}>
            {renderCells(r).map((cell, i) => (
              <td key={heads[i]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
