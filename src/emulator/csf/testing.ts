/**
 * A bench for tests of the stream hardware: the real clock, clock domain and RAM, a page map in place of the MMU, a
 * flush engine, power and a log that only note. Streams are driven by the register names of the contract, as the
 * firmware would.
 */
import { encode, type InstructionName } from '../../spec/cs/isa.ts';
import { FAULT } from '../../spec/faults.ts';
import type { Register } from '../../spec/registers/define.ts';
import { CS_CMD, MCU_CS, MCU_CSG, MCU_TIMING } from '../../spec/registers/mcu-private.ts';
import { GpuClockDomain } from '../clock-domain.ts';
import { VirtualClock } from '../clock.ts';
import { Ram } from '../memory.ts';
import {
  ACCESS,
  ORDER,
  type AccessType,
  type Caches,
  type CorePower,
  type CsfHost,
  type Mmu,
  type Source,
  type TranslationFault,
} from '../wiring.ts';
import { ARCH } from './isa.ts';
import type { CoreUnit, TaskPort } from './core-unit.ts';
import { createCsf, type CsfWithUnits } from './csf.ts';

const PAGE = 4096;
const BASE = 0x8000_0000;
const READ_ONLY = 1;

/** An instruction word; fields not named are 0. */
export function i(name: InstructionName, fields: Readonly<Record<string, number>> = {}): bigint {
  const { lo, hi } = encode(name, fields, ARCH);
  return (BigInt(hi) << 32n) | BigInt(lo);
}

/** Pages by VA, the same for all address spaces but AS 15, which has none. */
class PageMap implements Mmu {
  readonly fault: TranslationFault = { code: 0, access: ACCESS.READ, va: 0 };
  readonly raised: { as: number; fault: TranslationFault; source: Source }[] = [];
  private readonly pages = new Map<number, { page: number; flags: number }>();
  private readonly ram: Ram;
  private nextPage = 0;

  constructor(ram: Ram) {
    this.ram = ram;
  }

  /** Maps the pages of [va, va + bytes). */
  map(va: number, bytes: number, flags = 0): void {
    for (let page = va - (va % PAGE); page < va + bytes; page += PAGE) {
      if (!this.pages.has(page)) this.pages.set(page, { page: this.nextPage++, flags });
    }
  }

  ramOffset(as: number, va: number, access: AccessType): number {
    const found = as === 15 ? undefined : this.pages.get(va - (va % PAGE));
    const store = access === ACCESS.WRITE || access === ACCESS.ATOMIC;
    if (found === undefined || (store && found.flags === READ_ONLY)) {
      this.fault.code = found === undefined ? FAULT.TRANSLATION_FAULT_3 : FAULT.PERM_FAULT_3;
      this.fault.access = access;
      this.fault.va = va;
      return -1;
    }
    if (store) this.ram.openPage(found.page);
    return found.page * PAGE + (va % PAGE);
  }

  raise(as: number, fault: TranslationFault, source: Source): void {
    this.raised.push({ as, fault: { ...fault }, source: { ...source } });
  }

  generation(): number {
    return 1;
  }

  onInvalidate(): () => void {
    return () => undefined;
  }

  probe(as: number, va: number, access: AccessType): number {
    const offset = this.ramOffset(as, va, access);
    return offset < 0 ? -1 : BASE + offset;
  }
}

class Flushes implements Caches {
  flushId = 1;
  private readonly clock: VirtualClock;
  private readonly domain: GpuClockDomain;

  constructor(clock: VirtualClock, domain: GpuClockDomain) {
    this.clock = clock;
    this.domain = domain;
  }

  flush(target: string, kind: number, payload: number): void {
    this.flushId++;
    this.clock.schedule(this.domain.after(MCU_TIMING.FLUSH), ORDER.CACHE, 0, target, kind, payload);
  }
}

export class Power implements CorePower {
  shaderReadyLo = 0;
  shaderReadyHi = 0;
  tilerReady = false;
  private readonly listeners: (() => void)[] = [];

  onChange(listener: () => void): () => void {
    this.listeners.push(listener);
    return () => undefined;
  }

  set(lo: number, tiler: boolean): void {
    this.shaderReadyLo = lo;
    this.tilerReady = tiler;
    for (const listener of this.listeners) listener();
  }
}

/** A unit whose tasks end when the test says so. */
export class ManualUnit implements CoreUnit {
  port: TaskPort | undefined;
  readonly started: { cs: number; task: number; core: number }[] = [];
  readonly dropped: number[] = [];
  connect(port: TaskPort): void {
    this.port = port;
  }
  start(job: { cs: number }, task: number, core: number): void {
    this.started.push({ cs: job.cs, task, core });
  }
  drop(core: number): void {
    this.dropped.push(core);
  }
  save(): undefined {
    return undefined;
  }
  load(): void {}
}

/** Register of a stream interface by name, with array indices. */
type CsName = keyof typeof MCU_CS;
type CsgName = keyof typeof MCU_CSG;

export const HZ = 800_000_000;
/** Where `startRing` puts ring buffers: one page per stream. */
export const RING = 0x4000_0000;
const RING_BYTES = 0x1000;

export class Bench {
  readonly clock = new VirtualClock();
  readonly domain = new GpuClockDomain(this.clock, HZ);
  readonly ram = new Ram(BASE, 0x40_0000);
  readonly mmu = new PageMap(this.ram);
  readonly caches = new Flushes(this.clock, this.domain);
  readonly power = new Power();
  readonly lines = new Int32Array(32);
  readonly reports: { kind: number; address: number; write: boolean; value: number }[] = [];
  readonly trace: CsfHost['trace'] = {};
  readonly csf: CsfWithUnits;

  constructor() {
    const { clock, domain } = this;
    this.csf = createCsf({
      clock,
      gpuClock: domain,
      memory: this.ram,
      mmu: this.mmu,
      caches: this.caches,
      power: this.power,
      log: { report: (kind, address, write, _bytes, value) => this.reports.push({ kind, address, write, value }) },
      timestamp: () => Math.floor(clock.now / 40),
      cycles: () => domain.cycles(),
      setLine: (line, level) => {
        this.lines[line] = level ? 1 : 0;
      },
      trace: this.trace,
    });
  }

  /** Fires events until none is left or the time is over; returns the number fired. */
  run(ns = 1_000_000_000): number {
    const end = this.clock.now + ns;
    let fired = 0;
    while (this.clock.queuedAt <= end) {
      this.clock.fireNext();
      fired++;
    }
    if (end > this.clock.now && ns < 1_000_000_000) this.clock.moveTo(end);
    return fired;
  }

  /** Fires `count` events. */
  step(count: number): void {
    for (let i = 0; i < count && this.clock.queuedAt < Infinity; i++) this.clock.fireNext();
  }

  word(va: number): number {
    const at = this.mmu.ramOffset(1, va, ACCESS.READ);
    return at < 0 ? 0 : this.ram.ram32[at >>> 2]! >>> 0;
  }

  poke(va: number, ...words: readonly number[]): void {
    words.forEach((value, i) => {
      this.mmu.map(va + 4 * i, 4);
      this.ram.write32(BASE + this.mmu.ramOffset(1, va + 4 * i, ACCESS.READ), value >>> 0);
    });
  }

  /** Instruction words, high half in the upper 32 bits. */
  program(va: number, words: readonly bigint[]): void {
    words.forEach((w, i) => this.poke(va + 8 * i, Number(w & 0xffff_ffffn), Number(w >> 32n)));
  }

  get(n: number, name: CsName, ...indices: readonly number[]): number {
    const r = element(MCU_CS[name], indices);
    const lo = this.csf.readStream(n, r.offset);
    return r.width === 64 ? this.csf.readStream(n, r.offset + 4) * 2 ** 32 + lo : lo;
  }

  set(n: number, name: CsName, value: number, ...indices: readonly number[]): void {
    const r = element(MCU_CS[name], indices);
    this.csf.writeStream(n, r.offset, value >>> 0);
    if (r.width === 64) this.csf.writeStream(n, r.offset + 4, Math.floor(value / 2 ** 32));
  }

  field(n: number, name: CsName, field: string): number {
    const r: Register = MCU_CS[name];
    const found = r.find(field);
    if (found === undefined) throw new RangeError(`${name} has no field ${field}`);
    return found.get(this.csf.peekStream(n, r.offset));
  }

  getControl(name: CsgName, ...indices: readonly number[]): number {
    const r = element(MCU_CSG[name], indices);
    const lo = this.csf.readControl(r.offset);
    return r.width === 64 ? this.csf.readControl(r.offset + 4) * 2 ** 32 + lo : lo;
  }

  setControl(name: CsgName, value: number, ...indices: readonly number[]): void {
    const r = element(MCU_CSG[name], indices);
    this.csf.writeControl(r.offset, value >>> 0);
    if (r.width === 64) this.csf.writeControl(r.offset + 4, Math.floor(value / 2 ** 32));
  }

  command(n: number, name: keyof typeof CS_CMD, type = 0): void {
    this.csf.writeStream(n, MCU_CS.CS_CMD.offset, CS_CMD[name] | (type << 8));
  }

  /** True when the event bit is set. */
  event(n: number, name: string): boolean {
    return this.field(n, 'CS_EVENT', name) !== 0;
  }

  clear(n: number, bits: number): void {
    this.csf.writeStream(n, MCU_CS.CS_EVENT.offset, bits);
  }

  /** Cores for all groups: four shader cores and the tiler, on; AS 1. */
  powerUp(): void {
    this.power.set(0xf, true);
    for (let g = 0; g < 8; g++) {
      this.setControl('CSG_EP_COMPUTE', 0xf, g);
      this.setControl('CSG_EP_FRAGMENT', 0xf, g);
      this.setControl('CSG_EP_TILER', 1, g);
      this.setControl('CSG_EP_LIMIT', 0x0001_0404, g);
      this.setControl('CSG_CTRL', 0x1f01, g);
    }
  }

  /** Puts words into the ring of stream n and starts it, all events enabled. */
  startRing(n: number, words: readonly bigint[]): void {
    const va = RING + n * RING_BYTES;
    this.mmu.map(va, RING_BYTES);
    this.program(va, words);
    this.set(n, 'CS_RING_BASE', va);
    this.set(n, 'CS_RING_SIZE', RING_BYTES);
    this.set(n, 'CS_INSERT', words.length * 8);
    this.set(n, 'CS_MASK', 0xffff & ~(1 << 10));
    this.command(n, 'START');
  }
}

/** Words that CALL [va, va + bytes) from the ring, with r90..r92 as operands. */
export function callFrom(va: number, bytes: number): readonly bigint[] {
  return [
    i('MOVE48', { destination: 90, immediate: va }),
    i('MOVE32', { destination: 92, immediate: bytes }),
    i('CALL', { address: 90, length: 92 }),
  ];
}

/** An element of a register array. */
function element(register: Register, indices: readonly number[]): Register {
  const [first, ...more] = indices;
  return first === undefined ? register : register.at(first, ...more);
}
