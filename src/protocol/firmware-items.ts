/** Requests about what a firmware image offers its host: configuration items and trace buffers. */
import { z } from 'zod';
import { u32, u53 } from './inputs.ts';

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
  /** Asks for a sign of life (GLB_REQ.PING) and waits for it, at most `limitNs` of virtual time. */
  'fw.ping': {
    params: z.strictObject({ limitNs: u53.max(1_000_000_000).default(100_000_000) }),
    result: z.object({ answered: z.boolean(), ns: u53 }),
  },
  /**
   * `fast`: by hand, halted in order and started with its memory kept. `slow`: the driver's reset of the device, which
   * loads every section again. `cause` is what the core says it booted for (MCU_CAUSE).
   */
  'fw.reset': {
    params: z.strictObject({ kind: z.enum(['fast', 'slow']) }),
    result: z.object({ mcu: z.string(), cause: z.string(), boots: u32 }),
  },
  /** The core's watchdog, in cycles (0 off), and the driver's: when it pings next, and what a missed ping leads to. */
  'fw.watchdog': {
    params: none,
    result: z.object({ loadCycles: u32, cause: z.string(), boots: u32, resets: u32, mcu: z.string() }),
  },
  /** What the firmware wrote to a trace buffer since it was last asked. */
  'fw.log': { params: z.strictObject({ name: name.default('fwlog') }), result: z.object({ text: z.string() }) },
} as const;
