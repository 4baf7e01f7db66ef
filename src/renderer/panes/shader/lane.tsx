/** One lane watched: what each instruction of its warp did to it, the newest last. */
import { SHADER_LANES } from '../../../protocol/shader-debug.ts';
import { usePoll } from '../../engine/context.tsx';
import { useState } from 'react';
import { showInstruction, useShader, type ShaderActions, type WarpPlace } from './actions.ts';
import { FormatSelect } from './format-select.tsx';
import { valueText, type Format } from './values.ts';

const SHOWN = 256;

export interface LaneProps {
  readonly place: WarpPlace | undefined;
  readonly lane: number;
  readonly actions: ShaderActions;
  /** Text of an instruction of a program. */
  readonly textOf: (program: string, index: number) => string;
}

export function Lane({ place, lane, actions, textOf }: LaneProps) {
  const { data: entries } = usePoll('shaderdebug.watched', { last: SHOWN });
  const [format, setFormat] = useState<Format>('hex');
  return (
    <div className="shader-part">
      <div className="shader-controls">
        <label>
          Lane{' '}
          <select value={lane} onChange={(e) => useShader.setState({ lane: Number(e.target.value) })}>
            {Array.from({ length: SHADER_LANES }, (_, l) => (
              <option key={l} value={l}>
                {l}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="button"
          disabled={place === undefined}
          onClick={() => place !== undefined && void actions.watch({ ...place, lane })}
        >
          Watch lane {lane}
        </button>
        <button type="button" className="button" onClick={() => void actions.watch(undefined)}>
          End
        </button>
        <FormatSelect format={format} onFormat={setFormat} />
      </div>
      <div className="shader-scroll" role="region" aria-label="History of the lane" tabIndex={0}>
        <table className="shader-table" aria-label="What instructions did to the lane">
          <thead>
            <tr>
              <th scope="col">No.</th>
              <th scope="col">Instruction</th>
              <th scope="col">Changed</th>
              <th scope="col">Work-group</th>
            </tr>
          </thead>
          <tbody>
            {entries?.map((e) => (
              <tr key={e.number} className={e.active ? undefined : 'shader-off'}>
                <td>
                  <button
                    type="button"
                    className="link mono"
                    aria-label={`Instruction ${e.index}`}
                    onClick={() => showInstruction(e.program, e.index)}
                  >
                    {e.index}
                  </button>
                </td>
                <td className="mono">
                  {e.active ? '' : '– '}
                  {textOf(e.program, e.index)}
                </td>
                <td className="mono">
                  {e.changes.map((c) => (
                    <span key={c.register} className="shader-change">
                      • r{c.register} {valueText(c.before, format)} → {valueText(c.after, format)}{' '}
                    </span>
                  ))}
                </td>
                <td className="mono">{e.at.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {(entries === undefined || entries.length === 0) && (
          <p className="dim">
            Nothing watched yet: choose a lane while the machine stands, then step. A dash is an instruction that other
            lanes of the warp executed.
          </p>
        )}
      </div>
    </div>
  );
}
