/** Shapes that the lint parts share: a decoded instruction at its place, and what was found there. */
import type { Row } from './isa.ts';
import { field } from './isa.ts';
import type { Fix, Severity } from './problem.ts';

/** An instruction at its place in the stream. */
export interface Instruction {
  readonly index: number;
  readonly row: Row;
  readonly lo: number;
  readonly hi: number;
}

export interface Finding {
  readonly severity: Severity;
  readonly rule: string;
  readonly remedy: string;
  readonly fix?: Fix;
}

/** The value of a field; 0 where the architecture lacks it. */
export function value(at: Instruction, name: string): number {
  const f = at.row.byName[name];
  return f === undefined ? 0 : field(at.lo, at.hi, f);
}
