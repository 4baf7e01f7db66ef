/**
 * Functions of translated code that load and store for all executing lanes at once: words on cached pages (the cache
 * of memory.ts), in the buffers found last (buffers.ts). Each answers 1 when it has done all, or 0 when the
 * interpreter's message has to do it from the beginning: on a page that is not cached, a misaligned address, an access
 * that faults. Nothing it did before answering 0 is seen: registers change last, and stores are repeated in order.
 */
import { ACCESS } from '../../wiring.ts';
import { DROPPED_HIGH } from '../choices.ts';
import { ADDRESS_ROW, ALL_LANES, BUFFERS_ROW, DATA_ROW, LANES, PAGES_ENTRIES, PAGES_ROW } from '../layout.ts';
import {
  branchIf,
  FILE_MEMORY,
  get,
  i,
  I32,
  int,
  join,
  lane,
  load128,
  load32,
  loadLane,
  RAM_MEMORY,
  set,
  splat,
  store128,
  store32,
  tee,
  v,
  V128,
  vector,
  W,
  type Code,
  type FunctionBody,
} from './wasm.ts';

export const ROW_BYTES = 4 * LANES;
const QUADS = [0, 1, 2, 3] as const;
/** Bytes of an entry of the cache of pages, and of the entries of one kind of access. */
const ENTRY_BYTES = 12;
const KIND_BYTES = PAGES_ENTRIES * ENTRY_BYTES;
const ENTRY_MASK = PAGES_ENTRIES - 1;
const PAGE_MASK = 0xfff;
const BUFFER_BYTES = 32;
const BUFFER_MASK = 15;

export const ADDRESS_LOW = ADDRESS_ROW * ROW_BYTES;
export const ADDRESS_HIGH = ADDRESS_LOW + ROW_BYTES;
const DATA = DATA_ROW * ROW_BYTES;
const PAGES = PAGES_ROW * ROW_BYTES;
const BUFFERS = BUFFERS_ROW * ROW_BYTES;

/** Bits of four lanes as vectors of masks: bit 4q + l of a number for lane l of quarter q. */
export const laneBits = (active: Code, q: number): number[] => {
  const bits = vector(1 << (4 * q), 2 << (4 * q), 4 << (4 * q), 8 << (4 * q));
  return v('i32x4.eq', v('v128.and', v('i32x4.splat', active), bits), bits);
};

const any = (vectors: readonly Code[]): number[] =>
  v(
    'v128.any_true',
    vectors.reduce((sum, x) => v('v128.or', sum, x)),
  );

const when = (test: Code, then: Code): number[] => join(test, W.if, then, W.end);
const fail = (test: Code): number[] => when(test, join(int(0), W.return));
const andNot = (x: Code, mask: number): number[] => v('v128.and', x, splat(~mask));

// Parameters and locals of the accesses.
const LO = 0;
const HI = 1;
const REGISTER = 2;
const ACTIVE = 3;
const L0 = 4;
const H0 = 5;
const ENTRY = 6;
const RAM = 7;
const N = 8;
const AT = 9;
const LOWS = 10;
const HIGHS = 14;
const MASKS = 18;
const OUT = 22;
const LOCALS = [...Array<number>(6).fill(I32), ...Array<number>(13).fill(V128)];
const FOUR_I32 = { takes: [I32, I32, I32, I32], gives: [I32] } as const;

/** Loads addresses, gives lanes that do not execute the address of the first that does, and looks its page up. */
function findPage(kind: number): number[] {
  const partial = join(
    set(N, i(W.shl, i(W.ctz, get(ACTIVE)), int(2))),
    set(L0, load32(FILE_MEMORY, i(W.add, get(LO), get(N)))),
    set(H0, load32(FILE_MEMORY, i(W.add, get(HI), get(N)))),
    ...QUADS.map((q) =>
      join(
        set(MASKS + q, laneBits(get(ACTIVE), q)),
        set(LOWS + q, v('v128.bitselect', get(LOWS + q), v('i32x4.splat', get(L0)), get(MASKS + q))),
        set(HIGHS + q, v('v128.bitselect', get(HIGHS + q), v('i32x4.splat', get(H0)), get(MASKS + q))),
      ),
    ),
  );
  return join(
    ...QUADS.map((q) => set(LOWS + q, load128(FILE_MEMORY, get(LO), 16 * q))),
    ...QUADS.map((q) => set(HIGHS + q, load128(FILE_MEMORY, get(HI), 16 * q))),
    i(W.eq, get(ACTIVE), int(ALL_LANES)),
    W.if,
    set(L0, lane(0, get(LOWS))),
    set(H0, lane(0, get(HIGHS))),
    W.else,
    partial,
    W.end,
    lookUp(kind, get(L0), get(H0)),
  );
}

/** Puts the offset of the page of an address into RAM, or fails. */
function lookUp(kind: number, lo: Code, hi: Code): number[] {
  const folded = i(W.xor, i(W.xor, i(W.shrU, lo, int(12)), i(W.shrU, lo, int(19))), i(W.shrU, lo, int(25)));
  const entry = i(W.mul, i(W.and, folded, int(ENTRY_MASK)), int(ENTRY_BYTES));
  const at = PAGES + kind * KIND_BYTES;
  return join(
    set(ENTRY, entry),
    fail(i(W.ne, load32(FILE_MEMORY, get(ENTRY), at), i(W.and, lo, int(~PAGE_MASK)))),
    fail(i(W.ne, load32(FILE_MEMORY, get(ENTRY), at + 4), hi)),
    fail(i(W.eq, tee(RAM, load32(FILE_MEMORY, get(ENTRY), at + 8)), int(-1))),
  );
}

/** Some lane is on another page, or misaligned. */
const elsewhere = (): number[] =>
  any(
    QUADS.flatMap((q) => [
      andNot(v('v128.xor', get(LOWS + q), v('i32x4.splat', get(L0))), PAGE_MASK & ~3),
      v('v128.and', get(LOWS + q), splat(3)),
      v('v128.xor', get(HIGHS + q), v('i32x4.splat', get(H0))),
    ]),
  );

/** Offsets in a page from which `words` words cross its end. */
const crossing = (words: number): number[] =>
  any(
    QUADS.map((q) => v('i32x4.gt_u', v('v128.and', get(LOWS + q), splat(PAGE_MASK)), splat(PAGE_MASK + 1 - 4 * words))),
  );

const same = (): number[] => i(W.eqz, any(QUADS.map((q) => v('v128.xor', get(LOWS + q), v('i32x4.splat', get(L0))))));
const consecutive = (): number[] => {
  const expected = (q: number): number[] =>
    v('i32x4.add', v('i32x4.splat', get(L0)), vector(16 * q, 16 * q + 4, 16 * q + 8, 16 * q + 12));
  const none = i(W.eqz, any(QUADS.map((q) => v('v128.xor', get(LOWS + q), expected(q)))));
  return i(W.and, none, i(W.eq, get(ACTIVE), int(ALL_LANES)));
};

const inPage = (lo: Code): number[] => i(W.add, get(RAM), i(W.and, lo, int(PAGE_MASK)));

/** Keeps what lanes that do not execute have. */
function deliver(value: Code, offset: number, q: number): number[] {
  const old = load128(FILE_MEMORY, get(REGISTER), offset);
  return join(
    set(OUT, value),
    i(W.eq, get(ACTIVE), int(ALL_LANES)),
    W.if,
    store128(FILE_MEMORY, get(REGISTER), get(OUT), offset),
    W.else,
    store128(FILE_MEMORY, get(REGISTER), v('v128.bitselect', get(OUT), old, laneBits(get(ACTIVE), q)), offset),
    W.end,
  );
}

/** Executing lanes one after the other, each on its own page. */
function eachLane(kind: number, words: number, body: Code): number[] {
  const lo = get(L0);
  return join(
    set(N, int(0)),
    W.loop,
    when(
      i(W.and, i(W.shrU, get(ACTIVE), i(W.shrU, get(N), int(2))), int(1)),
      join(
        set(L0, load32(FILE_MEMORY, i(W.add, get(LO), get(N)))),
        fail(i(W.and, lo, int(3))),
        words > 1 ? fail(i(W.gtU, i(W.and, lo, int(PAGE_MASK)), int(PAGE_MASK + 1 - 4 * words))) : [],
        set(H0, load32(FILE_MEMORY, i(W.add, get(HI), get(N)))),
        lookUp(kind, lo, get(H0)),
        set(AT, inPage(lo)),
        body,
      ),
    ),
    branchIf(0, i(W.ne, tee(N, i(W.add, get(N), int(4))), int(4 * LANES))),
    W.end,
  );
}

const range = (words: number): number[] => Array.from({ length: words }, (_, n) => n);
const done = (...code: readonly Code[]): number[] => join(...code, int(1), W.return);

/** Loads `words` words a lane: rows of low and high words of addresses, first register, lanes. */
function loadFunction(words: number): FunctionBody {
  const uniform = range(words).flatMap((n) =>
    join(
      set(OUT, v('i32x4.splat', load32(RAM_MEMORY, inPage(get(L0)), 4 * n))),
      ...QUADS.map((q) => deliver(get(OUT), n * ROW_BYTES + 16 * q, q)),
    ),
  );
  const straight = QUADS.flatMap((q) =>
    store128(FILE_MEMORY, get(REGISTER), load128(RAM_MEMORY, inPage(get(L0)), 16 * q), 16 * q),
  );
  const gathered = QUADS.flatMap((q) =>
    range(words).flatMap((n) => {
      let value: Code = splat(0);
      for (let l = 0; l < 4; l++) value = loadLane(RAM_MEMORY, inPage(lane(l, get(LOWS + q))), value, l, 4 * n);
      return deliver(value, n * ROW_BYTES + 16 * q, q);
    }),
  );
  const scattered = join(
    eachLane(
      ACCESS.READ,
      words,
      range(words).flatMap((n) =>
        store32(FILE_MEMORY, get(N), load32(RAM_MEMORY, get(AT), 4 * n), DATA + n * ROW_BYTES),
      ),
    ),
    ...range(words).flatMap((n) =>
      QUADS.map((q) => deliver(load128(FILE_MEMORY, int(0), DATA + n * ROW_BYTES + 16 * q), n * ROW_BYTES + 16 * q, q)),
    ),
  );
  const code = join(
    findPage(ACCESS.READ),
    when(elsewhere(), done(scattered)),
    words > 1 ? fail(crossing(words)) : when(consecutive(), done(straight)),
    when(same(), done(uniform)),
    gathered,
    int(1),
  );
  return { type: FOUR_I32, locals: LOCALS, code };
}

/** Stores `words` words a lane, in ascending order of lanes. */
function storeFunction(words: number): FunctionBody {
  const straight = QUADS.flatMap((q) =>
    store128(RAM_MEMORY, inPage(get(L0)), load128(FILE_MEMORY, get(REGISTER), 16 * q), 16 * q),
  );
  const oneLane = (l: Code, at: Code): number[] =>
    range(words).flatMap((n) =>
      store32(RAM_MEMORY, at, load32(FILE_MEMORY, i(W.add, get(REGISTER), l), n * ROW_BYTES), 4 * n),
    );
  const each = join(
    set(N, int(0)),
    ...Array.from({ length: LANES }, (_, l) =>
      when(i(W.and, get(ACTIVE), int(1 << l)), oneLane(int(4 * l), inPage(lane(l & 3, get(LOWS + (l >> 2)))))),
    ),
  );
  const code = join(
    findPage(ACCESS.WRITE),
    when(elsewhere(), done(eachLane(ACCESS.WRITE, words, oneLane(get(N), get(AT))))),
    words > 1 ? fail(crossing(words)) : when(consecutive(), done(straight)),
    each,
    int(1),
  );
  return { type: FOUR_I32, locals: LOCALS, code };
}

// Parameters and locals of the buffer functions.
const OFFSET = 0;
const HANDLE = 1;
const TARGET = 2;
const BUFFER = 4;
const SIZE = 5;
const FIRST = 6;

/** Finds the buffer all executing lanes name, or fails; their offsets are in LOWS. */
function findBuffer(): number[] {
  const h = (): number[] => get(FIRST);
  return join(
    set(N, i(W.shl, i(W.ctz, get(ACTIVE)), int(2))),
    set(FIRST, load32(FILE_MEMORY, i(W.add, get(HANDLE), get(N)))),
    set(AT, load32(FILE_MEMORY, i(W.add, get(OFFSET), get(N)))),
    ...QUADS.map((q) => set(MASKS + q, laneBits(get(ACTIVE), q))),
    fail(
      any(
        QUADS.map((q) =>
          v(
            'v128.and',
            v('v128.xor', load128(FILE_MEMORY, get(HANDLE), 16 * q), v('i32x4.splat', h())),
            get(MASKS + q),
          ),
        ),
      ),
    ),
    set(BUFFER, i(W.mul, i(W.and, i(W.xor, h(), i(W.shrU, h(), int(24))), int(BUFFER_MASK)), int(BUFFER_BYTES))),
    fail(i(W.ne, load32(FILE_MEMORY, get(BUFFER), BUFFERS), int(1))),
    fail(i(W.ne, load32(FILE_MEMORY, get(BUFFER), BUFFERS + 4), h())),
    set(SIZE, load32(FILE_MEMORY, get(BUFFER), BUFFERS + 16)),
    ...QUADS.map((q) =>
      set(
        LOWS + q,
        v('v128.bitselect', load128(FILE_MEMORY, get(OFFSET), 16 * q), v('i32x4.splat', get(AT)), get(MASKS + q)),
      ),
    ),
  );
}

/** Sum of a buffer's address and the offsets in LOWS: low word in OUT, then the high word. */
const bufferLow = (q: number): number[] =>
  v('i32x4.add', get(LOWS + q), v('i32x4.splat', load32(FILE_MEMORY, get(BUFFER), BUFFERS + 8)));
const bufferHigh = (q: number): number[] =>
  v(
    'i32x4.sub',
    v('i32x4.splat', load32(FILE_MEMORY, get(BUFFER), BUFFERS + 12)),
    v('i32x4.lt_u', get(OUT), get(LOWS + q)),
  );

/** Addresses of `bytes` bytes in a buffer, all inside, into the address rows. Rows of offsets and of handles, lanes. */
function bufferAddresses(bytes: number): FunctionBody {
  const limit = v('i32x4.splat', i(W.sub, get(SIZE), int(bytes)));
  const code = join(
    findBuffer(),
    fail(i(W.ltU, get(SIZE), int(bytes))),
    fail(any(QUADS.map((q) => v('i32x4.gt_u', get(LOWS + q), limit)))),
    ...QUADS.map((q) =>
      join(
        set(OUT, bufferLow(q)),
        store128(FILE_MEMORY, int(0), get(OUT), ADDRESS_LOW + 16 * q),
        store128(FILE_MEMORY, int(0), bufferHigh(q), ADDRESS_HIGH + 16 * q),
      ),
    ),
    int(1),
  );
  return { type: FOUR_I32, locals: LOCALS, code };
}

/**
 * LD_BUFFER of a word a lane where all lanes execute and their offsets follow each other: one look at the buffer, one at
 * the page. Rows of offsets and of handles, register; 0 also where they do not.
 */
function bufferRow(): FunctionBody {
  const expected = (q: number): number[] =>
    v('i32x4.add', v('i32x4.splat', get(AT)), vector(16 * q, 16 * q + 4, 16 * q + 8, 16 * q + 12));
  const low = i(W.add, get(AT), load32(FILE_MEMORY, get(BUFFER), BUFFERS + 8));
  const code = join(
    fail(i(W.ne, get(ACTIVE), int(ALL_LANES))),
    set(AT, load32(FILE_MEMORY, get(OFFSET))),
    fail(any(QUADS.map((q) => v('v128.xor', load128(FILE_MEMORY, get(OFFSET), 16 * q), expected(q))))),
    findBuffer(),
    fail(i(W.ltU, get(SIZE), int(ROW_BYTES))),
    fail(i(W.gtU, get(AT), i(W.sub, get(SIZE), int(ROW_BYTES)))),
    set(N, low),
    fail(i(W.and, get(N), int(3))),
    fail(i(W.gtU, i(W.and, get(N), int(PAGE_MASK)), int(PAGE_MASK + 1 - ROW_BYTES))),
    set(AT, i(W.add, load32(FILE_MEMORY, get(BUFFER), BUFFERS + 12), i(W.ltU, get(N), get(AT)))),
    lookUp(ACCESS.READ, get(N), get(AT)),
    set(N, inPage(get(N))),
    ...QUADS.map((q) => store128(FILE_MEMORY, get(TARGET), load128(RAM_MEMORY, get(N), 16 * q), 16 * q)),
    int(1),
  );
  return { type: FOUR_I32, locals: LOCALS, code };
}

/** LEA_BUFFER into a pair of registers: rows of offsets and of handles, first register, lanes. */
function bufferPointers(): FunctionBody {
  const put = (value: Code, offset: number, q: number): number[] =>
    store128(
      FILE_MEMORY,
      get(TARGET),
      v('v128.bitselect', value, load128(FILE_MEMORY, get(TARGET), offset), get(MASKS + q)),
      offset,
    );
  const code = join(
    findBuffer(),
    ...QUADS.map((q) => {
      const inside = v('i32x4.lt_u', get(LOWS + q), v('i32x4.splat', get(SIZE)));
      return join(
        set(OUT, bufferLow(q)),
        set(HIGHS + q, v('v128.bitselect', bufferHigh(q), splat(DROPPED_HIGH), inside)),
        put(v('v128.and', get(OUT), inside), 16 * q, q),
        put(get(HIGHS + q), ROW_BYTES + 16 * q, q),
      );
    }),
    int(1),
  );
  return { type: FOUR_I32, locals: LOCALS, code };
}

/** Functions of a module by name; they are added when they are first asked for. */
export class AccessFunctions {
  readonly functions: FunctionBody[] = [];
  private readonly first: number;
  private readonly known = new Map<string, number>();

  /** `first`: number of the first function of the module that is not imported. */
  constructor(first: number) {
    this.first = first;
  }

  load(words: number): number {
    return this.number(`load${words}`, () => loadFunction(words));
  }

  store(words: number): number {
    return this.number(`store${words}`, () => storeFunction(words));
  }

  buffer(bytes: number): number {
    return this.number(`buffer${bytes}`, () => bufferAddresses(bytes));
  }

  bufferRow(): number {
    return this.number('bufferRow', bufferRow);
  }

  pointers(): number {
    return this.number('pointers', bufferPointers);
  }

  private number(name: string, make: () => FunctionBody): number {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const n = this.first + this.functions.length;
    this.functions.push(make());
    this.known.set(name, n);
    return n;
  }
}
