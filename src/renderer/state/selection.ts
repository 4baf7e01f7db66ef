/**
 * What a person points at. One selection for the whole workspace; the Selection pane tells about it, and every name
 * of an object anywhere is a link that sets it.
 */
import type { LogView } from '../../protocol/window.ts';

export type Selection =
  /** A register by printed name (`AS3_TRANSTAB`), perhaps one field of it. */
  | { readonly kind: 'register'; readonly name: string; readonly field?: string }
  /** An access of the register log by its `seq`. */
  | { readonly kind: 'access'; readonly seq: number; readonly session?: string }
  | { readonly kind: 'job'; readonly id: number; readonly session?: string }
  /** Any other row of a view, by the number in its first column. */
  | { readonly kind: 'row'; readonly view: LogView; readonly key: number; readonly session?: string }
  /** An entry of the loaded firmware image, by its offset in the file. */
  | { readonly kind: 'entry'; readonly offset: number }
  /** A command of a stream in the editor. */
  | { readonly kind: 'command'; readonly stream: string; readonly line: number; readonly text: string };

/** Short words for a selection, for the status line and links. */
export function selectionText(s: Selection): string {
  switch (s.kind) {
    case 'register':
      return s.field === undefined ? s.name : `${s.name}.${s.field}`;
    case 'access':
      return `access ${s.seq}`;
    case 'job':
      return `job ${s.id}`;
    case 'row':
      return `${s.view} ${s.key}`;
    case 'entry':
      return `entry at 0x${s.offset.toString(16)}`;
    case 'command':
      return `${s.stream}:${s.line}`;
  }
}
