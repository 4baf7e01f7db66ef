/**
 * Levels of detail of the recording that are switched while the bench runs: every instruction of the command streams
 * (rows of `cs_event`) and every step of the MCU's control flow (rows `jump` of `mcu_event`). Off by default. Each
 * has a bound from one switching-on to the next; what is beyond it is counted, and the session says so.
 *
 * Looking changes nothing in the machine. The switch itself is an input of the journal, so that a session that is
 * run again has the same rows under the same numbers.
 */
import { hex } from '../../base/bits.ts';
import type { Machine } from '../../emulator/machine.ts';
import type { RecordDetailState } from '../../protocol/history.ts';
import type { StreamEvents } from './stream-events.ts';

/** Rows of each kind from one switching-on to the next (chosen: a boot's control flow twice over, some 10 MB). */
export const DETAIL_ROWS = 100_000;
/** Bytes of a Thumb instruction: a step by more, or back, is control flow. */
const LONGEST = 4;

/** What may still be recorded of a kind. */
export class DetailBudget {
  recorded = 0;
  dropped = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Whether one more row may be recorded; otherwise it is counted. */
  take(): boolean {
    if (this.recorded >= this.most) {
      this.dropped++;
      return false;
    }
    this.recorded++;
    return true;
  }

  /** What the session says of the rows it lacks. */
  get words(): string {
    return `${this.dropped} beyond the bound of ${this.most} were not recorded`;
  }
}

export interface RecordDetailParts {
  readonly machine: Machine;
  readonly streams: StreamEvents;
  /** Records a row about the MCU at an instant. */
  readonly mcuEvent: (timeNs: number, kind: string, pc: number, detail: string) => void;
  /** Nothing is recorded now: a fork of the machine runs. */
  readonly muted: () => boolean;
}

export class RecordDetail {
  /** Rows of one switching-on; tests make it small. */
  most = DETAIL_ROWS;
  private readonly parts: RecordDetailParts;
  private cs: DetailBudget | undefined;
  private mcu: DetailBudget | undefined;
  private before = -1;
  /** What the core's hook was before. */
  private traceBefore: ((pc: number) => void) | undefined;

  constructor(parts: RecordDetailParts) {
    this.parts = parts;
  }

  get state(): RecordDetailState {
    const of = (budget: DetailBudget | undefined) => ({
      on: budget !== undefined,
      recorded: budget?.recorded ?? 0,
      dropped: budget?.dropped ?? 0,
    });
    return { cs: of(this.cs), mcu: of(this.mcu) };
  }

  /** Switches; what is on already keeps its bound. */
  set(cs: boolean, mcu: boolean): void {
    const { streams } = this.parts;
    if (cs !== (this.cs !== undefined)) {
      const ended = this.cs;
      this.cs = cs ? new DetailBudget(this.most) : undefined;
      streams.recordAll(this.cs);
      if (ended !== undefined && ended.dropped > 0) streams.say('RECORDING_ENDS', `instructions: ${ended.words}`);
    }
    if (mcu !== (this.mcu !== undefined)) {
      const ended = this.mcu;
      this.setMcu(mcu ? new DetailBudget(this.most) : undefined);
      if (ended !== undefined && ended.dropped > 0) this.sayMcu(`control flow: ${ended.words}`);
    }
  }

  /** Off, without a word: another session begins. */
  reset(): void {
    this.cs = undefined;
    this.parts.streams.recordAll(undefined);
    if (this.mcu !== undefined) this.setMcu(undefined);
  }

  /** Goes on where another bench of the same session stopped, after its history was run again up to some point. */
  continueFrom(other: RecordDetail): void {
    this.most = other.most;
    this.cs = other.cs;
    this.parts.streams.recordAll(this.cs);
    if (other.mcu !== undefined) this.setMcu(other.mcu);
  }

  /** For whoever else needs the core's hook before each instruction: to be called from there; undefined while off. */
  get tap(): ((pc: number) => void) | undefined {
    return this.mcu === undefined ? undefined : this.instruction;
  }

  private setMcu(budget: DetailBudget | undefined): void {
    const { hooks } = this.parts.machine.core;
    const off = this.mcu === undefined;
    this.mcu = budget;
    this.before = -1;
    if (budget === undefined) {
      hooks.trace = this.traceBefore;
      this.traceBefore = undefined;
    } else if (off) {
      const other = hooks.trace;
      this.traceBefore = other;
      hooks.trace = (pc) => {
        other?.(pc);
        this.instruction(pc);
      };
    }
  }

  /** Before each instruction of the MCU. */
  private readonly instruction = (pc: number): void => {
    const { before, parts, mcu } = this;
    if (parts.muted()) return;
    this.before = pc >>> 0;
    // One that is begun again after an interruption is the same instruction.
    if (before < 0 || (this.before >= before && this.before <= before + LONGEST) || mcu === undefined) return;
    if (mcu.take()) parts.mcuEvent(this.now, 'jump', before, `to ${hex(this.before)}`);
    else if (mcu.dropped === 1) this.sayMcu('control flow: the bound is reached; execution goes on');
  };

  private sayMcu(text: string): void {
    const { clock, core } = this.parts.machine;
    this.parts.mcuEvent(clock.now, 'recording', core.pc, text);
  }

  /** Instant of the present instruction: the clock stands still while the MCU executes several. */
  private get now(): number {
    const { gpuClock, mcu } = this.parts.machine;
    return gpuClock.instantOf(mcu.position());
  }
}
