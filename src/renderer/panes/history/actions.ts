/** Going back and forth in the history of the bench. Whatever is left behind is kept as a snapshot first. */
import { timeText } from '../../lib/format.ts';
import { useUi } from '../../state/ui.ts';
import type { Workspace } from '../../workspace.ts';
import { snapshotAhead } from './tree.ts';

export interface HistoryActions {
  /** To an instant of this branch, or the snapshot nearest to one that lies ahead. */
  seek(timeNs: number): Promise<void>;
  stepBack(what: 'access' | 'event'): Promise<void>;
  /** To the newest snapshot that lies ahead. */
  forward(): Promise<void>;
  restore(id: number): Promise<void>;
}

/** Labels that begin so are taken by the bench itself. */
const AUTOMATIC = 'before ';

export function historyActions(w: Workspace): HistoryActions {
  const { client } = w;
  const restore = async (id: number) => {
    await w.act(client.call('snapshot.restore', { id }));
  };
  const ahead = async (wanted: number) => {
    const now = w.live.status()?.timeNs ?? 0;
    const list = await w.act(client.call('snapshot.list', {}));
    const found = snapshotAhead(list ?? [], now, wanted);
    if (found !== undefined) await restore(found.id);
    else useUi.getState().say('info', 'There is no snapshot ahead. Let time pass to go on.');
  };
  /** Leaves the present as a snapshot; one of the same instant may lack what was poked since. */
  const leave = (what: string) => client.call('snapshot.take', { label: `${AUTOMATIC}${what}` });
  const back = async (what: string, go: () => Promise<unknown>) => {
    await w.act(leave(what).then(go));
  };
  return {
    restore,
    seek: async (timeNs) => {
      const now = w.live.status()?.timeNs ?? 0;
      if (timeNs > now) await ahead(timeNs);
      else if (timeNs < now) {
        await back(`going back to ${timeText(timeNs)}`, () => client.call('history.seek', { timeNs }));
      }
    },
    stepBack: (what) => back(`the last ${what}`, () => client.call('history.stepBack', { what })),
    forward: () => ahead(Infinity),
  };
}
