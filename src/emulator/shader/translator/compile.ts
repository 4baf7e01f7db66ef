/**
 * The WebAssembly module of a region: one function with its blocks in order. Forward branches leave nested blocks,
 * others go through a table of places. Lanes part and meet as engine.ts says: places of lanes that do not execute are
 * in a row of the register file, the lowest of them in a local, so that a loop that some lanes have left goes on
 * without looking at all lanes.
 *
 * The function returns how it ended (EXIT) and leaves the rest in the state row. The budget is looked at once per
 * block: where it does not reach to the end, the interpreter takes over.
 */
import { COST_WORD_SHIFT } from '../choices.ts';
import { CONSTANT_ROW, LANES, PLACE_ROW, STATE_ROW, WARP_ROW } from '../layout.ts';
import { KIND, type MicroOp } from '../micro-op.ts';
import { AccessFunctions, ADDRESS_HIGH, ADDRESS_LOW, laneBits, ROW_BYTES } from './access.ts';
import { canPrepare, constantOf, Quad, sourceOf, type Frame } from './quad.ts';
import type { Block, Region } from './region.ts';
import { floatTemplates, type Fusing, type Template } from './templates-float.ts';
import { INTEGER_TEMPLATES } from './templates-integer.ts';
import {
  branch,
  call,
  FILE_MEMORY,
  get,
  i,
  I32,
  int,
  join,
  jumpTable,
  lane,
  load128,
  moduleOf,
  set,
  shuffle,
  splat,
  store128,
  store32,
  tee,
  v,
  V128,
  W,
  type Code,
} from './wasm.ts';

/**
 * How translated code ended: at an instruction for the interpreter, a fault, the end of all lanes, where lanes meet
 * behind an instruction after which code may have changed, or all lanes behind a barrier.
 */
export const EXIT = { INTERPRET: 0, FAULT: 1, ENDED: 2, TURN: 3, BARRIER: 4 } as const;
/** Words of the state row. */
export const STATE = { PLACE: 0, ACTIVE: 1, BUDGET: 2, CYCLES: 3, LOADS: 4, STORES: 5, MOVED: 6, SELECTED: 7 } as const;
/** No place. */
export const NOWHERE = 0x7fff_ffff;
/** What the interpreter's message answers: done, fault, code or translations may have changed. */
export const ANSWER = { DONE: 0, FAULT: 1, CHANGED: 2 } as const;

// Parameters and locals.
const BASE = 0;
const PLACE = 1;
const ACTIVE = 2;
const ALIVE = 3;
const CANDIDATES = 4;
const OTHERS = 5;
const BUDGET = 6;
const CYCLES = 7;
const LOADS = 8;
const STORES = 9;
const FULL = 10;
const TURNED = 11;
const MOVED = 12;
const SELECTED = 13;
const TAKEN = 14;
const EXITED = 15;
const CHANGED = 16;
const INTS = 10;
const MASKS = 17;
const TESTS = 21;
const SCRATCH = 25;
const PARAMETERS = 7;

const QUADS = [0, 1, 2, 3] as const;
const PLACES = PLACE_ROW * ROW_BYTES;
const STATES = STATE_ROW * ROW_BYTES;

const IMPORTS = [
  { name: 'alu', type: { takes: [I32, I32, I32, I32], gives: [] } },
  { name: 'message', type: { takes: [I32, I32, I32], gives: [I32] } },
] as const;
const ALU = 0;
const MESSAGE = 1;

export interface Compiled {
  readonly bytes: Uint8Array;
  /** Places of the instructions that the interpreter's functions execute, by their number. */
  readonly slow: readonly number[];
}

export interface CompileOptions {
  readonly fusing: Fusing;
  /** The program has float modes: its float instructions are the interpreter's. */
  readonly floatMode: boolean;
}

/** Most instructions of a loop whose registers are locals (chosen: more would not stay in machine registers). */
const LONGEST_LOOP = 64;

/** Words of a load or store that has a fast way, 0 for none. */
const WIDTH: Readonly<Record<string, number>> = { i32: 1, i64: 2, i96: 3, i128: 4 };

export function compile(region: Region, I: Int32Array, options: CompileOptions): Compiled {
  return new Compiler(region, I, options).module();
}

class Compiler {
  private readonly region: Region;
  private readonly I: Int32Array;
  private readonly options: CompileOptions;
  private readonly templates: Readonly<Record<string, Template>>;
  private readonly access = new AccessFunctions(IMPORTS.length + 1);
  private readonly slow: number[] = [];
  private vectors = 0;
  private readonly frame: Frame;
  /** Labels inside the code of a block, and the block. */
  private depth = 0;
  private number = 0;
  /** Instructions and cycles not yet counted. */
  private instructions = 0;
  private cost = 0;

  constructor(region: Region, I: Int32Array, options: CompileOptions) {
    this.region = region;
    this.I = I;
    this.options = options;
    this.templates = { ...INTEGER_TEMPLATES, ...floatTemplates(options.fusing) };
    this.frame = {
      base: BASE,
      full: FULL,
      masks: MASKS,
      vector: (n) => {
        this.vectors = Math.max(this.vectors, n + 1);
        return SCRATCH + n;
      },
    };
  }

  module(): Compiled {
    const code = this.run();
    const locals = [...Array<number>(INTS).fill(I32), ...Array<number>(8 + this.vectors).fill(V128)];
    const type = { takes: Array<number>(PARAMETERS).fill(I32), gives: [I32] };
    const bytes = moduleOf(IMPORTS, [{ type, locals, code, name: 'run' }, ...this.access.functions]);
    return { bytes, slow: this.slow };
  }

  private run(): number[] {
    const { blocks, leaders } = this.region;
    const count = blocks.length;
    const table = Array.from(leaders, (n) => (n < 0 ? count : n));
    const parts: Code[] = [...blocks.map(() => W.block), jumpTable(get(PLACE), table, count)];
    blocks.forEach((block, k) => {
      this.number = k;
      parts.push(W.end, this.block(block));
    });
    const body = join(...parts);
    const interpret = join(set(EXITED, int(EXIT.INTERPRET)), branch(2));
    return join(
      set(TURNED, int(NOWHERE)),
      set(SELECTED, int(NOWHERE)),
      this.activate(),
      W.block,
      W.loop,
      W.block,
      W.block,
      body,
      W.end,
      interpret,
      W.end,
      this.select(),
      branch(0),
      W.end,
      W.end,
      this.leave(),
    );
  }

  /** What follows from ACTIVE. */
  private activate(): number[] {
    return join(
      set(FULL, i(W.eq, get(ACTIVE), get(ALIVE))),
      ...QUADS.map((q) => set(MASKS + q, laneBits(get(ACTIVE), q))),
    );
  }

  /** Executing lanes that went past a reconvergence have their place there. */
  private settle(): number[] {
    return join(
      i(W.ne, get(TURNED), int(NOWHERE)),
      W.if,
      ...QUADS.map((q) => {
        const old = load128(FILE_MEMORY, int(0), PLACES + 16 * q);
        const value = v('v128.bitselect', v('i32x4.splat', get(TURNED)), old, get(MASKS + q));
        return store128(FILE_MEMORY, int(0), value, PLACES + 16 * q);
      }),
      set(MOVED, i(W.or, get(MOVED), get(ACTIVE))),
      set(TURNED, int(NOWHERE)),
      W.end,
    );
  }

  /** The lanes with the lowest place execute; OTHERS is the lowest of the rest. */
  private select(): number[] {
    const place = (q: number): number => SCRATCH + q;
    this.frame.vector(4);
    const lowest = (): number[] => {
      const two = v('i32x4.min_s', get(place(0)), get(place(1)));
      const four = v('i32x4.min_s', two, v('i32x4.min_s', get(place(2)), get(place(3))));
      const swap = (distance: number): number[] => Array.from({ length: 16 }, (_, b) => (b + 4 * distance) & 15);
      const all = join(
        set(SCRATCH + 4, four),
        set(SCRATCH + 4, this.lesser(swap(2))),
        set(SCRATCH + 4, this.lesser(swap(1))),
      );
      return join(all, lane(0, get(SCRATCH + 4)));
    };
    const chosen = (q: number): number[] => v('i32x4.eq', get(place(q)), v('i32x4.splat', get(PLACE)));
    return join(
      this.settle(),
      ...QUADS.map((q) =>
        set(
          place(q),
          v(
            'v128.bitselect',
            load128(FILE_MEMORY, int(0), PLACES + 16 * q),
            splat(NOWHERE),
            laneBits(get(CANDIDATES), q),
          ),
        ),
      ),
      set(PLACE, lowest()),
      set(SELECTED, get(PLACE)),
      set(ACTIVE, bitsOf(chosen)),
      ...QUADS.map((q) => set(place(q), v('v128.bitselect', splat(NOWHERE), get(place(q)), chosen(q)))),
      set(OTHERS, lowest()),
      this.activate(),
    );
  }

  private lesser(bytes: readonly number[]): number[] {
    const x = get(SCRATCH + 4);
    return v('i32x4.min_s', x, shuffle(x, x, bytes));
  }

  private leave(): number[] {
    const state = (word: number, local: number): number[] =>
      store32(FILE_MEMORY, int(0), get(local), STATES + 4 * word);
    return join(
      this.settle(),
      state(STATE.PLACE, PLACE),
      state(STATE.ACTIVE, ACTIVE),
      state(STATE.BUDGET, BUDGET),
      state(STATE.CYCLES, CYCLES),
      state(STATE.LOADS, LOADS),
      state(STATE.STORES, STORES),
      state(STATE.MOVED, MOVED),
      state(STATE.SELECTED, SELECTED),
      get(EXITED),
    );
  }

  private within(test: Code, then: () => Code): number[] {
    this.depth++;
    const code = join(test, W.if, then(), W.end);
    this.depth--;
    return code;
  }

  private get rest(): number {
    return this.region.blocks.length - this.number + this.depth;
  }

  private exit(how: number, place: number): number[] {
    return join(set(PLACE, int(place)), set(EXITED, int(how)), branch(this.rest + 2));
  }

  private toSelect(): number[] {
    return branch(this.rest);
  }

  private go(place: number): number[] {
    const { leaders, span } = this.region;
    const to = place >= 0 && place < span ? leaders[place]! : -1;
    if (to < 0) return this.exit(EXIT.INTERPRET, place);
    if (to > this.number) return branch(to - this.number - 1 + this.depth);
    return join(set(PLACE, int(place)), branch(this.rest + 1));
  }

  /** As `go`, after an instruction at which lanes meet. */
  private turn(place: number): number[] {
    return join(
      this.meet(place, () => []),
      this.go(place),
    );
  }

  /** Lanes meet at a place: others may be next, after `store`. */
  private meet(place: number, store: () => Code): number[] {
    return this.within(i(W.eqz, get(FULL)), () =>
      join(
        set(TURNED, int(place)),
        set(SELECTED, int(place)),
        this.within(i(W.geS, int(place), get(OTHERS)), () => join(store(), this.toSelect())),
      ),
    );
  }

  private count(): number[] {
    if (this.instructions === 0) return [];
    const code = join(
      set(BUDGET, i(W.sub, get(BUDGET), int(this.instructions))),
      set(CYCLES, i(W.add, get(CYCLES), int(this.cost))),
    );
    this.instructions = 0;
    this.cost = 0;
    return code;
  }

  private block(block: Block): number[] {
    const chain = this.chainAt(this.number);
    if (chain !== undefined) return this.loop(chain);
    const { start, ops, end } = block;
    const parts: Code[] = [];
    if (ops.length > 0) {
      parts.push(this.within(i(W.ltS, get(BUDGET), int(ops.length)), () => this.exit(EXIT.INTERPRET, start)));
    }
    let run: MicroOp[] = [];
    const flush = (test?: MicroOp): void => {
      if (run.length > 0 || test !== undefined) parts.push(this.arithmetic(run, test));
      run = [];
    };
    ops.forEach((op, n) => {
      const place = start + n;
      this.instructions++;
      this.cost += op.cost;
      if (op.kind === KIND.MESSAGE) {
        flush();
        parts.push(this.message(op, place, end === 'turn' && n === ops.length - 1));
      } else if (op.kind === KIND.ALU) {
        if (this.hasTemplate(op)) run.push(op);
        else {
          flush();
          parts.push(call(ALU, int(this.slowNumber(place)), get(BASE), get(ACTIVE), get(FULL)));
        }
      } else if (op.kind === KIND.BRANCH) {
        if (constantOf(this.I, op, 0) === undefined) flush(op);
      }
    });
    flush();
    parts.push(this.count(), this.ending(ops, start + ops.length, end));
    return join(...parts);
  }

  /**
   * Blocks from number k on that follow each other, the last of which goes back to the first, without anything that
   * needs registers in the file: a loop whose registers are locals.
   */
  private chainAt(k: number): readonly Block[] | undefined {
    const { blocks } = this.region;
    const first = blocks[k]!;
    const chain: Block[] = [];
    let count = 0;
    for (let n = k; n < blocks.length; n++) {
      const block = blocks[n]!;
      const { start, ops, end } = block;
      if (start !== first.start + count || !['fall', 'turn', 'branch'].includes(end)) return undefined;
      for (const op of ops)
        if (op.kind === KIND.MESSAGE || (op.kind === KIND.ALU && !this.hasTemplate(op))) return undefined;
      chain.push(block);
      count += ops.length;
      if (count > LONGEST_LOOP) return undefined;
      const last = ops.at(-1);
      if (end !== 'branch' || last === undefined) continue;
      if (constantOf(this.I, last, 0) !== undefined) return undefined;
      if (start + ops.length + last.imm === first.start) return chain;
    }
    return undefined;
  }

  /** A loop of blocks with its registers in locals; they are written back on every way out. */
  private loop(chain: readonly Block[]): number[] {
    const dry = new Quad(0, { ...this.frame, vector: () => SCRATCH }, this.I);
    for (const { ops, end } of chain) {
      for (const op of ops) if (op.kind === KIND.ALU) this.one(dry, op);
      if (end === 'branch') {
        dry.op = ops.at(-1)!;
        dry.s(0);
      }
    }
    let next = 0;
    const frame: Frame = { ...this.frame, vector: () => this.frame.vector(next++) };
    const quads = QUADS.map((q) => new Quad(q, frame, this.I));
    for (const q of quads) q.hoist(dry.used);
    const before = quads.flatMap((q) => q.take());
    const store = (): Code => quads.flatMap((q) => q.store());
    const first = chain[0]!.start;
    this.depth++;
    const label = this.depth;
    const body: Code[] = [];
    for (const { start, ops, end } of chain) {
      const after = start + ops.length;
      body.push(
        this.within(i(W.ltS, get(BUDGET), int(ops.length)), () => join(store(), this.exit(EXIT.INTERPRET, start))),
      );
      for (const op of ops) {
        this.instructions++;
        this.cost += op.cost;
      }
      const test = end === 'branch' ? ops.at(-1)! : undefined;
      for (const [n, q] of quads.entries()) {
        for (const op of ops) if (op.kind === KIND.ALU) this.one(q, op);
        if (test !== undefined) {
          q.op = test;
          q.put(TESTS + n, zeroTest(q, test));
        }
        body.push(q.take());
      }
      body.push(this.count());
      if (end === 'turn') body.push(this.meet(after, store));
      if (test === undefined) continue;
      const target = after + test.imm;
      const leave = (place: number): Code => join(store(), test.turn ? this.turn(place) : this.go(place));
      body.push(this.taken());
      if (target !== first) {
        // All stay, or some or all leave.
        body.push(
          this.within(get(TAKEN), () =>
            join(
              this.within(i(W.eq, get(TAKEN), get(ACTIVE)), () => leave(target)),
              store(),
              this.part(after, target),
            ),
          ),
          test.turn ? this.meet(after, store) : [],
        );
        continue;
      }
      const out = join(
        this.within(i(W.eqz, get(TAKEN)), () => leave(after)),
        store(),
        this.part(after, target),
      );
      body.push(
        this.within(i(W.eq, get(TAKEN), get(ACTIVE)), () =>
          join(
            test.turn ? this.meet(first, store) : [],
            quads.flatMap((q) => {
              q.again();
              return q.take();
            }),
            branch(this.depth - label),
          ),
        ),
        out,
      );
    }
    this.depth--;
    return join(before, W.loop, ...body, W.end);
  }

  /** Number of an instruction for the interpreter's functions. */
  private slowNumber(place: number): number {
    this.slow.push(place);
    return this.slow.length - 1;
  }

  private ending(ops: readonly MicroOp[], next: number, end: Block['end']): number[] {
    const last = ops.at(-1);
    switch (end) {
      case 'hard':
        return this.exit(EXIT.INTERPRET, next);
      case 'fall':
        return this.go(next);
      case 'turn':
        return this.turn(next);
      case 'end':
      case 'barrier':
        return join(
          this.within(get(FULL), () => this.exit(end === 'end' ? EXIT.ENDED : EXIT.BARRIER, next)),
          // Some lanes only: the interpreter does it, as if nothing had happened.
          set(BUDGET, i(W.add, get(BUDGET), int(1))),
          set(CYCLES, i(W.sub, get(CYCLES), int(last!.cost))),
          this.exit(EXIT.INTERPRET, next - 1),
        );
      case 'branch':
        return this.branching(last!, next);
    }
  }

  private branching(op: MicroOp, next: number): number[] {
    const target = next + op.imm;
    const to = (place: number): number[] => (op.turn ? this.turn(place) : this.go(place));
    const constant = constantOf(this.I, op, 0);
    if (constant !== undefined) return to(zeroPart(op, constant) === op.flag ? target : next);
    return join(
      this.taken(),
      this.within(i(W.eqz, get(TAKEN)), () => to(next)),
      this.within(i(W.eq, get(TAKEN), get(ACTIVE)), () => to(target)),
      this.part(next, target),
    );
  }

  /** Executing lanes that take the branch whose tests were made. */
  private taken(): number[] {
    const tests = bitsOf((q) => get(TESTS + q));
    return set(TAKEN, i(W.and, tests, get(ACTIVE)));
  }

  /** Lanes go different ways. */
  private part(next: number, target: number): number[] {
    const places = QUADS.flatMap((q) => {
      const goes = v('v128.bitselect', splat(target), splat(next), get(TESTS + q));
      const old = load128(FILE_MEMORY, int(0), PLACES + 16 * q);
      return store128(FILE_MEMORY, int(0), v('v128.bitselect', goes, old, get(MASKS + q)), PLACES + 16 * q);
    });
    return join(places, set(MOVED, i(W.or, get(MOVED), get(ACTIVE))), set(TURNED, int(NOWHERE)), this.toSelect());
  }

  private hasTemplate(op: MicroOp): boolean {
    if (op.counter || (op.float !== 0 && this.options.floatMode)) return false;
    if (!Object.hasOwn(this.templates, op.name)) return false;
    const wide = op.wide;
    for (let n = 0; n < 4; n++) if (!canPrepare(sourceOf(op, n)[2], wide)) return false;
    // What a template refuses depends on the instruction alone.
    const probe = new Quad(0, { ...this.frame, vector: () => SCRATCH }, this.I);
    probe.op = op;
    return this.templates[op.name]!(probe, op) !== undefined;
  }

  /** A run of arithmetic, then the test of a branch. */
  private arithmetic(run: readonly MicroOp[], test: MicroOp | undefined): number[] {
    return QUADS.flatMap((quarter) => {
      const q = new Quad(quarter, this.frame, this.I);
      for (const op of run) this.one(q, op);
      if (test === undefined) return q.finish();
      q.op = test;
      q.put(TESTS + quarter, zeroTest(q, test));
      return q.finish();
    });
  }

  private one(q: Quad, op: MicroOp): void {
    q.op = op;
    const result = this.templates[op.name]!(q, op)!;
    const [low, high] = isPair(result) ? [q.keep(result[0]), q.keep(result[1])] : [result, undefined];
    // The interpreter writes halves for executing lanes only, whole registers for all lanes while none waits.
    const part = op.halves === 3 ? undefined : op.halves === 1 ? 0xffff : ~0xffff;
    q.write(op.dst, part === undefined ? low : q.partly(op.dst, low, part));
    if (high !== undefined) q.write(op.dst + LANES, part === undefined ? high : q.partly(op.dst + LANES, high, -1));
  }

  /** A message: the fast way where there is one, else or when that gives up the interpreter's. */
  private message(op: MicroOp, place: number, turns: boolean): number[] {
    const slowly = (): number[] => this.slowMessage(place);
    const fast = this.fast(op);
    const counted = this.count();
    const loads = (op.access & 1) !== 0 ? set(LOADS, i(W.add, get(LOADS), int(1))) : [];
    const stores = (op.access & 2) !== 0 ? set(STORES, i(W.add, get(STORES), int(1))) : [];
    if (fast === undefined) return join(counted, slowly(), loads, stores, this.leaveIfChanged(place, turns));
    this.depth++;
    const code = join(
      counted,
      fast.prepare,
      fast.done,
      W.if,
      fast.words === 0 ? [] : set(CYCLES, i(W.add, get(CYCLES), i(W.mul, i(W.popcnt, get(ACTIVE)), int(fast.words)))),
      loads,
      stores,
      W.else,
      slowly(),
      loads,
      stores,
      this.leaveIfChanged(place, turns),
      W.end,
    );
    this.depth--;
    return code;
  }

  private slowMessage(place: number): number[] {
    return join(
      set(CHANGED, call(MESSAGE, int(this.slowNumber(place)), get(BASE), get(ACTIVE))),
      this.within(i(W.eq, get(CHANGED), int(ANSWER.FAULT)), () => this.exit(EXIT.FAULT, place)),
    );
  }

  /** Code that may have changed is not executed any further here. Where lanes meet, they meet first. */
  private leaveIfChanged(place: number, turns: boolean): number[] {
    return this.within(get(CHANGED), () => this.exit(turns ? EXIT.TURN : EXIT.INTERPRET, place + 1));
  }

  /** Code before the call of an access function, the call, and words that each lane moves. */
  private fast(op: MicroOp): { prepare: Code; done: Code; words: number } | undefined {
    const [name = '', size = ''] = op.name.split('.');
    const words = WIDTH[size] ?? 0;
    const bytes = words * 4;
    const a = this.rowOf(op, 0);
    if (a === undefined || op.counter) return undefined;
    const loads = words > 0 && op.outCount === words && (words > 1 || op.lane === 0);
    if (name === 'LOAD' || name === 'STORE') {
      const stores = words > 0 && op.inCount === words;
      if (name === 'LOAD' ? !loads : !stores) return undefined;
      const at = this.addresses(op, a);
      const register = i(W.add, get(BASE), int(4 * (name === 'LOAD' ? op.out : op.in)));
      const fn = name === 'LOAD' ? this.access.load(words) : this.access.store(words);
      return {
        prepare: at.prepare,
        done: call(fn, at.low, at.high, register, get(ACTIVE)),
        words: bytes >>> COST_WORD_SHIFT,
      };
    }
    const b = this.rowOf(op, 1);
    if (b === undefined) return undefined;
    const register = i(W.add, get(BASE), int(4 * op.out));
    if (name === 'LEA_BUFFER' && op.outCount === 2) {
      return { prepare: b.prepare, done: call(this.access.pointers(), a.at, b.at, register, get(ACTIVE)), words: 0 };
    }
    if (name !== 'LD_BUFFER' || !loads) return undefined;
    const find = call(this.access.buffer(bytes), a.at, b.at, int(0), get(ACTIVE));
    const load = call(this.access.load(words), int(ADDRESS_LOW), int(ADDRESS_HIGH), register, get(ACTIVE));
    const both = join(find, [0x04, I32], load, W.else, int(0), W.end);
    return { prepare: join(a.prepare, b.prepare), done: both, words };
  }

  /** Address of a source's row; a constant is put into a row of its own first. */
  private rowOf(op: MicroOp, n: number): { prepare: Code; at: Code } | undefined {
    const [row, mask, prep] = sourceOf(op, n);
    if (prep !== undefined) return undefined;
    if (mask !== 0) return { prepare: [], at: i(W.add, get(BASE), int(4 * row)) };
    if (row < CONSTANT_ROW * LANES || row >= WARP_ROW * LANES) return { prepare: [], at: int(4 * row) };
    if (n === 0) return undefined;
    const prepare = QUADS.flatMap((q) => store128(FILE_MEMORY, int(0), splat(this.I[row]!), ADDRESS_LOW + 16 * q));
    return { prepare, at: int(ADDRESS_LOW) };
  }

  /** Rows of addresses: the source's own, or with the offset of the instruction added. */
  private addresses(op: MicroOp, a: { at: Code }): { prepare: Code; low: Code; high: Code } {
    const highRow = i(W.add, a.at, int(ROW_BYTES));
    if (op.imm === 0) return { prepare: [], low: a.at, high: highRow };
    this.frame.vector(1);
    const prepare = QUADS.flatMap((q) => {
      const low = load128(FILE_MEMORY, a.at, 16 * q);
      const high = load128(FILE_MEMORY, highRow, 16 * q);
      const sum = tee(SCRATCH + 1, v('i32x4.add', tee(SCRATCH, low), splat(op.imm)));
      // A carry is a mask of -1; a borrow of a negative offset subtracts.
      const carried =
        op.imm > 0
          ? v('i32x4.sub', high, v('i32x4.lt_u', get(SCRATCH + 1), get(SCRATCH)))
          : v('i32x4.add', high, v('i32x4.gt_u', get(SCRATCH + 1), get(SCRATCH)));
      return join(
        store128(FILE_MEMORY, int(0), sum, ADDRESS_LOW + 16 * q),
        store128(FILE_MEMORY, int(0), carried, ADDRESS_HIGH + 16 * q),
      );
    });
    return { prepare, low: int(ADDRESS_LOW), high: int(ADDRESS_HIGH) };
  }
}

const isPair = (x: Code | readonly [Code, Code]): x is readonly [Code, Code] => typeof x[0] === 'object';

/** Which part of a word a branch looks at: all of it, the low or the high half. */
const COMBINE_MASK = 7;
const COMBINE_HIGH = 2;

function zeroPart(op: MicroOp, word: number): boolean {
  const part = op.select & COMBINE_MASK;
  return (part === 0 ? word : part === COMBINE_HIGH ? word >>> 16 : word & 0xffff) === 0;
}

/** Lanes that take a branch, if they execute. */
function zeroTest(q: Quad, op: MicroOp): Code {
  const part = op.select & COMBINE_MASK;
  const x = q.s(0);
  const value = part === 0 ? x : part === COMBINE_HIGH ? v('i32x4.shr_u', x, int(16)) : v('i32x4.shl', x, int(16));
  return v(op.flag ? 'i32x4.eq' : 'i32x4.ne', value, splat(0));
}

/** A bit for each of 16 lanes. */
function bitsOf(mask: (q: number) => Code): number[] {
  return QUADS.map((q) => {
    const four = v('i32x4.bitmask', mask(q));
    return q === 0 ? four : i(W.shl, four, int(4 * q));
  }).reduce((sum, x) => i(W.or, sum, x));
}
