/**
 * Where a variable is at an address: location lists and location expressions as GCC writes them for Cortex-M. An
 * expression is a program for a small stack machine; steps and depth are bounded, jumps stay inside. What is lost
 * (DW_OP_entry_value, an empty expression) is "optimized out"; what is not followed says so.
 * Source: DWARF 5 standard, 2.5, 2.6, 7.7.
 */
import { Cursor } from '../base/cursor.ts';
import { BadInput } from '../base/errors.ts';
import type { Value } from './dwarf-entries.ts';
import { sleb, uleb, type Budget } from './dwarf-reader.ts';
import { ENCODING, type CType } from './dwarf-types.ts';
import type { Unit } from './dwarf-units.ts';

/** A piece of a variable. Only the last one may be without a size. */
export interface Piece {
  /** Bytes; undefined: all of it. */
  readonly size: number | undefined;
  readonly place:
    | { readonly kind: 'memory'; readonly address: number }
    | { readonly kind: 'register'; readonly register: number }
    | { readonly kind: 'value'; readonly bytes: Uint8Array }
    | { readonly kind: 'lost'; readonly why: string };
}

/** What expressions ask of a frame. */
export interface LocationFrame {
  /** r0 to r15; undefined: not known in this frame. */
  register(n: number): number | undefined;
  /** The canonical frame address. */
  cfa(): number | undefined;
  /** DW_AT_frame_base of the function. */
  readonly frameBase: Uint8Array | undefined;
  /** Bytes of memory; undefined where nothing answers. */
  memory(address: number, length: number): Uint8Array | undefined;
  /** The base type whose entry stands at an offset of the unit. */
  baseType(offset: number): CType | undefined;
}

export const OPTIMIZED_OUT = 'optimized out';
const MOST_STEPS = 4096;
const MOST_DEPTH = 128;
const MOST_PIECES = 256;
const LOCLISTX = 0x22;
const SEC_OFFSET = 0x17;
/** Before DWARF 4, offsets of lists are plain numbers. */
const OLD_OFFSETS: ReadonlySet<number> = new Set([0x06, 0x07]);
const WORD_BITS = 32;

class Lost extends Error {}
const lost = (why: string): never => {
  throw new Lost(why);
};

const lostPiece = (why: string): Piece[] => [{ size: undefined, place: { kind: 'lost', why } }];

/** The expression of a location attribute that holds at an address; undefined where none does. */
export function expressionAt(value: Value, unit: Unit, address: number, budget: Budget): Uint8Array | undefined {
  if (value.value instanceof Uint8Array) return value.value;
  if (typeof value.value !== 'number') return undefined;
  if (value.form !== LOCLISTX && value.form !== SEC_OFFSET && !OLD_OFFSETS.has(value.form)) return undefined;
  return unit.version >= 5
    ? list5(value.value, value.form === LOCLISTX, unit, address, budget)
    : list4(value.value, unit, address, budget);
}

/** .debug_loc: pairs of offsets with an expression, until 0, 0. */
function list4(at: number, unit: Unit, address: number, budget: Budget): Uint8Array | undefined {
  const c = new Cursor(unit.sections.loc, '.debug_loc');
  c.seek(at);
  let base = unit.low;
  for (;;) {
    budget.spend();
    const from = c.u32();
    const to = c.u32();
    if (from === 0 && to === 0) return undefined;
    if (from === 0xffff_ffff) {
      base = to;
      continue;
    }
    const expression = c.take8(c.u16());
    if (address >= base + from && address < base + to) return expression;
  }
}

const LLE = { end: 0, baseX: 1, startXEndX: 2, startXLength: 3, offsetPair: 4, default: 5, base: 6, startEnd: 7 };
const LLE_START_LENGTH = 8;
const LLE_VIEW_PAIR = 9;

/** .debug_loclists. */
function list5(at: number, byIndex: boolean, unit: Unit, address: number, budget: Budget): Uint8Array | undefined {
  const c = new Cursor(unit.sections.locLists, '.debug_loclists');
  if (byIndex) {
    c.seek(unit.locListsBase + at * 4);
    c.seek(unit.locListsBase + c.u32());
  } else c.seek(at);
  const indexed = (): number => addressX(unit, uleb(c));
  let base = unit.low;
  let otherwise: Uint8Array | undefined;
  for (;;) {
    budget.spend();
    const kind = c.u8();
    let from = 0;
    let to = 0;
    if (kind === LLE.end) return otherwise;
    if (kind === LLE.base || kind === LLE.baseX) {
      base = kind === LLE.base ? c.u32() : indexed();
      continue;
    }
    if (kind === LLE_VIEW_PAIR) {
      uleb(c);
      uleb(c);
      continue;
    }
    if (kind === LLE.offsetPair) [from, to] = [base + uleb(c), base + uleb(c)];
    else if (kind === LLE.startEnd) [from, to] = [c.u32(), c.u32()];
    else if (kind === LLE.startXEndX) [from, to] = [indexed(), indexed()];
    else if (kind === LLE_START_LENGTH) {
      from = c.u32();
      to = from + uleb(c);
    } else if (kind === LLE.startXLength) {
      from = indexed();
      to = from + uleb(c);
    } else if (kind !== LLE.default) c.refuse(`a location of kind ${kind}`);
    const expression = c.take8(uleb(c));
    if (kind === LLE.default) otherwise = expression;
    else if (address >= from && address < to) return expression;
  }
}

function addressX(unit: Unit, index: number): number {
  const c = new Cursor(unit.sections.addr, '.debug_addr');
  c.seek(unit.addrBase + index * 4);
  return c.u32();
}

/** An item of the stack: the bits of an integer of so many bits. */
interface Item {
  readonly value: bigint;
  readonly bits: number;
  readonly signed: boolean;
}

const generic = (value: number | bigint): Item => ({
  value: BigInt.asUintN(WORD_BITS, BigInt(value)),
  bits: WORD_BITS,
  signed: false,
});
const asSigned = ({ value, bits }: Item): bigint => BigInt.asIntN(bits, value);

type Binary = (a: Item, b: Item) => bigint;
const divided: Binary = (a, b) => (b.value === 0n ? lost('a division by 0') : asSigned(a) / asSigned(b));
const shift = (b: Item): bigint => (b.value > 64n ? 64n : b.value);
const BINARY: Readonly<Record<number, Binary>> = {
  0x1a: (a, b) => a.value & b.value,
  0x1b: (a, b) =>
    a.signed || a.bits === WORD_BITS ? divided(a, b) : b.value === 0n ? lost('a division by 0') : a.value / b.value,
  0x1c: (a, b) => a.value - b.value,
  0x1d: (a, b) => (b.value === 0n ? lost('a division by 0') : a.value % b.value),
  0x1e: (a, b) => a.value * b.value,
  0x21: (a, b) => a.value | b.value,
  0x22: (a, b) => a.value + b.value,
  0x24: (a, b) => a.value << shift(b),
  0x25: (a, b) => a.value >> shift(b),
  0x26: (a, b) => asSigned(a) >> shift(b),
  0x27: (a, b) => a.value ^ b.value,
};
type Compare = (a: bigint, b: bigint) => boolean;
const COMPARE: Readonly<Record<number, Compare>> = {
  0x29: (a, b) => a === b,
  0x2a: (a, b) => a >= b,
  0x2b: (a, b) => a > b,
  0x2c: (a, b) => a <= b,
  0x2d: (a, b) => a < b,
  0x2e: (a, b) => a !== b,
};
/** Numbers that follow their opcode. */
const CONSTANTS: Readonly<Record<number, (c: Cursor) => number | bigint>> = {
  0x03: (c) => c.u32(),
  0x08: (c) => c.u8(),
  0x09: (c) => (c.u8() << 24) >> 24,
  0x0a: (c) => c.u16(),
  0x0b: (c) => (c.u16() << 16) >> 16,
  0x0c: (c) => c.u32(),
  0x0d: (c) => c.u32(),
  0x0e: (c) => BigInt(c.u32()) | (BigInt(c.u32()) << 32n),
  0x0f: (c) => BigInt(c.u32()) | (BigInt(c.u32()) << 32n),
  0x10: (c) => uleb(c),
  0x11: (c) => sleb(c),
};

const OP = {
  deref: 0x06,
  dup: 0x12,
  drop: 0x13,
  over: 0x14,
  pick: 0x15,
  swap: 0x16,
  rot: 0x17,
  abs: 0x19,
  neg: 0x1f,
  not: 0x20,
  plusConstant: 0x23,
  branch: 0x28,
  skip: 0x2f,
  regX: 0x90,
  fbreg: 0x91,
  bregX: 0x92,
  piece: 0x93,
  derefSize: 0x94,
  nop: 0x96,
  cfa: 0x9c,
  implicitValue: 0x9e,
  stackValue: 0x9f,
  implicitPointer: 0xa0,
  addrx: 0xa1,
  constx: 0xa2,
  entryValue: 0xa3,
  constType: 0xa4,
  regvalType: 0xa5,
  derefType: 0xa6,
  convert: 0xa8,
  reinterpret: 0xa9,
} as const;
/** What GCC wrote before DWARF 5 had these. */
const GNU: Readonly<Record<number, number>> = {
  0xf2: OP.implicitPointer,
  0xf3: OP.entryValue,
  0xf4: OP.constType,
  0xf5: OP.regvalType,
  0xf6: OP.derefType,
  0xf7: OP.convert,
  0xf9: OP.reinterpret,
};

/** Works an expression out to the pieces of a variable. Never throws for what the file says. */
export function locate(expression: Uint8Array, unit: Unit, frame: LocationFrame): Piece[] {
  try {
    return new Evaluation(expression, unit, frame).pieces();
  } catch (error) {
    if (error instanceof Lost) return lostPiece(error.message);
    if (error instanceof BadInput) return lostPiece('its location is damaged');
    throw error;
  }
}

class Evaluation {
  private readonly c: Cursor;
  private readonly unit: Unit;
  private readonly frame: LocationFrame;
  private readonly depth: number;
  private stack: Item[] = [];
  private place: Piece['place'] | undefined;

  constructor(expression: Uint8Array, unit: Unit, frame: LocationFrame, depth = 0) {
    this.c = new Cursor(expression, 'location expression');
    this.unit = unit;
    this.frame = frame;
    this.depth = depth;
  }

  pieces(): Piece[] {
    const pieces: Piece[] = [];
    if (this.c.remaining === 0) return lostPiece(OPTIMIZED_OUT);
    for (let step = 0; this.c.remaining > 0; step++) {
      if (step > MOST_STEPS) lost('its location goes on without end');
      const opcode = this.c.u8();
      if (opcode !== OP.piece) {
        this.operation(GNU[opcode] ?? opcode);
        continue;
      }
      if (pieces.length >= MOST_PIECES) lost('its location has too many pieces');
      pieces.push({ size: uleb(this.c), place: this.taken() ?? { kind: 'lost', why: OPTIMIZED_OUT } });
    }
    const last = this.taken();
    if (last !== undefined) pieces.push({ size: undefined, place: last });
    return pieces;
  }

  /** What stands so far; the stack is empty afterwards. */
  private taken(): Piece['place'] | undefined {
    const { place, stack } = this;
    const top = stack.at(-1);
    this.place = undefined;
    this.stack = [];
    if (place !== undefined) return place;
    return top === undefined ? undefined : { kind: 'memory', address: Number(BigInt.asUintN(WORD_BITS, top.value)) };
  }

  private pop(): Item {
    return this.stack.pop() ?? lost('its location is damaged: the stack is empty');
  }

  private push(item: Item): void {
    if (this.stack.length >= MOST_DEPTH) lost('its location is damaged: the stack is full');
    this.stack.push(item);
  }

  private register(n: number): number {
    return this.frame.register(n) ?? lost(OPTIMIZED_OUT);
  }

  private load(address: Item, size: number): bigint {
    const bytes = this.frame.memory(Number(address.value), size) ?? lost('nothing answers at its address');
    return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  private typed(offset: number): { readonly bits: number; readonly signed: boolean } {
    if (offset === 0) return { bits: WORD_BITS, signed: false };
    const type = this.frame.baseType(this.unit.start + offset);
    if (type?.kind !== 'base' || type.encoding === ENCODING.float || type.size > 8 || type.size === 0) {
      return lost('its location uses a type that is not followed');
    }
    return { bits: type.size * 8, signed: type.encoding === ENCODING.signed || type.encoding === ENCODING.signedChar };
  }

  private operation(opcode: number): void {
    const { c } = this;
    const constant = CONSTANTS[opcode];
    if (constant !== undefined) return this.push(generic(constant(c)));
    if (opcode >= 0x30 && opcode < 0x50) return this.push(generic(opcode - 0x30));
    if (opcode >= 0x50 && opcode < 0x70) return this.inRegister(opcode - 0x50);
    if (opcode >= 0x70 && opcode < 0x90) return this.push(generic(this.register(opcode - 0x70) + sleb(c)));
    const binary = BINARY[opcode];
    const compare = COMPARE[opcode];
    if (binary !== undefined || compare !== undefined) {
      const b = this.pop();
      const a = this.pop();
      if (binary !== undefined) {
        return this.push({ ...a, value: BigInt.asUintN(a.bits, binary(a, b)) });
      }
      const ordered = a.signed || a.bits === WORD_BITS;
      const [x, y] = ordered ? [asSigned(a), asSigned(b)] : [a.value, b.value];
      return this.push(generic(compare?.(x, y) === true ? 1 : 0));
    }
    const handler = HANDLERS[opcode];
    if (handler === undefined) lost(`its location uses operation 0x${opcode.toString(16)}, which is not followed`);
    else handler(this, c);
  }

  private inRegister(register: number): void {
    this.place = { kind: 'register', register };
  }

  /** Operations by opcode. */
  static handlers(): Readonly<Record<number, (e: Evaluation, c: Cursor) => void>> {
    const change = (e: Evaluation, by: (value: Item) => bigint): void => {
      const a = e.pop();
      e.push({ ...a, value: BigInt.asUintN(a.bits, by(a)) });
    };
    const jump = (c: Cursor, by: number): void => c.seek(c.offset + by);
    const offset16 = (c: Cursor): number => (c.u16() << 16) >> 16;
    return {
      [OP.deref]: (e) => e.push(generic(e.load(e.pop(), 4))),
      [OP.derefSize]: (e, c) => {
        const size = c.u8();
        if (size > 8) lost('its location is damaged');
        e.push(generic(e.load(e.pop(), size)));
      },
      [OP.derefType]: (e, c) => {
        const size = c.u8();
        const type = e.typed(uleb(c));
        e.push({ ...type, value: e.load(e.pop(), Math.min(size, 8)) });
      },
      [OP.dup]: (e) => e.push(e.stack.at(-1) ?? e.pop()),
      [OP.drop]: (e) => void e.pop(),
      [OP.over]: (e) => e.push(e.stack.at(-2) ?? lost('its location is damaged')),
      [OP.pick]: (e, c) => e.push(e.stack.at(-1 - c.u8()) ?? lost('its location is damaged')),
      [OP.swap]: (e) => {
        const [b, a] = [e.pop(), e.pop()];
        e.push(b);
        e.push(a);
      },
      [OP.rot]: (e) => {
        const [top, second, third] = [e.pop(), e.pop(), e.pop()];
        e.push(top);
        e.push(third);
        e.push(second);
      },
      [OP.abs]: (e) => change(e, (a) => (asSigned(a) < 0n ? -asSigned(a) : a.value)),
      [OP.neg]: (e) => change(e, (a) => -a.value),
      [OP.not]: (e) => change(e, (a) => ~a.value),
      [OP.plusConstant]: (e, c) => {
        const by = BigInt(uleb(c));
        change(e, (a) => a.value + by);
      },
      [OP.branch]: (e, c) => {
        const by = offset16(c);
        if (e.pop().value !== 0n) jump(c, by);
      },
      [OP.skip]: (_, c) => jump(c, offset16(c)),
      [OP.regX]: (e, c) => e.inRegister(uleb(c)),
      [OP.fbreg]: (e, c) => e.push(generic(e.frameBase() + sleb(c))),
      [OP.bregX]: (e, c) => e.push(generic(e.register(uleb(c)) + sleb(c))),
      [OP.nop]: () => undefined,
      [OP.cfa]: (e) => e.push(generic(e.frame.cfa() ?? lost('the frame of its function is not known'))),
      [OP.implicitValue]: (e, c) => {
        e.place = { kind: 'value', bytes: c.take8(uleb(c)) };
      },
      [OP.stackValue]: (e) => {
        const { value, bits } = e.pop();
        const bytes = Uint8Array.from({ length: bits / 8 }, (_, k) => Number((value >> BigInt(8 * k)) & 0xffn));
        e.place = { kind: 'value', bytes };
      },
      [OP.implicitPointer]: () => lost('a pointer to what was optimized out'),
      [OP.addrx]: (e, c) => e.push(generic(addressX(e.unit, uleb(c)))),
      [OP.constx]: (e, c) => e.push(generic(addressX(e.unit, uleb(c)))),
      [OP.entryValue]: () => lost(OPTIMIZED_OUT),
      [OP.constType]: (e, c) => {
        const type = e.typed(uleb(c));
        const bytes = c.take8(c.u8());
        e.push({ ...type, value: bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) });
      },
      [OP.regvalType]: (e, c) => {
        const register = uleb(c);
        const type = e.typed(uleb(c));
        e.push({ ...type, value: BigInt.asUintN(type.bits, BigInt(e.register(register))) });
      },
      [OP.convert]: (e, c) => {
        const type = e.typed(uleb(c));
        const a = e.pop();
        e.push({ ...type, value: BigInt.asUintN(type.bits, a.signed ? asSigned(a) : a.value) });
      },
      [OP.reinterpret]: (e, c) => {
        const type = e.typed(uleb(c));
        e.push({ ...type, value: BigInt.asUintN(type.bits, e.pop().value) });
      },
    };
  }

  private frameBase(): number {
    const { frame } = this;
    if (frame.frameBase === undefined || this.depth > 0) return lost('the frame of its function is not known');
    const [base] = new Evaluation(frame.frameBase, this.unit, frame, this.depth + 1).pieces();
    if (base?.place.kind === 'memory') return base.place.address;
    if (base?.place.kind === 'register') return this.register(base.place.register);
    return lost('the frame of its function is not known');
  }
}

const HANDLERS = Evaluation.handlers();
