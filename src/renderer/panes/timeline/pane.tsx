/** The timeline: tracks of the session over virtual time, on a canvas, with words beside it for those who do not see it. */
import { Maximize2, Rows3, ZoomIn, ZoomOut } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { LIVE } from '../../../protocol/window.ts';
import { Empty } from '../../components/empty.tsx';
import { useClient, useEngine, useStatus } from '../../engine/context.tsx';
import { Tool } from '../../shell/tool.tsx';
import { select, useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';
import { showLog } from '../access-log/state.ts';
import { logPlaceOf, selectionOf } from './links.ts';
import { MarkTable } from './mark-table.tsx';
import { TimelineModel } from './model.ts';
import { TrackArea } from './track-area.tsx';
import { TrackStore } from './track-store.ts';

export default function TimelinePane() {
  const session = useUi((s) => s.session);
  return <Timeline key={session} session={session} />;
}

function Timeline({ session }: { readonly session: string }) {
  const client = useClient();
  const { layout } = useWorkspace();
  const { live } = useEngine();
  const [store] = useState(() => new TrackStore(client, session));
  const [model] = useState(
    () =>
      new TimelineModel(store, (picked) => {
        const track = store.list().tracks.find((t) => t.id === picked?.track);
        if (picked?.mark.n === 1 && track !== undefined) select(selectionOf(track, picked.mark, session));
      }),
  );
  const list = useSyncExternalStore(store.subscribe, store.list);
  const failed = useSyncExternalStore(store.subscribe, store.error);
  const [table, setTable] = useState(false);
  // Before the first bench there is no session to ask; one that was lost still has its own.
  const none = useStatus() === undefined && live.lost() === undefined && session === LIVE;

  useEffect(() => {
    store.refresh();
    return live.subscribe(() => store.refresh());
  }, [store, live]);
  useEffect(() => {
    model.listChanged();
    return store.subscribe(() => model.listChanged());
  }, [store, model]);

  if (list.tracks.length === 0) {
    return (
      <Empty command="bench.boot">
        {failed === undefined || none ? 'Nothing is recorded yet. A boot fills the timeline.' : failed}
      </Empty>
    );
  }
  const toLog = () => {
    const track = list.tracks.find((t) => t.id === model.picked?.track);
    if (model.picked === undefined || track === undefined) {
      useUi.getState().say('info', 'Select a mark first: click it, or step to it with . and ,');
      return;
    }
    const place = logPlaceOf(track, model.picked.mark);
    showLog(place);
    layout.show(place.pane);
  };
  return (
    <>
      <div className="pane-bar">
        <Tool icon={ZoomIn} name="Zoom in" keys="W" onClick={() => model.key('w')} />
        <Tool icon={ZoomOut} name="Zoom out" keys="S" onClick={() => model.key('s')} />
        <Tool icon={Maximize2} name="Fit everything" keys="Home" onClick={() => model.fitAll()} />
        <Tool icon={Rows3} name="Show as a table" pressed={table} onClick={() => setTable(!table)} />
        <button type="button" className="button button-small" onClick={toLog}>
          Show in the log
        </button>
        <Words model={model} />
      </div>
      {table ? (
        <MarkTable model={model} store={store} tracks={list.tracks} onOpen={toLog} />
      ) : (
        <TrackArea model={model} store={store} onOpen={toLog} />
      )}
    </>
  );
}

/** Milliseconds of rest before the words change: screen readers are not flooded while somebody pans. */
const SAY_AFTER_MS = 250;

function Words({ model }: { readonly model: TimelineModel }) {
  const [words, setWords] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setWords(model.words()), SAY_AFTER_MS);
    };
    later();
    const stop = model.subscribe(later);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [model]);
  return (
    <p className="timeline-words" role="status" aria-label="Timeline position">
      {words}
    </p>
  );
}
