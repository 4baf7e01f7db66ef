/**
 * Undo and redo of what a person did to the machine by hand. Before such an input a snapshot is marked; undo goes
 * back to it, redo lets the inputs that followed take effect again. Both are journalled, so the session holds all
 * of it, each continuation as a branch.
 */
import { UsageError } from '../../base/errors.ts';
import type { Input } from '../../protocol/inputs.ts';
import type { Timeline } from './timeline.ts';

/** Something that is no state of the machine: it is taken back by itself, without going back in time. */
interface Note {
  readonly what: string;
  readonly apply: () => void;
  readonly revert: () => void;
}

interface Step {
  readonly what: string;
  readonly mark: number;
  /** Inputs before it, and the input it began with: both must still be part of the history. */
  readonly depth: number;
  readonly before: Input | undefined;
  readonly first: Input;
}

type Undone = { readonly step: Step; readonly inputs: readonly Input[] } | { readonly note: Note };

/** Steps kept (chosen); older ones are reached by snapshots. */
const MAX_STEPS = 200;
/** Begins the labels of the snapshots taken here. */
export const AUTOMATIC = 'before ';

export class Undo {
  private steps: (Step | Note)[] = [];
  private undone: Undone[] = [];

  /** Applies inputs of one action of a person; `what` names it. */
  act(history: Timeline, what: string, inputs: readonly Input[]): void {
    const [first] = inputs;
    if (first === undefined) return;
    const mark = history.apply({ kind: 'snapshot', label: `${AUTOMATIC}${what}` }).result;
    const depth = history.inputs.length;
    this.keep({ what, mark, depth, before: history.inputs[depth - 1], first });
    this.undone = [];
    for (const input of inputs) history.apply(input);
  }

  /** Does something that is no state of the machine, such as naming an address. */
  note(what: string, apply: () => void, revert: () => void): void {
    apply();
    this.keep({ what, apply, revert });
    this.undone = [];
  }

  private keep(step: Step | Note): void {
    this.steps.push(step);
    if (this.steps.length > MAX_STEPS) this.steps.shift();
  }

  /** The action that undo would take back; those that are no part of the history any more are forgotten. */
  next(history: Timeline): string | undefined {
    while (this.steps.length > 0) {
      const step = this.steps.at(-1)!;
      if ('revert' in step || history.inputs[step.depth] === step.first) return step.what;
      this.steps.pop();
    }
    return undefined;
  }

  again(history: Timeline): string | undefined {
    const last = this.undone.at(-1);
    // Redo holds only where undo left the history: a later input makes another one of it.
    if (last === undefined) return undefined;
    if ('note' in last) return last.note.what;
    const { depth, before, what } = last.step;
    if (history.inputs.length === depth && history.inputs[depth - 1] === before) return what;
    this.undone = [];
    return undefined;
  }

  undo(history: Timeline): string {
    if (this.next(history) === undefined) throw new UsageError('there is nothing to undo');
    const step = this.steps.pop()!;
    if ('revert' in step) {
      step.revert();
      this.undone.push({ note: step });
      return step.what;
    }
    const inputs = history.inputs.slice(step.depth);
    history.apply({ kind: 'restore', snapshot: step.mark });
    this.undone.push({ step, inputs });
    return step.what;
  }

  redo(history: Timeline): string {
    if (this.again(history) === undefined) throw new UsageError('there is nothing to redo');
    const again = this.undone.pop()!;
    if ('note' in again) {
      again.note.apply();
      this.steps.push(again.note);
      return again.note.what;
    }
    const { step, inputs } = again;
    const rest = this.undone;
    for (const input of inputs) history.apply(input);
    this.undone = rest;
    this.steps.push(step);
    return step.what;
  }
}
