/** What the rules of lint look at, and what they say. */
import type { Severity } from '../cs/problem.ts';
import type { Row } from './isa.ts';
import type { Uses } from './uses.ts';

export interface Finding {
  readonly severity: Severity;
  readonly rule: string;
  readonly remedy: string;
}

/** A decoded word. */
export interface Instruction {
  readonly index: number;
  readonly row: Row;
  readonly lo: number;
  readonly hi: number;
  readonly uses: Uses;
}

export const error = (rule: string, remedy: string): Finding => ({ severity: 'error', rule, remedy });
export const warning = (rule: string, remedy: string): Finding => ({ severity: 'warning', rule, remedy });
export const info = (rule: string, remedy: string): Finding => ({ severity: 'info', rule, remedy });
