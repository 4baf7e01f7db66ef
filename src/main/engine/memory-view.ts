/**
 * Memory as a person looks at it: any address of RAM, of an address space, of a VM's tables or of the MCU, with holes
 * left out, page walks, and search. No side effects: no cache, no TLB and no fault hears of it.
 */
import { join64 } from '../../base/bits.ts';
import { UsageError } from '../../base/errors.ts';
import { boundDevice } from '../../driver/tyr/tyr.ts';
import type { ViewSpace, WalkView } from '../../protocol/driver-views.ts';
import {
  BLOCK_SIZE,
  ENTRY,
  ENTRY_SIZE,
  LEVELS,
  LINUX_MAIR,
  PAGE_SIZE,
  entryAddress,
  entryKind,
  inputBits,
  mairToMemattr,
  startLevel,
  tableIndex,
} from '../../spec/page-table.ts';
import { AS_COUNT, MMU_CONTROL } from '../../spec/registers/mmu.ts';
import type { Engine } from './engine.ts';
import { McuInspector } from './mcu-inspector.ts';

export interface Place {
  readonly space: ViewSpace;
  readonly number: number;
  readonly address: number;
}

/** First address above what a GPU or the bus can name. */
const TOP = 2 ** 48;
const MCU_TOP = 2 ** 32;
/** Where the MCU's private peripherals and its system space begin: no page tables lie below them. */
const MCU_DEVICES = 0x4000_0000;
/** Most bytes looked through by one search (chosen: under a second). */
const MAX_SEARCH = 1 << 28;

type Chunk = { address: number; bytes: Uint8Array };

export class MemoryView {
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  private get machine(): Engine['board']['machine'] {
    return this.engine.board.machine;
  }

  /** Physical address of a byte, -1 where nothing is mapped. UsageError for a space that is not there. */
  physical({ space, number, address }: Place): number {
    if (space !== 'vm') {
      if (space === 'as') checkAs(number);
      return this.engine.board.physical(space, number, address);
    }
    return this.vm(number).table.toPhys(address) ?? -1;
  }

  private vm(id: number): { readonly table: Tables; readonly layout: { vaBits: number; coherent: boolean } } {
    const vm = boundDevice(this.engine.kernel)?.vms.get(id);
    if (vm === undefined) throw new UsageError(`there is no VM ${id}`);
    return vm;
  }

  /** Mapped pieces of [address, address + length). */
  read(place: Place, length: number): Chunk[] {
    const out: Chunk[] = [];
    const end = Math.min(place.address + length, place.space === 'mcu' ? MCU_TOP : TOP);
    for (let at = place.address; at < end;) {
      const size = Math.min(end - at, PAGE_SIZE - (at % PAGE_SIZE));
      const bytes = this.page({ ...place, address: at }, size);
      const last = out.at(-1);
      if (bytes !== undefined && last !== undefined && last.address + last.bytes.length === at) {
        last.bytes = joined(last.bytes, bytes);
      } else if (bytes !== undefined) out.push({ address: at, bytes });
      at += size;
    }
    return out;
  }

  /** Bytes inside one page; undefined where nothing is mapped. */
  private page(place: Place, size: number): Uint8Array | undefined {
    if (place.space === 'mcu' && place.address >= MCU_DEVICES) {
      const bytes = new McuInspector(this.machine).read(place.address, size);
      return bytes.length === 0 ? undefined : bytes;
    }
    const pa = this.physical(place);
    const { memory } = this.machine;
    return pa < 0 || memory.offset(pa, size) < 0 ? undefined : memory.readBytes(pa, size);
  }

  /** The entries that translate an address, the last of them a leaf or what stops the walk. */
  walk(place: Place): WalkView | undefined {
    const tables = this.tables(place);
    if (tables === undefined) return undefined;
    const { root, vaBits, memattr } = tables;
    const steps: WalkView['steps'] = [];
    const { memory } = this.machine;
    let table = root;
    for (let level: number = startLevel(vaBits); level < LEVELS.length; level++) {
      const address = table + tableIndex(place.address, level) * ENTRY_SIZE;
      if (memory.offset(address, ENTRY_SIZE) < 0) break;
      const lo = memory.read32(address) >>> 0;
      const hi = memory.read32(address + 4) >>> 0;
      steps.push({ level, address, lo, hi });
      if (entryKind(lo, level) !== ENTRY.TABLE) break;
      table = entryAddress(lo, hi);
    }
    return { root, vaBits, memattrLo: memattr.lo, memattrHi: memattr.hi, steps };
  }

  private tables({ space, number }: Place): { root: number; vaBits: number; memattr: Words } | undefined {
    if (space === 'physical') return undefined;
    if (space === 'vm') {
      const { table, layout } = this.vm(number);
      return { root: table.ttbr, vaBits: layout.vaBits, memattr: mairToMemattr(LINUX_MAIR, layout.coherent) };
    }
    const as = space === 'mcu' ? 0 : number;
    checkAs(as);
    const word = (r: { at(i: number): { readonly offset: number } }, i: number): number =>
      this.machine.peek(r.at(as).offset + i * 4);
    const { AS_TRANSCFG, AS_TRANSTAB, AS_MEMATTR } = MMU_CONTROL;
    const config = word(AS_TRANSCFG, 0);
    const vaBits = inputBits((config >>> 6) & 0x1f);
    if (AS_TRANSCFG.field('mode').nameOf(config & 0xf) !== 'AARCH64_4K' || vaBits === undefined) return undefined;
    const root = join64(word(AS_TRANSTAB, 0), word(AS_TRANSTAB, 1));
    return { root, vaBits, memattr: { lo: word(AS_MEMATTR, 0), hi: word(AS_MEMATTR, 1) } };
  }

  /** The pattern's first place (last one when backwards) and how far was looked. Holes are skipped in whole tables. */
  find(place: Place, length: number, pattern: Uint8Array, backwards: boolean): { address?: number; searched: number } {
    if (pattern.length === 0 || pattern.length > PAGE_SIZE) throw new UsageError('search for 1 to 4096 bytes');
    let searched = 0;
    for (const { address, size } of this.areas(place, length, backwards)) {
      searched += size;
      if (searched > MAX_SEARCH) return { searched };
      for (const { address: base, bytes } of order(this.read({ ...place, address }, size), backwards)) {
        const at = indexOf(bytes, pattern, backwards);
        if (at >= 0) return { address: base + at, searched };
      }
    }
    return { searched };
  }

  /** The parts of a range worth looking at, each with what overlaps into the next one. */
  private areas(place: Place, length: number, backwards: boolean): { address: number; size: number }[] {
    const from = place.address;
    const end = Math.min(from + length, place.space === 'mcu' ? MCU_TOP : TOP);
    const inside = (start: number, size: number): { address: number; size: number }[] => {
      const lo = Math.max(start, from);
      const hi = Math.min(start + size, end);
      return lo < hi ? [{ address: lo, size: hi - lo }] : [];
    };
    const { memory } = this.machine;
    const areas =
      place.space === 'physical'
        ? inside(memory.base, memory.size).flatMap(({ address, size }) => pieces(address, size))
        : [...this.leaves(place)].flatMap((l) => inside(l.va, l.size));
    return backwards ? areas.toReversed() : areas;
  }

  /** What is mapped in a space, by rising address. */
  private *leaves(place: Place): Generator<{ va: number; size: number }> {
    const tables = this.tables(place);
    if (tables === undefined) return;
    let open: { va: number; size: number } | undefined;
    for (const leaf of this.below(tables.root, startLevel(tables.vaBits), 0)) {
      if (open !== undefined && open.va + open.size === leaf.va && open.size < MAX_PIECE) open.size += leaf.size;
      else {
        if (open !== undefined) yield open;
        open = { ...leaf };
      }
    }
    if (open !== undefined) yield open;
  }

  private *below(table: number, level: number, base: number): Generator<{ va: number; size: number }> {
    const { memory } = this.machine;
    const info = LEVELS[level];
    if (info === undefined || memory.offset(table, PAGE_SIZE) < 0) return;
    for (let i = 0; i < PAGE_SIZE / ENTRY_SIZE; i++) {
      const lo = memory.read32(table + i * ENTRY_SIZE) >>> 0;
      const kind = entryKind(lo, level);
      if (kind === ENTRY.INVALID) continue;
      const hi = memory.read32(table + i * ENTRY_SIZE + 4) >>> 0;
      const va = base + i * info.size;
      if (kind === ENTRY.TABLE) yield* this.below(entryAddress(lo, hi), level + 1, va);
      else if (kind !== ENTRY.BAD_BLOCK) yield { va, size: info.size };
    }
  }
}

type Words = { readonly lo: number; readonly hi: number };
type Tables = { readonly ttbr: number; toPhys(va: number): number | undefined };

/** Bytes read at once while searching. */
const MAX_PIECE = BLOCK_SIZE;

function pieces(address: number, size: number): { address: number; size: number }[] {
  const out: { address: number; size: number }[] = [];
  // Each piece reaches into the next one, so that nothing is missed at the seam.
  for (let at = 0; at < size; at += MAX_PIECE) {
    out.push({ address: address + at, size: Math.min(size - at, MAX_PIECE + PAGE_SIZE) });
  }
  return out;
}

function order<T>(list: readonly T[], backwards: boolean): readonly T[] {
  return backwards ? list.toReversed() : list;
}

function checkAs(as: number): void {
  if (as >= AS_COUNT) throw new UsageError(`there is no address space ${as}`);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function indexOf(bytes: Uint8Array, pattern: Uint8Array, backwards: boolean): number {
  const [first = 0] = pattern;
  const last = bytes.length - pattern.length;
  const matches = (at: number): boolean => at <= last && pattern.every((b, i) => bytes[at + i] === b);
  if (backwards) {
    for (let at = bytes.lastIndexOf(first, last); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(first, at - 1)) {
      if (matches(at)) return at;
    }
    return -1;
  }
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) if (matches(at)) return at;
  return -1;
}
