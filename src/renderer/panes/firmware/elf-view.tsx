/** A linked ELF file: its segments and symbols; the bench makes an image of it when it is loaded. */
import { useMemo } from 'react';
import { PT_LOAD, readElf, type ElfFile } from '../../../formats/elf.ts';
import { Facts } from '../../components/facts.tsx';
import { messageOf } from '../../lib/errors.ts';
import { hex, plural, sizeText } from '../../lib/format.ts';

/** Symbols listed (chosen); the line below says how many there are. */
const SHOWN_SYMBOLS = 200;

export function ElfView({ bytes, name }: { readonly bytes: Uint8Array; readonly name: string }) {
  const read = useMemo(() => tryRead(bytes), [bytes]);
  if (typeof read === 'string') {
    return (
      <p className="state-fault" role="status">
        {read}
      </p>
    );
  }
  const segments = read.segments.filter((s) => s.type === PT_LOAD && s.memSize > 0);
  const symbols = read.symbols.filter((s) => s.name !== '').toSorted((a, b) => a.value - b.value);
  return (
    <>
      <h2 className="section-title">{name}</h2>
      <Facts
        label="ELF header"
        facts={[
          ['size', sizeText(bytes.length)],
          ['entry', hex(read.entry, 8), 'mono'],
        ]}
      />
      <h3 className="section-title">{plural(segments.length, 'segment')}</h3>
      <table className="entries" aria-label="Segments">
        <tbody>
          {segments.map((s) => (
            <tr key={s.vaddr}>
              <td className="mono">{`${hex(s.vaddr, 8)}..${hex(s.vaddr + s.memSize, 8)}`}</td>
              <td className="mono">{`${(s.flags & 4) !== 0 ? 'R' : ''}${(s.flags & 2) !== 0 ? 'W' : ''}${(s.flags & 1) !== 0 ? 'X' : ''}`}</td>
              <td>{sizeText(s.fileSize)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3 className="section-title">{plural(symbols.length, 'symbol')}</h3>
      <table className="entries" aria-label="Symbols">
        <tbody>
          {symbols.slice(0, SHOWN_SYMBOLS).map((s) => (
            <tr key={`${s.value} ${s.name}`}>
              <td className="mono">{hex(s.value, 8)}</td>
              <td className="mono">{s.name}</td>
              <td>{sizeText(s.size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {symbols.length > SHOWN_SYMBOLS && (
        <p className="dim">
          {SHOWN_SYMBOLS} of {symbols.length} shown
        </p>
      )}
    </>
  );
}

function tryRead(bytes: Uint8Array): ElfFile | string {
  try {
    return readElf(bytes);
  } catch (error) {
    return messageOf(error);
  }
}
