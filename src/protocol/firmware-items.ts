/** Requests about what a firmware image offers its host: configuration items and trace buffers. */
import { z } from 'zod';
import { u32 } from './inputs.ts';

const none = z.strictObject({});
const name = z.string().max(200);

export const firmwareItems = z.object({
  config: z.array(
    z.object({
      name: z.string(),
      address: u32,
      min: u32,
      max: u32,
      /** What is in memory; undefined before the boot and while the GPU is off. */
      value: u32.optional(),
      /** Set before the boot and written right after it. */
      pending: u32.optional(),
    }),
  ),
  traceBuffers: z.array(z.object({ name: z.string(), type: u32, enabled: z.boolean() })),
});

export const firmwareItemRequests = {
  'fw.items': { params: none, result: firmwareItems },
  /** Sets a configuration item and tells the firmware (GLB_REQ.FWCFG_UPDATE); before the boot: with the boot. */
  'fw.config': { params: z.strictObject({ name, value: u32 }), result: z.void() },
  /** Gives a trace buffer memory and enables it, or disables it. Images built here alone have memory for it. */
  'fw.trace': { params: z.strictObject({ name, on: z.boolean() }), result: z.void() },
  /** What the firmware wrote to a trace buffer since it was last asked. */
  'fw.log': { params: z.strictObject({ name: name.default('fwlog') }), result: z.object({ text: z.string() }) },
} as const;
