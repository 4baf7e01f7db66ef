/**
 * How a job splits into tasks where its unit does not say: work-groups of RUN_COMPUTE by its axis and increment,
 * tiles of RUN_FRAGMENT from its bounding box, one batch for tiler jobs. Splitting changes scheduling, no result.
 */
import { TaskAxis } from '../../spec/cs/enums.ts';
import { Bug } from '../../base/errors.ts';
import { field } from '../../spec/cs/isa.ts';
import { stagingRegister } from '../../spec/cs/staging.ts';
import { FAULT } from '../../spec/faults.ts';
import { INDIRECT_DEFAULT_SPLIT, MAX_TASKS, TILE_SHIFT } from './choices.ts';
import type { JobView, TaskFault } from './core-unit.ts';
import { fieldOf, opcodeOf } from './isa.ts';

function register(table: 'COMPUTE' | 'FRAGMENT', name: string): number {
  const found = stagingRegister(table, name);
  if (found === undefined) throw new Bug(`no staging register ${table}.${name}`);
  return found;
}

const COMPUTE = opcodeOf('RUN_COMPUTE');
const INDIRECT = opcodeOf('RUN_COMPUTE_INDIRECT');
const FRAGMENT = opcodeOf('RUN_FRAGMENT');
const AXIS = fieldOf('RUN_COMPUTE', 'task_axis');
const INCREMENT = fieldOf('RUN_COMPUTE', 'task_increment');
const PER_TASK = fieldOf('RUN_COMPUTE_INDIRECT', 'workgroups_per_task');
const SIZE_X = register('COMPUTE', 'JOB_SIZE_X');
const BBOX_MIN = register('FRAGMENT', 'BBOX_MIN');
const BBOX_MAX = register('FRAGMENT', 'BBOX_MAX');

const INVALID: TaskFault = { code: FAULT.DATA_INVALID_FAULT, info: 0 };

/** Number of tasks of a job, or the fault its registers amount to. */
export function taskCount(job: JobView): number | TaskFault {
  if (job.op === COMPUTE) return grid(job, field(job.lo, job.hi, AXIS), field(job.lo, job.hi, INCREMENT));
  if (job.op === INDIRECT) return grid(job, TaskAxis.X, field(job.lo, job.hi, PER_TASK) || INDIRECT_DEFAULT_SPLIT);
  if (job.op === FRAGMENT) return tiles(job.regs[BBOX_MIN]!, job.regs[BBOX_MAX]!);
  return 1;
}

/** Tasks hold whole axes below `axis` and `increment` steps along it; every step of the axes above is its own. */
function grid(job: JobView, axis: number, increment: number): number | TaskFault {
  if (increment === 0 || axis > TaskAxis.Z) return INVALID;
  let tasks = 1;
  for (let a = 0; a < 3; a++) {
    const size = job.regs[SIZE_X + a]! >>> 0;
    if (size === 0) return 0;
    if (a === axis) tasks *= Math.ceil(size / increment);
    else if (a > axis) tasks *= size;
  }
  return tasks > MAX_TASKS ? INVALID : tasks;
}

/** The work-groups of one task: a box of the grid, first corner and size. */
export interface GroupBox {
  x: number;
  y: number;
  z: number;
  nx: number;
  ny: number;
  nz: number;
}

/** Fills `box` with the work-groups of task `task` of a compute job; all tasks together cover the grid once. */
export function groupsOf(job: JobView, task: number, box: GroupBox): void {
  const indirect = job.op === INDIRECT;
  const axis = indirect ? TaskAxis.X : field(job.lo, job.hi, AXIS);
  const step = field(job.lo, job.hi, indirect ? PER_TASK : INCREMENT) || INDIRECT_DEFAULT_SPLIT;
  let rest = task;
  const place = (a: number): readonly [at: number, count: number] => {
    const size = job.regs[SIZE_X + a]! >>> 0;
    if (a < axis) return [0, size];
    const along = a === axis ? step : 1;
    const steps = Math.ceil(size / along);
    const at = (rest % steps) * along;
    rest = Math.floor(rest / steps);
    return [at, Math.min(along, size - at)];
  };
  [box.x, box.nx] = place(0);
  [box.y, box.ny] = place(1);
  [box.z, box.nz] = place(2);
}

function tiles(min: number, max: number): number | TaskFault {
  const x = ((max & 0xffff) >>> TILE_SHIFT) - ((min & 0xffff) >>> TILE_SHIFT) + 1;
  const y = (max >>> (16 + TILE_SHIFT)) - (min >>> (16 + TILE_SHIFT)) + 1;
  return x <= 0 || y <= 0 ? INVALID : x * y;
}
