/**
 * Which pages are decoded and which may be reached without asking: the three flat tables of the hot loop (code
 * slots, load pages, store pages) with their lists, so that dropping them costs what was filled. A page of RAM
 * that holds decoded code loses its store entry: stores to it go the slow way and drop what they change.
 */
import { FETCH, LOAD, PAGE_SLOW, STORE, type AccessKind, type McuBus } from './bus.ts';
import {
  BANK_WORDS,
  ENTRY_WORDS,
  OP_DECODE,
  OP_PAGE_END,
  OP_REGION,
  PAGE_HALFWORDS,
  SLOTS,
  SLOT_WORDS,
  UNCACHED_SLOT,
} from './entries.ts';
import { giveTables, NONE, takeTables, type CoreTables } from './core-tables.ts';

/** Told what happens to code that others have made something from. */
export interface CodeUser {
  /** Bytes of RAM that hold code were written. */
  written(offset: number, length: number): void;
  /** Pages were forgotten: contents and places of code may have changed. */
  dropped(): void;
}

export class CodeCache {
  readonly E: Int32Array;
  readonly UNDER: Uint8Array;
  readonly CODE: Int32Array;
  readonly LT: Int32Array;
  readonly ST: Int32Array;
  /** The translator, when there is one. */
  user: CodeUser | undefined;
  readonly LD: Int32Array;
  readonly SD: Int32Array;
  /** The tables belong to another core by now: this one must not run any more. */
  retired = false;
  private readonly tables: CoreTables;
  private readonly bus: McuBus;
  /** Pages filled in LT and ST since the last drop. */
  private readonly loads: number[] = [];
  private readonly stores: number[] = [];
  /** By slot: virtual page and RAM offset of it; NONE when free. */
  private readonly slotPage = new Int32Array(SLOTS).fill(NONE);
  private readonly slotRam = new Int32Array(SLOTS).fill(NONE);
  private used = UNCACHED_SLOT + 1;
  /** The page that runs from slot 0 at the moment. */
  private uncached = NONE;
  /** RAM pages that hold decoded code, by number. */
  private readonly code: Uint8Array;

  /** deltas: whether LD and SD are wanted. */
  constructor(bus: McuBus, deltas = false) {
    this.tables = takeTables(deltas);
    ({ E: this.E, UNDER: this.UNDER } = this.tables);
    ({ CODE: this.CODE, LT: this.LT, ST: this.ST, LD: this.LD, SD: this.SD } = this.tables);
    this.bus = bus;
    this.code = new Uint8Array(Math.ceil(bus.ram8.length / 4096));
    this.seal(UNCACHED_SLOT);
  }

  /** Marks the entries after the last of both banks, which send the loop to the next page. */
  private seal(slot: number): void {
    const base = slot * SLOT_WORDS;
    for (const bank of [0, BANK_WORDS]) {
      for (const extra of [0, 1]) {
        this.E[base + bank + (PAGE_HALFWORDS + extra) * ENTRY_WORDS] = OP_PAGE_END;
      }
    }
  }

  /** Gives the page a slot. Returns its base, or NONE when the bus does not let it be read as RAM. */
  open(address: number): number {
    const page = address >>> 12;
    const known = this.CODE[page]!;
    if (known !== NONE) return known;
    const ram = this.bus.page(address, FETCH);
    if (ram === PAGE_SLOW) return NONE;
    if (this.used === SLOTS) this.dropCode();
    const slot = this.used++;
    const base = slot * SLOT_WORDS;
    this.E.fill(OP_DECODE, base, base + SLOT_WORDS);
    this.seal(slot);
    this.slotPage[slot] = page;
    this.slotRam[slot] = ram;
    this.protect(ram);
    this.CODE[page] = base;
    return base;
  }

  /** From now on stores to this page of RAM are seen. */
  protect(ram: number): void {
    if (this.code[ram >>> 12] !== 0) return;
    this.code[ram >>> 12] = 1;
    for (const page of this.stores) if (this.ST[page] === ram) this.ST[page] = this.SD[page] = NONE;
  }

  /** Enters a data page into its table. `ram` is the bus's answer. */
  fill(address: number, kind: AccessKind, ram: number): void {
    const page = address >>> 12;
    if (kind === LOAD) {
      if (this.LT[page] === NONE) this.loads.push(page);
      this.LT[page] = ram;
      this.LD[page] = ram - (page << 12);
    } else if (kind === STORE && this.code[ram >>> 12] === 0) {
      if (this.ST[page] === NONE) this.stores.push(page);
      this.ST[page] = ram;
      this.SD[page] = ram - (page << 12);
    }
  }

  /** Bytes of RAM were written: entries that were decoded from them go. */
  written(offset: number, length: number): void {
    if (this.user !== undefined && this.code[offset >>> 12] !== 0) this.user.written(offset, length);
    for (let at = offset & ~1; at < offset + length; at += 2) {
      if (this.code[at >>> 12] === 0) continue;
      const ram = at & ~0xfff;
      const half = (at & 0xfff) >>> 1;
      for (let slot = UNCACHED_SLOT + 1; slot < this.used; slot++) {
        // A wide instruction may begin one halfword before, also at the end of any other page.
        if (this.slotRam[slot] === ram) {
          this.clear(slot, half);
          if (half > 0) this.clear(slot, half - 1);
        }
        if (half === 0) this.clear(slot, PAGE_HALFWORDS - 1);
      }
    }
  }

  private clear(slot: number, half: number): void {
    const e = slot * SLOT_WORDS + half * ENTRY_WORDS;
    this.E[e] = OP_DECODE;
    this.E[e + BANK_WORDS] = OP_DECODE;
  }

  /** Makes the loop stop before the instruction at an address, if it is decoded outside IT blocks. */
  mark(address: number): void {
    const e = this.entryOf(address);
    const op = e < 0 ? OP_DECODE : this.E[e]! & 0xff;
    if (op === OP_DECODE || op === OP_REGION) return;
    this.UNDER[e / ENTRY_WORDS] = op;
    this.E[e] = (this.E[e]! & ~0xff) | OP_REGION;
  }

  unmark(address: number): void {
    const e = this.entryOf(address);
    if (e >= 0 && (this.E[e]! & 0xff) === OP_REGION) this.E[e] = OP_DECODE;
  }

  private entryOf(address: number): number {
    const base = this.CODE[address >>> 12]!;
    return base <= UNCACHED_SLOT * SLOT_WORDS ? NONE : base + ((address & 0xfff) >>> 1) * ENTRY_WORDS;
  }

  /** Forgets one page in all tables. */
  dropPage(address: number): void {
    this.user?.dropped();
    const page = address >>> 12;
    this.LT[page] = this.LD[page] = NONE;
    this.ST[page] = this.SD[page] = NONE;
    const base = this.CODE[page]!;
    if (base !== NONE) {
      this.CODE[page] = NONE;
      const slot = base / SLOT_WORDS;
      this.slotPage[slot] = NONE;
      this.slotRam[slot] = NONE;
    }
    for (let slot = UNCACHED_SLOT + 1; slot < this.used; slot++) this.clear(slot, PAGE_HALFWORDS - 1);
  }

  /** Forgets all data pages. */
  dropData(): void {
    for (const page of this.loads) this.LT[page] = this.LD[page] = NONE;
    for (const page of this.stores) this.ST[page] = this.SD[page] = NONE;
    this.loads.length = 0;
    this.stores.length = 0;
  }

  /** Forgets all decoded code. */
  dropCode(): void {
    this.user?.dropped();
    for (let slot = UNCACHED_SLOT + 1; slot < this.used; slot++) {
      const page = this.slotPage[slot]!;
      if (page !== NONE) this.CODE[page] = NONE;
      this.slotPage[slot] = NONE;
      this.slotRam[slot] = NONE;
    }
    this.used = UNCACHED_SLOT + 1;
    this.code.fill(0);
  }

  dropAll(): void {
    this.dropData();
    this.dropCode();
  }

  /** Gives the tables, empty again, to the next core that is made; not those of a core stopped inside an instruction. */
  retire(): void {
    if (this.retired) return;
    this.retired = true;
    if (this.uncached !== NONE) return;
    this.dropAll();
    giveTables(this.tables);
  }

  /** Makes the page run from slot 0 for one instruction; returns what to give to `endUncached`. */
  beginUncached(address: number): number {
    const page = address >>> 12;
    const before = this.CODE[page]!;
    this.CODE[page] = UNCACHED_SLOT * SLOT_WORDS;
    this.uncached = page;
    return before;
  }

  endUncached(address: number, before: number): void {
    this.CODE[address >>> 12] = before;
    this.uncached = NONE;
    this.clear(UNCACHED_SLOT, (address & 0xfff) >>> 1);
  }
}
