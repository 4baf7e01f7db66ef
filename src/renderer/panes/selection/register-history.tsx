/** The last accesses of a register, newest first, and the way to all of them in the log. */
import { ObjectLink } from '../../components/object-link.tsx';
import { usePoll } from '../../engine/context.tsx';
import { countText, plural, timeText } from '../../lib/format.ts';
import { useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';

const SHOWN = 12;

export function RegisterHistory({ name }: { readonly name: string }) {
  const w = useWorkspace();
  const session = useUi((s) => s.session);
  const showLog = useUi((s) => s.showLog);
  const { data, error } = usePoll('log.query', {
    session,
    view: 'register_access',
    filter: { fields: [{ name: 'name', op: '=', value: name }] },
    order: 'desc',
    limit: SHOWN,
  });
  if (error !== undefined) return <p className="dim">{error}</p>;
  if (data === undefined) return undefined;
  const column = (id: string) => data.columns.indexOf(id);
  const [seq, time, op, value, by] = ['seq', 'time_ns', 'op', 'value', 'initiator'].map(column);
  const cell = (row: readonly (string | number | null)[], at: number | undefined) => row[at ?? -1] ?? '';
  return (
    <>
      <h3 className="section-title">History</h3>
      {data.rows.length === 0 ? (
        <p className="dim">No access yet.</p>
      ) : (
        <table className="history" aria-label={`Accesses of ${name}`}>
          <thead className="hidden-text">
            <tr>
              <th>Access</th>
              <th>By</th>
              <th>Time</th>
              <th>Value</th>
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row) => {
              const number = Number(cell(row, seq));
              const kind = String(cell(row, op));
              return (
                <tr key={number}>
                  <td>
                    <ObjectLink to={{ kind: 'access', seq: number, session }}>
                      <span className={kind === 'write' ? 'is-write' : 'is-read'}>{kind === 'write' ? 'W' : 'R'}</span>
                    </ObjectLink>
                  </td>
                  <td className="dim">{cell(row, by)}</td>
                  <td className="mono">{timeText(Number(cell(row, time)))}</td>
                  <td className="mono">{valueText(cell(row, value))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      <p className="dim">
        {data.rows.length < data.total
          ? `${data.rows.length} of ${countText(data.total)} accesses`
          : plural(data.total, 'access', 'accesses')}
        {'; '}
        <button
          type="button"
          className="link"
          onClick={() => {
            showLog({ view: 'register_access', text: `name=${name}` });
            w.layout.show('log');
          }}
        >
          show in the log
        </button>
      </p>
    </>
  );
}

function valueText(value: string | number): string {
  return typeof value === 'number' ? `0x${value.toString(16)}` : value;
}
