/**
 * A platform without silicon, for tests of the kernel and of drivers: a clock that only moves when asked, RAM in
 * an array, scripted register windows and interrupt lines, clocks and regulators that count. Hardware behaviour
 * is scripted with `at(time, action)`.
 */
import { Bug } from '../../base/errors.ts';
import { Kernel } from './kernel.ts';
import type { DeviceTreeNode, DmaBus, IoWindow, LogLevel, Platform } from './platform.ts';

const RAM_BASE = 0x4000_0000;

/** RAM over one buffer. */
export class FakeRam implements DmaBus {
  readonly base: number;
  readonly size: number;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(size: number, base = RAM_BASE) {
    this.base = base;
    this.size = size;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }
  private at(pa: number, length: number): number {
    const at = pa - this.base;
    if (at < 0 || at + length > this.size) throw new Bug(`test RAM has nothing at ${pa}`);
    return at;
  }
  read32(pa: number): number {
    return this.view.getUint32(this.at(pa, 4), true);
  }
  write32(pa: number, value: number): void {
    this.view.setUint32(this.at(pa, 4), value, true);
  }
  readBytes(pa: number, length: number): Uint8Array {
    const at = this.at(pa, length);
    return this.bytes.slice(at, at + length);
  }
  writeBytes(pa: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at(pa, bytes.length));
  }
  fill(pa: number, length: number, value: number): void {
    const at = this.at(pa, length);
    this.bytes.fill(value, at, at + length);
  }
}

/** A register window: words in a map, hooks by offset, every access in `trace`. */
export class FakeWindow implements IoWindow {
  readonly physBase: number;
  readonly size: number;
  readonly words = new Map<number, number>();
  readonly onRead = new Map<number, () => number>();
  readonly onWrite = new Map<number, (value: number) => void>();
  readonly trace: string[] = [];
  /** Virtual ns each access costs. */
  cost = 0;
  private readonly spend: (ns: number) => void;

  constructor(physBase: number, size: number, spend: (ns: number) => void) {
    this.physBase = physBase;
    this.size = size;
    this.spend = spend;
  }
  read32(offset: number): number {
    this.spend(this.cost);
    const value = this.onRead.get(offset)?.() ?? this.words.get(offset) ?? 0;
    this.trace.push(`R ${offset.toString(16)} ${value.toString(16)}`);
    return value;
  }
  write32(offset: number, value: number): void {
    this.spend(this.cost);
    this.trace.push(`W ${offset.toString(16)} ${value.toString(16)}`);
    const hook = this.onWrite.get(offset);
    if (hook === undefined) this.words.set(offset, value);
    else hook(value);
  }
}

export interface FakeOptions {
  readonly ramBytes?: number;
  readonly devices?: readonly DeviceTreeNode[];
  readonly firmware?: Readonly<Record<string, Uint8Array>>;
}

/** The platform with its controls. */
export class FakePlatform implements Platform {
  readonly devices: readonly DeviceTreeNode[];
  readonly memory: FakeRam;
  readonly timerHz = 24_000_000;
  readonly probe: Platform['probe'] = {};
  readonly windows = new Map<number, FakeWindow>();
  readonly lines = new Set<number>();
  /** `level source: message`. */
  readonly logged: string[] = [];
  /** Enable counts and settings of clocks, regulators and power domains by id. */
  readonly enabled = new Map<string, number>();
  readonly rates = new Map<string, number>();
  readonly voltages = new Map<string, number>();
  private readonly blobs: Readonly<Record<string, Uint8Array>>;
  private script: { readonly at: number; readonly action: () => void }[] = [];
  private clock = 0;

  constructor(options: FakeOptions = {}) {
    this.devices = options.devices ?? [];
    this.memory = new FakeRam(options.ramBytes ?? 8 << 20);
    this.blobs = options.firmware ?? {};
  }

  /** Scripts something the hardware does at `at` ns. */
  at(at: number, action: () => void): void {
    this.script.push({ at, action });
    this.script.sort((a, b) => a.at - b.at);
  }
  raise(line: number): void {
    this.lines.add(line);
  }
  lower(line: number): void {
    this.lines.delete(line);
  }
  /** Adds a window the kernel can map. */
  window(physBase: number, size: number): FakeWindow {
    const window = new FakeWindow(physBase, size, (ns) => (this.clock += ns));
    this.windows.set(physBase, window);
    return window;
  }
  mapIo(physBase: number): IoWindow | undefined {
    return this.windows.get(physBase);
  }

  readonly time: Platform['time'] = {
    now: () => this.clock,
    run: (until) => {
      const raised = new Set(this.lines);
      while (this.clock < until) {
        const next = this.script[0];
        if (next === undefined || next.at > until) {
          this.clock = until;
          return;
        }
        this.script.shift();
        this.clock = Math.max(this.clock, next.at);
        next.action();
        if ([...this.lines].some((line) => !raised.has(line))) return;
      }
    },
    hardwareIdle: () => this.script.length === 0,
  };
  readonly interrupts: Platform['interrupts'] = { level: (line) => this.lines.has(line) };

  private count(id: string, by: number): void {
    this.enabled.set(id, (this.enabled.get(id) ?? 0) + by);
  }
  readonly clocks: Platform['clocks'] = {
    rate: (id) => this.rates.get(id) ?? 200_000_000,
    setRate: (id, hz) => (this.rates.set(id, hz), hz),
    prepare: (id) => this.count(`${id} prepared`, 1),
    unprepare: (id) => this.count(`${id} prepared`, -1),
    enable: (id) => (this.count(id, 1), 0),
    disable: (id) => this.count(id, -1),
  };
  readonly regulators: Platform['regulators'] = {
    enable: (id) => (this.count(id, 1), 0),
    disable: (id) => this.count(id, -1),
    isEnabled: (id) => (this.enabled.get(id) ?? 0) > 0,
    setVoltage: (id, minUv) => (this.voltages.set(id, minUv), 0),
    getVoltage: (id) => this.voltages.get(id) ?? 0,
  };
  readonly powerDomains: Platform['powerDomains'] = {
    on: (id) => (this.count(id, 1), 0),
    off: (id) => this.count(id, -1),
  };
  firmware(path: string): Uint8Array | undefined {
    return this.blobs[path];
  }
  log(level: LogLevel, source: string, message: string): void {
    this.logged.push(`${level} ${source}: ${message}`);
  }
}

/** A kernel on a fake platform. */
export function fakeKernel(options: FakeOptions = {}): { readonly kernel: Kernel; readonly platform: FakePlatform } {
  const platform = new FakePlatform(options);
  return { kernel: new Kernel(platform), platform };
}

/** The RK3588 GPU node with its public numbers (device tree of the SoC). */
export const GPU_NODE: DeviceTreeNode = {
  name: 'fb000000.gpu',
  compatible: ['rockchip,rk3588-mali', 'arm,mali-valhall-csf'],
  reg: [{ base: 0xfb00_0000, size: 0x20_0000 }],
  interrupts: [
    { name: 'job', line: 92 },
    { name: 'mmu', line: 93 },
    { name: 'gpu', line: 94 },
  ],
  clocks: [
    { name: 'core', id: 'clk_gpu' },
    { name: 'coregroup', id: 'clk_gpu_coregroup' },
    { name: 'stacks', id: 'clk_gpu_stacks' },
  ],
  supplies: [{ name: 'mali', id: 'vdd_gpu_s0' }],
  powerDomains: ['pd_gpu'],
  opp: [{ hz: 300_000_000, uv: 675_000, maxUv: 850_000 }],
  properties: {},
};
