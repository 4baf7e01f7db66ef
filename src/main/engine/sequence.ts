/**
 * The numbers that order a session: one sequence for all rows, and the causes of register accesses. Part of the
 * engine's state, so that a replay numbers its rows alike.
 */
import type { Stateful } from '../../base/stateful.ts';
import type { Recorder } from './recorder.ts';

export interface SequenceState {
  readonly [key: string]: number | readonly string[];
  readonly next: number;
  readonly branch: number;
  readonly causes: readonly string[];
}

export class Sequence implements Stateful<SequenceState> {
  private nextSeq = 1;
  branch = 0;
  private causes: string[] = [];
  private readonly ids = new Map<string, number>();
  private readonly recorder: Recorder;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  next(): number {
    return this.nextSeq++;
  }

  /** The id of a cause text; 0 for none. New texts are recorded once. */
  cause(text: string): number {
    if (text === '') return 0;
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    this.causes.push(text);
    const id = this.causes.length;
    this.ids.set(text, id);
    this.recorder.record('cause', { id, text });
    return id;
  }

  /** The text of a cause. */
  text(id: number): string {
    return this.causes[id - 1] ?? '';
  }

  /**
   * Goes on numbering where another sequence stopped, as branch `branch`. The causes of this one must be a beginning
   * of the other's, as they are when its history is a beginning of the other's.
   */
  continueFrom(other: SequenceState, branch: number): void {
    this.load({ ...other, branch });
  }

  save(): SequenceState {
    return { next: this.nextSeq, branch: this.branch, causes: [...this.causes] };
  }

  load(state: SequenceState): void {
    this.nextSeq = state.next;
    this.branch = state.branch;
    this.causes = [...state.causes];
    this.ids.clear();
    this.causes.forEach((text, i) => this.ids.set(text, i + 1));
  }
}
