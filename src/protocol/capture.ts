/**
 * Captured user-space runs in a window: opening the files of one, replaying it on the bench through the driver, and
 * what the compared buffers were found to hold. A page sends the files a person chose; no path crosses.
 */
import { z } from 'zod';
import { bytes, u32, u53 } from './inputs.ts';

/** Most files of a capture, and most bytes of all of them (a frame of the wire is at most 64 MiB). */
export const MAX_CAPTURE_FILES = 512;
export const MAX_CAPTURE_BYTES = 60 * 2 ** 20;

/** A buffer as compared: words that differ, and the first of them. */
export const bufferVerdict = z.object({
  name: z.string(),
  va: u53,
  size: u53,
  compared: z.boolean(),
  differing: u53,
  first: z.object({ offset: u53, got: u32, want: u32 }).optional(),
});

export const captureVerdict = z.object({
  ok: z.boolean(),
  cancelled: z.boolean(),
  /** How was compared: exact, tolerance and how much, none. */
  compare: z.string(),
  /** What went wrong on the way. */
  fault: z.string().optional(),
  submits: u53,
  virtualNs: u53,
  differing: u53,
  buffers: z.array(bufferVerdict),
});
export type CaptureVerdict = z.infer<typeof captureVerdict>;

export const captureEntry = z.object({
  id: z.string(),
  name: z.string(),
  /** What ran, as the recorder calls it. */
  kernel: z.string(),
  variant: z.string(),
  calls: u53,
  submits: u53,
  buffers: u53,
  compare: z.string(),
  /** Being replayed now; `waiting` while the bench stands at a breakpoint. */
  state: z.enum(['idle', 'running', 'waiting']),
  /** Of the last replay. */
  verdict: captureVerdict.optional(),
});
export type CaptureEntryInfo = z.infer<typeof captureEntry>;

const id = z.string().max(20);

export const captureRequests = {
  /** Opens a capture from its files, or from one .tar or .tar.gz archive of them. */
  'capture.open': {
    params: z.strictObject({
      name: z.string().max(200),
      files: z.array(z.strictObject({ name: z.string().max(300), bytes })).max(MAX_CAPTURE_FILES),
    }),
    result: captureEntry,
  },
  'capture.list': { params: z.strictObject({}), result: z.array(captureEntry) },
  'capture.close': { params: z.strictObject({ id }), result: z.void() },
  /** Replays it on the present bench, which must have booted; answers when it is over. */
  'capture.replay': { params: z.strictObject({ id }), result: captureVerdict },
  /** Ends the replay under way; the process that replays is closed, the bench goes on. */
  'capture.cancel': { params: z.strictObject({}), result: z.void() },
} as const;
