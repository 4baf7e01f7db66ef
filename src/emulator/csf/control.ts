/**
 * The registers of groups and endpoints (CSG_*, EP_*), CS_PENDING and CS_KICK. Offsets are taken modulo the 4 KiB
 * the block lives in, so both the private block's and the block's own offsets work.
 */
import {
  CS_REASON,
  CS_STATE,
  GROUP_COUNT,
  JOB_CLASS,
  MCU_CSG,
  MCU_REG_BASE,
} from '../../spec/registers/mcu-private.ts';
import { CORE_COUNT, TILER_CORE } from './choices.ts';
import type { Hardware } from './hardware.ts';
import { coresChanged } from './iterators.ts';
import { classBusy, frontJob, jobMask } from './jobs.ts';
import { deferMask } from './deferred.ts';
import { resourcesGranted } from './interfaces.ts';
import * as L from './layout.ts';
import { buildRules, HALF, REPORT, WORD } from './rules.ts';
import { wakeGroup } from './sync.ts';

const RULES = buildRules(MCU_CSG, L.CONTROL_BASE, L.CONTROL_WORDS);
const BLOCK_MASK = 0xfff;
const CLASS_COUNT = 3;

/** The latches of 64-bit accesses, see interfaces.ts. */
export interface Latches {
  readAt: number;
  readHigh: number;
  heldAt: number;
  heldLow: number;
}

function groupState(h: Hardware, group: number): number {
  let word = 0;
  for (let j = 0; j < GROUP_COUNT; j++) {
    const s = h.streams[group * GROUP_COUNT + j]!;
    if (s.state !== CS_STATE.STOPPED) word |= 1 << (L.STATE_STARTED + j);
    if (s.quiet === 1) word |= 1 << (L.STATE_QUIET + j);
    if ((jobMask(s) | deferMask(s)) !== 0) word |= 1 << (L.STATE_JOBS + j);
    for (let cls = 0; cls < CLASS_COUNT; cls++) if (frontJob(s, cls) >= 0) word |= 1 << (L.STATE_CLASSES + cls);
  }
  return word;
}

function endpointsInUse(h: Hardware, group: number): number {
  const limit = h.control[group * L.GROUP_STEP + L.G_EP_LIMIT]!;
  let word = limit;
  for (let cls = 0; cls < CLASS_COUNT; cls++) {
    const [shift, mask] = L.EP_FIELDS[cls]!;
    word = (word & ~(mask << shift)) | ((h.groupUse[group * CLASS_COUNT + cls]! & mask) << shift);
  }
  return word;
}

/** Cores that execute, as words 0 (0..31) and 1 (32..63). The tiler is not a core of this mask. */
function coresBusy(h: Hardware, high: number): number {
  let word = 0;
  for (let core = 0; core < 32; core++) if (h.coreJob[high * 32 + core]! >= 0) word |= 1 << core;
  return word;
}

function wordOf(h: Hardware, index: number): number {
  switch (index) {
    case L.C_EP_ACTIVE:
      return [0, 1, 2].reduce((word, cls) => word | (classBusy(h, cls) ? 1 << cls : 0), 0);
    case L.C_EP_CORES:
      return coresBusy(h, 0) >>> 0;
    case L.C_EP_CORES + 1:
      return coresBusy(h, 1) >>> 0;
    case L.C_PENDING:
      return h.pendingLo >>> 0;
    case L.C_PENDING + 1:
      return h.pendingHi >>> 0;
  }
  const kind = RULES.kind[index];
  if (kind === undefined || kind === WORD.NONE || kind === WORD.WO) return 0;
  const group = Math.floor(index / L.GROUP_STEP);
  if (group < GROUP_COUNT) {
    const inGroup = index % L.GROUP_STEP;
    if (inGroup === L.G_STATE) return groupState(h, group) >>> 0;
    if (inGroup === L.G_EP_CURRENT) return endpointsInUse(h, group) >>> 0;
  }
  return h.control[index]! >>> 0;
}

function report(h: Hardware, kind: number, index: number, write: boolean, value: number): void {
  h.host.log.report(kind, MCU_REG_BASE + L.CONTROL_BASE + index * 4, write, 4, value >>> 0);
}

export function peekControlWord(h: Hardware, offset: number): number {
  return wordOf(h, (offset & BLOCK_MASK) >>> 2);
}

export function readControlWord(h: Hardware, latches: Latches, offset: number): number {
  const index = (offset & BLOCK_MASK) >>> 2;
  const kind = RULES.kind[index];
  if (kind === undefined || kind === WORD.NONE || kind === WORD.WO) {
    report(h, REPORT.UNDEFINED, index, false, 0);
    return 0;
  }
  if (RULES.half[index] === HALF.LOW) {
    latches.readAt = index;
    latches.readHigh = wordOf(h, index + 1);
  } else if (RULES.half[index] === HALF.HIGH && latches.readAt === index - 1) {
    latches.readAt = -1;
    return latches.readHigh;
  }
  return wordOf(h, index);
}

export function writeControlWord(h: Hardware, latches: Latches, offset: number, value: number): void {
  const index = (offset & BLOCK_MASK) >>> 2;
  const kind = RULES.kind[index];
  if (kind === undefined || kind === WORD.NONE || kind === WORD.RO) {
    return report(h, REPORT.UNDEFINED, index, true, value);
  }
  const mask = RULES.mask[index]!;
  if ((value & ~mask) !== 0) report(h, REPORT.RESERVED, index, true, value);
  const kept = value & mask;
  if (index === L.C_KICK) {
    for (let group = 0; group < GROUP_COUNT; group++) if (((kept >>> group) & 1) !== 0) wakeGroup(h, group);
  } else if (index === L.C_EP_EVENT) {
    h.control[index] = h.control[index]! & ~kept;
    h.refreshEndpointLine();
  } else if (RULES.half[index] === HALF.LOW) {
    latches.heldAt = index;
    latches.heldLow = kept;
  } else {
    if (RULES.half[index] === HALF.HIGH && latches.heldAt === index - 1) {
      h.control[index - 1] = latches.heldLow;
      latches.heldAt = -1;
    }
    h.control[index] = kept;
    written(h, index);
  }
}

function written(h: Hardware, index: number): void {
  if (index === L.C_EP_MASK) return h.refreshEndpointLine();
  if (index % L.GROUP_STEP === L.G_CTRL) return grantAutomatic(h, Math.floor(index / L.GROUP_STEP));
  coresChanged(h);
}

/** CSG_CTRL.auto changed: requests it covers need no firmware any more. */
function grantAutomatic(h: Hardware, group: number): void {
  const auto = (h.control[group * L.GROUP_STEP + L.G_CTRL]! >>> L.CTRL_AUTO) & L.CTRL_AUTO_MASK;
  for (const s of h.streams) {
    if (s.group !== group || s.state !== CS_STATE.BLOCKED || s.reason !== CS_REASON.RESOURCE) continue;
    s.w[L.W_RES_GRANT] = (s.w[L.W_RES_GRANT]! | auto) & s.w[L.W_RES_REQ]!;
    resourcesGranted(h, s);
  }
}

/** Counters of a core for PRF samples: active cycles here, `own` more from the units that use it (or 0). */
export function coreCounters(h: Hardware, core: number, own: number): readonly number[] {
  const index = core < CORE_COUNT ? core : 0;
  const running = h.coreJob[index]! >= 0 ? h.host.cycles() - h.coreSince[index]! : 0;
  const classes = index === TILER_CORE ? [JOB_CLASS.TILER] : [JOB_CLASS.COMPUTE, JOB_CLASS.FRAGMENT];
  const units = new Set(classes.map((cls) => h.units[cls]));
  const sums = Array.from({ length: own }, () => 0);
  for (const unit of units) unit?.counters?.(index).forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
  return [h.coreBusy[index]! + running, ...sums];
}
