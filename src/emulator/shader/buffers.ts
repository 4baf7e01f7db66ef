/**
 * Buffers that a shader names by handle: table in bits 31:24, index below. A table is an entry of the resource table
 * (16 bytes: address, size of the array in bytes) that holds 32-byte descriptors; table 62 is the resource table
 * itself, its entries taken as plain buffers. Whatever is not there, or is no buffer, is an empty buffer.
 */
import { descriptorField, ENUMS, rawField } from '../../spec/descriptors/descriptors.ts';
import { BUFFERS_WORDS } from './layout.ts';
import type { ShaderMemory } from './memory.ts';

const TABLE_SHIFT = 24;
const INDEX_MASK = 0xff_ffff;
/** The resource table as a table of buffers. */
const SELF = 62;
const ENTRY_BYTES = 16;
const DESCRIPTOR_BYTES = 32;
const COUNT_MASK = 0x3f;

const ENTRY_ADDRESS = descriptorField('Resource', 'Address');
const ENTRY_SIZE = descriptorField('Resource', 'Size');
const TYPE = descriptorField('Buffer', 'Type');
const SIZE = descriptorField('Buffer', 'Size');
const ADDRESS = descriptorField('Buffer', 'Address');

/** Handles remembered within a slice. */
const REMEMBERED = 16;
const SHARED_WORDS = BUFFERS_WORDS / REMEMBERED;

export class Buffers {
  /** The buffer found last: address in two words, size in bytes. */
  lo = 0;
  hi = 0;
  size = 0;
  private readonly memory: ShaderMemory;
  private table = 0;
  private count = 0;
  private readonly words = new Int32Array(ENTRY_BYTES / 4);
  private readonly found32 = new Int32Array(DESCRIPTOR_BYTES / 4);
  private readonly handles = new Int32Array(REMEMBERED);
  private readonly known = new Uint8Array(REMEMBERED);
  private readonly found = new Float64Array(REMEMBERED * 3);
  /** The same for translated code, eight words each: 1 for known, handle, address, size (below 2^32). */
  private readonly shared: Int32Array;

  constructor(memory: ShaderMemory, shared: Int32Array = new Int32Array(BUFFERS_WORDS)) {
    this.memory = memory;
    this.shared = shared;
  }

  /** Takes the resource table pointer: address in bits 63:6, number of entries below. */
  open(lo: number, hi: number): void {
    this.count = lo & COUNT_MASK;
    this.table = (hi >>> 0) * 2 ** 32 + ((lo & ~COUNT_MASK) >>> 0);
    this.known.fill(0);
    this.shared.fill(0);
  }

  /** Finds the buffer of a handle; false when reading its descriptor faulted. */
  find(handle: number): boolean {
    const at = (handle ^ (handle >>> TABLE_SHIFT)) & (REMEMBERED - 1);
    const { found } = this;
    if (this.known[at] === 1 && this.handles[at] === handle) {
      this.lo = found[3 * at]!;
      this.hi = found[3 * at + 1]!;
      this.size = found[3 * at + 2]!;
      return true;
    }
    if (!this.read(handle)) return false;
    this.known[at] = 1;
    this.handles[at] = handle;
    found[3 * at] = this.lo;
    found[3 * at + 1] = this.hi;
    found[3 * at + 2] = this.size;
    this.share(SHARED_WORDS * at, handle);
    return true;
  }

  private share(at: number, handle: number): void {
    const { shared } = this;
    shared[at] = this.size < 2 ** 32 ? 1 : 0;
    shared[at + 1] = handle;
    shared[at + 2] = this.lo;
    shared[at + 3] = this.hi;
    shared[at + 4] = this.size;
  }

  /** Reads the descriptor that a handle names, zeros where there is none; false after a fault. */
  descriptor(handle: number, out: Int32Array): boolean {
    const table = handle >>> TABLE_SHIFT;
    out.fill(0);
    if (table >= this.count) return true;
    const { words, memory } = this;
    if (!memory.readWords(this.table + table * ENTRY_BYTES, ENTRY_BYTES / 4, words)) return false;
    const address = rawField(words, 0, ENTRY_ADDRESS);
    const offset = (handle & INDEX_MASK) * DESCRIPTOR_BYTES;
    if (offset + DESCRIPTOR_BYTES > rawField(words, 0, ENTRY_SIZE)) return true;
    return memory.readWords(address + offset, DESCRIPTOR_BYTES / 4, out);
  }

  private read(handle: number): boolean {
    this.set(0, 0);
    const { words, memory } = this;
    const index = handle & INDEX_MASK;
    if (handle >>> TABLE_SHIFT === SELF) {
      if (index >= this.count) return true;
      if (!memory.readWords(this.table + index * ENTRY_BYTES, ENTRY_BYTES / 4, words)) return false;
      this.set(rawField(words, 0, ENTRY_ADDRESS), rawField(words, 0, ENTRY_SIZE));
      return true;
    }
    if (!this.descriptor(handle, this.found32)) return false;
    if (rawField(this.found32, 0, TYPE) === ENUMS['Descriptor Type'].Buffer) {
      this.set(rawField(this.found32, 0, ADDRESS), rawField(this.found32, 0, SIZE));
    }
    return true;
  }

  private set(address: number, size: number): void {
    this.lo = address | 0;
    this.hi = Math.floor(address / 2 ** 32) | 0;
    this.size = size;
  }
}
