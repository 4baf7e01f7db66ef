/**
 * Everything that can reach the machine from outside, one row each (engine law 2). An input is journalled
 * before it takes effect; replaying the inputs from power-on gives the same session. Parsed with zod both when
 * it comes from a host and when it is read back from a session file.
 */
import { z } from 'zod';

/** A Number below 2^53, not negative. */
export const u53 = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
export const u32 = z.number().int().nonnegative().max(0xffff_ffff);
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');

/** Where a memory access goes. `as` needs the address-space number. */
export const memorySpace = z.enum(['physical', 'as', 'mcu']);

/** Answers to accesses outside the model (mcu-hw section 7). */
export const unknownRule = z.strictObject({
  kind: z.enum(['value', 'echo', 'count', 'fault']),
  value: u32.optional(),
});

export const inputSchema = z.discriminatedUnion('kind', [
  /** Builds the machine and turns it on. The first input of every session. */
  z.strictObject({
    kind: z.literal('power-on'),
    gpu: z.literal('g610'),
    /** No driver: the machine alone. */
    bare: z.boolean(),
    engine: z.enum(['interpreter', 'translator']),
    /** Reset values by register name. */
    overrides: z.record(z.string(), u53),
    /** The firmware image the loader finds, or undefined when there is none. */
    firmware: bytes.optional(),
    firmwareName: z.string(),
  }),
  /** Loads the driver module, which probes the device. */
  z.strictObject({ kind: z.literal('module-load'), module: z.enum(['tyr', 'nova']) }),
  z.strictObject({ kind: z.literal('module-unload'), module: z.enum(['tyr', 'nova']) }),
  /** A client process opens the render node; `client` is its number, chosen by the caller. */
  z.strictObject({
    kind: z.literal('open'),
    client: u32,
    /** Capabilities of the process: CAP_SYS_NICE, DRM master. */
    privileged: z.boolean(),
    node: z.enum(['tyr', 'nova']),
  }),
  z.strictObject({ kind: z.literal('close'), client: u32 }),
  /** An ioctl, with what the process wrote to its memory before. */
  z.strictObject({
    kind: z.literal('ioctl'),
    client: u32,
    command: u32,
    argument: bytes,
    writes: z.array(z.strictObject({ address: u53, bytes })),
    /** Recorder's remark, e.g. the name of the call in a capture. */
    label: z.string().optional(),
  }),
  /** The process closes a file it got from the device: a dma-buf, syncobj, sync file or eventfd. */
  z.strictObject({ kind: z.literal('fd-close'), client: u32, fd: u32 }),
  /** It passes one to another process; the result is the number there. */
  z.strictObject({ kind: z.literal('fd-send'), client: u32, fd: u32, to: u32 }),
  /** An ioctl on such a file. */
  z.strictObject({
    kind: z.literal('fd-ioctl'),
    client: u32,
    fd: u32,
    command: u32,
    argument: bytes,
    writes: z.array(z.strictObject({ address: u53, bytes })).default([]),
  }),
  /** eventfd(): the result is its number; and read() of one: the result is its count. */
  z.strictObject({ kind: z.literal('eventfd'), client: u32 }),
  z.strictObject({ kind: z.literal('eventfd-read'), client: u32, fd: u32 }),
  /** A signal ends a call of a process that waits; the call answers -EINTR. */
  z.strictObject({ kind: z.literal('interrupt'), ticket: u32 }),
  z.strictObject({ kind: z.literal('mmap'), client: u32, offset: u53, length: u53, write: z.boolean() }),
  z.strictObject({ kind: z.literal('munmap'), client: u32, address: u53, length: u53 }),
  /** The process stores to its memory (also to mapped buffer objects). */
  z.strictObject({ kind: z.literal('user-write'), client: u32, address: u53, bytes }),
  /** Text written to an attribute of the GPU under /sys: `profiling`, `power/control`. The result is 0 or -errno. */
  z.strictObject({ kind: z.literal('sysfs-write'), path: z.string().max(256), value: z.string().max(4096) }),
  /** A register access by hand or script. */
  z.strictObject({ kind: z.literal('poke'), offset: u32, value: u32, by: z.enum(['user', 'script']) }),
  z.strictObject({ kind: z.literal('read'), offset: u32, by: z.enum(['user', 'script']) }),
  /** Bytes put into memory from outside, past caches and page permissions. */
  z.strictObject({ kind: z.literal('memory-write'), space: memorySpace, as: u32, address: u53, bytes }),
  /** A grant of time: until `limitNs` from now, or earlier as `until` says. */
  z.strictObject({
    kind: z.literal('advance'),
    limitNs: u53,
    until: z.enum(['time', 'idle', 'event', 'answer', 'stream', 'fault', 'shader']),
    /** With `answer`: the pending call that must have been answered. */
    ticket: u32.optional(),
    /**
     * With `stream`: up to before an instruction of a stream, by interface number and instructions executed. With
     * `shader`: up to before an instruction of a warp, numbered over all cores since power-on. With `fault`: up to
     * behind the next fault of a stream, before anybody hears of it.
     */
    stream: u32.optional(),
    instruction: u53.optional(),
  }),
  /** Takes the machine's power away and gives it back; RAM is lost. The loader may find another image afterwards. */
  z.strictObject({ kind: z.literal('power-cycle'), firmware: bytes.optional(), firmwareName: z.string().optional() }),
  /** Goes back to a snapshot; later rows carry a new branch. */
  z.strictObject({ kind: z.literal('restore'), snapshot: u32 }),
  z.strictObject({ kind: z.literal('snapshot'), label: z.string() }),
  /** A later call of the driver to the board fails: the one after `skip` others of its kind. */
  z.strictObject({
    kind: z.literal('board-fault'),
    what: z.enum(['clk-enable', 'regulator-enable', 'map', 'domain-on', 'firmware', 'memory']),
    /** Positive errno of calls that return one. */
    errno: u32.max(4095),
    skip: u32,
  }),
  /** Goes back to just before an instruction of the MCU, counted from power-on; later rows carry a new branch. */
  z.strictObject({ kind: z.literal('seek'), instruction: u53 }),
  /** Goes back to an instant, or to the last one before it at which the driver was not in the middle of a call. */
  z.strictObject({
    kind: z.literal('travel'),
    timeNs: u53,
    /** Where many inputs share the instant: how many inputs since power-on are kept, all whole. */
    inputs: u53.optional(),
  }),
  /** A debugger of the MCU comes or goes (DBG_STATUS.attached). */
  z.strictObject({ kind: z.literal('debugger'), attached: z.boolean() }),
  /** A debugger sets a register of the MCU; `register` as protocol/debug names it. */
  z.strictObject({ kind: z.literal('mcu-register'), register: z.string(), value: u32 }),
  /** A debugger sets a register of a command stream, by interface number. */
  z.strictObject({ kind: z.literal('cs-register'), stream: u32.max(63), register: u32.max(95), value: u32 }),
  /** A person names an address of the MCU, or remarks on it; both empty take that away. No state of the machine. */
  z.strictObject({
    kind: z.literal('label'),
    address: u32,
    name: z.string().max(100),
    comment: z.string().max(2000),
  }),
  /** What is recorded beyond the usual from now on. No state of the machine. */
  z.strictObject({ kind: z.literal('record-detail'), cs: z.boolean(), mcu: z.boolean() }),
  /** The driver is asked to reset the device, as it does itself when something hangs. */
  z.strictObject({ kind: z.literal('device-reset') }),
  z.strictObject({ kind: z.literal('unknown-rule'), address: u32.optional(), rule: unknownRule }),
]);

export type Input = z.infer<typeof inputSchema>;
export type InputKind = Input['kind'];
export type InputOf<K extends InputKind> = Extract<Input, { kind: K }>;
