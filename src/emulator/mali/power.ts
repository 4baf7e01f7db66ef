/**
 * Power of L2, shader cores and tiler on architectures 10 to 13. The host turns units on and off by PWRON and
 * PWROFF, the firmware by PWR_*_WANT; a shader core or tiler is on while either wants it and the L2 is on, the L2
 * while the host wants it. Each unit takes its own transition time. READY falls when a unit begins to go off, so
 * that no new task starts on it; it stays in PWRTRANS until the task it runs has ended.
 * Sources: Panthor panthor_gpu.c (gpu power on and off), registers of spec/registers/power.ts.
 */
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { MCU_GPU, MCU_TIMING, NVIC_LINE } from '../../spec/registers/mcu-private.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { ORDER, type CorePower, type EventTarget } from '../wiring.ts';
import { EventPair, numberOf, type Chip } from './chip.ts';

const SHADER = 0;
const TILER = 1;
const L2 = 2;
const DOMAINS = [SHADER, TILER, L2] as const;
type DomainIndex = (typeof DOMAINS)[number];

const TURNED_ON = 0;
const TURNED_OFF = 1;

const UNITS = 64;

const REGISTERS = [
  {
    present: GPU_POWER.GPU_SHADER_PRESENT,
    ready: GPU_POWER.SHADER_READY,
    on: GPU_POWER.SHADER_PWRON,
    off: GPU_POWER.SHADER_PWROFF,
    changing: GPU_POWER.SHADER_PWRTRANS,
    active: GPU_POWER.SHADER_PWRACTIVE,
  },
  {
    present: GPU_POWER.GPU_TILER_PRESENT,
    ready: GPU_POWER.TILER_READY,
    on: GPU_POWER.TILER_PWRON,
    off: GPU_POWER.TILER_PWROFF,
    changing: GPU_POWER.TILER_PWRTRANS,
    active: GPU_POWER.TILER_PWRACTIVE,
  },
  {
    present: GPU_POWER.GPU_L2_PRESENT,
    ready: GPU_POWER.L2_READY,
    on: GPU_POWER.L2_PWRON,
    off: GPU_POWER.L2_PWROFF,
    changing: GPU_POWER.L2_PWRTRANS,
    active: GPU_POWER.L2_PWRACTIVE,
  },
] as const;

const POWER_CHANGED_SINGLE = GPU_CONTROL.GPU_INT_RAWSTAT.encode({ POWER_CHANGED_SINGLE: 1 });
const POWER_CHANGED_ALL = GPU_CONTROL.GPU_INT_RAWSTAT.encode({ POWER_CHANGED_ALL: 1 });

const WANTED = [
  { register: MCU_GPU.PWR_SHADER_WANT, event: MCU_GPU.PWR_EVENT.encode({ shader: 1 }) },
  { register: MCU_GPU.PWR_TILER_WANT, event: MCU_GPU.PWR_EVENT.encode({ tiler: 1 }) },
] as const;

/** Bitmaps of one domain, low and high word. */
class Domain {
  readonly ready = new Int32Array(2);
  readonly changing = new Int32Array(2);
  readonly host = new Int32Array(2);
  /** The firmware is owed a PWR_EVENT once its wanted set is reached. */
  owed = false;
}

/** Cores at work, as the stream hardware shows them in EP_CORES. */
export type BusyCores = (half: 0 | 1) => number;

export class PowerControl implements CorePower, EventTarget, Stateful<PlainObject> {
  readonly id = 'power';
  private readonly chip: Chip;
  private readonly events: EventPair;
  private readonly domains = DOMAINS.map(() => new Domain());
  private readonly listeners = new Set<() => void>();
  /** Set by the machine once the stream hardware exists. */
  busyCores: BusyCores = () => 0;
  /** Told when the L2 became ready or was lost. */
  onL2: (on: boolean) => void = () => undefined;

  constructor(chip: Chip) {
    this.chip = chip;
    chip.clock.register(this);
    this.events = new EventPair(chip, MCU_GPU.PWR_EVENT, MCU_GPU.PWR_MASK, NVIC_LINE.PWR);
    for (const d of DOMAINS) {
      const registers = REGISTERS[d];
      const domain = this.domains[d]!;
      chip.host.on(registers.ready, { read: (half) => domain.ready[half]! });
      chip.host.on(registers.changing, { read: (half) => domain.changing[half]! });
      chip.host.on(registers.active, { read: (half) => this.active(d, half) });
      chip.host.on(registers.on, { write: (value, half) => this.request(d, half, value, true) });
      chip.host.on(registers.off, { write: (value, half) => this.request(d, half, value, false) });
    }
    WANTED.forEach(({ register }, d) => {
      chip.inner.on(register, {
        stored: () => {
          this.domains[d]!.owed = true;
          this.settle();
        },
      });
    });
  }

  get shaderReadyLo(): number {
    return this.domains[SHADER]!.ready[0]! >>> 0;
  }

  get shaderReadyHi(): number {
    return this.domains[SHADER]!.ready[1]! >>> 0;
  }

  get tilerReady(): boolean {
    return this.isReady(TILER);
  }

  get l2Ready(): boolean {
    return this.isReady(L2);
  }

  /** A transition is running anywhere. */
  get changing(): boolean {
    return this.domains.some((domain) => (domain.changing[0]! | domain.changing[1]!) !== 0);
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  fire(kind: number, payload: number): void {
    const d = Math.floor(payload / UNITS);
    const unit = payload % UNITS;
    const domain = this.domains[d];
    if (domain === undefined) return;
    const half = unit < 32 ? 0 : 1;
    const bit = 1 << (unit & 31);
    if (kind === TURNED_OFF && d === SHADER && (this.busyCores(half) & bit) !== 0) {
      // Its task has not ended yet: look again after the time a power-off takes.
      this.schedule(TURNED_OFF, SHADER, unit);
      return;
    }
    domain.changing[half] = domain.changing[half]! & ~bit;
    if (kind === TURNED_ON) domain.ready[half] = domain.ready[half]! | bit;
    this.chip.gpuIrq.raise(POWER_CHANGED_SINGLE);
    this.settle();
    if (!this.changing) this.chip.gpuIrq.raise(POWER_CHANGED_ALL);
    if (kind === TURNED_ON && d === L2 && this.l2Ready) this.onL2(true);
    this.changed();
  }

  /** The firmware's wishes are gone with its registers. */
  dropWants(): void {
    for (const { register } of WANTED) {
      this.chip.inner.set(register, 0, 0);
      this.chip.inner.set(register, 0, 1);
    }
    for (const domain of this.domains) domain.owed = false;
    this.settle();
  }

  /** Everything off at once, nobody wants anything. */
  reset(): void {
    this.chip.clock.cancelAll(this.id);
    for (const domain of this.domains) {
      domain.ready.fill(0);
      domain.changing.fill(0);
      domain.host.fill(0);
      domain.owed = false;
    }
    this.events.update();
    this.changed();
  }

  /** Brings the NVIC line in step after registers were reset or loaded. */
  updateLine(): void {
    this.events.update();
  }

  save(): PlainObject {
    return {
      domains: this.domains.map((d) => ({
        ready: d.ready.slice(),
        changing: d.changing.slice(),
        host: d.host.slice(),
        owed: d.owed ? 1 : 0,
      })),
    };
  }

  load(state: PlainObject): void {
    const saved = state['domains'];
    if (!Array.isArray(saved)) return;
    (saved as readonly PlainObject[]).forEach((one, d) => {
      const domain = this.domains[d]!;
      domain.ready.set(one['ready'] as Int32Array);
      domain.changing.set(one['changing'] as Int32Array);
      domain.host.set(one['host'] as Int32Array);
      domain.owed = numberOf(one, 'owed') !== 0;
    });
  }

  private isReady(d: DomainIndex): boolean {
    const { ready } = this.domains[d]!;
    return (ready[0]! | ready[1]!) !== 0;
  }

  private active(d: DomainIndex, half: 0 | 1): number {
    if (d === SHADER) return this.busyCores(half);
    return 0;
  }

  private request(d: DomainIndex, half: 0 | 1, units: number, on: boolean): void {
    const { host } = this.domains[d]!;
    host[half] = on ? host[half]! | units : host[half]! & ~units;
    this.settle();
  }

  private desired(d: DomainIndex, half: 0 | 1): number {
    const present = this.chip.host.get(REGISTERS[d].present, half);
    const host = this.domains[d]!.host[half]!;
    if (d === L2) return host & present;
    if (!this.l2Ready) return 0;
    return (host | this.chip.inner.get(WANTED[d].register, half)) & present;
  }

  /** Starts every transition that is due and pays the firmware's events. */
  private settle(): void {
    const l2WasReady = this.l2Ready;
    let lost = false;
    // The L2 first: without it nothing else may be on.
    for (const d of [L2, SHADER, TILER] as const) {
      for (const half of [0, 1] as const) lost = this.startChanges(d, half) || lost;
    }
    WANTED.forEach(({ event }, d) => {
      const domain = this.domains[d]!;
      if (!domain.owed || !this.reached(d as DomainIndex)) return;
      domain.owed = false;
      this.events.raise(event);
    });
    if (lost) this.changed();
    if (l2WasReady && !this.l2Ready) this.onL2(false);
  }

  private reached(d: DomainIndex): boolean {
    const { ready, changing } = this.domains[d]!;
    return ([0, 1] as const).every((half) => changing[half] === 0 && ready[half] === (this.desired(d, half) | 0));
  }

  private startChanges(d: DomainIndex, half: 0 | 1): boolean {
    const { ready, changing } = this.domains[d]!;
    const desired = this.desired(d, half);
    const on = desired & ~ready[half]! & ~changing[half]!;
    const off = ready[half]! & ~desired & ~changing[half]!;
    if ((on | off) === 0) return false;
    changing[half] = changing[half]! | on | off;
    ready[half] = ready[half]! & ~off;
    for (let unit = 0; unit < 32; unit++) {
      const bit = 1 << unit;
      if ((on & bit) !== 0) this.schedule(TURNED_ON, d, half * 32 + unit);
      if ((off & bit) !== 0) this.schedule(TURNED_OFF, d, half * 32 + unit);
    }
    return off !== 0;
  }

  private schedule(kind: number, d: DomainIndex, unit: number): void {
    const cycles = kind === TURNED_ON ? MCU_TIMING.PWR_ON : MCU_TIMING.PWR_OFF;
    const payload = d * UNITS + unit;
    this.chip.clock.schedule(this.chip.gpuClock.after(cycles), ORDER.POWER, payload, this.id, kind, payload);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
