/**
 * Requests of a debugger of the MCU: breakpoints, watchpoints, stepping forward and back, registers and memory.
 * The GDB server and the MCU pane use the same ones.
 */
import { z } from 'zod';
import { bytes, u32, u53, unknownRule } from './inputs.ts';

const none = z.strictObject({});

/** Names of the core's registers in the order of `debug.registers`. */
export const MCU_REGISTERS = [
  'r0',
  'r1',
  'r2',
  'r3',
  'r4',
  'r5',
  'r6',
  'r7',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'sp',
  'lr',
  'pc',
  'xpsr',
  'msp',
  'psp',
  'primask',
  'basepri',
  'faultmask',
  'control',
] as const;

/** A condition on a register or a word of memory, compared as unsigned numbers. */
export const condition = z.strictObject({
  what: z.union([z.enum(MCU_REGISTERS), z.strictObject({ address: u32 })]),
  is: z.enum(['=', '!=', '<', '>=']),
  value: u32,
});

export const breakpoint = z.strictObject({
  kind: z.enum(['execute', 'read', 'write', 'access', 'exception']),
  /** Address; for `exception` the exception number, 0 for any. */
  address: u32,
  /** Bytes watched; 1 to 4096. Not used for `execute` and `exception`. */
  size: u32.min(1).max(4096).default(4),
  condition: condition.optional(),
  /** Watchpoints: only when this value was read or written. */
  value: u32.optional(),
  /** Hits passed over before it stops. */
  ignore: u32.default(0),
  /** A log point: writes this text instead of stopping; `{r0}` stands for a register. */
  log: z.string().max(1000).optional(),
});
export type Breakpoint = z.output<typeof breakpoint>;

export const breakpointState = z.object({
  id: u32,
  breakpoint,
  hits: u53,
  /** Why it cannot stop anything; undefined when it is bound. */
  refused: z.string().optional(),
});

/** A register that foreign firmware uses and the model does not have (or refuses). */
export const unknownRegister = z.object({
  address: u32,
  /** What is wrong with the access: undefined, width, reserved, refused, state. */
  kind: z.string(),
  reads: u53,
  writes: u53,
  lastValue: u32,
  /** The first few instructions that touch it. */
  pcs: z.array(u32),
});
export type UnknownRegister = z.infer<typeof unknownRegister>;

/** Why the MCU stands still. */
export const stopState = z.object({
  state: z.enum(['running', 'stopped', 'asleep', 'off']),
  reason: z.string(),
  pc: u32,
  timeNs: u53,
  instructions: u53,
  breakpoint: u32.optional(),
  /** Address of the access, for watchpoints. */
  address: u32.optional(),
  /** Stopped inside a driver call: registers and memory can be read but not written, and it cannot go back. */
  inside: z.boolean(),
});
export type StopState = z.infer<typeof stopState>;

export const debugRequests = {
  /** Says that a debugger is there (DBG_STATUS.attached), or gone: then all breakpoints are removed. */
  'debug.attach': { params: z.strictObject({ on: z.boolean() }), result: z.void() },
  'debug.state': { params: none, result: stopState },
  'debug.registers': { params: none, result: z.array(u32) },
  'debug.setRegister': { params: z.strictObject({ name: z.enum(MCU_REGISTERS), value: u32 }), result: z.void() },
  /** MCU address space, peripherals and system space included, without side effects. Unmapped bytes end the answer. */
  'debug.read': { params: z.strictObject({ address: u32, length: u32.max(1 << 20) }), result: bytes },
  'debug.write': { params: z.strictObject({ address: u32, bytes }), result: z.void() },
  'debug.break': { params: breakpoint, result: breakpointState },
  'debug.unbreak': { params: z.strictObject({ id: u32 }), result: z.void() },
  'debug.breakpoints': { params: none, result: z.array(breakpointState) },
  /** Registers the firmware touched that the model does not have, in the order they were met. */
  'debug.unknown': { params: none, result: z.array(unknownRegister) },
  /** What such a register answers from now on; without an address: all that have no rule of their own. */
  'debug.setUnknownRule': {
    params: z.strictObject({ address: u32.optional(), rule: unknownRule }),
    result: z.void(),
  },
  /** Grants up to `ns` of virtual time, or less when something stops the MCU. */
  'debug.run': { params: z.strictObject({ ns: u53.max(1_000_000_000) }), result: stopState },
  /** Executes `count` instructions of the MCU (waiting while it sleeps, up to `limitNs`). */
  'debug.step': {
    params: z.strictObject({ count: u32.min(1).max(1_000_000).default(1), limitNs: u53.default(1_000_000_000) }),
    result: stopState,
  },
  /** Goes `count` instructions back, by running the session's inputs again up to there. */
  'debug.stepBack': { params: z.strictObject({ count: u32.min(1).max(1_000_000).default(1) }), result: stopState },
  /** Goes back to the last earlier hit of an `execute` breakpoint, or to power-on. */
  'debug.continueBack': { params: none, result: stopState },
} as const;

export const debugNotices = {
  /** The MCU was stopped inside a driver call (a boot, say). */
  stopped: stopState,
} as const;
