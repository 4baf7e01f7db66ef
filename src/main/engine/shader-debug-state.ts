/** What a debugger reads of the shader cores: tasks, warps, lanes and local memory, without side effects. */
import { UsageError } from '../../base/errors.ts';
import type { Machine } from '../../emulator/machine.ts';
import { MAX_GROUP_ITEMS } from '../../emulator/shader/choices.ts';
import { LANES } from '../../emulator/shader/layout.ts';
import { warpsOf, type Task } from '../../emulator/shader/task.ts';
import { ACCESS } from '../../emulator/wiring.ts';
import type { ShaderTask, ShaderWarp } from '../../protocol/shader-debug.ts';
import { STREAMS_PER_GROUP } from '../../spec/registers/mcu-private.ts';
import { placeOf } from './shader-lane.ts';

const WORD = 8;
const PAGE = 4096;
/** Bytes of local memory shown at most (chosen). */
const MAX_LOCAL = 1 << 16;

/** Number of an instruction in the program that begins at `code`; -1 before it. */
export function indexOf(code: number, pc: number): number {
  return pc < code ? -1 : Math.floor((pc - code) / WORD);
}

export function describeTask(task: Task, program: string, group: number): ShaderTask {
  const { environment: env, box } = task;
  const warps = Array.from({ length: warpsOf(env) }, (_, w) => describeWarp(task, w));
  return {
    core: task.core,
    group,
    queue: task.cs % STREAMS_PER_GROUP,
    cs: task.cs,
    as: task.as,
    command: task.command,
    number: task.number,
    total: task.total,
    program,
    address: env.code,
    from: [box.x, box.y, box.z],
    size: [box.nx, box.ny, box.nz],
    at: placeOf(task),
    items: [env.sizeX, env.sizeY, env.sizeZ],
    warp: task.warp,
    warps,
    shared: { address: sharedOf(task), bytes: env.wlsSize },
    stackBytes: env.tlsSize,
  };
}

function describeWarp(task: Task, warp: number): ShaderWarp {
  const { code } = task.environment;
  const pc = task.pc[warp]!;
  const active = task.active[warp]!;
  const alive = task.alive[warp]!;
  return {
    warp,
    pc,
    index: indexOf(code, pc),
    active,
    alive,
    blocked: task.blocked[warp]!,
    lanes: Array.from({ length: LANES }, (_, l) => {
      if (((alive >>> l) & 1) === 0) return -1;
      return indexOf(code, ((active >>> l) & 1) === 1 ? pc : task.lanePc[warp * LANES + l]!);
    }),
  };
}

/** Address of the work-group's shared memory, as the engine gives it to the shader. */
function sharedOf({ environment: env, core }: Task): number {
  return env.wlsBase + core * env.wlsInstances * env.wlsSize;
}

/** Shared memory of a task's work-group, or the stack of one of its work-items. */
export function readLocal(
  machine: Machine,
  task: Task,
  what: 'shared' | 'stack',
  item: number,
): { address: number; bytes: Uint8Array } {
  const { environment: env } = task;
  const size = what === 'shared' ? env.wlsSize : env.tlsSize;
  if (size === 0) throw new UsageError(`the program has no ${what === 'shared' ? 'shared memory' : 'stack'}`);
  const address = what === 'shared' ? sharedOf(task) : env.tlsBase + (task.core * MAX_GROUP_ITEMS + item) * env.tlsSize;
  const bytes = new Uint8Array(Math.min(size, MAX_LOCAL));
  let done = 0;
  while (done < bytes.length) {
    const at = address + done;
    const length = Math.min(bytes.length - done, PAGE - (at % PAGE));
    const pa = machine.mmu.probe(task.as, at, ACCESS.READ);
    if (pa < 0) break;
    bytes.set(machine.memory.readBytes(pa, length), done);
    done += length;
  }
  return { address, bytes: bytes.subarray(0, done) };
}
