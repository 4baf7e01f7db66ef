/**
 * How the shader cores are looked at from outside: a watch that is asked before each instruction and may stop the
 * machine right there, notes about tasks as they come and go, and the tasks that are under way. Nothing of it changes
 * what the cores do; while nobody watches it costs one comparison an instruction, and nothing in translated code.
 */
import type { GroupBox } from '../csf/task-count.ts';
import type { Task } from './task.ts';

/**
 * Asked before an instruction of a warp executes: its task, warp, address and active lanes, and the number of the
 * instruction, counted over all cores since power-on. The registers are as the instruction finds them. True stops the
 * machine in the middle of the instant (`Csf.cut`); it goes on as if it had not stopped, with a new look.
 */
export type ShaderWatch = (task: Task, warp: number, pc: number, active: number, number: number) => boolean;

/** Where a task failed: exception code and what CS_FAULT_INFO shows, warp, address of the instruction, its lanes. */
export interface TaskFailure {
  readonly code: number;
  readonly info: number;
  readonly warp: number;
  readonly pc: number;
  readonly active: number;
}

/** A task of a compute job was given to a core, or left it. */
export interface TaskNote {
  readonly what: 'begin' | 'end' | 'fault' | 'drop';
  readonly core: number;
  /** Stream interface, job context and address space of the job; address of the instruction that issued it. */
  readonly cs: number;
  readonly ctx: number;
  readonly as: number;
  readonly command: number;
  /** Number of the task among `total`, and its work-groups. */
  readonly number: number;
  readonly total: number;
  readonly box: Readonly<GroupBox>;
  /** Address of the shader; undefined when the descriptors could not be read. */
  readonly code: number | undefined;
  readonly failure: TaskFailure | undefined;
}

/** The shader cores as a debugger reads them. */
export interface ShaderInspection {
  /** Instructions that warps have executed since power-on: the number of the next one. */
  readonly executed: number;
  /** True while the machine stands before an instruction; the task it belongs to. */
  readonly cut: boolean;
  readonly standing: Task | undefined;
  /** Tasks that have begun and have more to do, by core. */
  live(): readonly Task[];
  /** r0..r63 of a warp of such a task, 16 lanes each: a copy. */
  registers(task: Task, warp: number): Int32Array;
}
