/**
 * What a window asks of its host, besides the requests that go through to the engine: benches, sessions, the log,
 * the timeline, examples. Paths never appear here: a page names a session by an id the host gave out, and what it
 * exports is offered by the host (a dialog, or a download under a token).
 */
import { z } from 'zod';
import { captureRequests } from './capture.ts';
import { bytes, u32, u53 } from './inputs.ts';
import { VIEW_NAMES } from './records.ts';

const none = z.strictObject({});
const nothing = z.void();

/** The session that is being recorded, as an id. */
export const LIVE = 'live';
/** Most rows of one `log.query`, and most pixels of one `timeline.slices`. */
export const MAX_ROWS = 2000;
export const MAX_PIXELS = 8192;

const session = z.string().max(200).default(LIVE);

/** Views a log pane can show: the public face of a session file (docs/session-format.md). */
export const logView = z.enum(VIEW_NAMES);
export type LogView = z.infer<typeof logView>;

/** `glob` takes * and ?; `contains` ignores case. */
export const filterOp = z.enum(['=', '!=', '<', '<=', '>', '>=', 'glob', 'contains']);

export const logFilter = z.strictObject({
  /** Looked for in every text column; empty matches all. */
  text: z.string().max(1000).default(''),
  /** All must hold. `name` is a column of the view. */
  fields: z
    .array(
      z.strictObject({ name: z.string().max(64), op: filterOp, value: z.union([z.number(), z.string().max(1000)]) }),
    )
    .max(16)
    .default([]),
});
export type LogFilter = z.input<typeof logFilter>;

export const cell = z.union([z.number(), z.string(), z.null()]);
export type Cell = z.infer<typeof cell>;
const rows = z.array(z.array(cell));

export const logPage = z.object({
  /** Rows that match. Still growing while `complete` is false: ask again. */
  total: u53,
  complete: z.boolean(),
  columns: z.array(z.string()),
  rows,
  /** Offset of the first row in `rows`. */
  offset: u53,
});
export type LogPage = z.infer<typeof logPage>;

export const timelineTrack = z.object({
  id: z.string(),
  label: z.string(),
  /** `group` heads tracks that belong together ("Queues"). */
  group: z.string(),
  kind: z.enum(['slices', 'instants', 'counter']),
  /** View and column=value its rows come from, to jump into the log. */
  view: z.string(),
});
export type TimelineTrack = z.infer<typeof timelineTrack>;

/**
 * One mark of a track. `n` rows of the session fell into it: 1 names the row itself (`key`, `label`), more is a
 * bucket. For counters `value` is the value from `fromNs` on.
 */
export const timelineMark = z.object({
  fromNs: u53,
  toNs: u53,
  n: u53,
  /** seq or id of the row in the track's view; of the first one for a bucket. */
  key: u53,
  label: z.string(),
  value: z.number().optional(),
  /** A fault, or something else that went wrong. */
  bad: z.boolean().optional(),
});
export type TimelineMark = z.infer<typeof timelineMark>;

/** A row on the way of a job over the tracks, from its submission to its interrupt. */
export const flowStep = z.object({ track: z.string(), mark: timelineMark });
export type FlowStep = z.infer<typeof flowStep>;

export const sessionEntry = z.object({
  id: z.string(),
  name: z.string(),
  size: u53,
  /** Milliseconds since 1970, of the file. */
  modified: z.number(),
  live: z.boolean(),
  open: z.boolean(),
});
export type SessionEntry = z.infer<typeof sessionEntry>;

export const exportFormat = z.enum([
  'sqlite',
  'json',
  'csv',
  'perfetto',
  'vcd',
  'html',
  'markdown',
  'pokes-c',
  'pokes-rust',
  'pokes-python',
  'pokes-sh',
]);

/** The place where a reader of a session should begin: the sender's last marker, else the last fault. */
export const openingPlace = z.object({
  view: z.string(),
  key: u53,
  timeNs: u53,
  text: z.string(),
  marker: z.boolean(),
});

/** One thing of a lane of a comparison. */
const compared = z.object({ key: u53, timeNs: u53, text: z.string() });
const divergence = z.object({
  lane: z.string(),
  view: z.string(),
  n: u53,
  a: compared.optional(),
  b: compared.optional(),
});
export const comparison = z.object({
  identical: z.boolean(),
  /** Where the two histories part, over all lanes. */
  first: divergence.optional(),
  lanes: z
    .array(
      z.object({
        lane: z.string(),
        view: z.string(),
        countA: u53,
        countB: u53,
        differing: u53,
        first: divergence.optional(),
      }),
    )
    .readonly(),
});
const lane = z.string().max(100);
/** A session of the list, an open one, or the live one, by id. */
const anySession = z.string().max(200);

/** What became of an export or a saved copy: kept where the person chose, offered for download, or given up. */
export const savedFile = z.union([
  z.object({ kind: z.literal('saved'), name: z.string() }),
  z.object({ kind: z.literal('download'), url: z.string(), name: z.string(), size: u53 }),
  z.object({ kind: z.literal('cancelled') }),
]);

export const hostInfo = z.object({
  protocol: u32,
  version: z.string(),
  host: z.enum(['electron', 'web']),
  /** The host asks for paths with dialogs of the system. */
  dialogs: z.boolean(),
  platform: z.string(),
});

const gdbState = z.object({
  /** Where it listens; undefined while it is off. */
  port: u32.optional(),
  /** What it had to say last: a client that was refused, say. */
  said: z.string().optional(),
});

/** Requests the host answers itself. */
export const hostRequests = {
  ...captureRequests,
  /** First of all: refused when page and host speak different protocols. */
  'host.hello': { params: z.strictObject({ protocol: u32 }), result: hostInfo },
  /** Ends the present bench, if any, and powers a new one with a session of its own. */
  'bench.new': {
    params: z.strictObject({
      bare: z.boolean().default(false),
      engine: z.enum(['interpreter', 'translator']).default('translator'),
      /** Reset values by register name. */
      overrides: z.record(z.string().max(100), u53).default({}),
      /** An image in the CSF container; the reference firmware when left out. */
      firmware: bytes.optional(),
      firmwareName: z.string().max(200).optional(),
      /** Stem of the session's name. */
      name: z.string().max(80).default('bench'),
    }),
    result: z.object({ session: z.string() }),
  },
  /**
   * Takes up a bench whose engine was lost or stopped: a fresh engine with a session of its own runs the inputs again
   * up to the newest snapshot, or to before the last input where there is none.
   */
  'bench.recover': { params: none, result: z.object({ session: z.string(), label: z.string(), timeNs: u53 }) },
  /** Stops what the engine is doing now; its bench cannot go on, its session is whole. False where it does nothing. */
  'bench.abort': { params: none, result: z.object({ stopped: z.boolean() }) },
  'log.query': {
    params: z.strictObject({
      session,
      view: logView,
      filter: logFilter.default({ text: '', fields: [] }),
      order: z.enum(['asc', 'desc']).default('asc'),
      offset: u53.default(0),
      limit: u32.max(MAX_ROWS).default(200),
    }),
    result: logPage,
  },
  /** Offset (as in `log.query` with the same filter, ascending) of the next row that also matches `find`. */
  'log.find': {
    params: z.strictObject({
      session,
      view: logView,
      filter: logFilter.default({ text: '', fields: [] }),
      find: logFilter,
      /** Offset to start after; -1 for the beginning. */
      from: z.number().int().min(-1).default(-1),
      direction: z.enum(['next', 'previous']).default('next'),
    }),
    result: z.object({ offset: u53.optional(), key: u53.optional() }),
  },
  /** One reading statement over the views. At most `limit` rows; ended by `log.cancel` or after `limitMs`. */
  'log.sql': {
    params: z.strictObject({
      session,
      query: z.string().max(100_000),
      limit: u32.max(100_000).default(10_000),
      limitMs: u32.min(10).max(600_000).default(10_000),
    }),
    result: z.object({ columns: z.array(z.string()), rows, truncated: z.boolean(), ms: z.number() }),
  },
  'log.cancel': { params: none, result: nothing },
  'timeline.tracks': {
    params: z.strictObject({ session }),
    result: z.object({ tracks: z.array(timelineTrack), fromNs: u53, toNs: u53, branch: u32 }),
  },
  /** Marks of one track between two times on the newest branch: at most about two a pixel. */
  'timeline.slices': {
    params: z.strictObject({
      session,
      track: z.string().max(100),
      fromNs: u53,
      toNs: u53,
      pixels: u32.min(1).max(MAX_PIXELS),
    }),
    result: z.object({ marks: z.array(timelineMark), complete: z.boolean() }),
  },
  /** The flow of the job that a row of a track belongs to, in order of time; no steps where it belongs to none. */
  'timeline.flow': {
    params: z.strictObject({ session, track: z.string().max(100), key: u53 }),
    result: z.object({ steps: z.array(flowStep) }),
  },
  'session.list': { params: none, result: z.array(sessionEntry) },
  /** Opens a recorded session for reading. Without an id the host asks; undefined when the person gave up. */
  'session.open': {
    params: z.strictObject({ id: z.string().max(200).optional() }),
    result: z.object({
      session: z.string().optional(),
      name: z.string(),
      info: z.record(z.string(), z.string()),
      counts: z.record(z.string(), z.number()),
      problems: z.array(z.string()),
      opensAt: openingPlace.optional(),
    }),
  },
  'session.close': { params: z.strictObject({ session: z.string().max(200) }), result: nothing },
  'session.saveAs': {
    params: z.strictObject({ session, name: z.string().max(80).default('session') }),
    result: savedFile,
  },
  /** Tells `progress`; ended early by `session.cancel`. CSV holds one `view`. */
  'session.export': {
    params: z.strictObject({
      session,
      format: exportFormat,
      view: logView.optional(),
      /** Leaves out the bytes of firmware and streams, which stay named by hash and size. */
      withoutBlobs: z.boolean().default(false),
    }),
    result: savedFile,
  },
  /** The inputs as a scenario that expects what the session saw (`tyr run`). */
  'session.toTest': { params: z.strictObject({ session }), result: savedFile },
  /** Gives up the exports that are under way. */
  'session.cancel': { params: none, result: nothing },
  /** Compares two sessions by meaning; what follows is about them until the next. */
  'session.compare': { params: z.strictObject({ a: anySession, b: anySession }), result: comparison },
  /** Pairs of one lane, side by side. */
  'session.comparePairs': {
    params: z.strictObject({ lane, offset: u53, limit: u32.max(MAX_ROWS) }),
    result: z.object({
      total: u53,
      /** There are more pairs than can be shown. */
      more: z.boolean(),
      offset: u53,
      rows: z.array(z.object({ same: z.boolean(), a: compared.optional(), b: compared.optional() })),
    }),
  },
  /** The next pair of a lane that differs. */
  'session.compareFind': {
    params: z.strictObject({ lane, from: z.number().int().min(-1), direction: z.enum(['next', 'previous']) }),
    result: z.object({ index: u53.optional() }),
  },
  /** The comparison as a page that stands alone. */
  'session.compareReport': { params: none, result: savedFile },
  /** Offers bytes the page made (an exported table, assembled words) to be kept as a file. */
  'file.save': { params: z.strictObject({ name: z.string().max(120), bytes }), result: savedFile },
  /** The folder whose source files are shown; undefined while none is. */
  'source.state': {
    params: none,
    result: z.object({
      /** Name of the folder, never where it lies. */
      folder: z.string().optional(),
      /** The sources that ship with the program are shown, since their firmware runs. */
      shipped: z.boolean(),
    }),
  },
  /** The host asks for a folder. UsageError where it has no dialog: then it is given on the command line. */
  'source.choose': { params: none, result: z.object({ folder: z.string().optional() }) },
  /** Text of a source file, by its number in the symbol file: never a path of the page's. */
  'source.read': {
    params: z.strictObject({ file: u32 }),
    result: z.object({ text: z.string(), shown: z.string() }),
  },
  /** The remote server for GDB, on this machine alone. Port 0 takes a free one. */
  'gdb.start': { params: z.strictObject({ port: u32.max(65_535).default(0) }), result: gdbState },
  'gdb.stop': { params: none, result: gdbState },
  'gdb.state': { params: none, result: gdbState },
  'example.list': {
    params: none,
    result: z.array(z.object({ name: z.string(), kind: z.enum(['stream', 'scenario']), title: z.string() })),
  },
  'example.read': { params: z.strictObject({ name: z.string().max(120) }), result: z.string() },
} as const;
