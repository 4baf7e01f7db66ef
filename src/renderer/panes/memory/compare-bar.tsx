/** Keeps pieces of memory under names and steps through what differs from them now. */
import { Camera, ChevronDown, ChevronUp, Trash2 } from 'lucide-react';
import { plural } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { jump, type MemoryPlace } from './place.ts';
import { forget, keep, rename, useKept } from './use-compare.ts';

export interface CompareBarProps {
  /** What "keep" keeps begins here. */
  readonly at: MemoryPlace;
  /** Runs that differ; undefined while this space is not compared. */
  readonly count: number | undefined;
  readonly onNext: () => void;
  readonly onPrevious: () => void;
}

export function CompareBar({ at, count, onNext, onPrevious }: CompareBarProps) {
  const w = useWorkspace();
  const { kept, compared } = useKept();
  const entry = kept.find((k) => k.id === compared);
  return (
    <div className="pane-bar memory-low" role="toolbar" aria-label="Compare memory">
      <Tool icon={Camera} name="Keep 64 KiB from the first row on" onClick={() => void keep(w, at)}>
        Keep
      </Tool>
      <select
        aria-label="Compare with"
        value={compared ?? ''}
        onChange={(event) => {
          const id = event.target.value === '' ? undefined : event.target.value;
          useKept.setState({ compared: id });
          const found = kept.find((k) => k.id === id);
          if (found !== undefined) jump(found.place);
        }}
      >
        <option value="">compare with nothing</option>
        {kept.map((k) => (
          <option key={k.id} value={k.id}>
            {k.name}
          </option>
        ))}
      </select>
      {entry !== undefined && (
        <>
          <input
            type="text"
            aria-label="Name of what was kept"
            className="memory-name"
            value={entry.name}
            onChange={(event) => rename(entry.id, event.target.value)}
          />
          <Tool icon={Trash2} name="Forget it" onClick={() => forget(entry.id)} />
          <Tool icon={ChevronUp} name="Previous difference" keys="Shift+F7" disabled={!count} onClick={onPrevious} />
          <Tool icon={ChevronDown} name="Next difference" keys="F7" disabled={!count} onClick={onNext} />
          <output className="dim">
            {count === undefined ? 'another space is shown' : plural(count, 'difference')}
          </output>
        </>
      )}
    </div>
  );
}
