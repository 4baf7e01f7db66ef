/** Opening, saving and exporting sessions, from commands and from the Sessions pane. */
import type { Result } from '../../protocol/messages.ts';
import { logView } from '../../protocol/window.ts';
import { keepFile } from '../lib/files.ts';
import { sizeText } from '../lib/format.ts';
import { useUi } from '../state/ui.ts';
import type { Workspace } from '../workspace.ts';

export type OpeningPlace = NonNullable<Result<'session.open'>['opensAt']>;

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
  ui.viewSession({ ...opened, session: opened.session });
  if (opened.problems.length > 0) ui.say('warning', `${opened.name}: ${opened.problems.join('; ')}`);
  if (opened.opensAt !== undefined) goToPlace(w, opened.opensAt);
  w.layout.show('sessions');
}

/** Shows the place that matters in a session: the sender's marker, or the last fault. */
export function goToPlace(w: Workspace, place: OpeningPlace | undefined): void {
  const view = logView.safeParse(place?.view);
  if (!view.success || place === undefined) return;
  useUi.getState().showLog({ view: view.data, text: '', key: place.key });
  w.layout.show('log');
}

export async function saveSession(w: Workspace): Promise<void> {
  const { session, say } = useUi.getState();
  const name = w.live.status()?.session ?? 'session';
  const saved = await w.act(w.client.call('session.saveAs', { session, name: name.replace(/\.tyrsession$/, '') }));
  const text = saved === undefined ? undefined : keepFile(saved);
  if (text !== undefined) say('info', text);
}
