/** What a shader reads beside its registers: uniforms, shared memory of the work-group, the stack of a work-item. */
import { useState } from 'react';
import type { ShaderTask } from '../../../protocol/shader-debug.ts';
import { usePoll } from '../../engine/context.tsx';
import { hexGroups, plural } from '../../lib/format.ts';
import { AddressLink } from '../memory/address-link.tsx';
import type { WarpPlace } from './actions.ts';
import { valueText } from './values.ts';

const WORDS_A_ROW = 4;
/** Words shown of a piece of memory; the link shows all of it (chosen). */
const MOST_WORDS = 256;

export interface LocalMemoryProps {
  readonly place: WarpPlace | undefined;
  readonly task: ShaderTask | undefined;
  readonly lane: number;
}

export function LocalMemory({ place, task, lane }: LocalMemoryProps) {
  if (place === undefined || task === undefined) {
    return <p className="shader-note dim">Uniforms and local memory are seen while the machine stands in a shader.</p>;
  }
  return (
    <div className="shader-part shader-scroll" role="region" aria-label="Uniforms and local memory" tabIndex={0}>
      <Uniforms core={place.core} />
      <Piece
        title="Shared memory"
        what="shared"
        place={place}
        task={task}
        lane={lane}
        present={task.shared.bytes > 0}
      />
      <Piece
        title="Stack of the lane"
        what="stack"
        place={place}
        task={task}
        lane={lane}
        present={task.stackBytes > 0}
      />
    </div>
  );
}

function Uniforms({ core }: { readonly core: number }) {
  const { data: words } = usePoll('shaderdebug.uniforms', { core });
  const [every, setEvery] = useState(false);
  const rows = [...(words ?? [])].map((word, i) => ({ word, i })).filter(({ word }) => every || word !== 0);
  return (
    <table className="shader-table" aria-label="Uniforms">
      <caption>
        {rows.length} of {plural(words?.length ?? 0, 'uniform word')}{' '}
        <label className="check">
          <input type="checkbox" checked={every} onChange={(e) => setEvery(e.target.checked)} />
          those that are 0 too
        </label>
      </caption>
      <tbody>
        {rows.map(({ word, i }) => (
          <tr key={i}>
            <th scope="row" className="mono">
              u{i}
            </th>
            <td className="mono">{hexGroups(word, 32)}</td>
            <td className="mono dim">{valueText(word, 'i32')}</td>
            <td className="mono dim">{valueText(word, 'f32')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface PieceProps {
  readonly title: string;
  readonly what: 'shared' | 'stack';
  readonly place: WarpPlace;
  readonly task: ShaderTask;
  readonly lane: number;
  readonly present: boolean;
}

function Piece({ title, what, place, task, lane, present }: PieceProps) {
  const { data } = usePoll('shaderdebug.local', present ? { ...place, lane, what } : undefined);
  if (!present) return <p className="dim">{title}: none.</p>;
  const words = data === undefined ? [] : wordsOf(data.bytes).slice(0, MOST_WORDS);
  const rows = Array.from({ length: Math.ceil(words.length / WORDS_A_ROW) }, (_, r) => r * WORDS_A_ROW);
  return (
    <table className="shader-table" aria-label={title}>
      <caption>
        {title}
        {what === 'stack' ? ` ${lane}` : ''}, {plural(data?.bytes.length ?? 0, 'byte')} at{' '}
        {data !== undefined && <AddressLink to={{ space: 'as', number: task.as, address: data.address }} />}
      </caption>
      <tbody>
        {rows.map((at) => (
          <tr key={at}>
            <th scope="row" className="mono">
              +{(at * 4).toString(16).padStart(3, '0')}
            </th>
            {words.slice(at, at + WORDS_A_ROW).map((word, i) => (
              // oxlint-disable-next-line react/no-array-index-key
              <td key={i} className="mono">
                {hexGroups(word, 32)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function wordsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4, true));
}
