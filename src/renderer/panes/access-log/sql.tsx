/** SQL over the views of the session: a statement, its rows, and what to begin with. */
import { Play, Square } from 'lucide-react';
import { useCallback, useEffect, useState, type KeyboardEvent } from 'react';
import type { Client } from '../../../protocol/client.ts';
import type { Cell } from '../../../protocol/window.ts';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { useClient } from '../../engine/context.tsx';
import { messageOf } from '../../lib/errors.ts';
import { countText } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useLogState } from './state.ts';
import type { Result } from '../../../protocol/messages.ts';

/** Statements that show what can be asked. */
const EXAMPLES: readonly { readonly title: string; readonly sql: string }[] = [
  {
    title: 'Registers by number of accesses',
    sql: 'SELECT name, op, count(*) AS n FROM register_access GROUP BY name, op ORDER BY n DESC LIMIT 50',
  },
  {
    title: 'Last value written to each register',
    sql: "SELECT name, printf('0x%08x', value) AS value, max(time_ns) AS time_ns FROM register_access WHERE op = 'write' GROUP BY name",
  },
  { title: 'Jobs and how long they took', sql: 'SELECT id, status, fault, finished_ns - submitted_ns AS ns FROM job' },
  { title: 'ioctls by number', sql: 'SELECT name, count(*) AS n, sum(result < 0) AS failed FROM ioctl GROUP BY name' },
  { title: 'Interrupts raised', sql: 'SELECT line, count(*) AS n FROM irq WHERE raised GROUP BY line' },
  { title: 'Facts of the session', sql: 'SELECT key, value FROM session_info' },
];
const FIRST = EXAMPLES[0]?.sql ?? '';
/** Widths of result columns in pixels: from the words, within these (chosen). */
const CHAR_PX = 8;
const WIDTHS = { least: 60, most: 420, rows: 50 } as const;

type Answer = Result<'log.sql'>;

interface SqlState {
  readonly answer: Answer | undefined;
  readonly problem: string | undefined;
  readonly busy: boolean;
}

function ask(client: Client, session: string, query: string): Promise<SqlState> {
  return client.call('log.sql', { session, query }).then(
    (answer) => ({ answer, problem: undefined, busy: false }),
    (error: unknown) => ({ answer: undefined, problem: messageOf(error), busy: false }),
  );
}

export function Sql({ session }: { readonly session: string }) {
  const client = useClient();
  const asked = useLogState((s) => s.sql.text);
  const [text, setText] = useState(asked === '' ? FIRST : asked);
  const [{ answer, problem, busy }, setState] = useState<SqlState>({
    answer: undefined,
    problem: undefined,
    busy: asked !== '',
  });
  const [at, setAt] = useState<number>();
  const take = useCallback((state: SqlState) => {
    setState(state);
    setAt(undefined);
  }, []);
  const run = (query: string) => {
    setState({ answer, problem: undefined, busy: true });
    void ask(client, session, query).then(take);
  };
  // A statement that came with the request to show this tab runs at once.
  useEffect(() => {
    if (asked !== '') void ask(client, session, asked).then(take);
  }, [asked, client, session, take]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || busy) return;
    event.preventDefault();
    run(text);
  };
  return (
    <>
      <div className="sql-bar">
        <textarea
          data-autofocus
          className="mono sql-text"
          aria-label="SQL statement"
          rows={3}
          spellCheck={false}
          value={text}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="sql-tools">
          <Tool icon={Play} name="Run the statement" keys="Ctrl+Enter" disabled={busy} onClick={() => run(text)}>
            Run
          </Tool>
          <Tool
            icon={Square}
            name="Cancel the statement"
            disabled={!busy}
            onClick={() => void client.call('log.cancel', {})}
          />
          <select
            aria-label="Example statements"
            value=""
            onChange={(e) => {
              const sql = EXAMPLES[Number(e.target.value)]?.sql;
              if (sql !== undefined) setText(sql);
            }}
          >
            <option value="">Examples…</option>
            {EXAMPLES.map((example, i) => (
              <option key={example.title} value={i}>
                {example.title}
              </option>
            ))}
          </select>
        </div>
      </div>
      {problem !== undefined && (
        <p className="sql-problem" role="alert">
          {problem}
        </p>
      )}
      <VirtualTable
        label="Result of the statement"
        columns={columnsOf(answer)}
        count={answer?.rows.length ?? 0}
        rowAt={(i) => answer?.rows[i]}
        keyOf={(_, i) => i}
        selected={at}
        onSelect={setAt}
        empty={busy ? 'The statement runs…' : answer === undefined ? 'Ctrl+Enter runs the statement.' : 'No rows.'}
        footer={
          answer !== undefined && (
            <span>
              {answer.truncated ? `only the first ${countText(answer.rows.length)} rows, ` : ''}
              {answer.ms.toFixed(1)} ms
            </span>
          )
        }
      />
    </>
  );
}

function columnsOf(answer: Answer | undefined): readonly Column<readonly Cell[]>[] {
  return (answer?.columns ?? []).map((title, i) => {
    const sample = answer?.rows.slice(0, WIDTHS.rows) ?? [];
    const longest = Math.max(title.length, ...sample.map((row) => String(row[i] ?? '').length)) + 3;
    const numbers = sample.length > 0 && sample.every((row) => typeof row[i] === 'number' || row[i] === null);
    return {
      id: `${i}`,
      title,
      width: Math.min(Math.max(longest * CHAR_PX, WIDTHS.least), WIDTHS.most),
      mono: true,
      align: numbers ? 'right' : 'left',
      text: (row) => String(row[i] ?? ''),
    };
  });
}
