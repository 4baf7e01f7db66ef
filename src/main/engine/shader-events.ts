/**
 * Rows of `cs_event` about shader cores: which task of which job a core runs, and where a shader failed. Of a job with
 * many tasks some are recorded, evenly chosen, so that a session holds a bounded number of rows for each job.
 */
import type { TaskNote } from '../../emulator/shader/watch.ts';
import { faultName } from '../../spec/faults.ts';
import type { CsEvent } from './stream-events.ts';
import { STREAMS } from './stream-events.ts';

/** Tasks of one job that are recorded at most (chosen: a track shows no more than its pixels). */
export const RECORDED_TASKS = 256;

const hex = (value: number): string => `0x${value.toString(16)}`;

export interface ShaderEventParts {
  readonly emit: (row: CsEvent) => void;
  /** Nothing is recorded now: a fork of the machine runs. */
  readonly muted: () => boolean;
  /** Id of the group in a slot, -1 when nobody knows. */
  readonly groupIn: (slot: number) => number;
}

export class ShaderEvents {
  /** A debugger that wants to know of all tasks. */
  onTask: ((note: TaskNote) => void) | undefined;
  private readonly parts: ShaderEventParts;

  constructor(parts: ShaderEventParts) {
    this.parts = parts;
  }

  note(note: TaskNote): void {
    if (this.parts.muted()) return;
    this.onTask?.(note);
    const { what, failure } = note;
    if (failure !== undefined && what === 'fault') {
      const lanes = failure.active.toString(16).padStart(4, '0');
      const where =
        note.code === undefined ? 'its descriptors' : `${hex(failure.pc)} warp ${failure.warp} lanes ${lanes}`;
      const info = failure.info === failure.pc ? '' : ` address ${hex(failure.info)}`;
      this.put(note, 'SHADER_FAULT', `${faultName(failure.code)} at ${where}${info} core ${note.core}`);
    }
    const step = Math.ceil(note.total / RECORDED_TASKS);
    if (note.number % step !== 0) return;
    const few = step === 1 ? '' : `, 1 of ${step} recorded`;
    const { x, y, z, nx, ny, nz } = note.box;
    const shader = note.code === undefined ? '' : `, shader ${hex(note.code)}`;
    const groups = `groups ${x},${y},${z} + ${nx}x${ny}x${nz}`;
    const task = `core ${note.core}: task ${note.number} of ${note.total}, ${groups}${shader}${few}`;
    this.put(
      note,
      what === 'begin' ? 'TASK_BEGIN' : 'TASK_END',
      what === 'begin' ? task : `core ${note.core}: ${what}`,
    );
  }

  private put(note: TaskNote, opcode: string, detail: string): void {
    const { cs, command } = note;
    const groupId = this.parts.groupIn(Math.floor(cs / STREAMS));
    this.parts.emit({ groupId, queue: cs % STREAMS, pc: command, opcode, detail });
  }
}
