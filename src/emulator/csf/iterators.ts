/**
 * Iterators: they hand tasks of jobs to cores. At each task boundary a free core that is on takes the next task by
 * group priority, CS_PRIO, JOB_SEQ and stream number, within the core mask and the limit of the group. Compute and
 * fragment share the shader cores, the tiler is a core of its own. Higher priority wins at the boundary, without
 * firmware.
 */
import { JOB_CLASS, JOB_CONTEXT_COUNT, JOB_STATE, STREAM_COUNT } from '../../spec/registers/mcu-private.ts';
import { TILER_CORE } from './choices.ts';
import { checkCommand } from './command-end.ts';
import type { TaskFault, TaskPort } from './core-unit.ts';
import type { Hardware } from './hardware.ts';
import * as J from './jobs.ts';
import * as L from './layout.ts';
import type { Stream } from './stream.ts';

const CLASS_COUNT = 3;

/** True when the core may work for the class of the group. */
function allowed(h: Hardware, group: number, cls: number, core: number): boolean {
  const at = group * L.GROUP_STEP + L.EP_MASKS[cls]!;
  if (core === TILER_CORE) return (h.control[at]! & 1) !== 0;
  return ((h.control[at + (core >>> 5)]! >>> (core & 31)) & 1) !== 0;
}

/** Cores of the class the group may use at a time. */
function limitOf(h: Hardware, group: number, cls: number): number {
  const [shift, mask] = L.EP_FIELDS[cls]!;
  return (h.control[group * L.GROUP_STEP + L.G_EP_LIMIT]! >>> shift) & mask;
}

/** True when mask or limit leave the class no core at all: RUN_* is a fatal CS_ENDPOINT_FAULT then. */
export function noEndpoint(h: Hardware, group: number, cls: number): boolean {
  const at = group * L.GROUP_STEP + L.EP_MASKS[cls]!;
  const mask = cls === JOB_CLASS.TILER ? h.control[at]! & 1 : h.control[at]! | h.control[at + 1]!;
  return mask === 0 || limitOf(h, group, cls) === 0;
}

function isStarved(h: Hardware, group: number, cls: number): boolean {
  const { power } = h.host;
  const at = group * L.GROUP_STEP + L.EP_MASKS[cls]!;
  if (cls === JOB_CLASS.TILER) return !power.tilerReady || (h.control[at]! & 1) === 0;
  return ((h.control[at]! & power.shaderReadyLo) | (h.control[at + 1]! & power.shaderReadyHi)) === 0;
}

function groupHasJobs(h: Hardware, group: number, cls: number): boolean {
  for (let j = 0; j < 8; j++) {
    const s = h.streams[group * 8 + j]!;
    if (s.held === 0 && J.frontJob(s, cls) >= 0) return true;
  }
  return false;
}

/** Power or masks changed: raises `starved` where the last usable core went, then hands out tasks. */
export function coresChanged(h: Hardware): void {
  for (let group = 0; group < 8; group++) {
    for (let cls = 0; cls < CLASS_COUNT; cls++) {
      const index = group * CLASS_COUNT + cls;
      const now = groupHasJobs(h, group, cls) && isStarved(h, group, cls) ? 1 : 0;
      if (now === 1 && h.starved[index] === 0) h.endpointEvent(1 << (L.EP_STARVED + cls));
      h.starved[index] = now;
    }
  }
  dispatch(h);
}

/** A job was issued: tells when nobody can take it, else hands out its tasks. */
export function jobArrived(h: Hardware, s: Stream, cls: number): void {
  if (J.frontJob(s, cls) >= 0 && isStarved(h, s.group, cls)) {
    h.starved[s.group * CLASS_COUNT + cls] = 1;
    h.endpointEvent(1 << (L.EP_STARVED + cls));
  }
  dispatch(h);
}

/** True when the oldest job of the class has a task to begin. */
function runnable(s: Stream, ctx: number): boolean {
  if (ctx < 0) return false;
  const state = J.jobState(s, ctx);
  if (state !== JOB_STATE.QUEUED && state !== JOB_STATE.RUNNING && state !== JOB_STATE.PREEMPTED) return false;
  return J.nextTask(s, ctx) < s.va(J.jobAt(ctx) + L.J_TOTAL);
}

/** True when job `a` goes before job `b` (6 * stream + context). */
function before(h: Hardware, a: number, b: number): boolean {
  const sa = h.streams[Math.floor(a / JOB_CONTEXT_COUNT)]!;
  const sb = h.streams[Math.floor(b / JOB_CONTEXT_COUNT)]!;
  const group =
    priority(h.control[sb.group * L.GROUP_STEP + L.G_EP_LIMIT]!) -
    priority(h.control[sa.group * L.GROUP_STEP + L.G_EP_LIMIT]!);
  if (group !== 0) return group < 0;
  const stream = sb.w[L.W_PRIO]! - sa.w[L.W_PRIO]!;
  if (stream !== 0) return stream < 0;
  const at = J.jobAt(a % JOB_CONTEXT_COUNT) + L.J_SEQ;
  const age = (sa.w[at]! - sb.w[J.jobAt(b % JOB_CONTEXT_COUNT) + L.J_SEQ]!) | 0;
  return age !== 0 ? age < 0 : a < b;
}

const priority = (limit: number): number => (limit >>> L.EP_PRIO) & L.EP_PRIO_MASK;

/** Fills `h.candidates` with the jobs that have a task to begin; returns their number. */
function collect(h: Hardware): number {
  let count = 0;
  for (let n = 0; n < STREAM_COUNT; n++) {
    const s = h.streams[n]!;
    if (s.held === 1) continue;
    for (let cls = 0; cls < CLASS_COUNT; cls++) {
      const ctx = J.frontJob(s, cls);
      if (runnable(s, ctx)) h.candidates[count++] = n * JOB_CONTEXT_COUNT + ctx;
    }
  }
  return count;
}

/** The job a free core takes, or -1. */
function choose(h: Hardware, core: number, count: number): number {
  let best = -1;
  for (let k = 0; k < count; k++) {
    const job = h.candidates[k]!;
    const s = h.streams[Math.floor(job / JOB_CONTEXT_COUNT)]!;
    const ctx = job % JOB_CONTEXT_COUNT;
    const cls = J.classOf(ctx);
    if ((cls === JOB_CLASS.TILER) !== (core === TILER_CORE) || !allowed(h, s.group, cls, core)) continue;
    if (h.groupUse[s.group * CLASS_COUNT + cls]! >= limitOf(h, s.group, cls) || !runnable(s, ctx)) continue;
    if (best < 0 || before(h, job, best)) best = job;
  }
  return best;
}

/** Gives every free core that is on a task, as long as there are any. */
export function dispatch(h: Hardware): void {
  const count = collect(h);
  if (count === 0) return;
  const { power } = h.host;
  for (let core = 0; core < TILER_CORE; core++) {
    const ready = core < 32 ? power.shaderReadyLo : power.shaderReadyHi;
    if (((ready >>> (core & 31)) & 1) !== 0) feed(h, core, count);
  }
  if (power.tilerReady) feed(h, TILER_CORE, count);
}

function feed(h: Hardware, core: number, count: number): void {
  if (h.coreJob[core]! >= 0) return;
  const job = choose(h, core, count);
  if (job < 0) return;
  const s = h.streams[Math.floor(job / JOB_CONTEXT_COUNT)]!;
  const ctx = job % JOB_CONTEXT_COUNT;
  const cls = J.classOf(ctx);
  const task = J.nextTask(s, ctx);
  s.setVa(J.jobAt(ctx) + L.J_NEXT, task + 1);
  J.setJobState(s, ctx, JOB_STATE.RUNNING);
  s.running++;
  h.coreJob[core] = job;
  h.coreSince[core] = h.host.cycles();
  h.groupUse[s.group * CLASS_COUNT + cls] = h.groupUse[s.group * CLASS_COUNT + cls]! + 1;
  h.units[cls]!.start(J.viewJob(h, s, ctx), task, core);
}

/** Takes the task off the core; -1 when the core had none (a report after RESET). */
function release(h: Hardware, core: number): number {
  const job = h.coreJob[core] ?? -1;
  if (job < 0) return -1;
  const s = h.streams[Math.floor(job / JOB_CONTEXT_COUNT)]!;
  const use = s.group * CLASS_COUNT + J.classOf(job % JOB_CONTEXT_COUNT);
  h.coreJob[core] = -1;
  h.coreBusy[core] = h.coreBusy[core]! + h.host.cycles() - h.coreSince[core]!;
  h.groupUse[use] = h.groupUse[use]! - 1;
  s.running--;
  return job;
}

function tasksRunning(h: Hardware, job: number): boolean {
  return h.coreJob.includes(job);
}

/** Drops the tasks of a job from its cores; nothing is reported. */
export function dropTasks(h: Hardware, job: number): void {
  for (let core = 0; core < h.coreJob.length; core++) {
    if (h.coreJob[core] !== job) continue;
    release(h, core);
    h.units[J.classOf(job % JOB_CONTEXT_COUNT)]!.drop(core);
  }
}

/** After the last task of a held job left its core: PREEMPTED; and what waits for that. */
function settle(h: Hardware, s: Stream, job: number): void {
  const ctx = job % JOB_CONTEXT_COUNT;
  const stopped = s.held === 1 && J.jobValid(s, ctx) && J.jobState(s, ctx) === JOB_STATE.RUNNING;
  if (stopped && !tasksRunning(h, job)) J.setJobState(s, ctx, JOB_STATE.PREEMPTED);
  checkCommand(h, s);
  dispatch(h);
}

/** The port of all units. */
export function makePort(h: Hardware): TaskPort {
  return {
    done(core: number): void {
      const job = release(h, core);
      if (job < 0) return;
      const s = h.streams[Math.floor(job / JOB_CONTEXT_COUNT)]!;
      const ctx = job % JOB_CONTEXT_COUNT;
      const counter = s.group * L.GROUP_STEP + L.G_TASKS + J.classOf(ctx);
      h.control[counter] = h.control[counter]! + 1;
      h.coreTasks[core] = h.coreTasks[core]! + 1;
      const over = J.nextTask(s, ctx) >= s.va(J.jobAt(ctx) + L.J_TOTAL);
      if (J.jobValid(s, ctx) && over && !tasksRunning(h, job)) J.endJob(h, s, ctx);
      settle(h, s, job);
    },
    fault(core: number, fault: TaskFault): void {
      const job = release(h, core);
      if (job < 0) return;
      const s = h.streams[Math.floor(job / JOB_CONTEXT_COUNT)]!;
      const ctx = job % JOB_CONTEXT_COUNT;
      dropTasks(h, job);
      if (J.jobValid(s, ctx)) J.faultJob(h, s, ctx, fault);
      settle(h, s, job);
    },
    outOfMemory(core: number): void {
      const job = release(h, core);
      if (job < 0) return;
      const s = h.streams[Math.floor(job / JOB_CONTEXT_COUNT)]!;
      const ctx = job % JOB_CONTEXT_COUNT;
      s.setVa(J.jobAt(ctx) + L.J_NEXT, Math.max(0, J.nextTask(s, ctx) - 1));
      if (J.jobValid(s, ctx)) J.starveJob(h, s, ctx);
      settle(h, s, job);
    },
  };
}
