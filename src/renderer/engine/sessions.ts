/** Opening, saving and exporting sessions, from commands and from the Sessions pane. */
import { keepFile } from '../lib/files.ts';
import { sizeText } from '../lib/format.ts';
import { useUi } from '../state/ui.ts';
import type { Workspace } from '../workspace.ts';

/** Opens a session for reading; without an id the system asks, or the page offers the list. */
export async function openSession(w: Workspace, id?: string): Promise<void> {
  if (id === undefined && !w.dialogs) {
    const list = await w.act(w.client.call('session.list', {}));
    if (list === undefined) return;
    useUi.getState().show({
      kind: 'pick',
      pick: {
        title: 'Open a session',
        entries: list.filter((s) => !s.live).map((s) => ({ id: s.id, label: s.name, detail: sizeText(s.size) })),
        onPick: (picked) => void openSession(w, picked),
      },
    });
    return;
  }
  const opened = await w.act(w.client.call('session.open', id === undefined ? {} : { id }));
  if (opened?.session === undefined) return;
  const ui = useUi.getState();
  const before = ui.opened;
  ui.viewSession({ ...opened, session: opened.session });
  if (before !== undefined) await w.act(w.client.call('session.close', { session: before.session }));
  if (opened.problems.length > 0) ui.say('warning', `${opened.name}: ${opened.problems.join('; ')}`);
  w.layout.show('sessions');
}

export async function saveSession(w: Workspace): Promise<void> {
  const { session, say } = useUi.getState();
  const name = w.live.status()?.session ?? 'session';
  const saved = await w.act(w.client.call('session.saveAs', { session, name: name.replace(/\.tyrsession$/, '') }));
  const text = saved === undefined ? undefined : keepFile(saved);
  if (text !== undefined) say('info', text);
}

/** Asks for the format, then exports the shown session. */
export async function exportSession(w: Workspace): Promise<void> {
  useUi.getState().show({
    kind: 'pick',
    pick: {
      title: 'Export the session as',
      entries: [
        { id: 'sqlite', label: 'SQLite database', detail: 'everything, with its views' },
        { id: 'json', label: 'JSON', detail: 'all views as lists of rows' },
        { id: 'csv', label: 'CSV', detail: 'the register accesses' },
      ],
      onPick: (format) => void exportAs(w, format),
    },
  });
}

async function exportAs(w: Workspace, format: string): Promise<void> {
  const { session, say } = useUi.getState();
  const known = (['sqlite', 'json', 'csv'] as const).find((f) => f === format);
  if (known === undefined) return;
  const view = known === 'csv' ? { view: 'register_access' as const } : {};
  const saved = await w.act(w.client.call('session.export', { session, format: known, ...view }));
  const text = saved === undefined ? undefined : keepFile(saved);
  if (text !== undefined) say('info', text);
}
