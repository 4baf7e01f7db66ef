/**
 * A scripted system-on-chip for the driver's own tests: RAM, virtual time, clocks and regulators that count and
 * can be told to fail, and a GPU window that answers resets, power, flushes, address space commands and
 * doorbells after a fixed delay. It is a test double written from the same specification as the silicon model,
 * not a model of silicon: nothing executes here but a script (`testing-firmware.ts`).
 */
import { CSF_DOORBELL } from '../../spec/registers/doorbell.ts';
import { CSF_USER } from '../../spec/registers/csf-user.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { GPU_POWER } from '../../spec/registers/power.ts';
import { JOB_CONTROL } from '../../spec/registers/job-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import type { DeviceTreeNode, IoWindow, LogLevel, Platform } from '../kernel/platform.ts';

export const GPU_BASE = 0xfb00_0000;
export const GPU_SIZE = 0x20_0000;
const RAM_BASE = 0x4000_0000;
/** Lines of the RK3588 device tree. */
const LINE = { job: 92, mmu: 93, gpu: 94 } as const;

/** Delays of the double in ns; small, and different enough to order events. */
const DELAY = {
  access: 100,
  reset: 50_000,
  flush: 10_000,
  power: 30_000,
  command: 5_000,
  mcu: 20_000,
  doorbell: 2_000,
};

const NODE: DeviceTreeNode = {
  name: 'gpu@fb000000',
  compatible: ['rockchip,rk3588-mali', 'arm,mali-valhall-csf'],
  reg: [{ base: GPU_BASE, size: GPU_SIZE }],
  interrupts: Object.entries(LINE).map(([name, line]) => ({ name, line })),
  clocks: [
    { name: 'core', id: 'clk_gpu' },
    { name: 'coregroup', id: 'clk_gpu_coregroup' },
    { name: 'stacks', id: 'clk_gpu_stacks' },
  ],
  supplies: [
    { name: 'mali', id: 'vdd_gpu_s0' },
    { name: 'sram', id: 'vdd_gpu_mem_s0' },
  ],
  powerDomains: ['RK3588_PD_GPU'],
  opp: [
    { hz: 300_000_000, uv: 675_000, maxUv: 850_000 },
    { hz: 1_000_000_000, uv: 850_000, maxUv: 850_000 },
  ],
  properties: {},
};

/** What plays the part of the firmware. */
export interface FakeFirmware {
  boot(): void;
  doorbell(n: number): void;
  halted(): boolean;
}

interface Event {
  readonly time: number;
  readonly run: () => void;
}

const HANG = { reset: false, flush: false, l2: false, mcu: false, asCommand: false };

/** The double. Fields may be changed by a test at any time. */
export class FakeSoc {
  readonly ram: Uint8Array;
  private readonly view: DataView;
  private readonly words = new Uint32Array(GPU_SIZE / 4);
  private events: Event[] = [];
  now = 0;
  /** Everything that shall not answer. */
  readonly hang = { ...HANG };
  /** `clock:core` and so on: these calls return this errno once per entry. */
  readonly failing = new Map<string, number>();
  /** The allocation of the kernel after so many others fails, once; undefined: none does. */
  failAllocation: number | undefined;
  readonly enabledClocks = new Map<string, number>();
  readonly preparedClocks = new Map<string, number>();
  readonly enabledRegulators = new Map<string, number>();
  readonly domains = new Map<string, number>();
  readonly lines: string[] = [];
  readonly files = new Map<string, Uint8Array>();
  /** Offsets and values written to the window, in order. */
  readonly writes: (readonly [number, number])[] = [];
  /** Commands of address spaces as `AS1 LOCK 0x...`. */
  readonly commands: string[] = [];
  /** Latched TRANSTAB and TRANSCFG of each address space. */
  readonly latched: { transtab: number; transcfg: number }[] = [];
  firmware: FakeFirmware | undefined;
  mapped = true;
  unmappedNode: DeviceTreeNode = NODE;

  constructor(ramBytes = 64 << 20) {
    this.ram = new Uint8Array(ramBytes);
    this.view = new DataView(this.ram.buffer);
    this.powerOnReset();
  }

  /** Sets a register without side effects. */
  poke(offset: number, value: number): void {
    this.words[offset >>> 2] = value;
  }

  peek(offset: number): number {
    return this.words[offset >>> 2] ?? 0;
  }

  /** Raises bits of a RAWSTAT register. */
  raise(rawstat: number, bits: number): void {
    this.poke(rawstat, this.peek(rawstat) | bits);
  }

  /** Runs `run` after `delay` ns. */
  after(delay: number, run: () => void): void {
    this.events.push({ time: this.now + delay, run });
    this.events.sort((a, b) => a.time - b.time);
  }

  private powerOnReset(): void {
    this.words.fill(0);
    for (const block of [GPU_CONTROL, GPU_POWER, JOB_CONTROL, MCU_CONTROL, MMU_CONTROL, CSF_USER]) {
      for (const register of Object.values(block)) {
        for (const element of register.elements()) this.poke(element.offset, element.reset);
      }
    }
    for (let i = 0; i < 16; i++) this.latched[i] = { transtab: 0, transcfg: 0 };
  }

  private softReset(): void {
    const keep = [GPU_CONTROL.GPU_INT_MASK.offset, GPU_CONTROL.GPU_ID.offset].map((o) => [o, this.peek(o)] as const);
    const features = this.words.slice(0, 8);
    const textures = this.words.slice(0xb0 / 4, 0xc0 / 4);
    this.powerOnReset();
    this.words.set(features, 0);
    this.words.set(textures, 0xb0 / 4);
    for (const [offset, value] of keep) this.poke(offset, value);
    this.raise(GPU_CONTROL.GPU_INT_RAWSTAT.offset, 1 << 8);
  }

  private read(offset: number): number {
    this.now += DELAY.access;
    this.runEvents(this.now);
    for (const base of INTERRUPT_BLOCKS) {
      if (offset === base + 0xc) return (this.peek(base) & this.peek(base + 8)) >>> 0;
    }
    if (offset === GPU_CONTROL.GPU_TIMESTAMP.offset) return Math.floor((this.now * 24) / 1000) >>> 0;
    return this.peek(offset);
  }

  private write(offset: number, value: number): void {
    this.now += DELAY.access;
    this.runEvents(this.now);
    this.writes.push([offset, value]);
    for (const base of INTERRUPT_BLOCKS) {
      if (offset === base + 4) return this.poke(base, this.peek(base) & ~value);
    }
    this.poke(offset, value);
    const as = Math.floor((offset - MMU_CONTROL.AS_COMMAND.offset) / 0x40);
    if (as >= 0 && as < 16 && offset === MMU_CONTROL.AS_COMMAND.offset + as * 0x40) return this.asCommand(as, value);
    const door = CSF_DOORBELL.CSF_DOORBELL.offset;
    if (offset >= door && (offset - door) % 0x10000 === 0) {
      this.after(DELAY.doorbell, () => this.firmware?.doorbell((offset - door) / 0x10000));
      return;
    }
    switch (offset) {
      case GPU_CONTROL.GPU_CMD.offset:
        if ((value & 0xff) === 1 && !this.hang.reset) this.after(DELAY.reset, () => this.softReset());
        if ((value & 0xff) === 4 && !this.hang.flush) this.after(DELAY.flush, () => this.flushed());
        return;
      case GPU_POWER.L2_PWRON.offset:
        if (this.hang.l2) return this.poke(GPU_POWER.L2_PWRTRANS.offset, 1);
        this.poke(GPU_POWER.L2_PWRTRANS.offset, 1);
        this.after(DELAY.power, () => {
          this.poke(GPU_POWER.L2_PWRTRANS.offset, 0);
          this.poke(GPU_POWER.L2_READY.offset, value);
        });
        return;
      case GPU_POWER.L2_PWROFF.offset:
        this.poke(GPU_POWER.L2_READY.offset, 0);
        return;
      case MCU_CONTROL.MCU_CONTROL.offset:
        if ((value & 3) === 0) this.after(DELAY.command, () => this.poke(MCU_CONTROL.MCU_STATUS.offset, 0));
        else if (!this.hang.mcu) this.after(DELAY.mcu, () => this.startMcu());
        return;
    }
  }

  private flushed(): void {
    const id = CSF_USER.CSF_GPU_LATEST_FLUSH_ID.offset;
    this.poke(id, this.peek(id) + 1);
    this.raise(GPU_CONTROL.GPU_INT_RAWSTAT.offset, 1 << 17);
  }

  private startMcu(): void {
    this.poke(MCU_CONTROL.MCU_STATUS.offset, 1);
    this.firmware?.boot();
  }

  private asCommand(as: number, value: number): void {
    const base = as * 0x40;
    const names = ['NOP', 'UPDATE', 'LOCK', 'UNLOCK', 'FLUSH_PT', 'FLUSH_MEM'];
    const wide = (register: { offset: number }): number =>
      this.peek(register.offset + base + 4) * 2 ** 32 + this.peek(register.offset + base);
    const lock = value === 2 ? ` 0x${wide(MMU_CONTROL.AS_LOCKADDR).toString(16)}` : '';
    this.commands.push(`AS${as} ${names[value]}${lock}`);
    if (value === 1) {
      this.latched[as] = { transtab: wide(MMU_CONTROL.AS_TRANSTAB), transcfg: this.peek(0x2430 + base) };
    }
    this.poke(MMU_CONTROL.AS_STATUS.offset + base, 1);
    if (this.hang.asCommand) return;
    this.after(DELAY.command, () => this.poke(MMU_CONTROL.AS_STATUS.offset + base, 0));
  }

  /** Runs what is due. */
  private runEvents(until: number): void {
    for (let e = this.events[0]; e !== undefined && e.time <= until; e = this.events[0]) {
      this.events.shift();
      this.now = Math.max(this.now, e.time);
      e.run();
    }
  }

  level(line: number): boolean {
    const at = [LINE.gpu, LINE.job, LINE.mmu].indexOf(line as 92 | 93 | 94);
    const base = INTERRUPT_BLOCKS[at];
    return base !== undefined && (this.peek(base) & this.peek(base + 8)) !== 0;
  }

  /** Physical address of a VA through the latched tables of an address space; undefined when unmapped. */
  translate(as: number, va: number): number | undefined {
    let table = this.latched[as]?.transtab ?? 0;
    if (table === 0 || (this.latched[as]?.transcfg ?? 0) % 16 !== 6) return undefined;
    for (let level = 0; level <= 3; level++) {
      const shift = 39 - 9 * level;
      const index = Math.floor(va / 2 ** shift) % 512;
      const lo = this.ram32(table + index * 8);
      const hi = this.ram32(table + index * 8 + 4);
      if ((lo & 1) === 0) return undefined;
      const address = (hi & 0xffff) * 2 ** 32 + (lo & 0xffff_f000 & 0xffff_ffff) + (lo & 0x8000_0000 ? 2 ** 32 : 0);
      if (level === 3 || (lo & 3) === 1) {
        const size = 2 ** shift;
        return address - (address % size) + (va % size);
      }
      table = address;
    }
    return undefined;
  }

  private at(pa: number): number {
    const at = pa - RAM_BASE;
    if (at < 0 || at >= this.ram.length) throw new RangeError(`no RAM at 0x${pa.toString(16)}`);
    return at;
  }

  ram32(pa: number): number {
    return this.view.getUint32(this.at(pa), true);
  }

  setRam32(pa: number, value: number): void {
    this.view.setUint32(this.at(pa), value >>> 0, true);
  }

  /** A word through an address space; throws when unmapped. */
  load(as: number, va: number): number {
    return this.ram32(this.physical(as, va));
  }

  store(as: number, va: number, value: number): void {
    this.setRam32(this.physical(as, va), value);
  }

  private physical(as: number, va: number): number {
    const pa = this.translate(as, va);
    if (pa === undefined) throw new RangeError(`AS${as}: nothing mapped at 0x${va.toString(16)}`);
    return pa;
  }

  private allocationFails(): boolean {
    if (this.failAllocation === undefined) return false;
    if (this.failAllocation-- > 0) return false;
    this.failAllocation = undefined;
    return true;
  }

  private once(key: string): number {
    const errno = this.failing.get(key) ?? 0;
    this.failing.delete(key);
    return errno;
  }

  /** State of RAM and registers while nothing is under way; gives a function that brings it back. */
  snapshot(): () => void {
    if (this.events.length > 0) throw new Error('the hardware is busy');
    const [ram, words, now] = [this.ram.slice(), this.words.slice(), this.now];
    const latched = this.latched.map((l) => ({ ...l }));
    const power = [this.enabledClocks, this.preparedClocks, this.enabledRegulators, this.domains];
    const counts = power.map((map) => [...map]);
    return () => {
      this.ram.set(ram);
      this.words.set(words);
      this.now = now;
      this.events = [];
      for (const [i, map] of power.entries()) for (const [id, n] of counts[i] ?? []) map.set(id, n);
      this.latched.splice(0, Infinity, ...latched.map((l) => ({ ...l })));
    };
  }

  /** Clocks, regulators and power domains that are on; empty when everything was given back. */
  held(): string[] {
    const names = (kind: string, map: Map<string, number>): string[] =>
      [...map].filter(([, n]) => n !== 0).map(([id, n]) => `${kind} ${id} ${n}`);
    return [
      ...names('prepared', this.preparedClocks),
      ...names('clock', this.enabledClocks),
      ...names('regulator', this.enabledRegulators),
      ...names('domain', this.domains),
    ];
  }

  platform(): Platform {
    const add = (map: Map<string, number>, id: string, n: number): void => void map.set(id, (map.get(id) ?? 0) + n);
    const window: IoWindow = {
      physBase: GPU_BASE,
      size: GPU_SIZE,
      read32: (offset) => this.read(offset),
      write32: (offset, value) => this.write(offset, value >>> 0),
    };
    return {
      devices: [this.unmappedNode],
      mapIo: (base) => (this.mapped && base === GPU_BASE ? window : undefined),
      memory: {
        base: RAM_BASE,
        size: this.ram.length,
        read32: (pa) => this.ram32(pa),
        write32: (pa, value) => this.setRam32(pa, value),
        readBytes: (pa, length) => this.ram.slice(this.at(pa), this.at(pa) + length),
        writeBytes: (pa, bytes) => this.ram.set(bytes, this.at(pa)),
        fill: (pa, length, value) => void this.ram.fill(value, this.at(pa), this.at(pa) + length),
      },
      time: {
        now: () => this.now,
        run: (until) => this.run(until),
        hardwareIdle: () => this.events.length === 0,
      },
      interrupts: { level: (line) => this.level(line) },
      clocks: {
        rate: () => 200_000_000,
        setRate: (_id, hz) => hz,
        prepare: (id) => add(this.preparedClocks, id, 1),
        unprepare: (id) => add(this.preparedClocks, id, -1),
        enable: (id) => {
          const errno = this.once(`clock:${id}`);
          if (errno === 0) add(this.enabledClocks, id, 1);
          return errno;
        },
        disable: (id) => add(this.enabledClocks, id, -1),
      },
      regulators: {
        enable: (id) => {
          const errno = this.once(`regulator:${id}`);
          if (errno === 0) add(this.enabledRegulators, id, 1);
          return errno;
        },
        disable: (id) => add(this.enabledRegulators, id, -1),
        isEnabled: (id) => (this.enabledRegulators.get(id) ?? 0) > 0,
        setVoltage: () => 0,
        getVoltage: () => 675_000,
      },
      powerDomains: {
        on: (id) => {
          add(this.domains, id, 1);
          return 0;
        },
        off: (id) => add(this.domains, id, -1),
      },
      timerHz: 24_000_000,
      firmware: (path) => this.files.get(path),
      allocationFails: () => this.allocationFails(),
      log: (level: LogLevel, source, message) => void this.lines.push(`${level} ${source}: ${message}`),
      probe: {},
    };
  }

  private run(until: number): void {
    const before = Object.values(LINE).filter((line) => this.level(line));
    for (let e = this.events[0]; e !== undefined && e.time <= until; e = this.events[0]) {
      this.runEvents(e.time);
      if (Object.values(LINE).some((line) => this.level(line) && !before.includes(line))) return;
    }
    this.now = Math.max(this.now, until);
  }
}

/** RAWSTAT of each interrupt block: gpu, job, mmu. */
const INTERRUPT_BLOCKS = [
  GPU_CONTROL.GPU_INT_RAWSTAT.offset,
  JOB_CONTROL.JOB_INT_RAWSTAT.offset,
  MMU_CONTROL.MMU_INT_RAWSTAT.offset,
] as const;
