/**
 * One lane watched: its registers before each instruction of its warp, in a ring of numbers, so that what an
 * instruction did to the lane is the difference of two entries.
 */
import { LANES, REGISTERS } from '../../emulator/shader/layout.ts';
import type { Task } from '../../emulator/shader/task.ts';
import { MAX_WATCH, type LaneEntry } from '../../protocol/shader-debug.ts';

export interface LanePlace {
  readonly core: number;
  readonly warp: number;
  readonly lane: number;
}

/** One more than is shown: what the oldest one shown did needs the registers before it. */
const SIZE = MAX_WATCH + 1;

interface Note {
  readonly number: number;
  readonly program: string;
  readonly index: number;
  readonly at: readonly [number, number, number];
  readonly active: boolean;
}

export class LaneWatch {
  readonly place: LanePlace;
  private readonly values = new Int32Array(SIZE * REGISTERS);
  private readonly notes: (Note | undefined)[] = Array.from({ length: SIZE }, () => undefined);
  private count = 0;

  constructor(place: LanePlace) {
    this.place = place;
  }

  concerns(task: Task, warp: number): boolean {
    return task.core === this.place.core && warp === this.place.warp;
  }

  /** Before an instruction of the warp. `registers` are those of the warp. */
  note(task: Task, program: string, index: number, active: number, number: number, registers: Int32Array): void {
    // After a step back, or looked at again after a stop.
    while (this.count > 0 && (this.notes[(this.count - 1) % SIZE]?.number ?? -1) >= number) this.count--;
    const slot = this.count++ % SIZE;
    const { lane } = this.place;
    for (let r = 0; r < REGISTERS; r++) this.values[slot * REGISTERS + r] = registers[r * LANES + lane]!;
    this.notes[slot] = { number, program, index, at: placeOf(task), active: ((active >>> lane) & 1) !== 0 };
  }

  /** The newest `last`, oldest first; what the very newest did is not known yet. */
  entries(last: number): LaneEntry[] {
    const from = Math.max(0, this.count - SIZE, this.count - last);
    const out: LaneEntry[] = [];
    for (let i = from; i < this.count; i++) {
      const note = this.notes[i % SIZE];
      if (note === undefined) continue;
      const next = i + 1 < this.count ? this.notes[(i + 1) % SIZE] : undefined;
      const same = next !== undefined && next.at.every((n, axis) => n === note.at[axis]);
      out.push({ ...note, at: [...note.at], changes: same ? this.changes(i % SIZE, (i + 1) % SIZE) : [] });
    }
    return out;
  }

  private changes(before: number, after: number): LaneEntry['changes'] {
    const { values } = this;
    const out: LaneEntry['changes'] = [];
    for (let register = 0; register < REGISTERS; register++) {
      const a = values[before * REGISTERS + register]! >>> 0;
      const b = values[after * REGISTERS + register]! >>> 0;
      if (a !== b) out.push({ register, before: a, after: b });
    }
    return out;
  }
}

/** The work-group a task is at. */
export function placeOf({ box, group }: Task): [number, number, number] {
  return [
    box.x + (group % box.nx),
    box.y + (Math.floor(group / box.nx) % box.ny),
    box.z + Math.floor(group / (box.nx * box.ny)),
  ];
}
