/**
 * The registers of a warp: a row for each register, a column for each lane. Values that changed since the machine
 * last stood are marked; lanes that do not execute are dim and say so in their heading.
 */
import { useMemo, useState } from 'react';
import { SHADER_LANES, SHADER_REGISTERS, type ShaderWarp } from '../../../protocol/shader-debug.ts';
import { usePoll } from '../../engine/context.tsx';
import { useShader, type WarpPlace } from './actions.ts';
import { textsOf } from './listing.tsx';
import { FormatSelect } from './format-select.tsx';
import { registersIn, valueText, type Format } from './values.ts';

const ALL = Array.from({ length: SHADER_REGISTERS }, (_, r) => r);
const LANES = Array.from({ length: SHADER_LANES }, (_, l) => l);

export interface RegistersProps {
  readonly place: WarpPlace | undefined;
  readonly warp: ShaderWarp | undefined;
  readonly program: string;
  readonly lane: number;
  /** Number of the instruction the machine stands at. */
  readonly number: number | undefined;
}

export function Registers({ place, warp, program, lane, number }: RegistersProps) {
  const { data: values } = usePoll('shaderdebug.registers', place === undefined ? undefined : { ...place });
  const { data: words } = usePoll('shaderdebug.words', { program });
  const used = useMemo(() => (words === undefined ? ALL : registersIn(textsOf(words))), [words]);
  const [format, setFormat] = useState<Format>('hex');
  const [every, setEvery] = useState(false);
  const before = useBefore(place, number, values);
  if (place === undefined || warp === undefined) {
    return <p className="shader-note dim">Registers are seen while the machine stands inside a shader.</p>;
  }
  // No zeros where nothing is known yet: a step back may take a while.
  if (values === undefined) return <p className="shader-note dim">The registers are being read…</p>;
  const rows = every ? ALL : used;
  return (
    <div className="shader-part">
      <div className="shader-controls">
        <FormatSelect format={format} onFormat={setFormat} />
        <label className="check">
          <input type="checkbox" checked={every} onChange={(e) => setEvery(e.target.checked)} />
          All {SHADER_REGISTERS} registers
        </label>
        <span className="dim">
          Warp {place.warp} of core {place.core}; {rows.length} of {SHADER_REGISTERS}
        </span>
      </div>
      <div className="shader-scroll" role="region" aria-label="Registers of the warp" tabIndex={0}>
        <table className="shader-table shader-registers">
          <caption className="hidden-text">Registers of warp {place.warp} by lane</caption>
          <thead>
            <tr>
              <th scope="col">Lane</th>
              {LANES.map((l) => {
                const off = ((warp.active >>> l) & 1) === 0;
                return (
                  <th key={l} scope="col" className={off ? 'shader-off' : undefined}>
                    <button
                      type="button"
                      className={l === lane ? 'link shader-lane' : 'link'}
                      aria-pressed={l === lane}
                      aria-label={`Lane ${l}${off ? ', not executing' : ''}`}
                      onClick={() => useShader.setState({ lane: l })}
                    >
                      {l}
                      {off && ' –'}
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r}>
                <th scope="row" className="mono">
                  r{r}
                </th>
                {LANES.map((l) => {
                  const at = r * SHADER_LANES + l;
                  const value = values[at] ?? 0;
                  const changed = before !== undefined && before[at] !== value;
                  const off = ((warp.active >>> l) & 1) === 0;
                  return (
                    <td
                      key={l}
                      className={`mono${off ? ' shader-off' : ''}${changed ? ' shader-changed' : ''}${l === lane ? ' shader-column' : ''}`}
                      title={changed ? `was ${valueText(before[at] ?? 0, format)}` : undefined}
                    >
                      {changed ? '•' : ''}
                      {valueText(value, format)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** The values when the machine last stood at another instruction of the same warp. */
function useBefore(
  place: WarpPlace | undefined,
  number: number | undefined,
  values: Uint32Array | undefined,
): Uint32Array | undefined {
  const key = place === undefined ? '' : `${place.core} ${place.warp}`;
  const [seen, setSeen] = useState<{
    readonly key: string;
    readonly number: number | undefined;
    readonly values: Uint32Array | undefined;
    readonly before: Uint32Array | undefined;
  }>({ key: '', number: undefined, values: undefined, before: undefined });
  if (values !== undefined && values !== seen.values) {
    const same = seen.key === key;
    const before = !same ? undefined : seen.number === number ? seen.before : seen.values;
    setSeen({ key, number, values, before });
  }
  return seen.key === key ? seen.before : undefined;
}
