/** Disassembly around an address with the PC and breakpoints; click or F9 sets one, G goes to an address. */
import { useState, type KeyboardEvent } from 'react';
import { usePoll } from '../../engine/context.tsx';
import { hex, hexGroups } from '../../lib/format.ts';
import { ValueInput } from '../../components/value-input.tsx';
import { AFTER, BEFORE, linesAround } from './lines.ts';
import { useMcu } from './actions.ts';

export interface ListingProps {
  readonly pc: number;
  readonly at: number;
  readonly onToggle: (address: number) => void;
}

/** Keeps the cursor's row in view. */
function reveal(row: HTMLTableRowElement | null): void {
  row?.scrollIntoView({ block: 'center' });
}

export function Listing({ pc, at, onToggle }: ListingProps) {
  const base = Math.max(0, (at & ~1) - BEFORE);
  const { data: bytes, error } = usePoll('debug.read', { address: base, length: BEFORE + AFTER });
  const { data: points } = usePoll('debug.breakpoints', {});
  // The cursor belongs to the place shown: going elsewhere puts it there.
  const [moved, setMoved] = useState({ at, cursor: at });
  const cursor = moved.at === at ? moved.cursor : at;
  const setCursor = (address: number) => setMoved({ at, cursor: address });
  const [going, setGoing] = useState(false);
  const lines = bytes === undefined ? [] : linesAround(bytes, base, at & ~1);
  const broken = new Set(points?.filter((p) => p.breakpoint.kind === 'execute').map((p) => p.breakpoint.address));
  const onKeyDown = (event: KeyboardEvent) => {
    const index = lines.findIndex((l) => l.address === cursor);
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[event.key];
    if (move !== undefined) {
      const next = lines[Math.min(lines.length - 1, Math.max(0, index + move))];
      if (next !== undefined) setCursor(next.address);
      if (next !== undefined && (next === lines[0] || next === lines.at(-1))) useMcu.setState({ at: next.address });
      event.preventDefault();
    } else if (event.key === 'F9' || event.key === 'Enter') {
      onToggle(cursor);
      event.preventDefault();
    } else if (event.key.toLowerCase() === 'g' && !event.ctrlKey && !event.metaKey) {
      setGoing(true);
      event.preventDefault();
    }
  };
  return (
    <div className="mcu-listing" role="region" aria-label="Disassembly" tabIndex={0} onKeyDown={onKeyDown}>
      {going && (
        <ValueInput
          label="Go to address"
          value={BigInt(at)}
          context={{ bits: 32 }}
          onCommit={(value) => {
            useMcu.setState({ at: Number(value) & ~1 });
            setGoing(false);
          }}
          onCancel={() => setGoing(false)}
        />
      )}
      {error !== undefined && <p className="problem">{error}</p>}
      <table className="mcu-lines">
        <caption className="hidden-text">Instructions around {hex(at, 8)}</caption>
        <tbody>
          {lines.map((line) => (
            <tr
              key={line.address}
              ref={line.address === cursor ? reveal : undefined}
              className={line.address === pc ? 'mcu-pc' : line.address === cursor ? 'mcu-cursor' : undefined}
              onClick={() => setCursor(line.address)}
              onDoubleClick={() => onToggle(line.address)}
            >
              <td className="mcu-mark">
                <button
                  type="button"
                  tabIndex={-1}
                  className={broken.has(line.address) ? 'mcu-break mcu-break-on' : 'mcu-break'}
                  aria-label={`Breakpoint at ${hex(line.address, 8)}`}
                  aria-pressed={broken.has(line.address)}
                  onClick={() => onToggle(line.address)}
                >
                  {broken.has(line.address) ? '●' : '·'}
                </button>
              </td>
              <td className="mono mcu-address">
                {line.address === pc && <span className="hidden-text">Program counter: </span>}
                {hexGroups(line.address, 32)}
              </td>
              <td className="mono mcu-word">{line.word.toString(16).padStart(line.length * 2, '0')}</td>
              <td className="mono">{line.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lines.length === 0 && error === undefined && <p className="quiet">Nothing is mapped at {hex(at, 8)}.</p>}
    </div>
  );
}
