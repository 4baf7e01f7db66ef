/**
 * The call stack of the MCU, frame by frame. In this order: rules of the symbol file (.debug_frame); the prologue of
 * the function, read from its start to the PC, where its start is known; the words of the stack, of which those are
 * taken that follow a call and, where the call says so, a call of just that function. Exception frames are known by
 * EXC_RETURN (ARMv7-M ARM, B1.5.6 and B1.5.8). Everything is bounded: damaged stacks end the list, not the bench.
 */
import { decode, isWide } from '../../spec/thumb/decode.ts';
import type { FrameRow } from '../../formats/dwarf-frame.ts';

/** How a frame's caller was found. */
export type FoundBy = 'registers' | 'rules' | 'prologue' | 'link register' | 'stack words' | 'exception';

export interface Frame {
  /** Address of the instruction: of the next one in the innermost frame, of the call in the others. */
  readonly pc: number;
  /** Where execution goes on in this frame. */
  readonly resume: number;
  /** Stack pointer in that frame. */
  readonly sp: number;
  /** r0 to r15 in that frame; undefined where a call may have changed them and nobody saved them. */
  readonly registers: readonly (number | undefined)[];
  /** How this frame was found from the one inside it. */
  readonly by: FoundBy;
  /** Number of the exception whose handler was entered from here; the frame was interrupted, it did not call. */
  readonly exception: number | undefined;
}

/** What the unwinder reads; nothing of it has side effects. */
export interface UnwindSource {
  /** An aligned word; undefined where nothing answers. */
  word(address: number): number | undefined;
  /** Unwind rules of the symbol file. */
  frameAt(address: number): FrameRow | undefined;
  /** First instruction of the function at an address, if it is known. */
  functionStart(address: number): number | undefined;
}

export interface UnwindStart {
  /** r0 to r15. */
  readonly registers: readonly number[];
  /** The process stack pointer, and the exception number of the present mode (0: Thread). */
  readonly psp: number;
  readonly ipsr: number;
}

/** Frames given, instructions of a prologue read, words of the stack looked through (all chosen). */
export const MOST_FRAMES = 64;
const MOST_PROLOGUE = 2048;
const MOST_WORDS = 512;
/** How far behind a call's target the PC may be for the call to be taken as one of its function. */
const FURTHEST = 0x1_0000;
const SP = 13;
const LR = 14;
const PC = 15;
const FRAME_BYTES = 32;
const FRAME_ALIGNED = 1 << 9;
const EXC_RETURN = 0xffff_fff0;
const EXC_PSP = 4;

const isExcReturn = (value: number): boolean => (value & EXC_RETURN) >>> 0 === EXC_RETURN && (value & 1) === 1;

interface Step {
  readonly registers: number[];
  /** Address to return to, as it was saved: Thumb bit or EXC_RETURN and all. */
  readonly to: number;
  readonly by: FoundBy;
  /** A bit for each register that has the caller's value when it had the callee's, or was restored. */
  readonly kept: number;
}

/** Registers a function need not keep (AAPCS32, 6.1.1), and LR, which the call itself sets. */
const NOT_KEPT = 0b0101_0000_0000_1111;
/** Registers of an exception's frame. */
const STACKED = 0b0101_0000_0000_1111;
const ALL = 0xffff;

/** `known` has a bit for each register whose value is that frame's. */
function shownRegisters(registers: readonly number[], known: number): (number | undefined)[] {
  return registers.map((value, r) => (((known >>> r) & 1) === 0 ? undefined : value));
}

export function unwind(start: UnwindStart, source: UnwindSource): Frame[] {
  let registers = start.registers.map((r) => r >>> 0);
  let { ipsr } = start;
  const frames: Frame[] = [
    {
      pc: registers[PC]!,
      resume: registers[PC]!,
      sp: registers[SP]!,
      registers,
      by: 'registers',
      exception: undefined,
    },
  ];
  let known = ALL;
  // An interrupted frame stands before its next instruction, a calling one behind its call.
  let exact = true;
  while (frames.length < MOST_FRAMES) {
    const before = registers[SP]!;
    const step = outOf(registers, exact, frames.length === 1, source);
    if (step === undefined) break;
    if (isExcReturn(step.to)) {
      const entered = exceptionFrame(step, start.psp, source);
      if (entered === undefined || ipsr === 0) break;
      registers = entered.registers;
      known = (known & step.kept) | STACKED | (1 << PC) | (1 << SP);
      frames.push({
        pc: registers[PC]!,
        resume: registers[PC]!,
        sp: registers[SP]!,
        registers: shownRegisters(registers, known),
        by: 'exception',
        exception: ipsr,
      });
      ipsr = entered.ipsr;
      exact = true;
      continue;
    }
    const to = (step.to & ~1) >>> 0;
    if ((step.to & 1) === 0 || source.word(to & ~3) === undefined) break;
    if (step.registers[SP]! < before || (step.registers[SP] === before && !exact)) break;
    registers = step.registers;
    registers[PC] = to;
    exact = false;
    const pc = callBefore(to, source)?.address ?? to - 2;
    known = (known & step.kept & ~NOT_KEPT) | (1 << PC) | (1 << SP);
    const shown = shownRegisters(registers, known);
    frames.push({ pc, resume: to, sp: registers[SP]!, registers: shown, by: step.by, exception: undefined });
  }
  return frames;
}

/** The caller's registers, by the first way that gives a plausible place. */
function outOf(registers: number[], exact: boolean, innermost: boolean, source: UnwindSource): Step | undefined {
  const pc = exact ? registers[PC]! : registers[PC]! - 2;
  return (
    byRules(registers, pc, source) ??
    byPrologue(registers, pc, source) ??
    (innermost || exact ? byLink(registers, pc, source) : undefined) ??
    byStack(registers, pc, source)
  );
}

function byRules(registers: number[], pc: number, source: UnwindSource): Step | undefined {
  const row = source.frameAt(pc);
  if (row === undefined || row.cfaRegister > PC) return undefined;
  const cfa = (registers[row.cfaRegister]! + row.cfaOffset) >>> 0;
  const out = [...registers];
  for (const [register, rule] of row.rules) {
    if (register > PC) continue;
    if (rule.kind === 'offset') {
      const value = source.word((cfa + rule.offset) >>> 0);
      if (value === undefined) return undefined;
      out[register] = value;
    } else if (rule.kind === 'value') out[register] = (cfa + rule.offset) >>> 0;
    else if (rule.kind === 'register') out[register] = registers[rule.register & PC]!;
    else if (register === row.returnRegister) return undefined;
  }
  out[SP] = cfa;
  return { registers: out, to: out[row.returnRegister & PC]!, by: 'rules', kept: ALL };
}

interface Instruction {
  readonly key: string;
  readonly length: number;
  readonly d: number;
  readonly n: number;
  readonly m: number;
  readonly imm: number;
  readonly list: number;
  readonly add: boolean;
  readonly writeback: boolean;
}

function halfword(address: number, source: UnwindSource): number | undefined {
  const word = source.word((address & ~3) >>> 0);
  return word === undefined ? undefined : (word >>> ((address & 2) * 8)) & 0xffff;
}

function instructionAt(address: number, source: UnwindSource): Instruction | undefined {
  const first = halfword(address, source);
  if (first === undefined) return undefined;
  const second = isWide(first) ? (halfword(address + 2, source) ?? 0) : 0;
  const { row, length, d, n, m, imm, list, add, writeback } = decode(first, second);
  return { key: row.key, length, d, n, m, imm, list, add, writeback };
}

/** The call that ends just before an address; `target` is undefined when a register holds it. */
function callBefore(
  address: number,
  source: UnwindSource,
): { readonly address: number; readonly target: number | undefined } | undefined {
  const wide = instructionAt(address - 4, source);
  if (wide?.key === 'bl' && wide.length === 4) {
    return { address: address - 4, target: (address - 4 + wide.imm) >>> 0 };
  }
  const narrow = instructionAt(address - 2, source);
  if (narrow?.key === 'blx') return { address: address - 2, target: undefined };
  return undefined;
}

const bits = (list: number): number[] => Array.from({ length: 16 }, (_, r) => r).filter((r) => (list >>> r) & 1);

/** What a function has done to the stack between its start and the PC. */
interface Pushed {
  /** Bytes from the stack pointer at entry down. */
  depth: number;
  /** Where registers were saved, as bytes below the stack pointer at entry. */
  saved: Map<number, number>;
}

/** Reads a function from its start to the PC in a straight line; behind a return the body goes on as before it. */
function readPrologue(start: number, pc: number, source: UnwindSource): Pushed | undefined {
  let now: Pushed = { depth: 0, saved: new Map() };
  let body = now;
  const copy = (p: Pushed): Pushed => ({ depth: p.depth, saved: new Map(p.saved) });
  let at = start;
  for (let count = 0; at < pc; count++) {
    const i = instructionAt(at, source);
    if (i === undefined || count > MOST_PROLOGUE) return undefined;
    at += i.length;
    const pushes = i.key === 'push' || (i.key === 'stmdb' && i.n === SP && i.writeback);
    if (pushes) {
      const list = bits(i.list);
      now.depth += list.length * 4;
      for (const [k, r] of list.entries()) if (!now.saved.has(r)) now.saved.set(r, now.depth - k * 4);
      body = copy(now);
    } else if (i.key === 'sub.i' && i.d === SP && i.n === SP) {
      now.depth += i.imm;
      body = copy(now);
    } else if (i.key === 'str.pre' && i.n === SP && !i.add) {
      now.depth += i.imm;
      if (!now.saved.has(i.d)) now.saved.set(i.d, now.depth);
      body = copy(now);
    } else if (i.key === 'add.i' && i.d === SP && i.n === SP) now.depth -= i.imm;
    else if (i.key === 'pop' || (i.key === 'ldm' && i.n === SP && i.writeback)) {
      const list = bits(i.list);
      now.depth -= list.length * 4;
      for (const r of list) now.saved.delete(r);
      if (list.includes(PC)) now = copy(body);
    } else if (i.key === 'ldr.post' && i.n === SP && i.d === PC) now = copy(body);
    else if (i.key === 'bx' && i.m === LR) now = copy(body);
  }
  return now;
}

function byPrologue(registers: number[], pc: number, source: UnwindSource, known?: number): Step | undefined {
  const start = known ?? source.functionStart(pc);
  if (start === undefined || pc - start > FURTHEST) return undefined;
  const pushed = readPrologue(start, pc, source);
  if (pushed === undefined || pushed.depth < 0) return undefined;
  const cfa = (registers[SP]! + pushed.depth) >>> 0;
  const out = [...registers];
  for (const [register, below] of pushed.saved) {
    const value = source.word((cfa - below) >>> 0);
    if (value === undefined) return undefined;
    out[register] = value;
  }
  out[SP] = cfa;
  const to = out[LR]!;
  if (!plausible(to, source)) return undefined;
  return { registers: out, to, by: 'prologue', kept: ALL };
}

function plausible(to: number, source: UnwindSource): boolean {
  return isExcReturn(to) || ((to & 1) === 1 && callBefore((to & ~1) >>> 0, source) !== undefined);
}

/** Whether a call leads to the function the PC is in, as far as can be told. */
function leadsTo(to: number, pc: number, source: UnwindSource): number | 'unknown' | undefined {
  const call = callBefore((to & ~1) >>> 0, source);
  if (call === undefined) return undefined;
  if (call.target === undefined) return 'unknown';
  return call.target <= pc && pc - call.target < FURTHEST ? call.target : undefined;
}

/** A function that has not saved LR yet, or never does. */
function byLink(registers: number[], pc: number, source: UnwindSource): Step | undefined {
  const to = registers[LR]!;
  if (isExcReturn(to)) {
    // A handler: what it pushed is not known, so the frame is looked for as words are.
    return byStack(registers, pc, source) ?? { registers: [...registers], to, by: 'link register', kept: ALL };
  }
  if ((to & 1) === 0) return undefined;
  const target = leadsTo(to, pc, source);
  if (typeof target !== 'number') return undefined;
  const step = byPrologue(registers, pc, source, target);
  return step === undefined ? undefined : { ...step, by: 'link register' };
}

/** The first word of the stack that a call into this function, or an exception, may have left there. */
function byStack(registers: number[], pc: number, source: UnwindSource): Step | undefined {
  const sp = registers[SP]! & ~3;
  let maybe: { readonly at: number; readonly to: number } | undefined;
  for (let k = 0; k < MOST_WORDS; k++) {
    const at = (sp + k * 4) >>> 0;
    const value = source.word(at);
    if (value === undefined) break;
    if (isExcReturn(value) && looksLikeFrame(at + 4, source)) return outAt(registers, at, value);
    if ((value & 1) === 0) continue;
    const target = leadsTo(value, pc, source);
    if (typeof target === 'number') return outAt(registers, at, value);
    if (target === 'unknown') maybe ??= { at, to: value };
  }
  return maybe === undefined ? undefined : outAt(registers, maybe.at, maybe.to);
}

/** LR is the topmost register that is saved, so the caller's stack begins behind it. */
function outAt(registers: number[], at: number, to: number): Step {
  const out = [...registers];
  out[SP] = at + 4;
  return { registers: out, to, by: 'stack words', kept: 0 };
}

/** A stacked PC in code and an xPSR in Thumb state. */
function looksLikeFrame(at: number, source: UnwindSource): boolean {
  const pc = source.word((at + 24) >>> 0);
  const xpsr = source.word((at + 28) >>> 0);
  return (
    pc !== undefined && xpsr !== undefined && (xpsr & (1 << 24)) !== 0 && source.word((pc & ~3) >>> 0) !== undefined
  );
}

function exceptionFrame(
  step: Step,
  psp: number,
  source: UnwindSource,
): { readonly registers: number[]; readonly ipsr: number } | undefined {
  const at = (step.to & EXC_PSP) !== 0 ? psp : step.registers[SP]!;
  const words: number[] = [];
  for (let k = 0; k < FRAME_BYTES; k += 4) {
    const value = source.word((at + k) >>> 0);
    if (value === undefined) return undefined;
    words.push(value);
  }
  const [r0 = 0, r1 = 0, r2 = 0, r3 = 0, r12 = 0, lr = 0, pc = 0, xpsr = 0] = words;
  const registers = [...step.registers];
  registers.splice(0, 4, r0, r1, r2, r3);
  registers[12] = r12;
  registers[LR] = lr;
  registers[PC] = (pc & ~1) >>> 0;
  registers[SP] = (at + FRAME_BYTES + ((xpsr & FRAME_ALIGNED) !== 0 ? 4 : 0)) >>> 0;
  return { registers, ipsr: xpsr & 0x1ff };
}
