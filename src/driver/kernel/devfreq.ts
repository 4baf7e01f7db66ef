/**
 * Frequency scaling (drivers/devfreq): an operating-point table, the `simple_ondemand` governor and its polling. The
 * device says how long it was busy since it was last asked; the governor picks a frequency, and the transition sets
 * voltage and clock in the order that never leaves the clock too fast for the voltage.
 */
import type { Disposable } from '../../base/disposable.ts';
import type { Stateful } from '../../base/stateful.ts';
import type { Clk } from './clk.ts';
import { KernelError, ensure } from './errno.ts';
import type { Kernel } from './kernel.ts';
import type { DeviceTreeNode } from './platform.ts';
import type { Enabled, Regulator } from './regulator.ts';
import { DelayedWork, WorkQueue } from './workqueue.ts';

export type OperatingPoint = DeviceTreeNode['opp'][number];

/** Operating points by rising frequency. */
export class OppTable {
  readonly points: readonly OperatingPoint[];

  /** KernelError ENODEV without any point. */
  constructor(points: readonly OperatingPoint[]) {
    ensure(points.length > 0, 'ENODEV', 'the device tree has no operating points');
    this.points = points.toSorted((a, b) => a.hz - b.hz);
  }

  /** The slowest point that is at least as fast, else the fastest (devfreq_recommended_opp). */
  atLeast(hz: number): OperatingPoint {
    return this.points.find((p) => p.hz >= hz) ?? this.fastest;
  }

  get fastest(): OperatingPoint {
    return this.points.at(-1)!;
  }
}

/** Percent of load above which the governor goes to the top, and how far below it keeps what it has. */
export interface OnDemand {
  readonly upThreshold: number;
  readonly downDifferential: number;
}

/** The frequency `simple_ondemand` asks for; ns in, Hz in and out. */
export function onDemandTarget(busy: number, total: number, current: number, most: number, tuning: OnDemand): number {
  const { upThreshold, downDifferential } = tuning;
  if (total === 0 || current === 0 || busy * 100 > total * upThreshold) return most;
  if (busy * 100 > total * (upThreshold - downDifferential)) return current;
  const scaled = Math.floor((busy * current) / total) * 100;
  return Math.floor(scaled / (upThreshold - Math.floor(downDifferential / 2)));
}

export interface DevfreqProfile extends OnDemand {
  /** Ns between two looks. */
  readonly polling: number;
}

/** The clock runs at `hz` with `uv` from then on; 0 while it is off. */
export type FrequencyChange = { readonly timeNs: number; readonly hz: number; readonly uv: number };

/** Changes kept (chosen): hours of a device that sleeps and wakes now and then. */
const HISTORY = 2000;

export type DevfreqState = {
  readonly history: readonly FrequencyChange[];
  readonly hz: number;
  readonly busyNow: boolean;
  readonly since: number;
  readonly busy: number;
  readonly idle: number;
  readonly transitions: number;
  readonly running: boolean;
};

export class Devfreq implements Stateful<DevfreqState>, Disposable {
  readonly opps: OppTable;
  private readonly kernel: Kernel;
  private readonly clk: Clk;
  private readonly supply: Regulator<Enabled> | undefined;
  private readonly profile: DevfreqProfile;
  private readonly queue: WorkQueue;
  private readonly work: DelayedWork;
  private hz: number;
  private busyNow = false;
  /** Since when `busyNow` holds. */
  private since: number;
  private busy = 0;
  private idle = 0;
  private running = true;
  /** Changes of frequency so far. */
  transitions = 0;
  /** Frequency since when, oldest first; 0 Hz while the device sleeps. The last HISTORY changes. */
  private changes: FrequencyChange[] = [];

  /** Goes to the recommended point of the present rate at once. KernelError ENODEV, or of clock and supply. */
  constructor(
    kernel: Kernel,
    name: string,
    clk: Clk,
    supply: Regulator<Enabled> | undefined,
    points: readonly OperatingPoint[],
    profile: DevfreqProfile,
  ) {
    this.kernel = kernel;
    this.clk = clk;
    this.supply = supply;
    this.profile = profile;
    this.opps = new OppTable(points);
    this.since = kernel.now();
    this.hz = clk.rate;
    this.go(this.opps.atLeast(this.hz));
    this.queue = new WorkQueue(kernel, 'devfreq_wq');
    this.work = new DelayedWork(this.queue, `${name}/devfreq`, () => this.poll());
    this.work.schedule(profile.polling);
  }

  /** Present frequency, Hz. */
  get rate(): number {
    return this.hz;
  }

  private go(point: OperatingPoint): void {
    if (point.hz === this.hz) return;
    const faster = point.hz > this.hz;
    if (faster) this.supply?.setVoltage(point.uv, point.maxUv);
    this.clk.setRate(point.hz);
    if (!faster) this.supply?.setVoltage(point.uv, point.maxUv);
    this.hz = point.hz;
    this.transitions++;
    this.note(point.hz, point.uv);
  }

  /** Frequency over time: each entry holds up to the next. */
  get history(): readonly FrequencyChange[] {
    return this.changes;
  }

  /** Ns between two looks of the governor. */
  get polling(): number {
    return this.profile.polling;
  }

  private note(hz: number, uv: number): void {
    const last = this.changes.at(-1);
    const timeNs = this.kernel.now();
    if (last?.timeNs === timeNs) this.changes.pop();
    this.changes.push({ timeNs, hz, uv });
    if (this.changes.length > HISTORY) this.changes.shift();
  }

  private account(): void {
    const now = this.kernel.now();
    if (this.busyNow) this.busy += now - this.since;
    else this.idle += now - this.since;
    this.since = now;
  }

  recordBusy(): void {
    this.account();
    this.busyNow = true;
  }

  recordIdle(): void {
    this.account();
    this.busyNow = false;
  }

  private forget(): void {
    this.busy = 0;
    this.idle = 0;
    this.since = this.kernel.now();
  }

  private poll(): void {
    if (!this.running) return;
    this.account();
    const { busy, idle } = this;
    this.forget();
    const wanted = onDemandTarget(busy, busy + idle, this.hz, this.opps.fastest.hz, this.profile);
    try {
      this.go(this.opps.atLeast(wanted));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.kernel.log.warn(`devfreq: no transition to ${wanted} Hz: ${error.message}`);
    }
    this.work.schedule(this.profile.polling);
  }

  /** No polling while the device sleeps. */
  suspend(): void {
    this.running = false;
    this.note(0, 0);
    this.work.cancel();
  }

  resume(): void {
    this.running = true;
    this.busyNow = false;
    this.note(this.hz, this.opps.atLeast(this.hz).uv);
    this.forget();
    this.work.mod(this.profile.polling);
  }

  dispose(): void {
    this.work.dispose();
    this.queue.dispose();
  }

  save(): DevfreqState {
    const { hz, busyNow, since, busy, idle, transitions, running, changes } = this;
    return { hz, busyNow, since, busy, idle, transitions, running, history: changes.map((c) => ({ ...c })) };
  }

  load(state: DevfreqState): void {
    this.hz = state.hz;
    this.busyNow = state.busyNow;
    this.since = state.since;
    this.busy = state.busy;
    this.idle = state.idle;
    this.transitions = state.transitions;
    this.changes = state.history.map((c) => ({ ...c }));
    this.running = state.running;
  }
}
