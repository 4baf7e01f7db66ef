/** The Memory pane: any address of any space, edited in place, searched, compared, and translated. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Empty } from '../../components/empty.tsx';
import { useRowHeight } from '../../components/row-height.ts';
import { usePoll, useStatus } from '../../engine/context.tsx';
import { hexGroups } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';
import { AddressBar } from './address-bar.tsx';
import { CompareBar } from './compare-bar.tsx';
import { FindBar } from './find-bar.tsx';
import { HexGrid } from './hex-grid.tsx';
import { Piece, ROW, nextDifference, rowOf, scrolled, unitBytes, type Unit } from './hex-layout.ts';
import { jump, spaceText, topOf, useMemory } from './place.ts';
import { useDifferences } from './use-compare.ts';
import { WalkView } from './walk-view.tsx';

export default function MemoryPane() {
  const status = useStatus();
  if (status === undefined || !status.powered) {
    return <Empty command="bench.boot">There is no machine yet. Boot the demo to look into its memory.</Empty>;
  }
  return <Powered />;
}

/** Where the pane stands since the last jump. */
interface View {
  readonly jumps: number;
  readonly top: number;
  readonly cursor: number;
  readonly anchor: number;
  readonly digits: string | undefined;
}

function Powered() {
  const w = useWorkspace();
  const { place, jumps } = useMemory();
  const [unit, setUnit] = useState<Unit>(4);
  const box = useRef<HTMLDivElement>(null);
  const addressField = useRef<HTMLInputElement>(null);
  const rows = useRows(box);
  const [moved, setMoved] = useState<View>();
  const start = (): View => {
    const cursor = place.address - (place.address % unit);
    return { jumps, top: rowOf(cursor), cursor, anchor: cursor, digits: undefined };
  };
  const view = moved?.jumps === jumps ? moved : start();
  const { top, cursor, anchor, digits } = view;
  const limit = topOf(place);
  const space = { space: place.space, number: place.number };
  const { data, error } = usePoll('memory.view', { ...space, address: top, length: rows * ROW });
  const piece = new Piece(data ?? []);
  const { entry, list } = useDifferences();
  const compares = entry?.place.space === place.space && entry.place.number === place.number;
  const differs = (at: number) => compares && list.some((d) => d.from <= at && at < d.to);

  const move = (to: number, extend: boolean) => {
    const at = Math.max(0, Math.min(to, limit - unit));
    const next = at - (at % unit);
    setMoved({
      jumps,
      top: scrolled(top, next, rows, limit),
      cursor: next,
      anchor: extend ? anchor : next,
      digits: undefined,
    });
  };
  const scroll = (by: number) => {
    const to = Math.max(0, Math.min(top + by * ROW, limit - rows * ROW));
    setMoved({ ...view, jumps, top: to });
  };
  const commit = async (typed: string) => {
    const bytes = unitBytes(typed, unit);
    await w.act(w.client.call('memory.edit', { ...space, address: cursor, bytes }));
    move(cursor + unit, false);
  };
  const [from, to] = [Math.min(cursor, anchor), Math.max(cursor, anchor) + unit];
  const copy = () => void navigator.clipboard.writeText(piece.hex(from, to));
  const difference = (backwards: boolean) => {
    const next = compares ? nextDifference(list, cursor, backwards) : undefined;
    if (next !== undefined) jump({ ...space, address: next.from });
  };
  const onKey = (event: KeyboardEvent) => {
    const mod = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (key === 'g' && !mod && !event.altKey) addressField.current?.select();
    else if (key === 'c' && mod) copy();
    else if (event.key === 'F7') difference(event.shiftKey);
    else return;
    if (key === 'g') addressField.current?.focus();
    event.preventDefault();
  };
  return (
    <div className="pane memory">
      <AddressBar
        field={addressField}
        place={{ ...place, address: cursor }}
        unit={unit}
        onUnit={setUnit}
        onCopy={copy}
        selected={to - from}
      />
      <div className="memory-body">
        <div className="memory-main" ref={box}>
          {error !== undefined && <p className="problem">{error}</p>}
          <HexGrid
            label={`Memory, ${spaceText(place)}`}
            piece={piece}
            top={top}
            rows={rows}
            unit={unit}
            cursor={cursor}
            anchor={anchor}
            digits={digits}
            differs={differs}
            onCursor={move}
            onScroll={scroll}
            onDigits={(typed) => setMoved({ ...view, jumps, anchor: cursor, digits: typed })}
            onCommit={(typed) => void commit(typed)}
            onKey={onKey}
          />
        </div>
        <WalkView place={{ ...place, address: cursor }} piece={piece} />
      </div>
      <FindBar from={{ ...place, address: cursor }} />
      <CompareBar
        at={{ ...place, address: top }}
        count={compares ? list.length : undefined}
        onNext={() => difference(false)}
        onPrevious={() => difference(true)}
      />
      <p className="hidden-text" aria-live="polite">
        {`${hexGroups(cursor, 48)}: ${piece.text(cursor, unit)}`}
      </p>
    </div>
  );
}

/** Rows that fit into the element. */
function useRows(box: React.RefObject<HTMLDivElement | null>): number {
  const height = useRowHeight();
  const [rows, setRows] = useState(16);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      setRows(Math.max(4, Math.floor(element.clientHeight / height)));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, height]);
  return rows;
}
