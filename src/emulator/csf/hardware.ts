/**
 * What all parts of the stream hardware share: the 64 streams, the image of the group block, events and interrupt
 * lines, the states of a stream and their consequences, and the scheduling of its slices. Every event of the clock
 * is data: a kind and a stream number.
 */
import {
  CS_EVENT_BIT,
  CS_REASON,
  CS_STATE,
  JOB_CONTEXT_COUNT,
  NVIC_LINE,
  STREAM_COUNT,
} from '../../spec/registers/mcu-private.ts';
import { ORDER, type CsfHost } from '../wiring.ts';
import { CORE_COUNT, COST_UNBLOCK, SCOREBOARD_ENTRIES } from './choices.ts';
import type { CoreUnit, JobView } from './core-unit.ts';
import * as L from './layout.ts';
import { Stream } from './stream.ts';

/** Id of the stream hardware as an event target. */
export const CSF_ID = 'csf';
/** Kinds of its events; the payload is the stream number, for FLUSHED see deferred.ts. */
export const KIND = { SLICE: 0, WAKE: 1, COMMAND: 2, FLUSHED: 3 } as const;

/** Counters since power-on, in the order of PRF_SAMPLE.counters.CSF (the last is the MCU's). */
export const COUNTER = { ACTIVE: 0, INSTRUCTIONS: 1, WORDS: 2, SYNCS: 3, BLOCKED: 4, MCU: 5 } as const;

/**
 * How an instruction with a wait mask acts, at once or deferred, on operands sampled at issue. False: it was fatal.
 */
export type Performer = (
  h: Hardware,
  s: Stream,
  lo: number,
  hi: number,
  addrLo: number,
  addrHi: number,
  dataLo: number,
  dataHi: number,
) => boolean;

export class Hardware {
  readonly host: CsfHost;
  /** By opcode. */
  readonly performers: readonly (Performer | undefined)[];
  readonly image = new Int32Array(STREAM_COUNT * L.STREAM_WORDS);
  readonly streams: readonly Stream[];
  /** Registers of the group block that hold what was written, and EP_EVENT. */
  readonly control = new Int32Array(L.CONTROL_WORDS);
  /** CS_PENDING. */
  pendingLo = 0;
  pendingHi = 0;
  readonly counters = new Float64Array(6);

  /** A slice that a debugger cut: its stream (-1 none), cycles and instructions of it that are done. */
  readonly cut = { stream: -1, spent: 0, retired: 0 };

  /** Per core: 6 * stream + context of the job whose task it runs, -1 idle; cycle at which that began. */
  readonly coreJob = new Int32Array(CORE_COUNT).fill(-1);
  readonly coreSince = new Float64Array(CORE_COUNT);
  readonly coreBusy = new Float64Array(CORE_COUNT);
  readonly coreTasks = new Float64Array(CORE_COUNT);
  /** Per job (6 * stream + context): address of the instruction that issued it. */
  readonly jobPc = new Float64Array(STREAM_COUNT * JOB_CONTEXT_COUNT);
  /** Cores in use per group and class (3 * group + class), and whether it is starved. */
  readonly groupUse = new Int32Array(24);
  readonly starved = new Uint8Array(24);
  /** Work space of the iterators: jobs with a task to begin. */
  readonly candidates = new Int32Array(STREAM_COUNT * 3);
  /** The machines, by class. */
  readonly units: CoreUnit[] = [];
  /** Filled anew for each call of a unit. */
  readonly view: JobView;

  constructor(host: CsfHost, performers: readonly (Performer | undefined)[]) {
    this.host = host;
    this.performers = performers;
    this.streams = Array.from(
      { length: STREAM_COUNT },
      (_, n) => new Stream(n, this.image.subarray(n * L.STREAM_WORDS, (n + 1) * L.STREAM_WORDS)),
    );
    const regs = this.image.subarray(0, L.JOB_REGS);
    this.view = { cs: 0, group: 0, ctx: 0, cls: 0, as: 0, op: 0, lo: 0, hi: 0, regs, heap: 0, aux: 0, total: 0, pc: 0 };
  }

  /** A row for the log; `detail` is built only while somebody looks. */
  note(s: Stream, kind: string, detail: () => string): void {
    this.host.trace.event?.(s.n, kind, detail());
  }

  /** Sets an event bit (CS_EVENT_BIT). */
  event(s: Stream, bit: number): void {
    s.w[L.W_EVENT] = s.w[L.W_EVENT]! | (1 << bit);
    this.refreshPending(s);
  }

  hasEvent(s: Stream, bit: number): boolean {
    return (s.w[L.W_EVENT]! & (1 << bit)) !== 0;
  }

  /** CS_PENDING of the stream and the interrupt line, after a change of CS_EVENT or CS_MASK. */
  refreshPending(s: Stream): void {
    const bit = 1 << (s.n & 31);
    const on = (s.w[L.W_EVENT]! & s.w[L.W_MASK]!) !== 0;
    if (s.n < 32) this.pendingLo = on ? this.pendingLo | bit : this.pendingLo & ~bit;
    else this.pendingHi = on ? this.pendingHi | bit : this.pendingHi & ~bit;
    this.host.setLine(NVIC_LINE.CS, (this.pendingLo | this.pendingHi) !== 0);
  }

  endpointEvent(bits: number): void {
    this.control[L.C_EP_EVENT] = this.control[L.C_EP_EVENT]! | bits;
    this.refreshEndpointLine();
  }

  refreshEndpointLine(): void {
    this.host.setLine(NVIC_LINE.EP, (this.control[L.C_EP_EVENT]! & this.control[L.C_EP_MASK]!) !== 0);
  }

  /** True when all scoreboard entries are 0. */
  scoreboardIdle(s: Stream): boolean {
    for (let e = 0; e < SCOREBOARD_ENTRIES; e++) if (s.w[L.W_SB + e] !== 0) return false;
    return true;
  }

  /** Recomputes the QUIET level; to be called after every change of state, reason or scoreboard. */
  refreshQuiet(s: Stream): void {
    const waits =
      s.state === CS_STATE.EMPTY ||
      (s.state === CS_STATE.BLOCKED &&
        (s.reason === CS_REASON.SYNC_WAIT || s.reason === CS_REASON.PROTM || s.reason === CS_REASON.RESOURCE));
    const quiet = waits && this.scoreboardIdle(s) ? 1 : 0;
    if (quiet === s.quiet) return;
    s.quiet = quiet;
    if (quiet === 1) this.event(s, CS_EVENT_BIT.QUIET);
    else if (s.live) this.event(s, CS_EVENT_BIT.BUSY);
  }

  /** The stream executes its next instruction `cycles` from now. */
  run(s: Stream, cycles: number): void {
    const { clock, gpuClock } = this.host;
    clock.cancel(s.slice);
    s.slice = clock.schedule(gpuClock.after(cycles), ORDER.STREAM, s.n, CSF_ID, KIND.SLICE, s.n);
  }

  /** Blocks the stream at its present instruction, which counts as not executed. `wait` is CS_WAIT. */
  block(s: Stream, reason: number, wait = 0): void {
    s.state = CS_STATE.BLOCKED;
    s.reason = reason;
    s.w[L.W_WAIT] = wait;
    s.blockedAt = this.host.cycles();
    s.storePc();
    this.refreshQuiet(s);
  }

  /** Ends a block; the instruction is looked at again (or, after `retire`, the next one). */
  unblock(s: Stream): void {
    if (s.state !== CS_STATE.BLOCKED) return;
    this.counters[COUNTER.BLOCKED] = this.counters[COUNTER.BLOCKED]! + this.host.cycles() - s.blockedAt;
    this.clearWait(s);
    s.state = CS_STATE.RUNNING;
    this.refreshQuiet(s);
    this.run(s, COST_UNBLOCK);
  }

  /** As `unblock`, if the stream is blocked for this reason. */
  unblockIf(s: Stream, reason: number): void {
    if (s.state === CS_STATE.BLOCKED && s.reason === reason) this.unblock(s);
  }

  clearWait(s: Stream): void {
    s.reason = CS_REASON.UNBLOCKED;
    s.w.fill(0, L.W_WAIT, L.W_WAIT_VALUE + 2);
  }

  /** No further slice, no look at a sync object: the stream does not move by itself. */
  halt(s: Stream): void {
    const { clock } = this.host;
    clock.cancel(s.slice);
    clock.cancel(s.wake);
    s.slice = 0;
    s.wake = 0;
    s.storePc();
  }
}
