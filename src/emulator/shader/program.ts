/**
 * Decoded code, page by page of RAM: an instruction is decoded when it is first executed and forgotten when its page
 * is written to. A cache, never state.
 */
import type { Memory } from '../wiring.ts';
import { lower, type MicroOp } from './micro-op.ts';
import type { ConstantPool } from './sources.ts';

const PAGE_SHIFT = 12;
/** Instructions of a page. */
export const PAGE_INSTRUCTIONS = 512;

export type CodePage = (MicroOp | undefined)[];

export class Programs {
  /** Grows whenever decoded pages were forgotten: pages held outside are stale then. */
  epoch = 0;
  private readonly memory: Memory;
  private readonly pool: ConstantPool;
  private readonly pages = new Map<number, CodePage>();

  constructor(memory: Memory, pool: ConstantPool) {
    this.memory = memory;
    this.pool = pool;
    memory.onCodeWrite((page) => {
      if (this.pages.delete(page)) this.epoch++;
    });
  }

  /** The decoded page that holds the byte at an offset into RAM. */
  page(offset: number): CodePage {
    const number = offset >>> PAGE_SHIFT;
    const known = this.pages.get(number);
    if (known !== undefined) return known;
    const page: CodePage = Array.from({ length: PAGE_INSTRUCTIONS }, () => undefined);
    this.pages.set(number, page);
    this.memory.holdCode(number);
    return page;
  }

  /** Decodes the instruction at an offset into RAM. Room for its constants may cost all pages: look at `epoch`. */
  decode(offset: number): MicroOp {
    if (this.pool.full) {
      this.pages.clear();
      this.pool.clear();
      this.epoch++;
    }
    const { ram32 } = this.memory;
    const op = lower(ram32[offset >>> 2]!, ram32[(offset >>> 2) + 1]!, this.pool);
    this.page(offset)[(offset >>> 3) & (PAGE_INSTRUCTIONS - 1)] = op;
    return op;
  }
}
