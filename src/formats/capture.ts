/**
 * Captured user-space runs: what a Vulkan or GL driver asked of the kernel, recorded at the ioctl boundary, and the
 * GPU memory at each submission. Three kinds of file: `run.json` (what ran, which buffers to compare and how),
 * `ioctls.jsonl` (one call a line), `mem_submitN.json` (the mappings and where their bytes lie in `mem_submitN.bin`).
 * Pure readers; whatever breaks a rule is a BadInput that names file, line and rule.
 */
import { BadInput } from '../base/errors.ts';

/** Bytes per page of the recorded bindings. */
export const CAPTURE_PAGE = 4096;
/** Longest list and largest memory image taken: far above what a recorder writes, far below what hurts. */
const MAX_ITEMS = 1 << 20;
const MAX_IMAGE = 1 << 30;

export type CompareMode = 'exact' | 'tolerance' | 'none';

export interface CaptureBuffer {
  readonly name: string;
  readonly va: number;
  readonly size: number;
  /** Where its expected bytes begin in `expected.bin`. */
  readonly expectedOffset: number;
}

export interface CaptureRun {
  readonly kernel: string;
  readonly variant: string;
  readonly buffers: readonly CaptureBuffer[];
  readonly compare: { readonly mode: CompareMode; readonly relative: number };
}

export interface CaptureSync {
  readonly flags: number;
  readonly handle: number;
  readonly point: number;
}

export interface CaptureBind {
  readonly flags: number;
  readonly bo: number;
  readonly boOffset: number;
  readonly va: number;
  readonly size: number;
  /** Empty when the recorder kept only their number. */
  readonly syncs: readonly CaptureSync[];
}

export interface CaptureSubmit {
  readonly queue: number;
  readonly streamAddress: number;
  readonly streamSize: number;
  readonly latestFlush: number;
  readonly syncs: readonly CaptureSync[];
}

/** A call as recorded; numbers of objects are the recorder's own. `core` is a DRM call known by number only. */
export type CaptureCall =
  | { readonly kind: 'core'; readonly nr: number }
  | { readonly kind: 'devQuery'; readonly type: number; readonly size: number }
  | { readonly kind: 'vmCreate'; readonly flags: number; readonly userVaRange: number; readonly id: number }
  | {
      readonly kind: 'boCreate';
      readonly size: number;
      readonly flags: number;
      readonly vm: number;
      readonly handle: number;
    }
  | { readonly kind: 'boMmapOffset'; readonly handle: number }
  | { readonly kind: 'vmBind'; readonly vm: number; readonly flags: number; readonly ops: readonly CaptureBind[] }
  | {
      readonly kind: 'heapCreate';
      readonly vm: number;
      readonly initialChunks: number;
      readonly chunkSize: number;
      readonly maxChunks: number;
      readonly targetInFlight: number;
      readonly handle: number;
    }
  | {
      readonly kind: 'groupCreate';
      readonly vm: number;
      readonly priority: number;
      readonly maxCompute: number;
      readonly maxFragment: number;
      readonly maxTiler: number;
      readonly computeMask: number;
      readonly fragmentMask: number;
      readonly tilerMask: number;
      readonly queues: readonly { readonly priority: number; readonly ringSize: number }[];
      readonly handle: number;
    }
  | {
      readonly kind: 'groupSubmit';
      readonly submit: number;
      readonly group: number;
      readonly queues: readonly CaptureSubmit[];
    }
  /** A call that needs no replay: queries, names, and what takes objects down. */
  | { readonly kind: 'other'; readonly name: string };

export interface CaptureEntry {
  /** 1-based line of `ioctls.jsonl`. */
  readonly line: number;
  readonly call: CaptureCall;
}

/** Bytes that are not zero: `length` bytes at `fileOffset` of the image belong at `va`. */
export interface CaptureBytes {
  readonly va: number;
  readonly length: number;
  readonly fileOffset: number;
}

export interface CaptureMap {
  readonly va: number;
  readonly size: number;
  readonly bo: number;
  readonly boOffset: number;
  readonly runs: readonly CaptureBytes[];
}

/** A value of a JSON document and the way to it, for messages. */
class Node {
  readonly value: unknown;
  private readonly path: string;
  private readonly file: string;
  private readonly line: number | undefined;

  constructor(value: unknown, path: string, file: string, line?: number) {
    this.value = value;
    this.path = path;
    this.file = file;
    this.line = line;
  }

  fail(rule: string): never {
    throw new BadInput({
      file: this.file,
      ...(this.line === undefined ? {} : { line: this.line }),
      rule: this.path === '' ? rule : `${this.path} ${rule}`,
      remedy: 'Record the run again, or correct the file.',
    });
  }

  has(key: string): boolean {
    return this.object()[key] !== undefined;
  }

  get(key: string): Node {
    const child = this.object()[key];
    const path = this.path === '' ? key : `${this.path}.${key}`;
    if (child === undefined) return new Node(undefined, path, this.file, this.line).fail('is missing');
    return new Node(child, path, this.file, this.line);
  }

  /** A non-negative integer below 2^53, as a number or as text. */
  number(max = Number.MAX_SAFE_INTEGER): number {
    const { value } = this;
    const n = typeof value === 'string' && /^(0x[0-9a-f]{1,16}|\d{1,16})$/i.test(value) ? Number(value) : value;
    if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) return this.fail('must be a number or "0x..."');
    if (n > max) return this.fail(`must be at most ${max}`);
    return n;
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.fail('must be text');
  }

  list(): Node[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.fail('must be a list');
    if (value.length > MAX_ITEMS) return this.fail(`must have at most ${MAX_ITEMS} items`);
    return value.map((item: unknown, i) => new Node(item, `${this.path}[${i}]`, this.file, this.line));
  }

  /** `get(key).number()`, or the value for a field that may be left out. */
  optional(key: string, otherwise: number): number {
    return this.has(key) ? this.get(key).number() : otherwise;
  }

  private object(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail('must be an object');
    return Object.fromEntries(Object.entries(value));
  }
}

function parse(text: string, file: string, line?: number): Node {
  try {
    return new Node(JSON.parse(text), '', file, line);
  } catch {
    return new Node(undefined, '', file, line).fail('is not JSON');
  }
}

const MODES: readonly CompareMode[] = ['exact', 'tolerance', 'none'];

/** Reads `run.json`. */
export function parseRun(text: string, file = 'run.json'): CaptureRun {
  const root = parse(text, file);
  const compare = root.get('compare');
  const mode = MODES.find((m) => m === compare.get('mode').text());
  if (mode === undefined) return compare.get('mode').fail(`must be one of ${MODES.join(', ')}`);
  let relative = 0;
  if (mode === 'tolerance') {
    const { value } = compare.get('relative');
    if (typeof value !== 'number' || !(value >= 0))
      return compare.get('relative').fail('must be a number, not negative');
    relative = value;
  }
  let end = 0;
  const buffers = root
    .get('buffers')
    .list()
    .map((b) => {
      const size = b.get('size').number(MAX_IMAGE);
      const buffer = {
        name: b.get('name').text(),
        va: b.get('va').number(),
        size,
        expectedOffset: b.optional('expected_offset', end),
      };
      end = buffer.expectedOffset + size;
      return buffer;
    });
  return {
    kernel: root.get('kernel').text(),
    variant: root.has('variant') ? root.get('variant').text() : '',
    buffers,
    compare: { mode, relative },
  };
}

const syncOf = (n: Node): CaptureSync => ({
  flags: n.get('flags').number(0xffff_ffff),
  handle: n.get('handle').number(0xffff_ffff),
  point: n.has('timeline') ? n.get('timeline').number() : n.optional('timeline_value', 0),
});

const syncsOf = (n: Node): CaptureSync[] => (n.has('syncs') ? n.get('syncs').list().map(syncOf) : []);

const bindOf = (n: Node): CaptureBind => ({
  flags: n.get('flags').number(0xffff_ffff),
  bo: n.optional('bo', 0),
  boOffset: n.optional('bo_offset', 0),
  va: n.optional('va', 0),
  size: n.optional('size', 0),
  syncs: syncsOf(n),
});

const submitOf = (n: Node): CaptureSubmit => ({
  queue: n.get('queue').number(0xffff_ffff),
  streamAddress: n.get('stream_addr').number(),
  streamSize: n.get('stream_size').number(0xffff_ffff),
  latestFlush: n.optional('latest_flush', 0),
  syncs: syncsOf(n),
});

/** Readers by the name the recorder writes. */
const READERS: Readonly<Record<string, (n: Node) => CaptureCall>> = {
  DEV_QUERY: (n) => ({ kind: 'devQuery', type: n.get('type').number(), size: n.get('size').number(0x1000) }),
  VM_CREATE: (n) => ({
    kind: 'vmCreate',
    flags: n.optional('flags', 0),
    userVaRange: n.get('user_va_range').number(),
    id: n.get('out_id').number(),
  }),
  BO_CREATE: (n) => ({
    kind: 'boCreate',
    size: n.get('size').number(MAX_IMAGE),
    flags: n.optional('flags', 0),
    vm: n.optional('excl_vm', 0),
    handle: n.get('out_handle').number(),
  }),
  BO_MMAP_OFFSET: (n) => ({ kind: 'boMmapOffset', handle: n.get('handle').number() }),
  VM_BIND: (n) => ({
    kind: 'vmBind',
    vm: n.get('vm').number(),
    flags: n.optional('flags', 0),
    ops: n.get('ops').list().map(bindOf),
  }),
  TILER_HEAP_CREATE: (n) => ({
    kind: 'heapCreate',
    vm: n.get('vm').number(),
    initialChunks: n.get('initial_chunk_count').number(),
    chunkSize: n.get('chunk_size').number(),
    maxChunks: n.get('max_chunks').number(),
    targetInFlight: n.get('target_in_flight').number(),
    handle: n.get('out_handle').number(),
  }),
  GROUP_CREATE: (n) => ({
    kind: 'groupCreate',
    vm: n.get('vm').number(),
    priority: n.get('priority').number(0xff),
    maxCompute: n.get('max_compute').number(0xff),
    maxFragment: n.get('max_fragment').number(0xff),
    maxTiler: n.get('max_tiler').number(0xff),
    computeMask: n.get('compute_mask').number(),
    fragmentMask: n.get('fragment_mask').number(),
    tilerMask: n.get('tiler_mask').number(),
    queues: n
      .get('queues')
      .list()
      .map((q) => ({ priority: q.get('priority').number(0xff), ringSize: q.get('ringbuf_size').number(0xffff_ffff) })),
    handle: n.get('out_handle').number(),
  }),
  GROUP_SUBMIT: (n) => ({
    kind: 'groupSubmit',
    submit: n.get('submit').number(),
    group: n.get('group').number(),
    queues: n.get('queue_submits').list().map(submitOf),
  }),
};

const CORE_CALL = /^DRM_0x([0-9a-f]{1,2})$/i;

function callOf(n: Node): CaptureCall {
  const name = n.get('ioctl').text();
  const core = CORE_CALL.exec(name);
  if (core !== null) return { kind: 'core', nr: parseInt(core[1]!, 16) };
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  return reader === undefined ? { kind: 'other', name } : reader(n);
}

/** Reads `ioctls.jsonl`. */
export function parseIoctls(text: string, file = 'ioctls.jsonl'): CaptureEntry[] {
  const entries: CaptureEntry[] = [];
  text.split('\n').forEach((content, i) => {
    if (content.trim() === '') return;
    entries.push({ line: i + 1, call: callOf(parse(content, file, i + 1)) });
  });
  return entries;
}

/** Reads `mem_submitN.json`; `imageLength` is the size of the (unpacked) `.bin` beside it. */
export function parseMemory(text: string, imageLength: number, file = 'mem_submit.json'): CaptureMap[] {
  const root = parse(text, file);
  const page = root.optional('page_size', CAPTURE_PAGE);
  if (page !== CAPTURE_PAGE) return root.get('page_size').fail(`must be ${CAPTURE_PAGE}`);
  return root
    .get('maps')
    .list()
    .map((m) => {
      const va = m.get('va').number();
      const size = m.get('size').number();
      const end = va + Math.ceil(size / CAPTURE_PAGE) * CAPTURE_PAGE;
      const runs = m
        .get('runs')
        .list()
        .map((r) => {
          const run = {
            va: r.get('va').number(),
            length: r.get('len').number(MAX_IMAGE),
            fileOffset: r.get('file_offset').number(),
          };
          if (run.va < va || run.va + run.length > end) return r.get('va').fail('must lie in its mapping');
          if (run.fileOffset + run.length > imageLength) {
            return r.get('file_offset').fail(`must lie in the image of ${imageLength} bytes`);
          }
          return run;
        });
      return { va, size, bo: m.get('bo').number(), boOffset: m.optional('bo_offset', 0), runs };
    });
}
