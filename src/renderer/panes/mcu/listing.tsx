/**
 * Disassembly around an address: functions and labels, source lines, the PC, breakpoints and how often each
 * instruction was executed. F9 sets a breakpoint, G goes to an address, L names one, ; remarks on it.
 */
import { useState, type KeyboardEvent } from 'react';
import { usePoll } from '../../engine/context.tsx';
import { countText, hex, hexGroups } from '../../lib/format.ts';
import { ValueInput } from '../../components/value-input.tsx';
import { AFTER, BEFORE, linesAround, targetOf } from './lines.ts';
import { LabelForm } from './label-form.tsx';
import { showAddress, useMcu } from './actions.ts';

export interface ListingProps {
  readonly pc: number;
  readonly at: number;
  readonly onToggle: (address: number) => void;
  readonly onRunTo: (address: number) => void;
  readonly onLabel: (address: number, name: string, comment: string) => void;
}

/** Keeps the cursor's row in view. */
function reveal(row: HTMLTableRowElement | null): void {
  row?.scrollIntoView({ block: 'center' });
}

const LENGTH = BEFORE + AFTER;
const MARK_TITLES: Readonly<Record<string, string>> = {
  bound: 'Breakpoint, bound',
  pending: 'Breakpoint, pending',
  refused: 'Breakpoint, refused',
  off: 'Breakpoint, switched off',
};

export function Listing({ pc, at, onToggle, onRunTo, onLabel }: ListingProps) {
  const base = Math.max(0, (at & ~1) - BEFORE);
  const { data: bytes, error } = usePoll('debug.read', { address: base, length: LENGTH });
  const { data: points } = usePoll('debug.breakpoints', {});
  const { data: marks } = usePoll('debug.marks', { address: base, length: LENGTH });
  const { data: symbols } = usePoll('debug.symbols', {});
  const { data: recording } = usePoll('debug.recording', {});
  const recorded = (recording?.instructions ?? 0) > 0;
  const { data: counts } = usePoll('debug.counts', recorded ? { address: base, length: LENGTH } : undefined);
  // The cursor belongs to the place shown: going elsewhere puts it there.
  const [moved, setMoved] = useState({ at, cursor: at });
  const cursor = moved.at === at ? moved.cursor : at;
  const setCursor = (address: number) => setMoved({ at, cursor: address });
  const [asking, setAsking] = useState<'go' | 'label' | 'comment'>();
  const lines = bytes === undefined ? [] : linesAround(bytes, base, at & ~1);
  const targets = [...new Set(lines.flatMap((l) => targetOf(l.text) ?? []))];
  const { data: names } = usePoll('debug.names', targets.length === 0 ? undefined : { addresses: targets });
  const nameOf = new Map(targets.map((target, k) => [target, names?.[k] ?? '']));
  const broken = new Map(
    (points ?? []).filter((p) => p.breakpoint.kind === 'execute').flatMap((p) => p.addresses.map((a) => [a, p.status])),
  );
  const marked = new Map((marks ?? []).map((m) => [m.address, m]));
  const most = Math.max(1, ...(counts ?? []));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const index = lines.findIndex((l) => l.address === cursor);
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[event.key];
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (move !== undefined) {
      const next = lines[Math.min(lines.length - 1, Math.max(0, index + move))];
      if (next !== undefined) setCursor(next.address);
      if (next !== undefined && (next === lines[0] || next === lines.at(-1))) showAddress(next.address);
    } else if ((event.key === 'F9' && plain) || event.key === 'Enter') onToggle(cursor);
    else if (event.key === 'F4' && plain) onRunTo(cursor);
    else if (event.key.toLowerCase() === 'g' && plain) setAsking('go');
    else if (event.key.toLowerCase() === 'l' && plain) setAsking('label');
    else if (event.key === ';' && plain) setAsking('comment');
    else return;
    event.preventDefault();
  };
  return (
    <div className="mcu-listing" role="region" aria-label="Disassembly" tabIndex={0} onKeyDown={onKeyDown}>
      {asking === 'go' && (
        <ValueInput
          label="Go to address"
          value={BigInt(at)}
          context={{ bits: 32 }}
          onCommit={(value) => {
            showAddress(Number(value));
            setAsking(undefined);
          }}
          onCancel={() => setAsking(undefined)}
        />
      )}
      {(asking === 'label' || asking === 'comment') && (
        <LabelForm
          key={`${asking} ${cursor}`}
          address={cursor}
          first={asking}
          onDone={(name, comment) => {
            setAsking(undefined);
            onLabel(cursor, name, comment);
          }}
          onCancel={() => setAsking(undefined)}
        />
      )}
      {error !== undefined && <p className="problem">{error}</p>}
      <table className="mcu-lines">
        <caption className="hidden-text">Instructions around {hex(at, 8)}</caption>
        {lines.map((line) => {
          const mark = marked.get(line.address);
          const file = mark?.file === undefined ? undefined : symbols?.files[mark.file];
          const count = counts?.[(line.address - base) >>> 1] ?? 0;
          const status = broken.get(line.address);
          return (
            <tbody key={line.address}>
              {mark?.name !== undefined && (
                <tr className="mcu-name">
                  <td />
                  <td colSpan={4} className="mono">
                    {mark.name}:
                  </td>
                </tr>
              )}
              {file !== undefined && mark?.line !== undefined && (
                <tr className="mcu-line">
                  <td />
                  <td colSpan={4}>
                    <button
                      type="button"
                      className="link"
                      onClick={() =>
                        useMcu.setState({ view: 'source', source: { file: mark.file ?? 0, line: mark.line ?? 1 } })
                      }
                    >
                      {`${file.name}:${mark.line}`}
                    </button>
                    {mark.inlined !== undefined && ` in ${mark.inlined.join(' › ')}`}
                  </td>
                </tr>
              )}
              <tr
                ref={line.address === cursor ? reveal : undefined}
                className={line.address === pc ? 'mcu-pc' : line.address === cursor ? 'mcu-cursor' : undefined}
                onClick={() => setCursor(line.address)}
                onDoubleClick={() => onToggle(line.address)}
              >
                <td className="mcu-mark">
                  <button
                    type="button"
                    tabIndex={-1}
                    className={status === undefined ? 'mcu-break' : `mcu-break mcu-break-${status}`}
                    aria-label={`Breakpoint at ${hex(line.address, 8)}`}
                    aria-pressed={status !== undefined}
                    title={status === undefined ? undefined : MARK_TITLES[status]}
                    onClick={() => onToggle(line.address)}
                  >
                    {status === undefined ? '·' : status === 'bound' ? '●' : '○'}
                  </button>
                </td>
                <td className="mono mcu-address">
                  {line.address === pc && <span className="hidden-text">Program counter: </span>}
                  {hexGroups(line.address, 32)}
                </td>
                <td className="mono mcu-word">{line.word.toString(16).padStart(line.length * 2, '0')}</td>
                <td className={recorded ? 'mcu-heat' : undefined}>
                  {recorded && count > 0 && (
                    <span title={`executed ${countText(count)} times`}>
                      <span className="mcu-heat-bar" style={{ width: `${4 + (count / most) * 20}px` }} />
                      <span className="mono">{countText(count)}</span>
                    </span>
                  )}
                </td>
                <td className="mono">
                  {line.text}
                  <Target address={targetOf(line.text)} names={nameOf} />
                  {mark?.comment !== undefined && <span className="mcu-comment">{` ; ${mark.comment}`}</span>}
                </td>
              </tr>
            </tbody>
          );
        })}
      </table>
      {lines.length === 0 && error === undefined && <p className="quiet">Nothing is mapped at {hex(at, 8)}.</p>}
    </div>
  );
}

/** The name of what an instruction leads to; a link to it. */
function Target({ address, names }: { readonly address: number | undefined; readonly names: Map<number, string> }) {
  const name = address === undefined ? undefined : names.get(address);
  if (address === undefined || name === undefined || name === '') return undefined;
  return (
    <button type="button" tabIndex={-1} className="link mcu-target" onClick={() => showAddress(address)}>
      {name}
    </button>
  );
}
