/**
 * Numbers what repeats: who, where and why of register accesses (writer.ts). Open addressing in typed arrays, so that
 * asking for a known triple allocates nothing.
 */

/** Triples of words and the number each was given: an open hash over typed arrays that grows as needed. */
export class Triples {
  private words: Int32Array;
  private slots: Int32Array;
  private stamps: Int32Array;
  private stamp = 1;
  size = 0;

  /** Room for `capacity` triples to begin with, a power of two. */
  constructor(capacity: number) {
    this.words = new Int32Array(capacity * 3);
    this.slots = new Int32Array(capacity * 2);
    this.stamps = new Int32Array(capacity * 2);
  }

  clear(): void {
    this.stamp++;
    this.size = 0;
  }

  /** The number of a triple, from 0 in the order they came; `size` has grown when it is new. */
  add(a: number, b: number, c: number): number {
    const { words, slots, stamps, stamp } = this;
    const mask = slots.length - 1;
    let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
    h ^= h >>> 15;
    let at = h & mask;
    for (; stamps[at] === stamp; at = (at + 1) & mask) {
      const n = slots[at]!;
      if (words[n * 3] === a && words[n * 3 + 1] === b && words[n * 3 + 2] === c) return n;
    }
    const n = this.size++;
    stamps[at] = stamp;
    slots[at] = n;
    words[n * 3] = a;
    words[n * 3 + 1] = b;
    words[n * 3 + 2] = c;
    if (n * 3 + 3 === words.length) this.grow();
    return n;
  }

  /** Word 0, 1 or 2 of a triple by its number. */
  word(n: number, which: 0 | 1 | 2): number {
    return this.words[n * 3 + which]!;
  }

  private grow(): void {
    const { words, size } = this;
    this.words = new Int32Array(words.length * 2);
    this.slots = new Int32Array(this.slots.length * 2);
    this.stamps = new Int32Array(this.slots.length);
    this.stamp = 1;
    this.size = 0;
    for (let n = 0; n < size; n++) this.add(words[n * 3]!, words[n * 3 + 1]!, words[n * 3 + 2]!);
  }
}
