/**
 * Job contexts: two per class and stream, filled by RUN_* and FINISH_TILING. A job is plain state in the register
 * image; the iterators hand its tasks to cores. Jobs of one class and stream run one after the other in the order
 * of issue. A fault kills the job; if the report of an earlier fault has not been taken, it waits as FAULTED.
 */
import {
  CS_EVENT_BIT,
  CS_REASON,
  JOB_CLASS,
  JOB_CONTEXT_COUNT,
  JOB_STATE,
  JOBS_PER_CLASS,
} from '../../spec/registers/mcu-private.ts';
import { UNIT, type Unit } from '../wiring.ts';
import type { JobView, TaskFault } from './core-unit.ts';
import { forget, runReady } from './deferred.ts';
import { faultPending, faultWord, reportFault } from './faults.ts';
import type { Hardware } from './hardware.ts';
import { reportOom } from './heap.ts';
import * as L from './layout.ts';
import { countDown, countUp } from './scoreboard.ts';
import { highOf, vaOf, type Stream } from './stream.ts';
import { taskCount } from './task-count.ts';

/** Unit numbers of fault reports by class. */
const CLASS_UNIT: readonly Unit[] = [UNIT.COMPUTE, UNIT.FRAGMENT, UNIT.TILER];

export const jobAt = (ctx: number): number => L.W_JOB + ctx * L.JOB_STEP;
export const classOf = (ctx: number): number => Math.floor(ctx / JOBS_PER_CLASS);

export function jobValid(s: Stream, ctx: number): boolean {
  return (s.w[jobAt(ctx)]! & L.VALID) !== 0;
}

/** Bit per context in use. */
export function jobMask(s: Stream): number {
  let mask = 0;
  for (let ctx = 0; ctx < JOB_CONTEXT_COUNT; ctx++) if (jobValid(s, ctx)) mask |= 1 << ctx;
  return mask;
}

export function jobState(s: Stream, ctx: number): number {
  return (s.w[jobAt(ctx)]! >>> L.JOB_STATE_SHIFT) & L.JOB_STATE_MASK;
}

export function setJobState(s: Stream, ctx: number, state: number): void {
  const at = jobAt(ctx);
  s.w[at] = (s.w[at]! & ~(L.JOB_STATE_MASK << L.JOB_STATE_SHIFT)) | (state << L.JOB_STATE_SHIFT);
}

/** A free context of the class, or -1. */
export function freeContext(s: Stream, cls: number): number {
  for (let ctx = cls * JOBS_PER_CLASS; ctx < (cls + 1) * JOBS_PER_CLASS; ctx++) if (!jobValid(s, ctx)) return ctx;
  return -1;
}

/** The oldest job of the class, or -1: the only one whose tasks may start. */
export function frontJob(s: Stream, cls: number): number {
  const a = cls * JOBS_PER_CLASS;
  const b = a + 1;
  if (!jobValid(s, a)) return jobValid(s, b) ? b : -1;
  if (!jobValid(s, b)) return a;
  return ((s.w[jobAt(a) + L.J_SEQ]! - s.w[jobAt(b) + L.J_SEQ]!) | 0) <= 0 ? a : b;
}

/** The view units get; valid until the next call. */
export function viewJob(h: Hardware, s: Stream, ctx: number): JobView {
  const { view } = h;
  const at = jobAt(ctx);
  const { w } = s;
  view.cs = s.n;
  view.group = s.group;
  view.ctx = ctx;
  view.cls = classOf(ctx);
  view.as = s.as;
  view.op = (w[at]! >>> L.JOB_OP) & L.JOB_OP_MASK;
  view.lo = w[at + L.J_INSTR]!;
  view.hi = w[at + L.J_INSTR + 1]!;
  view.regs = w.subarray(at + L.J_REG, at + L.J_REG + L.JOB_REGS);
  view.heap = s.va(at + L.J_HEAP);
  view.aux = s.va(at + L.J_AUX);
  view.total = s.va(at + L.J_TOTAL);
  view.pc = h.jobPc[s.n * JOB_CONTEXT_COUNT + ctx]!;
  return view;
}

/** Fills a context at issue and counts its entry up. A job that is wrong or empty ends at once. */
export function issueJob(
  h: Hardware,
  s: Stream,
  ctx: number,
  slot: number,
  lo: number,
  hi: number,
  auxLo: number,
  auxHi: number,
): void {
  const { w } = s;
  const at = jobAt(ctx);
  w.fill(0, at, at + L.J_REG);
  const op = hi >>> 24;
  w[at] = L.VALID | (op << L.JOB_OP) | (slot << L.JOB_SLOT) | (JOB_STATE.QUEUED << L.JOB_STATE_SHIFT);
  w[at + L.J_SEQ] = s.jobSeq;
  s.jobSeq = (s.jobSeq + 1) >>> 0;
  w[at + L.J_INSTR] = lo;
  w[at + L.J_INSTR + 1] = hi;
  w.copyWithin(at + L.J_EXTRACT, L.W_EXTRACT, L.W_EXTRACT + 2);
  w.copyWithin(at + L.J_HEAP, L.W_HEAP, L.W_HEAP + 2);
  w[at + L.J_AUX] = auxLo;
  w[at + L.J_AUX + 1] = auxHi;
  w.copyWithin(at + L.J_REG, L.W_REG, L.W_REG + L.JOB_REGS);
  h.jobPc[s.n * JOB_CONTEXT_COUNT + ctx] = s.pc;
  countUp(h, s, slot);
  const cls = classOf(ctx);
  h.note(s, 'job', () => `context ${ctx}, opcode ${op}`);
  const view = viewJob(h, s, ctx);
  const tasks = h.units[cls]?.tasks?.(view) ?? taskCount(view);
  if (typeof tasks !== 'number') return faultJob(h, s, ctx, tasks);
  s.setVa(at + L.J_TOTAL, tasks);
  if (tasks === 0) endJob(h, s, ctx);
}

/** The job is over: its entry counts down, whoever waits goes on. */
export function endJob(h: Hardware, s: Stream, ctx: number): void {
  const at = jobAt(ctx);
  const slot = (s.w[at]! >>> L.JOB_SLOT) & L.JOB_SLOT_MASK;
  const progress = (s.w[at + L.J_INSTR + 1]! & 1) !== 0;
  dropJob(h, s, ctx);
  if (progress) bumpProgress(h, s);
  forget(s, 1 << (L.DEPS_JOB + ctx));
  h.event(s, CS_EVENT_BIT.JOB_DONE);
  runReady(h, s);
  countDown(h, s, slot);
  h.unblockIf(s, CS_REASON.RESOURCE);
}

/** Empties a context without telling anybody but the class. */
export function dropJob(h: Hardware, s: Stream, ctx: number): void {
  s.w[jobAt(ctx)] = 0;
  if (!classBusy(h, classOf(ctx))) h.endpointEvent(1 << (L.EP_IDLE + classOf(ctx)));
}

/** True while any stream has a job of the class. */
export function classBusy(h: Hardware, cls: number): boolean {
  const first = jobAt(cls * JOBS_PER_CLASS);
  for (const s of h.streams) if (((s.w[first]! | s.w[first + L.JOB_STEP]!) & L.VALID) !== 0) return true;
  return false;
}

/** Kills a job that faulted, or lets it wait for the report of an earlier fault. */
export function faultJob(h: Hardware, s: Stream, ctx: number, fault: TaskFault): void {
  const at = jobAt(ctx);
  const unit = CLASS_UNIT[classOf(ctx)] ?? UNIT.COMPUTE;
  s.w[at + L.J_AUX] = faultWord(fault.code, unit, s.n);
  s.w[at + L.J_AUX + 1] = 0;
  s.w[at + L.J_INFO] = fault.info | 0;
  s.w[at + L.J_INFO + 1] = highOf(fault.info) | 0;
  setJobState(s, ctx, JOB_STATE.FAULTED);
  reportJob(h, s, ctx);
}

/** Reports a FAULTED job and ends it, unless an earlier report waits or the stream is held. */
function reportJob(h: Hardware, s: Stream, ctx: number): void {
  if (s.held === 1 || faultPending(h, s)) return;
  const at = jobAt(ctx);
  const { w } = s;
  reportFault(
    h,
    s,
    w[at + L.J_AUX]!,
    w[at + L.J_INFO]!,
    w[at + L.J_INFO + 1]!,
    w[at + L.J_EXTRACT]!,
    w[at + L.J_EXTRACT + 1]!,
  );
  endJob(h, s, ctx);
}

/** After FAULT was cleared: the oldest FAULTED job is reported. */
export function reportNextJob(h: Hardware, s: Stream): void {
  let best = -1;
  for (let ctx = 0; ctx < JOB_CONTEXT_COUNT; ctx++) {
    if (!jobValid(s, ctx) || jobState(s, ctx) !== JOB_STATE.FAULTED) continue;
    if (best < 0 || ((s.w[jobAt(ctx) + L.J_SEQ]! - s.w[jobAt(best) + L.J_SEQ]!) | 0) < 0) best = ctx;
  }
  if (best >= 0) reportJob(h, s, best);
}

/** The tiler found no chunk: the job waits for OOM_RETRY. */
export function starveJob(h: Hardware, s: Stream, ctx: number): void {
  setJobState(s, ctx, JOB_STATE.OOM_WAIT);
  if (s.held === 0) raiseOom(h, s, ctx);
}

export function raiseOom(h: Hardware, s: Stream, ctx: number): void {
  const at = jobAt(ctx) + L.J_HEAP;
  reportOom(h, s, s.w[at]!, s.w[at + 1]!);
}

/** OOM_RETRY: jobs in OOM_WAIT are queued again. */
export function retryOom(s: Stream): void {
  for (let ctx = JOB_CLASS.TILER * JOBS_PER_CLASS; ctx < JOB_CONTEXT_COUNT; ctx++) {
    if (jobValid(s, ctx) && jobState(s, ctx) === JOB_STATE.OOM_WAIT) setJobState(s, ctx, JOB_STATE.PREEMPTED);
  }
}

/** Adds 1 to the progress counter and wakes who waits for it. */
export function bumpProgress(h: Hardware, s: Stream): void {
  const { w } = s;
  const low = (w[L.W_PROGRESS]! + 1) | 0;
  w[L.W_PROGRESS] = low;
  if (low === 0) w[L.W_PROGRESS + 1] = w[L.W_PROGRESS + 1]! + 1;
  progressWritten(h, s);
}

export function progressWritten(h: Hardware, s: Stream): void {
  h.event(s, CS_EVENT_BIT.PROGRESS);
  for (const other of h.streams) if (other.group === s.group) h.unblockIf(other, CS_REASON.PROGRESS_WAIT);
}

/** At START: the issue counter goes on above the loaded jobs. */
export function adoptJobs(s: Stream): void {
  let newest = -1;
  for (let ctx = 0; ctx < JOB_CONTEXT_COUNT; ctx++) {
    if (!jobValid(s, ctx)) continue;
    const seq = s.w[jobAt(ctx) + L.J_SEQ]! >>> 0;
    if (newest < 0 || ((seq - newest) | 0) > 0) newest = seq;
  }
  if (newest >= 0) s.jobSeq = (newest + 1) >>> 0;
}

/** NEXT as a Number. */
export function nextTask(s: Stream, ctx: number): number {
  const at = jobAt(ctx) + L.J_NEXT;
  return vaOf(s.w[at]!, s.w[at + 1]!);
}
