/** Opening and replaying captures, from the start page, the palette, the Sessions pane and the Captures pane. */
import { create } from 'zustand';
import type { CaptureVerdict } from '../../../protocol/capture.ts';
import { boot } from '../../engine/actions.ts';
import { plural } from '../../lib/format.ts';
import { useUi } from '../../state/ui.ts';
import type { Workspace } from '../../workspace.ts';
import { captureCandidates, pickCapture, readCandidate, type Candidate, type ChosenFile } from './files.ts';

/** Grows whenever the list of captures may differ. */
export const useCaptures = create<{ readonly version: number; readonly replaying: string | undefined }>(() => ({
  version: 0,
  replaying: undefined,
}));

const changed = (): void => useCaptures.setState(({ version }) => ({ version: version + 1 }));

/** Asks for a folder or for files, opens the capture in it and replays it. */
export async function openCapture(w: Workspace, what: 'folder' | 'files' = 'folder'): Promise<void> {
  const chosen = await pickCapture(what);
  if (chosen !== undefined) await takeFiles(w, chosen);
}

/** Opens and replays the capture among files; where there are several, the person chooses. */
export async function takeFiles(w: Workspace, files: readonly ChosenFile[]): Promise<void> {
  const found = captureCandidates(files);
  const [only] = found;
  const { say, show } = useUi.getState();
  if (only === undefined) {
    say('error', `There is no capture among the ${plural(files.length, 'file')}: a capture has a run.json.`);
  } else if (found.length === 1) {
    await take(w, only);
  } else {
    show({
      kind: 'pick',
      pick: {
        title: 'Open a capture',
        entries: found.map((c, i) => ({ id: String(i), label: c.name, detail: plural(c.files.length, 'file') })),
        onPick: (id) => {
          const picked = found[Number(id)];
          if (picked !== undefined) void take(w, picked);
        },
      },
    });
  }
}

async function take(w: Workspace, candidate: Candidate): Promise<void> {
  const { client } = w;
  const entry = await w.act(
    readCandidate(candidate).then((files) => client.call('capture.open', { name: candidate.name, files })),
  );
  changed();
  if (entry === undefined) return;
  w.layout.show('captures');
  const status = await w.live.ask();
  if (status?.booted !== true) await boot(w);
  await replayCapture(w, entry.id);
}

export async function replayCapture(w: Workspace, id: string): Promise<CaptureVerdict | undefined> {
  useCaptures.setState({ replaying: id });
  changed();
  const verdict = await w.act(w.client.call('capture.replay', { id }));
  useCaptures.setState({ replaying: undefined });
  changed();
  return verdict;
}

export async function cancelReplay(w: Workspace): Promise<void> {
  await w.act(w.client.call('capture.cancel', {}));
  changed();
}

export async function closeCapture(w: Workspace, id: string): Promise<void> {
  await w.act(w.client.call('capture.close', { id }));
  changed();
}
