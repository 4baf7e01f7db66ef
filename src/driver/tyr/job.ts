/**
 * The instructions the driver writes into a ring buffer for one job (Panthor `prepare_job_instrs` in
 * `panthor_sched.c`): flush the caches unless that has happened since, call the user's stream, then bump the
 * queue's sync object when everything is done. With profiling on, cycle counter and time are stored before and
 * after the call.
 *
 * Registers: the last four of a stream belong to the kernel; the pair A holds addresses, the pair V values.
 * Scoreboard entry 0 is used for the flush.
 */
import { hi32, lo32 } from '../../base/bits.ts';
import { CS_INSTRUCTION_SIZE, RING_STEP, UNPRESERVED_CS_REGS } from '../../spec/firmware/interface.ts';

/** Opcodes of the instructions used here (spec/cs has all of them). */
const OP = {
  MOVE48: 1,
  MOVE32: 2,
  WAIT: 3,
  CALL: 32,
  FLUSH_CACHE2: 36,
  STORE_STATE: 40,
  ERROR_BARRIER: 47,
  SYNC_ADD64: 51,
} as const;

/** L2 and load/store cache clean and invalidate, other caches invalidate; no wait, signals scoreboard 0. */
const FLUSH_ALL = 0x233;
const STATE_TIMESTAMP = 0;
const STATE_CYCLE_COUNT = 1;
/** SYNC_ADD64: an error of the stream goes into the status word of the object; system scope. */
const ERROR_PROPAGATE = 1;

/** Instructions per cache line: a job occupies whole lines. */
const LINE_INSTRUCTIONS = RING_STEP / CS_INSTRUCTION_SIZE;

/** What profiling records; bits of the `profiling` switch. */
export const PROFILING = { CYCLES: 1, TIMESTAMP: 2 } as const;

/** A profiling record: cycles before and after, time before and after, 8 bytes each. */
export const PROFILING_SLOT_BYTES = 32;
export const PROFILING_SLOT = { CYCLES_BEFORE: 0, CYCLES_AFTER: 8, TIME_BEFORE: 16, TIME_AFTER: 24 } as const;

export interface JobStream {
  /** GPU VA and bytes of the user's instructions. */
  readonly start: number;
  readonly size: number;
  /** Flush identifier the user saw last. */
  readonly latestFlush: number;
  /** GPU VA of the queue's sync object. */
  readonly syncobj: number;
  /** GPU VA of this job's profiling record; ignored when `profiling` is 0. */
  readonly times: number;
  readonly profiling: number;
}

/** Number of work registers and scoreboard entries the firmware reports. */
export interface StreamShape {
  readonly registers: number;
  readonly scoreboards: number;
}

/** Padded number of instructions of a job: its credits, and what its ring entry takes. */
export function jobInstructionCount(profiling: number): number {
  const bits = (profiling & PROFILING.CYCLES ? 1 : 0) + (profiling & PROFILING.TIMESTAMP ? 1 : 0);
  return Math.ceil((11 + 4 * bits) / LINE_INSTRUCTIONS) * LINE_INSTRUCTIONS;
}

/** The ring entry of a job as 32-bit words, low word of each instruction first. */
export function jobInstructions(job: JobStream, shape: StreamShape): Uint32Array {
  const words = new Uint32Array(jobInstructionCount(job.profiling) * 2);
  const a = shape.registers - UNPRESERVED_CS_REGS;
  const v = a + 2;
  let at = 0;
  const put = (op: number, hi: number, lo: number): void => {
    words[at++] = lo;
    words[at++] = (op << 24) | hi;
  };
  // As Panthor joins them: bits of the caller's address above 48 spoil the instruction, they are not cut off.
  const move48 = (reg: number, value: number): void => put(OP.MOVE48, (reg << 16) | hi32(value), lo32(value));
  const storeState = (reg: number, what: number): void => put(OP.STORE_STATE, (reg << 8) | what, 0);
  const profile = (cycles: number, time: number): void => {
    if (job.profiling & PROFILING.CYCLES) {
      move48(a, job.times + cycles);
      storeState(a, STATE_CYCLE_COUNT);
    }
    if (job.profiling & PROFILING.TIMESTAMP) {
      move48(v, job.times + time);
      storeState(v, STATE_TIMESTAMP);
    }
  };

  put(OP.MOVE32, v << 16, job.latestFlush);
  put(OP.FLUSH_CACHE2, v << 8, FLUSH_ALL);
  profile(PROFILING_SLOT.CYCLES_BEFORE, PROFILING_SLOT.TIME_BEFORE);
  move48(a, job.start);
  put(OP.MOVE32, v << 16, job.size);
  put(OP.WAIT, 0, 1 << 16);
  put(OP.CALL, (a << 8) | v, 0);
  profile(PROFILING_SLOT.CYCLES_AFTER, PROFILING_SLOT.TIME_AFTER);
  move48(a, job.syncobj);
  move48(v, 1);
  put(OP.WAIT, 0, ((1 << shape.scoreboards) - 1) << 16);
  put(OP.SYNC_ADD64, (a << 8) | v, ERROR_PROPAGATE);
  put(OP.ERROR_BARRIER, 0, 0);
  return words;
}
