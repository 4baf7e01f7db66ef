/**
 * Requests of a debugger of command streams: breakpoints by address or by offset in a stream, steps, live state. A stop
 * halts the whole machine before the instruction executes and leaves no trace in it: other streams do not notice, and a
 * session runs the same without the debugger.
 */
import { z } from 'zod';
import { u32, u53 } from './inputs.ts';
import { streamResult, streamRun } from './stream-run.ts';

const none = z.strictObject({});

/** A stream: by interface number (8 * slot + queue), or by the id of its group and the queue. */
export const streamName = z.union([
  z.strictObject({ cs: u32.max(63) }),
  z.strictObject({ group: u32, queue: u32.max(31) }),
]);
export type StreamName = z.output<typeof streamName>;

export const streamBreakpoint = z.strictObject({
  /**
   * `va`: the address of an instruction. `offset`: bytes from the first instruction of what the ring calls, which is
   * where a program's own stream begins.
   */
  at: z.union([z.strictObject({ va: u53 }), z.strictObject({ offset: u32 })]),
  /** Only this stream; any when absent. */
  stream: streamName.optional(),
  /** Hits passed over before it stops. */
  ignore: u32.default(0),
});
export type StreamBreakpoint = z.output<typeof streamBreakpoint>;

export const streamBreakpointState = z.object({ id: u32, breakpoint: streamBreakpoint, hits: u53 });

const place = z.object({ pc: u53, end: u53 });

export const streamState = z.object({
  cs: u32,
  /** Id of the group in the slot, -1 none. */
  group: z.number().int(),
  queue: u32,
  /** CS_STATE and CS_REASON by name. */
  state: z.string(),
  reason: z.string(),
  /** The next instruction: address, word in hex, text; undefined where nothing is mapped. */
  pc: u53,
  word: z.string().optional(),
  text: z.string().optional(),
  /** Bytes from the first instruction of what the ring called, while the debugger has seen it begin. */
  offset: u32.optional(),
  /** Instructions executed since the stream was started on its slot. */
  instructions: u53,
  registers: z.array(u32),
  /** Operations outstanding per scoreboard entry. */
  scoreboard: z.array(u32),
  /** Frames, the present one last; the ring itself is not among them. */
  callStack: z.array(place),
  inHandler: z.boolean(),
  ring: z.object({ base: u53, size: u32, insert: u53, extract: u53 }),
  /** The doorbell page of its group's slot, and whether it was rung and the firmware has not looked yet. */
  doorbell: z.object({ page: u32, pending: z.boolean() }),
  /** What a SYNC_WAIT waits for. */
  wait: z.object({ address: u53, value: u53, condition: z.string() }).optional(),
  jobs: z.array(
    z.object({ context: u32, class: z.string(), state: z.string(), slot: u32, op: z.string(), next: u53, total: u53 }),
  ),
  /** Deferred operations outstanding. */
  deferred: u32,
});
export type StreamState = z.infer<typeof streamState>;

/** Why streams stand still, or not. */
export const streamStop = z.object({
  /** `stopped`: the machine stands before an instruction of `cs`. */
  state: z.enum(['running', 'stopped']),
  /**
   * breakpoint, step, back, fault (of the stream that is debugged; it stands behind the instruction), finished (its job
   * has ended), time (what was granted is used up), idle (nothing will happen), ended (the stream has no more).
   */
  reason: z.string(),
  /** With `fault`: what the hardware reported. */
  detail: z.string().optional(),
  cs: u32.optional(),
  breakpoint: u32.optional(),
  pc: u53.optional(),
  timeNs: u53,
  /** The stop is inside another request (a job under way, a driver call): look, go on, but change nothing. */
  inside: z.boolean(),
});
export type StreamStop = z.infer<typeof streamStop>;

/** A job that was submitted to be debugged: its stream, where its words lie, and where it stands. */
export const streamJob = z.object({ group: u32, queue: u32, cs: u32, va: u53, words: u32 });
export type StreamJobPlace = z.infer<typeof streamJob>;

const steps = z.strictObject({
  stream: streamName,
  count: u32.min(1).max(1_000_000).default(1),
  /** Virtual time it may take: a stream that waits goes on when it can. */
  limitNs: u53.max(10_000_000_000).default(100_000_000),
});
const moves = steps.omit({ count: true });

/** Most instructions a trace keeps. */
export const MAX_TRACE = 1 << 20;

export const traceEntry = z.object({
  timeNs: u53,
  cs: u32,
  pc: u53,
  instruction: u53,
  word: z.string(),
  text: z.string(),
});
export type TraceEntry = z.infer<typeof traceEntry>;

export const streamDebugRequests = {
  /**
   * Submits a stream as `stream.run` does, and stops before its first instruction. The group stays until `end`, or until
   * another one begins; faults of the stream stop it as breakpoints do.
   */
  'streamdebug.begin': { params: streamRun, result: z.object({ job: streamJob, stop: streamStop }) },
  /** The job that is debugged; undefined when there is none, or history was taken back to before it. */
  'streamdebug.job': { params: none, result: streamJob.optional() },
  /** What came of it so far; `finished` tells whether it has ended. */
  'streamdebug.result': { params: none, result: streamResult },
  /** Destroys its group and memory. */
  'streamdebug.end': { params: none, result: z.void() },
  /**
   * To before the instruction that the stream executed last, or (`continueBack`) to its last earlier breakpoint, else its
   * first instruction: the session's inputs run again up to there, and what follows carries a new branch.
   */
  'streamdebug.back': { params: z.strictObject({ stream: streamName }), result: streamStop },
  'streamdebug.continueBack': { params: z.strictObject({ stream: streamName }), result: streamStop },
  'streamdebug.break': { params: streamBreakpoint, result: streamBreakpointState },
  'streamdebug.unbreak': { params: z.strictObject({ id: u32 }), result: z.void() },
  'streamdebug.list': { params: none, result: z.array(streamBreakpointState) },
  'streamdebug.state': { params: z.strictObject({ stream: streamName }), result: streamState },
  /** Where the machine stands. */
  'streamdebug.where': { params: none, result: streamStop },
  /** Grants up to `ns` of virtual time, or less when a breakpoint is hit. Inside another request: lets that go on. */
  'streamdebug.run': { params: z.strictObject({ ns: u53.max(10_000_000_000) }), result: streamStop },
  /** Executes `count` instructions of a stream. */
  'streamdebug.step': { params: steps, result: streamStop },
  /** As a step, but what a CALL calls runs through. */
  'streamdebug.over': { params: moves, result: streamStop },
  /** Runs until the present frame has returned; in the ring: until it is empty. */
  'streamdebug.out': { params: moves, result: streamStop },
  /** Sets a register of a stream; only while the machine is stopped before an instruction, and not inside a request. */
  'streamdebug.setRegister': {
    params: z.strictObject({ stream: streamName, register: u32.max(95), value: u32 }),
    result: z.void(),
  },
  /** Keeps the last `size` executed instructions of all streams from now on; 0 ends it. */
  'streamdebug.trace': { params: z.strictObject({ size: u32.max(MAX_TRACE) }), result: z.void() },
  /** The newest of them, oldest first. */
  'streamdebug.traced': {
    params: z.strictObject({ stream: streamName.optional(), last: u32.min(1).max(10_000).default(1000) }),
    result: z.array(traceEntry),
  },
} as const;

export const streamDebugNotices = {
  /** A breakpoint of a stream was hit inside another request. */
  streamStopped: streamStop,
} as const;
