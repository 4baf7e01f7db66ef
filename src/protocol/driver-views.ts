/**
 * Requests that show the driver's objects and any memory: plain data looked up in the live objects at each call,
 * nothing kept. They have no side effects but `memory.edit`. Without a bound driver the lists are empty.
 */
import { z } from 'zod';
import { bytes, u32, u53 } from './inputs.ts';

const none = z.strictObject({});
const text = z.string();

/** An open file that has a handle on something. */
const owner = z.object({ pid: u32, comm: text, handle: u32 });

export const gemView = z.object({
  id: u32,
  size: u53,
  label: text.optional(),
  /** Creation flags of the uAPI. */
  flags: u32,
  refs: u32,
  owners: z.array(owner),
  /** The only VM it may be mapped in; 0 for any. */
  exclusiveVm: u32,
  /** Its pages have been taken. */
  resident: z.boolean(),
  mappings: z.array(z.object({ vm: u32, va: u53, size: u53 })),
});
export type GemView = z.infer<typeof gemView>;

export const mappingView = z.object({
  va: u53,
  size: u53,
  /** Undefined for a sparse mapping. */
  object: u32.optional(),
  label: text.optional(),
  offset: u53,
  readOnly: z.boolean(),
  noExec: z.boolean(),
  uncached: z.boolean(),
  sparse: z.boolean(),
});
export type MappingView = z.infer<typeof mappingView>;

export const vmView = z.object({
  id: u32,
  forMcu: z.boolean(),
  owners: z.array(owner),
  /** Its address space; undefined while it has none. */
  as: u32.optional(),
  active: u32,
  root: u53,
  tables: u32,
  vaBits: u32,
  /** What is wrong with it: faulted, unusable, destroyed. */
  problems: z.array(text),
  mappings: z.array(mappingView),
});
export type VmView = z.infer<typeof vmView>;

/** Neighbouring leaves of a page table with the same attributes. */
export const leafRun = z.object({
  va: u53,
  size: u53,
  pa: u53,
  level: u32,
  count: u32,
  readOnly: z.boolean(),
  noExec: z.boolean(),
  attrIndex: u32,
  sh: u32,
});
export type LeafRun = z.infer<typeof leafRun>;

export const fenceView = z.object({
  id: u32,
  kind: z.enum(['fence', 'array', 'point']),
  context: u53,
  seqno: u53,
  /** What it stands for, e.g. a job of a queue. */
  of: text,
  /** Fences it waits for. */
  members: z.array(u32),
  /** Who is told when it signals. */
  waiters: z.array(text),
});
export type FenceView = z.infer<typeof fenceView>;

export const syncobjView = z.object({
  id: u32,
  refs: u32,
  owners: z.array(owner),
  /** Unsignalled fence it holds, or how the one it holds ended; neither when empty. */
  fence: u32.optional(),
  state: z.enum(['empty', 'pending', 'signalled', 'error']),
  error: z.number().int(),
  timeline: z.boolean(),
  /** Last signalled and last submitted point of a timeline. */
  signalled: u53,
  submitted: u53,
});
export type SyncobjView = z.infer<typeof syncobjView>;

/** A call of a client that waits. */
export const waitView = z.object({
  id: u32,
  pid: u32,
  kind: text,
  items: z.array(z.object({ syncobj: u32, point: u53, fence: u32.optional() })),
});
export type WaitView = z.infer<typeof waitView>;

export const queueView = z.object({
  group: u32,
  index: u32,
  priority: u32,
  ringVa: u53,
  ringSize: u53,
  insert: u53,
  extract: u53,
  inFlight: u32,
  /** Jobs that wait for fences or credits. */
  waiting: u32,
  seqno: u53,
  /** Why it does not go on: sync object, scoreboard, dependency; empty when nothing stops it. */
  blocked: text,
  /** Address of a sync object it waits for. */
  waitVa: u53.optional(),
});
export type QueueView = z.infer<typeof queueView>;

export const groupView = z.object({
  id: u32,
  owner: text,
  vm: u32,
  state: text,
  priority: u32,
  /** CSG slot; undefined while it has none. */
  slot: u32.optional(),
  /** Run list it is in. */
  list: text,
  flags: z.array(text),
  queues: z.array(queueView),
});
export type GroupView = z.infer<typeof groupView>;

export const spaceView = z.object({
  slot: u32,
  vm: u32.optional(),
  active: u32,
  root: u53,
  /** TRANSCFG.mode by name. */
  mode: text,
  vaBits: u32.optional(),
  faulted: z.boolean(),
  lockedVa: u53.optional(),
  lockedSize: u53.optional(),
});
export type SpaceView = z.infer<typeof spaceView>;

/** A line of the power view: clocks, supplies, domains, runtime PM, devfreq. */
export const powerView = z.object({ kind: text, name: text, state: text, value: text });
export type PowerView = z.infer<typeof powerView>;

/** Frequency and voltage from an instant on, up to the next row; 0 while the clock is off. */
export const frequencyView = z.object({ timeNs: u53, hz: u53, uv: u53 });
export type FrequencyView = z.infer<typeof frequencyView>;

export const debugFileView = z.object({
  path: text,
  text,
  /** `driver.write` takes it. */
  writable: z.boolean(),
});

export const requestBitView = z.object({ name: text, kind: text, req: u32, ack: u32, doc: text });
export const wordPairView = z.object({
  /** `GLB`, `CSG 0`, `CSG 0 CS 1`. */
  block: text,
  name: text,
  /** MCU addresses of the two words. */
  reqVa: u32,
  ackVa: u32,
  req: u32,
  ack: u32,
  bits: z.array(requestBitView),
});
export type WordPairView = z.infer<typeof wordPairView>;

/** Where memory is looked at; `vm` goes through a VM's own tables, with or without an address space. */
export const viewSpace = z.enum(['physical', 'as', 'vm', 'mcu']);
export type ViewSpace = z.infer<typeof viewSpace>;
/** `number` of the AS or VM; 0 for the other spaces. */
const place = z.strictObject({ space: viewSpace, number: u32.default(0), address: u53 });

/** Most bytes of one `memory.view` and of one `memory.edit`. */
export const MAX_VIEW = 1 << 16;

export const walkStep = z.object({ level: u32, address: u53, lo: u32, hi: u32 });
export const walkView = z.object({
  root: u53,
  vaBits: u32,
  /** MEMATTR of the address space, which AttrIndx chooses from. */
  memattrLo: u32,
  memattrHi: u32,
  /** Entries from the first level the walk uses down to the one that ended it. */
  steps: z.array(walkStep),
});
export type WalkView = z.infer<typeof walkView>;

/** Requests without side effects. */
export const viewRequests = {
  'driver.objects': { params: none, result: z.array(gemView) },
  'driver.vms': { params: none, result: z.array(vmView) },
  /** Leaves in a VM's page table, neighbours joined; at most `limit`. */
  'driver.leaves': {
    params: z.strictObject({ vm: u32, limit: u32.max(10_000).default(5000) }),
    result: z.object({ runs: z.array(leafRun), total: u32 }),
  },
  /** Unsignalled fences, all syncobjs, and calls that wait. */
  'driver.fences': {
    params: none,
    result: z.object({ fences: z.array(fenceView), syncobjs: z.array(syncobjView), waits: z.array(waitView) }),
  },
  'driver.groups': { params: none, result: z.array(groupView) },
  'driver.spaces': { params: none, result: z.array(spaceView) },
  'driver.power': { params: none, result: z.array(powerView) },
  'driver.interface': { params: none, result: z.array(wordPairView) },
  /** Changes of the GPU clock, oldest first, and the present instant. */
  'driver.frequency': { params: none, result: z.object({ nowNs: u53, changes: z.array(frequencyView) }) },
  /** Files of text about everything the driver holds, as debugfs, sysfs and fdinfo have them. */
  'driver.files': { params: none, result: z.array(text) },
  'driver.file': { params: z.strictObject({ path: text }), result: debugFileView },
  /** What is mapped of the range, in pieces by rising address; holes are left out. */
  'memory.view': {
    params: place.extend({ length: u53.max(MAX_VIEW) }),
    result: z.array(z.object({ address: u53, bytes })),
  },
  /** The page walk of an address; undefined in physical space and where translation is off. */
  'memory.walk': { params: place, result: walkView.optional() },
  /** First place of `pattern` in [address, address + length), by mapped pieces; undefined when there is none. */
  'memory.find': {
    params: place.extend({ length: u53, pattern: bytes, backwards: z.boolean().default(false) }),
    result: z.object({ address: u53.optional(), searched: u53 }),
  },
} as const;

export const driverRequests = {
  ...viewRequests,
  /** Writes an attribute of the device (`sys/...`); 0 or -errno. */
  'driver.write': {
    params: z.strictObject({ path: text, value: text }),
    result: z.object({ result: z.number().int() }),
  },
  /** Writes bytes by hand, past caches and permissions; one step of undo. */
  'memory.edit': { params: place.extend({ bytes }), result: z.void() },
} as const;
