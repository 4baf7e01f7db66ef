/** The marks of one track in view as a table: the same as the canvas, to be read line by line. */
import { useEffect, useSyncExternalStore } from 'react';
import type { TimelineMark, TimelineTrack } from '../../../protocol/window.ts';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { countText, timeText } from '../../lib/format.ts';
import type { TimelineModel } from './model.ts';
import { spanText } from './scale.ts';
import type { TrackStore } from './track-store.ts';

const COLUMNS: readonly Column<TimelineMark>[] = [
  { id: 'from', title: 'From', width: 170, mono: true, align: 'right', text: (m) => timeText(m.fromNs) },
  { id: 'length', title: 'Length', width: 100, mono: true, align: 'right', text: (m) => spanText(m.toNs - m.fromNs) },
  { id: 'rows', title: 'Rows', width: 80, mono: true, align: 'right', text: (m) => countText(m.n) },
  { id: 'bad', title: 'Fault', width: 60, text: (m) => (m.bad === true ? 'fault' : '') },
  {
    id: 'what',
    title: 'What',
    width: 420,
    mono: true,
    text: (m) => (m.n > 1 ? 'several; zoom in to part them' : m.label),
  },
];
/** Pixels the table asks marks for, as if it were a screen. */
const AS_WIDE_AS = 1000;

export interface MarkTableProps {
  readonly model: TimelineModel;
  readonly store: TrackStore;
  readonly tracks: readonly TimelineTrack[];
  readonly onOpen: () => void;
}

export function MarkTable({ model, store, tracks, onOpen }: MarkTableProps) {
  useSyncExternalStore(model.subscribe, model.version);
  const track = model.activeTrack ?? tracks[0]?.id ?? '';
  const { view } = model;
  useEffect(() => store.want(view, AS_WIDE_AS, [track]), [store, view, track]);
  const data = useSyncExternalStore(store.subscribe, () => store.data(track));
  const marks = (data?.marks ?? []).filter((m) => m.toNs >= view.fromNs && m.fromNs <= view.toNs);
  const at = marks.findIndex((m) => m.key === model.picked?.mark.key && model.picked.track === track);
  return (
    <div className="timeline-table">
      <label className="pane-bar">
        Track
        <select value={track} onChange={(e) => model.activate(e.target.value)}>
          {tracks.map((t) => (
            <option key={t.id} value={t.id}>
              {t.group}: {t.label}
            </option>
          ))}
        </select>
      </label>
      <VirtualTable
        label="Marks in view"
        columns={COLUMNS}
        count={marks.length}
        rowAt={(i) => marks[i]}
        keyOf={(m, i) => `${i} ${m.key}`}
        selected={at < 0 ? undefined : at}
        onSelect={(_, m) => m !== undefined && model.pick(track, m)}
        onActivate={onOpen}
        onKey={(e) => {
          if (['w', 's', 'a', 'd', 'f'].includes(e.key) && !e.ctrlKey && !e.metaKey && model.key(e.key))
            e.preventDefault();
        }}
        empty="No marks of this track in view."
      />
    </div>
  );
}
