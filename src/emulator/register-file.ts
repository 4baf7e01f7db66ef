/**
 * Registers as the specification describes them, brought to life: storage, reset values, access rules of each
 * field, and warnings for what is outside the model. A block attaches behaviour only where a register does
 * something; all others follow from the table. A lookup is one index into an array over the words of the window.
 *
 * Two dialects of 64-bit registers exist. On the host window each word stands alone. In the private view of the
 * MCU (`latched`) reading the low word latches the high one, and a write takes effect with the high word.
 */
import { Bug, UsageError } from '../base/errors.ts';
import type { PlainObject, Stateful } from '../base/stateful.ts';
import type { Access, Register } from '../spec/registers/define.ts';

export type Half = 0 | 1;

/** What a register does beyond storage. `index` is the element of an array, 0 otherwise. */
export interface Behaviour {
  /** Value of a word, unsigned or signed; instead of the stored one. Must have no side effect. */
  readonly read?: (half: Half, index: number) => number;
  /**
   * A write, instead of storing. `value` is reduced to bits that exist and may be written. In a latched file a
   * 64-bit register gets one call, with the high word as `value` and the low one as `low`.
   */
  readonly write?: (value: number, half: Half, index: number, low: number) => void;
  /** Called after a word was stored by the table's rules. */
  readonly stored?: (half: Half, index: number) => void;
}

/** What a write met that the model does not have. */
export type Oddity = 'undefined' | 'reserved' | 'readonly' | 'writeonly';

interface Cell {
  readonly register: Register;
  readonly half: Half;
  readonly index: number;
  /** Bits a write replaces, sets, or clears. */
  readonly plain: number;
  readonly sets: number;
  readonly clears: number;
  /** Bits a read shows; bits a read clears. */
  readonly shown: number;
  readonly readClears: number;
  readonly reset: number;
  readonly slot: number;
  behaviour: Behaviour | undefined;
}

export interface RegisterFileOptions {
  /** Bytes of the window. */
  readonly size: number;
  readonly latched: boolean;
  /** Told about accesses outside the model. */
  readonly odd: (what: Oddity, offset: number, write: boolean, value: number) => void;
}

/** Values by register name: what `--set REG=VALUE` and scenarios replace. */
export type Overrides = Readonly<Record<string, number | bigint>>;

export class RegisterFile implements Stateful<PlainObject> {
  private readonly options: RegisterFileOptions;
  private readonly bySlot: Cell[] = [];
  private readonly byWord: Uint16Array;
  private readonly names = new Map<string, Cell[]>();
  private values = new Int32Array(0);
  private resets = new Int32Array(0);
  /** Latched high words on reads, held low words on writes. */
  private latches = new Int32Array(0);

  constructor(options: RegisterFileOptions) {
    this.options = options;
    this.byWord = new Uint16Array(options.size >>> 2);
  }

  /** Adds the registers of blocks, and replaces reset values named in `overrides`; consumed names are removed. */
  add(blocks: readonly Readonly<Record<string, Register>>[], overrides?: Map<string, number | bigint>): void {
    for (const block of blocks) {
      for (const family of Object.values(block)) {
        for (const register of family.elements()) this.addRegister(register, overrides);
      }
    }
    const { bySlot } = this;
    this.values = new Int32Array(bySlot.length);
    this.resets = Int32Array.from(bySlot, (cell) => cell.reset);
    this.latches = new Int32Array(bySlot.length);
    this.values.set(this.resets);
  }

  /** Attaches behaviour to all elements of a register. */
  on(register: Register, behaviour: Behaviour): void {
    for (const element of register.elements()) {
      for (const cell of this.cellsOf(element)) cell.behaviour = behaviour;
    }
  }

  has(offset: number): boolean {
    return this.byWord[offset >>> 2] !== 0;
  }

  read(offset: number): number {
    const cell = this.cellAt(offset);
    if (cell === undefined) {
      this.options.odd('undefined', offset, false, 0);
      return 0;
    }
    if (cell.shown === 0 && cell.register.access === 'WO') this.options.odd('writeonly', offset, false, 0);
    const { slot } = cell;
    if (this.options.latched && cell.register.width === 64) {
      if (cell.half === 1) return this.latches[slot]! >>> 0;
      // The pair is neighbours: low word in `slot`, high word in the next.
      this.latches[slot + 1] = this.look(this.bySlot[slot + 1]!);
    }
    const value = this.look(cell);
    if (cell.readClears !== 0) this.values[slot] = this.values[slot]! & ~cell.readClears;
    return value >>> 0;
  }

  /** As `read`, without latching, clearing or reporting. */
  peek(offset: number): number {
    const cell = this.cellAt(offset);
    return cell === undefined ? 0 : this.look(cell) >>> 0;
  }

  write(offset: number, value: number): void {
    const cell = this.cellAt(offset);
    if (cell === undefined) {
      this.options.odd('undefined', offset, true, value);
      return;
    }
    const writable = cell.plain | cell.sets | cell.clears;
    if (writable === 0 && !this.completesPair(cell)) {
      this.options.odd('readonly', offset, true, value);
      return;
    }
    if ((value & ~writable) !== 0) this.options.odd('reserved', offset, true, value);
    this.apply(cell, value & writable);
  }

  /** True for a high word without bits of its own whose writing lets the low one take effect. */
  private completesPair(cell: Cell): boolean {
    if (!this.options.latched || cell.half === 0) return false;
    const low = this.bySlot[cell.slot - 1]!;
    return (low.plain | low.sets | low.clears) !== 0;
  }

  /** Stored word of a register, unsigned. */
  get(register: Register, half: Half = 0, index = 0): number {
    return this.values[this.slotOf(register, half, index)]! >>> 0;
  }

  /** Replaces a stored word without side effects. */
  set(register: Register, value: number, half: Half = 0, index = 0): void {
    this.values[this.slotOf(register, half, index)] = value;
  }

  /** Where a word is stored. */
  private slotOf(register: Register, half: Half = 0, index = 0): number {
    const cell = this.cellAt(register.offset + index * register.stride + half * 4);
    if (cell === undefined) throw new Bug(`register ${register.name} is not in this file`);
    return cell.slot;
  }

  /** All registers to their reset values, except those for which `keep` holds. */
  reset(keep?: (register: Register) => boolean): void {
    for (const cell of this.bySlot) {
      if (keep?.(cell.register) === true) continue;
      this.values[cell.slot] = this.resets[cell.slot]!;
      this.latches[cell.slot] = 0;
    }
  }

  /** Words that differ from their reset, by offset. */
  save(): PlainObject {
    const changed: number[] = [];
    this.bySlot.forEach(({ slot }) => {
      if (this.values[slot] !== this.resets[slot] || this.latches[slot] !== 0) {
        changed.push(slot, this.values[slot]!, this.latches[slot]!);
      }
    });
    return { changed: Int32Array.from(changed) };
  }

  load(state: PlainObject): void {
    const { changed } = state;
    if (!(changed instanceof Int32Array)) throw new Bug('register file: state of another kind');
    this.values.set(this.resets);
    this.latches.fill(0);
    for (let i = 0; i < changed.length; i += 3) {
      this.values[changed[i]!] = changed[i + 1]!;
      this.latches[changed[i]!] = changed[i + 2]!;
    }
  }

  private cellAt(offset: number): Cell | undefined {
    const slot = this.byWord[offset >>> 2];
    return slot === undefined || slot === 0 ? undefined : this.bySlot[slot - 1];
  }

  private cellsOf(register: Register): Cell[] {
    const cells = this.names.get(register.name);
    if (cells === undefined) throw new Bug(`register ${register.name} is not in this file`);
    return cells;
  }

  private look(cell: Cell): number {
    const read = cell.behaviour?.read;
    return (read === undefined ? this.values[cell.slot]! : read(cell.half, cell.index)) & cell.shown;
  }

  private apply(cell: Cell, value: number): void {
    const { behaviour, half, index, slot } = cell;
    const latched = this.options.latched && cell.register.width === 64;
    if (latched && half === 0) {
      this.latches[slot] = value;
      return;
    }
    const low = latched ? this.latches[slot - 1]! : 0;
    if (behaviour?.write !== undefined) {
      behaviour.write(value, half, index, low);
      return;
    }
    if (latched) this.store(this.bySlot[slot - 1]!, low);
    this.store(cell, value);
    behaviour?.stored?.(half, index);
  }

  private store(cell: Cell, value: number): void {
    const old = this.values[cell.slot]!;
    this.values[cell.slot] =
      (((old & ~cell.plain) | (value & cell.plain)) & ~(value & cell.clears)) | (value & cell.sets);
  }

  private addRegister(register: Register, overrides: Map<string, number | bigint> | undefined): void {
    const override = overrides?.get(register.name);
    overrides?.delete(register.name);
    const reset = BigInt(override ?? register.reset);
    if (reset < 0n || reset >> BigInt(register.width) !== 0n) {
      throw new UsageError(`${register.name}: 0x${reset.toString(16)} does not fit ${register.width} bits`);
    }
    const halves: readonly Half[] = register.width === 64 ? [0, 1] : [0];
    const cells = halves.map((half) => {
      const cell = describe(register, half, this.bySlot.length, Number((reset >> BigInt(32 * half)) & 0xffffffffn));
      this.bySlot.push(cell);
      const word = (register.offset + 4 * half) >>> 2;
      if (this.byWord[word] !== 0) throw new Bug(`${register.name} overlaps another register`);
      this.byWord[word] = this.bySlot.length;
      return cell;
    });
    this.names.set(register.name, cells);
  }
}

function describe(register: Register, half: Half, slot: number, reset: number): Cell {
  const masks: Record<Access, number> = { RO: 0, RW: 0, WO: 0, W1C: 0, RW1S: 0, RC: 0 };
  // Where the table knows no fields, the whole word behaves as the register.
  if (register.fields.length === 0) masks[register.access] = -1;
  for (const field of register.fields) {
    const { lo, hi } = field.mask;
    masks[field.access] |= half === 0 ? lo : hi;
  }
  return {
    register,
    half,
    index: register.indices[0] ?? 0,
    plain: masks.RW | masks.WO,
    sets: masks.RW1S,
    clears: masks.W1C,
    // Read-only words show all their bits: a reset value may have bits nobody has described.
    shown: register.access === 'RO' ? -1 : masks.RO | masks.RW | masks.RW1S | masks.W1C | masks.RC,
    readClears: masks.RC,
    reset,
    slot,
    behaviour: undefined,
  };
}
