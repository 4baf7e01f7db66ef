/**
 * All that can be asked of an engine and all it says: one table of requests with the schemas of their
 * parameters and results, and one of the notices the engine sends by itself. The same for a worker port,
 * Electron IPC and WebSocket. A message of the wrong shape is refused and logged, never passed on.
 */
import { z } from 'zod';
import { debugNotices, debugRequests } from './debug.ts';
import { historyRequests, recordDetailState } from './history.ts';
import { driverRequests } from './driver-views.ts';
import { firmwareItemRequests } from './firmware-items.ts';
import { bytes, inputSchema, memorySpace, u32, u53 } from './inputs.ts';
import { shaderDebugNotices, shaderDebugRequests } from './shader-debug.ts';
import { streamDebugNotices, streamDebugRequests } from './stream-debug.ts';
import { streamResult, streamRun } from './stream-run.ts';
import { hostRequests } from './window.ts';

/** Bumped when a message changes so that an older partner would misread it. */
export const PROTOCOL_VERSION = 1;

/** How a bench is made: the options every command line shares. */
export const benchOptions = z.strictObject({
  gpu: z.literal('g610').default('g610'),
  bare: z.boolean().default(false),
  engine: z.enum(['interpreter', 'translator']).default('translator'),
  overrides: z.record(z.string(), u53).default({}),
  firmware: bytes.optional(),
  firmwareName: z.string().default('reference'),
  /** Where the session is kept; the host chooses the path, never the page. */
  sessionPath: z.string(),
});

/** Hex where a field needs more than 53 bits. */
export const fieldValue = z.object({
  name: z.string(),
  value: z.union([u53, z.string()]),
  enumName: z.string().optional(),
});
export const registerValue = z.object({
  name: z.string(),
  offset: u32,
  width: z.union([z.literal(32), z.literal(64)]),
  /** Hex for 64-bit registers, so that nothing is lost. */
  value: z.union([u53, z.string()]),
  fields: z.array(fieldValue),
});
export type RegisterValue = z.infer<typeof registerValue>;

export const bootResult = z.object({
  ok: z.boolean(),
  /** 0 or a negative errno of the probe. */
  errno: z.number().int(),
  /** Fields of the uAPI structs, by their names. */
  gpuInfo: z.record(z.string(), z.unknown()),
  csifInfo: z.record(z.string(), z.unknown()),
  mcu: z.object({ status: z.string(), instructions: u53 }),
  firmware: z.object({ version: z.string(), gitSha: z.string() }),
  virtualNs: u53,
  registerAccesses: u53,
  log: z.array(z.string()),
});
export type BootResult = z.infer<typeof bootResult>;

export type { StreamResult } from './stream-run.ts';

export const statusResult = z.object({
  protocol: u32,
  powered: z.boolean(),
  booted: z.boolean(),
  timeNs: u53,
  mcu: z.string(),
  gpuHz: u53,
  /** Runtime power of the GPU as its driver has it: `asleep` after 50 ms without use, when no register answers. */
  gpuPower: z.enum(['none', 'on', 'asleep', 'kept on', 'lost']),
  branch: u32,
  accesses: u53,
  jobs: u53,
  faults: u53,
  session: z.string(),
  recording: z.boolean(),
  /** What is recorded beyond the usual; undefined while nothing is. */
  detail: recordDetailState.optional(),
  /** Time passes by itself, at the pace of `mode`, until the machine is idle. */
  running: z.boolean(),
  mode: z.enum(['paced', 'fast']),
  idle: z.boolean(),
  bare: z.boolean(),
  firmwareName: z.string(),
  /** What undo and redo would do, in words; undefined when there is nothing. */
  undo: z.string().optional(),
  redo: z.string().optional(),
});
export type Status = z.infer<typeof statusResult>;

const none = z.strictObject({});
const nothing = z.void();

const address = z.strictObject({ space: memorySpace, as: u32.default(0), address: u53 });

/** Most registers of one `register.peekWords`. */
export const MAX_PEEK = 16_384;

const words = z.custom<Uint32Array>((value) => value instanceof Uint32Array, 'must be 32-bit words');

export const snapshotEntry = z.object({
  id: u32,
  label: z.string(),
  timeNs: u53,
  branch: u32,
  /** Taken by the bench itself before something that can be undone. */
  automatic: z.boolean(),
});

const stepResult = z.object({ timeNs: u53, reason: z.string() });

/** Requests the engine answers. Names are `area.verb`. */
export const engineRequests = {
  ...debugRequests,
  ...historyRequests,
  ...driverRequests,
  ...streamDebugRequests,
  ...shaderDebugRequests,
  ...firmwareItemRequests,
  'bench.create': { params: benchOptions, result: nothing },
  'bench.boot': { params: none, result: bootResult },
  'bench.status': { params: none, result: statusResult },
  'bench.power-cycle': { params: none, result: nothing },
  'bench.close': { params: none, result: nothing },
  'bench.stateHash': { params: none, result: z.string() },
  'register.peek': { params: z.strictObject({ names: z.array(z.string()) }), result: z.array(registerValue) },
  'register.read': {
    params: z.strictObject({ name: z.string(), by: z.enum(['user', 'script']).default('user') }),
    result: registerValue,
  },
  'register.poke': {
    params: z.strictObject({
      name: z.string(),
      /** Number, or decimal/hex text for 64-bit values and enum names. */
      value: z.union([u53, z.string()]),
      by: z.enum(['user', 'script']).default('user'),
      preview: z.boolean().default(false),
    }),
    result: z.object({
      register: registerValue,
      changes: z.array(
        z.object({ name: z.string(), before: z.union([u53, z.string()]), after: z.union([u53, z.string()]) }),
      ),
    }),
  },
  'memory.read': { params: address.extend({ length: u53.max(1 << 24) }), result: bytes },
  'memory.write': { params: address.extend({ bytes }), result: nothing },
  /** Memory of a client process, without side effects. */
  'memory.readUser': {
    params: z.strictObject({ client: u32, address: u53, length: u53.max(1 << 24) }),
    result: bytes,
  },
  'time.advance': {
    params: z.strictObject({ ns: u53, until: z.enum(['time', 'idle', 'event']).default('time') }),
    result: z.object({ timeNs: u53, reason: z.string() }),
  },
  'stream.run': { params: streamRun, result: streamResult },
  'input.apply': { params: z.strictObject({ input: inputSchema }), result: z.unknown() },
  'snapshot.take': { params: z.strictObject({ label: z.string() }), result: z.object({ id: u32, hash: z.string() }) },
  'snapshot.restore': { params: z.strictObject({ id: u32 }), result: nothing },
  'session.flush': { params: none, result: nothing },
  /** 32-bit words without side effects; 0 where there is no register. */
  'register.peekWords': {
    params: z.strictObject({ space: z.enum(['host', 'mcu']), offsets: z.array(u32).max(MAX_PEEK) }),
    result: words,
  },
  /** Lets time pass by itself: at the pace of the wall clock, or as fast as it can. While idle it stands still. */
  'run.continue': { params: z.strictObject({ mode: z.enum(['paced', 'fast']).default('paced') }), result: nothing },
  'run.pause': { params: none, result: z.object({ timeNs: u53 }) },
  /** To just behind the next event of the clock. */
  'run.step': { params: none, result: stepResult },
  /** Back to before the last poke by hand; what followed it is kept for redo and stays in the session. */
  'history.undo': { params: none, result: z.object({ what: z.string(), timeNs: u53 }) },
  'history.redo': { params: none, result: z.object({ what: z.string(), timeNs: u53 }) },
  'snapshot.list': { params: none, result: z.array(snapshotEntry) },
  /** Taken at the next power-cycle, or by the boot when there was none yet. BadInput when it is no image. */
  'firmware.select': { params: z.strictObject({ bytes, name: z.string().max(200) }), result: nothing },
  'firmware.state': {
    params: none,
    result: z.object({
      name: z.string(),
      sha256: z.string(),
      size: u53,
      /** What runs on the MCU says so of itself; empty before the boot. */
      version: z.string(),
      gitSha: z.string(),
      mcu: z.string(),
      pending: z.string().optional(),
    }),
  },
  /** The image the loader finds, as it is. */
  'firmware.bytes': { params: none, result: bytes },
  /** Writes MCU_CONTROL as a person would. */
  'mcu.halt': { params: none, result: z.object({ mcu: z.string() }) },
  'mcu.start': { params: none, result: z.object({ mcu: z.string() }) },
  'mcu.reset': { params: none, result: z.object({ mcu: z.string() }) },
} as const;
export type EngineRequestName = keyof typeof engineRequests;

/** Every request: parameters and result. */
export const requests = { ...engineRequests, ...hostRequests } as const;

/** Engine requests a page may not make itself: the host does. */
export const HOST_ONLY: ReadonlySet<string> = new Set<EngineRequestName>(['bench.create', 'bench.close']);

export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type Params<K extends RequestName> = z.input<Requests[K]['params']>;
export type ParsedParams<K extends RequestName> = z.output<Requests[K]['params']>;
export type Result<K extends RequestName> = z.output<Requests[K]['result']>;

/** Notices the engine sends without being asked. */
export const notices = {
  ...debugNotices,
  ...streamDebugNotices,
  ...shaderDebugNotices,
  log: z.object({ timeNs: u53, level: z.string(), source: z.string(), message: z.string() }),
  /** Something a person should read: recording stopped, engine lost. */
  alert: z.object({ message: z.string() }),
  progress: z.object({ what: z.string(), done: u53, total: u53.optional() }),
  /** Something of the machine may differ now: at most about ten a second, the last one never left out. */
  changed: z.object({
    timeNs: u53,
    accesses: u53,
    jobs: u53,
    faults: u53,
    running: z.boolean(),
    idle: z.boolean(),
    mcu: z.string(),
    branch: u32,
  }),
  /** There is another bench now, or none any more (`reason` says why). */
  bench: z.object({ session: z.string().optional(), reason: z.string().optional() }),
  /** A menu of the system was used: the id of a command of `protocol/commands`. */
  command: z.object({ id: z.string() }),
  /** The system asked for a session file to be opened (double click): the host opened it. */
  opened: z.object({ session: z.string(), name: z.string() }),
} as const;
export type Notices = typeof notices;
export type NoticeName = keyof Notices;

/** An error as it crosses the wire. */
export const wireError = z.object({
  name: z.string(),
  message: z.string(),
  exitCode: z.number().int(),
  detail: z.record(z.string(), z.unknown()).optional(),
});
export type WireError = z.infer<typeof wireError>;

/** Frames on any transport. */
export const requestFrame = z.strictObject({ id: u32, name: z.string(), params: z.unknown() });
export const replyFrame = z.union([
  z.strictObject({ id: u32, result: z.unknown() }),
  z.strictObject({ id: u32, error: wireError }),
]);
export const noticeFrame = z.strictObject({ notice: z.string(), data: z.unknown() });
