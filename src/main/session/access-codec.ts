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
import { digitsOf, MOST_DIGITS, putNumbers, putWords, SPILL, ZERO, type Column } from './access-digits.ts';

/** Accesses of a chunk. The digits of a chunk must stay well below a page, which SQLite copies for each access. */
export const CHUNK = 256;

export interface Chunk {
  readonly count: number;
  readonly firstSeq: number;
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

/** A column without digits still holds one: SQLite gives NULL for a piece of an empty blob. */
const NONE = Uint8Array.of(ZERO);
const OWN_ENTRIES: Column = { base: 0, step: 1, width: 0, digits: NONE };
const EMPTY: Column = { base: 0, step: 0, width: 0, digits: NONE };
/** Differences up to this, and differences of these, fit 32 bits. */
const NEAR = 0x2000_0000;
const SIGN = 0x8000_0000 | 0;
/** Times further apart stay as they are: differences to a line through them would not be exact. */
const EXACT_SPAN = 2 ** 50;

/** Slots of the dictionary's hash, a power of two above twice its entries; a slot holds a stamp and an entry. */
const SLOTS = 1024;
const ENTRY_BITS = 8;
const LAST_STAMP = (1 << (31 - ENTRY_BITS)) - 1;

function timeAt(w: Int32Array, record: number): number {
  return (w[record + 2]! >>> 0) * TWO32 + (w[record + 1]! >>> 0);
}

/** The step of a line over `span` and `count` numbers. */
function stepOf(span: number, count: number): number {
  return count > 1 ? Math.floor(span / (count - 1)) : 0;
}

/** Turns records of ACCESS_WORDS words into chunks. One encoder may be used again and again. */
export class ChunkEncoder {
  /** Entries of the chunk encoded last, of each its kind, and how many accesses have it. */
  entries = 0;
  readonly kinds = new Int32Array(CHUNK);
  readonly uses = new Int32Array(CHUNK);
  private readonly kindOf: (meta: number, offset: number, cause: number) => number;
  /** The first record of each entry, its value and old value; which entry an access has. */
  private readonly record = new Int32Array(CHUNK);
  private readonly values = new Int32Array(CHUNK);
  private readonly olds = new Int32Array(CHUNK);
  private readonly entry = new Int32Array(CHUNK);
  private readonly slots = new Int32Array(SLOTS);
  private stamp = 0;
  private readonly words = new Int32Array(CHUNK);
  private readonly numbers = new Float64Array(CHUNK);
  private readonly bytes = new Uint8Array(CHUNK * MOST_DIGITS * 6 + SPILL);
  private readonly view = new DataView(this.bytes.buffer);
  private used = 0;
  private minNs = 0;
  private maxNs = 0;

  /** `kindOf` numbers who, where and why of accesses; it is asked once for each entry. */
  constructor(kindOf: (meta: number, offset: number, cause: number) => number) {
    this.kindOf = kindOf;
  }

  /** Encodes `count` records from word `at` on. The digits are valid until the next call. */
  encode(w: Int32Array, at: number, count: number): Chunk {
    this.used = 0;
    const same = this.collect(w, at, count);
    const { entries, words } = this;
    const firstSeq = w[at]! >>> 0;
    const lastSeq = w[at + (count - 1) * ACCESS_WORDS]! >>> 0;
    const time = this.nearTimes(w, at, count) ?? this.farTimes(w, at, count);
    const seq = this.seqs(w, at, count);
    // A dictionary pays when its entries and the index of each access are fewer digits than an entry for each.
    const dictionary = entries * 2 <= count || entries === 1;
    const { kinds, values, olds, minNs, maxNs } = this;
    const fixed = { count, firstSeq, lastSeq, minNs, maxNs, seq, time, oldSame: same ? 1 : 0 } as const;
    if (dictionary) {
      const entry = this.digits(this.entry, 0, entries - 1, count);
      const kind = this.column(kinds, entries);
      const value = this.column(values, entries);
      return { ...fixed, entry, kind, value, old: same ? EMPTY : this.column(olds, entries) };
    }
    const each = (column: Int32Array): Column => {
      for (let i = 0; i < count; i++) words[i] = column[this.entry[i]!]!;
      return this.column(words, count);
    };
    const kind = each(kinds);
    const value = each(values);
    return { ...fixed, entry: OWN_ENTRIES, kind, value, old: same ? EMPTY : each(olds) };
  }

  /** Finds the entries of the records; true when every old value is the value. */
  private collect(w: Int32Array, at: number, count: number): boolean {
    const { slots, entry, record, uses, kinds, values, olds } = this;
    if (this.stamp === LAST_STAMP) {
      slots.fill(0);
      this.stamp = 0;
    }
    const stamp = ++this.stamp;
    let entries = 0;
    let differ = 0;
    for (let i = 0, p = at; i < count; i++, p += ACCESS_WORDS) {
      const meta = w[p + 3]!;
      const offset = w[p + 4]!;
      const value = w[p + 5]!;
      const old = w[p + 6]!;
      const cause = w[p + 7]!;
      const who = Math.imul(old, 0xc2b2ae35) ^ Math.imul(cause ^ (meta << 16), 0x27d4eb2f);
      let h = Math.imul(value ^ Math.imul(offset, 0x9e3779b1) ^ who, 0x85ebca6b);
      h ^= h >>> 15;
      let slot = h & (SLOTS - 1);
      let e = -1;
      for (let s = slots[slot]!; s >> ENTRY_BITS === stamp; s = slots[slot]!) {
        const known = s & (CHUNK - 1);
        const q = record[known]!;
        const a = (w[q + 5]! ^ value) | (w[q + 4]! ^ offset) | (w[q + 3]! ^ meta);
        if ((a | (w[q + 6]! ^ old) | (w[q + 7]! ^ cause)) === 0) {
          e = known;
          break;
        }
        slot = (slot + 1) & (SLOTS - 1);
      }
      if (e < 0) {
        e = entries++;
        slots[slot] = (stamp << ENTRY_BITS) | e;
        record[e] = p;
        values[e] = value;
        olds[e] = old;
        differ |= value ^ old;
        uses[e] = 0;
        kinds[e] = this.kindOf(meta, offset, cause);
      }
      entry[i] = e;
      uses[e]!++;
    }
    this.entries = entries;
    return differ === 0;
  }

  private seqs(w: Int32Array, at: number, count: number): Column {
    const first = w[at]! >>> 0;
    const span = (w[at + (count - 1) * ACCESS_WORDS]! >>> 0) - first;
    if (span === count - 1) return { base: first, step: 1, width: 0, digits: NONE };
    const { words, numbers } = this;
    if (span < NEAR) {
      const step = stepOf(span, count);
      let least = 0;
      let most = 0;
      for (let i = 0, p = at, line = w[at]!; i < count; i++, p += ACCESS_WORDS, line = (line + step) | 0) {
        const v = (w[p]! - line) | 0;
        words[i] = v;
        if (v < least) least = v;
        if (v > most) most = v;
      }
      return { ...this.digits(words, least, most - least, count), base: first + least, step };
    }
    for (let i = 0, p = at; i < count; i++, p += ACCESS_WORDS) numbers[i] = w[p]! >>> 0;
    return this.stepped(count);
  }

  /** Times within 32 bits of each other; undefined when they are not. Sets minNs and maxNs. */
  private nearTimes(w: Int32Array, at: number, count: number): Column | undefined {
    const { words } = this;
    const low = w[at + 1]!;
    const high = w[at + 2]!;
    const step = stepOf(w[at + (count - 1) * ACCESS_WORDS + 1]! - low, count);
    let least = 0;
    let most = 0;
    let early = 0;
    let late = 0;
    let other = 0;
    for (let i = 0, p = at + 1, line = 0; i < count; i++, p += ACCESS_WORDS, line = (line + step) | 0) {
      const t = w[p]!;
      const d = (t - low) | 0;
      const v = (d - line) | 0;
      words[i] = v;
      if (d < early) early = d;
      if (d > late) late = d;
      if (v < least) least = v;
      if (v > most) most = v;
      // Of low words on both sides of 2^31 the difference may not fit.
      other |= (w[p + 1]! ^ high) | ((t ^ low) & SIGN);
    }
    if (other !== 0 || early < -NEAR || late > NEAR) return undefined;
    const first = timeAt(w, at);
    this.minNs = first + early;
    this.maxNs = first + late;
    return { ...this.digits(words, least, most - least, count), base: first + least, step };
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
    return this.maxNs - this.minNs < EXACT_SPAN ? this.stepped(count) : this.far(count);
  }

  /** Words without sign as differences to the least of them. */
  private column(values: Int32Array, count: number): Column {
    let least = TWO32;
    let most = 0;
    for (let i = 0; i < count; i++) {
      const v = values[i]! >>> 0;
      if (v < least) least = v;
      if (v > most) most = v;
    }
    return { ...this.digits(values, least | 0, most - least, count), base: least };
  }

  /** The words less `least`, which are at most `largest`. */
  private digits(values: Int32Array, least: number, largest: number, count: number): Column {
    const width = digitsOf(largest);
    if (width === 0) return EMPTY;
    const from = this.used;
    putWords(this.view, from, width, values, least, count);
    this.used = from + width * count;
    return { base: 0, step: 0, width, digits: this.bytes.subarray(from, this.used) };
  }

  /** The numbers as a column that goes up by a step. */
  private stepped(count: number): Column {
    const { numbers } = this;
    const first = numbers[0]!;
    const step = stepOf(numbers[count - 1]! - first, count);
    for (let i = 0; i < count; i++) numbers[i] = numbers[i]! - i * step;
    return { ...this.far(count), step };
  }

  /** The numbers as differences to the least of them. */
  private far(count: number): Column {
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
    const from = this.used;
    putNumbers(this.bytes, from, width, numbers, least, count);
    this.used = from + width * count;
    return { base: least, step: 0, width, digits: this.bytes.subarray(from, this.used) };
  }
}
