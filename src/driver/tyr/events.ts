/**
 * What the firmware reports and what the driver does about it: idle groups, progress timer, sync updates, stream
 * faults and the tiler heap (Panthor `panthor_sched.c`: sched_process_csg_irq and the cs_slot_process functions).
 * The order of reading and acknowledging words is part of the protocol and kept exactly. Runs under the
 * scheduler's lock.
 */
import { bits, hex, hex64 } from '../../base/bits.ts';
import { FAULT, faultName } from '../../spec/faults.ts';
import {
  CSG_EVT_MASK,
  CSG_REQ,
  CS_EVT_MASK,
  CS_OUTPUT,
  CS_REQ,
  GLB_EVT_MASK,
  GLB_REQ,
  requestMask,
} from '../../spec/firmware/interface.ts';
import type { CsInterface } from './fw/interfaces.ts';
import type { Group } from './group.ts';
import type { Scheduler } from './sched.ts';

const IDLE = requestMask(CSG_REQ, 'IDLE');
const PROGRESS = requestMask(CSG_REQ, 'PROGRESS_TIMER_EVENT');
const SYNC_UPDATE = requestMask(CSG_REQ, 'SYNC_UPDATE');
const CSG_HANDLED = (IDLE | PROGRESS | SYNC_UPDATE) >>> 0;
const FATAL_EVENT = requestMask(CS_REQ, 'FATAL');
const FAULT_EVENT = requestMask(CS_REQ, 'FAULT');
const TILER_OOM = requestMask(CS_REQ, 'TILER_OOM');
const GLB_IDLE = requestMask(GLB_REQ, 'IDLE');

/** Event bits of the global interface. */
export function processGlobalEvents(sched: Scheduler): void {
  const { requests } = sched.parts.fw.glb;
  const events = (requests.pending & GLB_EVT_MASK) >>> 0;
  if ((events & GLB_IDLE) === 0) return;
  requests.acknowledge(GLB_IDLE);
  sched.tickNow();
}

/** Events of one slot and its streams. */
export function processCsgEvents(sched: Scheduler, csg: number): void {
  const iface = sched.csgs.iface(csg);
  const { req, ack } = iface.requests;
  const csReq = iface.csEvents.ack;
  const csAck = iface.csEvents.req;
  if (req === ack && csReq === csAck) return;
  const events = ((req ^ ack) & CSG_EVT_MASK) >>> 0;

  // The streams must be acknowledged before they are read, or an event that comes meanwhile is lost.
  iface.csEvents.write(csReq);
  iface.requests.update(ack, CSG_HANDLED);

  const group = sched.csgs.slot(csg).group;
  if ((events & IDLE) !== 0) sched.noteIdle();
  if ((events & PROGRESS) !== 0) progressTimer(sched, csg, group);

  let ring = 0;
  for (const [cs, stream] of iface.streams.entries()) {
    if ((((csReq ^ csAck) >>> cs) & 1) === 1 && processStream(sched, csg, cs, stream, group)) ring |= 1 << cs;
  }
  if ((events & SYNC_UPDATE) !== 0) {
    group?.work.queueSyncUpdate();
    sched.queueSyncUpdate();
  }
  if (ring !== 0) iface.doorbells.toggle(ring);
  sched.parts.fw.ringCsgDoorbells(1 << csg);
}

function progressTimer(sched: Scheduler, csg: number, group: Group | undefined): void {
  sched.parts.log.warn(`CSG slot ${csg} progress timeout`);
  if (group !== undefined) group.timedout = true;
  sched.tickNow();
}

/** True when the stream must be told that its event was handled. */
function processStream(
  sched: Scheduler,
  csg: number,
  cs: number,
  stream: CsInterface,
  group: Group | undefined,
): boolean {
  const { req, ack } = stream.requests;
  const events = ((req ^ ack) & CS_EVT_MASK) >>> 0;
  if ((events & FATAL_EVENT) !== 0) fatal(sched, csg, cs, stream, group);
  if ((events & FAULT_EVENT) !== 0) fault(sched, csg, cs, stream, group);
  if ((events & TILER_OOM) !== 0) group?.work.queueTilerOom(cs);
  stream.requests.update(ack, FATAL_EVENT | FAULT_EVENT);
  return (events & (FAULT_EVENT | TILER_OOM)) !== 0;
}

function report(sched: Scheduler, csg: number, cs: number, kind: 'FAULT' | 'FATAL', word: number, info: string): void {
  const exception = bits(word, 0, 8);
  sched.parts.log.warn(
    [
      `CSG slot ${csg} CS slot: ${cs}`,
      `CS_${kind}.EXCEPTION_TYPE: ${hex(exception)} (${faultName(exception)})`,
      `CS_${kind}.EXCEPTION_DATA: ${hex(bits(word, 8, 24))}`,
      `CS_${kind}_INFO.EXCEPTION_DATA: ${info}`,
    ].join('\n'),
  );
}

function info64(stream: CsInterface, reg: typeof CS_OUTPUT.FAULT_INFO | typeof CS_OUTPUT.FATAL_INFO): string {
  const value = stream.output.read64Words(reg);
  return hex64(value.lo, value.hi);
}

function fatal(sched: Scheduler, csg: number, cs: number, stream: CsInterface, group: Group | undefined): void {
  const word = stream.output.read(CS_OUTPUT.FATAL);
  if (group !== undefined) {
    group.fatalQueues = (group.fatalQueues | (1 << cs)) >>> 0;
    sched.parts.log.warn(`CS_FATAL: ${group.owner}`);
  }
  if (bits(word, 0, 8) === FAULT.CS_UNRECOVERABLE) {
    sched.parts.reset.schedule();
    sched.cancelTick();
  } else {
    sched.tickNow();
  }
  report(sched, csg, cs, 'FATAL', word, info64(stream, CS_OUTPUT.FATAL_INFO));
}

function fault(sched: Scheduler, csg: number, cs: number, stream: CsInterface, group: Group | undefined): void {
  const word = stream.output.read(CS_OUTPUT.FAULT);
  group?.queues[cs]?.blame();
  if (group !== undefined) sched.parts.log.warn(`CS_FAULT: ${group.owner}`);
  report(sched, csg, cs, 'FAULT', word, info64(stream, CS_OUTPUT.FAULT_INFO));
}
