/** Files of debugfs, sysfs and /proc about the driver: a list, and the text of the chosen one. */
import { useState } from 'react';
import type { Column } from '../../components/virtual-table.tsx';
import { useAct, useClient, usePoll } from '../../engine/context.tsx';
import { resultText } from '../../../spec/uapi/errno.ts';
import { RowTable } from './row-table.tsx';
import { choose, useObjects } from './state.ts';

interface FileRow {
  readonly path: string;
}

const COLUMNS: readonly Column<FileRow>[] = [
  { id: 'path', title: 'File', width: 320, mono: true, sortable: true, text: (r) => `/${r.path}` },
  { id: 'of', title: 'Of', width: 300, sortable: true, text: (r) => WHAT[r.path.split('/')[0] ?? ''] ?? '' },
];
const WHAT: Readonly<Record<string, string>> = {
  debug: 'the driver and the kernel around it',
  sys: 'attributes of the device',
  proc: 'usage by an open file',
};

export function FilesTab() {
  const { data, error } = usePoll('driver.files', {});
  const chosen = useObjects((s) => s.chosen.files);
  return (
    <RowTable
      label="Files"
      columns={COLUMNS}
      rows={data?.map((path) => ({ path }))}
      error={error}
      keyOf={(r) => r.path}
      chosen={chosen}
      onChoose={(key) => choose('files', key)}
      empty="No files: the driver is not bound."
      renderDetail={(r) => <FileText key={r.path} path={r.path} />}
    />
  );
}

function FileText({ path }: { readonly path: string }) {
  const { data, error } = usePoll('driver.file', { path });
  return (
    <>
      {error !== undefined && <p className="problem">{error}</p>}
      {data?.writable === true && <Write path={path} now={data.text} />}
      <pre className="objects-file" aria-label={`Text of /${path}`}>
        {data?.text ?? ''}
      </pre>
    </>
  );
}

function Write({ path, now }: { readonly path: string; readonly now: string }) {
  const client = useClient();
  const act = useAct();
  const [text, setText] = useState(now);
  const [answer, setAnswer] = useState('');
  const write = async () => {
    const done = await act(client.call('driver.write', { path, value: text }));
    if (done !== undefined) setAnswer(done.result === 0 ? 'written' : `refused: ${resultText(done.result)}`);
  };
  return (
    <form
      className="objects-write"
      onSubmit={(event) => {
        event.preventDefault();
        void write();
      }}
    >
      <label>
        New value <input type="text" className="mono" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <button type="submit" className="button">
        Write
      </button>
      <output>{answer}</output>
    </form>
  );
}
