/**
 * The GPU block: soft reset, L2 power, cache flushes and the gpu interrupt (Tyr `gpu.rs`, Panthor
 * `panthor_gpu.c`). The probe polls, because no interrupt is set up yet; afterwards the interrupt wakes whoever
 * waits, and the raw status is looked at once more when time is over.
 */
import { hex, hex64 } from '../../base/bits.ts';
import { faultName } from '../../spec/faults.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import type { Register } from '../../spec/registers/define.ts';
import { KernelError, fail } from '../kernel/errno.ts';
import type { IoMem } from '../kernel/io.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Log } from '../kernel/log.ts';
import { Mutex } from '../kernel/sync.ts';
import { MSEC, USEC, readPollTimeout } from '../kernel/time.ts';
import { WaitQueue } from '../kernel/wait.ts';
import type { GpuIrq } from './irq.ts';

/** Interrupts the driver listens to. */
export const GPU_INTERRUPTS = GPU_CONTROL.GPU_INT_MASK.encode({
  FAULT: true,
  PROTM_FAULT: true,
  RESET_COMPLETED: true,
  CLEAN_CACHES_COMPLETED: true,
});

const RESET_COMPLETED = GPU_CONTROL.GPU_INT_RAWSTAT.encode({ RESET_COMPLETED: true });
const CLEAN_CACHES_COMPLETED = GPU_CONTROL.GPU_INT_RAWSTAT.encode({ CLEAN_CACHES_COMPLETED: true });

const SOFT_RESET = GPU_CONTROL.GPU_CMD.encode({ code: 'RESET', reset_mode: 'SOFT_RESET' });

/** Clean and invalidate L2 and load/store caches, invalidate the others: after page-table edits. */
export const FLUSH_ALL = GPU_CONTROL.GPU_CMD.encode({
  code: 'FLUSH_CACHES',
  l2_flush: 'CLEAN_INVALIDATE',
  lsc_flush: 'CLEAN_INVALIDATE',
  other_flush: 'INVALIDATE',
});
/** Write everything back and keep it: after groups were suspended. */
export const FLUSH_CLEAN = GPU_CONTROL.GPU_CMD.encode({ code: 'FLUSH_CACHES', l2_flush: 'CLEAN', lsc_flush: 'CLEAN' });

const REPLY_LIMIT = 100 * MSEC;
const RESET_POLL = 1 * MSEC;
const POWER_POLL = 100 * USEC;
const POWER_LIMIT = 20 * MSEC;

/** Only the first core group's L2 is used. */
const L2_MASK = 1;

/** Resets the GPU by polling (Tyr `issue_soft_reset`). KernelError ETIMEDOUT with a log line. */
export function issueSoftReset(kernel: Kernel, io: IoMem, log: Log): void {
  io.write(GPU_CONTROL.GPU_INT_CLEAR, RESET_COMPLETED);
  io.write(GPU_CONTROL.GPU_CMD, SOFT_RESET);
  try {
    readPollTimeout(
      kernel,
      () => io.field(GPU_CONTROL.GPU_INT_RAWSTAT, 'RESET_COMPLETED'),
      (done) => done === 1,
      RESET_POLL,
      REPLY_LIMIT,
    );
  } catch (error) {
    if (error instanceof KernelError) log.err('Soft reset timeout');
    throw error;
  }
}

function waitWord(
  kernel: Kernel,
  io: IoMem,
  log: Log,
  reg: Register,
  done: (value: number) => boolean,
  what: string,
): void {
  try {
    readPollTimeout(kernel, () => io.read(reg), done, POWER_POLL, POWER_LIMIT);
  } catch (error) {
    if (error instanceof KernelError) log.err(`timeout waiting on L2:${hex(L2_MASK)} ${what}`);
    throw error;
  }
}

const trans = (kernel: Kernel, io: IoMem, log: Log): void =>
  waitWord(kernel, io, log, GPU_POWER.L2_PWRTRANS, (v) => (v & L2_MASK) === 0, 'power transition');

/** Selects the bus protocol and turns the L2 on (Tyr `l2_power_on`). KernelError ETIMEDOUT with a log line. */
export function l2PowerOn(kernel: Kernel, io: IoMem, log: Log, coherency: number): void {
  io.write(GPU_CONTROL.GPU_COHERENCY_PROTOCOL, coherency);
  trans(kernel, io, log);
  io.write64(GPU_POWER.L2_PWRON, L2_MASK);
  waitWord(kernel, io, log, GPU_POWER.L2_READY, (v) => (v & L2_MASK) === L2_MASK, 'readiness');
}

/** Turns every L2 off. Failures are logged only: a reset follows anyway. */
export function l2PowerOff(kernel: Kernel, io: IoMem, log: Log): void {
  try {
    trans(kernel, io, log);
    io.write64(GPU_POWER.L2_PWROFF, io.read64(GPU_POWER.GPU_L2_PRESENT));
    trans(kernel, io, log);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  }
}

/** Flush and reset with interrupts. State: the requests that wait for their interrupt. */
export class Gpu {
  private readonly kernel: Kernel;
  private readonly io: IoMem;
  private readonly log: Log;
  private readonly acked: WaitQueue;
  readonly flushLock: Mutex;
  private readonly scheduleReset: () => void;
  private pending = 0;

  constructor(kernel: Kernel, io: IoMem, log: Log, scheduleReset: () => void) {
    this.kernel = kernel;
    this.io = io;
    this.log = log;
    this.acked = new WaitQueue(kernel, 'gpu request');
    this.flushLock = new Mutex(kernel, 'gpu cache flush');
    this.scheduleReset = scheduleReset;
  }

  /** The body of the gpu interrupt's thread. */
  handle(status: number): void {
    this.io.write(GPU_CONTROL.GPU_INT_CLEAR, status);
    if (GPU_CONTROL.GPU_INT_STAT.get('FAULT', status) === 1) {
      const fault = this.io.read(GPU_CONTROL.GPU_FAULT_STATUS);
      const address = this.io.read64(GPU_CONTROL.GPU_FAULT_ADDR);
      const name = faultName(GPU_CONTROL.GPU_FAULT_STATUS.get('exception_type', fault));
      this.log.warn(`GPU Fault 0x${fault.toString(16).padStart(8, '0')} (${name}) at ${hex64(address.lo, address.hi)}`);
    }
    if (GPU_CONTROL.GPU_INT_STAT.get('PROTM_FAULT', status) === 1) this.log.warn('GPU Fault in protected mode');
    if ((this.pending & status) !== 0) {
      this.pending &= ~status;
      this.acked.wakeUp();
    }
  }

  /** Resets the GPU while its interrupt is on (Panthor `panthor_gpu_soft_reset`). */
  softReset(): void {
    if ((this.pending & RESET_COMPLETED) === 0) {
      this.pending |= RESET_COMPLETED;
      this.io.write(GPU_CONTROL.GPU_INT_CLEAR, RESET_COMPLETED);
      this.io.write(GPU_CONTROL.GPU_CMD, SOFT_RESET);
    }
    if (!this.answered(RESET_COMPLETED)) {
      this.log.err('Soft reset timeout');
      fail('ETIMEDOUT', 'soft reset');
    }
  }

  /** Flushes caches and waits; a flush that does not end asks for a reset. `command` is a GPU_CMD word. */
  flushCaches(command: number): void {
    this.flushLock.with(() => {
      if ((this.pending & CLEAN_CACHES_COMPLETED) !== 0) fail('EIO', 'a cache flush is pending already');
      this.pending |= CLEAN_CACHES_COMPLETED;
      this.io.write(GPU_CONTROL.GPU_CMD, command);
      if (this.answered(CLEAN_CACHES_COMPLETED)) return;
      this.log.err('Flush caches timeout');
      this.scheduleReset();
      fail('ETIMEDOUT', 'cache flush');
    });
  }

  /** Waits for the interrupt of a request; when it does not come, the raw status decides. */
  private answered(bit: number): boolean {
    if (this.acked.waitEventTimeout(() => (this.pending & bit) === 0, REPLY_LIMIT) > 0) return true;
    if ((this.io.read(GPU_CONTROL.GPU_INT_RAWSTAT) & bit) === 0) return false;
    this.pending &= ~bit;
    return true;
  }

  /** Forgets requests that a reset has overtaken. */
  suspend(irq: GpuIrq): void {
    irq.suspend();
    this.pending = 0;
    this.acked.wakeUp();
  }

  save(): number {
    return this.pending;
  }

  load(state: number): void {
    this.pending = state;
  }
}
