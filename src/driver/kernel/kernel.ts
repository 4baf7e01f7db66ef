/**
 * The kernel: joins the services around one platform and owns the idle loop. Whoever sleeps ends up in
 * `sleepUntil`, which lets interrupts, threads, timers and work run on top of the sleeper's stack until it may
 * wake; between events the engine calls `runPending` and `runUntil` with an empty stack.
 */
import { Bug } from '../../base/errors.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Stateful } from '../../base/stateful.ts';
import { DeviceNodes } from './char-device.ts';
import { Cpu, DeadlockError } from './cpu.ts';
import type { DmaState } from './dma.ts';
import { DmaMemory } from './dma.ts';
import type { IrqsState } from './irq.ts';
import { Irqs } from './irq.ts';
import { Log } from './log.ts';
import type { Module } from './platform-device.ts';
import { PlatformBus } from './platform-device.ts';
import type { Platform } from './platform.ts';
import { Slab } from './slab.ts';
import { LockOrder } from './sync.ts';
import { Targets } from './targets.ts';
import type { TimersState } from './time.ts';
import { SEC, Timers } from './time.ts';
import type { WorksState } from './workqueue.ts';
import { Works } from './workqueue.ts';

/** A wait without limit ends in a report after this long (Linux hung_task_timeout_secs). */
const HUNG_TASK = 120 * SEC;

/** Idle time handed to the hardware at once when nothing limits it (chosen). */
const IDLE_SLICE = 1_000_000;

/** So many rounds of the idle loop in a row without time passing is a livelock (chosen). */
const LIVELOCK = 100_000;

export type KernelState = {
  readonly timers: TimersState;
  readonly works: WorksState;
  readonly irqs: IrqsState;
  readonly dma: DmaState;
  readonly lockOrder: readonly (readonly [string, string])[];
};

export class Kernel implements Stateful<KernelState> {
  readonly platform: Platform;
  readonly log: Log;
  readonly cpu = new Cpu();
  readonly targets = new Targets();
  readonly lockOrder = new LockOrder();
  readonly nodes = new DeviceNodes();
  readonly timers: Timers;
  readonly work: Works;
  readonly irqs: Irqs;
  readonly dma: DmaMemory;
  readonly slab: Slab;
  readonly bus: PlatformBus;
  private readonly modules = new Map<string, Disposable>();

  constructor(platform: Platform) {
    this.platform = platform;
    this.log = new Log(platform, 'kernel');
    this.timers = new Timers(this);
    this.work = new Works(this);
    this.irqs = new Irqs(this);
    this.slab = new Slab(platform);
    this.dma = new DmaMemory(platform.memory, () => this.slab.fails());
    this.bus = new PlatformBus(this);
  }

  /** Virtual time, ns since power-on (CLOCK_MONOTONIC). */
  now(): number {
    return this.platform.time.now();
  }

  /** True when no work is queued: only timers and interrupts can make the kernel do something. */
  get quiet(): boolean {
    return this.cpu.depth === 0 && this.work.pendingCount === 0;
  }

  /** Announces a service call to an attached debugger, which may stop the thread here. */
  service(what: string): void {
    this.platform.probe.service?.(what);
  }

  /** Runs a call from outside (a system call, a bind) in process context. KernelErrors pass. */
  run<T>(name: string, body: () => T): T {
    return this.cpu.run('process', name, body);
  }

  /** As `run`, for calls of client processes, which never nest (engine law 8): Bug inside a driver call. */
  enter<T>(name: string, body: () => T): T {
    if (this.cpu.depth > 0) throw new Bug(`${name} from inside a driver call\n${this.cpu.report()}`);
    return this.run(name, body);
  }

  /** Bug when a module of that name is loaded. */
  loadModule(module: Module): void {
    if (this.modules.has(module.name)) throw new Bug(`module ${module.name} is loaded already`);
    this.modules.set(module.name, module.init(this));
  }

  unloadModule(name: string): void {
    const module = this.modules.get(name);
    if (module === undefined) throw new Bug(`module ${name} is not loaded`);
    this.modules.delete(name);
    module.dispose();
  }

  /** Handlers, timers and work that are due, without letting time pass. Returns how many ran. */
  runPending(): number {
    let ran = 0;
    while (this.runOne()) if (++ran > LIVELOCK) throw this.livelock();
    return ran;
  }

  /**
   * The CPU idles until `untilNs` or until `done` (looked at after each thing that ran): hardware runs, and whatever
   * becomes due is handled. True when `done` ended it.
   */
  runUntil(untilNs: number, done: () => boolean = () => false): boolean {
    if (this.cpu.depth > 0) throw new Bug(`runUntil from inside a driver call\n${this.cpu.report()}`);
    return this.idle(untilNs, done);
  }

  /**
   * Sleeps until `done` (looked at before time passes and after each thing that ran) or `untilNs`; true when done.
   * DeadlockError for a wait without limit that nothing can end, or that lasts longer than a hung task may.
   */
  sleepUntil(what: string, untilNs: number, done: () => boolean): boolean {
    const context = this.cpu.current;
    if (context === undefined) throw new Bug(`${what}: sleep outside any context; use kernel.run`);
    this.cpu.mightSleep(what);
    const outer = context.waiting;
    context.waiting = what;
    try {
      return this.idle(untilNs, done);
    } finally {
      context.waiting = outer;
    }
  }

  private idle(untilNs: number, done: () => boolean): boolean {
    const { time } = this.platform;
    const hung = untilNs === Infinity ? time.now() + HUNG_TASK : Infinity;
    let still = 0;
    let last = time.now();
    for (;;) {
      if (done()) return true;
      const now = time.now();
      still = now === last ? still + 1 : 0;
      last = now;
      if (still > LIVELOCK) throw this.livelock();
      if (this.runOne()) continue;
      if (now >= untilNs) return false;
      if (now >= hung) throw this.deadlock(`blocked for more than ${HUNG_TASK / SEC} s`);
      const next = Math.min(untilNs, this.timers.nextAt);
      if (next === Infinity && time.hardwareIdle()) throw this.deadlock('nothing can end this wait');
      time.run(next === Infinity ? now + IDLE_SLICE : Math.min(next, hung));
    }
  }

  private runOne(): boolean {
    return this.irqs.deliver() || this.irqs.runThread() || this.timers.fireDue() || this.work.runOne();
  }

  private deadlock(why: string): DeadlockError {
    const stuck = [...this.irqs.stuck(), ...this.work.stuck()];
    return new DeadlockError(`deadlock: ${why}\n${[this.cpu.report(), ...stuck].join('\n')}`);
  }

  private livelock(): Bug {
    return new Bug(`${LIVELOCK} rounds without time passing\n${this.cpu.report()}`);
  }

  /** Only between events. */
  save(): KernelState {
    if (this.cpu.depth > 0) throw new Bug(`state saved inside a driver call\n${this.cpu.report()}`);
    return {
      timers: this.timers.save(),
      works: this.work.save(),
      irqs: this.irqs.save(),
      dma: this.dma.save(),
      lockOrder: this.lockOrder.save(),
    };
  }

  /** Into a kernel with the same driver bound; the driver loads its own state first. */
  load(state: KernelState): void {
    this.timers.load(state.timers);
    this.work.load(state.works);
    this.irqs.load(state.irqs);
    this.dma.load(state.dma);
    this.lockOrder.load(state.lockOrder);
  }
}
