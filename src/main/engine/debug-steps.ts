/**
 * Steps that are more than one instruction: over a call, out of a function, to another source line; forward by
 * running to where they end, back by looking where the past was.
 */
import { UsageError } from '../../base/errors.ts';
import type { StopState } from '../../protocol/debug.ts';
import { decode } from '../../spec/thumb/decode.ts';
import type { McuDebugger } from './debugger.ts';
import type { Stop } from './debugger-parts.ts';
import { callStack } from './debug-views.ts';
import { McuRecording } from './mcu-recording.ts';
import { replayTraced } from './replay-traced.ts';

/** Instructions of the past looked through for a step back (chosen). */
const MOST_PAST = 1_000_000;
/** Calls and jumps one step to another line may take (chosen). */
const MOST_PIECES = 2000;
const CALLS: ReadonlySet<string> = new Set(['bl', 'blx']);

export type StepKind = 'instruction' | 'over' | 'out' | 'line' | 'line over';

export function step(d: McuDebugger, what: StepKind, count: number, limitNs: number): StopState {
  switch (what) {
    case 'over':
      return over(d, limitNs);
    case 'out':
      return out(d, limitNs);
    case 'line':
      return line(d, limitNs, false);
    case 'line over':
      return line(d, limitNs, true);
    default:
      return d.step(count, limitNs);
  }
}

/** The address behind the call at an address; undefined when no call stands there. */
function behindCall(d: McuDebugger, pc: number): number | undefined {
  const { inspector } = d;
  const { row, length } = decode(inspector.value(pc, 2), inspector.value(pc + 2, 2));
  return CALLS.has(row.key) ? pc + length : undefined;
}

function over(d: McuDebugger, limitNs: number): StopState {
  const { core } = d.machine;
  const address = behindCall(d, core.pc);
  if (address === undefined) return d.step(1, limitNs);
  return d.runTo({ address, sp: core.regs[13]! >>> 0, reason: 'step over' }, limitNs);
}

function out(d: McuDebugger, limitNs: number): StopState {
  const caller = callStack(d.machine, d.parts.symbols)[1];
  if (caller === undefined) throw new UsageError('there is no caller to step out to: this is the outermost function');
  return d.runTo({ address: caller.resume, sp: caller.sp, reason: 'step out' }, limitNs);
}

/** Runs until the line changes; a function without lines is passed over as a whole. */
function line(d: McuDebugger, limitNs: number, overCalls: boolean): StopState {
  const info = d.parts.symbols.loaded;
  const { core } = d.machine;
  const start = info?.lineAt(core.pc);
  if (info === undefined || start === undefined) return overCalls ? over(d, limitNs) : d.step(1, limitNs);
  const same = (): boolean => {
    const now = info.lineAt(core.pc);
    return now !== undefined && now.line === start.line && now.file === start.file;
  };
  if (d.isInside) {
    const sp = core.regs[13]! >>> 0;
    const deeper = (): boolean => overCalls && core.regs[13]! >>> 0 < sp;
    return d.stepUntil(limitNs, () => {
      const place = info.lineAt(core.pc);
      return place === undefined || deeper() || same() ? undefined : { reason: 'step' };
    });
  }
  const until = d.engine.now + limitNs;
  for (let piece = 0; piece < MOST_PIECES && d.engine.now < until; piece++) {
    const left = until - d.engine.now;
    const begun = core.instructions;
    const atCall = (): boolean => core.instructions > begun && behindCall(d, core.pc) !== undefined;
    const ended = (): Stop | undefined => {
      if (core.instructions === begun) return undefined;
      return !same() || atCall() ? { reason: 'step' } : undefined;
    };
    const call = behindCall(d, core.pc);
    const target = core.pc;
    const state =
      call === undefined || !overCalls
        ? d.stepUntil(left, ended)
        : d.runTo({ address: call, sp: core.regs[13]! >>> 0, reason: 'step' }, left);
    if (state.state !== 'stopped' || state.breakpoint !== undefined) return state;
    if (state.reason !== 'step') return state;
    if (same()) continue;
    // In a function that has no lines, or a library's: back out of it.
    if (info.lineAt(core.pc) === undefined && call !== undefined && target !== core.pc) {
      const landed = d.runTo({ address: call, sp: core.regs[13]! >>> 0, reason: 'step' }, left);
      if (landed.state !== 'stopped' || landed.reason !== 'step') return landed;
      if (same()) continue;
    }
    return state;
  }
  return d.state();
}

/** Goes back: one instruction or more, over a call, or to where the present function was called. */
export function stepBack(d: McuDebugger, what: 'instruction' | 'over' | 'out', count: number): StopState {
  d.refuseInside('go back');
  const { core } = d.machine;
  const target = what === 'instruction' ? core.instructions - count : pastOf(d, what);
  return goTo(d, Math.max(0, target), 'step back');
}

function goTo(d: McuDebugger, instruction: number, reason: string): StopState {
  d.parts.history().apply({ kind: 'seek', instruction });
  d.rearm();
  // Inside a call of the driver a bench cannot stand: it is before that call now.
  const there = d.machine.core.instructions === instruction;
  d.note({ reason: there ? reason : `${reason}, to before the call of the driver it happened in` });
  return d.state();
}

/** The instruction of the past at which the stack of calls was as deep as now (`over`), or one call less (`out`). */
function pastOf(d: McuDebugger, what: 'over' | 'out'): number {
  const now = d.machine.core.instructions;
  const from = Math.max(0, now - MOST_PAST);
  const depths = new Int32Array(now - from);
  let recording: McuRecording | undefined;
  const engine = replayTraced(d.parts.history().past, from, ({ board: { machine } }) => {
    const made = new McuRecording(machine, 16, (address) => d.parts.symbols.functionStart(address));
    recording = made;
    return {
      instruction: (pc) => {
        made.instruction(pc);
        const index = machine.core.instructions - from;
        if (index < depths.length) depths[index] = made.depth;
      },
      exceptionEntry: (exception, back) => made.exceptionEntry(exception, back),
      exceptionExit: () => made.exceptionExit(),
    };
  });
  recording?.instruction(engine.board.machine.core.pc);
  const deepest = (recording?.depth ?? 0) - (what === 'out' ? 1 : 0);
  for (let k = depths.length - 1; k >= 0; k--) if (depths[k]! <= deepest) return from + k;
  return from;
}

/** Back to the last time before now that a breakpoint would have stopped it, or to power-on. */
export function continueBack(d: McuDebugger): StopState {
  d.refuseInside('go back');
  const here = d.machine.core.instructions;
  const hit = lastStop(d, here);
  return goTo(d, hit ?? 0, hit === undefined ? 'start' : 'breakpoint');
}

/** Runs the past again with the breakpoints in place; the instruction count of the last stop before `before`. */
function lastStop(d: McuDebugger, before: number): number | undefined {
  return d.parts.history().lastStop(before, (engine, stopped) => {
    const { machine } = engine.board;
    const { core } = machine;
    const { bound } = d;
    const holds = (
      condition: (typeof bound)[number][0]['condition'],
      facts: Readonly<Record<string, number>>,
    ): boolean => {
      try {
        return condition === undefined || condition(d.values(machine, facts)) !== 0;
      } catch {
        return true;
      }
    };
    const execute = bound.filter(([p]) => p.breakpoint.kind === 'execute' && p.breakpoint.log === undefined);
    for (const [, b] of execute) for (const address of b.addresses) core.setBreakpoint(address);
    core.hooks.breakpoint = (pc) => {
      if (execute.some(([p, b]) => b.addresses.includes(pc) && holds(p.condition, {}))) stopped(core.instructions);
      return false;
    };
    const watches = bound.filter(([p]) => ['read', 'write', 'access'].includes(p.breakpoint.kind));
    if (watches.length === 0) return;
    const pages = new Set(watches.flatMap(([, b]) => b.addresses.map((a) => a >>> 12)));
    machine.mcuWatch = {
      pages,
      access: (write, address, size, value) => {
        for (const [{ breakpoint: w, condition }, { addresses }] of watches) {
          const [at = w.address] = addresses;
          if (w.kind !== 'access' && w.kind !== (write ? 'write' : 'read')) continue;
          if (address + size <= at || address >= at + w.size) continue;
          if (w.value !== undefined && w.value !== value) continue;
          if (holds(condition, { address, value })) stopped(core.executed);
        }
      },
    };
  });
}
