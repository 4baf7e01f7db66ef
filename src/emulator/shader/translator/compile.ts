/**
 * The WebAssembly module of a region: one function with its blocks in order. Forward branches leave nested blocks,
 * others go through a table of places. Lanes part and meet as engine.ts says: places of lanes that do not execute are
 * in a row of the register file, the lowest of them in a local, so that a loop that some lanes have left goes on
 * without looking at all lanes.
 *
 * The function returns how it ended (EXIT) and leaves the rest in the state row. The budget is looked at once per
 * block: where it does not reach to the end, the interpreter takes over.
 */
import { LANES } from '../layout.ts';
import { KIND, type MicroOp } from '../micro-op.ts';
import { AccessFunctions } from './access.ts';
import { FastMessages } from './fast-messages.ts';
import {
  EXIT,
  NOWHERE,
  ANSWER,
  BASE,
  PLACE,
  ACTIVE,
  OTHERS,
  BUDGET,
  CYCLES,
  LOADS,
  STORES,
  FULL,
  TURNED,
  SELECTED,
  TAKEN,
  EXITED,
  CHANGED,
  INTS,
  MASKS,
  TESTS,
  SCRATCH,
  PARAMETERS,
  QUADS,
} from './frame.ts';
import { SELECT_VECTORS, activate, select, leave, taken, part } from './lanes.ts';
import { phaseFunction } from './phase.ts';
import { Quad, constantOf, sourceOf, canPrepare, zeroPart, zeroTest, type Frame } from './quad.ts';
import type { Block, Region } from './region.ts';
import { floatTemplates, type Fusing, type Template } from './templates-float.ts';
import { INTEGER_TEMPLATES } from './templates-integer.ts';
import { I32, V128, W, join, get, set, int, call, branch, i, jumpTable, moduleOf, type Code } from './wasm.ts';

const IMPORTS = [
  { name: 'alu', type: { takes: [I32, I32, I32, I32], gives: [] } },
  { name: 'message', type: { takes: [I32, I32, I32], gives: [I32] } },
] as const;
const ALU = 0;
const MESSAGE = 1;
const RUN = IMPORTS.length;

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

export function compile(region: Region, I: Int32Array, options: CompileOptions): Compiled {
  return new Compiler(region, I, options).module();
}

class Compiler {
  private readonly region: Region;
  private readonly I: Int32Array;
  private readonly options: CompileOptions;
  private readonly templates: Readonly<Record<string, Template>>;
  private readonly access = new AccessFunctions(IMPORTS.length + 2);
  private readonly messages: FastMessages;
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
    this.frame.vector(SELECT_VECTORS - 1);
    this.messages = new FastMessages(this.access, I, this.frame);
  }

  module(): Compiled {
    const code = this.run();
    const locals = [...Array<number>(INTS).fill(I32), ...Array<number>(8 + this.vectors).fill(V128)];
    const type = { takes: Array<number>(PARAMETERS).fill(I32), gives: [I32] };
    const bytes = moduleOf(IMPORTS, [
      { type, locals, code, name: 'run' },
      phaseFunction(RUN),
      ...this.access.functions,
    ]);
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
      activate(),
      W.block,
      W.loop,
      W.block,
      W.block,
      body,
      W.end,
      interpret,
      W.end,
      select(),
      branch(0),
      W.end,
      W.end,
      leave(),
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
      if (op.end && op.kind !== KIND.NOTHING) {
        // The end of some lanes only is the interpreter's.
        flush();
        parts.push(this.count());
        parts.push(this.within(i(W.eqz, get(FULL)), () => this.exit(EXIT.INTERPRET, place)));
      }
      this.instructions++;
      this.cost += op.cost;
      if (op.kind === KIND.MESSAGE) {
        flush();
        parts.push(this.message(op, place, n === ops.length - 1 ? end : 'fall'));
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
      body.push(taken());
      if (target !== first) {
        // All stay, or some or all leave.
        body.push(
          this.within(get(TAKEN), () =>
            join(
              this.within(i(W.eq, get(TAKEN), get(ACTIVE)), () => leave(target)),
              store(),
              part(after, target),
              this.toSelect(),
            ),
          ),
          test.turn ? this.meet(after, store) : [],
        );
        continue;
      }
      const out = join(
        this.within(i(W.eqz, get(TAKEN)), () => leave(after)),
        store(),
        part(after, target),
        this.toSelect(),
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
    if (end === 'end' && last!.kind !== KIND.NOTHING) return this.exit(EXIT.ENDED, next);
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
    if (constant !== undefined) return zeroPart(op, constant) === op.flag ? this.turn(target) : to(next);
    return join(
      taken(),
      this.within(i(W.eqz, get(TAKEN)), () => to(next)),
      this.within(i(W.eq, get(TAKEN), get(ACTIVE)), () => this.turn(target)),
      part(next, target),
      this.toSelect(),
    );
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
  private message(op: MicroOp, place: number, end: Block['end']): number[] {
    const slowly = (): number[] => this.slowMessage(place);
    const fast = this.messages.fast(op);
    const counted = this.count();
    const loads = (op.access & 1) !== 0 ? set(LOADS, i(W.add, get(LOADS), int(1))) : [];
    const stores = (op.access & 2) !== 0 ? set(STORES, i(W.add, get(STORES), int(1))) : [];
    if (fast === undefined) return join(counted, slowly(), loads, stores, this.leaveIfChanged(place, end));
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
      this.leaveIfChanged(place, end),
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
  private leaveIfChanged(place: number, end: Block['end']): number[] {
    if (end === 'end') return [];
    return this.within(get(CHANGED), () => this.exit(end === 'turn' ? EXIT.TURN : EXIT.INTERPRET, place + 1));
  }
}

const isPair = (x: Code | readonly [Code, Code]): x is readonly [Code, Code] => typeof x[0] === 'object';
