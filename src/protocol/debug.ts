/**
 * Requests of a debugger of the MCU: breakpoints, watchpoints, stepping forward and back, registers and memory.
 * The GDB server and the MCU pane use the same ones.
 */
import { z } from 'zod';
import { MAX_EXPRESSION } from './debug-expression.ts';
import { bytes, u32, u53, unknownRule } from './inputs.ts';
import { MCU_REGISTERS } from './mcu-registers.ts';
import { debugVariableRequests } from './debug-variables.ts';
import { debugViewRequests } from './debug-views.ts';

export { MCU_REGISTERS };

const none = z.strictObject({});

/** Who owns a breakpoint: what a debugger set goes when it detaches. */
export const debugOwner = z.enum(['workspace', 'gdb']);
export type DebugOwner = z.infer<typeof debugOwner>;

export const breakpoint = z.strictObject({
  /**
   * `execute`: before an instruction. `read`, `write`, `access`: after an access to memory or to a register.
   * `exception`: when a handler is entered. `mmu`: when the GPU's MMU reports a fault.
   */
  kind: z.enum(['execute', 'read', 'write', 'access', 'exception', 'mmu']),
  /** Address; for `exception` the exception number, for `mmu` the address space plus 1; 0 there for any. */
  address: u32.default(0),
  /** `execute`: this line of a source file of the symbol file, in place of the address. */
  line: z.strictObject({ file: u32, line: u32.min(1) }).optional(),
  /** `execute`: a function or label, in place of the address. */
  name: z.string().max(200).optional(),
  /** `read`, `write`, `access`: a register, in place of the address; of both sides, driver and MCU, where both see it. */
  register: z.string().max(100).optional(),
  /** Bytes watched; 1 to 4096. Not used for `execute` and `exception`. */
  size: u32.min(1).max(4096).default(4),
  /** Stops only when this expression (debug-expression.ts) is not 0. */
  condition: z.string().max(MAX_EXPRESSION).optional(),
  /** Watchpoints: only when this value was read or written. */
  value: u32.optional(),
  /** Hits passed over before it stops. */
  ignore: u32.default(0),
  /** A log point: writes this text instead of stopping; `{r0}` or any `{expression}` stands for its value. */
  log: z.string().max(1000).optional(),
  enabled: z.boolean().default(true),
  by: debugOwner.default('workspace'),
});
export type Breakpoint = z.output<typeof breakpoint>;

export const breakpointState = z.object({
  id: u32,
  breakpoint,
  hits: u53,
  /** `pending`: it waits for something to be there; `refused`: it can never stop anything; `off`: switched off. */
  status: z.enum(['bound', 'pending', 'refused', 'off']),
  /** Why it is pending or refused, or what it was moved to. */
  reason: z.string().optional(),
  /** Where it stops. */
  addresses: z.array(u32),
  /** What stands there in words: a function, a line, a register. */
  place: z.string(),
});
export type BreakpointState = z.infer<typeof breakpointState>;

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
  /** The rule of its own by which it answers; the one of all others when left out. */
  rule: unknownRule.optional(),
});
export type UnknownRegister = z.infer<typeof unknownRegister>;

/** Why the MCU stands still. */
export const stopState = z.object({
  /** `lockup`: a fault inside a fault handler; `halted`, `fatal`: as MCU_STATUS says. */
  state: z.enum(['running', 'stopped', 'asleep', 'off', 'halted', 'fatal', 'lockup']),
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
  ...debugViewRequests,
  ...debugVariableRequests,
  /** Says that a debugger is there (DBG_STATUS.attached), or gone: then its breakpoints are removed. */
  'debug.attach': {
    params: z.strictObject({ on: z.boolean(), by: debugOwner.default('workspace') }),
    result: z.void(),
  },
  'debug.state': { params: none, result: stopState },
  'debug.registers': { params: none, result: z.array(u32) },
  'debug.setRegister': { params: z.strictObject({ name: z.enum(MCU_REGISTERS), value: u32 }), result: z.void() },
  /** MCU address space, peripherals and system space included, without side effects. Unmapped bytes end the answer. */
  'debug.read': { params: z.strictObject({ address: u32, length: u32.max(1 << 20) }), result: bytes },
  'debug.write': { params: z.strictObject({ address: u32, bytes }), result: z.void() },
  'debug.break': { params: breakpoint, result: breakpointState },
  /** Puts another in its place; hits are kept. */
  'debug.change': { params: z.strictObject({ id: u32, breakpoint }), result: breakpointState },
  'debug.unbreak': { params: z.strictObject({ id: u32 }), result: z.void() },
  'debug.breakpoints': { params: none, result: z.array(breakpointState) },
  /** Registers the firmware touched that the model does not have, in the order they were met. */
  'debug.unknown': { params: none, result: z.array(unknownRegister) },
  /** What those without a rule of their own answer. */
  'debug.unknownRule': { params: none, result: unknownRule },
  /** What such a register answers from now on; without an address: all that have no rule of their own. */
  'debug.setUnknownRule': {
    params: z.strictObject({ address: u32.optional(), rule: unknownRule }),
    result: z.void(),
  },
  /** Grants up to `ns` of virtual time, or less when something stops the MCU. */
  'debug.run': { params: z.strictObject({ ns: u53.max(1_000_000_000) }), result: stopState },
  /**
   * Goes on by so much: `count` instructions; one instruction with all that it calls (`over`); to the end of the
   * function (`out`); to another source line, into or over what it calls. Waits while the MCU sleeps, up to `limitNs`.
   */
  'debug.step': {
    params: z.strictObject({
      count: u32.min(1).max(1_000_000).default(1),
      what: z.enum(['instruction', 'over', 'out', 'line', 'line over']).default('instruction'),
      limitNs: u53.default(1_000_000_000),
    }),
    result: stopState,
  },
  /** Runs to before an instruction, or to something else that stops it. */
  'debug.runTo': {
    params: z.strictObject({ address: u32, limitNs: u53.default(1_000_000_000) }),
    result: stopState,
  },
  /** Goes back by running the session's inputs again: `count` instructions, over a call, or to where the function was called. */
  'debug.stepBack': {
    params: z.strictObject({
      count: u32.min(1).max(1_000_000).default(1),
      what: z.enum(['instruction', 'over', 'out']).default('instruction'),
    }),
    result: stopState,
  },
  /** Goes back to the last earlier hit of an `execute` breakpoint, or to power-on. */
  'debug.continueBack': { params: none, result: stopState },
} as const;

export const debugNotices = {
  /** The MCU was stopped: inside a driver call (a boot, say), or while time passed by itself. */
  stopped: stopState,
} as const;
