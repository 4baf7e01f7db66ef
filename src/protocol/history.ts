/** Requests about the history of a bench: going to any point of it, who wrote what last, markers and notes. */
import { z } from 'zod';
import { u32, u53 } from './inputs.ts';

const none = z.strictObject({});
/** Where the bench stands now. */
const place = z.object({ timeNs: u53, branch: u32 });

export const marker = z.object({ id: u53, timeNs: u53, text: z.string() });
export type Marker = z.infer<typeof marker>;

const text = z.string().max(10_000);

/** A level of detail: whether it is on, rows since it was switched on, and rows beyond its bound. */
const level = z.object({ on: z.boolean(), recorded: u53, dropped: u53 });
export const recordDetailState = z.object({ cs: level, mcu: level });
export type RecordDetailState = z.infer<typeof recordDetailState>;

export const historyRequests = {
  /**
   * Goes back to an instant of the present history; what follows carries a new branch. Inside a call of the driver
   * nobody can stand: the nearest point before it is taken, and the reply says which.
   */
  'history.seek': { params: z.strictObject({ timeNs: u53 }), result: place },
  /**
   * Back to before the nth last register access, event (interrupt, log line, MCU event), instruction of the MCU, or
   * call of the driver (an ioctl or another call of a client, the loading of a module).
   */
  'history.stepBack': {
    params: z.strictObject({
      what: z.enum(['access', 'event', 'instruction', 'call']).default('access'),
      count: u32.min(1).max(1_000_000).default(1),
    }),
    result: place,
  },
  /** Who wrote a register last, by name; or when a word of memory took its present value. */
  'history.lastWrite': {
    params: z.strictObject({ name: z.string().max(100).optional(), physical: u53.optional() }),
    result: z.object({
      register: z
        .object({ timeNs: u53, value: u32, oldValue: u32, initiator: z.string(), cause: z.string() })
        .optional(),
      memory: z.object({ afterNs: u53, byNs: u53, value: u32, oldValue: u32, during: z.string() }).optional(),
    }),
  },
  /** A note at an instant (now, when left out). */
  'note.add': { params: z.strictObject({ text, timeNs: u53.optional() }), result: marker },
  'marker.list': { params: none, result: z.array(marker) },
  /** Another text for a marker or note; the empty text takes it off the list. */
  'marker.edit': { params: z.strictObject({ id: u53, text }), result: z.void() },
  /**
   * Switches the recording of every instruction of the streams (`cs`) and of the MCU's control flow (`mcu`) into the
   * session; what is left out stays as it is. Each has a bound from one switching-on to the next.
   */
  'record.detail': {
    params: z.strictObject({ cs: z.boolean().optional(), mcu: z.boolean().optional() }),
    result: recordDetailState,
  },
  /** Goes to the instant of a marker, as `history.seek` does. */
  'marker.goto': { params: z.strictObject({ id: u53 }), result: place },
} as const;
