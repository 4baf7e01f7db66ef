/** Breakpoints of shaders with their conditions, and the faults shaders had: each leads to its instruction, a fault also to its command. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { expressionProblem } from '../../../protocol/debug-expression.ts';
import type { ShaderBreakpointState, ShaderProgram } from '../../../protocol/shader-debug.ts';
import { useAct, useClient, usePoll } from '../../engine/context.tsx';
import { hex, plural, timeText } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { showInstruction } from './actions.ts';
import { showCommand } from './command.ts';
import { programTitle } from './title.ts';
import { lanesText } from './values.ts';

export interface PointsProps {
  readonly programs: readonly ShaderProgram[];
}

export function Points({ programs }: PointsProps) {
  const client = useClient();
  const act = useAct();
  const { data: points } = usePoll('shaderdebug.list', {});
  return (
    <div className="shader-part">
      <ul aria-label="Breakpoints in shaders" className="plain-list">
        {points?.map(({ id, breakpoint: b, hits, bound }) => (
          <li key={id} className="shader-point">
            <button type="button" className="link" onClick={() => showInstruction(b.program, b.index)}>
              Instruction {b.index} of{' '}
              {programTitle(
                programs.find((p) => p.id === b.program),
                b.program,
              )}
            </button>
            <Condition key={`${id} ${b.condition ?? ''}`} id={id} breakpoint={b} />
            <span className="dim">{bound ? `bound, ${plural(hits, 'hit')}` : 'waits for the program to run'}</span>
            <Tool
              icon={Trash2}
              name={`Remove breakpoint at instruction ${b.index}`}
              onClick={() => void act(client.call('shaderdebug.unbreak', { id }))}
            />
          </li>
        ))}
      </ul>
      {points?.length === 0 && <p className="dim">None yet: double-click an instruction, or press F9 on it.</p>}
    </div>
  );
}

/** When a breakpoint stops; Enter takes what was written. A changed one is another breakpoint: its hits begin at 0. */
function Condition({ id, breakpoint }: Pick<ShaderBreakpointState, 'id' | 'breakpoint'>) {
  const client = useClient();
  const act = useAct();
  const { condition: before = '', program, index, ignore } = breakpoint;
  const [text, setText] = useState(before);
  const wanted = text.trim();
  const problem = wanted === '' ? undefined : expressionProblem(wanted);
  const change = async (): Promise<void> => {
    const condition = wanted === '' ? {} : { condition: wanted };
    await client.call('shaderdebug.break', { program, index, ignore, ...condition });
    await client.call('shaderdebug.unbreak', { id });
  };
  return (
    <form
      className="shader-condition"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined && wanted !== before) void act(change());
      }}
    >
      <input
        className={problem === undefined ? 'mono' : 'mono filter-bad'}
        aria-label={`Condition of the breakpoint at instruction ${index}`}
        aria-invalid={problem !== undefined}
        title={problem ?? 'Stops where this holds for a lane that executes. Enter takes it, Escape gives it up.'}
        placeholder="always; or lane == 3 && r2 > 0x10"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setText(before);
        }}
      />
      {wanted !== before && <span className="dim">{problem ?? 'Enter takes it'}</span>}
    </form>
  );
}

export function Faults({ programs }: PointsProps) {
  const w = useWorkspace();
  const { data: faults } = usePoll('shaderdebug.faults', {});
  return (
    <div className="shader-part shader-scroll" role="region" aria-label="Faults of shaders" tabIndex={0}>
      <table className="shader-table" aria-label="Faults">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Fault</th>
            <th scope="col">Instruction</th>
            <th scope="col">Lanes</th>
            <th scope="col">Started by</th>
          </tr>
        </thead>
        <tbody>
          {faults?.map((f) => (
            <tr key={`${f.timeNs} ${f.core}`}>
              <td className="mono">{timeText(f.timeNs)}</td>
              <td>
                {f.exception} <span className="mono">{hex(f.info)}</span>
              </td>
              <td>
                {f.program === undefined || f.index === undefined ? (
                  'its descriptors'
                ) : (
                  <button type="button" className="link" onClick={() => showInstruction(f.program ?? '', f.index ?? 0)}>
                    {f.index} of{' '}
                    {programTitle(
                      programs.find((p) => p.id === f.program),
                      f.program,
                    )}
                  </button>
                )}
              </td>
              <td>{`warp ${f.warp}: ${lanesText(f.active)}`}</td>
              <td>
                <button type="button" className="link mono" onClick={() => showCommand(w, f.command)}>
                  RUN_COMPUTE at {hex(f.command)}
                </button>{' '}
                <span className="dim">
                  queue {f.queue} of group {f.group}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {faults?.length === 0 && <p className="dim">No shader has faulted on this bench.</p>}
    </div>
  );
}
