/** The time slider: drag it or use the arrows, snapshots and markers are marks on it. It goes there when let go. */
import { useState } from 'react';
import type { Marker } from '../../../protocol/history.ts';
import { timeText } from '../../lib/format.ts';
import type { Snapshot } from './tree.ts';

export interface SliderProps {
  readonly nowNs: number;
  /** Last instant that can be reached. */
  readonly lastNs: number;
  readonly snapshots: readonly Snapshot[];
  readonly markers: readonly Marker[];
  readonly onSeek: (timeNs: number) => void;
}

/** Steps of the arrow keys over the whole length (chosen). */
const STEPS = 1000;

export function Slider({ nowNs, lastNs, snapshots, markers, onSeek }: SliderProps) {
  const [dragged, setDragged] = useState<number>();
  const shown = dragged ?? nowNs;
  const go = () => {
    if (dragged !== undefined) onSeek(dragged);
    setDragged(undefined);
  };
  const left = (timeNs: number) => ({ left: `${(100 * timeNs) / Math.max(1, lastNs)}%` });
  return (
    <div className="history-slider">
      <output className="mono">{timeText(shown)}</output>
      <div className="history-track">
        <input
          type="range"
          aria-label="Time"
          aria-valuetext={timeText(shown)}
          min={0}
          max={lastNs}
          step={Math.max(1, Math.floor(lastNs / STEPS))}
          value={shown}
          onChange={(event) => setDragged(Number(event.target.value))}
          onPointerUp={go}
          onKeyUp={(event) => {
            if (event.key !== 'Tab' && event.key !== 'Shift') go();
          }}
          onBlur={() => setDragged(undefined)}
        />
        <div className="history-marks" aria-hidden>
          {snapshots.map((s) => (
            <span key={s.id} className="history-mark" style={left(s.timeNs)} title={s.label} />
          ))}
          {markers.map((m) => (
            <span key={m.id} className="history-mark history-note" style={left(m.timeNs)} title={m.text} />
          ))}
          <span className="history-mark history-now" style={left(nowNs)} />
        </div>
      </div>
      <span className="mono dim">{timeText(lastNs)}</span>
    </div>
  );
}
