/**
 * The chosen call of the trace in full: its argument field by field with the elements of its arrays, its result by name,
 * and the register accesses it caused: those between its row and the next input of the session.
 */
import { useMemo } from 'react';
import type { LogRow } from '../access-log/log-source.ts';
import { numberOf, textOf } from '../access-log/access-row.ts';
import { showLog } from '../access-log/state.ts';
import { resultText } from '../../../spec/uapi/errno.ts';
import type { LogPage } from '../../../protocol/window.ts';
import { usePoll } from '../../engine/context.tsx';
import { countText, plural } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';
import { argumentRows } from './arguments.ts';

/** Accesses named here; the button leads to all of them. */
const SHOWN = 12;

export function CallDetail({ row, session }: { readonly row: LogRow; readonly session: string }) {
  const { layout } = useWorkspace();
  const seq = numberOf(row['seq']);
  const result = numberOf(row['result']);
  const fields = useMemo(() => argumentRows(textOf(row['args'])), [row]);
  const after = { name: 'seq', op: '>', value: seq } as const;
  const next = usePoll('log.query', { session, view: 'input', filter: { fields: [after] }, limit: 1 }).data;
  const end = next === undefined ? undefined : seqOf(next);
  const upTo = end === undefined ? [] : [{ name: 'seq', op: '<', value: end } as const];
  const caused = usePoll('log.query', {
    session,
    view: 'register_access',
    filter: { fields: [after, ...upTo] },
    limit: SHOWN,
  }).data;
  const toAccesses = () => {
    showLog({ pane: 'log', filter: `seq>${seq}${end === undefined ? '' : ` seq<${end}`}` });
    layout.show('log');
  };
  return (
    <section className="call-detail" aria-label="The chosen call" tabIndex={0}>
      <div>
        <p>
          <strong className="mono">{textOf(row['name'])}</strong> of client {textOf(row['client'])}:{' '}
          <span className={result < 0 ? 'level-err' : undefined}>{resultText(result)}</span>
        </p>
        <table className="call-fields">
          <caption>Argument after the call</caption>
          <tbody>
            {fields.map((f) => (
              <tr key={f.path}>
                <th scope="row" style={{ paddingInlineStart: f.depth * 16 }}>
                  {f.name}
                </th>
                <td className="mono">{f.value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div>
        <p>
          {caused === undefined ? 'Looking…' : plural(caused.total, 'register access', 'register accesses')}{' '}
          {caused !== undefined && caused.total > 0 && (
            <button type="button" className="link" onClick={toAccesses}>
              show in the access log
            </button>
          )}
        </p>
        <ol className="call-accesses mono" aria-label="Register accesses of the call">
          {(caused?.rows ?? []).map((cells) => {
            const access = Object.fromEntries(caused?.columns.map((name, i) => [name, cells[i] ?? '']) ?? []);
            return (
              <li key={String(access['seq'])}>
                <button
                  type="button"
                  className="link"
                  onClick={() => {
                    showLog({ pane: 'log', seq: Number(access['seq']) });
                    layout.show('log');
                  }}
                >
                  {String(access['op'])} {String(access['name'] || access['offset'])} = {valueText(access['value'])}
                </button>
              </li>
            );
          })}
        </ol>
        {caused !== undefined && caused.total > SHOWN && (
          <p className="dim">and {countText(caused.total - SHOWN)} more</p>
        )}
      </div>
    </section>
  );
}

const valueText = (value: unknown): string =>
  typeof value === 'number' ? `0x${value.toString(16)}` : String(value ?? '');

/** seq of the first row of a page. */
function seqOf(page: LogPage): number | undefined {
  const at = page.columns.indexOf('seq');
  const value = page.rows[0]?.[at];
  return typeof value === 'number' ? value : undefined;
}
