/** A command stream run as a program does it: what it needs, and what came of it. */
import { z } from 'zod';
import { bytes, u32, u53 } from './inputs.ts';

export const jobResult = z.object({
  queue: u32,
  status: z.string(),
  fault: z.string().optional(),
  submittedNs: u53,
  finishedNs: u53.optional(),
});

export const streamRun = z.strictObject({
  /** Assembled words, little-endian. */
  words: bytes,
  name: z.string(),
  queue: u32.max(31).default(0),
  /** Fresh memory mapped before the run. */
  map: z.array(z.strictObject({ va: u53, length: u53 })).default([]),
  set32: z.array(z.strictObject({ va: u53, value: u32 })).default([]),
  dump: z.array(z.strictObject({ va: u53, length: u53.max(1 << 24) })).default([]),
  /** Virtual time to wait for the end. */
  limitNs: u53.default(10_000_000_000),
});

export const streamResult = z.object({
  jobs: z.array(jobResult),
  /** Registers r0.. of the queue's stream at the end. */
  registers: z.record(z.string(), u32),
  memory: z.record(z.string(), z.string()),
  virtualNs: u53,
  finished: z.boolean(),
});
export type StreamResult = z.infer<typeof streamResult>;
