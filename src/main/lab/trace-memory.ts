/**
 * Writes to a range of memory, made again by running a journal: who changed which word when, and from what to what.
 *
 * Stores go directly to RAM and tell nobody; so the range is compared with what it was, whenever somebody else comes
 * to run: before each instruction of the MCU, of a stream and of a shader, after each event of the clock, after each
 * slice of the MCU and before time passes. What changed was changed by whoever ran last. A store of the value that
 * was there already is not seen, and of several stores of one turn the last is.
 */
import { hex } from '../../base/bits.ts';
import { UsageError } from '../../base/errors.ts';
import type { Engine } from '../engine/engine.ts';

/** Longest range (chosen: it is compared at every instruction). */
export const MOST_BYTES = 65_536;
const WORD = 4;
/** Bytes that are mapped as one. */
const PAGE_SIZE = 4096;

export interface MemoryRange {
  readonly space: 'physical' | 'as' | 'mcu';
  /** With `as`: the slot; what its tables map at the time is meant. */
  readonly as: number;
  readonly address: number;
  readonly length: number;
}

/** A change of a word: who, where in its program or why, the address in the space asked for, old and new value. */
export type Changed = (
  timeNs: number,
  cells: readonly [who: string, where: string, address: string, old: string, value: string],
) => void;

/** The words of a range, as they were when last looked at. */
class Watched {
  private readonly engine: Engine;
  private readonly range: MemoryRange;
  private readonly first: number;
  private readonly words: Int32Array;
  /** Per page of the range: index of its first word in RAM, -1 where nothing is mapped. */
  private readonly pages: Int32Array;
  private readonly firstPage: number;
  private generation = -1;

  constructor(engine: Engine, range: MemoryRange) {
    const { address, length } = range;
    this.engine = engine;
    this.range = range;
    this.first = Math.floor(address / WORD) * WORD;
    this.words = new Int32Array(Math.ceil((address + length - this.first) / WORD));
    this.firstPage = Math.floor(this.first / PAGE_SIZE);
    this.pages = new Int32Array(Math.floor((address + length - 1) / PAGE_SIZE) - this.firstPage + 1).fill(-1);
    this.resolve(true);
  }

  /** Tells each word that is another than it was. */
  compare(changed: (address: number, old: number, value: number) => void): void {
    const { words, first, firstPage, pages } = this;
    const { ram32 } = this.engine.board.machine.memory;
    this.resolve(false);
    for (let i = 0; i < words.length;) {
      const address = first + i * WORD;
      const page = Math.floor(address / PAGE_SIZE);
      const end = Math.min(words.length, i + ((page + 1) * PAGE_SIZE - address) / WORD);
      const at = pages[page - firstPage]!;
      const inPage = (address - page * PAGE_SIZE) / WORD;
      const base = at + inPage - i;
      if (at < 0) i = end;
      for (; i < end; i++) {
        const value = ram32[base + i]!;
        const old = words[i]!;
        if (value === old) continue;
        words[i] = value;
        changed(first + i * WORD, old, value);
      }
    }
  }

  /** Takes everything as it is now. */
  renew(): void {
    this.resolve(true);
  }

  /** Looks where the pages are; those that have moved are taken as they are there. */
  private resolve(anew: boolean): void {
    const { space, as } = this.range;
    const { board } = this.engine;
    const { mmu, memory } = board.machine;
    const generation = space === 'physical' ? 0 : mmu.generation(space === 'mcu' ? 0 : as);
    if (generation === this.generation && !anew) return;
    this.generation = generation;
    for (const [k, before] of this.pages.entries()) {
      const pa = board.physical(space, as, (this.firstPage + k) * PAGE_SIZE);
      const offset = pa < 0 ? -1 : memory.offset(pa, PAGE_SIZE);
      const at = offset < 0 ? -1 : offset >>> 2;
      this.pages[k] = at;
      if (at >= 0 && (anew || at !== before)) this.take(this.firstPage + k, at);
    }
  }

  private take(page: number, at: number): void {
    const { first, words } = this;
    const { ram32 } = this.engine.board.machine.memory;
    const from = Math.max(0, (page * PAGE_SIZE - first) / WORD);
    const to = Math.min(words.length, ((page + 1) * PAGE_SIZE - first) / WORD);
    const skipped = (first + from * WORD - page * PAGE_SIZE) / WORD;
    words.set(ram32.subarray(at + skipped, at + skipped + to - from), from);
  }
}

/** UsageError for a range that cannot be watched. */
export function checkRange({ address, length }: MemoryRange): void {
  if (length < 1 || length > MOST_BYTES) throw new UsageError(`--length must be 1 to ${MOST_BYTES} bytes`);
  if (!Number.isSafeInteger(address + length)) throw new UsageError(`--address ${hex(address)} is too large`);
}

/** Attaches to an engine. `wanted` says whether an instant counts; `input` names what is being applied. */
export function attachMemory(
  engine: Engine,
  range: MemoryRange,
  changed: Changed,
  wanted: (timeNs: number) => boolean,
  input: () => string,
): () => void {
  const { board } = engine;
  const { machine } = board;
  const { core, hooks, gpuClock, mcu } = machine;
  const watched = new Watched(engine, range);
  let stale = false;
  let who = '';
  let where = (): string => '';
  let timeNs = 0;
  const look = (): void => {
    if (board.silent) return;
    if (!wanted(engine.now)) {
      stale = true;
      return;
    }
    if (stale) {
      stale = false;
      watched.renew();
      return;
    }
    watched.compare((address, old, value) =>
      changed(timeNs, [who, where(), hex(address), hex(old >>> 0, 8), hex(value >>> 0, 8)]),
    );
  };
  /** Outside of instructions: what a stream had put off, iterators and caches, all in hardware. */
  const hardware = (): void => {
    who = 'hardware';
    where = () => '';
    timeNs = engine.now;
  };
  const announce = (next: string, at: () => string, ns: number): void => {
    look();
    who = next;
    where = at;
    timeNs = ns;
  };
  hardware();
  core.hooks.trace = (pc) => {
    announce('mcu', () => hex(pc >>> 0), gpuClock.instantOf(mcu.position()));
  };
  hooks.csf.breakpoint = (cs, pc) => {
    announce(`stream ${cs}`, () => hex(pc), engine.now);
    return false;
  };
  hooks.csf.shader = (task, warp, pc) => {
    announce(`shader core ${task.core}`, () => `${hex(pc)} warp ${warp}`, engine.now);
    return false;
  };
  const host = (): void => {
    who = 'cpu';
    where = () => board.causeOf() || input();
    timeNs = engine.now;
    look();
    hardware();
  };
  hooks.ran = (what) => {
    if (what === 'host') {
      host();
      return;
    }
    look();
    hardware();
  };
  return host;
}
