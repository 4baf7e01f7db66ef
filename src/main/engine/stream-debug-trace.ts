/** The last instructions that streams executed, in a ring of numbers: recording one allocates nothing. */
import { disassembleWord } from '../../spec/cs/disassemble.ts';
import type { TraceEntry } from '../../protocol/stream-debug.ts';
import { wordText } from './stream-debug-state.ts';

const ARCH = 10;

export class StreamTrace {
  private readonly size: number;
  /** Per entry: stream, low and high word of the instruction. */
  private readonly words: Int32Array;
  /** Per entry: virtual time, address, number of the instruction. */
  private readonly numbers: Float64Array;
  private count = 0;

  /** Keeps `size` instructions. */
  constructor(size: number) {
    this.size = size;
    this.words = new Int32Array(size * 3);
    this.numbers = new Float64Array(size * 3);
  }

  /** An instruction is looked at. One that is looked at again after a wait is the same, at a later time. */
  note(timeNs: number, cs: number, pc: number, instruction: number, lo: number, hi: number): void {
    const { words, numbers } = this;
    const last = ((this.count + this.size - 1) % this.size) * 3;
    const again = this.count > 0 && words[last] === cs && numbers[last + 2] === instruction && numbers[last + 1] === pc;
    const at = again ? last : (this.count++ % this.size) * 3;
    words[at] = cs;
    words[at + 1] = lo;
    words[at + 2] = hi;
    numbers[at] = timeNs;
    numbers[at + 1] = pc;
    numbers[at + 2] = instruction;
  }

  /** The newest `last` of a stream (undefined: of all), oldest first. */
  entries(last: number, cs: number | undefined): TraceEntry[] {
    const found: TraceEntry[] = [];
    const oldest = Math.max(0, this.count - this.size);
    for (let i = this.count - 1; i >= oldest && found.length < last; i--) {
      const at = (i % this.size) * 3;
      const lo = this.words[at + 1]!;
      const hi = this.words[at + 2]!;
      const stream = this.words[at]!;
      if (cs !== undefined && stream !== cs) continue;
      found.push({
        timeNs: this.numbers[at]!,
        cs: stream,
        pc: this.numbers[at + 1]!,
        instruction: this.numbers[at + 2]!,
        word: wordText(lo, hi),
        text: disassembleWord(lo, hi, ARCH).text,
      });
    }
    return found.reverse();
  }
}
