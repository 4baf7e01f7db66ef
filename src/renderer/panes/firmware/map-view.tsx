/** The section map: the MCU's address space as a picture to scale of logarithms, and as a table. */
import { cacheModeOf, sectionFlagsText } from '../../../spec/firmware/image-format.ts';
import type { ShownImage } from '../../engine/use-image.ts';
import { hexGroups, sizeText } from '../../lib/format.ts';
import { blocksOf, heightOf, type Block } from './map.ts';
import { showBytes, useFirmwareView } from './state.ts';

const address = (value: number): string => hexGroups(value, 32);

export function MapView({ image }: { readonly image: ShownImage }) {
  const blocks = blocksOf(image.inspection.entries);
  const range = useFirmwareView((s) => s.range);
  return (
    <>
      <ol className="firmware-map" aria-label="Map of the MCU's addresses">
        {blocks.map((b) => (
          <li
            key={`${b.from} ${b.to} ${b.name}`}
            className={`map-${b.kind}`}
            style={{ minHeight: `calc(${heightOf(b).toFixed(2)} * var(--row))` }}
          >
            <span className="mono map-address">{address(b.from)}</span>
            <BlockBody block={b} selected={b.section !== undefined && b.section.fileStart === range?.from} />
          </li>
        ))}
      </ol>
      <table className="entries" aria-label="Sections by address">
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col">Section</th>
            <th scope="col">Size</th>
            <th scope="col">Flags</th>
            <th scope="col">Cache</th>
            <th scope="col">In the file</th>
            <th scope="col">Zeroed</th>
          </tr>
        </thead>
        <tbody>
          {blocks.map(({ section: s }) =>
            s === undefined ? undefined : (
              <tr key={s.offset}>
                <td className="mono">{`${address(s.vaStart)}..${address(s.vaEnd)}`}</td>
                <td className="mono">{s.name}</td>
                <td>{sizeText(s.vaEnd - s.vaStart)}</td>
                <td className="mono">{sectionFlagsText(s.flags)}</td>
                <td>{cacheModeOf(s.flags)}</td>
                <td>{sizeText(s.data.length)}</td>
                <td>{sizeText(Math.max(0, s.vaEnd - s.vaStart - s.data.length))}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </>
  );
}

function BlockBody({ block, selected }: { readonly block: Block; readonly selected: boolean }) {
  const { section, name, kind, from, to } = block;
  const size = sizeText(to - from);
  if (kind === 'gap') return <span className="dim">{`nothing, ${size}`}</span>;
  if (section === undefined) return <span>{`${name}, ${size}`}</span>;
  const [start, end] =
    section.data.length > 0 ? [section.fileStart, section.fileEnd] : [section.offset, section.offset + section.length];
  return (
    <button
      type="button"
      className="link"
      aria-pressed={selected}
      title="Shows its bytes in the file"
      onClick={() => showBytes(start, end)}
    >
      {`${name === '' ? 'section' : name}, ${size}, ${sectionFlagsText(section.flags)}`}
    </button>
  );
}
