/**
 * Requests of a debugger of shaders: programs met, breakpoints by program and instruction, steps forward and back,
 * warps with their lanes and registers, one lane watched over many instructions, counts of executions, faults.
 * A stop halts the whole machine before an instruction of a warp and leaves no trace in it; a session runs the same
 * without the debugger.
 *
 * A program is named by its content (twelve hex digits), so that breakpoints hold wherever its words are loaded.
 */
import { z } from 'zod';
import { MAX_EXPRESSION } from './debug-expression.ts';
import { bytes, u32, u53 } from './inputs.ts';

const none = z.strictObject({});

/** Lanes of a warp, and registers of a lane. */
export const SHADER_LANES = 16;
export const SHADER_REGISTERS = 64;
/** Most instructions of a program that are shown. */
export const MAX_PROGRAM = 8192;
/** Most instructions kept of a watched lane. */
export const MAX_WATCH = 4096;

const programId = z.string().regex(/^[0-9a-f]{12}$/, 'must be the id of a program');
const words = z.custom<Uint32Array>((value) => value instanceof Uint32Array, 'must be 32-bit words');

export const shaderBreakpoint = z.strictObject({
  program: programId,
  /** Number of the instruction in the program. */
  index: u32.max(MAX_PROGRAM - 1),
  /** Hits passed over before it stops. */
  ignore: u32.default(0),
  /** Stops only where this expression (shader-condition.ts) is not 0 for a lane that executes. */
  condition: z.string().max(MAX_EXPRESSION).optional(),
});
export type ShaderBreakpoint = z.output<typeof shaderBreakpoint>;

export const shaderBreakpointState = z.object({
  id: u32,
  breakpoint: shaderBreakpoint,
  hits: u53,
  /** The program has been executed on this bench; else the breakpoint waits for it. */
  bound: z.boolean(),
});
export type ShaderBreakpointState = z.infer<typeof shaderBreakpointState>;

export const shaderProgram = z.object({
  id: programId,
  /** Of the file it was opened from, or of the capture that ran it first; empty for others. */
  name: z.string(),
  instructions: u32,
  /** Address and address space at the last job that ran it; undefined while none has. */
  address: u53.optional(),
  as: u32.optional(),
  /** Tasks of jobs that ran it, and when the first one did. */
  tasks: u53,
  firstNs: u53.optional(),
});
export type ShaderProgram = z.infer<typeof shaderProgram>;

/** Work-groups: first corner and size, or a place. */
const triple = z.tuple([u32, u32, u32]);

export const shaderWarp = z.object({
  warp: u32,
  /** Where its active lanes are, and that as an instruction of the program (-1 outside). */
  pc: u53,
  index: z.number().int(),
  /** Masks of lanes: executing together now, not ended, waiting at a barrier. */
  active: u32,
  alive: u32,
  blocked: u32,
  /** Where each lane goes on, as instructions of the program; -1 for lanes that have ended. */
  lanes: z.array(z.number().int()),
});
export type ShaderWarp = z.infer<typeof shaderWarp>;

export const shaderTask = z.object({
  core: u32,
  /** Id of the group (-1 unknown), queue and stream interface of the job. */
  group: z.number().int(),
  queue: u32,
  cs: u32,
  as: u32,
  /** Address of the RUN_COMPUTE that started it. */
  command: u53,
  /** Number of the task and of all tasks of the job. */
  number: u32,
  total: u53,
  program: programId,
  address: u53,
  /** The box of work-groups of the task; the place of the present one, and its size in work-items. */
  from: triple,
  size: triple,
  at: triple,
  items: triple,
  /** Warp whose turn it is. */
  warp: u32,
  warps: z.array(shaderWarp),
  /** Shared memory of the work-group and stack of a work-item: address and bytes; 0 bytes: none. */
  shared: z.object({ address: u53, bytes: u53 }),
  stackBytes: u53,
});
export type ShaderTask = z.infer<typeof shaderTask>;

/** Why the shader cores stand still, or not. */
export const shaderStop = z.object({
  /** `stopped`: the machine stands before an instruction of a warp. */
  state: z.enum(['running', 'stopped']),
  /** breakpoint, step, back, time (what was granted is used up), idle (nothing will happen), ended. */
  reason: z.string(),
  timeNs: u53,
  /** The stop is inside a call of the driver: look, step and go on, but not back. */
  inside: z.boolean(),
  breakpoint: u32.optional(),
  /** Instructions of all warps executed before this one since power-on. */
  number: u53.optional(),
  core: u32.optional(),
  warp: u32.optional(),
  pc: u53.optional(),
  program: programId.optional(),
  index: z.number().int().optional(),
});
export type ShaderStop = z.infer<typeof shaderStop>;

/** A value of a lane that changed by an instruction. */
const change = z.object({ register: u32, before: u32, after: u32 });

export const laneEntry = z.object({
  number: u53,
  program: programId,
  index: z.number().int(),
  /** Work-group it belonged to, and whether the lane executed it. */
  at: triple,
  active: z.boolean(),
  /** What it did to the lane's registers. */
  changes: z.array(change),
});
export type LaneEntry = z.infer<typeof laneEntry>;

export const shaderFault = z.object({
  timeNs: u53,
  /** Name of the exception; what CS_FAULT_INFO shows (an address). */
  exception: z.string(),
  info: u53,
  core: u32,
  warp: u32,
  active: u32,
  /** Instruction it happened at; undefined when the job's descriptors were at fault. */
  pc: u53.optional(),
  program: programId.optional(),
  index: z.number().int().optional(),
  group: z.number().int(),
  queue: u32,
  cs: u32,
  command: u53,
});
export type ShaderFaultEntry = z.infer<typeof shaderFault>;

const place = z.strictObject({ core: u32.max(63), warp: u32.max(63) });

export const shaderDebugRequests = {
  'shaderdebug.break': { params: shaderBreakpoint, result: shaderBreakpointState },
  'shaderdebug.unbreak': { params: z.strictObject({ id: u32 }), result: z.void() },
  'shaderdebug.list': { params: none, result: z.array(shaderBreakpointState) },
  /** Programs that jobs of this bench have run, and programs opened, the newest last. */
  'shaderdebug.programs': { params: none, result: z.array(shaderProgram) },
  /** Low and high word of each instruction. */
  'shaderdebug.words': { params: z.strictObject({ program: programId }), result: words },
  /** A program from a file or from text, to be read and given breakpoints before anything runs it. */
  'shaderdebug.open': {
    params: z.strictObject({ name: z.string().max(200), bytes }),
    result: shaderProgram,
  },
  /** What a program is called from now on. */
  'shaderdebug.name': {
    params: z.strictObject({ program: programId, name: z.string().max(200) }),
    result: z.void(),
  },
  /** Where the machine stands. */
  'shaderdebug.where': { params: none, result: shaderStop },
  /** Tasks that have begun and have more to do, with their warps, by core. */
  'shaderdebug.tasks': { params: none, result: z.array(shaderTask) },
  /** r0..r63 of a warp: 16 lanes of r0, then of r1, and so on. */
  'shaderdebug.registers': { params: place, result: words },
  /** The uniforms (FAU words) of the task on a core. */
  'shaderdebug.uniforms': { params: z.strictObject({ core: u32.max(63) }), result: words },
  /** Shared memory of the work-group on a core, or the stack of one of its work-items; ends where nothing is mapped. */
  'shaderdebug.local': {
    params: place.extend({ lane: u32.max(SHADER_LANES - 1), what: z.enum(['shared', 'stack']) }),
    result: z.object({ address: u53, bytes }),
  },
  /** Grants up to `ns` of virtual time, until a breakpoint or until nothing happens any more. */
  'shaderdebug.run': { params: z.strictObject({ ns: u53.max(100_000_000_000) }), result: shaderStop },
  /** Lets the machine go on in the time that somebody else grants: a capture that waits, a request under way. */
  'shaderdebug.release': { params: none, result: shaderStop },
  /** `warp`: the next instruction of this warp, over barriers; when it ends, of whatever comes. `any`: of whatever. */
  'shaderdebug.step': {
    params: z.strictObject({
      what: z.enum(['warp', 'any']).default('warp'),
      count: u32.min(1).max(1_000_000).default(1),
      limitNs: u53.max(10_000_000_000).default(1_000_000_000),
    }),
    result: shaderStop,
  },
  /** Goes `count` instructions of all warps back, by running the session's inputs again up to there. */
  'shaderdebug.back': { params: z.strictObject({ count: u32.min(1).max(1_000_000).default(1) }), result: shaderStop },
  /** Counts executions from now on, or ends it and forgets them. */
  'shaderdebug.count': { params: z.strictObject({ on: z.boolean() }), result: z.void() },
  /** Per instruction: times a warp executed it, and lanes that did. Empty while nothing is counted. */
  'shaderdebug.counts': {
    params: z.strictObject({ program: programId }),
    result: z.object({ on: z.boolean(), warps: z.array(u53), lanes: z.array(u53) }),
  },
  /** Keeps what the last instructions of a warp did to a lane; without parameters no longer. */
  'shaderdebug.watch': {
    params: z.strictObject({ at: place.extend({ lane: u32.max(SHADER_LANES - 1) }).optional() }),
    result: z.void(),
  },
  /** The newest of them, oldest first. */
  'shaderdebug.watched': {
    params: z.strictObject({ last: u32.min(1).max(MAX_WATCH).default(256) }),
    result: z.array(laneEntry),
  },
  /** Faults of shaders on this bench, oldest first. */
  'shaderdebug.faults': { params: none, result: z.array(shaderFault) },
} as const;

export const shaderDebugNotices = {
  /** The machine stopped before an instruction of a shader while something else granted time, or goes on. */
  shaderStopped: shaderStop,
} as const;
