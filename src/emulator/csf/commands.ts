/**
 * Commands to a stream (CS_CMD). What a command refers to is taken at the access, its effect comes CS_COMMAND or
 * CS_START cycles later, its end is CMD_DONE. RESET acts at the access and has no end.
 */
import { isPowerOfTwo } from '../../base/bits.ts';
import { FAULT } from '../../spec/faults.ts';
import {
  CS_CMD,
  CS_EVENT_BIT,
  CS_STATE,
  DEFER_COUNT,
  JOB_CLASS,
  JOB_CONTEXT_COUNT,
  JOB_STATE,
  MCU_TIMING,
} from '../../spec/registers/mcu-private.ts';
import { ORDER, UNIT } from '../wiring.ts';
import { MAX_CALLS, MIN_RING } from './choices.ts';
import { checkCommand, endCommand } from './command-end.ts';
import { adoptDeferred, runReady } from './deferred.ts';
import { fatal } from './faults.ts';
import { enterHandler } from './frames.ts';
import { COUNTER, CSF_ID, KIND, type Hardware } from './hardware.ts';
import { appendChunks } from './heap.ts';
import { coresChanged, dispatch, dropTasks } from './iterators.ts';
import * as J from './jobs.ts';
import * as L from './layout.ts';
import { vaOf, type Stream } from './stream.ts';

/** A write of CS_CMD. False: refused. */
export function command(h: Hardware, s: Stream, value: number): boolean {
  const code = (value >>> L.CMD_CODE) & L.CMD_CODE_MASK;
  const type = (value >>> L.CMD_TYPE) & L.CMD_TYPE_MASK;
  h.note(s, 'command', () => Object.entries(CS_CMD).find(([, c]) => c === code)?.[0] ?? `${code}`);
  if (code === CS_CMD.RESET) {
    resetStream(h, s);
    return true;
  }
  if (s.command !== 0) {
    s.refused = 1;
    return false;
  }
  if (!accepts(s, code, type)) {
    s.refused = 1;
    h.event(s, CS_EVENT_BIT.CMD_DONE);
    return false;
  }
  s.refused = 0;
  s.command = code;
  s.phase = 0;
  const long = code === CS_CMD.START ? MCU_TIMING.CS_START : MCU_TIMING.CS_COMMAND;
  const cycles = code === CS_CMD.OOM_RETRY ? MCU_TIMING.OOM_CHUNK : long;
  const { clock, gpuClock } = h.host;
  s.commandAt = clock.schedule(gpuClock.after(cycles), ORDER.STREAM, s.n, CSF_ID, KIND.COMMAND, s.n);
  return true;
}

/** Whether the state allows the command; latches the handler of an EXCEPTION. */
function accepts(s: Stream, code: number, type: number): boolean {
  switch (code) {
    case CS_CMD.START:
      return s.state === CS_STATE.STOPPED;
    case CS_CMD.PREEMPT:
      return s.state === CS_STATE.STOPPED || s.state === CS_STATE.FATAL;
    case CS_CMD.STOP:
    case CS_CMD.OOM_RETRY:
      return true;
    case CS_CMD.EXCEPTION: {
      if (!s.live || s.inHandler || type >= L.EXC_COUNT) return false;
      s.excAddr = s.va(L.W_EXC_ADDR + type * L.EXC_STEP);
      s.excLen = s.w[L.W_EXC_LEN + type * L.EXC_STEP]! >>> 0;
      s.excType = type;
      return s.excLen !== 0;
    }
    default:
      return false;
  }
}

/** The latency of a command has passed (event COMMAND). */
export function applyCommand(h: Hardware, s: Stream): void {
  s.commandAt = 0;
  switch (s.command) {
    case CS_CMD.START:
      return start(h, s);
    case CS_CMD.STOP:
      return stop(h, s);
    case CS_CMD.PREEMPT:
      return preempt(h, s);
    case CS_CMD.EXCEPTION:
      return exception(h, s);
    case CS_CMD.OOM_RETRY:
      return oomRetry(h, s);
  }
}

/** Everything of the stream is gone at once; work on its way back is not recognised any more. */
export function resetStream(h: Hardware, s: Stream): void {
  const { clock } = h.host;
  h.halt(s);
  if (h.cut.stream === s.n) h.cut.stream = -1;
  clock.cancel(s.commandAt);
  let jobs = false;
  for (let ctx = 0; ctx < JOB_CONTEXT_COUNT; ctx++) {
    dropTasks(h, s.n * JOB_CONTEXT_COUNT + ctx);
    if (!J.jobValid(s, ctx)) continue;
    jobs = true;
    J.dropJob(h, s, ctx);
  }
  s.clear();
  h.refreshPending(s);
  if (jobs) dispatch(h);
}

function start(h: Hardware, s: Stream): void {
  const { w } = s;
  s.as = (h.control[s.group * L.GROUP_STEP + L.G_CTRL]! >>> L.CTRL_AS) & L.CTRL_AS_MASK;
  s.pageVa = -1;
  h.clearWait(s);
  const size = w[L.W_RING_SIZE]! >>> 0;
  if (!isPowerOfTwo(size) || size < MIN_RING || s.depth > MAX_CALLS || s.interruptedDepth > MAX_CALLS) {
    fatal(h, s, FAULT.CS_CONFIG_FAULT, 0, 0, UNIT.CS_FETCH);
    return endCommand(h, s);
  }
  s.root = s.depth === 0 && !s.inHandler ? 1 : 0;
  s.pc = s.root === 1 ? s.ringPc() : s.va(L.W_PC);
  s.end = s.va(L.W_END);
  countEntries(s);
  J.adoptJobs(s);
  adoptDeferred(s);
  s.held = 0;
  s.state = CS_STATE.RUNNING;
  h.run(s, 0);
  endCommand(h, s);
  resumeJobs(h, s);
  runReady(h, s);
  coresChanged(h);
}

/** Scoreboard entries follow from jobs and deferred operations. */
function countEntries(s: Stream): void {
  const { w } = s;
  w.fill(0, L.W_SB, L.W_SB + 16);
  for (let ctx = 0; ctx < JOB_CONTEXT_COUNT; ctx++) {
    const ctrl = w[J.jobAt(ctx)]!;
    if ((ctrl & L.VALID) !== 0) bump(w, (ctrl >>> L.JOB_SLOT) & L.JOB_SLOT_MASK);
  }
  for (let k = 0; k < DEFER_COUNT; k++) {
    const ctrl = w[L.W_DEFER + k * L.DEFER_STEP + L.D_CTRL]!;
    if ((ctrl & L.VALID) !== 0) bump(w, (ctrl >>> L.DEFER_SLOT) & L.DEFER_SLOT_MASK);
  }
}

function bump(w: Int32Array, entry: number): void {
  w[L.W_SB + entry] = w[L.W_SB + entry]! + 1;
}

/** What jobs reported before a suspend they report anew. */
function resumeJobs(h: Hardware, s: Stream): void {
  for (let ctx = 0; ctx < JOB_CONTEXT_COUNT; ctx++) {
    if (J.jobValid(s, ctx) && J.jobState(s, ctx) === JOB_STATE.OOM_WAIT) J.raiseOom(h, s, ctx);
  }
  J.reportNextJob(h, s);
}

function stop(h: Hardware, s: Stream): void {
  if (s.live) {
    h.halt(s);
    if (s.state === CS_STATE.BLOCKED) {
      h.counters[COUNTER.BLOCKED] = h.counters[COUNTER.BLOCKED]! + h.host.cycles() - s.blockedAt;
    } else {
      h.clearWait(s);
    }
    s.state = CS_STATE.STOPPED;
    h.refreshQuiet(s);
  }
  s.phase = 1;
  checkCommand(h, s);
}

function preempt(h: Hardware, s: Stream): void {
  s.held = 1;
  for (let ctx = 0; ctx < JOB_CONTEXT_COUNT; ctx++) {
    const idle = !h.coreJob.includes(s.n * JOB_CONTEXT_COUNT + ctx);
    if (idle && J.jobValid(s, ctx) && J.jobState(s, ctx) === JOB_STATE.RUNNING) {
      J.setJobState(s, ctx, JOB_STATE.PREEMPTED);
    }
  }
  s.phase = 1;
  checkCommand(h, s);
}

function exception(h: Hardware, s: Stream): void {
  if (s.live) {
    enterHandler(s, s.excType, s.excAddr, s.excLen);
    h.note(s, 'exception', () => `type ${s.excType}`);
    if (s.state === CS_STATE.BLOCKED) {
      h.host.clock.cancel(s.wake);
      s.wake = 0;
      h.unblock(s);
    } else if (s.state === CS_STATE.EMPTY) {
      s.state = CS_STATE.RUNNING;
      h.refreshQuiet(s);
      h.run(s, 0);
    }
    s.storePc();
  }
  endCommand(h, s);
}

function oomRetry(h: Hardware, s: Stream): void {
  const { w } = s;
  const first = L.W_HEAP_FIRST;
  const last = L.W_HEAP_LAST;
  const heap = vaOf(w[L.W_OOM_HEAP]!, w[L.W_OOM_HEAP + 1]!);
  const linked = appendChunks(h, s, heap, w[first]!, w[first + 1]!, w[last]!, w[last + 1]!);
  w.fill(0, first, last + 2);
  if (linked) J.retryOom(s);
  endCommand(h, s);
  if (J.frontJob(s, JOB_CLASS.TILER) >= 0) coresChanged(h);
}
