/**
 * System instructions: special registers, masks, sleep, supervisor call, breakpoint and semihosting, undefined
 * encodings. One handler per semantics key. Source: ARMv7-M ARM, B5.2.
 */
import type { Core, Handler } from './core.ts';
import { DEBUGEVT, DFSR_BKPT } from './fault-status.ts';
import { DEBUG_MONITOR, HARD_FAULT, SVCALL } from './nvic.ts';
import { semihost, SEMIHOSTING_BKPT } from './semihosting.ts';
import { DEMCR_MON_EN } from './debug.ts';
import * as st from './state.ts';

export const SYSTEM_HANDLERS = new Map<string, Handler>();
const on = (keys: string, handler: Handler): void => {
  for (const key of keys.split(' ')) SYSTEM_HANDLERS.set(key, handler);
};

const APSR_FLAGS = 0xf800_0000 | 0;
const GE_BITS = 0x000f_0000;

/** MRS: special register by SYSm. */
function readSpecial(core: Core, sysm: number): number {
  const { S } = core;
  if (sysm < 8) {
    let v = 0;
    if ((sysm & 1) !== 0 && core.privileged) v |= S[st.IPSR]!;
    if ((sysm & 4) === 0) v |= st.flagsOf(S) | (S[st.GE]! << 16);
    return v;
  }
  if (sysm === 20) return S[st.CONTROL]!;
  if (!core.privileged) return 0;
  switch (sysm) {
    case 8:
      return core.msp;
    case 9:
      return core.psp;
    case 16:
      return S[st.PRIMASK]!;
    case 17:
    case 18:
      return S[st.BASEPRI]!;
    case 19:
      return S[st.FAULTMASK]!;
    default:
      return 0;
  }
}

/** MSR: mask chooses flags (bit 1) and GE (bit 0) of APSR. */
function writeSpecial(core: Core, sysm: number, mask: number, value: number): void {
  const { S } = core;
  if (sysm < 8) {
    if ((sysm & 4) !== 0) return;
    if ((mask & 2) !== 0) st.setFlags(S, value & APSR_FLAGS);
    if ((mask & 1) !== 0) S[st.GE] = (value & GE_BITS) >>> 16;
    return;
  }
  if (!core.privileged) return;
  switch (sysm) {
    case 8:
      core.msp = value;
      break;
    case 9:
      core.psp = value;
      break;
    case 16:
      core.primask = value;
      break;
    case 17:
      core.basepri = value;
      break;
    case 18: {
      const level = value & core.nvic.priorityMask;
      if (level !== 0 && (level < S[st.BASEPRI]! || S[st.BASEPRI] === 0)) core.basepri = level;
      break;
    }
    case 19:
      setFaultmask(core, value & 1);
      break;
    case 20:
      // SPSEL is written in Thread mode only.
      core.setMode(S[st.IPSR]!, S[st.IPSR] === 0 ? value & 3 : (value & 1) | (S[st.CONTROL]! & 2));
      break;
    default:
      break;
  }
}

/** FAULTMASK cannot be set at HardFault priority or above. */
function setFaultmask(core: Core, value: number): void {
  if (value !== 0 && core.exceptions.executionPriority() <= -1) return;
  core.faultmask = value;
  core.memory.accessChanged();
}

on('mrs', (core, i) => {
  core.S[i.d] = readSpecial(core, i.imm);
});
on('msr', (core, i) => writeSpecial(core, i.imm, i.extra, core.S[i.n]!));
on('cps cpsd', (core, i) => {
  if (!core.privileged) return;
  const value = i.row.key === 'cpsd' ? 1 : 0;
  if ((i.imm & 2) !== 0) core.primask = value;
  if ((i.imm & 1) !== 0) setFaultmask(core, value);
});

on('svc', (core, i) => {
  core.S[st.PC] = core.S[st.PC]! + i.length;
  core.raise(SVCALL);
  return true;
});
on('bkpt', (core, i) => {
  const { S } = core;
  const pc = S[st.PC]!;
  if (i.imm === SEMIHOSTING_BKPT && core.options.semihosting !== undefined) {
    semihost(core, core.options.semihosting);
    if (!core.halted) return false;
    S[st.PC] = pc + i.length;
    return true;
  }
  if (core.hooks.bkpt?.(i.imm, pc >>> 0) === true) {
    core.halted = true;
    S[st.PC] = pc;
    return true;
  }
  core.faults.dfsr |= DFSR_BKPT;
  const monitor =
    (core.debug.demcr & DEMCR_MON_EN) !== 0 &&
    core.nvic.group(core.nvic.priority[DEBUG_MONITOR]!) < core.exceptions.executionPriority();
  if (!monitor) core.faults.hfsr |= DEBUGEVT;
  core.raise(monitor ? DEBUG_MONITOR : HARD_FAULT);
  return false;
});
on('udf undefined', (core) => core.undefinedInstruction());
on('coprocessor', (core) => core.noCoprocessor());

on('wfi', (core) => {
  core.S[st.SLEEP] = st.SLEEP_WFI;
  core.event();
});
on('wfe', (core) => {
  const { S } = core;
  if (S[st.EVENT] !== 0) S[st.EVENT] = 0;
  else {
    S[st.SLEEP] = st.SLEEP_WFE;
    core.event();
  }
});
on('sev', (core) => {
  core.S[st.EVENT] = 1;
  core.hooks.sev?.();
});
