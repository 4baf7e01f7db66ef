/** What the page and the console's worker say to each other. Plain data; both files are ours, built together. */
import type { RequestName } from '../../../protocol/messages.ts';

export type LineKind = 'out' | 'good' | 'bad';

export interface PrintedLine {
  readonly kind: LineKind;
  readonly text: string;
}

export type ToWorker =
  | { readonly kind: 'run'; readonly text: string }
  | { readonly kind: 'stop' }
  /** Answers of the bench. */
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string }
  /** Lines were shown: more may come. */
  | { readonly kind: 'shown' };

export type FromWorker =
  /** A request of the protocol for the bench. */
  | { readonly kind: 'ask'; readonly id: number; readonly name: RequestName; readonly params: unknown }
  | { readonly kind: 'print'; readonly lines: readonly PrintedLine[] }
  /** A program ended; `problem` says what with, when not well. */
  | { readonly kind: 'done'; readonly problem: string | undefined; readonly variables: readonly string[] };
