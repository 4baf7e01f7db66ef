/**
 * The registers of the core as one Int32Array, so that the interpreter, the slow paths and snapshots share one
 * place. Slots 0..15 are r0..r15; r13 is the stack pointer in use, the other one waits in OTHER_SP. r15 is the
 * address of the next instruction whenever the hot loop is not running.
 *
 * N and Z are kept as results (N: sign of N_RESULT, Z: Z_RESULT is 0), C as 0 or 1, V as the sign of V_RESULT:
 * the instructions that set flags then store values they have anyway.
 */
export const SP = 13;
export const LR = 14;
export const PC = 15;
export const N_RESULT = 16;
export const Z_RESULT = 17;
export const CARRY = 18;
export const V_RESULT = 19;
/** Q flag, 0 or 1. */
export const SATURATED = 20;
/** GE flags, bits 3:0. */
export const GE = 21;
/** ITSTATE in bits 7:0; bit 8: SP was written, its low bits must be cleared. Not zero: more than a dispatch is due. */
export const MODE = 22;
export const PRIMASK = 23;
export const BASEPRI = 24;
export const FAULTMASK = 25;
/** CONTROL: nPRIV in bit 0, SPSEL in bit 1. */
export const CONTROL = 26;
export const OTHER_SP = 27;
/** Exception number being executed; 0 in Thread mode. */
export const IPSR = 28;
/** EPSR.T; 0 makes the next instruction an INVSTATE fault. */
export const THUMB = 29;
/** Why the hot loop must stop after this instruction: EXIT_* bits. */
export const EXIT = 30;
/** Synchronous exception raised by the current instruction (its number), 0 for none. */
export const FAULT = 31;
/** Instructions the hot loop had left when it last called a slow path. */
export const REMAINING = 33;
/** Local exclusive monitor: 1 when open. */
export const EXCLUSIVE = 34;
export const EXCLUSIVE_ADDRESS = 35;
/** Event register of WFE. */
export const EVENT = 36;
/** 0 runs, otherwise asleep: SLEEP_WFI or SLEEP_WFE. */
export const SLEEP = 37;
/** 1 in lockup. */
export const LOCKUP = 38;
/** 1 when halted: by semihosting exit, a breakpoint or the owner. */
export const HALTED = 39;
export const STATE_WORDS = 40;

/** A fault or exception of the current instruction waits in FAULT. */
export const EXIT_FAULT = 1;
/** Pending exceptions, masks, timers or translations may have changed. */
export const EXIT_EVENT = 2;
/** The owner asked for the end of the slice. */
export const EXIT_SLICE = 4;
/** The page of PC cannot be decoded ahead: execute one instruction by itself. */
export const EXIT_UNCACHED = 8;

export const SLEEP_WFI = 1;
export const SLEEP_WFE = 2;

/** Bits of xPSR. */
export const XPSR_IT_HIGH = 10;

/** N, Z, C, V, Q in bits 31:27. */
export function flagsOf(s: Int32Array): number {
  const n = s[N_RESULT]! < 0 ? 1 : 0;
  const z = s[Z_RESULT]! === 0 ? 1 : 0;
  const v = s[V_RESULT]! < 0 ? 1 : 0;
  return (n << 31) | (z << 30) | (s[CARRY]! << 29) | (v << 28) | (s[SATURATED]! << 27);
}

/** Sets N, Z, C, V and Q from bits 31:27. */
export function setFlags(s: Int32Array, apsr: number): void {
  s[N_RESULT] = apsr;
  s[Z_RESULT] = (apsr >>> 30) & 1 ? 0 : 1;
  s[CARRY] = (apsr >>> 29) & 1;
  s[V_RESULT] = apsr << 3;
  s[SATURATED] = (apsr >>> 27) & 1;
}

/** The whole xPSR: APSR, EPSR (T and IT) and IPSR. */
export function xpsrOf(s: Int32Array): number {
  const it = s[MODE]! & 0xff;
  return flagsOf(s) | ((it & 3) << 25) | (s[THUMB]! << 24) | (s[GE]! << 16) | ((it >>> 2) << XPSR_IT_HIGH) | s[IPSR]!;
}

/** Sets everything but IPSR from a whole xPSR. */
export function setXpsr(s: Int32Array, xpsr: number): void {
  setFlags(s, xpsr);
  s[GE] = (xpsr >>> 16) & 15;
  s[THUMB] = (xpsr >>> 24) & 1;
  s[MODE] = ((xpsr >>> 25) & 3) | ((xpsr >>> 8) & 0xfc);
}

/** ITSTATE after one instruction. */
export function advanceIt(it: number): number {
  return (it & 7) === 0 ? 0 : (it & 0xe0) | ((it << 1) & 0x1f);
}

/** Whether a condition code holds for results as kept in the state. */
export function passes(condition: number, n: number, z: number, c: number, v: number): boolean {
  let holds = true;
  switch (condition >> 1) {
    case 0:
      holds = z === 0;
      break;
    case 1:
      holds = c !== 0;
      break;
    case 2:
      holds = n < 0;
      break;
    case 3:
      holds = v < 0;
      break;
    case 4:
      holds = c !== 0 && z !== 0;
      break;
    case 5:
      holds = (n ^ v) >= 0;
      break;
    case 6:
      holds = z !== 0 && (n ^ v) >= 0;
      break;
    default:
      return true;
  }
  return (condition & 1) === 0 ? holds : !holds;
}
