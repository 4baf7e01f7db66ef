/** Parameters and locals of a frame, as rows of a tree. */
import { z } from 'zod';
import { u32 } from './inputs.ts';

/** Rows of one answer. */
export const MOST_VARIABLE_ROWS = 2000;

export const variableRow = z.object({
  /** Which row it is, as long as it stands at the same place of the program: numbers with dots between them. */
  path: z.string(),
  level: u32,
  /** A group is a function, or one that was inlined; a part belongs to the row of a lower level before it. */
  kind: z.enum(['group', 'parameter', 'local', 'part']),
  name: z.string(),
  /** As C writes it. */
  type: z.string(),
  /** The value, or why there is none. */
  value: z.string(),
  /** Address or register; empty where there is none. */
  where: z.string(),
  expandable: z.boolean(),
  /** There is no value. */
  lost: z.boolean(),
});
export type VariableRow = z.infer<typeof variableRow>;

export const variableView = z.object({ rows: z.array(variableRow), problem: z.string().optional() });
export type VariableView = z.infer<typeof variableView>;

export const debugVariableRequests = {
  /** `frame`: number in the call stack. `open`: paths of rows whose parts are wanted. */
  'debug.variables': {
    params: z.strictObject({
      frame: u32.default(0),
      open: z.array(z.string().max(200)).max(MOST_VARIABLE_ROWS).default([]),
    }),
    result: variableView,
  },
} as const;
