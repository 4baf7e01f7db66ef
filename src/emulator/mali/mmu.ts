/**
 * The GPU MMU: address space slots with shadow registers that count after UPDATE, region locks, commands with
 * their time, translation through the TLB, and faults, of which the first of a slot latches. Sources: Panthor
 * panthor_mmu.c and panthor_mmu_regs.h; what they leave open is marked chosen.
 *
 * A lock does not hold accesses up (chosen): translations are never stale here, so nothing can go wrong in between.
 */
import { Bug } from '../../base/errors.ts';
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import { FAULT, packFaultStatus, sourceId } from '../../spec/faults.ts';
import { decodeLock } from '../../spec/page-table.ts';
import type { Register, Words } from '../../spec/registers/define.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { MCU_TIMING } from '../../spec/registers/mcu-private.ts';
import { AS_COUNT, MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { PAGE_SHIFT } from '../memory.ts';
import {
  ACCESS,
  ORDER,
  type AccessType,
  type Caches,
  type EventTarget,
  type Mmu,
  type Source,
  type TranslationFault,
} from '../wiring.ts';
import type { Chip } from './chip.ts';
import { Tlb } from './tlb.ts';
import { asConfig, UNMAPPED, walk, type AsConfig, type TablePage, type Walk } from './walk.ts';

const { AS_COMMAND, AS_STATUS, AS_FAULTSTATUS, AS_FAULTADDRESS, AS_LOCKADDR } = MMU_CONTROL;
const { AS_TRANSTAB, AS_TRANSCFG, AS_MEMATTR } = MMU_CONTROL;

const COMMAND = (name: string) => AS_COMMAND.field('command').valueOf(name);
const NOP = COMMAND('NOP');
const UPDATE = COMMAND('UPDATE');
const LOCK = COMMAND('LOCK');
const UNLOCK = COMMAND('UNLOCK');
const FLUSH_PT = COMMAND('FLUSH_PT');
const FLUSH_MEM = COMMAND('FLUSH_MEM');

/** Bits 15:0 of MMU_INT are page faults, bits 31:16 completed commands. */
const COMPLETED_LSB = 16;
/** Slots whose fault has not been cleared by the host. */
const FAULT_BITS = 0xffff;

const ALL_OF_IT = 2 ** 53;

/** Address space of the MCU. */
export const MCU_AS = 0;

/** Told about every fault the MMU accepts, whether its slot was armed or not. */
export type FaultListener = (as: number, fault: TranslationFault, source: Source) => void;

/** Told about faults of the bus behind the MMU. */
export type BusFault = (as: number, fault: TranslationFault, source: Source) => void;

export class GpuMmu implements Mmu, EventTarget, Stateful<PlainObject> {
  readonly id = 'mmu';
  readonly fault: TranslationFault = { code: 0, access: ACCESS.READ, va: 0 };
  onFault: FaultListener = () => undefined;
  onBusFault: BusFault = () => undefined;
  private readonly chip: Chip;
  private readonly caches: Caches;
  private readonly tlb = new Tlb();
  private readonly configs: AsConfig[] = Array.from({ length: AS_COUNT }, () => UNMAPPED);
  /** Latched registers of each slot, six words: TRANSTAB, TRANSCFG, MEMATTR. All zero: never updated. */
  private readonly latched = Array.from({ length: AS_COUNT }, () => new Int32Array(6));
  /** LOCKADDR of the region each slot has locked, two words, and whether it has. */
  private readonly locks = new Int32Array(AS_COUNT * 2);
  private locked = 0;
  /** Slots with a command under way. */
  private active = 0;
  private readonly generations = new Int32Array(AS_COUNT);
  private readonly listeners = new Set<(as: number | undefined) => void>();
  private readonly result: Walk = { fault: 0, pa: -1 };
  private readonly holdTable: TablePage;

  constructor(chip: Chip, caches: Caches) {
    this.chip = chip;
    this.caches = caches;
    chip.clock.register(this);
    this.holdTable = (page) => chip.memory.holdTable(page);
    chip.memory.onTableWrite(() => this.invalidate(undefined));
    // Permissions for direct stores were withdrawn: only cached translations for stores are affected.
    chip.memory.onRevoke((_page, own) => {
      this.tlb.dropKind(ACCESS.WRITE);
      this.tlb.dropKind(ACCESS.ATOMIC);
      this.announce(undefined, own);
    });
    chip.host.on(AS_COMMAND, { write: (value, _half, as) => this.command(as, value) });
    chip.host.on(AS_STATUS, {
      read: (_half, as) => AS_STATUS.encode({ AS_ACTIVE: ((this.active >>> as) & 1) !== 0 }),
    });
  }

  /** Slots with an uncleared page fault. */
  get faulted(): number {
    return this.chip.mmuIrq.rawstat & FAULT_BITS;
  }

  ramOffset(as: number, va: number, access: AccessType): number {
    const cached = this.tlb.lookup(as, va, access);
    return cached >= 0 ? cached : this.miss(as, va, access);
  }

  /** As `ramOffset` for an address in two int32 words: nothing is boxed on the way. */
  ramOffsetWords(as: number, lo: number, hi: number, access: AccessType): number {
    const cached = this.tlb.lookupWords(as, lo, hi, access);
    return cached >= 0 ? cached : this.miss(as, (hi | 0) * 2 ** 32 + (lo >>> 0), access);
  }

  /**
   * Byte offset into RAM without opening the page for stores and without the TLB, or -1 with `fault` set. What it
   * answers stays true until `onInvalidate` tells otherwise.
   */
  translate(as: number, va: number, access: AccessType): number {
    const { memory } = this.chip;
    const { result } = this;
    walk(memory, this.configs[as]!, this.paBits, va, access, result, this.holdTable);
    const offset = result.fault !== 0 ? -1 : memory.offset(result.pa, 1);
    if (offset < 0) this.note(result.fault !== 0 ? result.fault : FAULT.GPU_BUS_FAULT, access, va);
    return offset;
  }

  probe(as: number, va: number, access: AccessType): number {
    const out: Walk = { fault: 0, pa: -1 };
    return walk(this.chip.memory, this.configs[as] ?? UNMAPPED, this.paBits, va, access, out).pa;
  }

  /** As `probe`, with the exception code (0: none) for inspection. */
  explain(as: number, va: number, access: AccessType): Walk {
    return walk(this.chip.memory, this.configs[as] ?? UNMAPPED, this.paBits, va, access, { fault: 0, pa: -1 });
  }

  raise(as: number, fault: TranslationFault, source: Source): void {
    if (fault.code === FAULT.GPU_BUS_FAULT) {
      this.onBusFault(as, fault, source);
      return;
    }
    const { host, mmuIrq } = this.chip;
    if (((this.faulted >>> as) & 1) === 0) {
      const id = sourceId(source.unit, source.cs);
      host.set(AS_FAULTSTATUS, packFaultStatus(fault.code, fault.access, id), 0, as);
      host.set(AS_FAULTADDRESS, fault.va >>> 0, 0, as);
      host.set(AS_FAULTADDRESS, Math.floor(fault.va / 2 ** 32), 1, as);
      mmuIrq.raise(1 << as);
    }
    this.onFault(as, fault, source);
  }

  generation(as: number): number {
    return this.generations[as]!;
  }

  onInvalidate(listener: (as: number | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Told when answers of `translate` for the MCU core may have changed. */
  onCoreInvalidate: () => void = () => undefined;

  /** Forgets cached translations of a slot, or of all. */
  invalidate(as: number | undefined): void {
    if (as === undefined) this.tlb.dropAll();
    else this.tlb.drop(as, 0, ALL_OF_IT);
    this.announce(as);
  }

  /** MMU_INT bits were cleared: faulted slots report again. */
  rearm(bits: number): void {
    for (let as = 0; as < AS_COUNT; as++) {
      if (((bits >>> as) & 1) === 0) continue;
      this.chip.host.set(AS_FAULTSTATUS, 0, 0, as);
      this.chip.host.set(AS_FAULTADDRESS, 0, 0, as);
      this.chip.host.set(AS_FAULTADDRESS, 0, 1, as);
    }
  }

  fire(kind: number, as: number): void {
    switch (kind) {
      case UPDATE:
        this.update(as);
        break;
      case LOCK:
        this.lock(as);
        break;
      default:
        this.unlock(as);
    }
    this.active &= ~(1 << as);
    this.chip.mmuIrq.raise(1 << (as + COMPLETED_LSB));
  }

  /** All slots unmapped and idle; the registers belong to the register file. */
  reset(): void {
    this.chip.clock.cancelAll(this.id);
    this.active = 0;
    this.locked = 0;
    this.locks.fill(0);
    for (let as = 0; as < AS_COUNT; as++) {
      this.latched[as]!.fill(0);
      this.configs[as] = UNMAPPED;
    }
    this.invalidate(undefined);
  }

  save(): PlainObject {
    return {
      latched: this.latched.map((words) => words.slice()),
      locks: this.locks.slice(),
      locked: this.locked,
      active: this.active,
    };
  }

  load(state: PlainObject): void {
    const { latched, locks } = state;
    if (!Array.isArray(latched) || !(locks instanceof Int32Array)) throw new Bug('MMU: state of another kind');
    (latched as readonly Int32Array[]).forEach((words, as) => {
      this.latched[as]!.set(words);
      this.configure(as);
    });
    this.locks.set(locks);
    this.locked = Number(state['locked']);
    this.active = Number(state['active']);
    this.invalidate(undefined);
  }

  private get paBits(): number {
    return (this.chip.host.get(GPU_CONTROL.GPU_MMU_FEATURES) >>> 8) & 0xff;
  }

  private miss(as: number, va: number, access: AccessType): number {
    const offset = this.translate(as, va, access);
    if (offset < 0) return -1;
    const page = offset >>> PAGE_SHIFT;
    if (access === ACCESS.WRITE || access === ACCESS.ATOMIC) {
      const before = this.generations[as];
      this.chip.memory.takePage(page);
      // The page held tables: whatever was learnt on the way here may be about to change.
      if (this.generations[as] !== before) return offset;
    }
    this.tlb.fill(as, va, access, page);
    return offset;
  }

  private note(code: number, access: AccessType, va: number): void {
    this.fault.code = code;
    this.fault.access = access;
    this.fault.va = va;
  }

  /** `coreKeeps`: the MCU core may go on with what it knows. */
  private announce(as: number | undefined, coreKeeps = false): void {
    if (as === undefined) for (let n = 0; n < AS_COUNT; n++) this.generations[n] = this.generations[n]! + 1;
    else this.generations[as] = this.generations[as]! + 1;
    for (const listener of this.listeners) listener(as);
    if (!coreKeeps && (as === undefined || as === MCU_AS)) this.onCoreInvalidate();
  }

  private command(as: number, value: number): void {
    const { host, clock, gpuClock, log } = this.chip;
    const command = AS_COMMAND.get('command', value);
    const present = ((host.get(GPU_CONTROL.GPU_AS_PRESENT) >>> as) & 1) !== 0;
    if (!present || ((this.active >>> as) & 1) !== 0 || command > FLUSH_MEM) {
      log.report(4, AS_COMMAND.offset + as * AS_COMMAND.stride, true, 4, value);
      return;
    }
    if (command === NOP) return;
    this.active |= 1 << as;
    if (command === FLUSH_PT || command === FLUSH_MEM) {
      this.caches.flush(this.id, UNLOCK, as);
      return;
    }
    clock.schedule(gpuClock.after(MCU_TIMING.TLB), ORDER.CACHE, as, this.id, command, as);
  }

  private update(as: number): void {
    const words = this.latched[as]!;
    const registers: readonly Register[] = [AS_TRANSTAB, AS_TRANSCFG, AS_MEMATTR];
    registers.forEach((register, i) => {
      words[2 * i] = this.chip.host.get(register, 0, as);
      words[2 * i + 1] = this.chip.host.get(register, 1, as);
    });
    this.configure(as);
    this.invalidate(as);
  }

  private configure(as: number): void {
    const words = this.latched[as]!;
    const pair = (i: number): Words => ({ lo: words[i]! >>> 0, hi: words[i + 1]! >>> 0 });
    this.configs[as] = asConfig(pair(0), pair(2), pair(4));
  }

  /** A second LOCK replaces the region, as Panthor does to widen it. */
  private lock(as: number): void {
    this.locks[as * 2] = this.chip.host.get(AS_LOCKADDR, 0, as);
    this.locks[as * 2 + 1] = this.chip.host.get(AS_LOCKADDR, 1, as);
    this.locked |= 1 << as;
    this.dropLocked(as);
  }

  private unlock(as: number): void {
    if (((this.locked >>> as) & 1) === 0) return;
    this.locked &= ~(1 << as);
    this.dropLocked(as);
  }

  private dropLocked(as: number): void {
    const region = decodeLock(this.locks[as * 2]! >>> 0, this.locks[as * 2 + 1]! >>> 0);
    this.tlb.drop(as, region.start, region.size);
    this.announce(as);
  }
}
