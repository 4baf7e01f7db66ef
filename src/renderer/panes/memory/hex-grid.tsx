/**
 * The hex view: rows of sixteen bytes in units, with characters beside them. The cursor is moved with the arrows,
 * a unit is edited by typing its digits over it; Shift extends the selection.
 */
import { useId, type KeyboardEvent, type PointerEvent, type WheelEvent } from 'react';
import { hexGroups } from '../../lib/format.ts';
import { ROW, type Piece, type Unit } from './hex-layout.ts';

export interface HexGridProps {
  readonly label: string;
  readonly piece: Piece;
  readonly top: number;
  readonly rows: number;
  readonly unit: Unit;
  /** Width of the addresses shown; 48 unless given. */
  readonly addressBits?: number;
  /** First byte of the unit the cursor is on, and the other end of the selection. */
  readonly cursor: number;
  readonly anchor: number;
  /** Digits typed over the cursor's unit; undefined while nothing is typed. */
  readonly digits: string | undefined;
  readonly differs: (address: number) => boolean;
  readonly onCursor: (address: number, extend: boolean) => void;
  readonly onScroll: (rows: number) => void;
  readonly onDigits: (digits: string | undefined) => void;
  readonly onCommit: (digits: string) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

/** Rows one notch of the wheel moves. */
const WHEEL_ROWS = 3;

export function HexGrid(props: HexGridProps) {
  const { piece, top, rows, unit, cursor, anchor, digits, addressBits = 48 } = props;
  const id = useId();
  const [from, to] = [Math.min(cursor, anchor), Math.max(cursor, anchor)];
  const cells = Array.from({ length: ROW / unit }, (_, i) => i * unit);

  const onKeyDown = (event: KeyboardEvent) => {
    props.onKey(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: unit,
      ArrowLeft: -unit,
      ArrowDown: ROW,
      ArrowUp: -ROW,
      PageDown: rows * ROW,
      PageUp: -rows * ROW,
      Home: -(cursor % ROW),
      End: ROW - unit - (cursor % ROW),
    };
    const step = steps[event.key];
    if (step !== undefined) props.onCursor(cursor + step, event.shiftKey);
    else if (/^[0-9a-f]$/i.test(event.key)) {
      const typed = (digits ?? '') + event.key.toLowerCase();
      if (typed.length === unit * 2) props.onCommit(typed);
      else props.onDigits(typed);
    } else if (event.key === 'Enter' && digits !== undefined) props.onCommit(digits);
    else if (event.key === 'Backspace' && digits !== undefined) props.onDigits(digits.slice(0, -1) || undefined);
    else if (event.key === 'Escape' && digits !== undefined) props.onDigits(undefined);
    else return;
    event.preventDefault();
  };
  const addressOf = (event: PointerEvent): number | undefined => {
    const at = event.target instanceof HTMLElement ? event.target.dataset['at'] : undefined;
    return at === undefined ? undefined : Number(at);
  };
  const point = (event: PointerEvent, extend: boolean) => {
    const at = addressOf(event);
    if (at !== undefined) props.onCursor(at, extend);
  };
  return (
    <div
      className="hex-grid mono"
      role="grid"
      aria-label={props.label}
      aria-activedescendant={`${id}-${cursor}`}
      tabIndex={0}
      data-autofocus
      onKeyDown={onKeyDown}
      onWheel={(event: WheelEvent) => props.onScroll(Math.sign(event.deltaY) * WHEEL_ROWS)}
      onPointerDown={(event) => point(event, event.shiftKey)}
      onPointerOver={(event) => {
        if (event.buttons === 1) point(event, true);
      }}
    >
      {Array.from({ length: rows }, (_, r) => top + r * ROW).map((row) => (
        <div key={row} role="row" className="hex-row">
          <span role="rowheader" className="hex-address">
            {hexGroups(row, addressBits)}
          </span>
          {cells.map((offset) => {
            const at = row + offset;
            const here = at === cursor;
            const typed = here && digits !== undefined;
            const text = typed ? digits.padEnd(unit * 2, '_') : piece.text(at, unit);
            const marks = [
              'hex-cell',
              here ? 'hex-cursor' : '',
              at >= from && at <= to ? 'hex-selected' : '',
              text.startsWith('?') ? 'hex-hole' : '',
              typed ? 'hex-typed' : '',
              unitDiffers(props.differs, at, unit) ? 'hex-differs' : '',
              offset === ROW / 2 ? 'hex-half' : '',
            ];
            return (
              <span
                key={offset}
                role="gridcell"
                id={here ? `${id}-${at}` : undefined}
                aria-selected={at >= from && at <= to}
                aria-label={here ? `${hexGroups(at, addressBits)}: ${text}` : undefined}
                data-at={at}
                className={marks.join(' ')}
              >
                {text}
              </span>
            );
          })}
          <span role="gridcell" className="hex-ascii">
            {piece.ascii(row)}
          </span>
        </div>
      ))}
    </div>
  );
}

function unitDiffers(differs: (address: number) => boolean, at: number, unit: Unit): boolean {
  for (let i = 0; i < unit; i++) if (differs(at + i)) return true;
  return false;
}
