/** The fast ways of messages: calls of the functions of access.ts, where an instruction has one. */
import { COST_WORD_SHIFT } from '../choices.ts';
import { CONSTANT_ROW, LANES, WARP_ROW } from '../layout.ts';
import type { MicroOp } from '../micro-op.ts';
import { ADDRESS_HIGH, ADDRESS_LOW, ROW_BYTES, type AccessFunctions } from './access.ts';
import { ACTIVE, BASE, QUADS, SCRATCH } from './frame.ts';
import { sourceOf, type Frame } from './quad.ts';
import { call, FILE_MEMORY, get, i, I32, int, join, load128, splat, store128, tee, v, W, type Code } from './wasm.ts';

/** Words of a load or store that has a fast way, 0 for none. */
const WIDTH: Readonly<Record<string, number>> = { i32: 1, i64: 2, i96: 3, i128: 4 };

export class FastMessages {
  private readonly access: AccessFunctions;
  private readonly I: Int32Array;
  private readonly frame: Frame;

  constructor(access: AccessFunctions, I: Int32Array, frame: Frame) {
    this.access = access;
    this.I = I;
    this.frame = frame;
  }

  /** Code before the call of an access function, the call, and words that each lane moves. */
  fast(op: MicroOp): { prepare: Code; done: Code; words: number } | undefined {
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
    const either = (test: Code, yes: Code, no: Code): number[] => join(test, [0x04, I32], yes, W.else, no, W.end);
    const both = either(find, load, int(0));
    const done =
      words > 1 ? both : either(call(this.access.bufferRow(), a.at, b.at, register, get(ACTIVE)), int(1), both);
    return { prepare: join(a.prepare, b.prepare), done, words };
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
