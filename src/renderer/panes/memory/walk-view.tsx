/** The cursor's address in words: the values that begin there, and the walk of page tables that translates it. */
import { usePoll } from '../../engine/context.tsx';
import { hex, hexGroups, sizeText } from '../../lib/format.ts';
import { AddressLink } from './address-link.tsx';
import type { Piece } from './hex-layout.ts';
import type { MemoryPlace } from './place.ts';
import { decodeWalk, type Walk } from './walk.ts';

export function WalkView({ place, piece }: { readonly place: MemoryPlace; readonly piece: Piece }) {
  const { data, error } = usePoll('memory.walk', place.space === 'physical' ? undefined : { ...place });
  const walk = data === undefined ? undefined : decodeWalk(data, place.address);
  return (
    <div className="memory-side">
      <table className="memory-values">
        <caption>At {hexGroups(place.address, 48)}</caption>
        <tbody>
          {valuesAt(piece, place.address).map(([name, text]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="mono">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {place.space === 'physical' && <p className="dim">A physical address is not translated.</p>}
      {error !== undefined && <p className="problem">{error}</p>}
      {place.space !== 'physical' && error === undefined && data === undefined && (
        <p className="dim">
          This space translates nothing now. A sleeping device takes address spaces away; the VM itself can still be
          looked at.
        </p>
      )}
      {walk !== undefined && <Levels walk={walk} />}
    </div>
  );
}

function Levels({ walk }: { readonly walk: Walk }) {
  const physical = (address: number) => ({ space: 'physical', number: 0, address }) as const;
  return (
    <>
      <table className="memory-walk">
        <caption>Page walk</caption>
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Index</th>
            <th scope="col">Entry at</th>
            <th scope="col">Entry</th>
            <th scope="col">Is</th>
          </tr>
        </thead>
        <tbody>
          {walk.rows.map((r) => (
            <tr key={r.level}>
              <td className="mono">{r.level}</td>
              <td className="mono">{r.index}</td>
              <td>
                <AddressLink to={physical(r.at)} />
              </td>
              <td className="mono">{hexGroups((BigInt(r.hi) << 32n) | BigInt(r.lo), 64)}</td>
              <td>{r.kind}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {walk.physical === undefined ? (
        <p className="problem">{walk.verdict}</p>
      ) : (
        <p>
          Physical <AddressLink to={physical(walk.physical)} />, in {sizeText(walk.size)}: {walk.verdict}
        </p>
      )}
    </>
  );
}

/** The values that begin at an address, low byte first. */
function valuesAt(piece: Piece, address: number): readonly (readonly [string, string])[] {
  const bytes = Uint8Array.from({ length: 8 }, (_, i) => piece.byte(address + i) ?? 0);
  const view = new DataView(bytes.buffer);
  const has = (n: number) => piece.byte(address) !== undefined && piece.byte(address + n - 1) !== undefined;
  const u32 = view.getUint32(0, true);
  return [
    ['8 bits', has(1) ? `${hex(bytes[0] ?? 0, 2)} = ${bytes[0]}` : '–'],
    ['32 bits', has(4) ? `${hex(u32, 8)} = ${u32}` : '–'],
    ['64 bits', has(8) ? hexGroups(view.getBigUint64(0, true), 64) : '–'],
    ['float', has(4) ? String(Math.fround(view.getFloat32(0, true))) : '–'],
  ];
}
