/**
 * What the owner of a core may choose and attach: options at construction, hooks at any time.
 */
import type { SemihostSink } from './semihosting.ts';

/** What executes instructions. Results never depend on it. */
export type CoreEngine = 'interpreter' | 'translator';

/** What a debugger may attach. All optional; nothing costs anything while unset. */
export interface CoreHooks {
  /** Before the instruction at an address of `setBreakpoint` executes. True: stop there (`halted` stays clear). */
  breakpoint?: ((pc: number) => boolean) | undefined;
  /** Before every instruction; makes the core run one instruction at a time. */
  trace?: ((pc: number) => void) | undefined;
  exceptionEntry?: ((exception: number, returnAddress: number) => void) | undefined;
  exceptionExit?: ((exception: number, pc: number) => void) | undefined;
  /** BKPT with no semihosting; true: taken by a debugger, the core stops before it. */
  bkpt?: ((imm: number, pc: number) => boolean) | undefined;
  /** SEV, for an owner with several cores. */
  sev?: (() => void) | undefined;
  /** A write of AIRCR.SYSRESETREQ. */
  systemReset?: (() => void) | undefined;
}

export interface CoreOptions {
  /** CPUID value; default Cortex-M7 r1p2. */
  readonly cpuid?: number;
  /** External interrupt lines, 1..240; default 32. */
  readonly irqLines?: number;
  /** Implemented priority bits, 3..8; default 4. */
  readonly priorityBits?: number;
  /** Where semihosting calls go; without it BKPT 0xab is an ordinary breakpoint. */
  readonly semihosting?: SemihostSink;
  /** Virtual time in nanoseconds, for semihosting clocks; default one cycle each. */
  readonly now?: () => number;
  /** Default: the interpreter. */
  readonly engine?: CoreEngine;
  /** Branches to an address before it is translated; 0: everything at once, for tests. */
  readonly translateAfter?: number;
  /** Characters written to ITM stimulus ports. */
  readonly itm?: (port: number, value: number, size: number) => void;
}
