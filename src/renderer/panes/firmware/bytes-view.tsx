/**
 * The container byte by byte: every field, name and piece of data with its place, beside the bytes themselves. What is
 * selected on one side is marked on the other.
 */
import { useMemo, useState } from 'react';
import { stretchAt, stretches } from '../../../spec/firmware/image-bytes.ts';
import type { ShownImage } from '../../engine/use-image.ts';
import { hex, plural, sizeText } from '../../lib/format.ts';
import { HexGrid } from '../memory/hex-grid.tsx';
import { Piece, ROW, rowOf, scrolled } from '../memory/hex-layout.ts';
import { useFirmwareView } from './state.ts';

/** Rows of bytes shown, and of the list (chosen; hostile images have no more entries than fit their table). */
const ROWS = 16;
const SHOWN = 3000;

export function BytesView({ image }: { readonly image: ShownImage }) {
  const { bytes, inspection } = image;
  const all = useMemo(() => stretches(bytes, inspection), [bytes, inspection]);
  const piece = useMemo(() => new Piece([{ address: 0, bytes }]), [bytes]);
  const range = useFirmwareView((s) => s.range) ?? { from: 0, to: 1 };
  const [top, setTop] = useState({ from: -1, row: 0 });
  const limit = Math.ceil(bytes.length / ROW) * ROW;
  // A range chosen elsewhere brings its first byte into view; scrolling by hand leaves it.
  const row = top.from === range.from ? top.row : scrolled(rowOf(range.from), range.from, ROWS, limit);
  const select = (from: number, to: number) => useFirmwareView.setState({ range: { from, to } });
  const here = stretchAt(all, range.from);
  return (
    <div className="firmware-bytes">
      <p className="dim" role="status">
        {here === undefined
          ? ''
          : `${hex(range.from, 4)}: ${here.name}${here.value === '' ? '' : ` = ${here.value}`}, ${plural(range.to - range.from, 'byte')} selected`}
      </p>
      <div className="firmware-hex">
        <HexGrid
          label="Bytes of the image"
          piece={piece}
          top={row}
          rows={ROWS}
          unit={1}
          addressBits={32}
          cursor={range.from}
          anchor={range.to - 1}
          digits={undefined}
          differs={() => false}
          onCursor={(address, extend) => {
            const at = Math.min(Math.max(0, address), bytes.length - 1);
            setTop({ from: at, row: scrolled(row, at, ROWS, limit) });
            if (extend) select(Math.min(at, range.from), Math.max(at + 1, range.to));
            else select(at, at + 1);
          }}
          onScroll={(rows) => setTop({ from: range.from, row: Math.max(0, Math.min(limit - ROW, row + rows * ROW)) })}
          onDigits={() => {}}
          onCommit={() => {}}
          onKey={() => {}}
        />
      </div>
      <table className="entries" aria-label="What the bytes are">
        <thead>
          <tr>
            <th scope="col">Offset</th>
            <th scope="col">Size</th>
            <th scope="col">What</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, SHOWN).map((s) => (
            <tr key={`${s.from} ${s.to} ${s.name}`} aria-selected={s === here ? true : undefined} data-kind={s.kind}>
              <td>
                <button type="button" className="link mono" onClick={() => select(s.from, s.to)}>
                  {hex(s.from, 4)}
                </button>
              </td>
              <td>{sizeText(s.to - s.from)}</td>
              <td className={s.kind === 'unused' ? 'dim' : undefined}>{s.name}</td>
              <td className="mono">{s.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > SHOWN && <p className="dim">{`${SHOWN} of ${all.length} shown`}</p>}
    </div>
  );
}
