/**
 * All that the kernel side knows of the machine it runs on. main/engine/board connects the emulator
 * to it; another machine behind the same interfaces would need no change of the driver.
 *
 * Times are integer nanoseconds of virtual time, addresses Numbers below 2^53, register values unsigned.
 */

/** A mapped register window. Each access costs virtual time, charged by whoever implements it. */
export interface IoWindow {
  readonly physBase: number;
  readonly size: number;
  read32(offset: number): number;
  write32(offset: number, value: number): void;
}

/** System RAM as the CPU sees it. */
export interface DmaBus {
  readonly base: number;
  readonly size: number;
  read32(pa: number): number;
  write32(pa: number, value: number): void;
  readBytes(pa: number, length: number): Uint8Array;
  writeBytes(pa: number, bytes: Uint8Array): void;
  fill(pa: number, length: number, value: number): void;
}

/** Virtual time. */
export interface TimeSource {
  now(): number;
  /**
   * Lets the hardware run until `untilNs` or until an interrupt line rises, whichever is first (so it may return
   * early). The only way time passes besides register accesses.
   */
  run(untilNs: number): void;
  /** True when nothing in the hardware can change any more without outside help (deadlock detection). */
  hardwareIdle(): boolean;
}

/** Level-high interrupt lines by GIC SPI number. */
export interface InterruptController {
  level(line: number): boolean;
}

/** A clock output of the SoC. */
export interface ClockProvider {
  rate(id: string): number;
  /** Returns the rate really set, in Hz. */
  setRate(id: string, hz: number): number;
  prepare(id: string): void;
  unprepare(id: string): void;
  /** 0 or -errno. */
  enable(id: string): number;
  disable(id: string): void;
}

/** A voltage supply of the board. */
export interface RegulatorProvider {
  /** 0 or -errno. */
  enable(id: string): number;
  disable(id: string): void;
  isEnabled(id: string): boolean;
  /** 0 or -errno; microvolts. */
  setVoltage(id: string, minUv: number, maxUv: number): number;
  getVoltage(id: string): number;
}

/** A power domain of the SoC. */
export interface PowerDomainProvider {
  on(id: string): number;
  off(id: string): void;
}

/** A node of the device tree, already parsed. */
export interface DeviceTreeNode {
  readonly name: string;
  readonly compatible: readonly string[];
  readonly reg: readonly { readonly base: number; readonly size: number }[];
  readonly interrupts: readonly { readonly name: string; readonly line: number }[];
  readonly clocks: readonly { readonly name: string; readonly id: string }[];
  readonly supplies: readonly { readonly name: string; readonly id: string }[];
  readonly powerDomains: readonly string[];
  /** Operating points: Hz and microvolts. */
  readonly opp: readonly { readonly hz: number; readonly uv: number; readonly maxUv: number }[];
  /** Boolean and other simple properties, e.g. `dma-coherent`. */
  readonly properties: Readonly<Record<string, boolean | number | string>>;
}

export type LogLevel = 'emerg' | 'err' | 'warn' | 'info' | 'debug';

/** Why the driver stopped inside itself: the next kernel-service call (engine law 7). */
export interface KernelProbe {
  /** Called before each service call while a debugger is attached; may block the thread. */
  service?: ((what: string) => void) | undefined;
}

export interface Platform {
  readonly devices: readonly DeviceTreeNode[];
  /** Maps part of the physical address space; undefined when nothing answers there. */
  mapIo(physBase: number, size: number): IoWindow | undefined;
  readonly memory: DmaBus;
  readonly time: TimeSource;
  readonly interrupts: InterruptController;
  readonly clocks: ClockProvider;
  readonly regulators: RegulatorProvider;
  readonly powerDomains: PowerDomainProvider;
  /** Architected timer frequency (CNTFRQ) in Hz. */
  readonly timerHz: number;
  /** Bytes of a firmware file by the path given to the loader ("arm/mali/arch10.8/mali_csffw.bin"). */
  firmware(path: string): Uint8Array | undefined;
  log(level: LogLevel, source: string, message: string): void;
  /** Asked at each allocation of the kernel: true makes it fail. */
  allocationFails?: () => boolean;
  readonly probe: KernelProbe;
}
