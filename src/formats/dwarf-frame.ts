/**
 * Call-frame information (.debug_frame): for an address of a function, where its caller's stack pointer and registers
 * are. Tables are read once; the rules of an address are worked out when it is asked for. Rules by expressions are
 * not followed (compilers do not write them for Thumb). Source: DWARF 5 standard, 6.4.
 */
import { Cursor } from '../base/cursor.ts';
import { sleb, uleb, unitAt, type Budget } from './dwarf-reader.ts';

/** Where the caller's value of a register is. */
export type FrameRule =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'value'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'undefined' };

/** Rules at one address. The caller's stack pointer is the canonical frame address (CFA). */
export interface FrameRow {
  readonly cfaRegister: number;
  readonly cfaOffset: number;
  /** By register number; a register that is left out keeps its value. */
  readonly rules: ReadonlyMap<number, FrameRule>;
  /** The register that holds the address to return to. */
  readonly returnRegister: number;
}

interface Cie {
  readonly codeAlign: number;
  readonly dataAlign: number;
  readonly returnRegister: number;
  readonly program: Uint8Array;
}

interface Fde {
  readonly cie: Cie;
  readonly from: number;
  readonly to: number;
  readonly program: Uint8Array;
}

const CIE_ID = 0xffff_ffff;
const MOST_FDES = 200_000;
/** Instructions of one program, and states remembered at once (chosen). */
const MOST_STEPS = 20_000;
const MOST_STATES = 64;
const OLDEST_ADDRESS_FIELDS = 4;

interface Mutable {
  cfaRegister: number;
  cfaOffset: number;
  rules: Map<number, FrameRule>;
}

export class FrameTable {
  private readonly fdes: readonly Fde[];

  private constructor(fdes: readonly Fde[]) {
    this.fdes = fdes;
  }

  /** Reads a section. BadInput with the offset in it and the rule. */
  static read(section: Uint8Array, budget: Budget, what = '.debug_frame'): FrameTable {
    const c = new Cursor(section, what);
    const cies = new Map<number, Cie>();
    const waiting: { at: number; cie: number; from: number; to: number; program: Uint8Array }[] = [];
    while (c.remaining > 0) {
      budget.spend();
      const at = c.offset;
      const body = unitAt(c);
      if (body.remaining === 0) continue;
      const id = body.u32();
      if (id === CIE_ID) cies.set(at, readCie(body));
      else {
        if (waiting.length >= MOST_FDES) c.refuse(`more than ${MOST_FDES} frame descriptions`);
        const from = body.u32();
        const length = body.u32();
        waiting.push({ at, cie: id, from, to: from + length, program: body.take8(body.remaining) });
      }
    }
    const fdes = waiting.map(({ at, cie: id, from, to, program }) => {
      const cie = cies.get(id);
      if (cie === undefined) return c.refuse(`a frame description of no common entry`, undefined, at);
      return { cie, from, to, program };
    });
    return new FrameTable(fdes.toSorted((a, b) => a.from - b.from));
  }

  get size(): number {
    return this.fdes.length;
  }

  /** Rules at an address; undefined where the table says nothing, or nothing that is understood. */
  rowAt(address: number): FrameRow | undefined {
    const fde = this.find(address);
    if (fde === undefined) return undefined;
    const { cie } = fde;
    const row: Mutable = { cfaRegister: 0, cfaOffset: 0, rules: new Map() };
    try {
      if (!run(cie.program, cie, 0, Infinity, row, undefined)) return undefined;
      const initial = new Map(row.rules);
      if (!run(fde.program, cie, fde.from, address, row, initial)) return undefined;
    } catch {
      // A program that runs out of its bytes says nothing.
      return undefined;
    }
    return { ...row, returnRegister: cie.returnRegister };
  }

  private find(address: number): Fde | undefined {
    let [low, high] = [0, this.fdes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.fdes[middle]!.from <= address) low = middle + 1;
      else high = middle;
    }
    const fde = this.fdes[low - 1];
    return fde !== undefined && address < fde.to ? fde : undefined;
  }
}

function readCie(c: Cursor): Cie {
  const version = c.u8();
  const augmentation = c.text();
  if (augmentation !== '') c.refuse(`augmentation "${augmentation}" of frame descriptions is not known`);
  if (version >= OLDEST_ADDRESS_FIELDS) c.skip(2);
  const codeAlign = uleb(c);
  const dataAlign = sleb(c);
  const returnRegister = version === 1 ? c.u8() : uleb(c);
  return { codeAlign, dataAlign, returnRegister, program: c.take8(c.remaining) };
}

const LOW = 0x3f;

/** Runs a program up to `until`; false when it uses something that is not followed. */
function run(
  program: Uint8Array,
  cie: Cie,
  from: number,
  until: number,
  row: Mutable,
  initial: ReadonlyMap<number, FrameRule> | undefined,
): boolean {
  const c = new Cursor(program, '.debug_frame');
  const saved: Mutable[] = [];
  let address = from;
  const set = (register: number, rule: FrameRule | undefined): void => {
    if (rule === undefined) row.rules.delete(register);
    else row.rules.set(register, rule);
  };
  const offset = (value: number): FrameRule => ({ kind: 'offset', offset: value * cie.dataAlign });
  for (let step = 0; c.remaining > 0; step++) {
    if (step > MOST_STEPS) return false;
    const opcode = c.u8();
    const low = opcode & LOW;
    switch (opcode & ~LOW) {
      case 0x40:
        address += low * cie.codeAlign;
        break;
      case 0x80:
        set(low, offset(uleb(c)));
        break;
      case 0xc0:
        set(low, initial?.get(low));
        break;
      default: {
        const moved = operation(low, c, cie, row, saved, set, initial);
        if (moved === undefined) return false;
        address = moved.to ?? address + moved.by;
      }
    }
    if (address > until) return true;
  }
  return true;
}

interface Moved {
  readonly by: number;
  readonly to?: number;
}
const STAY: Moved = { by: 0 };

/** An instruction without an operand in its opcode; undefined when it is not followed. */
function operation(
  opcode: number,
  c: Cursor,
  cie: Cie,
  row: Mutable,
  saved: Mutable[],
  set: (register: number, rule: FrameRule | undefined) => void,
  initial: ReadonlyMap<number, FrameRule> | undefined,
): Moved | undefined {
  switch (opcode) {
    case 0x00:
      return STAY;
    case 0x01:
      return { by: 0, to: c.u32() };
    case 0x02:
      return { by: c.u8() * cie.codeAlign };
    case 0x03:
      return { by: c.u16() * cie.codeAlign };
    case 0x04:
      return { by: c.u32() * cie.codeAlign };
    case 0x05:
      set(uleb(c), { kind: 'offset', offset: uleb(c) * cie.dataAlign });
      return STAY;
    case 0x06: {
      const register = uleb(c);
      set(register, initial?.get(register));
      return STAY;
    }
    case 0x07:
      set(uleb(c), { kind: 'undefined' });
      return STAY;
    case 0x08:
      set(uleb(c), undefined);
      return STAY;
    case 0x09:
      set(uleb(c), { kind: 'register', register: uleb(c) });
      return STAY;
    case 0x0a:
      if (saved.length >= MOST_STATES) return undefined;
      saved.push({ ...row, rules: new Map(row.rules) });
      return STAY;
    case 0x0b: {
      const state = saved.pop();
      if (state === undefined) return undefined;
      Object.assign(row, state);
      return STAY;
    }
    case 0x0c:
      row.cfaRegister = uleb(c);
      row.cfaOffset = uleb(c);
      return STAY;
    case 0x0d:
      row.cfaRegister = uleb(c);
      return STAY;
    case 0x0e:
      row.cfaOffset = uleb(c);
      return STAY;
    case 0x11:
      set(uleb(c), { kind: 'offset', offset: sleb(c) * cie.dataAlign });
      return STAY;
    case 0x12:
      row.cfaRegister = uleb(c);
      row.cfaOffset = sleb(c) * cie.dataAlign;
      return STAY;
    case 0x13:
      row.cfaOffset = sleb(c) * cie.dataAlign;
      return STAY;
    case 0x14:
      set(uleb(c), { kind: 'value', offset: uleb(c) * cie.dataAlign });
      return STAY;
    default:
      return undefined;
  }
}
