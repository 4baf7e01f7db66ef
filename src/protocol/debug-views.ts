/**
 * What a debugger shows of the MCU: names and source lines, the call stack, watched expressions, the system registers
 * with a fault in words, and what was recorded of its run (trace, coverage, profile).
 */
import { z } from 'zod';
import { MAX_EXPRESSION } from './debug-expression.ts';
import { bytes, u32, u53 } from './inputs.ts';

const none = z.strictObject({});

/** A place in words. */
export const namedPlace = z.object({
  name: z.string(),
  /** Bytes from the beginning of what is named. */
  offset: u53,
  /** Number of a source file of the symbol file. */
  file: u32.optional(),
  line: u32.optional(),
  /** Inlined functions around it, outermost first. */
  inlined: z.array(z.string()),
});
export type NamedPlaceView = z.infer<typeof namedPlace>;

export const frameView = z.object({
  pc: u32,
  sp: u32,
  /** How it was found: registers, rules, prologue, link register, stack words, exception. */
  by: z.string(),
  /** The exception whose handler is the frame before this one, in words. */
  exception: z.string().optional(),
  place: namedPlace.optional(),
});
export type FrameView = z.infer<typeof frameView>;

/** What there is to say of an address in a listing. */
export const addressMark = z.object({
  address: u32,
  /** A function, variable or label that begins here. */
  name: z.string().optional(),
  comment: z.string().optional(),
  /** The source line that begins here. */
  file: u32.optional(),
  line: u32.optional(),
  inlined: z.array(z.string()).optional(),
});
export type AddressMark = z.infer<typeof addressMark>;

export const symbolEntry = z.object({
  name: z.string(),
  address: u32,
  size: u53,
  kind: z.enum(['function', 'object', 'label']),
});
export type SymbolEntry = z.infer<typeof symbolEntry>;

export const labelEntry = z.object({ address: u32, name: z.string(), comment: z.string() });

const region = z.object({
  region: u32,
  enabled: z.boolean(),
  base: u32,
  size: u53,
  /** Rights of privileged and other code. */
  rights: z.string(),
  executeNever: z.boolean(),
  subregionsOff: u32,
});

export const mcuSystem = z.object({
  exceptions: z.array(
    z.object({
      number: u32,
      name: z.string(),
      enabled: z.boolean(),
      pending: z.boolean(),
      active: z.boolean(),
      level: z.boolean(),
      priority: z.number().int(),
      /** Address of the handler, from the vector table. */
      vector: u32,
      handler: z.string().optional(),
    }),
  ),
  priorityGroup: u32,
  executionPriority: z.number().int(),
  registers: z.array(z.object({ name: z.string(), address: u32, value: u32 })),
  mpu: z.object({ enabled: z.boolean(), background: z.boolean(), inFaults: z.boolean(), regions: z.array(region) }),
  systick: z.object({ control: u32, reload: u32, current: u32 }),
  cycles: u32,
  sleeping: z.boolean(),
  lockup: z.boolean(),
});
export type McuSystem = z.infer<typeof mcuSystem>;

export const faultStory = z.object({
  /** One line: what happened, or that nothing did. */
  title: z.string(),
  faulted: z.boolean(),
  /** Sentences, in the order a person would tell them. */
  words: z.array(z.string()),
  /** Bits that are set, as REGISTER.BIT. */
  bits: z.array(z.object({ name: z.string(), meaning: z.string() })),
  /** The instruction that is to blame, and the address it touched. */
  pc: u32.optional(),
  address: u32.optional(),
  /** The stacked frame: r0..r3, r12, lr, pc, xpsr. */
  frame: z.object({ at: u32, registers: z.record(z.string(), u32) }).optional(),
});
export type FaultStory = z.infer<typeof faultStory>;

export const recordingState = z.object({
  /** Recording as it runs. */
  on: z.boolean(),
  /** Instructions recorded. */
  instructions: u53,
  fromNs: u53,
  toNs: u53,
  functions: u53,
});
export type RecordingState = z.infer<typeof recordingState>;

export const tracedInstruction = z.object({
  /** Number of the instruction since power-on. */
  instruction: u53,
  timeNs: u53,
  pc: u32,
  text: z.string(),
  place: z.string().optional(),
  /** It did not follow the one before it. */
  jump: z.boolean(),
});
export type TracedInstruction = z.infer<typeof tracedInstruction>;

export const functionCoverage = z.object({
  name: z.string(),
  address: u32,
  size: u53,
  /** Instructions executed in it, and bytes of it that were executed at least once. */
  executed: u53,
  covered: u53,
});
export type FunctionCoverage = z.infer<typeof functionCoverage>;

/** A node of the call tree: the first one is the root. */
export const profileNode = z.object({
  parent: z.number().int(),
  name: z.string(),
  address: u32,
  /** Virtual time in it alone, and with what it called. */
  selfNs: z.number(),
  totalNs: z.number(),
  calls: u53,
});
export type ProfileNode = z.infer<typeof profileNode>;

/** Rows of one answer. */
export const MOST_TRACED = 10_000;
export const MOST_NODES = 5000;
/** Bytes of a listing one `debug.marks` is for. */
export const MOST_MARKED = 1 << 16;

export const debugViewRequests = {
  /** An ELF file with symbols and DWARF, from outside; nothing lets go of the present one. */
  'debug.loadSymbols': {
    params: z.strictObject({ bytes: bytes.optional(), name: z.string().max(200).default('') }),
    result: z.void(),
  },
  'debug.symbols': {
    params: none,
    result: z.object({
      /** Name of the symbol file; empty without one. */
      file: z.string(),
      /** Whether memory holds the code the file is of; undefined while nothing can be compared. */
      matches: z.boolean().optional(),
      functions: u53,
      objects: u53,
      unwindRules: u53,
      files: z.array(z.object({ name: z.string(), directory: z.string(), lines: u53 })),
    }),
  },
  'debug.findSymbols': {
    params: z.strictObject({ text: z.string().max(200), limit: u32.max(1000).default(100) }),
    result: z.array(symbolEntry),
  },
  /** Names, remarks and lines that begin at addresses of a range. */
  'debug.marks': {
    params: z.strictObject({ address: u32, length: u32.max(MOST_MARKED) }),
    result: z.array(addressMark),
  },
  /** Names of addresses, as `function+0x12`; empty where there is none. */
  'debug.names': { params: z.strictObject({ addresses: z.array(u32).max(2000) }), result: z.array(z.string()) },
  'debug.place': { params: z.strictObject({ address: u32 }), result: namedPlace.optional() },
  /** Lines of a source file that have code, each with its first address. */
  'debug.lines': {
    params: z.strictObject({ file: u32 }),
    result: z.array(z.object({ line: u32, address: u32 })),
  },
  /** A person's name and remark for an address; both empty take them away. Can be undone. */
  'debug.label': {
    params: z.strictObject({ address: u32, name: z.string().max(100), comment: z.string().max(2000) }),
    result: z.void(),
  },
  'debug.labels': { params: none, result: z.array(labelEntry) },
  /** `rules: false` leaves the symbol file's unwind rules out. */
  'debug.callStack': {
    params: z.strictObject({ rules: z.boolean().default(true) }),
    result: z.array(frameView),
  },
  'debug.evaluate': {
    params: z.strictObject({ expressions: z.array(z.string().max(MAX_EXPRESSION)).max(100) }),
    result: z.array(z.object({ value: u32.optional(), error: z.string().optional() })),
  },
  'debug.system': { params: none, result: mcuSystem },
  'debug.fault': { params: none, result: faultStory },
  /** Recording while it runs: the last `ring` instructions, how often each was executed, and the time by call stack. */
  'debug.record': {
    params: z.strictObject({
      on: z.boolean(),
      ring: u32
        .min(16)
        .max(1 << 20)
        .default(1 << 16),
    }),
    result: recordingState,
  },
  /** The same of what is past: the last `instructions`, or all, run again from the session's inputs. */
  'debug.recordPast': {
    params: z.strictObject({
      instructions: u53.optional(),
      ring: u32
        .min(16)
        .max(1 << 20)
        .default(1 << 16),
    }),
    result: recordingState,
  },
  'debug.recording': { params: none, result: recordingState },
  /** The last instructions, newest last. `branches`: only where it went elsewhere. */
  'debug.trace': {
    params: z.strictObject({ last: u32.max(MOST_TRACED).default(1000), branches: z.boolean().default(false) }),
    result: z.array(tracedInstruction),
  },
  'debug.coverage': { params: none, result: z.array(functionCoverage) },
  /** How often each halfword of a range was executed as an instruction. */
  'debug.counts': {
    params: z.strictObject({ address: u32, length: u32.max(MOST_MARKED) }),
    result: z.array(u53),
  },
  'debug.lineCounts': {
    params: z.strictObject({ file: u32 }),
    result: z.array(z.object({ line: u32, count: u53 })),
  },
  'debug.profile': { params: none, result: z.array(profileNode) },
  /** Calls in virtual time as a Perfetto trace. */
  'debug.profileTrace': { params: none, result: bytes },
} as const;
