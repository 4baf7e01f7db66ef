/** The tasks under way and their warps; choosing one shows its registers. */
import type { ShaderStop, ShaderTask } from '../../../protocol/shader-debug.ts';
import { useWorkspace } from '../../workspace.ts';
import { hex } from '../../lib/format.ts';
import { useShader, type WarpPlace } from './actions.ts';
import { showCommand } from './command.ts';
import { LaneMask } from './lane-mask.tsx';

export interface WarpsProps {
  readonly tasks: readonly ShaderTask[];
  readonly stop: ShaderStop | undefined;
  readonly shown: WarpPlace | undefined;
}

export function Warps({ tasks, stop, shown }: WarpsProps) {
  if (tasks.length === 0) {
    return (
      <p className="shader-note dim">
        No task is in the middle of a shader. Set a breakpoint in a program, then run a job: warps are seen while the
        machine stands.
      </p>
    );
  }
  return (
    <div className="shader-part">
      {tasks.map((task) => (
        <TaskWarps key={task.core} task={task} stop={stop} shown={shown} />
      ))}
    </div>
  );
}

function TaskWarps({ task, stop, shown }: Omit<WarpsProps, 'tasks'> & { readonly task: ShaderTask }) {
  const w = useWorkspace();
  const command = hex(task.command);
  return (
    <section aria-label={`Core ${task.core}`}>
      <h2 className="section-title">
        Core {task.core}: work-group {task.at.join(', ')}
      </h2>
      <p className="dim shader-facts">
        Task {task.number} of {task.total}, groups of {task.items.join(' × ')}, queue {task.queue} of group {task.group}
        , started by{' '}
        <button
          type="button"
          className="link mono"
          title="Show what the log has of this command"
          onClick={() => showCommand(w, task.command)}
        >
          RUN_COMPUTE at {command}
        </button>
      </p>
      <table className="shader-table" aria-label={`Warps of core ${task.core}`}>
        <thead>
          <tr>
            <th scope="col">Warp</th>
            <th scope="col">At</th>
            <th scope="col">Lanes</th>
            <th scope="col">Registers</th>
          </tr>
        </thead>
        <tbody>
          {task.warps.map((warp) => {
            const stands = stop?.state === 'stopped' && stop.core === task.core && stop.warp === warp.warp;
            const chosen = shown?.core === task.core && shown.warp === warp.warp;
            return (
              <tr key={warp.warp} className={chosen ? 'shader-chosen' : undefined}>
                <th scope="row">
                  {stands ? '▶ ' : ''}
                  {warp.warp}
                </th>
                <td className="mono">{warp.alive === 0 ? 'ended' : warp.index}</td>
                <td>
                  <LaneMask active={warp.active} alive={warp.alive} blocked={warp.blocked} />
                </td>
                <td>
                  <button
                    type="button"
                    className="link"
                    aria-pressed={chosen}
                    aria-label={`Show warp ${warp.warp} of core ${task.core}`}
                    onClick={() => {
                      const cursor = warp.alive === 0 ? {} : { program: task.program, cursor: warp.index };
                      useShader.setState({ warp: { core: task.core, warp: warp.warp }, ...cursor });
                    }}
                  >
                    Show
                  </button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
