/**
 * Exception entry, return and escalation. Late arrival and tail-chaining are not states here: entry takes the
 * most urgent exception at the boundary, and a return followed by an entry leaves the same stack and registers.
 * Source: ARMv7-M ARM, B1.5.
 */
import type { Core } from './core.ts';
import { FORCED, INVPC, MSTKERR, MUNSTKERR, STKERR, UNSTKERR, VECTTBL, MMARVALID, BFARVALID } from './fault-status.ts';
import { BUS_FAULT_EXCEPTION, HARD_FAULT, MEM_MANAGE, NMI, USAGE_FAULT } from './nvic.ts';
import * as st from './state.ts';
import { CCR_NONBASETHRDENA, CCR_STKALIGN, SCR_SEVONPEND, SCR_SLEEPONEXIT } from './system-control.ts';

/** r0-r3, r12, lr, return address, xPSR. */
const FRAME_BYTES = 32;
const FRAME_ALIGNED = 1 << 9;
const EXC_RETURN_HANDLER = 0xffff_fff1 | 0;
const EXC_RETURN_MSP = 0xffff_fff9 | 0;
const EXC_RETURN_PSP = 0xffff_fffd | 0;
const FRAME_REGISTERS = [0, 1, 2, 3, 12, st.LR];

export class Exceptions {
  private readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  executionPriority(): number {
    const { S, nvic } = this.core;
    return nvic.executionPriority(S[st.PRIMASK]!, S[st.FAULTMASK]!, S[st.BASEPRI]!);
  }

  pend(exception: number): void {
    this.core.nvic.pending[exception] = 1;
    this.core.event();
  }

  /** Wakes the core when something calls for it, and enters the most urgent exception that may preempt. */
  settle(): void {
    const { core } = this;
    const { S, nvic } = core;
    if (S[st.LOCKUP] !== 0) {
      // Lockup at HardFault priority still yields to NMI.
      if (nvic.pending[NMI] === 0 || this.executionPriority() <= -2) return;
      S[st.LOCKUP] = 0;
    }
    const exception = nvic.candidate(this.executionPriority());
    if (S[st.SLEEP] !== 0 && this.wakes(exception)) S[st.SLEEP] = 0;
    if (exception !== 0) {
      S[st.SLEEP] = 0;
      this.enter(exception, S[st.PC]!);
    }
  }

  /** WFI wakes on what would preempt with PRIMASK clear; WFE also on the event register. */
  private wakes(exception: number): boolean {
    const { S, nvic, control } = this.core;
    if (exception !== 0) return true;
    if (nvic.candidate(nvic.executionPriority(0, S[st.FAULTMASK]!, S[st.BASEPRI]!)) !== 0) return true;
    if (S[st.SLEEP] !== st.SLEEP_WFE) return false;
    const sevOnPend = (control.scr & SCR_SEVONPEND) !== 0 && nvic.pending.some((p) => p !== 0);
    if (S[st.EVENT] === 0 && !sevOnPend) return false;
    S[st.EVENT] = 0;
    return true;
  }

  /** Takes the exception the current instruction raised, or what it escalates to. */
  takeSynchronous(): void {
    const { core } = this;
    const { S } = core;
    const raised = S[st.FAULT]!;
    S[st.FAULT] = 0;
    const exception = this.escalate(raised);
    if (exception !== 0) this.enter(exception, S[st.PC]!);
  }

  /** The exception that is really taken, or 0 after entering lockup. */
  private escalate(raised: number): number {
    const { core } = this;
    const { nvic } = core;
    const priority = this.executionPriority();
    if (raised !== HARD_FAULT) {
      if (nvic.enabled[raised] !== 0 && nvic.group(nvic.priority[raised]!) < priority) return raised;
      core.faults.hfsr |= FORCED;
    }
    if (priority > -1) return HARD_FAULT;
    core.lockUp();
    return 0;
  }

  /** Stacks, switches to the handler stack and branches to the vector. */
  private enter(exception: number, returnAddress: number): void {
    const { core } = this;
    const { S } = core;
    const excReturn = this.excReturn();
    const derived = this.push(returnAddress);
    core.hooks.exceptionEntry?.(exception, returnAddress >>> 0);
    if (derived === 0) {
      this.takeVector(exception, excReturn);
      return;
    }
    // A fault while stacking: the more urgent of the two is taken, the other one waits.
    core.nvic.pending[exception] = 1;
    const instead = this.escalate(derived);
    if (instead === 0) return;
    const { nvic } = core;
    if (nvic.priority[instead]! < nvic.priority[exception]!) this.takeVector(instead, excReturn);
    else {
      nvic.pending[instead] = 1;
      this.takeVector(exception, excReturn);
    }
    S[st.FAULT] = 0;
  }

  private excReturn(): number {
    const { S } = this.core;
    if (S[st.IPSR] !== 0) return EXC_RETURN_HANDLER;
    return (S[st.CONTROL]! & 2) === 0 ? EXC_RETURN_MSP : EXC_RETURN_PSP;
  }

  /** Returns the derived exception, or 0. SP moves even when stores fail. */
  private push(returnAddress: number): number {
    const { core } = this;
    const { S } = core;
    const sp = S[st.SP]!;
    const align = (core.control.ccr & CCR_STKALIGN) !== 0 && (sp & 4) !== 0;
    const frame = ((sp - FRAME_BYTES) & (align ? ~4 : ~0)) | 0;
    const xpsr = (st.xpsrOf(S) & ~FRAME_ALIGNED) | (align ? FRAME_ALIGNED : 0);
    const words = [...FRAME_REGISTERS.map((r) => S[r]!), returnAddress, xpsr];
    const valid = core.faults.cfsr & (MMARVALID | BFARVALID);
    const status = core.faults.cfsr;
    S[st.SP] = frame;
    S[st.FAULT] = 0;
    for (const [k, word] of words.entries()) {
      core.memory.store((frame + 4 * k) | 0, 4, word, core.privileged);
      if (S[st.FAULT] !== 0) return this.derive(status | valid, MSTKERR, STKERR);
    }
    return 0;
  }

  /** Turns a data fault of stacking into its own status bits. Returns its exception and clears FAULT. */
  private derive(cfsrBefore: number, memManage: number, bus: number): number {
    const { S, faults } = this.core;
    const raised = S[st.FAULT]!;
    S[st.FAULT] = 0;
    faults.cfsr = cfsrBefore | (raised === MEM_MANAGE ? memManage : bus);
    return raised === MEM_MANAGE ? MEM_MANAGE : BUS_FAULT_EXCEPTION;
  }

  private takeVector(exception: number, excReturn: number): void {
    const { core } = this;
    const { S, nvic } = core;
    const status = core.faults.cfsr;
    const vector = core.memory.load((core.control.vtor + 4 * exception) | 0, 4, true);
    if (S[st.FAULT] !== 0) {
      S[st.FAULT] = 0;
      core.faults.cfsr = status;
      core.faults.hfsr |= VECTTBL;
      if (exception === HARD_FAULT || this.executionPriority() <= -1) core.lockUp();
      else {
        nvic.pending[exception] = 1;
        this.takeVector(HARD_FAULT, excReturn);
      }
      return;
    }
    S[st.LR] = excReturn;
    S[st.MODE] = 0;
    S[st.THUMB] = vector & 1;
    S[st.PC] = vector & ~1;
    S[st.EXCLUSIVE] = 0;
    S[st.EVENT] = 1;
    nvic.activate(exception);
    core.setMode(exception, S[st.CONTROL]! & ~2);
  }

  /** EXC_RETURN in Handler mode. */
  exceptionReturn(value: number): void {
    const { core } = this;
    const { S, nvic, control } = core;
    const returning = S[st.IPSR]!;
    const nested = nvic.activeCount();
    const toThread = value === EXC_RETURN_MSP || value === EXC_RETURN_PSP;
    const wrongDepth =
      value === EXC_RETURN_HANDLER ? nested === 1 : nested !== 1 && (control.ccr & CCR_NONBASETHRDENA) === 0;
    const wasActive = nvic.active[returning] !== 0;
    this.deactivate(returning);
    if (!wasActive || wrongDepth || (!toThread && value !== EXC_RETURN_HANDLER)) {
      this.invalidReturn(value);
      return;
    }
    const toPsp = value === EXC_RETURN_PSP;
    const frame = toPsp ? core.psp : core.msp;
    const words = this.pop(frame, toThread && (S[st.CONTROL]! & 1) !== 0);
    if (words === undefined) {
      this.chain(value);
      return;
    }
    const xpsr = words[7]!;
    const number = xpsr & 0x1ff;
    if ((number === 0) !== toThread) {
      this.invalidReturn(value);
      return;
    }
    for (const [k, r] of FRAME_REGISTERS.entries()) S[r] = words[k]!;
    const align = (control.ccr & CCR_STKALIGN) !== 0 && (xpsr & FRAME_ALIGNED) !== 0;
    const sp = (frame + FRAME_BYTES) | (align ? 4 : 0);
    if (toPsp) core.psp = sp;
    else core.msp = sp;
    core.setMode(number, toPsp ? S[st.CONTROL]! | 2 : S[st.CONTROL]! & ~2);
    st.setXpsr(S, xpsr);
    S[st.PC] = words[6]! & ~1;
    S[st.EXCLUSIVE] = 0;
    S[st.EVENT] = 1;
    core.hooks.exceptionExit?.(returning, core.pc);
    if (toThread && (control.scr & SCR_SLEEPONEXIT) !== 0) S[st.SLEEP] = st.SLEEP_WFI;
    core.event();
  }

  private deactivate(exception: number): void {
    const { S, nvic } = this.core;
    nvic.deactivate(exception);
    if (exception !== NMI) S[st.FAULTMASK] = 0;
    this.core.memory.accessChanged();
  }

  /** The frame's words, or undefined with the derived exception left in FAULT. */
  private pop(frame: number, unprivileged: boolean): number[] | undefined {
    const { core } = this;
    const { S } = core;
    const status = core.faults.cfsr;
    const words: number[] = [];
    for (let k = 0; k < FRAME_BYTES; k += 4) {
      words.push(core.memory.load((frame + k) | 0, 4, !unprivileged));
      if (S[st.FAULT] !== 0) {
        S[st.FAULT] = this.derive(status, MUNSTKERR, UNSTKERR);
        return undefined;
      }
    }
    return words;
  }

  private invalidReturn(value: number): void {
    const { S, faults } = this.core;
    faults.cfsr |= INVPC;
    S[st.FAULT] = USAGE_FAULT;
    this.chain(value);
  }

  /** Takes the exception in FAULT on the frame that is still stacked. */
  private chain(excReturn: number): void {
    const { core } = this;
    const { S } = core;
    const raised = S[st.FAULT]!;
    S[st.FAULT] = 0;
    const exception = this.escalate(raised);
    if (exception !== 0) this.takeVector(exception, excReturn | (0xf000_0000 | 0));
    core.event();
  }
}
