/**
 * Rows of `cs_event`: what the command-stream hardware reports by itself, and the first instructions of each job
 * as they are executed. A job's instructions are recorded up to a budget, so that a stream that loops for a
 * million instructions costs what a short one does; a row says where recording stopped. All instructions are recorded
 * while somebody asks for it (record-detail.ts), up to a bound of its own.
 */
import type { PlainObject } from '../../base/stateful.ts';
import { disassembleWord } from '../../spec/cs/disassemble.ts';
import type { Machine } from '../../emulator/machine.ts';
import { MCU_CS } from '../../spec/registers/mcu-private.ts';
import type { CsEventRow } from '../../protocol/records.ts';
import { TWO32 } from '../../base/bits.ts';
import type { DetailBudget } from './record-detail.ts';

/** Streams of a group slot. */
export const STREAMS = 8;
/** Instructions recorded after each start of a job (chosen: any example fits, and 512 rows are nothing). */
export const INSTRUCTION_BUDGET = 512;
/** High words from here on leave 53 bits; a Number just below 2^64 is a multiple of this. */
const SAFE_HIGH = 2 ** 21;
const COARSE = 2048;

/** Architecture of the instructions of this GPU. */
const ARCH = 10;

export type CsEvent = Omit<CsEventRow, 'seq' | 'timeNs'>;

export class StreamEvents {
  /** Told about each event of the hardware (not about instructions), by interface number. */
  onEvent: (cs: number, kind: string, detail: string) => void = () => {};
  /** A debugger that wants to know of faults, at the moment they are raised. */
  onFault: ((cs: number, kind: string, detail: string) => void) | undefined;
  /** Id of the group in a slot; -1 when nobody knows. */
  groupIn: (slot: number) => number = () => -1;
  private readonly machine: Machine;
  private readonly emit: (row: CsEvent) => void;
  /** Nothing is recorded now: a fork of the machine runs. */
  readonly muted: () => boolean;
  private budget = 0;
  /** All instructions are wanted, up to this. */
  private all: DetailBudget | undefined;
  private lastCs = -1;
  private lastPc = -1;

  /** `emit` records a row; nothing happens while `muted`. */
  constructor(machine: Machine, emit: (row: CsEvent) => void, muted: () => boolean) {
    this.machine = machine;
    this.emit = emit;
    this.muted = muted;
    machine.hooks.csf.event = (cs, kind, detail) => this.event(cs, kind, detail);
  }

  /** A job was given to a ring: its first instructions are recorded. */
  jobStarted(): void {
    this.budget = INSTRUCTION_BUDGET;
    this.listen();
  }

  /** Records all instructions up to a bound, or those of jobs only. */
  recordAll(budget: DetailBudget | undefined): void {
    this.all = budget;
    this.listen();
  }

  /** A row of no stream. */
  say(opcode: string, detail: string): void {
    this.emit({ groupId: -1, queue: 0, pc: 0, opcode, detail });
  }

  /** How far recording is: no state of the machine, but a history that is run again must record alike. */
  save(): PlainObject {
    return { budget: this.budget, lastCs: this.lastCs, lastPc: this.lastPc };
  }

  load(state: PlainObject): void {
    this.budget = Number(state['budget']);
    this.lastCs = Number(state['lastCs']);
    this.lastPc = Number(state['lastPc']);
    this.listen();
  }

  private listen(): void {
    const wanted = this.budget > 0 || this.all !== undefined;
    this.machine.hooks.csf.instruction = wanted ? (cs, pc, lo, hi) => this.instruction(cs, pc, lo, hi) : undefined;
  }

  private event(cs: number, opcode: string, detail: string): void {
    if (this.muted()) return;
    this.onEvent(cs, opcode, detail);
    const { csf } = this.machine;
    const at = MCU_CS.CS_PC.offset;
    const hi = csf.peekStream(cs, at + 4) >>> 0;
    const lo = csf.peekStream(cs, at) >>> 0;
    // Above 2^53 a Number has steps of up to 2048: down, so that it stays below 2^64.
    this.put(cs, hi * TWO32 + (hi < SAFE_HIGH ? lo : lo - (lo % COARSE)), opcode, detail);
    if (opcode === 'fault' || opcode === 'fatal') this.onFault?.(cs, opcode, detail);
  }

  private instruction(cs: number, pc: number, lo: number, hi: number): void {
    // One that is looked at again after a wait is the same instruction.
    if (this.muted() || (cs === this.lastCs && pc === this.lastPc)) return;
    this.lastCs = cs;
    this.lastPc = pc;
    const { all } = this;
    // Those that are recorded anyway do not count against the bound.
    const anyway = this.budget > 0;
    if (anyway) this.budget--;
    else if (all?.take() !== true) {
      if (all?.dropped === 1) this.put(cs, pc, 'RECORDING_ENDS', 'the bound is reached; execution goes on');
      return;
    }
    const { row, text } = disassembleWord(lo, hi, ARCH);
    this.put(cs, pc, row?.name ?? '.word', text);
    if (!anyway || this.budget > 0 || all !== undefined) return;
    this.listen();
    this.put(cs, pc, 'RECORDING_ENDS', `after ${INSTRUCTION_BUDGET} instructions; execution goes on`);
  }

  private put(cs: number, pc: number, opcode: string, detail: string): void {
    this.emit({ groupId: this.groupIn(Math.floor(cs / STREAMS)), queue: cs % STREAMS, pc, opcode, detail });
  }
}
