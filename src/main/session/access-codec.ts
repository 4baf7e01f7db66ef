/**
 * Register accesses as chunks: 256 accesses become one row of the database, in columns of decimal digits of fixed
 * width that plain SQL takes apart again with substr and CAST (schema.ts). That is what makes a session small and
 * fast to write and still readable with any SQLite tool.
 *
 * A column holds, for each access, the difference to what is expected of it: `seq` and time go up by a step, the
 * rest stays near its least value. A column whose differences are all 0 has width 0 and no digits at all, so that a
 * driver that polls a register costs almost nothing. What repeats (register, value) is kept once in a dictionary of
 * the chunk, when that is smaller.
 */
import { ACCESS_WORDS } from '../../protocol/records.ts';
import { TWO32 } from '../../base/bits.ts';

/** Accesses of a chunk. The digits of a chunk must stay well below a page, which SQLite copies for each access. */
export const CHUNK = 256;

const ZERO = 48;
const TEN = 10;
/** Digits of the largest integer a column may hold (2^53). */
const MOST_DIGITS = 16;

const POWERS = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, i) => 10 ** i);

/** A column: value i is `base + i * step + digits[i]`. */
export interface Column {
  readonly base: number;
  readonly step: number;
  readonly width: number;
  readonly digits: Uint8Array;
}

export interface Chunk {
  readonly count: number;
  readonly lastSeq: number;
  readonly minNs: number;
  readonly maxNs: number;
  readonly seq: Column;
  readonly time: Column;
  /** Which entry an access has: step 1 when each has its own. */
  readonly entry: Column;
  readonly kind: Column;
  readonly value: Column;
  readonly old: Column;
  /** 1 when the old value is the value in all entries. */
  readonly oldSame: 0 | 1;
}

function digitsOf(largest: number): number {
  let width = 0;
  while (largest >= POWERS[width]!) width++;
  return largest === 0 ? 0 : width;
}

/** All groups of four digits, one after the other. */
const GROUP_DIGITS = 4;
const GROUP = 10 ** GROUP_DIGITS;
const GROUPS = Uint8Array.from({ length: GROUP * GROUP_DIGITS }, (_, i) => {
  return ZERO + (Math.floor((i >> 2) / 10 ** (3 - (i & 3))) % TEN);
});
/** What two groups hold. */
const LOWER = GROUP * GROUP;

/** Writes a number below 2^31 with `width` digits. */
function put(out: Uint8Array, at: number, width: number, value: number): void {
  let n = value;
  let p = at + width;
  while (p - at >= GROUP_DIGITS) {
    const q = (n / GROUP) | 0;
    const g = (n - q * GROUP) << 2;
    p -= GROUP_DIGITS;
    out[p] = GROUPS[g]!;
    out[p + 1] = GROUPS[g + 1]!;
    out[p + 2] = GROUPS[g + 2]!;
    out[p + 3] = GROUPS[g + 3]!;
    n = q;
  }
  for (let k = (n << 2) + 3; p > at; k--) out[--p] = GROUPS[k]!;
}

/** The same for any number below 2^53. */
function putLarge(out: Uint8Array, at: number, width: number, value: number): void {
  let v = value;
  for (let p = at + width - 1; p >= at; p--) {
    const q = Math.floor(v / TEN);
    out[p] = ZERO + (v - q * TEN);
    v = q;
  }
}

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

/** Turns records of ACCESS_WORDS words into chunks. One encoder may be used again and again. */
export class ChunkEncoder {
  private readonly numbers = new Float64Array(CHUNK);
  private readonly ints = new Int32Array(CHUNK);
  private minNs = 0;
  private maxNs = 0;
  private readonly triples = new Triples(CHUNK * 2);
  private readonly entries = new Int32Array(CHUNK);
  private readonly buffer = new Uint8Array(CHUNK * MOST_DIGITS * 6);
  private used = 0;

  /** Encodes `count` records from word `at` on; `kinds[i]` is the kind of record i. The digits are valid until the next call. */
  encode(w: Int32Array, at: number, count: number, kinds: Int32Array): Chunk {
    this.used = 0;
    const { ints, triples, entries } = this;
    triples.clear();
    const firstNs = timeAt(w, at);
    const high = w[at + 2]!;
    const low = w[at + 1]! >>> 0;
    let same: 0 | 1 = 1;
    let near = true;
    for (let i = 0, p = at; i < count; i++, p += ACCESS_WORDS) {
      const d = (w[p + 1]! >>> 0) - low;
      if (w[p + 2] !== high || d > NEAR || d < -NEAR) near = false;
      ints[i] = d;
      const value = w[p + 5]!;
      const old = w[p + 6]!;
      if (value !== old) same = 0;
      entries[i] = triples.add(kinds[i]!, value, old);
    }
    const time = near ? this.steppedInts(count, firstNs) : this.farTimes(w, at, count);
    const { minNs, maxNs } = this;
    const firstSeq = w[at]! >>> 0;
    const lastSeq = w[at + (count - 1) * ACCESS_WORDS]! >>> 0;
    let seq: Column;
    if (lastSeq - firstSeq === count - 1) seq = { base: firstSeq, step: 1, width: 0, digits: NONE };
    else if (lastSeq - firstSeq < NEAR) {
      for (let i = 0, p = at; i < count; i++, p += ACCESS_WORDS) ints[i] = (w[p]! - firstSeq) | 0;
      seq = this.steppedInts(count, firstSeq);
    } else {
      for (let i = 0, p = at; i < count; i++, p += ACCESS_WORDS) this.numbers[i] = w[p]! >>> 0;
      seq = this.stepped(count);
    }
    const distinct = triples.size;
    // A dictionary pays when its entries and the index of each access are fewer digits than an entry for each.
    const dictionary = distinct * 2 <= count || distinct === 1;
    const size = dictionary ? distinct : count;
    const entry = dictionary ? this.digitsOfInts(entries, count, distinct - 1) : OWN_ENTRIES;
    const { numbers } = this;
    for (let i = 0; i < size; i++) numbers[i] = dictionary ? triples.word(i, 0) : kinds[i]!;
    const kind = this.near(size);
    for (let i = 0; i < size; i++) {
      numbers[i] = (dictionary ? triples.word(i, 1) : w[at + i * ACCESS_WORDS + 5]!) >>> 0;
    }
    const value = this.near(size);
    let old: Column = EMPTY;
    if (same === 0) {
      for (let i = 0; i < size; i++) {
        numbers[i] = (dictionary ? triples.word(i, 2) : w[at + i * ACCESS_WORDS + 6]!) >>> 0;
      }
      old = this.near(size);
    }
    return { count, lastSeq, minNs, maxNs, seq, time, entry, kind, value, old, oldSame: same };
  }

  /** Times that lie too far apart for 32 bits. */
  private farTimes(w: Int32Array, at: number, count: number): Column {
    const { numbers } = this;
    this.minNs = Infinity;
    this.maxNs = 0;
    for (let i = 0, p = at; i < count; i++, p += ACCESS_WORDS) {
      const ns = timeAt(w, p);
      numbers[i] = ns;
      if (ns < this.minNs) this.minNs = ns;
      if (ns > this.maxNs) this.maxNs = ns;
    }
    return this.maxNs - this.minNs < EXACT_SPAN ? this.stepped(count) : this.near(count);
  }

  /** The differences in `ints` to `first` as a column that goes up by a step; also sets minNs and maxNs. */
  private steppedInts(count: number, first: number): Column {
    const { ints } = this;
    const step = count > 1 ? Math.floor(ints[count - 1]! / (count - 1)) | 0 : 0;
    let least = 0x7fff_ffff;
    let most = -0x8000_0000;
    let low = 0x7fff_ffff;
    let high = -0x8000_0000;
    for (let i = 0; i < count; i++) {
      const d = ints[i]!;
      if (d < low) low = d;
      if (d > high) high = d;
      const v = (d - Math.imul(i, step)) | 0;
      ints[i] = v;
      if (v < least) least = v;
      if (v > most) most = v;
    }
    this.minNs = first + low;
    this.maxNs = first + high;
    const base = first + least;
    if (least === most) return { base, step, width: 0, digits: NONE };
    for (let i = 0; i < count; i++) ints[i] = (ints[i]! - least) | 0;
    return { ...this.digitsOfInts(ints, count, most - least), base, step };
  }

  /** Numbers from 0 to `most` as digits. */
  private digitsOfInts(values: Int32Array, count: number, most: number): Column {
    const width = digitsOf(most);
    if (width === 0) return EMPTY;
    const { buffer } = this;
    const from = this.used;
    const end = from + width * count;
    for (let i = 0, p = from; i < count; i++, p += width) put(buffer, p, width, values[i]!);
    this.used = end;
    return { base: 0, step: 0, width, digits: buffer.subarray(from, end) };
  }

  /** The numbers as a column that goes up by a step. */
  private stepped(count: number): Column {
    const { numbers } = this;
    const first = numbers[0]!;
    const step = count > 1 ? Math.floor((numbers[count - 1]! - first) / (count - 1)) : 0;
    for (let i = 0; i < count; i++) numbers[i] = numbers[i]! - i * step;
    return { ...this.near(count), step };
  }

  /** The numbers as differences to the least of them. */
  private near(count: number): Column {
    const { numbers } = this;
    let least = Infinity;
    let most = -Infinity;
    for (let i = 0; i < count; i++) {
      const v = numbers[i]!;
      if (v < least) least = v;
      if (v > most) most = v;
    }
    const width = digitsOf(most - least);
    if (width === 0) return { base: least, step: 0, width, digits: NONE };
    const { buffer } = this;
    const from = this.used;
    const end = from + width * count;
    if (most - least <= 0x7fff_ffff) {
      for (let i = 0, p = from; i < count; i++, p += width) put(buffer, p, width, (numbers[i]! - least) | 0);
    } else {
      const upper = width - GROUP_DIGITS * 2;
      for (let i = 0, p = from; i < count; i++, p += width) {
        const v = numbers[i]! - least;
        const high = Math.floor(v / LOWER);
        put(buffer, p + upper, GROUP_DIGITS * 2, (v - high * LOWER) | 0);
        if (high <= 0x7fff_ffff) put(buffer, p, upper, high | 0);
        else putLarge(buffer, p, upper, high);
      }
    }
    this.used = end;
    return { base: least, step: 0, width, digits: buffer.subarray(from, end) };
  }
}

/** A column without digits still holds one: SQLite gives NULL for a piece of an empty blob. */
const NONE = Uint8Array.of(ZERO);
const OWN_ENTRIES: Column = { base: 0, step: 1, width: 0, digits: NONE };
/** Differences up to this, and differences of these, fit 32 bits. */
const NEAR = 0x2000_0000;

/** Times further apart stay as they are: differences to a line through them would not be exact. */
const EXACT_SPAN = 2 ** 50;

function timeAt(w: Int32Array, record: number): number {
  return (w[record + 2]! >>> 0) * TWO32 + (w[record + 1]! >>> 0);
}

const EMPTY: Column = { base: 0, step: 0, width: 0, digits: NONE };

/** All values of a column, into `out`. */
export function decodeColumn(column: Column, count: number, out: Float64Array): void {
  const { base, step, width, digits } = column;
  let p = 0;
  for (let i = 0; i < count; i++) {
    let v = 0;
    for (const end = p + width; p < end; p++) v = v * TEN + (digits[p]! - ZERO);
    out[i] = base + i * step + v;
  }
}
