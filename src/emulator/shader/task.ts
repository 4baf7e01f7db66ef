/**
 * A task of a compute job on a core: its box of work-groups, how far it is, and the warps of the work-group it is at.
 * Plain data, so that a task can be saved between two slices.
 */
import type { PlainObject } from '../../base/stateful.ts';
import type { GroupBox } from '../csf/task-count.ts';
import type { Environment } from './environment.ts';
import { LANES } from './layout.ts';

/** What a task belongs to. */
export interface TaskPlace {
  readonly as: number;
  readonly cs: number;
  readonly ctx: number;
  readonly core: number;
  /** Number of the task in its job, and of all tasks; address of the instruction that issued the job. */
  readonly number: number;
  readonly total: number;
  readonly command: number;
}

export interface Task extends TaskPlace {
  readonly environment: Environment;
  readonly box: Readonly<GroupBox>;
  /** Number of the work-group in the box, x fastest; whether it has begun; the warp whose turn it is. */
  group: number;
  begun: boolean;
  warp: number;
  /** Instructions executed so far. */
  executed: number;
  /** Per warp: where the active lanes are, and masks of lanes: active, not ended, waiting at a barrier. */
  readonly pc: Float64Array;
  readonly active: Int32Array;
  readonly alive: Int32Array;
  readonly blocked: Int32Array;
  /** Where lanes that are not active go on. */
  readonly lanePc: Float64Array;
  /** Registers of the warps while another task uses the file. */
  registers: Int32Array | undefined;
}

export function newTask(place: TaskPlace, environment: Environment, box: GroupBox): Task {
  const warps = warpsOf(environment);
  return {
    ...place,
    environment,
    box: { ...box },
    group: 0,
    begun: false,
    warp: 0,
    executed: 0,
    pc: new Float64Array(warps),
    active: new Int32Array(warps),
    alive: new Int32Array(warps),
    blocked: new Int32Array(warps),
    lanePc: new Float64Array(warps * LANES),
    registers: undefined,
  };
}

/** Warps of a work-group. */
export function warpsOf({ sizeX, sizeY, sizeZ }: Environment): number {
  return Math.ceil((sizeX * sizeY * sizeZ) / LANES);
}

export function saveTask(task: Task): PlainObject {
  return {
    ...task,
    environment: { ...task.environment, uniforms: task.environment.uniforms.slice() },
    box: { ...task.box },
    pc: [...task.pc],
    active: task.active.slice(),
    alive: task.alive.slice(),
    blocked: task.blocked.slice(),
    lanePc: [...task.lanePc],
    registers: task.registers?.slice(),
  };
}

/** The inverse of `saveTask`; takes nothing else. */
export function loadTask(state: PlainObject): Task {
  const from = state as unknown as Omit<Task, 'pc' | 'lanePc'> & { pc: number[]; lanePc: number[] };
  return {
    ...from,
    environment: { ...from.environment, uniforms: from.environment.uniforms.slice() },
    box: { ...from.box },
    pc: Float64Array.from(from.pc),
    active: from.active.slice(),
    alive: from.alive.slice(),
    blocked: from.blocked.slice(),
    lanePc: Float64Array.from(from.lanePc),
    registers: from.registers?.slice(),
  };
}
