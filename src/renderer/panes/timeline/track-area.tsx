/** Track names at the left, the canvas at the right; the keys. painter.ts draws. */
import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useRef, useSyncExternalStore, type KeyboardEvent } from 'react';
import { useRowHeight } from '../../components/row-height.ts';
import { AXIS_PX } from './draw.ts';
import type { TimelineModel } from './model.ts';
import { Painter } from './painter.ts';
import type { TrackStore } from './track-store.ts';

export interface TrackAreaProps {
  readonly model: TimelineModel;
  readonly store: TrackStore;
  /** Enter on a mark. */
  readonly onOpen: () => void;
}

export function TrackArea({ model, store, onOpen }: TrackAreaProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const rowHeight = useRowHeight();
  const rows = useSyncExternalStore(model.subscribe, model.rows);
  useEffect(() => {
    if (scroller.current === null || canvas.current === null) return undefined;
    const painter = new Painter({ model, store, scroller: scroller.current, canvas: canvas.current, rowHeight });
    return () => painter.dispose();
  }, [model, store, rowHeight]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    if (event.key === 'Enter') onOpen();
    else if (!model.key(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className="timeline"
      ref={scroller}
      role="application"
      aria-label="Timeline"
      aria-roledescription="timeline"
      aria-describedby="timeline-keys"
      aria-keyshortcuts="W S A D . , [ ] F R Escape Enter"
      tabIndex={0}
      data-autofocus
      onKeyDown={onKeyDown}
    >
      <p id="timeline-keys" className="hidden-text">
        W and S zoom, A and D pan, arrows up and down change the track, full stop and comma go to the next and previous
        mark, the brackets to the next and previous row of the same job on any track, F fits it, R makes an area of it,
        Enter shows it in the log, Escape clears.
      </p>
      <div className="timeline-names" style={{ paddingTop: AXIS_PX }}>
        {rows.map((row) =>
          row.track === undefined ? (
            <button
              key={`group ${row.label}`}
              type="button"
              className="timeline-group"
              style={{ height: rowHeight }}
              aria-expanded={row.open}
              onClick={() => model.toggle(row.label)}
            >
              {row.open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
              {row.label}
            </button>
          ) : (
            <TrackName key={row.track.id} model={model} id={row.track.id} label={row.label} height={rowHeight} />
          ),
        )}
      </div>
      <canvas ref={canvas} className="timeline-canvas" aria-hidden />
    </div>
  );
}

interface TrackNameProps {
  readonly model: TimelineModel;
  readonly id: string;
  readonly label: string;
  readonly height: number;
}

function TrackName({ model, id, label, height }: TrackNameProps) {
  const active = useSyncExternalStore(model.subscribe, () => model.activeTrack === id);
  return (
    <button
      type="button"
      className="timeline-name"
      tabIndex={-1}
      aria-pressed={active}
      style={{ height }}
      onClick={() => model.activate(id)}
      title={label}
    >
      {label}
    </button>
  );
}
