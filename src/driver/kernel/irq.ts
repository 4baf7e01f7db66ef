/**
 * Interrupts: level-triggered shared lines with a hard handler and a thread (request_threaded_irq). Both
 * run while the virtual CPU sleeps; a thread waits for the locks it has declared.
 */
import { Bug } from '../../base/errors.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Stateful } from '../../base/stateful.ts';
import type { Mutex } from './sync.ts';
import type { Kernel } from './kernel.ts';

export type IrqReturn = 'none' | 'handled' | 'wake-thread';

export interface IrqOptions {
  /** Stable and unique, e.g. `panthor-job`. */
  readonly id: string;
  /** Interrupt context: may not sleep. */
  readonly hard: () => IrqReturn;
  /** Thread context: may sleep. */
  readonly thread?: () => void;
  /** Locks the thread takes. */
  readonly locks?: readonly Mutex[];
  readonly shared?: boolean;
  /** The line stays masked from the hard handler until the thread is done. */
  readonly oneshot?: boolean;
}

/** After this many deliveries in a row that no handler wants, the line is switched off (chosen; Linux waits for 99,900). */
const SPURIOUS_LIMIT = 100;

interface Line {
  readonly line: number;
  depth: number;
  spurious: number;
  readonly actions: IrqAction[];
}

/** One requested handler; `dispose` is free_irq. */
export class IrqAction implements Disposable {
  readonly line: number;
  readonly options: IrqOptions;
  private readonly irqs: Irqs;
  threadPending = false;
  threadRunning = false;

  constructor(irqs: Irqs, line: number, options: IrqOptions) {
    this.irqs = irqs;
    this.line = line;
    this.options = options;
  }

  /** Masks the line (counted) without waiting. */
  disableNosync(): void {
    this.irqs.mask(this.line, 1);
  }
  /** Masks the line (counted) and waits for a running thread. */
  disable(): void {
    this.disableNosync();
    this.synchronize();
  }
  enable(): void {
    this.irqs.mask(this.line, -1);
  }
  /** Waits until no thread of this handler is pending or running. */
  synchronize(): void {
    this.irqs.synchronize(this);
  }
  dispose(): void {
    this.irqs.free(this);
  }
}

export type IrqsState = {
  readonly lines: readonly { readonly line: number; readonly depth: number; readonly spurious: number }[];
  readonly threads: readonly string[];
};

export class Irqs implements Stateful<IrqsState> {
  private readonly kernel: Kernel;
  private readonly lines = new Map<number, Line>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** KernelError is not possible here: two exclusive users of a line are a bug of the driver. */
  request(line: number, options: IrqOptions): IrqAction {
    this.kernel.service(`request_irq ${line}`);
    let entry = this.lines.get(line);
    if (entry === undefined) this.lines.set(line, (entry = { line, depth: 0, spurious: 0, actions: [] }));
    if (entry.actions.some((a) => a.options.shared !== true || options.shared !== true)) {
      throw new Bug(`interrupt line ${line} requested twice without sharing`);
    }
    if (this.all().some((a) => a.options.id === options.id)) throw new Bug(`interrupt ${options.id} requested twice`);
    const action = new IrqAction(this, line, options);
    entry.actions.push(action);
    return action;
  }

  free(action: IrqAction): void {
    this.synchronize(action);
    const entry = this.lines.get(action.line);
    if (entry === undefined) return;
    const at = entry.actions.indexOf(action);
    if (at >= 0) entry.actions.splice(at, 1);
    if (entry.actions.length === 0) this.lines.delete(action.line);
  }

  mask(line: number, by: number): void {
    const entry = this.lines.get(line);
    if (entry === undefined || entry.depth + by < 0) throw new Bug(`unbalanced enable of interrupt line ${line}`);
    entry.depth += by;
  }

  synchronize(action: IrqAction): void {
    if (!action.threadPending && !action.threadRunning) return;
    this.kernel.sleepUntil(
      `irq thread ${action.options.id}`,
      Infinity,
      () => !action.threadPending && !action.threadRunning,
    );
  }

  /** Number of requested handlers. */
  get count(): number {
    return this.all().length;
  }

  private all(): readonly IrqAction[] {
    return [...this.lines.values()].flatMap((l) => l.actions);
  }

  /** Runs the hard handlers of one raised line; false when none is raised and deliverable. */
  deliver(): boolean {
    const { interrupts } = this.kernel.platform;
    for (const entry of this.lines.values()) {
      const busy = entry.actions.some((a) => a.options.oneshot === true && (a.threadPending || a.threadRunning));
      if (entry.depth > 0 || busy || !interrupts.level(entry.line)) continue;
      this.hard(entry);
      return true;
    }
    return false;
  }

  private hard(entry: Line): void {
    const wanted = this.kernel.cpu.run('irq', `irq/${entry.line}`, () => {
      let any = false;
      for (const action of entry.actions) {
        const result = this.kernel.cpu.frame(action.options.id, action.options.hard);
        if (result !== 'none') any = true;
        if (result === 'wake-thread') action.threadPending = true;
      }
      return any;
    });
    entry.spurious = wanted ? 0 : entry.spurious + 1;
    if (entry.spurious >= SPURIOUS_LIMIT) {
      this.kernel.log.err(`irq ${entry.line}: nobody cared, disabling the line`);
      entry.spurious = 0;
      entry.depth++;
    }
  }

  /** Runs one pending thread whose locks are free. */
  runThread(): boolean {
    const action = this.all().find(
      (a) => a.threadPending && !a.threadRunning && (a.options.locks ?? []).every((l) => !l.isLocked),
    );
    if (action === undefined) return false;
    action.threadPending = false;
    action.threadRunning = true;
    try {
      this.kernel.cpu.run('irq-thread', `irq/${action.line}-${action.options.id}`, action.options.thread ?? (() => {}));
    } finally {
      action.threadRunning = false;
    }
    return true;
  }

  /** Pending threads and what keeps them from starting, for the deadlock report. */
  stuck(): readonly string[] {
    return this.all()
      .filter((a) => a.threadPending)
      .map((a) => {
        const locks = (a.options.locks ?? []).filter((l) => l.isLocked).map((l) => l.name);
        return `irq thread ${a.options.id} pending${locks.length > 0 ? `, needs ${locks.join(', ')}` : ''}`;
      });
  }

  save(): IrqsState {
    return {
      lines: [...this.lines.values()].map(({ line, depth, spurious }) => ({ line, depth, spurious })),
      threads: this.all()
        .filter((a) => a.threadPending)
        .map((a) => a.options.id),
    };
  }

  /** Into a kernel in which the same handlers are requested. */
  load(state: IrqsState): void {
    for (const { line, depth, spurious } of state.lines) {
      const entry = this.lines.get(line);
      if (entry === undefined) throw new Bug(`saved state has interrupt line ${line}, which nobody requested`);
      entry.depth = depth;
      entry.spurious = spurious;
    }
    for (const action of this.all()) action.threadPending = state.threads.includes(action.options.id);
  }
}
