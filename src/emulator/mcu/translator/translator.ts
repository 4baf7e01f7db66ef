/**
 * The fast path of the core: regions of hot code as JavaScript functions. What is here is a cache and never state.
 *
 * A region is found by the address it begins at. It is used as long as nothing was dropped since it was last looked
 * at (`epoch`); after that its code is compared with the bytes it was made from, which is much cheaper than making
 * it again. Stores into code drop the regions they touch at once.
 */
import { isWide, decode } from '../../../spec/thumb/decode.ts';
import { FETCH } from '../bus.ts';
import type { Core } from '../core.ts';
import { HEAT_MASK } from '../entries.ts';
import { operationOf } from '../lower.ts';
import * as st from '../state.ts';
import { mulHighUnsigned } from '../slow-data.ts';
import type { Instruction } from './instruction.ts';
import { discover, type Region } from './region.ts';
import { regionText } from './text.ts';

/** Instructions of a region at most (chosen: larger ones cost compile time). */
export const REGION_LIMIT = 400;
/** Branches to an address before it is translated (chosen: a short boot stays in the interpreter). */
export const DEFAULT_HOT = 1000;
/** Addresses that cannot be translated are asked about again after so many branches (chosen). */
const REFUSED = -50_000;
const LOOKUP_MASK = 0xfff;
const PAGE = 4096;

/** Translated code of one entry. */
export interface Translation {
  readonly pc: number;
  /** What the budget must have at least. */
  readonly need: number;
  readonly instructions: number;
  /** Length of its text. */
  readonly textLength: number;
  run(budget: number): void;
  /** Code it was made from, split at pages. `ram` is where the page was when last looked at. */
  readonly parts: readonly Part[];
  epoch: number;
}

interface Part {
  readonly address: number;
  readonly bytes: Uint8Array;
  ram: number;
}

/** What the core lends to its translator. */
export interface TranslatorParts {
  readonly core: Core;
  /** Branches before translation; 0: at once, in regions no longer than the budget (tests). */
  readonly hot: number;
  readonly intern: (i: ReturnType<typeof decode>, inIt: boolean) => number;
  readonly execute: (index: number, it: number) => number;
  readonly isBreakpoint: (pc: number) => boolean;
}

export class Translator {
  /** Branches to an address before it is translated; may be changed at any time. */
  hot: number;
  readonly heat = new Int32Array(HEAT_MASK + 1);
  /** Regions made so far, and instructions in them. */
  made = 0;
  madeInstructions = 0;
  madeText = 0;
  private readonly parts: TranslatorParts;
  private readonly core: Core;
  private readonly byEntry = new Map<number, Translation>();
  /** By page of RAM, of regions whose epoch is the present one. */
  private readonly byPage = new Map<number, Set<Translation>>();
  private readonly recent: (Translation | undefined)[] = Array.from({ length: LOOKUP_MASK + 1 });
  private readonly context: Readonly<Record<string, unknown>>;
  private epoch = 0;

  constructor(parts: TranslatorParts) {
    this.parts = parts;
    this.hot = parts.hot;
    const { core } = parts;
    this.core = core;
    const { ram8: M8, ram32: M32 } = core.bus;
    const { S } = core;
    this.context = {
      S,
      LD: core.cache.LD,
      SD: core.cache.SD,
      M8,
      M32,
      M16: new Uint16Array(M8.buffer, M8.byteOffset, M8.length >>> 1),
      high: mulHighUnsigned,
      imul: Math.imul,
      clz32: Math.clz32,
      /** Executes one instruction slowly. 0: the region goes on; else S[PC] is where to go on. */
      cold: (index: number, it: number, pc: number, length: number, remaining: number, itAfter: number): number => {
        S[st.PC] = pc;
        S[st.REMAINING] = remaining;
        S[st.MODE] = itAfter;
        if (parts.execute(index, it) !== 0) return 1;
        if (S[st.EXIT] !== 0) {
          S[st.PC] = pc + length;
          return 1;
        }
        S[st.MODE] = 0;
        return 0;
      },
      /** A branch to an even address or an EXC_RETURN value. */
      leave: (target: number): void => void core.branchInterworking(target),
    };
  }

  /**
   * Executes up to `budget` instructions, returns how many were: regions as long as one begins where the last ended,
   * else the loop up to the next region.
   */
  run(budget: number, interpret: (budget: number, hot: number) => number): number {
    const { S } = this.core;
    if (S[st.MODE] === 0) {
      let remaining = budget;
      let region = this.find(S[st.PC]!, remaining);
      while (region !== undefined && region.need <= remaining) {
        region.run(remaining);
        remaining = S[st.REMAINING]!;
        if (S[st.EXIT] !== 0 || S[st.MODE] !== 0) return budget - remaining;
        region = this.find(S[st.PC]!, remaining);
      }
      if (remaining !== budget) return budget - remaining;
      // The end of the budget is too near for the region that begins here.
      if (region !== undefined) return budget - interpret(budget, 0);
    }
    return budget - interpret(budget, Math.max(this.hot, 1));
  }

  /** The region at pc that may run now, made when it is hot enough. Undefined: interpret. */
  find(pc: number, budget: number): Translation | undefined {
    const recent = this.recent[(pc >>> 1) & LOOKUP_MASK];
    if (recent !== undefined && recent.pc === pc && recent.epoch === this.epoch) return recent;
    const known = this.byEntry.get(pc);
    if (known !== undefined && (known.epoch === this.epoch || this.confirm(known))) return this.remember(known);
    const at = (pc >>> 1) & HEAT_MASK;
    this.heat[at] = this.heat[at]! + 1;
    if (this.heat[at]! < this.hot) return undefined;
    const made = this.translate(pc, this.hot === 0 ? Math.min(REGION_LIMIT, budget) : REGION_LIMIT);
    this.heat[at] = made === undefined ? REFUSED : 0;
    return made === undefined ? undefined : this.remember(made);
  }

  /** Whether the loop should mark the instruction at an address as the beginning of a region. */
  has(pc: number): boolean {
    return this.byEntry.has(pc);
  }

  /** Translations may be out of date: pages, rights or contents have changed in ways not told. */
  dropped(): void {
    this.epoch++;
    this.byPage.clear();
  }

  /** Bytes of RAM were written. */
  written(offset: number, length: number): void {
    for (let page = offset >>> 12; page <= (offset + length - 1) >>> 12; page++) {
      const users = this.byPage.get(page);
      if (users === undefined) continue;
      for (const region of users) {
        if (region.parts.some((p) => p.ram < offset + length && offset < p.ram + p.bytes.length)) this.remove(region);
      }
    }
  }

  /** Forgets the regions that contain an address: a breakpoint is set there or goes. */
  forget(address: number): void {
    for (const region of this.byEntry.values()) {
      if (region.parts.some((p) => address >= p.address && address < p.address + p.bytes.length)) this.remove(region);
    }
    this.heat[(address >>> 1) & HEAT_MASK] = 0;
  }

  /** Forgets everything. */
  clear(): void {
    for (const region of this.byEntry.values()) this.remove(region);
    this.heat.fill(0);
    this.dropped();
  }

  private remember(region: Translation): Translation {
    this.recent[(region.pc >>> 1) & LOOKUP_MASK] = region;
    return region;
  }

  private remove(region: Translation): void {
    this.byEntry.delete(region.pc);
    for (const part of region.parts) this.byPage.get(part.ram >>> 12)?.delete(region);
    region.epoch = -1;
    this.core.cache.unmark(region.pc);
    // It may be running.
    this.core.event();
  }

  /** Looks whether a region is still what its code says. */
  private confirm(region: Translation): boolean {
    const { core, epoch } = this;
    for (const part of region.parts) {
      const ram = this.ramOf(part.address);
      if (ram < 0 || !equalBytes(core.bus.ram8, ram, part.bytes)) {
        this.remove(region);
        return false;
      }
      part.ram = ram;
    }
    if (epoch !== this.epoch) return false;
    this.enter(region);
    return true;
  }

  private enter(region: Translation): void {
    region.epoch = this.epoch;
    for (const { ram } of region.parts) {
      const page = ram >>> 12;
      const users = this.byPage.get(page);
      if (users === undefined) this.byPage.set(page, new Set([region]));
      else users.add(region);
    }
    this.core.cache.mark(region.pc);
  }

  /** Offset in RAM of code that may be read ahead, -1 elsewhere. Its page is watched from now on. */
  private ramOf(address: number): number {
    const { core } = this;
    if (!core.memory.mayDecode(address) || core.cache.open(address) < 0) return -1;
    return core.bus.page(address, FETCH) + (address & (PAGE - 1));
  }

  private fetch(pc: number, it: number): Instruction | undefined {
    const { core, parts } = this;
    if (parts.isBreakpoint(pc) || this.ramOf(pc) < 0) return undefined;
    const first = core.memory.peekCode(pc);
    let second = 0;
    if (isWide(first)) {
      const next = (pc + 2) | 0;
      if (this.ramOf(next) < 0) return undefined;
      second = core.memory.peekCode(next);
    }
    const decoded = decode(first, second);
    return { ...operationOf(decoded, pc, it !== 0), pc, decoded, it, index: parts.intern(decoded, it !== 0) };
  }

  private translate(pc: number, limit: number): Translation | undefined {
    const { core, epoch } = this;
    const peek = (address: number): number => {
      const ram = this.ramOf(address);
      return ram < 0 ? -1 : core.bus.ram8[ram]!;
    };
    const region = discover(pc, limit, (at, it) => this.fetch(at, it), peek);
    // Opening pages may have dropped others.
    if (region === undefined || epoch !== this.epoch) return undefined;
    const { text, spill, need } = regionText(region);
    const names = Object.keys(this.context).join(',');
    const name = `region_${(pc >>> 0).toString(16)}`;
    // oxlint-disable-next-line typescript/no-implied-eval -- this is the compiler; its input is our own text
    const make = new Function('P', `'use strict';const{${names}}=P;${spill}return function ${name}(cnt){${text}}`) as (
      context: Readonly<Record<string, unknown>>,
    ) => (budget: number) => void;
    const made: Translation = {
      pc,
      need,
      instructions: region.instructions.length,
      textLength: text.length,
      run: make(this.context),
      parts: this.partsOf(region),
      epoch,
    };
    this.made++;
    this.madeInstructions += made.instructions;
    this.madeText += text.length;
    const before = this.byEntry.get(pc);
    if (before !== undefined) this.remove(before);
    this.byEntry.set(pc, made);
    this.enter(made);
    return made;
  }

  /** The code of a region as runs of bytes that do not cross a page. */
  private partsOf({ instructions }: Region): Part[] {
    const halfwords = new Set<number>();
    for (const { pc, decoded } of instructions) {
      for (let k = 0; k < decoded.length; k += 2) halfwords.add((pc + k) >>> 0);
    }
    const sorted = [...halfwords].toSorted((a, b) => a - b);
    const parts: Part[] = [];
    for (let k = 0; k < sorted.length;) {
      const address = sorted[k]!;
      let length = 2;
      for (k++; k < sorted.length && sorted[k] === address + length && (sorted[k]! & (PAGE - 1)) !== 0; k++)
        length += 2;
      const ram = this.ramOf(address | 0);
      parts.push({ address, ram, bytes: this.core.bus.ram8.slice(ram, ram + length) });
    }
    return parts;
  }
}

function equalBytes(ram8: Uint8Array, offset: number, bytes: Uint8Array): boolean {
  for (let k = 0; k < bytes.length; k++) if (ram8[offset + k] !== bytes[k]) return false;
  return true;
}
